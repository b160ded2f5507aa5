"""`/auth` over HTTP: strict bodies, one form of refusal, nothing kept by caches."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from backwright.accounts import BoundAccounts
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import KeySet

EMAIL, PASSWORD, OTHER = "ada@example.org", "seven quiet lamps above", "eight louder lamps below"
Bearer = Callable[..., Awaitable[dict[str, str]]]
SignIn = Callable[..., Awaitable[dict[str, Any]]]

POSTS = (
    "/auth/register",
    "/auth/register/confirm",
    "/auth/login",
    "/auth/login/second-factor",
    "/auth/refresh",
    "/auth/password/forgot",
    "/auth/password/reset",
)
SIGNED_IN = (
    ("POST", "/auth/logout"),
    ("POST", "/auth/logout-all"),
    ("GET", "/auth/me"),
    ("GET", "/auth/sessions"),
    ("DELETE", "/auth/sessions/01935b2e-7c00-7000-8000-000000000001"),
    ("POST", "/auth/password"),
    ("POST", "/auth/email"),
    ("POST", "/auth/email/confirm"),
    ("POST", "/auth/invitations"),
    ("GET", "/auth/invitations"),
    ("DELETE", "/auth/invitations/01935b2e-7c00-7000-8000-000000000001"),
    ("GET", "/auth/second-factor"),
    ("POST", "/auth/second-factor"),
    ("POST", "/auth/second-factor/confirm"),
    ("POST", "/auth/second-factor/off"),
    ("POST", "/auth/second-factor/recovery-codes"),
    ("DELETE", "/users/01935b2e-7c00-7000-8000-000000000001/second-factor"),
    ("POST", "/users/01935b2e-7c00-7000-8000-000000000001/password"),
)


@pytest.fixture
def sign_in(client: httpx2.AsyncClient, accounts: BoundAccounts) -> SignIn:
    """The tokens of an account with a password: `await sign_in()`."""

    async def tokens(email: str = EMAIL) -> dict[str, Any]:
        await accounts.ensure_account(email, name="Ada", password=PASSWORD, roles=["viewer"])
        answer = await client.post("/auth/login", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found

    return tokens


def bearing(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def test_the_way_through_a_session(client: httpx2.AsyncClient, sign_in: SignIn) -> None:
    """Sign in, look, refresh, sign out; then nothing works any more."""
    tokens = await sign_in()
    assert set(tokens) == {"access_token", "refresh_token", "expires_in", "token_type"}
    assert tokens["token_type"] == "Bearer"
    me = (await client.get("/auth/me", headers=bearing(tokens))).json()
    assert {**me, "id": ""} == {"id": "", "email": EMAIL, "name": "Ada", "roles": ["viewer"]}

    answer = await client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    tokens = answer.json()
    [session] = (await client.get("/auth/sessions", headers=bearing(tokens))).json()["items"]
    assert session["current"] is True

    assert (await client.post("/auth/logout", headers=bearing(tokens))).status_code == 204
    assert (await client.get("/auth/me", headers=bearing(tokens))).status_code == 401
    answer = await client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_signing_out_one_device_and_all(client: httpx2.AsyncClient, sign_in: SignIn) -> None:
    """Each device is a session of its own."""
    phone, laptop, tablet = [await sign_in() for _ in range(3)]
    sessions = (await client.get("/auth/sessions", headers=bearing(phone))).json()["items"]
    assert [each["current"] for each in sessions].count(True) == 1
    mine = (await client.get("/auth/sessions", headers=bearing(laptop))).json()["items"]
    lost = next(each["id"] for each in mine if each["current"])
    assert (await client.delete(f"/auth/sessions/{lost}", headers=bearing(phone))).status_code == 204
    assert (await client.delete(f"/auth/sessions/{lost}", headers=bearing(phone))).status_code == 404
    assert (await client.get("/auth/me", headers=bearing(laptop))).status_code == 401
    assert (await client.get("/auth/me", headers=bearing(tablet))).status_code == 200
    assert (await client.post("/auth/logout-all", headers=bearing(phone))).status_code == 204
    for each in (phone, tablet):
        assert (await client.get("/auth/me", headers=bearing(each))).status_code == 401


async def test_changing_the_password(client: httpx2.AsyncClient, sign_in: SignIn) -> None:
    """204, or a problem that names the field."""
    tokens = await sign_in()
    wrong = {"current_password": OTHER, "new_password": OTHER}
    answer = await client.post("/auth/password", json=wrong, headers=bearing(tokens))
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/current_password"]
    right = {"current_password": PASSWORD, "new_password": OTHER}
    assert (await client.post("/auth/password", json=right, headers=bearing(tokens))).status_code == 204
    answer = await client.post("/auth/login", json={"email": EMAIL, "password": OTHER})
    assert answer.status_code == 200


@pytest.mark.parametrize(("method", "path"), SIGNED_IN)
async def test_what_needs_a_caller_is_closed_to_others(
    client: httpx2.AsyncClient, bearer: Bearer, method: str, path: str
) -> None:
    """No token, a forged one, two headers: 401 with a challenge, never 5xx."""
    good = (await bearer(EMAIL))["Authorization"].encode()
    attempts = [
        [],
        [b"Bearer x.y.z"],
        [b"Basic YWRhOnB3"],
        [b"Bearer \xff\xfe.\xe4.x"],
        [b"Bearer " + b"a" * 20_000],
        [good, good],
    ]
    for given in attempts:
        headers = [(b"Authorization", each) for each in given]
        answer = await client.request(method, path, headers=headers, json={})
        assert answer.status_code in (400, 401, 431), headers
        if answer.status_code == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.json()["code"] == "unauthenticated"


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        {"email": EMAIL, "password": PASSWORD, "name": "Ada", "refresh_token": "x", "roles": ["admin"]},
        {"code": PASSWORD, "challenge": "x", "new_password": PASSWORD, "roles": ["admin"]},
        {"email": 1, "password": 2, "name": 3, "refresh_token": 4},
        {"email": "a\x00@b.org", "password": "\x00" * 12, "name": "\x00", "refresh_token": "\x00"},
        {"email": "a" * 300, "password": "a" * 2000, "name": "a" * 300, "refresh_token": "a" * 300},
    ],
)
async def test_a_body_that_is_not_right_is_refused_without_echo(
    client: httpx2.AsyncClient, path: str, body: object
) -> None:
    """Missing, unknown, wrong, with NUL, too long: 422 that names the fields and repeats nothing."""
    answer = await client.post(path, json=body)
    assert answer.status_code == 422
    for value in ("roles", PASSWORD, "aaaaaaaaaa"):
        assert value not in answer.json().get("detail", "")
        assert PASSWORD not in answer.text
        assert "aaaaaaaaaa" not in answer.text


async def test_nobody_gives_themselves_a_role(client: httpx2.AsyncClient) -> None:
    """There is no such field in a registration."""
    for path, body in (
        ("/auth/register", {"email": EMAIL}),
        ("/auth/register/confirm", {"code": "x", "name": "Ada", "password": PASSWORD}),
    ):
        answer = await client.post(path, json={**body, "roles": ["admin"]})
        assert answer.status_code == 422
        assert [each["pointer"] for each in answer.json()["errors"]] == ["/roles"]


async def test_broken_json_is_a_problem_too(client: httpx2.AsyncClient) -> None:
    """Not a 500."""
    for content in (b"{", b"\xff\xfe", b'{"email": NaN}', b'{"email": "\\ud800", "password": "\\ud800"}'):
        headers = {"Content-Type": "application/json"}
        answer = await client.post("/auth/login", content=content, headers=headers)
        assert 400 <= answer.status_code < 500, content
        assert answer.headers["content-type"] == "application/problem+json"


async def test_no_answer_with_tokens_is_kept_by_a_cache(client: httpx2.AsyncClient, sign_in: SignIn) -> None:
    """Nor anything else under /auth."""
    await sign_in()
    answer = await client.post("/auth/login", json={"email": EMAIL, "password": PASSWORD})
    assert answer.headers["cache-control"] == "no-store"


async def test_others_can_check_our_tokens_with_the_published_keys(
    client: httpx2.AsyncClient, sign_in: SignIn
) -> None:
    """The JWKS may be cached for an hour."""
    tokens = await sign_in()
    answer = await client.get("/.well-known/jwks.json")
    assert answer.headers["cache-control"] == "public, max-age=3600"
    found = jwt.decode(tokens["access_token"], KeySet.import_key_set(answer.json()), ["ES256"])
    assert found.claims["aud"] == "office"


async def test_an_administrator_sets_the_password_of_others(
    client: httpx2.AsyncClient, accounts: BoundAccounts, bearer: Bearer
) -> None:
    """Their sessions end; one's own takes the old password; others may not at all."""
    admin, ada = await bearer("root@example.org", "admin"), await bearer(EMAIL, "viewer")
    ids = {}
    for name, who in (("root", admin), ("ada", ada)):
        ids[name] = (await client.get("/auth/me", headers=who)).json()["id"]
    body = {"new_password": OTHER}

    async def set_for(user: str, who: dict[str, str], given: dict[str, str] = body) -> int:
        return (await client.post(f"/users/{user}/password", json=given, headers=who)).status_code

    assert await set_for(ids["root"], ada) == 403
    assert await set_for(ids["root"], admin) == 403
    assert await set_for("01935b2e-7c00-7000-8000-000000000001", admin) == 404
    assert await set_for("nobody", admin) == 404
    assert await set_for(ids["ada"], admin, {"new_password": "password2026"}) == 422
    assert await set_for(ids["ada"], admin) == 204
    assert (await client.get("/auth/me", headers=ada)).status_code == 401
    await accounts.sign_in(EMAIL, OTHER)


async def test_the_document_describes_every_operation(app: FastAPI) -> None:
    """A summary, what is sent and what comes back, and who may call it."""
    document = app.openapi()
    for path, item in document["paths"].items():
        if path.startswith(("/auth", "/.well-known")):
            for operation in item.values():
                assert operation["summary"]
                public = path in (*POSTS, "/.well-known/jwks.json")
                assert operation["security"] == ([] if public else [{"bearer": []}]), path
    shown = document["components"]["schemas"]["TokensView"]["properties"]
    assert set(shown) == {"access_token", "refresh_token", "expires_in", "token_type"}
