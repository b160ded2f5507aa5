"""People of identity providers in a service whose accounts belong to tenants: they join by invitation alone.

Run by `test_tenants.py`, in a process of its own.
"""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import clinics as it
import httpx2
import pytest
import services
from backwright.app import create_app
from backwright.oidc_flow import challenge_of
from backwright.settings import Settings
from clinics import Clinic
from oidc_services import fragment
from scripted_provider import ScriptedProvider, scripted_provider

API, PAGE, VERIFIER = "https://clinic.example.org/api", "http://localhost:5173/signed-in", "v" * 43


class Practices(Clinic):
    """The clinic with a provider."""

    provider: ScriptedProvider

    async def sign_in(self, **claims: Any) -> httpx2.Response:
        """All the way through the provider."""
        asked = {"return_to": PAGE, "code_challenge": challenge_of(VERIFIER)}
        begun = await self.client.get("/auth/oidc/idp/start", params=asked)
        given = self.provider.give(begun.headers["location"], **claims)
        code = fragment(await self.client.get("/auth/oidc/idp/callback", params=given))["code"]
        return await self.client.post("/auth/oidc/token", json={"code": code, "code_verifier": VERIFIER})

    async def doctor(self, **claims: Any) -> list[str]:
        """The names of the patients that somebody sees who has signed in, or has a token of the provider."""
        token = (await self.sign_in(**claims)).json()["access_token"]
        external = self.provider.sign(self.provider.claims(aud=API, **claims), typ="at+jwt")
        seen = []
        for each in (token, external):
            headers = {"Authorization": f"Bearer {each}"}
            answer = await self.client.get("/patients", headers=headers)
            assert answer.status_code == 200, answer.text
            seen.append([row["name"] for row in answer.json()["items"]])
        assert seen[0] == seen[1]
        return seen[0]


@pytest.fixture(params=services.engines())
def engine(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
async def practices(tmp_path: Path, engine: str) -> AsyncGenerator[Practices, None]:
    """Ada's practice and Eve's, each with a patient."""
    lent = it.template(engine).lend(tmp_path, "clinic.db")
    with scripted_provider() as provider:
        oidc = {"idp": provider.settings(email_trusted=True, api_audience=API)}
        given = {**it.settings(tmp_path, lent).model_dump(), "oidc": oidc, "oidc_return_urls": (PAGE,)}
        declared = replace(it.accounts, providers=("idp",))
        app = create_app(Settings(**given), title="Clinic", accounts=declared, resources=it.resources)
        transport = httpx2.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000") as client,
        ):
            found = Practices(app, client)
            found.provider = provider
            for name in ("ada", "eve"):
                await found.practice(f"Practice of {name}", name)
                made = await found.call(name, "POST", "/patients", json={"name": f"patient of {name}"})
                assert made.status_code == 201, made.text
            yield found
    it.template(engine).give_back(lent)


async def test_nobody_founds_a_tenant_by_signing_in(practices: Practices) -> None:
    """Registration is open, and founds a tenant with a password; a provider's people are not let in by it."""
    refused = await practices.sign_in(sub="new", email="new@example.org")
    assert refused.status_code == 403
    assert refused.json()["reason"] == "closed"
    external = practices.provider.sign(
        practices.provider.claims(aud=API, sub="new", email="new@example.org"), typ="at+jwt"
    )
    answer = await practices.client.get("/patients", headers={"Authorization": f"Bearer {external}"})
    assert answer.status_code == 403


async def test_who_was_invited_joins_the_tenant_of_the_invitation(practices: Practices) -> None:
    """And sees its rows and no others, with a session and with a token of the provider."""
    invited = {"email": "bob@example.org", "roles": ["doctor"]}
    assert (await practices.call("ada", "POST", "/auth/invitations", json=invited)).status_code == 202
    assert await practices.doctor(sub="bob", email="bob@example.org") == ["patient of ada"]
    listed = (await practices.call("ada", "GET", "/users?sort=email")).json()["items"]
    assert [each["email"] for each in listed] == ["ada@example.org", "bob@example.org"]
    assert len((await practices.call("eve", "GET", "/users")).json()["items"]) == 1


async def test_a_suspended_tenant_stops_tokens_of_the_provider_as_well(practices: Practices) -> None:
    """Whatever its people hold."""
    invited = {"email": "bob@example.org", "roles": ["doctor"]}
    await practices.call("ada", "POST", "/auth/invitations", json=invited)
    claims = {"sub": "bob", "email": "bob@example.org"}
    assert await practices.doctor(**claims) == ["patient of ada"]
    await practices.tenants.suspend(practices.practices["ada"])
    # as after the ten seconds for which callers are known
    practices.accounts.forget_user(await bob(practices))
    for jti in (None, "a token that was never seen"):
        token = practices.provider.sign(practices.provider.claims(aud=API, jti=jti, **claims), typ="at+jwt")
        answer = await practices.client.get("/patients", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in (401, 403), answer.text


async def bob(practices: Practices) -> UUID:
    """His account."""
    [(id_,)] = await practices.rows("SELECT id FROM users WHERE email = 'bob@example.org'")
    return UUID(id_)
