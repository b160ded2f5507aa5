"""Every secret by which somebody signs in is used once; none of them stands in the database or in the log."""

import io
import logging
from typing import Any

import httpx2
from backwright import logging as logs
from backwright.accounts import Account
from backwright.settings import Settings
from backwright.testing import TestService
from castle import Role, castle
from mailboxes import Mailbox

PASSWORD, OTHER = "a long and unusual sentence", "another unusual sentence"
HERE = {"Origin": "http://testserver"}

_SCHEMA = "SELECT table_name FROM information_schema.tables WHERE table_schema = "
TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": f"{_SCHEMA}current_schema()",
    "mariadb": f"{_SCHEMA}database()",
}
"""Engine → how it names its tables."""


async def post(client: httpx2.AsyncClient, path: str, status: int, **body: Any) -> dict[str, Any]:
    """What is answered to a POST that gets this status."""
    answer = await client.post(path, json=body, headers=HERE)
    assert answer.status_code == status, f"{path}: {answer.text}"
    found: dict[str, Any] = answer.json() if answer.content else {}
    return found


async def use(service: TestService) -> dict[str, str]:
    """Sign in by every means that there is. Returns the secrets: what it is → its value."""
    anonymous, mailbox = service.anonymous, Mailbox(service.runtime.mail)
    email = await service.account_with_password(PASSWORD, Role.ADMIN)
    tokens = await post(anonymous, "/auth/login", 200, email=email, password=PASSWORD)
    who = service._client({"Authorization": f"Bearer {tokens['access_token']}"})
    renewed = await post(anonymous, "/auth/refresh", 200, refresh_token=tokens["refresh_token"])
    await anonymous.post("/auth/login", json={"email": email, "password": "a wrong sentence"})
    browser = await anonymous.post(
        "/auth/browser-session", json={"email": email, "password": PASSWORD}, headers=HERE
    )
    key = await post(
        who, "/auth/api-keys", 201, name="Partner", scopes=[Role.ADMIN], current_password=PASSWORD
    )
    program = await post(
        who, "/auth/oauth/clients", 201, name="Import", grants=["client_credentials"], scopes=[Role.VISITOR]
    )
    await anonymous.post(
        "/auth/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(program["client_id"], program["client_secret"]),
    )
    await anonymous.get("/towers", headers={"Authorization": f"Bearer {key['key']}"})
    await anonymous.get("/towers", params={"api_key": key["key"]})
    await post(who, "/auth/invitations", 202, email="new@example.com", roles=[Role.GUARD])
    await post(anonymous, "/auth/password/forgot", 202, email=email)
    codes = [await mailbox.code("new@example.com"), await mailbox.code(email)]
    offered = await post(who, "/auth/second-factor", 200, current_password=PASSWORD)
    await post(anonymous, "/auth/password/reset", 204, code=codes[1], new_password=OTHER)
    return {
        "password": PASSWORD,
        "new password": OTHER,
        "wrong password": "a wrong sentence",
        "access token": tokens["access_token"].rpartition(".")[2],
        "refresh token": tokens["refresh_token"],
        "next refresh token": renewed["refresh_token"],
        "cookie": next(iter(browser.cookies.values())),
        "CSRF token": browser.json()["csrf_token"],
        "API key": key["key"].rpartition(".")[2],
        "secret of a program": program["client_secret"],
        "invitation": codes[0],
        "reset": codes[1],
        "second factor": offered["secret"],
    }


async def dump(service: TestService, engine: str) -> str:
    """Everything in the database, whatever its tables are called."""
    read = service.runtime.database.engine.read
    names = [str(name) for (name,) in await read(TABLES[engine], [])]
    return "\n".join([str([tuple(row) for row in await read(f"SELECT * FROM {name}", [])]) for name in names])


async def test_nothing_that_is_kept_opens_anything(engine: str, user_class: type[Account]) -> None:
    """Neither in a table nor in a line of the log, at its most talkative; what is no secret is there."""
    stream = io.BytesIO()
    logs.configure(Settings(environment="test", service="castle", log_level="DEBUG"), stream)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # the caller's, who knows what it sends
    try:
        async with TestService(castle, engine=engine) as service:
            secrets = await use(service)
            kept = {"database": await dump(service, engine)}
    finally:
        logs.release()
    kept["log"] = stream.getvalue().decode()
    assert "admin.101@example.com" in kept["database"]
    assert "password_reset" in kept["database"]
    assert '"route":"/auth/login"' in kept["log"], kept["log"][:500]
    assert all(len(secret) > 10 for secret in secrets.values())
    assert [
        (place, what) for place, text in kept.items() for what, each in secrets.items() if each in text
    ] == []
