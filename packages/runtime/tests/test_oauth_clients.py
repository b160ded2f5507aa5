"""Clients: registered by an administrator, with exact addresses, and secrets that are shown once."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

import httpx2
import pytest
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.app import create_app
from backwright.database import Database
from backwright.oauth_registration import ClientRegistration, fault
from backwright.oauth_rows import oauth_clients
from backwright.oauth_scopes import scopes_of
from backwright.settings import Settings
from oauth_flows import BACK, ROOT, Person, ada, bearing, machine, post, register, tokens, told
from office_roles import Role
from sqlalchemy import bindparam, select, update

Bearer = Callable[..., Awaitable[dict[str, str]]]
GOOD = {
    "name": "Warehouse app",
    "grants": ["authorization_code"],
    "scopes": ["openid", "editor"],
    "redirect_uris": [BACK],
}
KNOWN = frozenset(scopes_of(Role))


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, oauth=True)


async def test_an_administrator_registers_a_client_and_sees_its_secret_once(
    client: httpx2.AsyncClient, database: Database, bearer: Bearer
) -> None:
    """The database has a digest of it, the list not even that."""
    headers = await bearer("root@example.org", "admin")
    answer = await client.post(f"{ROOT}/clients", json=GOOD, headers=headers)
    assert answer.status_code == 201
    made = answer.json()
    assert len(made["client_secret"]) == 43
    [listed] = (await client.get(f"{ROOT}/clients", headers=headers)).json()["items"]
    assert listed == {name: value for name, value in made.items() if name != "client_secret"}
    [(stored,)] = await database.fetch(database.prepare(select(oauth_clients.c.secret_hash)))
    assert made["client_secret"] not in stored
    public = await client.post(f"{ROOT}/clients", json={**GOOD, "public": True}, headers=headers)
    assert public.json()["client_secret"] is None


async def test_nobody_else_does(client: httpx2.AsyncClient, bearer: Bearer) -> None:
    """401 for strangers, 403 for people without the role."""
    for headers, status in (({}, 401), (await bearer("ada@example.org", "editor"), 403)):
        assert (await client.post(f"{ROOT}/clients", json=GOOD, headers=headers)).status_code == status
        assert (await client.get(f"{ROOT}/clients", headers=headers)).status_code == status
        one = f"{ROOT}/clients/0192c0de-0000-7000-8000-000000000000"
        assert (await client.delete(one, headers=headers)).status_code == status
        assert (await client.post(f"{one}/secret", headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"name": "\u202egro"}, "/name"),
        ({"name": "   "}, "/name"),
        ({"grants": ["authorization_code", "client_credentials"]}, "/grants"),
        ({"grants": ["refresh_token"]}, "/grants"),
        ({"grants": ["password"]}, "/grants/0"),
        ({"scopes": ["openid", "owner"]}, "/scopes"),
        ({"redirect_uris": []}, "/redirect_uris"),
        ({"redirect_uris": ["http://app.example.org/"]}, "/redirect_uris/0"),
        ({"redirect_uris": [BACK, "https://*.example.org/"]}, "/redirect_uris/1"),
        ({"logout_uris": ["javascript:alert(1)"]}, "/logout_uris/0"),
        ({"grants": ["client_credentials"]}, "/redirect_uris"),
        ({"grants": ["client_credentials"], "redirect_uris": [], "public": True}, "/public"),
        ({"grants": ["client_credentials"], "redirect_uris": []}, "/scopes"),
        ({"client_id": "mine"}, "/client_id"),
    ],
)
async def test_what_cannot_be_registered_is_named(
    client: httpx2.AsyncClient, bearer: Bearer, changed: dict[str, Any], pointer: str
) -> None:
    """422 with the field."""
    headers = await bearer("root@example.org", "admin")
    answer = await client.post(f"{ROOT}/clients", json={**GOOD, **changed}, headers=headers)
    assert answer.status_code == 422
    assert pointer in [each["pointer"] for each in answer.json()["errors"]]


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.org",
        "https://app.example.org:8443/done?x=1",
        "http://localhost:3000/done",
        "http://127.0.0.1/done",
        "com.example.app:/done",
    ],
)
def test_addresses_that_people_can_be_sent_to(uri: str) -> None:
    """https, this machine, and the own scheme of an app."""
    assert fault(uri, public=True) is None


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "app.example.org",
        "//app.example.org/",
        "http://app.example.org/",
        "http://localhost.evil.org/",
        "https://",
        "https:///done",
        "https://a@app.example.org/",
        "https://app.example.org/#x",
        "https://app.example.org/\r\nSet-Cookie: a=b",
        "https://app.example.org/ x",
        "https://app.example.org\\@evil.org/",
        "https://*.example.org/",
        "https://app.example.org;script-src/",
        "https://[::1]/",
        "https://app.example.org:99999/",
        "javascript:alert(1)",
        "data:text/html,x",
        "myapp:/done",
        "com.example.app://host/done",
        "https://" + "a" * 2100,
    ],
)
def test_addresses_that_nobody_is_sent_to(uri: str) -> None:
    """Nothing that a browser or a header could read in another way."""
    assert fault(uri, public=True) is not None


def test_an_app_with_a_secret_has_no_scheme_of_its_own() -> None:
    """It runs on a server."""
    assert fault("com.example.app:/done", public=False) is not None


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Not the first thing only."""
    wrong = ClientRegistration("", False, (), (), ("x",), ("y",)).errors(KNOWN)
    assert {each.pointer for each in wrong} == {
        "/name",
        "/grants",
        "/scopes",
        "/redirect_uris/0",
        "/logout_uris/0",
    }


async def test_another_secret_takes_the_place_of_the_old_one(
    client: httpx2.AsyncClient, accounts: BoundAccounts, bearer: Bearer
) -> None:
    """At once; a public client has none to replace."""
    headers = await bearer("root@example.org", "admin")
    bot, old = await machine(accounts)
    answer = await client.post(f"{ROOT}/clients/{bot.id}/secret", headers=headers)
    new = answer.json()["client_secret"]
    assert (await post(client, "token", bot, old, grant_type="client_credentials")).status_code == 401
    assert (await post(client, "token", bot, new, grant_type="client_credentials")).status_code == 200
    page, _ = await register(accounts, public=True)
    assert (await client.post(f"{ROOT}/clients/{page.id}/secret", headers=headers)).status_code == 404


async def test_closing_a_client_ends_what_it_holds(
    client: httpx2.AsyncClient, accounts: BoundAccounts, bearer: Bearer
) -> None:
    """Its tokens for people and for itself, and its name is not known any more."""
    await ada(accounts)
    headers = await bearer("root@example.org", "admin")
    app, secret = await register(accounts)
    bot, its_secret = await machine(accounts)
    people = (await tokens(client, app, secret))["access_token"]
    itself = (await post(client, "token", bot, its_secret, grant_type="client_credentials")).json()[
        "access_token"
    ]
    for token in (people, itself):
        await accounts.authenticate(f"Bearer {token}")
    for each in (app, bot):
        assert (await client.delete(f"{ROOT}/clients/{each.id}", headers=headers)).status_code == 204
        assert (await client.delete(f"{ROOT}/clients/{each.id}", headers=headers)).status_code == 409
    for token in (people, itself):
        assert (await client.get(f"{ROOT}/userinfo", headers=bearing(token))).status_code == 401
    assert (await post(client, "token", bot, its_secret, grant_type="client_credentials")).status_code == 401
    unknown = f"{ROOT}/clients/0192c0de-0000-7000-8000-000000000000"
    assert (await client.delete(unknown, headers=headers)).status_code == 404


def test_a_role_that_cannot_be_a_scope_stops_the_start(settings: Settings, user_class: type[Account]) -> None:
    """It would mean something else to every OAuth library."""

    class Odd(StrEnum):
        ADMIN = "admin"
        EMAIL = "email"

    class Spaced(StrEnum):
        ADMIN = "head of all"

    for roles in (Odd, Spaced):
        with pytest.raises(TypeError, match="cannot be a scope"):
            create_app(
                settings, title="Office", accounts=Accounts(user_class, roles, next(iter(roles)), oauth=True)
            )


async def test_a_role_that_has_gone_from_the_code_is_no_scope_any_more(
    client: httpx2.AsyncClient, accounts: BoundAccounts, database: Database
) -> None:
    """A client that was registered with it goes on without it."""
    app, _ = await register(accounts, scopes=("openid", "editor"))
    scopes = bindparam("scopes", type_=oauth_clients.c.scopes.type)
    change = database.prepare(update(oauth_clients).values(scopes=scopes))
    async with database.work() as work:
        await work.execute(change, {"scopes": ["openid", "owner"]})
    answer = await Person(client, app, scope="openid owner").look()
    assert told(answer)["error"] == "invalid_scope"
    assert (await Person(client, app, scope="openid").look()).status_code == 200
