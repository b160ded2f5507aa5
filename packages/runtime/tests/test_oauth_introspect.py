"""Introspection and revocation: a client learns of and ends its own tokens, and nobody else's."""

from datetime import timedelta

import httpx2
import pytest
import time_machine
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.context import now
from oauth_flows import EMAIL, PASSWORD, ROOT, ada, bearing, machine, post, refresh, register, tokens
from office_roles import Role


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, oauth=True)


async def test_a_client_learns_what_its_tokens_are(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """Active, whose, how far and how long; both kinds."""
    await ada(accounts)
    app, secret = await register(accounts)
    found = await tokens(client, app, secret)
    access = (await post(client, "introspect", app, secret, token=found["access_token"])).json()
    assert access.keys() == {"active", "token_type", "iss", "aud", "client_id", "sub", "scope", "exp"}
    assert (access["active"], access["client_id"], access["scope"]) == (True, str(app.id), "editor openid")
    held = (await post(client, "introspect", app, secret, token=found["refresh_token"])).json()
    assert (held["active"], held["sub"], held["scope"]) == (True, access["sub"], "editor openid")
    bot, its_secret = await machine(accounts)
    own = (await post(client, "token", bot, its_secret, grant_type="client_credentials")).json()
    itself = (await post(client, "introspect", bot, its_secret, token=own["access_token"])).json()
    assert (itself["active"], itself["sub"]) == (True, str(bot.id))


async def test_nothing_is_told_of_the_tokens_of_others(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """Those of another client and of the person are to this client what rubbish is."""
    await ada(accounts)
    app, secret = await register(accounts)
    other, its_secret = await register(accounts, name="Other")
    found, own = await tokens(client, app, secret), await accounts.sign_in(EMAIL, PASSWORD)
    foreign = (found["access_token"], found["refresh_token"], own.access_token, own.refresh_token)
    for token in (*foreign, found["id_token"], "rubbish", "x" * 5000):
        answer = await post(client, "introspect", other, its_secret, token=token)
        assert (answer.status_code, answer.json()) == (200, {"active": False})
        assert (await post(client, "revoke", other, its_secret, token=token)).status_code == 200
    assert (await client.get("/auth/me", headers=bearing(own.access_token))).status_code == 200
    assert (await client.get(f"{ROOT}/userinfo", headers=bearing(found["access_token"]))).status_code == 200
    assert (await refresh(client, app, secret, found["refresh_token"])).status_code == 200


async def test_a_public_client_may_not_ask(client: httpx2.AsyncClient, accounts: BoundAccounts) -> None:
    """Anybody could ask in its name."""
    await ada(accounts)
    app, _ = await register(accounts, public=True)
    found = await tokens(client, app, "")
    answer = await post(client, "introspect", app, "", token=found["access_token"])
    assert (answer.status_code, answer.json()["error"]) == (403, "unauthorized_client")
    assert (await post(client, "introspect", app, "")).status_code == 400


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
@pytest.mark.parametrize("public", [False, True])
async def test_revoking_either_token_ends_both(
    client: httpx2.AsyncClient, accounts: BoundAccounts, which: str, public: bool
) -> None:
    """At once; a second time changes nothing and is no error."""
    await ada(accounts)
    app, secret = await register(accounts, public=public)
    found = await tokens(client, app, secret)
    assert (await client.get(f"{ROOT}/userinfo", headers=bearing(found["access_token"]))).status_code == 200
    for _ in range(2):
        assert (await post(client, "revoke", app, secret, token=found[which])).status_code == 200
    assert (await client.get(f"{ROOT}/userinfo", headers=bearing(found["access_token"]))).status_code == 401
    assert (await refresh(client, app, secret, found["refresh_token"])).status_code == 400
    if not public:
        for token in (found["access_token"], found["refresh_token"]):
            assert (await post(client, "introspect", app, secret, token=token)).json() == {"active": False}


async def test_a_token_of_a_client_itself_is_revoked_alone(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """Its other tokens go on."""
    bot, secret = await machine(accounts)
    one, two = [
        (await post(client, "token", bot, secret, grant_type="client_credentials")).json()["access_token"]
        for _ in range(2)
    ]
    for token in (one, two):
        await accounts.authenticate(f"Bearer {token}")
    assert (await post(client, "revoke", bot, secret, token=one)).status_code == 200
    states = [
        (await post(client, "introspect", bot, secret, token=token)).json()["active"] for token in (one, two)
    ]
    assert states == [False, True]
    assert (await client.get(f"{ROOT}/userinfo", headers=bearing(one))).status_code == 401
    assert (await client.get(f"{ROOT}/userinfo", headers=bearing(two))).status_code == 403


async def test_a_person_who_ends_the_session_ends_the_tokens(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """A client stands in the list of sessions with its name, and can be signed out there."""
    await ada(accounts)
    app, secret = await register(accounts)
    found, own = await tokens(client, app, secret), await accounts.sign_in(EMAIL, PASSWORD)
    listed = (await client.get("/auth/sessions", headers=bearing(own.access_token))).json()["items"]
    [held] = [each for each in listed if each["user_agent"].startswith("Warehouse <app>: ")]
    gone = await client.delete(f"/auth/sessions/{held['id']}", headers=bearing(own.access_token))
    assert gone.status_code == 204
    assert (await post(client, "introspect", app, secret, token=found["access_token"])).json() == {
        "active": False
    }
    assert (await refresh(client, app, secret, found["refresh_token"])).status_code == 400


async def test_a_refresh_token_that_was_not_used_for_long_is_not_active(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """Nor is one that is spent."""
    await ada(accounts)
    app, secret = await register(accounts)
    first = (await tokens(client, app, secret))["refresh_token"]
    second = (await refresh(client, app, secret, first)).json()["refresh_token"]
    assert (await post(client, "introspect", app, secret, token=first)).json() == {"active": False}
    assert (await post(client, "introspect", app, secret, token=second)).json()["active"] is True
    with time_machine.travel(now() + timedelta(days=15)):
        assert (await post(client, "introspect", app, secret, token=second)).json() == {"active": False}
