"""Logout at a client's request: one session ends, and people go where the client has registered."""

import httpx2
import pytest
from backwright.accounts import Account, Accounts, BoundAccounts
from oauth_flows import BYE, ROOT, ada, bearing, register, tokens
from office_roles import Role


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, oauth=True)


async def is_open(client: httpx2.AsyncClient, found: dict[str, str]) -> bool:
    answer = await client.get(f"{ROOT}/userinfo", headers=bearing(found["access_token"]))
    return answer.status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_logout_ends_the_session_of_the_id_token_and_no_other(
    client: httpx2.AsyncClient, accounts: BoundAccounts, method: str
) -> None:
    """And goes back with the state."""
    await ada(accounts)
    app, secret = await register(accounts)
    one, two = await tokens(client, app, secret), await tokens(client, app, secret)
    said = {"id_token_hint": one["id_token"], "post_logout_redirect_uri": BYE, "state": "a b"}
    way = {"params": said} if method == "GET" else {"data": said}
    answer = await client.request(method, f"{ROOT}/logout", **way)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{BYE}?state=a+b"
    assert not await is_open(client, one)
    assert await is_open(client, two)


async def test_without_an_address_there_is_a_page(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """A second time it is the same page."""
    await ada(accounts)
    app, secret = await register(accounts)
    found = await tokens(client, app, secret)
    for _ in range(2):
        answer = await client.get(f"{ROOT}/logout", params={"id_token_hint": found["id_token"]})
        assert answer.status_code == 200
        assert "signed out" in answer.text
    assert not await is_open(client, found)


@pytest.mark.parametrize(
    "address",
    ["https://evil.example.org/", BYE + "/", BYE + "?a=b", "//evil.example.org", "javascript:alert(1)"],
)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(
    client: httpx2.AsyncClient, accounts: BoundAccounts, address: str
) -> None:
    """No open redirect here either."""
    await ada(accounts)
    app, secret = await register(accounts)
    found = await tokens(client, app, secret)
    said = {"id_token_hint": found["id_token"], "post_logout_redirect_uri": address}
    answer = await client.get(f"{ROOT}/logout", params=said)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "evil" not in answer.text


async def test_nothing_ends_without_an_id_token_of_ours(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """None, a forged one, an access token, one of another client: nobody is signed out, nobody is sent on."""
    await ada(accounts)
    app, secret = await register(accounts)
    other, _ = await register(accounts, name="Other")
    found = await tokens(client, app, secret)
    forged = found["id_token"][:-6] + ("AAAAAA" if not found["id_token"].endswith("AAAAAA") else "BBBBBB")
    for said in (
        {},
        {"client_id": str(app.id)},
        {"id_token_hint": forged},
        {"id_token_hint": found["access_token"]},
        {"id_token_hint": "x.y.z"},
        {"id_token_hint": "é"},
        {"id_token_hint": found["id_token"], "client_id": str(other.id)},
    ):
        answer = await client.get(f"{ROOT}/logout", params={**said, "post_logout_redirect_uri": BYE})
        assert answer.status_code == 400, said
        assert "location" not in answer.headers
    assert await is_open(client, found)
