"""The token endpoint: each code once, for its client, with its verifier; and what a token reaches."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx2
import pytest
import time_machine
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.actor import PUBLIC, SIGNED_IN
from backwright.audit import audit_log
from backwright.context import now
from backwright.database import Database
from backwright.errors import Unauthenticated
from backwright.oauth_grants import CODE_LIFETIME
from backwright.oauth_rows import oauth_client_tokens
from backwright.oauth_scopes import reach
from joserfc import jwt
from joserfc.jwk import KeySet
from oauth_flows import (
    BACK,
    EMAIL,
    PASSWORD,
    ROOT,
    Person,
    ada,
    bearing,
    exchange,
    machine,
    post,
    refresh,
    register,
    tokens,
)
from office_roles import Role
from sqlalchemy import func, select

Bearer = Callable[..., Awaitable[dict[str, str]]]


@pytest.fixture(scope="session")
def declared(user_class: type[Account]) -> Accounts:
    return Accounts(user_class, roles=Role, admin=Role.ADMIN, register_as=Role.VIEWER, oauth=True)


async def actions(database: Database) -> list[str]:
    rows = await database.fetch(database.prepare(select(audit_log.c.action).order_by(audit_log.c.id)))
    return [action for (action,) in rows]


def refused(answer: httpx2.Response, code: str, status: int = 400) -> bool:
    """Whether it is a refusal as RFC 6749 §5.2 has it."""
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    return (answer.status_code, answer.json()["error"]) == (status, code)


async def test_a_code_becomes_tokens(client: httpx2.AsyncClient, accounts: BoundAccounts) -> None:
    """An access token, a refresh token, and an ID token that fits both."""
    await ada(accounts)
    app, secret = await register(accounts)
    found = await tokens(client, app, secret)
    assert found.keys() == {"access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"}
    assert (found["token_type"], found["scope"]) == ("Bearer", "editor openid")
    keys = KeySet.import_key_set((await client.get("/.well-known/jwks.json")).json())
    access = jwt.decode(found["access_token"], keys, ["ES256"])
    assert access.header["typ"] == "at+jwt"
    assert (access.claims["client_id"], access.claims["scope"]) == (str(app.id), "editor openid")
    told = jwt.decode(found["id_token"], keys, ["ES256"])
    assert told.header["typ"] == "JWT"
    assert told.claims["iss"] == "http://localhost:8000"
    assert told.claims["aud"] == told.claims["azp"] == str(app.id)
    assert told.claims["sub"] == access.claims["sub"]
    assert told.claims["nonce"] == "a nonce"
    assert told.claims["iat"] - 60 <= told.claims["auth_time"] <= told.claims["iat"]
    half = sha256(found["access_token"].encode()).digest()[:16]
    assert told.claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert EMAIL not in json.dumps(told.claims)


async def test_without_openid_there_is_no_id_token(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """And without the grant no refresh token; the session lasts as long as its one access token."""
    await ada(accounts)
    app, secret = await register(accounts, grants=("authorization_code",))
    found = await tokens(client, app, secret, scope="editor")
    assert found.keys() == {"access_token", "token_type", "expires_in", "scope"}
    with (
        time_machine.travel(now() + timedelta(seconds=found["expires_in"] + 1)),
        pytest.raises(Unauthenticated),
    ):
        await accounts.authenticate(f"Bearer {found['access_token']}")


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": "w" * 43},
        {"redirect_uri": "https://app.example.org/done"},
        {"redirect_uri": BACK + "&"},
    ],
)
async def test_a_wrong_verifier_or_address_uses_the_code_up(
    client: httpx2.AsyncClient,
    accounts: BoundAccounts,
    database: Database,
    wrong: dict[str, str],
    public: bool,
) -> None:
    """Whoever has the code and not the rest is not who it was made for."""
    await ada(accounts)
    app, secret = await register(accounts, public=public)
    person = Person(client, app)
    code = (await person.allow())["code"]
    given = {"code_verifier": person.verifier, **wrong}
    assert refused(await exchange(client, app, secret, code, **given), "invalid_grant")
    assert (await actions(database))[-1] == "oauth_code_misused"
    assert refused(await exchange(client, app, secret, code, person.verifier), "invalid_grant")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"code_verifier": None}, "invalid_request"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"code_verifier": "é" * 43}, "invalid_request"),
        ({"code_verifier": "v" * 129}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"code": None}, "invalid_request"),
        ({"code": "x" * 43}, "invalid_grant"),
        ({"code": "'; DROP TABLE oauth_grants; --"}, "invalid_grant"),
        ({"grant_type": None}, "unsupported_grant_type"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
    ],
)
async def test_a_request_in_the_wrong_form_spends_nothing(
    client: httpx2.AsyncClient, accounts: BoundAccounts, wrong: dict[str, str | None], code: str
) -> None:
    """It is refused, and the code is still good."""
    await ada(accounts)
    app, secret = await register(accounts)
    person = Person(client, app)
    given = (await person.allow())["code"]
    good = {
        "grant_type": "authorization_code",
        "code": given,
        "redirect_uri": BACK,
        "code_verifier": person.verifier,
    }
    assert refused(await post(client, "token", app, secret, **{**good, **wrong}), code)
    assert (await post(client, "token", app, secret, **good)).status_code == 200


async def test_a_code_is_good_once_and_a_replay_ends_what_came_of_it(
    client: httpx2.AsyncClient, accounts: BoundAccounts, database: Database
) -> None:
    """Access and refresh token stop at once, and the audit log knows."""
    await ada(accounts)
    app, secret = await register(accounts)
    person = Person(client, app)
    code = (await person.allow())["code"]
    first = (await exchange(client, app, secret, code, person.verifier)).json()
    assert (await client.get(f"{ROOT}/userinfo", headers=bearing(first["access_token"]))).status_code == 200
    assert refused(await exchange(client, app, secret, code, person.verifier), "invalid_grant")
    assert (await actions(database))[-1] == "oauth_code_replayed"
    assert (await client.get(f"{ROOT}/userinfo", headers=bearing(first["access_token"]))).status_code == 401
    assert refused(await refresh(client, app, secret, first["refresh_token"]), "invalid_grant")


async def test_ten_exchanges_of_one_code_at_once_give_tokens_once(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """One gets tokens; because nine others had the code too, these tokens are void afterwards."""
    await ada(accounts)
    app, secret = await register(accounts)
    person = Person(client, app)
    code = (await person.allow())["code"]
    answers = await asyncio.gather(*(exchange(client, app, secret, code, person.verifier) for _ in range(10)))
    good = [answer for answer in answers if answer.status_code == 200]
    assert len(good) == 1, [answer.text for answer in answers]
    assert all(refused(answer, "invalid_grant") for answer in answers if answer is not good[0])
    headers = bearing(good[0].json()["access_token"])
    assert (await client.get(f"{ROOT}/userinfo", headers=headers)).status_code == 401
    assert refused(await refresh(client, app, secret, good[0].json()["refresh_token"]), "invalid_grant")


async def test_a_code_is_good_for_its_client_alone(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """Another client, proved or public, gets nothing and spoils nothing."""
    await ada(accounts)
    app, secret = await register(accounts)
    other, its_secret = await register(accounts, name="Other")
    open_one, _ = await register(accounts, name="Open", public=True)
    person = Person(client, app)
    code = (await person.allow())["code"]
    assert refused(await exchange(client, other, its_secret, code, person.verifier), "invalid_grant")
    assert refused(await exchange(client, open_one, "", code, person.verifier), "invalid_grant")
    assert (await exchange(client, app, secret, code, person.verifier)).status_code == 200


async def test_a_code_expires(client: httpx2.AsyncClient, accounts: BoundAccounts) -> None:
    """After a minute; the session that was waiting for it is gone with it."""
    await ada(accounts)
    app, secret = await register(accounts)
    person = Person(client, app)
    code = (await person.allow())["code"]
    with time_machine.travel(now() + CODE_LIFETIME + timedelta(seconds=1)):
        assert refused(await exchange(client, app, secret, code, person.verifier), "invalid_grant")
        user_id = await accounts.ensure_account(EMAIL, name="Ada", roles=("editor",))
        assert await accounts._sessions.list(user_id) == []


@pytest.mark.parametrize("where", ["token", "introspect", "revoke"])
async def test_whoever_is_not_the_client_is_refused(
    client: httpx2.AsyncClient, accounts: BoundAccounts, where: str
) -> None:
    """Wrong secret, none, that of another, in two ways at once, in another scheme: one answer for all."""
    app, secret = await register(accounts)
    _, others = await register(accounts, name="Other")
    address, name = f"{ROOT}/{where}", str(app.id)
    given = {"grant_type": "refresh_token", "refresh_token": "x", "token": "x"}
    for auth in (
        (name, others),
        (name, ""),
        (name, secret + "x"),
        ("x", secret),
        ("", ""),
        (name.upper(), secret),
    ):
        answer = await client.post(address, data=given, auth=auth)
        assert refused(answer, "invalid_client", 401), auth
        assert answer.headers["www-authenticate"].startswith("Basic")
    for fields in (
        {},
        {"client_id": name},
        {"client_id": name, "client_secret": others},
        {"client_secret": secret},
    ):
        answer = await client.post(address, data={**given, **fields})
        assert refused(answer, "invalid_client", 401), fields
    for header in ("Bearer x", "Basic", "Basic !!!", "Basic " + base64.b64encode(b"nocolon").decode()):
        answer = await client.post(address, data=given, headers={"Authorization": header})
        assert refused(answer, "invalid_client", 401), header
    both = {**given, "client_id": name, "client_secret": secret}
    assert refused(await client.post(address, data=both, auth=(name, secret)), "invalid_request")


async def test_a_public_client_has_no_secret_to_guess(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """One that comes with a secret is not it."""
    app, _ = await register(accounts, public=True)
    given = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": str(app.id)}
    assert refused(
        await client.post(f"{ROOT}/token", data={**given, "client_secret": "x"}), "invalid_client", 401
    )
    assert refused(await client.post(f"{ROOT}/token", data=given), "invalid_grant")


async def test_guessing_secrets_is_slowed_down(client: httpx2.AsyncClient, accounts: BoundAccounts) -> None:
    """For one network, and only wrong proofs count."""
    app, secret = await register(accounts)
    statuses = [(await post(client, "revoke", app, "wrong", token="x")).status_code for _ in range(25)]
    assert statuses[:20] == [401] * 20
    assert set(statuses[20:]) == {429}
    assert (await post(client, "revoke", app, secret, token="x")).status_code == 200


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"grant_type": "client_credentials"}', "application/json"),
        (b"grant_type=a&grant_type=b", "application/x-www-form-urlencoded"),
        (b"grant_type=%ff", "application/x-www-form-urlencoded"),
        (b"grant_type=%00", "application/x-www-form-urlencoded"),
        ("grant_type=é".encode(), "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % at for at in range(100)), "application/x-www-form-urlencoded"),
        (b"a=" + b"b" * 20_000, "application/x-www-form-urlencoded"),
        (b"", ""),
    ],
)
async def test_only_a_plain_form_is_read(client: httpx2.AsyncClient, content: bytes, kind: str) -> None:
    """Never a 500, and no echo."""
    answer = await client.post(f"{ROOT}/token", content=content, headers={"Content-Type": kind})
    assert refused(answer, "invalid_request")
    assert "bbbb" not in answer.text


async def test_refreshing_goes_on_and_a_replay_ends_it(
    client: httpx2.AsyncClient, accounts: BoundAccounts, database: Database
) -> None:
    """The rotation of every session: one successor, and the end for whoever comes with an older one."""
    await ada(accounts)
    app, secret = await register(accounts)
    first = await tokens(client, app, secret)
    second = (await refresh(client, app, secret, first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["scope"] == "editor openid"
    assert "id_token" in second
    third = (await refresh(client, app, secret, second["refresh_token"])).json()
    assert refused(await refresh(client, app, secret, first["refresh_token"]), "invalid_grant")
    assert (await actions(database))[-1] == "refresh_replayed"
    assert refused(await refresh(client, app, secret, third["refresh_token"]), "invalid_grant")
    assert (await client.get(f"{ROOT}/userinfo", headers=bearing(third["access_token"]))).status_code == 401


async def test_ten_refreshes_at_once_leave_one_line(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """All get the same successor, which goes on."""
    await ada(accounts)
    app, secret = await register(accounts)
    first = await tokens(client, app, secret)
    answers = await asyncio.gather(*(refresh(client, app, secret, first["refresh_token"]) for _ in range(10)))
    successors = {answer.json()["refresh_token"] for answer in answers}
    assert len(successors) == 1
    assert (await refresh(client, app, secret, successors.pop())).status_code == 200


async def test_a_refresh_token_is_good_in_the_hands_of_its_client_alone(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """Not for another client, and not at `/auth/refresh`, which would take the scopes off it."""
    await ada(accounts)
    app, secret = await register(accounts)
    other, its_secret = await register(accounts, name="Other")
    found = await tokens(client, app, secret)
    assert refused(await refresh(client, other, its_secret, found["refresh_token"]), "invalid_grant")
    plain = await client.post("/auth/refresh", json={"refresh_token": found["refresh_token"]})
    assert plain.status_code == 401
    assert (await refresh(client, app, secret, found["refresh_token"])).status_code == 200
    own = await accounts.sign_in(EMAIL, PASSWORD)
    assert refused(await refresh(client, app, secret, own.refresh_token), "invalid_grant")


async def test_a_refresh_may_narrow_and_never_widen(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """A scope that was not granted is refused, and the refresh token is not spent by that."""
    await ada(accounts, "admin", "editor")
    app, secret = await register(accounts)
    found = await tokens(client, app, secret, scope="openid editor signed_in")
    token = found["refresh_token"]
    assert refused(await refresh(client, app, secret, token, scope="admin"), "invalid_scope")
    less = (await refresh(client, app, secret, token, scope="signed_in")).json()
    assert less["scope"] == "signed_in"
    actor = await accounts.authenticate(f"Bearer {less['access_token']}")
    assert actor.roles == {PUBLIC, SIGNED_IN}
    again = (await refresh(client, app, secret, less["refresh_token"])).json()
    assert again["scope"] == "editor openid signed_in"


async def test_a_token_reaches_no_further_than_its_scopes_and_its_person(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """The roles of the person that the scopes name; a role that the person has not is not given."""
    await ada(accounts, "admin", "viewer")
    app, secret = await register(accounts)
    reached = {}
    for scope in ("openid", "signed_in", "openid editor", "admin editor"):
        found = await tokens(client, app, secret, scope=scope)
        actor = await accounts.authenticate(f"Bearer {found['access_token']}")
        assert actor.method == "oauth"
        reached[scope] = actor.roles
    assert reached == {
        "openid": {PUBLIC},
        "signed_in": {PUBLIC, SIGNED_IN},
        "openid editor": {PUBLIC, SIGNED_IN},
        "admin editor": {PUBLIC, SIGNED_IN, "admin"},
    }


async def test_a_role_that_is_taken_away_is_gone_from_its_tokens(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """Scopes are looked at together with the roles of now."""
    await ada(accounts, "editor")
    app, secret = await register(accounts)
    header = f"Bearer {(await tokens(client, app, secret))['access_token']}"
    assert "editor" in (await accounts.authenticate(header)).roles
    await ada(accounts, "viewer")
    assert (await accounts.authenticate(header)).roles == {PUBLIC, SIGNED_IN}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/auth/me"),
        ("POST", "/auth/logout-all"),
        ("POST", "/auth/password"),
        ("GET", "/auth/sessions"),
        ("GET", f"{ROOT}/clients"),
        ("POST", f"{ROOT}/clients"),
    ],
)
async def test_no_program_manages_an_account(
    client: httpx2.AsyncClient, accounts: BoundAccounts, method: str, path: str
) -> None:
    """With every scope that there is: 403 before anything else."""
    await ada(accounts, "admin", "editor")
    app, secret = await register(accounts)
    bot, its_secret = await machine(accounts, "admin", "editor")
    person = await tokens(client, app, secret, scope="openid profile email signed_in editor admin")
    itself = (await post(client, "token", bot, its_secret, grant_type="client_credentials")).json()
    for found in (person, itself):
        answer = await client.request(method, path, headers=bearing(found["access_token"]), json={})
        assert answer.status_code == 403, answer.text


async def test_a_token_without_a_scope_of_the_api_opens_no_resource(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """It tells who the person is, and that is all; with the scope, the rules of the resource hold."""
    await ada(accounts, "admin")
    app, secret = await register(accounts)
    nothing = await tokens(client, app, secret, scope="openid")
    assert (await client.get("/users", headers=bearing(nothing["access_token"]))).status_code == 403
    signed_in = await tokens(client, app, secret, scope="openid signed_in")
    assert (await client.get("/users", headers=bearing(signed_in["access_token"]))).status_code == 403
    admin = await tokens(client, app, secret, scope="admin")
    assert (await client.get("/users", headers=bearing(admin["access_token"]))).status_code == 200


async def test_a_client_acts_for_itself(
    client: httpx2.AsyncClient, accounts: BoundAccounts, database: Database
) -> None:
    """With the scopes that it was registered for as its roles, or fewer; it is no account and owns nothing."""
    bot, secret = await machine(accounts, "editor", "viewer")
    answer = await post(client, "token", bot, secret, grant_type="client_credentials")
    found = answer.json()
    assert found.keys() == {"access_token", "token_type", "expires_in", "scope"}
    actor = await accounts.authenticate(f"Bearer {found['access_token']}")
    assert (actor.id, actor.method) == (bot.id, "client")
    assert actor.roles == {PUBLIC, SIGNED_IN, "editor", "viewer"}
    less = await post(client, "token", bot, secret, grant_type="client_credentials", scope="viewer")
    actor = await accounts.authenticate(f"Bearer {less.json()['access_token']}")
    assert actor.roles == {PUBLIC, SIGNED_IN, "viewer"}
    for scope in ("admin", "openid", " "):
        answer = await post(client, "token", bot, secret, grant_type="client_credentials", scope=scope)
        assert refused(answer, "invalid_scope")
    for grant in ("authorization_code", "refresh_token"):
        assert refused(await post(client, "token", bot, secret, grant_type=grant), "unauthorized_client")
    assert (await client.get(f"{ROOT}/userinfo", headers=bearing(found["access_token"]))).status_code == 403
    assert (await actions(database))[-1] == "client_sign_in"


async def test_tokens_of_clients_that_have_expired_are_cleared_away(
    client: httpx2.AsyncClient, accounts: BoundAccounts, database: Database
) -> None:
    """The next one clears up."""
    bot, secret = await machine(accounts)
    for _ in range(3):
        await post(client, "token", bot, secret, grant_type="client_credentials")
    with time_machine.travel(now() + timedelta(hours=1)):
        await post(client, "token", bot, secret, grant_type="client_credentials")
    counted = database.prepare(select(func.count()).select_from(oauth_client_tokens))
    assert await database.fetch(counted) == [(1,)]


async def test_an_id_token_opens_nothing(client: httpx2.AsyncClient, accounts: BoundAccounts) -> None:
    """It is no access token, and an access token is no ID token."""
    await ada(accounts)
    app, secret = await register(accounts)
    found = await tokens(client, app, secret)
    assert (await client.get(f"{ROOT}/userinfo", headers=bearing(found["id_token"]))).status_code == 401
    assert accounts.oauth is not None
    assert await accounts.oauth.id_tokens.read_hint(found["access_token"]) is None


async def test_the_userinfo_tells_what_was_allowed(
    client: httpx2.AsyncClient, accounts: BoundAccounts
) -> None:
    """By scope; without openid nothing, without a token a challenge."""
    await ada(accounts)
    app, secret = await register(accounts)
    seen: dict[str, Any] = {}
    for scope in ("openid", "openid profile", "openid email", "editor"):
        found = await tokens(client, app, secret, scope=scope)
        answer = await client.get(f"{ROOT}/userinfo", headers=bearing(found["access_token"]))
        seen[scope] = answer.json() | {"sub": ""} if answer.status_code == 200 else answer.status_code
    assert seen == {
        "openid": {"sub": ""},
        "openid profile": {"sub": "", "name": "Ada"},
        "openid email": {"sub": "", "email": EMAIL},
        "editor": 403,
    }
    for headers in ({}, bearing("x.y.z"), {"Authorization": "Basic eDp5"}):
        answer = await client.post(f"{ROOT}/userinfo", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
    own = await accounts.sign_in(EMAIL, PASSWORD)
    assert (await client.get(f"{ROOT}/userinfo", headers=bearing(own.access_token))).status_code == 403


def test_scopes_never_widen() -> None:
    """Whatever the scopes say, there is no role that the subject does not have."""
    for scopes in (frozenset(), frozenset({"openid"}), frozenset({"admin", "editor", "openid"})):
        assert reach(frozenset({"editor"}), scopes) <= {"editor", PUBLIC, SIGNED_IN}
    assert reach(frozenset({"admin"}), frozenset({"openid", "email"})) == {PUBLIC}
