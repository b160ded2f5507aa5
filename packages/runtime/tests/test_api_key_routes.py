"""Keys over HTTP: people make their own, administrators those of machines, keys none at all."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from api_key_flows import EMAIL, KEYS, MACHINES, PASSWORD, access_of, ada, bearing, entries, key_of
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.app import create_app
from backwright.database import Database
from backwright.settings import Settings
from fastapi import FastAPI
from office_roles import Role

Bearer = Callable[..., Awaitable[dict[str, str]]]
WANTED = {"name": "Nightly", "scopes": ["editor"], "current_password": PASSWORD}


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, api_keys=True)


async def test_a_person_makes_a_key_and_sees_it_once(
    client: httpx2.AsyncClient, accounts: BoundAccounts, bearer: Bearer
) -> None:
    """The list shows everything but the key; the answer is kept by no cache."""
    await ada(accounts)
    headers = await bearer(EMAIL, "editor")
    answer = await client.post(KEYS, json=WANTED, headers=headers)
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    assert made["key"].startswith(made["start"] + ".")
    [listed] = (await client.get(KEYS, headers=headers)).json()["items"]
    assert listed == {name: value for name, value in made.items() if name != "key"}
    assert (await client.get("/users", headers=bearing(made["key"]))).status_code == 403


async def test_it_takes_the_password_again(
    client: httpx2.AsyncClient, accounts: BoundAccounts, bearer: Bearer, database: Database
) -> None:
    """A stolen session must not become a key that outlives it; nor by a rotation. An attempt is on record."""
    owner = await ada(accounts)
    made = await key_of(accounts, owner)
    headers = await bearer(EMAIL, "editor")
    rotate = f"{KEYS}/{made.row['id']}/rotate"
    for said in ({}, {"current_password": "wrong"}, {"current_password": None}):
        wanted = {"name": "Nightly", "scopes": ["editor"], **said}
        assert (await client.post(KEYS, json=wanted, headers=headers)).status_code == 422
        assert (await client.post(rotate, json=said, headers=headers)).status_code == 422
    assert [each["id"] for each in await access_of(accounts).keys.list(owner)] == [made.row["id"]]
    assert "api_key.denied" in [each[0] for each in await entries(database, "users")]
    right = await client.post(rotate, json={"current_password": PASSWORD}, headers=headers)
    assert right.status_code == 201


async def test_an_account_without_a_password_needs_none(client: httpx2.AsyncClient, bearer: Bearer) -> None:
    """There is none to show: such accounts sign in elsewhere."""
    headers = await bearer("sso@example.org", "editor")
    wanted = {"name": "Nightly", "scopes": ["editor"]}
    assert (await client.post(KEYS, json=wanted, headers=headers)).status_code == 201


async def test_people_cannot_give_their_keys_a_rate(
    client: httpx2.AsyncClient, accounts: BoundAccounts, bearer: Bearer
) -> None:
    """Or everybody would have as many quotas as keys."""
    await ada(accounts)
    headers = await bearer(EMAIL, "editor")
    answer = await client.post(KEYS, json={**WANTED, "rate": "1000000/second"}, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/rate"


async def test_rotation_and_revocation(
    client: httpx2.AsyncClient, accounts: BoundAccounts, bearer: Bearer
) -> None:
    """201 with the new key, 204, then 404; 409 for what has been replaced."""
    owner = await ada(accounts)
    made = await key_of(accounts, owner)
    headers = await bearer(EMAIL, "editor")
    one = f"{KEYS}/{made.row['id']}"
    said = {"current_password": PASSWORD, "grace_hours": 1}
    new = await client.post(f"{one}/rotate", json=said, headers=headers)
    assert new.status_code == 201
    assert (await client.post(f"{one}/rotate", json=said, headers=headers)).status_code == 409
    assert (await client.delete(one, headers=headers)).status_code == 204
    assert (await client.delete(one, headers=headers)).status_code == 404
    assert (await client.delete(f"{KEYS}/{new.json()['id']}", headers=headers)).status_code == 204
    assert (await client.get("/users", headers=bearing(new.json()["key"]))).status_code == 401


async def test_a_key_manages_neither_keys_nor_accounts(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """Not even an administrator's, with every scope: whoever finds one must not be able to stay."""
    owner = await ada(accounts, "admin", "editor")
    made = await key_of(accounts, owner, scopes=("admin", "editor", "signed_in"))
    key, user, headers = f"{KEYS}/{made.row['id']}", f"/users/{owner}", bearing(made)
    closed: list[tuple[str, str, Any]] = [
        ("GET", KEYS, None),
        ("POST", KEYS, WANTED),
        ("POST", f"{key}/rotate", {"current_password": PASSWORD}),
        ("DELETE", key, None),
        ("GET", f"{KEYS}/all", None),
        ("GET", MACHINES, None),
        ("POST", MACHINES, {"name": "importer", "roles": ["admin"]}),
        ("GET", f"{user}/api-keys", None),
        ("POST", f"{user}/api-keys", {"name": "x", "scopes": ["admin"]}),
        ("POST", f"{user}/api-keys/{made.row['id']}/rotate", {}),
        ("DELETE", f"{user}/api-keys/{made.row['id']}", None),
        ("POST", f"{user}/password", {"new_password": "eleven loud lamps below"}),
        ("DELETE", f"{user}/second-factor", None),
        ("GET", "/auth/me", None),
        ("GET", "/auth/sessions", None),
        ("POST", "/auth/logout-all", None),
        ("POST", "/auth/password", {"current_password": PASSWORD, "new_password": "eleven loud lamps"}),
        ("POST", "/users", {"email": "eve@example.org", "roles": ["admin"]}),
        ("PATCH", user, {"name": "Eve"}),
        ("PATCH", user, {"roles": ["viewer"]}),
    ]
    for method, path, body in closed:
        answer = await client.request(method, path, json=body, headers=headers)
        assert answer.status_code == 403, (method, path, answer.text)
    assert (await client.get(user, headers=headers)).status_code == 200
    assert [each["id"] for each in await access_of(accounts).keys.list()] == [made.row["id"]]


async def test_an_administrator_gives_keys_to_machines_alone(
    client: httpx2.AsyncClient, accounts: BoundAccounts, bearer: Bearer
) -> None:
    """A key that an administrator had made for a person would act in that person's name."""
    person = await ada(accounts)
    root = await bearer("root@example.org", "admin")
    wanted = {"name": "Nightly", "scopes": ["editor"], "rate": "600/minute", "networks": ["10.0.0.0/8"]}
    assert (await client.post(f"/users/{person}/api-keys", json=wanted, headers=root)).status_code == 403
    machine = (
        await client.post(MACHINES, json={"name": "importer", "roles": ["editor"]}, headers=root)
    ).json()
    one = f"/users/{machine['id']}/api-keys"
    answer = await client.post(one, json=wanted, headers=root)
    assert answer.status_code == 201
    assert answer.json()["rate"] == "600/minute"
    assert answer.json()["networks"] == ["10.0.0.0/8"]
    new = await client.post(f"{one}/{answer.json()['id']}/rotate", json={}, headers=root)
    assert new.status_code == 201
    assert [each["id"] for each in (await client.get(one, headers=root)).json()["items"]] == [
        new.json()["id"],
        answer.json()["id"],
    ]


async def test_an_administrator_sees_and_ends_the_keys_of_all(
    client: httpx2.AsyncClient, accounts: BoundAccounts, bearer: Bearer
) -> None:
    """The key must be of the account in the address."""
    person = await ada(accounts)
    made = await key_of(accounts, person)
    root = await bearer("root@example.org", "admin")
    other = await accounts.ensure_account("bob@example.org", name="Bob", roles=["editor"])
    assert [each["id"] for each in (await client.get(f"{KEYS}/all", headers=root)).json()["items"]] == [
        str(made.row["id"])
    ]
    wrong = await client.delete(f"/users/{other}/api-keys/{made.row['id']}", headers=root)
    assert wrong.status_code == 404
    right = await client.delete(f"/users/{person}/api-keys/{made.row['id']}", headers=root)
    assert right.status_code == 204
    assert (await client.get("/users", headers=bearing(made))).status_code == 401


async def test_nobody_else_does(client: httpx2.AsyncClient, accounts: BoundAccounts, bearer: Bearer) -> None:
    """401 for strangers, 403 for people without the role."""
    person = await ada(accounts)
    made = await key_of(accounts, person)
    one = f"/users/{person}/api-keys"
    wanted = {"name": "x", "scopes": ["editor"]}
    for headers, status in (({}, 401), (await bearer(EMAIL, "editor"), 403)):
        for method, path, body in (
            ("GET", f"{KEYS}/all", None),
            ("GET", one, None),
            ("POST", one, wanted),
            ("POST", f"{one}/{made.row['id']}/rotate", {}),
            ("DELETE", f"{one}/{made.row['id']}", None),
            ("GET", MACHINES, None),
            ("POST", MACHINES, {"name": "importer", "roles": []}),
        ):
            answer = await client.request(method, path, json=body, headers=headers)
            assert answer.status_code == status, (method, path)


async def test_the_document_says_where_keys_are_taken(app: FastAPI) -> None:
    """As a security scheme that Swagger UI offers; not where they are refused."""
    found = app.openapi()
    assert found["components"]["securitySchemes"]["api_key"]["name"] == "X-API-Key"
    key = {"api_key": []}
    assert key in found["paths"]["/users"]["get"]["security"]
    assert key in found["paths"]["/users/{id}"]["get"]["security"]
    for path, method in (
        ("/users", "post"),
        ("/users/{id}", "patch"),
        ("/users/{user_id}/password", "post"),
        ("/users/{user_id}/api-keys", "get"),
        (KEYS, "get"),
        (KEYS, "post"),
        ("/auth/me", "get"),
    ):
        assert key not in found["paths"][path][method]["security"], path


async def test_without_the_declaration_there_are_none(settings: Settings, user_class: type[Account]) -> None:
    """No routes, no scheme."""
    plain = Accounts(user_class, roles=Role, admin=Role.ADMIN)
    found = create_app(settings, title="Plain", accounts=plain).openapi()
    assert not [path for path in found["paths"] if "api-keys" in path or "service-accounts" in path]
    assert set(found["components"]["securitySchemes"]) == {"bearer"}
