"""The authorization endpoint: a page that runs nothing, and no way round PKCE, the person or the registration."""

import html
import time
from base64 import b32decode
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
import time_machine
from backwright import totp
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.app import create_app
from backwright.audit import audit_log
from backwright.database import Database
from backwright.oauth_authorize import PAGE_SECONDS
from backwright.settings import Settings
from oauth_flows import BACK, EMAIL, PASSWORD, ROOT, Person, ada, exchange, hidden, register, told
from office_roles import Role
from sqlalchemy import select


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, oauth=True)


async def actions(database: Database) -> list[str]:
    """What the audit log holds, in order."""
    rows = await database.fetch(database.prepare(select(audit_log.c.action).order_by(audit_log.c.id)))
    return [action for (action,) in rows]


async def test_the_page_says_who_asks_for_what_and_runs_nothing(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """No script, nothing loaded, no frame; the form may lead here and to this one client."""
    app, _ = await register(accounts)
    page = await Person(client, app, login_hint='"><script>alert(1)</script>').look()
    assert page.status_code == 200
    assert "Warehouse &lt;app&gt;" in page.text
    assert "do what you may do as editor" in page.text
    assert "app.example.org" in page.text
    assert "<script" not in page.text
    assert 'type="password"' in page.text
    policy = page.headers["content-security-policy"]
    for said in (
        "default-src 'none'",
        "form-action 'self' https://app.example.org;",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ):
        assert said in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-frame-options"] == "DENY"
    cookie = page.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert f"Max-Age={PAGE_SECONDS}" in cookie


async def test_whoever_allows_is_sent_back_with_a_code(
    client: httpx2.AsyncClient, accounts: BoundAccounts, database: Database
) -> None:
    """The state as it was, the issuer's name, and what the address had in its query already."""
    await ada(accounts)
    app, _ = await register(accounts)
    person = Person(client, app)
    answer = await person.say(await person.look())
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{BACK}&")
    found = told(answer)
    assert found.keys() == {"kept", "code", "state", "iss"}
    assert found["state"] == "the state & more"
    assert found["iss"] == "http://localhost:8000"
    assert (await actions(database))[-2:] == ["login", "oauth_granted"]


async def test_whoever_denies_needs_no_password(
    client: httpx2.AsyncClient, accounts: BoundAccounts, database: Database
) -> None:
    """The client is told, and nothing more."""
    app, _ = await register(accounts)
    person = Person(client, app)
    answer = await person.say(await person.look(), action="deny", email="", password="")
    assert told(answer) == {
        "kept": "1",
        "error": "access_denied",
        "error_description": "The user does not allow it.",
        "state": "the state & more",
        "iss": "http://localhost:8000",
    }
    assert (await actions(database))[-1] == "oauth_denied"


@pytest.mark.parametrize(
    "given",
    [
        {"password": "eight louder lamps below"},
        {"email": "nobody@example.org"},
        {"email": ""},
        {"email": "a" * 5000},
    ],
)
async def test_a_wrong_password_shows_the_page_again(
    client: httpx2.AsyncClient, accounts: BoundAccounts, given: dict[str, str]
) -> None:
    """With one answer for a wrong address and a wrong password; then the right one still works."""
    await ada(accounts)
    app, _ = await register(accounts)
    person = Person(client, app)
    page = await person.look()
    again = await person.say(page, **given)
    assert again.status_code == 401
    assert "The email address or the password is wrong." in again.text
    assert PASSWORD not in again.text
    assert (await person.say(again)).status_code == 303


async def test_guessing_on_the_page_is_slowed_down_as_everywhere(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """The delays of the login hold here: it is the same login."""
    await ada(accounts)
    app, _ = await register(accounts)
    person = Person(client, app)
    page = await person.look()
    for _ in range(6):
        answer = await person.say(page, password="eight louder lamps below")
    answer = await person.say(page)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": None},
        {"client_id": "0192c0de-0000-7000-8000-000000000000"},
        {"client_id": "' OR 1=1"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example.org/done?kept=1"},
        {"redirect_uri": BACK + "&more=1"},
        {"redirect_uri": BACK.replace("/done", "/done/../evil")},
        {"redirect_uri": BACK.upper()},
        {"redirect_uri": "https://app.example.org/done"},
        {"redirect_uri": "javascript:alert(1)"},
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(
    client: httpx2.AsyncClient, accounts: BoundAccounts, changed: dict[str, str | None]
) -> None:
    """Not even with an error, which would be an open redirect: there is a page, and it leads nowhere."""
    app, _ = await register(accounts)
    answer = await Person(client, app, **changed).look()
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "evil" not in answer.text
    assert "form-action 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": "=" * 43}, "invalid_request"),
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "openid viewer"}, "invalid_scope"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"request": "e30.e30.e30"}, "request_not_supported"),
        ({"request_uri": "https://evil.example.org/x"}, "request_uri_not_supported"),
        ({"nonce": "n" * 501}, "invalid_request"),
    ],
)
@pytest.mark.parametrize("public", [False, True])
async def test_a_request_that_is_not_right_goes_back_to_the_client(
    client: httpx2.AsyncClient,
    accounts: BoundAccounts,
    changed: dict[str, str | None],
    code: str,
    public: bool,
) -> None:
    """With the code of the standard, the state and the issuer; PKCE is for every client."""
    app, _ = await register(accounts, public=public)
    answer = await Person(client, app, **changed).look()
    assert answer.status_code == 303
    found = told(answer)
    assert (found["error"], found["state"]) == (code, "the state & more")
    assert found["iss"] == "http://localhost:8000"
    assert urlsplit(answer.headers["location"]).netloc == "app.example.org"


async def test_a_field_that_comes_twice_is_refused(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """Two parties could read it differently."""
    app, _ = await register(accounts)
    asked = [*Person(client, app).asked.items(), ("redirect_uri", "https://evil.example.org/")]
    answer = await client.get(f"{ROOT}/authorize", params=asked)
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_a_client_may_send_its_request_in_a_form(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """As OpenID Connect asks for."""
    await ada(accounts)
    app, _ = await register(accounts)
    person = Person(client, app)
    page = await client.post(f"{ROOT}/authorize", data=person.asked)
    assert (await person.say(page)).status_code == 303


async def test_a_page_works_in_the_browser_that_it_was_shown_in(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """A page made up elsewhere, without the cookie or with another one, signs nobody in (login CSRF)."""
    await ada(accounts)
    app, _ = await register(accounts)
    person = Person(client, app)
    page = await person.look()
    for value in (None, "x" * 43, "short"):
        client.cookies.clear()
        if value is not None:
            client.cookies.set("oauth", value)
        answer = await person.say(page)
        assert answer.status_code == 400
        assert "location" not in answer.headers


async def test_a_page_cannot_be_changed(client: httpx2.AsyncClient, accounts: BoundAccounts) -> None:
    """What the client asked for is sealed in it."""
    await ada(accounts)
    app, _ = await register(accounts)
    person = Person(client, app)
    page = await person.look()
    sealed = hidden(page)["page"]
    for forged in ("", "AAAA", sealed[:-8] + "AAAAAAA=", sealed.swapcase(), "é", sealed + "!"):
        answer = await person.say(page, page=forged)
        assert answer.status_code == 400, forged
        assert "location" not in answer.headers


async def test_a_page_becomes_too_old(client: httpx2.AsyncClient, accounts: BoundAccounts) -> None:
    """After ten minutes."""
    await ada(accounts)
    app, _ = await register(accounts)
    person = Person(client, app)
    page = await person.look()
    with time_machine.travel(time.time() + PAGE_SECONDS + 5, tick=True):
        assert (await person.say(page)).status_code == 400


async def test_a_client_that_is_closed_meanwhile_gets_nothing(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """The request is looked at again when the page comes back."""
    await ada(accounts)
    app, _ = await register(accounts)
    person = Person(client, app)
    page = await person.look()
    assert accounts.oauth is not None
    await accounts.oauth.clients.close(app.id)
    assert (await person.say(page)).status_code == 400


async def test_two_pages_can_be_open_in_one_browser(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """The second does not spoil the first."""
    await ada(accounts)
    app, _ = await register(accounts)
    one, two = Person(client, app), Person(client, app)
    first, second = await one.look(), await two.look()
    assert (await one.say(first)).status_code == 303
    assert (await two.say(second)).status_code == 303


async def test_a_second_factor_is_asked_for_on_the_page(
    client: httpx2.AsyncClient, accounts: BoundAccounts, bearer: Any
) -> None:
    """The password alone gives no code; a wrong code neither; the right one does."""
    await ada(accounts)
    headers, known = await bearer(EMAIL, "editor"), {"current_password": PASSWORD}
    begun = (await client.post("/auth/second-factor", json=known, headers=headers)).json()
    code = totp.code_at(b32decode(begun["secret"]), totp.step_at(time.time()))
    answer = await client.post("/auth/second-factor/confirm", json={"code": code}, headers=headers)
    codes = answer.json()["recovery_codes"]
    app, secret = await register(accounts)
    person = Person(client, app)
    asked = await person.say(await person.look())
    assert asked.status_code == 200
    assert "location" not in asked.headers
    assert 'autocomplete="one-time-code"' in asked.text
    wrong = await person.say(asked, code="000000")
    assert wrong.status_code == 401
    assert "The code is wrong" in html.unescape(wrong.text)
    assert (await person.say(wrong, action="again")).text.count('name="password"') == 1
    right = await person.say(wrong, code=codes[0])
    assert right.status_code == 303
    answer = await exchange(client, app, secret, told(right)["code"], person.verifier)
    assert answer.status_code == 200


async def test_the_page_tells_nobody_who_has_an_account(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """Whether an address has an account shows neither in the status nor in the words."""
    await ada(accounts)
    app, _ = await register(accounts)
    person = Person(client, app)
    page = await person.look()
    wrong = [await person.say(page, email=email, password="x") for email in (EMAIL, "bob@example.org")]
    assert wrong[0].status_code == wrong[1].status_code
    assert wrong[0].text.replace(EMAIL, "") == wrong[1].text.replace("bob@example.org", "")


async def test_over_https_the_cookie_is_bound_to_the_host(settings: Settings, declared: Accounts) -> None:
    """`__Host-`: no other host, no path and no plain connection can set it."""
    secure = settings.model_copy(update={"public_url": "https://localhost"})
    made = create_app(secure, title="Office", accounts=declared)
    async with made.router.lifespan_context(made):
        accounts = made.state.runtime.accounts
        app, _ = await register(accounts)
        await ada(accounts)
        transport = httpx2.ASGITransport(app=made)
        async with httpx2.AsyncClient(transport=transport, base_url="https://localhost") as client:
            person = Person(client, app)
            page = await person.look()
            cookie = page.headers["set-cookie"]
            assert cookie.startswith("__Host-oauth=")
            for part in ("Secure", "Path=/", "HttpOnly"):
                assert part in cookie
            assert "Domain" not in cookie
            assert told(await person.say(page))["iss"] == "https://localhost"
