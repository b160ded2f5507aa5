"""Administrators manage accounts through a resource like any other, within rules that keep the system
administrable."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx2
import pytest
from backwright.accounts import Accounts, BoundAccounts
from backwright.actor import signed_in
from backwright.audit import audit_log
from backwright.database import Database
from backwright.runtime import Runtime
from fastapi import FastAPI
from sqlalchemy import select

Bearer = Callable[..., Awaitable[dict[str, str]]]


async def find(client: httpx2.AsyncClient, who: dict[str, str], email: str) -> dict[str, Any]:
    [found] = (await client.get("/users", params={"email": email}, headers=who)).json()["items"]
    return dict(found)


async def patch(
    client: httpx2.AsyncClient,
    who: dict[str, str],
    user_email: str,
    admin: dict[str, str] | None = None,
    **changes: Any,
) -> httpx2.Response:
    user = await find(client, admin or who, user_email)
    return await client.patch(f"/users/{user['id']}", json=changes, headers=who)


@pytest.fixture
async def root(bearer: Bearer) -> dict[str, str]:
    return await bearer("root@example.org", "admin")


async def test_an_administrator_makes_lists_and_changes_accounts(
    client: httpx2.AsyncClient, root: dict[str, str]
) -> None:
    """Roles are sorted, each once; addresses are folded; nothing about passwords is shown."""
    body = {"email": "Ada@Example.org", "name": "Ada", "roles": ["viewer", "editor", "viewer"]}
    made = await client.post("/users", json=body, headers=root)
    assert made.status_code == 201
    assert made.json()["email"] == "ada@example.org"
    assert made.json()["roles"] == ["editor", "viewer"]
    assert not [name for name in made.json() if "password" in name]
    changed = await patch(client, root, "ada@example.org", name="Ada L.", roles=[])
    assert (changed.status_code, changed.json()["roles"]) == (200, [])
    assert (await client.post("/users", json=body, headers=root)).status_code == 409


@pytest.mark.parametrize("roles", [["king"], "admin", {"admin": True}, [1], [None], ["admin"] * 50, None])
async def test_roles_are_those_that_the_service_has(
    client: httpx2.AsyncClient, root: dict[str, str], roles: object
) -> None:
    """Anything else is a 422 at the field."""
    body = {"email": "ada@example.org", "name": "Ada", "roles": roles}
    answer = await client.post("/users", json=body, headers=root)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/roles")


@pytest.mark.parametrize(
    "field", ["password_hash", "password", "password_changed_at", "last_login_at", "id", "version"]
)
async def test_credentials_are_no_fields(
    client: httpx2.AsyncClient, root: dict[str, str], field: str
) -> None:
    """They can be neither set, nor filtered, nor sorted by."""
    body = {"email": "ada@example.org", "name": "Ada", "roles": [], field: "x"}
    assert (await client.post("/users", json=body, headers=root)).status_code == 422
    assert (await client.get("/users", params={field: "x"}, headers=root)).status_code == 400
    if field.startswith("password"):
        assert (await client.get("/users", params={"sort": field}, headers=root)).status_code == 400


@pytest.mark.parametrize("role", ["editor", "viewer", None])
async def test_nobody_else_gets_in(
    client: httpx2.AsyncClient, bearer: Bearer, root: dict[str, str], role: str | None
) -> None:
    """Not to read, not to make, not to change: also not to learn who the last administrator is."""
    who = await bearer("ada@example.org", *([role] if role else []))
    assert (await client.get("/users", headers=who)).status_code == 403
    assert (await client.post("/users", json={}, headers=who)).status_code in (403, 422)
    for email in ("ada@example.org", "root@example.org"):
        answer = await patch(client, who, email, admin=root, roles=["viewer"])
        assert answer.status_code == 403
    assert (await client.get("/users")).status_code == 401


async def test_nobody_changes_their_own_roles_or_closes_their_own_account(
    client: httpx2.AsyncClient, bearer: Bearer, root: dict[str, str]
) -> None:
    """Another administrator does; sending what is there already, or another name, is fine."""
    second = await bearer("second@example.org", "admin")
    attempts: list[dict[str, Any]] = [{"roles": ["admin", "editor"]}, {"roles": []}, {"is_active": False}]
    for changes in attempts:
        assert (await patch(client, root, "root@example.org", **changes)).status_code == 403
    assert (await patch(client, root, "root@example.org", name="Root", roles=["admin"])).status_code == 200
    changed = await patch(client, second, "root@example.org", roles=["admin", "editor"])
    assert changed.json()["roles"] == ["admin", "editor"]


@pytest.mark.parametrize("changes", [{"roles": ["viewer"]}, {"is_active": False}])
async def test_the_last_administrator_stays(
    accounts: BoundAccounts, runtime: Runtime, declared: Accounts, changes: dict[str, Any]
) -> None:
    """Two who remove each other at the same moment, both with good reason to think that they may: one is
    refused."""
    first = await accounts.ensure_account("first@example.org", name="", roles=["admin"])
    second = await accounts.ensure_account("second@example.org", name="", roles=["admin"])
    users = runtime.resources[declared.user]

    async def remove(other: UUID, by: UUID) -> None:
        async with runtime.database.work() as work:
            actor = signed_in(by, frozenset({"admin"}))
            await users.service(actor, work).update(other, changes)

    found = await asyncio.gather(remove(first, second), remove(second, first), return_exceptions=True)
    assert sorted(type(each).__name__ for each in found) == ["Conflict", "NoneType"]


async def test_the_last_administrator_is_counted_in_the_transaction(
    accounts: BoundAccounts, database: Database, bearer: Bearer
) -> None:
    """Closed accounts and other roles do not count."""
    await bearer("root@example.org", "admin")
    await bearer("viewer@example.org", "viewer")
    root = await accounts.ensure_account("root@example.org", name="", roles=["admin"])
    async with database.work() as work:
        assert not await accounts.has_other_admin(work, root)
    await bearer("second@example.org", "admin")
    async with database.work() as work:
        assert await accounts.has_other_admin(work, root)


async def test_roles_and_closing_count_at_once(
    client: httpx2.AsyncClient, bearer: Bearer, root: dict[str, str]
) -> None:
    """The next request of the one concerned is judged by what is true now; closing ends every session for
    good."""
    ada = await bearer("ada@example.org", "admin")
    assert (await client.get("/users", headers=ada)).status_code == 200
    await patch(client, root, "ada@example.org", roles=["viewer"])
    assert (await client.get("/users", headers=ada)).status_code == 403
    await patch(client, root, "ada@example.org", is_active=False)
    assert (await client.get("/auth/me", headers=ada)).status_code == 401
    await patch(client, root, "ada@example.org", is_active=True)
    assert (await client.get("/auth/me", headers=ada)).status_code == 401


async def test_accounts_are_closed_not_deleted(client: httpx2.AsyncClient, root: dict[str, str]) -> None:
    """What people did refers to them: nobody may delete one, so there is no such route, nor is it described."""
    user = await find(client, root, "root@example.org")
    assert (await client.delete(f"/users/{user['id']}", headers=root)).status_code == 405
    described = (await client.get("/openapi.json")).json()["paths"]["/users/{id}"]
    assert sorted(described) == ["get", "patch"]
    made = {"email": "leaver@example.org", "name": "Leaver"}
    leaver = (await client.post("/users", json=made, headers=root)).json()
    closed = await client.patch(f"/users/{leaver['id']}", json={"is_active": False}, headers=root)
    assert (closed.status_code, closed.json()["is_active"]) == (200, False)


async def test_an_address_stays(client: httpx2.AsyncClient, bearer: Bearer, root: dict[str, str]) -> None:
    """It is the name under which its owner signs in, and changing it would hand over the account."""
    await bearer("ada@example.org")
    assert (await patch(client, root, "ada@example.org", email="mallory@example.org")).status_code == 403


async def test_changes_are_on_record(
    client: httpx2.AsyncClient, bearer: Bearer, root: dict[str, str], database: Database
) -> None:
    """Who changed whose roles, from what to what; refusals too."""
    ada = await bearer("ada@example.org", "viewer")
    await patch(client, root, "ada@example.org", roles=["editor"])
    await patch(client, ada, "root@example.org", admin=root, roles=[])
    log = audit_log.c
    rows = await database.fetch(
        database.prepare(select(log.action, log.changes).where(log.auth_method == "token").order_by(log.id))
    )
    assert rows[0] == ("update", {"roles": [["viewer"], ["editor"]]})
    assert rows[1][0].endswith(".denied")


async def test_the_list_is_paged(client: httpx2.AsyncClient, bearer: Bearer, root: dict[str, str]) -> None:
    """Like every other list."""
    for number in range(5):
        await bearer(f"{number}@example.org")
    page = (await client.get("/users", params={"limit": 2, "sort": "email"}, headers=root)).json()
    assert [each["email"] for each in page["items"]] == ["0@example.org", "1@example.org"]
    query = {"limit": 2, "sort": "email", "cursor": page["next"]}
    following = (await client.get("/users", params=query, headers=root)).json()
    assert [each["email"] for each in following["items"]] == ["2@example.org", "3@example.org"]


async def test_the_document_names_the_roles(app: FastAPI) -> None:
    """In what is sent and in what comes back."""
    document = app.openapi()
    schemas = document["components"]["schemas"]
    user = next(name for name in schemas if f"{name}Create" in schemas)
    assert schemas[user]["properties"]["roles"]["items"]["enum"] == ["admin", "editor", "viewer"]
    assert "password_hash" not in str(document)


async def test_the_declaration_is_sound(runtime: Runtime, declared: Accounts) -> None:
    """The same check as for every resource."""
    runtime.resources[declared.user].check(frozenset(str(role) for role in declared.roles))
