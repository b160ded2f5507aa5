"""A key is sent in one of two headers, never in the address."""

from collections.abc import AsyncGenerator

import httpx2
import pytest
from api_key_flows import Caller, ada, bearing, key_of
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.api_key_form import new_secret, write
from backwright.entity import new_id
from fastapi import FastAPI
from office_roles import Role

USERS = "/users"


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, api_keys=True)


@pytest.fixture
async def home(app: FastAPI) -> AsyncGenerator[httpx2.AsyncClient, None]:
    async with Caller(app) as made:
        yield made


@pytest.fixture
async def key(accounts: BoundAccounts) -> str:
    return (await key_of(accounts, await ada(accounts, "admin"), scopes=("admin",))).text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_both_headers_do(home: httpx2.AsyncClient, key: str, method: str) -> None:
    """`Authorization: Bearer` and `X-API-Key` are the same, whatever the case of their names."""
    for headers in (bearing(key), {"X-API-Key": key}, {"x-api-key": key}, {"authorization": f"bearer {key}"}):
        answer = await home.request(method, USERS, headers=headers)
        assert answer.status_code == 200, headers.keys()


async def test_both_at_once_are_refused(home: httpx2.AsyncClient, key: str) -> None:
    """Two parties could read such a request differently; also if both say the same."""
    for headers in (
        {**bearing(key), "X-API-Key": key},
        {"Authorization": "Basic eDp5", "X-API-Key": key},
        {"Authorization": "", "X-API-Key": key},
    ):
        answer = await home.get(USERS, headers=headers)
        assert answer.status_code == 401
        assert "not both" in answer.json()["detail"]


async def test_one_header_twice_is_refused(home: httpx2.AsyncClient, key: str) -> None:
    """400, as with `Authorization`."""
    answer = await home.get(USERS, headers=[("X-API-Key", key), ("X-API-Key", key)])
    assert answer.status_code == 400


async def test_the_header_takes_keys_alone(
    home: httpx2.AsyncClient, accounts: BoundAccounts, key: str
) -> None:
    """A token belongs in `Authorization`; a made-up key is refused even where anybody may call."""
    user_id = await accounts.ensure_account("root@example.org", name="", roles=["admin"])
    token = (await accounts.open_session(user_id)).access_token
    for text in (token, "", "secret", f"{key} ", f"Bearer {key}"):
        if text != f"{key} ":  # httpx strips spaces at the end
            assert (await home.get(USERS, headers={"X-API-Key": text})).status_code == 401, text
    made_up = write("office", new_id(), new_secret())
    assert (await home.get(USERS, headers={"X-API-Key": made_up})).status_code == 401
    assert (await home.get("/auth/me", headers={"Authorization": f"Bearer {token}"})).status_code == 200


@pytest.mark.parametrize("name", ["api_key", "key", "access_token", "q", "filter[x]"])
@pytest.mark.parametrize("path", [USERS, "/.well-known/jwks.json", "/nowhere"])
async def test_a_key_in_the_address_is_refused_with_a_hint(
    home: httpx2.AsyncClient, key: str, path: str, name: str
) -> None:
    """Under any name, on any path, with a good header beside it: it is in somebody's log already."""
    answer = await home.get(path, params={name: key}, headers=bearing(key))
    assert answer.status_code == 400
    assert "Revoke this key" in answer.json()["detail"]
    assert key not in answer.text
    assert key.partition(".")[2] not in answer.text


async def test_other_parameters_are_nobodys_business(home: httpx2.AsyncClient, key: str) -> None:
    """Only what has the form of a key is refused here."""
    answer = await home.get(USERS, params={"limit": "5"}, headers=bearing(key))
    assert answer.status_code == 200


async def test_the_name_of_another_scheme_does_not_carry_a_key(home: httpx2.AsyncClient, key: str) -> None:
    """`Basic`, `ApiKey` and no scheme at all: 401 with the way to write it."""
    for header in (f"ApiKey {key}", f"Basic {key}", key):
        answer = await home.get(USERS, headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
