"""An account's owner links and unlinks providers: with two proofs at once, and never the last way in."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest
from backwright.accounts import Account
from backwright.settings import Settings
from oidc_office import Office, bearing, oidc_office

ADA, PASSWORD = "ada@example.org", "seven quiet lamps above"


@pytest.fixture
async def office(settings: Settings, user_class: type[Account]) -> AsyncGenerator[Office, None]:
    """The provider is not trusted with addresses: linking by hand is the only way."""
    async with oidc_office(settings, user_class, email_trusted=False) as made:
        yield made


async def ada(office: Office) -> dict[str, str]:
    """An account with a password and no confirmed address; the headers of its owner."""
    await office.accounts.ensure_account(ADA, name="Ada", password=PASSWORD, roles=["viewer"])
    return bearing(await office.http.post("/auth/login", json={"email": ADA, "password": PASSWORD}))


async def link(office: Office, headers: dict[str, str], code: str, **more: str) -> httpx2.Response:
    body = {"code": code, "code_verifier": office.verifier, "current_password": PASSWORD, **more}
    return await office.http.post("/auth/identities", json=body, headers=headers)


async def listed(office: Office, headers: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await office.http.get("/auth/identities", headers=headers)).json()["items"]
    return found


async def test_the_owner_links_a_provider_and_signs_in_with_it(office: Office) -> None:
    """Other sessions end, the owner is told, and the code is used up."""
    headers, elsewhere = await ada(office), await ada(office)
    assert (await office.sign_in()).status_code == 403
    code = (await office.back())["code"]
    assert (await link(office, headers, code)).status_code == 204
    assert [each["subject"] for each in await listed(office, headers)] == ["ada"]
    assert (await office.http.get("/auth/me", headers=elsewhere)).status_code == 401
    assert "identity_linked" in await office.mailbox.kinds(ADA)
    assert (await office.me(await office.signed_in()))["email"] == ADA
    assert (await link(office, headers, code)).status_code == 422


async def test_a_stolen_token_does_not_open_another_way_in(office: Office) -> None:
    """The password is asked for once more; nobody can link without signing in at all."""
    headers = await ada(office)
    code = (await office.back(sub="thief"))["code"]
    body = {"code": code, "code_verifier": office.verifier}
    for more in ({}, {"current_password": "eight louder lamps below"}):
        answer = await office.http.post("/auth/identities", json={**body, **more}, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/current_password"
    assert (await office.http.post("/auth/identities", json=body)).status_code == 401
    assert await listed(office, headers) == []


async def test_a_code_that_was_slipped_to_somebody_links_nothing(office: Office) -> None:
    """Who lures Ada to a page with their own code would sign in to her account afterwards: the page has no
    verifier for it."""
    headers = await ada(office)
    slipped = (await office.back(sub="thief"))["code"]
    office.verifier = "x" * 43
    assert (await link(office, headers, slipped)).status_code == 422
    assert await listed(office, headers) == []


async def test_an_identity_belongs_to_one_account(office: Office) -> None:
    headers = await ada(office)
    assert (await link(office, headers, (await office.back())["code"])).status_code == 204
    assert (await link(office, headers, (await office.back())["code"])).status_code == 204, (
        "it is Ada's already"
    )
    await office.accounts.ensure_account("bob@example.org", name="Bob", password=PASSWORD, roles=["viewer"])
    bob = bearing(
        await office.http.post("/auth/login", json={"email": "bob@example.org", "password": PASSWORD})
    )
    assert (await link(office, bob, (await office.back())["code"])).status_code == 409
    assert len(await listed(office, headers)) == 1


async def test_an_unlinked_provider_signs_nobody_in(office: Office) -> None:
    headers = await ada(office)
    await link(office, headers, (await office.back())["code"])
    by_provider = await office.signed_in()
    [identity] = await listed(office, headers)
    bob = await office.accounts.ensure_account("bob@example.org", name="", roles=["viewer"])
    token = (await office.accounts.open_session(bob)).access_token
    one = f"/auth/identities/{identity['id']}"
    assert (await office.http.delete(one, headers={"Authorization": f"Bearer {token}"})).status_code == 404
    assert (await office.http.delete(one, headers=headers)).status_code == 204
    assert (await office.http.get("/auth/me", headers=by_provider)).status_code == 401
    assert (await office.sign_in()).status_code == 403
    assert "identity_unlinked" in await office.mailbox.kinds(ADA)


async def test_the_last_way_in_stays(settings: Settings, user_class: type[Account]) -> None:
    """Of an account without a password; with a second identity the first may go."""
    async with oidc_office(settings, user_class) as office:
        headers = await office.signed_in()
        [first] = await listed(office, headers)
        assert (
            await office.http.delete(f"/auth/identities/{first['id']}", headers=headers)
        ).status_code == 409
        body = {"code": (await office.back(sub="ada2"))["code"], "code_verifier": office.verifier}
        assert (await office.http.post("/auth/identities", json=body, headers=headers)).status_code == 204
        assert (
            await office.http.delete(f"/auth/identities/{first['id']}", headers=headers)
        ).status_code == 204
        assert [each["subject"] for each in await listed(office, headers)] == ["ada2"]
