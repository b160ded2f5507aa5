"""A provider ends sessions here, with a token that is checked like any other and counts once."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest
from backwright.accounts import Account
from backwright.oidc_tokens import LOGOUT_EVENT
from backwright.settings import Settings
from oidc_office import LOGOUT, PAGE, Office, oidc_office
from oidc_services import query
from scripted_provider import CLIENT_ID, OTHER_KEY


@pytest.fixture
async def office(settings: Settings, user_class: type[Account]) -> AsyncGenerator[Office, None]:
    async with oidc_office(settings, user_class) as made:
        yield made


async def told(office: Office, key: Any = None, **changed: Any) -> httpx2.Response:
    """The provider says that somebody has signed out."""
    claims = office.provider.claims(
        **{"jti": "one", "events": {LOGOUT_EVENT: {}}, "email": None, "email_verified": None, **changed}
    )
    more = {} if key is None else {"key": key}
    token = office.provider.sign(claims, typ="logout+jwt", **more)
    return await office.http.post(LOGOUT, data={"logout_token": token})


async def is_open(office: Office, headers: dict[str, str]) -> bool:
    return (await office.http.get("/auth/me", headers=headers)).status_code == 200


async def test_a_session_of_the_provider_that_ends_takes_ours_with_it(office: Office) -> None:
    """That one and no other; its refresh token is worth nothing either."""
    first, second = await office.signed_in(sid="s1"), await office.signed_in(sid="s2")
    stranger = await office.signed_in(sub="bob", email="bob@example.org", sid="s3")
    answer = await told(office, sid="s1")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert [await is_open(office, each) for each in (first, second, stranger)] == [False, True, True]
    assert (await told(office, jti="two", sid="s2", sub=None)).status_code == 200
    assert [await is_open(office, each) for each in (second, stranger)] == [False, True]


async def test_without_a_session_all_of_the_person_end(office: Office) -> None:
    first, second = await office.signed_in(), await office.signed_in(sid="s2")
    stranger = await office.signed_in(sub="bob", email="bob@example.org")
    by_password = await office.accounts.open_session(
        await office.accounts.ensure_account("ada@example.org", name="", roles=["viewer"])
    )
    own = {"Authorization": f"Bearer {by_password.access_token}"}
    assert (await told(office)).status_code == 200
    found = [await is_open(office, each) for each in (first, second, stranger, own)]
    assert found == [False, False, True, True], "what the provider did not open is not its to end"


async def test_a_logout_token_counts_once(office: Office) -> None:
    """Who has read one cannot sign the person out again and again."""
    await office.signed_in(sid="s1")
    assert (await told(office)).status_code == 200
    again = await office.signed_in(sid="s1b")
    assert (await told(office)).status_code == 400
    assert await is_open(office, again)


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example.org"},
        {"aud": "other"},
        {"nonce": "n"},
        {"events": {}},
        {"jti": None},
        {"exp": 1},
        {"sub": None},
        {"key": OTHER_KEY},
    ],
)
async def test_a_wrong_logout_token_ends_nothing(office: Office, changed: dict[str, Any]) -> None:
    headers = await office.signed_in(sid="s1")
    answer = await told(office, **changed)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"
    assert await is_open(office, headers)
    assert (await office.http.post(LOGOUT, data={})).status_code == 400
    assert (await office.http.post(LOGOUT, json={"logout_token": "x"})).status_code == 400


async def test_somebody_nobody_knows_here_can_sign_out_anywhere(office: Office) -> None:
    assert (await told(office, sub="nobody", sid="s9")).status_code == 200


async def test_a_logout_overtakes_a_sign_in_that_is_not_finished(office: Office) -> None:
    """Between the provider and the page: the code is worth nothing any more."""
    code = (await office.back(sid="s1"))["code"]
    assert (await told(office, sid="s1")).status_code == 200
    assert (await office.redeem(code)).status_code == 422


async def test_the_page_learns_where_to_end_the_session_of_the_provider(office: Office) -> None:
    headers = await office.signed_in()
    wrong = {"return_to": "https://evil.example.org/"}
    assert (await office.http.post("/auth/oidc/logout", json=wrong, headers=headers)).status_code == 400
    assert await is_open(office, headers)
    answer = await office.http.post("/auth/oidc/logout", json={"return_to": PAGE}, headers=headers)
    url = answer.json()["logout_url"]
    assert url.startswith(f"{office.provider.issuer}/logout?")
    assert query(url) == {"client_id": CLIENT_ID, "post_logout_redirect_uri": PAGE}
    assert not await is_open(office, headers)


async def test_a_session_that_no_provider_opened_ends_here_alone(office: Office) -> None:
    user_id = await office.accounts.ensure_account("bob@example.org", name="", roles=["viewer"])
    headers = {"Authorization": f"Bearer {(await office.accounts.open_session(user_id)).access_token}"}
    answer = await office.http.post("/auth/oidc/logout", json={}, headers=headers)
    assert answer.json() == {"logout_url": None}
    assert not await is_open(office, headers)
