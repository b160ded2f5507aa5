"""Signing in, staying signed in, signing out."""

from backwright.testing import TestService

from work_orders.access import Role

PASSWORD = "a long and unusual sentence"


async def test_the_right_password_gives_tokens(service: TestService) -> None:
    """Signing in answers with a bearer token that says who one is."""
    email = await service.account_with_password(PASSWORD, Role.ADMIN)
    tokens = await service.anonymous.post("/auth/login", json={"email": email, "password": PASSWORD})
    assert tokens.status_code == 200, tokens.text
    bearer = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
    me = await service.anonymous.get("/auth/me", headers=bearer)
    assert me.json()["email"] == email
    assert me.json()["roles"] == ["admin"]


async def test_wrong_password_and_unknown_address_look_the_same(service: TestService) -> None:
    """Nobody learns from the answer which addresses have an account."""
    email = await service.account_with_password(PASSWORD, Role.ADMIN)
    body = {"email": email, "password": "not this one at all"}
    wrong = await service.anonymous.post("/auth/login", json=body)
    unknown = await service.anonymous.post("/auth/login", json=body | {"email": "no@example.com"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json()["detail"] == unknown.json()["detail"]


async def test_a_spent_refresh_token_ends_the_session(service: TestService) -> None:
    """Using a refresh token that was spent long ago ends the session: one of those who used it is a thief."""
    email = await service.account_with_password(PASSWORD)
    tokens = await service.anonymous.post("/auth/login", json={"email": email, "password": PASSWORD})
    spent = []
    for _ in range(2):
        spent.append({"refresh_token": tokens.json()["refresh_token"]})
        tokens = await service.anonymous.post("/auth/refresh", json=spent[-1])
        assert tokens.status_code == 200, tokens.text
    assert (await service.anonymous.post("/auth/refresh", json=spent[0])).status_code == 401
    newest = {"refresh_token": tokens.json()["refresh_token"]}
    assert (await service.anonymous.post("/auth/refresh", json=newest)).status_code == 401


async def test_signing_out_ends_the_token(service: TestService) -> None:
    """After signing out, the access token is worth nothing."""
    client = await service.client_for(Role.ADMIN)
    assert (await client.get("/auth/me")).status_code == 200
    assert (await client.post("/auth/logout")).status_code == 204
    assert (await client.get("/auth/me")).status_code == 401


async def test_a_forged_token_is_refused(service: TestService) -> None:
    """A token that the service did not sign is refused, saying how to authenticate."""
    forged = {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9."}
    refused = await service.anonymous.get("/assets", headers=forged)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
