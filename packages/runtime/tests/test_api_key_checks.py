"""A key counts as its owner, narrowed; and only while, where and as often as it may."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import httpx2
import pytest
import time_machine
from api_key_flows import AWAY, EMAIL, HOME, Caller, access_of, ada, bearing, entries, key_of
from backwright import api_key_rows
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.actor import PUBLIC, SIGNED_IN
from backwright.api_key_checks import KeyChecks, key_actor, within
from backwright.api_key_form import new_secret, write
from backwright.api_key_rows import api_key_places, api_keys
from backwright.authentication import TRUSTED_SECONDS
from backwright.context import Context, current, now
from backwright.database import Database
from backwright.entity import new_id
from backwright.errors import Unauthenticated
from fastapi import FastAPI
from office_roles import Role
from sqlalchemy import func, select

Bearer = Callable[..., Awaitable[dict[str, str]]]
USERS = "/users"


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, api_keys=True)


@pytest.fixture
async def away(app: FastAPI) -> AsyncGenerator[httpx2.AsyncClient, None]:
    async with Caller(app, AWAY) as made:
        yield made


@pytest.fixture
async def home(app: FastAPI) -> AsyncGenerator[httpx2.AsyncClient, None]:
    async with Caller(app) as made:
        yield made


async def status(client: httpx2.AsyncClient, headers: dict[str, str]) -> int:
    """What a read of the accounts comes to, which only an administrator may."""
    return (await client.get(USERS, headers=headers)).status_code


async def test_a_key_is_its_owner_with_the_roles_of_its_scopes(
    home: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """An administrator's key reaches as far as its scopes name, and no further."""
    owner = await ada(accounts, "admin", "editor")
    assert await status(home, bearing(await key_of(accounts, owner, scopes=("admin",)))) == 200
    assert await status(home, bearing(await key_of(accounts, owner, scopes=("editor",)))) == 403
    assert await status(home, bearing(await key_of(accounts, owner, scopes=("signed_in",)))) == 403


async def test_the_actor_says_that_it_is_a_key_and_which(accounts: BoundAccounts) -> None:
    """The owner's id, the key's id, the method `key`."""
    owner = await ada(accounts, "admin", "editor")
    made = await key_of(accounts, owner)
    actor = await accounts.authenticate(bearing(made)["Authorization"])
    assert (actor.id, actor.session_id, actor.method) == (owner, made.row["id"], "key")
    assert actor.roles == {"editor", PUBLIC, SIGNED_IN}
    assert actor.quota is None


async def test_a_key_never_exceeds_its_owner(home: httpx2.AsyncClient, accounts: BoundAccounts) -> None:
    """A role that is taken from the owner is taken from the key at once."""
    owner = await ada(accounts, "admin")
    headers = bearing(await key_of(accounts, owner, scopes=("admin",)))
    assert await status(home, headers) == 200
    await accounts.ensure_account(EMAIL, name="Ada", roles=("viewer",))
    assert await status(home, headers) == 403


async def test_a_closed_owner_has_no_keys(
    home: httpx2.AsyncClient, accounts: BoundAccounts, bearer: Bearer, database: Database
) -> None:
    """Closing the account ends its keys for good: opening it again does not bring them back."""
    root = await bearer("root@example.org", "admin")
    owner = await ada(accounts, "admin")
    headers = bearing(await key_of(accounts, owner, scopes=("admin",)))
    assert await status(home, headers) == 200
    for is_active in (False, True):
        shown = await home.get(f"{USERS}/{owner}", headers=root)
        changed = {**root, "If-Match": shown.headers["etag"]}
        answer = await home.patch(f"{USERS}/{owner}", json={"is_active": is_active}, headers=changed)
        assert answer.status_code == 200, answer.text
        assert await status(home, headers) == 401
    [(revoked,)] = await database.fetch(database.prepare(select(api_keys.c.revoked_at)))
    assert revoked is not None


@pytest.mark.parametrize("wrong", ["secret", "checksum", "id", "prefix only", "empty"])
async def test_what_is_not_the_key_gets_one_answer(
    home: httpx2.AsyncClient, accounts: BoundAccounts, wrong: str
) -> None:
    """Nobody learns which part was wrong."""
    made = await key_of(accounts, await ada(accounts))
    text = {
        "secret": write("office", made.row["id"], new_secret()),
        "checksum": made.text[:-1] + ("0" if made.text[-1] != "0" else "1"),
        "id": write("office", new_id(), new_secret()),
        "prefix only": made.text.partition(".")[0],
        "empty": "",
    }[wrong]
    answer = await home.get(USERS, headers=bearing(text))
    assert answer.status_code == 401
    if wrong in ("secret", "checksum", "id"):
        other = await home.get(USERS, headers=bearing(write("office", new_id(), new_secret())))
        assert answer.json()["detail"] == other.json()["detail"]
    assert text.partition(".")[2] not in answer.text or not text.partition(".")[2]


async def test_an_expired_key_is_refused_to_the_second(
    home: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """Also one that was used a moment before, and is remembered."""
    owner = await ada(accounts, "admin")
    with time_machine.travel(now(), tick=False) as clock:
        headers = bearing(await key_of(accounts, owner, scopes=("admin",), days=1))
        clock.shift(timedelta(days=1, seconds=-1))
        assert await status(home, headers) == 200
        clock.shift(timedelta(seconds=1))
        assert await status(home, headers) == 401


async def test_a_key_is_good_from_its_networks_alone(
    home: httpx2.AsyncClient, away: httpx2.AsyncClient, accounts: BoundAccounts, database: Database
) -> None:
    """Whether it is remembered or not; and its use elsewhere is on record, once a minute and place."""
    owner = await ada(accounts, "admin")
    made = await key_of(accounts, owner, scopes=("admin",), networks=("203.0.113.0/24", "2001:db8::/32"))
    headers = bearing(made)
    assert await status(away, headers) == 401
    assert await status(home, headers) == 200
    assert await status(away, headers) == 401
    assert await status(home, headers) == 200
    refused = [each for each in await entries(database) if each[0] == "use.denied"]
    assert [(each[1], each[2], each[4]) for each in refused] == [(made.row["id"], "key", AWAY)]


def test_networks_are_looked_at_as_addresses() -> None:
    """IPv4 inside IPv6 is IPv4, other families do not match, and no address is nowhere."""
    v4, v6 = ("203.0.113.0/24",), ("2001:db8::/32",)
    assert within(HOME, v4)
    assert within(f"::ffff:{HOME}", v4)
    assert within("2001:db8:1::9", v6)
    assert not within("2001:db8:1::9", v4)
    assert not within(HOME, v6)
    assert not within("", v4)
    assert not within("not an address", v4)
    assert within("", ())


async def test_the_first_use_from_a_new_address_is_on_record_once(
    home: httpx2.AsyncClient, away: httpx2.AsyncClient, accounts: BoundAccounts, database: Database
) -> None:
    """Also while the key is remembered from its use elsewhere."""
    made = await key_of(accounts, await ada(accounts, "admin"), scopes=("admin",))
    for client in (home, home, away, home, away):
        assert await status(client, bearing(made)) == 200
    seen = [each for each in await entries(database) if each[0] == "new_address"]
    assert [(each[1], each[3], each[4]) for each in seen] == [
        (made.row["id"], made.row["id"], HOME),
        (made.row["id"], made.row["id"], AWAY),
    ]
    [(count,)] = await database.fetch(database.prepare(select(func.count()).select_from(api_key_places)))
    assert count == 2


async def test_the_last_use_is_written_once_a_minute_at_most(
    home: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """And is never more than that behind."""
    owner = await ada(accounts, "admin")
    keys = access_of(accounts).keys
    with time_machine.travel(now(), tick=False) as clock:
        headers = bearing(await key_of(accounts, owner, scopes=("admin",)))
        begun = now()
        seen = []
        for _ in range(10):
            assert await status(home, headers) == 200
            seen.append((await keys.list(owner))[0]["last_used_at"] - begun)
            clock.shift(timedelta(seconds=15))
        assert sorted(set(seen)) == [timedelta(seconds=each) for each in (0, 60, 120)]


async def test_a_remembered_key_asks_nobody(accounts: BoundAccounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second request costs what a token's does: one look into the memory of the process."""
    from steps import recorded, taken

    header = bearing(await key_of(accounts, await ada(accounts)))["Authorization"]
    steps = recorded(monkeypatch)
    first = await accounts.authenticate(header)
    assert taken(steps)
    assert await accounts.authenticate(header) is first
    assert accounts.known(header.encode()) is first
    assert taken(steps) == []


async def test_a_remembered_key_is_asked_about_again_after_the_bound(accounts: BoundAccounts) -> None:
    """So what another process did counts within `TRUSTED_SECONDS`."""
    made = await key_of(accounts, await ada(accounts))
    header = bearing(made)["Authorization"]
    with time_machine.travel(now(), tick=False) as clock:
        await accounts.authenticate(header)
        clock.shift(TRUSTED_SECONDS)
        assert accounts.known(header.encode()) is None


async def test_a_revocation_during_a_check_is_not_forgotten(
    accounts: BoundAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read before the revocation is not remembered after it."""
    made = await key_of(accounts, await ada(accounts))
    header = bearing(made)["Authorization"]
    checks = accounts._authenticator.keys
    assert checks is not None
    prove = checks.prove

    async def slow(text: str, *, was_good: bool = False) -> object:
        found = await prove(text, was_good=was_good)
        await access_of(accounts).keys.revoke(made.row["id"])
        return found

    monkeypatch.setattr(checks, "prove", slow)
    await accounts.authenticate(header)
    assert accounts.known(header.encode()) is None
    monkeypatch.undo()
    with pytest.raises(Unauthenticated):
        await accounts.authenticate(header)


async def test_a_key_with_a_rate_of_its_own_is_counted_for_itself(
    home: httpx2.AsyncClient, away: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """From wherever it is used; its owner, and other keys, go on."""
    owner = await ada(accounts, "admin")
    limited = bearing(await key_of(accounts, owner, scopes=("admin",), rate="3/minute"))
    free = bearing(await key_of(accounts, owner, scopes=("admin",)))
    first = await home.get(USERS, headers=limited)
    assert first.headers["ratelimit-policy"] == '"api-key";q=3;w=60'
    assert [await status(away, limited), await status(home, limited)] == [200, 200]
    over = await away.get(USERS, headers=limited)
    assert over.status_code == 429
    assert over.json()["violated-policies"] == ["api-key"]
    assert int(over.headers["retry-after"]) >= 1
    assert await status(home, free) == 200


async def test_keys_without_a_rate_count_with_their_owner(
    accounts: BoundAccounts,
) -> None:
    """Ten keys are not ten quotas."""
    owner = await ada(accounts, "editor")
    first, second = await key_of(accounts, owner), await key_of(accounts, owner)
    actors = [await accounts.authenticate(bearing(each)["Authorization"]) for each in (first, second)]
    assert {actor.principal for actor in actors} == {str(owner)}
    assert {actor.quota for actor in actors} == {None}


def test_scopes_name_roles_and_give_none() -> None:
    """Whatever stands in the row."""
    actor = key_actor(uuid4(), uuid4(), ["viewer"], ["admin", "viewer", "signed_in"])
    assert actor.roles == {"viewer", PUBLIC, SIGNED_IN}
    assert key_actor(uuid4(), uuid4(), [], ["admin"]).roles == {PUBLIC, SIGNED_IN}


async def test_two_first_uses_at_once_are_one_entry(accounts: BoundAccounts, database: Database) -> None:
    """Two processes may see a new address at the same moment."""
    import asyncio

    made = await key_of(accounts, await ada(accounts))
    checks = accounts._authenticator.keys
    assert checks is not None
    token = current.set(Context(client_ip=HOME))
    try:
        await asyncio.gather(*(checks.prove(made.text) for _ in range(4)))
    finally:
        current.reset(token)
    assert [each[0] for each in await entries(database)].count("new_address") == 1


async def test_what_a_key_does_names_the_key_in_the_audit_log(
    home: httpx2.AsyncClient, accounts: BoundAccounts, database: Database
) -> None:
    """A refusal says which key it was, not only whose."""
    owner = await ada(accounts, "editor")
    made = await key_of(accounts, owner)
    assert await status(home, bearing(made)) == 403
    [(_, _, method, session, ip, _)] = (await entries(database, "users"))[-1:]
    assert (method, session, ip) == ("key", made.row["id"], HOME)


async def test_places_of_a_key_are_bounded(
    accounts: BoundAccounts, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one used first of all is forgotten; whoever holds a key cannot fill the disk with it."""
    monkeypatch.setattr(api_key_rows, "MAX_PLACES", 3)
    runtime = accounts._runtime
    checks = KeyChecks(database, runtime.audit, runtime.limiter, accounts.declared.user.__table__)  # type: ignore[arg-type]
    made = await key_of(accounts, await ada(accounts))
    for number in range(6):
        token = current.set(Context(client_ip=f"192.0.2.{number}"))
        await checks.prove(made.text)
        current.reset(token)
    rows = await database.fetch(database.prepare(select(api_key_places.c.place)))
    assert sorted(place for [place] in rows) == ["ip:192.0.2.3", "ip:192.0.2.4", "ip:192.0.2.5"]
