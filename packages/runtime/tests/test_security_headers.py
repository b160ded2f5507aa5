"""The headers that protect a browser are on every answer: good ones, refusals of every layer, and failures."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from backwright.accounts import Account, Accounts
from backwright.app import create_app
from backwright.guard import public
from backwright.limits import MemoryStore, Policy
from backwright.settings import Settings
from browser_flows import EMAIL, PASSWORD
from fastapi import FastAPI
from office_databases import office_settings, office_template
from office_roles import Role
from served import serving

FRONT_END = "https://app.example.com"
JSON = {"Content-Type": "application/json"}
PREFLIGHT = {"Origin": FRONT_END, "Access-Control-Request-Method": "POST"}

ANSWERS: list[tuple[int, str, str, dict[str, Any]]] = [
    (200, "GET", "/users", {}),
    (200, "GET", "/quiet", {}),
    (204, "OPTIONS", "/users", {"headers": PREFLIGHT}),
    (400, "GET", "/users?no-such=1", {}),
    (401, "GET", "/users", {"headers": {"Authorization": "Bearer x.y.z"}}),
    (401, "POST", "/auth/login", {"json": {"email": EMAIL, "password": "wrong"}}),
    (403, "OPTIONS", "/users", {"headers": {**PREFLIGHT, "Origin": "null"}}),
    (403, "PATCH", "/users/{me}", {"json": {"roles": []}, "headers": {"If-Match": "*"}}),
    (404, "GET", "/nowhere", {}),
    (404, "GET", "/users/01935b2e-7c00-7000-8000-000000000001", {}),
    (405, "PUT", "/users", {}),
    (413, "POST", "/users", {"content": b"x" * 70_000, "headers": JSON}),
    (415, "POST", "/users", {"content": b"<a/>", "headers": {"Content-Type": "text/xml"}}),
    (421, "GET", "/users", {"headers": {"Host": "evil.example"}}),
    (422, "POST", "/users", {"json": {"email": 1}}),
    (431, "GET", "/users", {"headers": {"X-Large": "a" * 40_000}}),
    (500, "GET", "/broken", {}),
    (503, "GET", "/late", {}),
]


@pytest.fixture(scope="module", params=["development", "production"])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """For either kind of place where a service runs."""
    folder = tmp_path_factory.mktemp(request.param)
    lent = office_template("sqlite").lend(folder, "office.db")
    base = office_settings(folder, lent).model_dump()
    changed: dict[str, Any] = {
        "environment": request.param,
        "public_url": "https://testserver",
        "secret_key": "q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE-1oTiZx0MvB",
        "password_memory_kib": 19_456,
        "password_time_cost": 2,
        "allowed_hosts": (),
        "docs_enabled": None,
        "browser_origins": (FRONT_END,),
        "max_body_kb": 64,
        "request_timeout_s": 0.5,
    }
    return Settings(_env_file=None, **{**base, **changed})


@pytest.fixture(scope="module")
def office(settings: Settings, user_class: type[Account]) -> FastAPI:
    """A service with two routes of its own that do not end well, made once for either kind of place."""
    declared = Accounts(user_class, roles=Role, admin=Role.ADMIN, browser_sessions=True)
    made = create_app(settings, title="Office", accounts=declared)

    @made.get("/broken", dependencies=[public()])
    async def broken() -> None:
        raise ZeroDivisionError("a secret in the message")

    @made.get("/late", dependencies=[public()])
    async def late() -> None:
        await asyncio.sleep(60)

    @made.get("/quiet", dependencies=[public()])
    async def quiet() -> dict[str, int]:
        return {"a": 1}

    return made


@pytest.fixture
async def app(office: FastAPI) -> AsyncGenerator[FastAPI, None]:
    """The service, started."""
    async with office.router.lifespan_context(office):
        yield office


@pytest.fixture
async def client(app: FastAPI) -> AsyncGenerator[httpx2.AsyncClient, None]:
    """An administrator."""
    accounts = app.state.runtime.accounts
    user = await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD, roles=["admin"])
    headers = {"Authorization": f"Bearer {(await accounts.open_session(user)).access_token}"}
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="https://testserver", headers=headers
    ) as made:
        made.me = user  # type: ignore[attr-defined]
        yield made


def assert_guarded(answer: httpx2.Response, settings: Settings) -> None:
    """All of them, each once; the policy of an API lets a browser do nothing with the answer."""
    said = answer.headers
    expected = {
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
    }
    if settings.in_production:
        expected["strict-transport-security"] = "max-age=63072000; includeSubDomains"
    else:
        assert "strict-transport-security" not in said
    for name, value in expected.items():
        assert said.get_list(name) == [value], name
    assert len(said.get_list("cache-control")) == 1
    assert len(said.get_list("x-request-id")) == 1
    for name in ("server", "x-powered-by", "via", "x-aspnet-version"):
        assert name not in said
    everything = f"{said} {answer.text}".lower()
    for word in (
        "uvicorn",
        "starlette",
        "fastapi",
        "python/",
        "pydantic",
        "sqlalchemy",
        "traceback",
        "zerodivision",
    ):
        assert word not in everything, word


@pytest.mark.parametrize(("status", "method", "path", "given"), ANSWERS)
async def test_every_answer_has_them(
    client: httpx2.AsyncClient, settings: Settings, status: int, method: str, path: str, given: dict[str, Any]
) -> None:
    """Whichever layer answers, in production with HSTS."""
    answer = await client.request(method, path.format(me=client.me), **given)  # type: ignore[attr-defined]
    assert answer.status_code == status, answer.text
    assert_guarded(answer, settings)


async def test_also_when_the_quota_is_used_up(
    app: FastAPI, client: httpx2.AsyncClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """429, which names the way back."""
    monkeypatch.setattr(app.guards, "policy", Policy.parse("1/minute"))  # type: ignore[attr-defined]
    monkeypatch.setattr(app.guards.limiter, "store", MemoryStore())  # type: ignore[attr-defined]
    assert_guarded(await client.get("/users"), settings)
    answer = await client.get("/users", headers={"Origin": FRONT_END})
    assert (answer.status_code, "retry-after" in answer.headers) == (429, True)
    assert_guarded(answer, settings)
    assert answer.headers["access-control-allow-origin"] == FRONT_END


@pytest.mark.parametrize(("status", "method", "path", "given"), ANSWERS)
async def test_a_front_end_may_read_refusals_too(
    client: httpx2.AsyncClient, status: int, method: str, path: str, given: dict[str, Any]
) -> None:
    """Else it could not tell its reader what is wrong. Caches are told that the origin counts."""
    headers = {"Origin": FRONT_END, **given.get("headers", {})}
    answer = await client.request(method, path.format(me=client.me), **{**given, "headers": headers})  # type: ignore[attr-defined]
    assert answer.status_code == status
    assert "Origin" in ", ".join(answer.headers.get_list("vary"))
    if headers["Origin"] == FRONT_END:
        assert answer.headers["access-control-allow-origin"] == FRONT_END
        assert answer.headers["access-control-allow-credentials"] == "true"
    else:
        assert "access-control-allow-origin" not in answer.headers


async def test_the_pages_of_the_documentation_have_a_policy_of_their_own(
    client: httpx2.AsyncClient, settings: Settings
) -> None:
    """It lets our own script run and nothing else; in production there are no such pages."""
    answer = await client.get("/docs")
    if settings.in_production:
        assert answer.status_code == 404
        return
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.slow
def test_the_server_does_not_say_what_it_is(tmp_path: Path) -> None:
    """Neither in a good answer nor in one to what is no request."""
    with serving(tmp_path) as served:
        for path in ("/quick", "/nowhere", "/health/live"):
            answer = served.get(path)
            assert "server" not in answer.headers
            assert "uvicorn" not in f"{answer.headers} {answer.text}".lower()
