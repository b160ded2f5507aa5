"""A service account is an account that a machine has and nobody can sign in to."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from api_key_flows import MACHINES, access_of, bearing, entries, key_of
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.database import Database
from backwright.service_accounts import is_service_account
from mailboxes import Mailbox
from office_roles import Role

Bearer = Callable[..., Awaitable[dict[str, str]]]
ADDRESS = "importer@service.invalid"


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, api_keys=True)


async def made(accounts: BoundAccounts, *roles: str) -> dict[str, Any]:
    return await access_of(accounts).service_accounts.create("importer", roles or ("editor",))


async def test_an_administrator_makes_one(
    client: httpx2.AsyncClient, bearer: Bearer, database: Database
) -> None:
    """201, on record, listed among the service accounts and under `/users`."""
    root = await bearer("root@example.org", "admin")
    answer = await client.post(MACHINES, json={"name": "importer", "roles": ["editor"]}, headers=root)
    assert answer.status_code == 201
    said = answer.json()
    assert said == {"id": said["id"], "name": "importer", "roles": ["editor"], "is_active": True}
    assert (await client.get(MACHINES, headers=root)).json()["items"] == [said]
    account = (await client.get(f"/users/{said['id']}", headers=root)).json()
    assert (account["email"], account["roles"]) == (ADDRESS, ["editor"])
    assert "create" in [each[0] for each in await entries(database, "users")]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "Importer", "roles": []}, "/name"),
        ({"name": "-importer", "roles": []}, "/name"),
        ({"name": "importer@example.org", "roles": []}, "/name"),
        ({"name": "x" * 64, "roles": []}, "/name"),
        ({"name": "importer", "roles": ["owner"]}, "/roles"),
        ({"name": "importer"}, "/roles"),
    ],
)
async def test_what_cannot_be_made_is_named(
    client: httpx2.AsyncClient, bearer: Bearer, body: dict[str, Any], pointer: str
) -> None:
    """422 with the field."""
    root = await bearer("root@example.org", "admin")
    answer = await client.post(MACHINES, json=body, headers=root)
    assert answer.status_code == 422
    assert pointer in [each["pointer"] for each in answer.json()["errors"]]


async def test_a_name_is_given_once(client: httpx2.AsyncClient, bearer: Bearer) -> None:
    """409 for the second."""
    root = await bearer("root@example.org", "admin")
    body = {"name": "importer", "roles": []}
    assert (await client.post(MACHINES, json=body, headers=root)).status_code == 201
    assert (await client.post(MACHINES, json=body, headers=root)).status_code == 409


async def test_nobody_can_sign_in_to_it(
    client: httpx2.AsyncClient, accounts: BoundAccounts, bearer: Bearer, mailbox: Mailbox
) -> None:
    """No password, none that could be set, and no mail that would lead to one."""
    machine = await made(accounts)
    root = await bearer("root@example.org", "admin")
    strong = {"new_password": "eleven loud lamps below"}
    refused = await client.post(f"/users/{machine['id']}/password", json=strong, headers=root)
    assert refused.status_code == 404
    for password in ("", "eleven loud lamps below", "importer"):
        said = {"email": ADDRESS, "password": password or "x"}
        assert (await client.post("/auth/login", json=said)).status_code == 401
    asked = await client.post("/auth/password/forgot", json={"email": ADDRESS})
    assert asked.status_code < 300, asked.text
    assert await mailbox.messages(ADDRESS) == []


async def test_it_acts_with_its_key_until_it_is_closed(
    client: httpx2.AsyncClient, accounts: BoundAccounts, bearer: Bearer
) -> None:
    """Closed like any other account; its keys end with it."""
    machine = await made(accounts, "admin")
    headers = bearing(await key_of(accounts, machine["id"], scopes=("admin",)))
    assert (await client.get("/users", headers=headers)).status_code == 200
    root = await bearer("root@example.org", "admin")
    etag = (await client.get(f"/users/{machine['id']}", headers=root)).headers["etag"]
    closed = {**root, "If-Match": etag}
    answer = await client.patch(f"/users/{machine['id']}", json={"is_active": False}, headers=closed)
    assert answer.status_code == 200
    assert (await client.get("/users", headers=headers)).status_code == 401
    assert (await access_of(accounts).service_accounts.list())[0]["is_active"] is False


def test_only_the_domain_that_no_mail_reaches_is_a_machine_s() -> None:
    """Not one that somebody could own."""
    assert is_service_account("importer@service.invalid")
    assert not is_service_account("importer@service.invalid.example.org")
    assert not is_service_account("service.invalid@example.org")
    assert not is_service_account("importer@my.service.invalid")
