"""The way to a provider and back: what is bound to what, and every way of breaking in between."""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import urlsplit

import pytest
from backwright.accounts import Account
from backwright.oidc_flow import challenge_of
from backwright.settings import Settings
from oidc_office import CALLBACK, HERE, PAGE, Office, bearing, oidc_office
from oidc_services import fragment, query
from scripted_provider import scripted_provider


@pytest.fixture
async def office(settings: Settings, user_class: type[Account]) -> AsyncGenerator[Office, None]:
    async with oidc_office(settings, user_class) as made:
        yield made


async def test_the_provider_is_asked_for_a_code_and_nothing_else(office: Office) -> None:
    """PKCE, state, nonce, the exact address to come back to; what its endpoint has in its query stays."""
    answer = await office.begin()
    url = answer.headers["location"]
    asked = query(url)
    assert url.startswith(f"{office.provider.issuer}/authorize?kept=1&")
    assert asked["response_type"] == "code"
    assert asked["redirect_uri"] == HERE + CALLBACK
    assert asked["scope"] == "openid email profile"
    assert asked["code_challenge_method"] == "S256"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert asked.keys() == {
        "kept", "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
        "code_challenge_method",
    }  # fmt: skip
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert answer.headers["cache-control"] == "no-store"
    again = query((await office.begin()).headers["location"])
    assert again["nonce"] != asked["nonce"]
    assert again["code_challenge"] != asked["code_challenge"]


async def test_no_token_of_anybody_stands_in_an_address(office: Office) -> None:
    """The page gets a code in the fragment; what the provider gave stays between us."""
    answer = await office.http.get(CALLBACK, params=office.provider.give(await office.location()))
    where = urlsplit(answer.headers["location"])
    assert f"{where.scheme}://{where.netloc}{where.path}" == PAGE
    assert where.query == ""
    assert fragment(answer).keys() == {"code"}
    assert "ada@example.org" not in answer.headers["location"]
    assert "eyJ" not in answer.headers["location"]


@pytest.mark.parametrize(
    "return_to",
    [
        "https://evil.example.org/",
        "//evil.example.org/",
        PAGE + "/../evil",
        PAGE + "?more=1",
        PAGE + "#",
        PAGE.upper(),
        PAGE + "@evil.example.org",
        "javascript:alert(1)",
        "/signed-in",
    ],
)
async def test_nobody_is_sent_to_a_page_that_the_operator_did_not_name(
    office: Office, return_to: str
) -> None:
    """Not even with an error: that would be an open redirect, with a code at its end."""
    answer = await office.begin(return_to=return_to)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    "changed",
    [{"code_challenge": ""}, {"code_challenge": "short"}, {"code_challenge": "=" * 43}, {"state": "x" * 201}],
)
async def test_a_sign_in_does_not_begin_without_a_challenge(office: Office, changed: dict[str, str]) -> None:
    assert (await office.begin(**changed)).status_code == 400
    assert (await office.http.get("/auth/oidc/other/start")).status_code == 404


async def test_a_state_is_good_in_the_browser_that_began_and_once(office: Office) -> None:
    """Without the cookie, with another one, changed, made up, or a second time it leads to a plain page."""
    given = office.provider.give(await office.location())
    cookie = office.http.cookies["oidc"]
    for value in (None, "x" * 43, "short"):
        office.http.cookies.clear()
        if value is not None:
            office.http.cookies.set("oidc", value)
        await refused_plainly(office, given)
    office.http.cookies.clear()
    office.http.cookies.set("oidc", cookie)
    state = given["state"]
    for wrong in ("", state[:-1], state + "A", "A" + state[1:], "x" * 5000, state[:40]):
        await refused_plainly(office, {**given, "state": wrong})
    assert "code" in fragment(await office.http.get(CALLBACK, params=given))
    await refused_plainly(office, given)


async def test_of_two_who_come_back_at_the_same_moment_one_gets_in(office: Office) -> None:
    given = office.provider.give(await office.location())
    answers = await asyncio.gather(*(office.http.get(CALLBACK, params=given) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [303, 400, 400, 400, 400]


async def test_a_code_is_exchanged_once_however_many_try(office: Office) -> None:
    code = (await office.back())["code"]
    answers = await asyncio.gather(*(office.redeem(code) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422, 422]


async def test_an_old_state_and_an_old_code_are_good_for_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = office.provider.give(await office.location())
    code = (await office.back())["code"]
    now = time.time
    monkeypatch.setattr("backwright.oidc_flow.time.time", lambda: now() + 301)
    assert (await office.redeem(code)).status_code == 422
    monkeypatch.setattr("backwright.oidc_flow.time.time", lambda: now() + 601)
    await refused_plainly(office, given)


async def test_another_issuer_cannot_answer_in_the_place_of_this_one(office: Office) -> None:
    """Mix-up: `iss` names who answers (RFC 9207), and the provider promised to send it."""
    for iss in ("https://evil.example.org", ""):
        given = {**office.provider.give(await office.location()), "iss": iss}
        answer = await office.http.get(
            CALLBACK, params={name: value for name, value in given.items() if value}
        )
        assert fragment(answer) == {"error": "provider_refused"}
    assert office.provider.seen["/token"] == 0, "no code went anywhere"


async def test_what_began_with_one_provider_does_not_end_with_another(
    settings: Settings, user_class: type[Account]
) -> None:
    """Each has an address of its own to come back to; a code of one is not shown to the other."""
    with scripted_provider() as other:
        async with oidc_office(settings, user_class, beside=other) as office:
            given = office.provider.give(await office.location())
            crossed = await office.http.get("/auth/oidc/other/callback", params=given)
            assert crossed.status_code == 400
            assert "location" not in crossed.headers
            assert other.seen["/token"] == 0
            assert "code" in fragment(await office.http.get(CALLBACK, params=given))


async def test_a_person_may_come_from_two_providers_into_one_account(
    settings: Settings, user_class: type[Account]
) -> None:
    """Both are trusted with addresses; the same subject at another provider is somebody else without that."""
    with scripted_provider() as other:
        async with oidc_office(settings, user_class, beside=other) as office:
            first = await office.me(await office.signed_in())

            async def there(**claims: Any) -> dict[str, Any]:
                asked = {"return_to": PAGE, "code_challenge": challenge_of(office.verifier)}
                begun = await office.http.get("/auth/oidc/other/start", params=asked)
                given = other.give(begun.headers["location"], **claims)
                back = await office.http.get("/auth/oidc/other/callback", params=given)
                return await office.me(bearing(await office.redeem(fragment(back)["code"])))

            assert (await there(email="somebody@example.org"))["id"] != first["id"]
            assert (await there(sub="lovelace"))["id"] == first["id"]


async def refused_plainly(office: Office, given: dict[str, str]) -> None:
    answer = await office.http.get(CALLBACK, params=given)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "begin again" in answer.text
