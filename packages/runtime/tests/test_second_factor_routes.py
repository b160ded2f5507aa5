"""The second factor over HTTP: from the QR code to the two steps of a login, and back."""

import base64
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from backwright import totp
from backwright.accounts import BoundAccounts

EMAIL, PASSWORD, OTHER = "ada@example.org", "seven quiet lamps above", "eight louder lamps below"
Bearer = Callable[..., Awaitable[dict[str, str]]]


def code(secret: bytes, shift: int = 0) -> str:
    return totp.code_at(secret, totp.step_at(time.time()) + shift)


async def sign_in(client: httpx2.AsyncClient) -> httpx2.Response:
    return await client.post("/auth/login", json={"email": EMAIL, "password": PASSWORD})


async def test_the_whole_way(client: httpx2.AsyncClient, accounts: BoundAccounts, bearer: Bearer) -> None:
    """On, a login in two steps with 202 between them, a new sheet, off."""
    user_id = await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD)
    who = bearing((await sign_in(client)).json())
    assert (await client.get("/auth/second-factor", headers=who)).json() == {
        "enabled": False,
        "recovery_codes_left": 0,
    }

    async def post(path: str, **body: Any) -> httpx2.Response:
        return await client.post(f"/auth/second-factor{path}", json=body, headers=who)

    assert (await post("", current_password=OTHER)).status_code == 422
    offered = await post("", current_password=PASSWORD)
    assert offered.headers["cache-control"] == "no-store"
    secret = base64.b32decode(offered.json()["secret"])
    assert offered.json()["secret"] in offered.json()["uri"]
    sheet = (await post("/confirm", code=code(secret, -1))).json()["recovery_codes"]
    assert len(sheet) == 10

    first = await sign_in(client)
    assert first.status_code == 202
    assert set(first.json()) == {"challenge", "expires_in"}
    assert first.headers["cache-control"] == "no-store"
    body = {"challenge": first.json()["challenge"], "code": code(secret)}
    wrong = await client.post("/auth/login/second-factor", json={**body, "code": "x"})
    assert wrong.status_code == 401
    assert wrong.headers["content-type"] == "application/problem+json"
    answer = await client.post("/auth/login/second-factor", json=body)
    assert answer.status_code == 200
    assert (await client.get("/auth/me", headers=bearing(answer.json()))).json()["email"] == EMAIL
    assert (await client.post("/auth/login/second-factor", json=body)).status_code == 401

    proof = {"current_password": PASSWORD, "code": sheet[0]}
    fresh = (await post("/recovery-codes", **proof)).json()["recovery_codes"]
    assert (await post("/off", **proof)).status_code == 422
    assert (await post("/off", current_password=PASSWORD, code=fresh[0])).status_code == 204
    assert (await sign_in(client)).status_code == 200

    admin = await bearer("root@example.org", "admin")
    one = f"/users/{user_id}/second-factor"
    assert (await client.delete(one, headers=who)).status_code == 403
    assert (await client.delete(one, headers=admin)).status_code == 404


def bearing(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


@pytest.mark.parametrize("given", ["", "1" * 65, "\x00", 123456, None])
async def test_a_code_is_text_of_bounded_length(client: httpx2.AsyncClient, given: object) -> None:
    """Anything else is 422, and is not repeated."""
    answer = await client.post("/auth/login/second-factor", json={"challenge": "x", "code": given})
    assert answer.status_code == 422
    assert "1" * 65 not in answer.text
