"""The routes around identity providers: what a page finds, and a session cookie in the place of tokens."""

from collections.abc import AsyncGenerator

import pytest
from backwright.accounts import Account
from backwright.settings import Settings
from oidc_office import HERE, Office, oidc_office

SESSION = "/auth/oidc/browser-session"


@pytest.fixture
async def office(settings: Settings, user_class: type[Account]) -> AsyncGenerator[Office, None]:
    async with oidc_office(settings, user_class, browser_sessions=True) as made:
        yield made


async def test_a_page_finds_whom_people_can_sign_in_with(office: Office) -> None:
    answer = await office.http.get("/auth/oidc")
    assert answer.json() == {"items": [{"name": "idp", "start": f"{HERE}/auth/oidc/idp/start"}]}


async def test_a_browser_gets_a_session_cookie_in_the_place_of_tokens(office: Office) -> None:
    """It is the session that the provider can end; no token is in the answer."""
    body = {"code": (await office.back(sid="s1"))["code"], "code_verifier": office.verifier}
    answer = await office.http.post(SESSION, json=body, headers={"Origin": HERE})
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"csrf_token", "expires_in", "idle_seconds"}
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert (await office.me({}))["email"] == "ada@example.org"
    headers = {"Origin": HERE, "X-CSRF-Token": answer.json()["csrf_token"]}
    ended = await office.http.post("/auth/oidc/logout", json={}, headers=headers)
    assert ended.json()["logout_url"].startswith(office.provider.issuer)
    assert (await office.http.get("/auth/me")).status_code == 401


async def test_another_site_cannot_sign_a_browser_in(office: Office) -> None:
    """Login CSRF: the victim would work in the account of whoever made the page."""
    body = {"code": (await office.back())["code"], "code_verifier": office.verifier}
    for headers in ({"Origin": "https://evil.example.org"}, {"Origin": HERE, "Sec-Fetch-Site": "cross-site"}):
        answer = await office.http.post(SESSION, json=body, headers=headers)
        assert answer.status_code == 403
    form = await office.http.post(SESSION, data=body, headers={"Origin": HERE})
    assert form.status_code == 415
    assert "session" not in office.http.cookies
    assert (await office.http.post(SESSION, json=body, headers={"Origin": HERE})).status_code == 200


async def test_without_browser_sessions_there_is_no_such_route(
    settings: Settings, user_class: type[Account]
) -> None:
    async with oidc_office(settings, user_class) as plain:
        assert (await plain.http.post(SESSION, json={})).status_code == 404


async def test_the_contract_names_what_programs_call_and_not_what_browsers_visit(office: Office) -> None:
    paths = (await office.http.get("/openapi.json")).json()["paths"]
    found = {path for path in paths if path.startswith(("/auth/oidc", "/auth/identities"))}
    assert found == {
        "/auth/oidc", "/auth/oidc/token", SESSION, "/auth/oidc/logout", "/auth/identities",
        "/auth/identities/{identity_id}",
    }  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"code": "x"},
        {"code": "x", "code_verifier": "short"},
        {"code": "x" * 5000, "code_verifier": "v" * 43},
        {"code": "é" * 40, "code_verifier": "v" * 43},
        {"code": 7, "code_verifier": "v" * 43},
        {"code": "x", "code_verifier": "v" * 43, "more": 1},
    ],
)
async def test_what_is_no_code_is_refused_in_words(office: Office, body: dict[str, object]) -> None:
    answer = await office.http.post("/auth/oidc/token", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_knocking_is_slowed_down(office: Office) -> None:
    body = {"code": "x", "code_verifier": "v" * 43}
    answers = [(await office.http.post("/auth/oidc/token", json=body)).status_code for _ in range(181)]
    assert answers[0] == 422
    assert answers[-1] == 429
