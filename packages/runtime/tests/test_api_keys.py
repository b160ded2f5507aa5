"""A key is made, replaced without a pause, revoked, listed; and is nowhere in plain."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import time_machine
from api_key_flows import EMAIL, access_of, ada, bearing, entries, key_of
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.api_key_form import read
from backwright.api_key_request import MAX_GRACE_HOURS, MAX_NETWORKS, KeyRequest
from backwright.api_key_rows import MAX_KEYS, api_keys
from backwright.context import now
from backwright.database import Database
from backwright.entity import new_id
from backwright.errors import Conflict, Invalid, NotFound, Unauthenticated
from backwright.sessions import hashed
from mailboxes import Mailbox
from office_roles import Role
from sqlalchemy import select


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, api_keys=True)


async def is_good(accounts: BoundAccounts, key: Any) -> bool:
    try:
        await accounts.authenticate(bearing(key)["Authorization"])
    except Unauthenticated:
        return False
    return True


async def test_only_a_digest_of_the_secret_is_stored(accounts: BoundAccounts, database: Database) -> None:
    """The text is with its holder alone: not in the row, not in the list, not in the audit log."""
    owner = await ada(accounts)
    made = await key_of(accounts, owner)
    said = read(made.text)
    assert said is not None
    [row] = await database.fetch(database.prepare(select(*api_keys.c)))
    stored = dict(zip(api_keys.c.keys(), row, strict=True))
    assert stored["secret_hash"] == hashed(said.secret)
    logged = await entries(database)
    listed = await access_of(accounts).keys.list(owner)
    for place in (stored, logged, listed, made):
        assert said.secret not in repr(place)
    assert made.text.startswith(listed[0]["start"] + ".")


async def test_making_one_is_on_record_and_its_owner_is_told(
    accounts: BoundAccounts, database: Database, mailbox: Mailbox
) -> None:
    """So a key that somebody else has made is noticed. A machine gets no mail."""
    owner = await ada(accounts)
    made = await key_of(accounts, owner, networks=("203.0.113.7",), rate="60/minute")
    [(action, object_id, _, _, _, changes)] = await entries(database)
    assert (action, object_id) == ("create", made.row["id"])
    assert changes["scopes"] == ["editor"]
    assert changes["networks"] == ["203.0.113.7/32"]
    assert changes["rate"] == "60/minute"
    machine = await access_of(accounts).service_accounts.create("importer", ["editor"])
    await key_of(accounts, machine["id"])
    assert [(mail.kind, mail.to) for mail in await mailbox.messages()] == [("api_key_made", EMAIL)]


async def test_it_lasts_as_long_as_is_usual_and_no_longer_than_allowed(accounts: BoundAccounts) -> None:
    """90 days if nobody says, 365 at most."""
    owner = await ada(accounts)
    usual, long = await key_of(accounts, owner), await key_of(accounts, owner, days=365)
    assert usual.row["expires_at"] - usual.row["created_at"] == timedelta(days=90)
    assert long.row["expires_at"] - long.row["created_at"] == timedelta(days=365)
    with pytest.raises(Invalid):
        await key_of(accounts, owner, days=366)


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"name": "  "}, "/name"),
        ({"name": "\u202egro"}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"scopes": ()}, "/scopes"),
        ({"scopes": ("admin",)}, "/scopes"),
        ({"scopes": ("editor", "owner")}, "/scopes"),
        ({"scopes": ("public",)}, "/scopes"),
        ({"days": 0}, "/expires_in_days"),
        ({"networks": ("203.0.113.7/24",)}, "/networks/0"),
        ({"networks": ("10.0.0.0/8", "office")}, "/networks/1"),
        ({"networks": ("10.0.0.1",) * (MAX_NETWORKS + 1)}, "/networks"),
        ({"rate": "as many as I like"}, "/rate"),
        ({"rate": "0/minute"}, "/rate"),
    ],
)
async def test_what_cannot_be_asked_for_is_named(
    accounts: BoundAccounts, changed: dict[str, Any], pointer: str
) -> None:
    """Roles that the owner does not have, networks that are none, times beyond the cap."""
    owner = await ada(accounts, "editor")
    with pytest.raises(Invalid) as refused:
        await key_of(accounts, owner, **changed)
    assert pointer in [each.pointer for each in refused.value.errors]
    assert await access_of(accounts).keys.list(owner) == []


def test_networks_are_kept_in_their_one_form() -> None:
    """Each once, sorted, as CIDR."""
    wanted = KeyRequest("x", ("editor",), networks=("2001:DB8::/32", "10.0.0.1", "10.0.0.1/32"))
    assert wanted.plain_networks == ["10.0.0.1/32", "2001:db8::/32"]


async def test_two_keys_are_good_while_one_takes_the_place_of_the_other(accounts: BoundAccounts) -> None:
    """The old one goes on for the stated grace, and not a second longer."""
    owner = await ada(accounts)
    keys = access_of(accounts).keys
    with time_machine.travel(now(), tick=False) as clock:
        old = await key_of(accounts, owner, days=30, networks=(), rate="60/minute")
        clock.shift(timedelta(days=3))
        assert await is_good(accounts, old)
        new = await keys.rotate(owner, old.row["id"], grace_hours=2)
        assert new.text != old.text
        same = ("name", "scopes", "networks", "rate", "user_id")
        assert [new.row[name] for name in same] == [old.row[name] for name in same]
        assert new.row["expires_at"] == now() + timedelta(days=30)
        clock.shift(timedelta(hours=2, seconds=-1))
        assert [await is_good(accounts, each) for each in (old, new)] == [True, True]
        clock.shift(timedelta(seconds=1))
        assert [await is_good(accounts, each) for each in (old, new)] == [False, True]


async def test_a_grace_of_nothing_ends_the_old_key_at_once(accounts: BoundAccounts) -> None:
    """For a key that has leaked."""
    owner = await ada(accounts)
    old = await key_of(accounts, owner)
    assert await is_good(accounts, old)
    new = await access_of(accounts).keys.rotate(owner, old.row["id"], grace_hours=0)
    assert [await is_good(accounts, each) for each in (old, new)] == [False, True]


async def test_the_grace_does_not_lengthen_a_key(accounts: BoundAccounts) -> None:
    """What ends tomorrow ends tomorrow."""
    owner = await ada(accounts)
    old = await key_of(accounts, owner, days=1)
    await access_of(accounts).keys.rotate(owner, old.row["id"], grace_hours=MAX_GRACE_HOURS)
    after = {each["id"]: each for each in await access_of(accounts).keys.list(owner)}
    assert after[old.row["id"]]["expires_at"] == old.row["expires_at"]


async def test_there_are_never_more_than_two(accounts: BoundAccounts) -> None:
    """A key is replaced once; replacing its successor ends what was left of the first."""
    owner = await ada(accounts)
    keys = access_of(accounts).keys
    first = await key_of(accounts, owner)
    second = await keys.rotate(owner, first.row["id"])
    with pytest.raises(Conflict):
        await keys.rotate(owner, first.row["id"])
    assert await is_good(accounts, first)
    third = await keys.rotate(owner, second.row["id"])
    assert [await is_good(accounts, each) for each in (first, second, third)] == [False, True, True]


async def test_ten_rotations_at_once_make_one_key(accounts: BoundAccounts) -> None:
    """The others are told that it was replaced already."""
    owner = await ada(accounts)
    keys = access_of(accounts).keys
    old = await key_of(accounts, owner)
    found = await asyncio.gather(
        *(keys.rotate(owner, old.row["id"]) for _ in range(10)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in found) == ["Conflict"] * 9 + ["NewKey"]
    assert len(await keys.list(owner)) == 2


async def test_a_rotation_does_not_bring_back_a_lost_role(accounts: BoundAccounts) -> None:
    """The new key has what the owner has now; with nothing left there is none."""
    owner = await ada(accounts, "editor", "viewer")
    keys = access_of(accounts).keys
    both = await key_of(accounts, owner, scopes=("editor", "viewer"))
    editor = await key_of(accounts, owner, scopes=("editor",))
    await accounts.ensure_account(EMAIL, name="Ada", roles=("viewer",))
    assert (await keys.rotate(owner, both.row["id"])).row["scopes"] == ["viewer"]
    with pytest.raises(Invalid):
        await keys.rotate(owner, editor.row["id"])


async def test_a_revoked_key_stops_at_once_here(accounts: BoundAccounts, database: Database) -> None:
    """Also one that is remembered; and it is on record."""
    owner = await ada(accounts)
    made = await key_of(accounts, owner)
    assert await is_good(accounts, made)
    keys = access_of(accounts).keys
    await keys.revoke(made.row["id"], owner)
    assert not await is_good(accounts, made)
    assert ("revoke", made.row["id"]) in [each[:2] for each in await entries(database)]
    with pytest.raises(NotFound):
        await keys.revoke(made.row["id"], owner)
    with pytest.raises(Conflict):
        await keys.rotate(owner, made.row["id"])


async def test_nobody_reaches_the_keys_of_others(accounts: BoundAccounts) -> None:
    """Not to be seen is not there."""
    owner = await ada(accounts)
    other = await accounts.ensure_account("bob@example.org", name="Bob", roles=["editor"])
    made = await key_of(accounts, owner)
    keys = access_of(accounts).keys
    for attempt in (keys.revoke(made.row["id"], other), keys.rotate(other, made.row["id"])):
        with pytest.raises(NotFound):
            await attempt
    assert await keys.list(other) == []
    assert await is_good(accounts, made)
    with pytest.raises(NotFound):
        await key_of(accounts, new_id())


async def test_no_key_slips_past_the_closing_of_its_account(
    accounts: BoundAccounts, client: httpx2.AsyncClient, bearer: Any, database: Database
) -> None:
    """Made at the same moment, it is revoked with the others: opening the account again does not bring it back."""
    root = {**await bearer("root@example.org", "admin"), "If-Match": "*"}
    owners = [
        await accounts.ensure_account(f"p{n}@example.org", name="", roles=["editor"]) for n in range(12)
    ]
    attempts = []
    for owner in owners:
        attempts += [key_of(accounts, owner) for _ in range(3)]
        attempts.append(client.patch(f"/users/{owner}", json={"is_active": False}, headers=root))
        attempts.append(key_of(accounts, owner))
    found = await asyncio.gather(*attempts, return_exceptions=True)
    assert {type(each).__name__ for each in found} <= {"NewKey", "NotFound", "Response"}
    assert [each.status_code for each in found if isinstance(each, httpx2.Response)] == [200] * 12
    left = select(api_keys.c.id).where(api_keys.c.revoked_at.is_(None))
    assert await database.fetch(database.prepare(left)) == []


async def test_an_account_has_room_for_so_many(accounts: BoundAccounts) -> None:
    """Those that have ended take no room; many at once do not slip through."""
    owner = await ada(accounts)
    keys = access_of(accounts).keys
    for _ in range(MAX_KEYS - 1):
        await key_of(accounts, owner)
    found = await asyncio.gather(*(key_of(accounts, owner) for _ in range(4)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in found) == ["Conflict"] * 3 + ["NewKey"]
    await keys.revoke((await keys.list(owner))[0]["id"], owner)
    await key_of(accounts, owner)


async def test_what_ended_long_ago_is_forgotten(accounts: BoundAccounts, database: Database) -> None:
    """The list shows it for 30 days; then the next key that is made sweeps it out."""
    owner = await ada(accounts)
    keys = access_of(accounts).keys
    with time_machine.travel(now(), tick=False) as clock:
        await key_of(accounts, owner, days=1)
        clock.shift(timedelta(days=30))
        assert len(await keys.list(owner)) == 1
        clock.shift(timedelta(days=2))
        assert await keys.list(owner) == []
        await key_of(accounts, owner)
        assert len(await database.fetch(database.prepare(select(api_keys.c.id)))) == 1


async def test_all_keys_are_listed_for_administrators(accounts: BoundAccounts) -> None:
    """With their owners."""
    owner = await ada(accounts)
    other = await accounts.ensure_account("bob@example.org", name="Bob", roles=["editor"])
    await key_of(accounts, owner)
    await key_of(accounts, other)
    assert {each["user_id"] for each in await access_of(accounts).keys.list()} == {owner, other}
