"""Access tokens of another issuer call the API: the same people, the same accounts, the same rules."""

import time
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest
from backwright.accounts import Account, RegistrationMode
from backwright.authentication import TRUSTED_SECONDS
from backwright.settings import Settings
from oidc_office import LOGOUT, Office, oidc_office
from scripted_provider import OTHER_KEY

API = "https://office.example.org/api"
ROLES = {"/staff": "editor", "/bosses": "admin"}


@pytest.fixture
async def office(settings: Settings, user_class: type[Account]) -> AsyncGenerator[Office, None]:
    said = {"api_audience": API, "roles_claim": "groups", "roles": ROLES}
    async with oidc_office(settings, user_class, **said) as made:
        yield made


def token(office: Office, **changed: Any) -> dict[str, str]:
    """The headers of somebody who has a token of the provider for our API."""
    header = {name: changed.pop(name) for name in ("key", "typ", "alg", "kid") if name in changed}
    claims = office.provider.claims(**{"aud": API, "groups": ["/bosses"], **changed})
    return {"Authorization": f"Bearer {office.provider.sign(claims, **{'typ': 'at+jwt', **header})}"}


async def users(office: Office, headers: dict[str, str]) -> httpx2.Response:
    """A route of the API that takes a role."""
    return await office.http.get("/users", headers=headers)


async def test_a_token_of_the_provider_calls_the_api_as_its_person(office: Office) -> None:
    """The account that a sign-in would lead to, made at the first use; roles by its claims."""
    headers = token(office)
    answer = await users(office, headers)
    assert answer.status_code == 200, answer.text
    [listed] = answer.json()["items"]
    assert (listed["email"], listed["roles"]) == ("ada@example.org", ["admin"])
    assert (await office.me(await office.signed_in(groups=["/bosses"])))["id"] == listed["id"]
    assert (await users(office, token(office, groups=["/chess"]))).status_code == 403


async def test_a_token_does_not_manage_the_account(office: Office) -> None:
    """It is in the hands of a program."""
    for path in ("/auth/me", "/auth/sessions", "/auth/identities"):
        assert (await office.http.get(path, headers=token(office))).status_code == 403


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "office"},
        {"aud": "https://other.example.org/api"},
        {"iss": "https://evil.example.org"},
        {"iss": None},
        {"exp": int(time.time()) - 3600},
        {"nbf": int(time.time()) + 3600},
        {"sub": None},
        {"nonce": "n"},
        {"key": OTHER_KEY},
        {"alg": "none"},
        {"alg": "HS256"},
        {"kid": "made-up"},
        {"typ": "logout+jwt"},
        {"padding": "x" * 9000},
    ],
)
async def test_a_wrong_token_calls_nothing(office: Office, changed: dict[str, Any]) -> None:
    answer = await users(office, token(office, **changed))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_our_own_tokens_count_beside_it(office: Office) -> None:
    headers = await office.signed_in(groups=["/bosses"])
    assert (await users(office, headers)).status_code == 200
    assert (await office.me(headers))["roles"] == ["admin"]


async def test_who_has_no_account_gets_none_where_people_are_invited(
    settings: Settings, user_class: type[Account]
) -> None:
    said = {"api_audience": API, "roles_claim": "groups", "roles": ROLES}
    async with oidc_office(settings, user_class, mode=RegistrationMode.CLOSED, **said) as office:
        answer = await users(office, token(office))
        assert answer.status_code == 403
        assert answer.json()["reason"] == "closed"
        await office.accounts.ensure_account("ada@example.org", name="Ada", roles=[])
        assert (await users(office, token(office))).status_code == 200


async def test_without_an_audience_no_token_of_the_provider_counts(
    settings: Settings, user_class: type[Account]
) -> None:
    async with oidc_office(settings, user_class) as office:
        assert (await users(office, token(office))).status_code == 401
        assert office.provider.seen["/jwks"] == 0


async def test_a_token_ends_with_the_account(office: Office) -> None:
    headers = token(office)
    [ada] = (await users(office, headers)).json()["items"]
    boss = await office.accounts.ensure_account("boss@example.org", name="", roles=["admin"])
    own = {"Authorization": f"Bearer {(await office.accounts.open_session(boss)).access_token}"}
    one = await office.http.get(f"/users/{ada['id']}", headers=own)
    changed = {**own, "If-Match": one.headers["etag"]}
    closed = await office.http.patch(f"/users/{ada['id']}", json={"is_active": False}, headers=changed)
    assert closed.status_code == 200, closed.text
    refused = await users(office, headers)
    assert refused.status_code == 403
    assert refused.json()["reason"] == "closed"


async def test_a_known_token_costs_no_second_look(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its signature nor the database, for a few seconds; then the account is asked, not the provider."""
    headers = token(office)
    assert (await users(office, headers)).status_code == 200
    external = office.party.external
    asked: list[str] = []
    verify, live = external.verify, external.live_roles

    async def counted_verify(given: str) -> Any:
        asked.append("verify")
        return await verify(given)

    async def counted_live(user: Any, identity: Any) -> Any:
        asked.append("live")
        return await live(user, identity)

    monkeypatch.setattr(external, "verify", counted_verify)
    monkeypatch.setattr(external, "live_roles", counted_live)
    assert (await users(office, headers)).status_code == 200
    assert asked == []
    now = time.time
    monkeypatch.setattr("backwright.authentication.time.time", lambda: now() + TRUSTED_SECONDS + 1)
    assert (await users(office, headers)).status_code == 200
    assert asked == ["live"]


async def test_a_provider_that_is_down_leaves_known_keys_good(office: Office) -> None:
    """And a service that has never reached it says so, instead of calling the token wrong."""
    office.provider.overrides["/jwks"] = lambda: (503, {}, b"")
    first = await users(office, token(office))
    assert first.status_code == 503
    assert first.headers["retry-after"] == "5"
    del office.provider.overrides["/jwks"]
    office.party.providers["idp"].discovery._keys.tried = float("-inf")
    assert (await users(office, token(office))).status_code == 200
    office.provider.overrides["/jwks"] = lambda: (503, {}, b"")
    office.party.providers["idp"].discovery._keys.fetched -= 3 * 3600
    assert (await users(office, token(office, jti="another"))).status_code == 200


async def test_a_logout_of_the_provider_is_no_way_into_the_api(office: Office) -> None:
    assert (
        await office.http.post(LOGOUT, data={"logout_token": token(office)["Authorization"][7:]})
    ).status_code == 400
