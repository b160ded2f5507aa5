"""Whose account it is: by issuer and subject, by a confirmed address from whom one may believe it, or nobody's."""

import asyncio
import base64
import time
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from backwright import totp
from backwright.accounts import Account, RegistrationMode
from backwright.settings import Settings
from oidc_office import Office, bearing, oidc_office
from sqlalchemy import text

PASSWORD = "seven quiet lamps above"
ADA = "ada@example.org"


@pytest.fixture
async def office(settings: Settings, user_class: type[Account]) -> AsyncGenerator[Office, None]:
    """Open to all, and the provider is trusted with addresses."""
    async with oidc_office(settings, user_class) as made:
        yield made


@pytest.fixture
async def wary(settings: Settings, user_class: type[Account]) -> AsyncGenerator[Office, None]:
    """The same with a provider that anybody may claim any address at."""
    async with oidc_office(settings, user_class, email_trusted=False) as made:
        yield made


@pytest.fixture
async def mapping(settings: Settings, user_class: type[Account]) -> AsyncGenerator[Office, None]:
    """The provider has a say in two roles."""
    roles = {"/staff": "editor", "/bosses": "admin"}
    async with oidc_office(settings, user_class, roles_claim="realm.groups", roles=roles) as made:
        yield made


async def confirmed(office: Office, email: str = ADA, *roles: str) -> str:
    """An account whose owner has confirmed the address and chosen a password."""
    await office.http.post("/auth/register", json={"email": email})
    code = await office.mailbox.code(email)
    body = {"code": code, "name": "Ada", "password": PASSWORD}
    assert (await office.http.post("/auth/register/confirm", json=body)).status_code == 204
    user_id = await office.accounts.ensure_account(email, name="Ada", roles=roles or ("viewer",))
    return str(user_id)


async def refused(office: Office, reason: str, **claims: Any) -> None:
    """The page is told why, and nobody is signed in; the refusal is on record."""
    answer = await office.sign_in(**claims)
    assert answer.status_code == 403, answer.text
    assert answer.json()["reason"] == reason
    async with office.runtime.database.reading() as session:
        found = await session.execute(
            text("SELECT count(*) FROM audit_log WHERE action = 'oidc_sign_in.denied'")
        )
        assert found.scalar_one() >= 1


async def test_somebody_new_gets_an_account_with_the_role_of_those_who_sign_up(office: Office) -> None:
    me = await office.me(await office.signed_in())
    assert (me["email"], me["name"], me["roles"]) == (ADA, "Ada", ["viewer"])
    wrong = await office.http.post("/auth/login", json={"email": ADA, "password": PASSWORD})
    assert wrong.status_code == 401, "there is no password"


async def test_the_subject_counts_and_not_the_address(office: Office) -> None:
    """Somebody else with Ada's new address is somebody else; Ada with another address is Ada."""
    first = await office.me(await office.signed_in())
    again = await office.me(await office.signed_in(email="lovelace@example.org"))
    assert again == first
    await refused(office, "taken", sub="eve")
    assert (await office.me(await office.signed_in(sub="ADA", email="b@example.org")))["id"] != first["id"]
    assert (await office.me(await office.signed_in(sub="ada ", email="c@example.org")))["id"] != first["id"]


async def test_a_confirmed_account_is_linked_and_its_owner_told(office: Office) -> None:
    user_id = await confirmed(office)
    me = await office.me(await office.signed_in())
    assert me["id"] == user_id
    assert "identity_linked" in await office.mailbox.kinds(ADA)


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "yes"},
        {"email_verified": []},
        {"email": None},
        {"email": ["ada@example.org"]},
        {"email": ""},
        {"email": "ada"},
        {"email": "ada@example.org\n"},
        {"email": "robot@service.invalid"},
        {"email": "\u212aate@example.org"},
    ],
)
async def test_an_address_counts_only_if_the_provider_says_that_it_is_the_persons(
    office: Office, claims: dict[str, Any]
) -> None:
    """Neither to link nor to sign up: Eve gets neither Ada's account nor her name on a new one."""
    await confirmed(office)
    await office.accounts.ensure_account("kate@example.org", name="Kate", roles=["editor"])
    await office.accounts.ensure_account("robot@service.invalid", name="robot", roles=["editor"])
    await refused(office, "unknown", sub="eve", **claims)


async def test_the_word_of_a_provider_that_is_not_trusted_counts_for_nothing(wary: Office) -> None:
    await confirmed(wary)
    await refused(wary, "unknown", sub="eve")
    await refused(wary, "unknown", sub="eve", email="new@example.org")


async def test_an_account_that_was_put_on_somebodys_address_before_is_not_theirs(office: Office) -> None:
    """Pre-hijacking: somebody waits with a password on the victim's address. The victim is not led into it, and
    whoever waits gets nothing."""
    await office.accounts.ensure_account(ADA, name="Ada", password=PASSWORD, roles=["viewer"])
    await refused(office, "taken")
    thief = await office.http.post("/auth/login", json={"email": ADA, "password": PASSWORD})
    listed = await office.http.get("/auth/identities", headers=bearing(thief))
    assert listed.json()["items"] == []


async def test_an_account_that_nobody_could_ever_sign_in_to_waits_for_its_owner(office: Office) -> None:
    """An administrator has made it; no password, no session, no identity."""
    user_id = await office.accounts.ensure_account(ADA, name="Ada", roles=["editor"])
    me = await office.me(await office.signed_in())
    assert (me["id"], me["roles"]) == (str(user_id), ["editor"])


async def test_an_account_that_somebody_has_signed_in_to_does_not_wait(office: Office) -> None:
    user_id = await office.accounts.ensure_account(ADA, name="Ada", roles=["editor"])
    await office.accounts.open_session(user_id)
    await refused(office, "taken")


async def test_a_closed_account_stays_closed(office: Office) -> None:
    headers = await office.signed_in()
    await close(office, (await office.me(headers))["id"])
    assert (await office.http.get("/auth/me", headers=headers)).status_code == 401
    await refused(office, "closed")
    await confirmed(office, "bob@example.org")
    bob = await office.accounts.ensure_account("bob@example.org", name="", roles=["viewer"])
    await close(office, str(bob))
    await refused(office, "taken", sub="bob", email="bob@example.org")


@pytest.mark.parametrize("mode", [RegistrationMode.INVITED, RegistrationMode.CLOSED])
async def test_who_may_not_sign_up_may_not_here(
    settings: Settings, user_class: type[Account], mode: RegistrationMode
) -> None:
    async with oidc_office(settings, user_class, mode=mode) as office:
        await refused(office, "closed")
        assert (
            await office.http.post("/auth/login", json={"email": ADA, "password": "x"})
        ).status_code == 401


async def test_an_invitation_is_taken_up_by_whoever_owns_the_address(
    settings: Settings, user_class: type[Account]
) -> None:
    """With its roles, once; the code in the mail is good for nothing afterwards."""
    async with oidc_office(settings, user_class, mode=RegistrationMode.INVITED) as office:
        await office.accounts.registration.invite(ADA, ["editor"])
        await refused(office, "unknown", sub="eve", email_verified=False)
        assert (await office.me(await office.signed_in()))["roles"] == ["editor"]
        body = {"code": await office.mailbox.code(ADA), "name": "Eve", "password": PASSWORD}
        assert (await office.http.post("/auth/register/confirm", json=body)).status_code == 422


async def test_roles_follow_the_claims_and_unknown_groups_give_nothing(mapping: Office) -> None:
    """At each sign-in, at once; roles that the mapping does not name stay as they are."""

    async def roles(**claims: Any) -> list[str]:
        found: list[str] = (await mapping.me(await mapping.signed_in(**claims)))["roles"]
        return found

    assert await roles() == []
    assert await roles(realm={"groups": ["admin", "editor", "/Staff", "/staff/", 7, None]}) == []
    assert await roles(realm={"groups": ["/staff", "/chess"]}) == ["editor"]
    assert await roles(realm={"groups": "/staff"}) == ["editor"]
    await mapping.accounts.ensure_account(ADA, name="", roles=["editor", "viewer"])
    before = await mapping.signed_in(realm={"groups": ["/staff", "/bosses"]})
    assert (await mapping.me(before))["roles"] == ["admin", "editor", "viewer"]
    assert (await mapping.http.get("/users", headers=before)).status_code == 200
    assert await roles(realm={"groups": []}) == ["viewer"]
    assert (await mapping.http.get("/users", headers=before)).status_code == 403
    assert await roles(realm="/staff") == ["viewer"]


async def test_the_second_factor_of_an_account_counts_here_too(office: Office) -> None:
    """The code from the provider stays good until it comes with a code of the second factor."""
    await confirmed(office)
    secret = await second_factor(office)
    code = (await office.back())["code"]
    first = await office.redeem(code)
    assert first.status_code == 202
    assert first.json()["challenge"] == code
    assert (await office.redeem(code, second_factor="000000")).status_code == 401
    second = await office.redeem(code, second_factor=totp.code_at(secret, totp.step_at(time.time()) + 1))
    assert second.status_code == 200, second.text
    assert (await office.redeem(code, second_factor="000000")).status_code in (401, 422)


async def test_the_same_person_in_two_windows_gets_one_account(office: Office) -> None:
    """Two first sign-ins at the same moment."""
    codes = [(await office.back())["code"] for _ in range(4)]
    answers = await asyncio.gather(*(office.redeem(code) for code in codes))
    found = {(await office.me(bearing(answer)))["id"] for answer in answers}
    assert len(found) == 1


async def second_factor(office: Office) -> bytes:
    """Ada switches it on."""
    signed_in = await office.http.post("/auth/login", json={"email": ADA, "password": PASSWORD})
    who = bearing(signed_in)
    proof = {"current_password": PASSWORD}
    offered = await office.http.post("/auth/second-factor", json=proof, headers=who)
    secret = base64.b32decode(offered.json()["secret"])
    code = totp.code_at(secret, totp.step_at(time.time()))
    confirmed = await office.http.post("/auth/second-factor/confirm", json={"code": code}, headers=who)
    assert confirmed.status_code == 200, confirmed.text
    return secret


async def close(office: Office, user_id: str) -> None:
    """An administrator closes an account."""
    boss = await office.accounts.ensure_account("boss@example.org", name="", roles=["admin"])
    tokens = await office.accounts.open_session(boss)
    headers = {"Authorization": f"Bearer {tokens.access_token}"}
    answer = await office.http.patch(f"/users/{user_id}", json={"is_active": False}, headers=headers)
    if answer.status_code == 428:
        etag = (await office.http.get(f"/users/{user_id}", headers=headers)).headers["etag"]
        more = {**headers, "If-Match": etag}
        answer = await office.http.patch(f"/users/{user_id}", json={"is_active": False}, headers=more)
    assert answer.status_code == 200, answer.text
