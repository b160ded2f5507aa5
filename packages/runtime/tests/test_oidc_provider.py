"""A provider that is honest, lies or is down: what is asked of it, what is believed, and what is kept of it."""

import logging
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from backwright.accounts import Account
from backwright.entity import Entity
from backwright.settings import Settings
from office_databases import TABLES
from oidc_office import CALLBACK, HERE, Office, oidc_office
from oidc_services import fragment, query
from scripted_provider import KEY, OTHER_KEY, SECRET


@pytest.fixture
async def office(settings: Settings, user_class: type[Account]) -> AsyncGenerator[Office, None]:
    async with oidc_office(settings, user_class) as made:
        yield made


async def test_the_secret_and_the_verifier_go_to_the_token_endpoint_alone(office: Office) -> None:
    """In the header, encoded; the verifier is the one whose digest the provider has got."""
    await office.back()
    [posted] = office.provider.posted
    assert "client_secret" not in posted
    assert posted["redirect_uri"] == HERE + CALLBACK
    assert len(posted["code_verifier"]) >= 43


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example.org"},
        {"aud": "other"},
        {"aud": ["office", "other"]},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1},
        {"sub": None},
    ],
)
async def test_a_lying_provider_signs_nobody_in(office: Office, claims: dict[str, Any]) -> None:
    assert await office.back(**claims) == {"error": "provider_refused"}


async def test_a_token_with_another_signature_signs_nobody_in(office: Office) -> None:
    """Each on its own way; at most one more look at the keys for all of them."""
    for key, header in (
        (KEY, {"alg": "none"}),
        (KEY, {"alg": "HS256"}),
        (OTHER_KEY, {}),
        (KEY, {"kid": "made-up"}),
    ):
        url = await office.location()
        token = office.provider.sign(office.provider.claims(nonce=query(url)["nonce"]), key=key, **header)
        given = office.provider.give(url, id_token=token)
        assert fragment(await office.http.get(CALLBACK, params=given)) == {"error": "provider_refused"}
    assert office.provider.seen["/jwks"] == 1


async def test_what_the_id_token_leaves_out_is_asked_for(office: Office) -> None:
    """The userinfo counts if it is of the same person, and never against what the ID token says."""
    info = {"sub": "ada", "email": "ada@example.org", "email_verified": True, "name": "Countess"}
    thin: dict[str, Any] = {"email": None, "email_verified": None, "name": "Ada"}
    headers = await office.signed_in(**thin, userinfo=info)
    assert (await office.me(headers))["name"] == "Ada"
    assert await office.back(**thin, userinfo={**info, "sub": "eve"}) == {"error": "provider_refused"}
    assert await office.back(**thin, userinfo=None) == {"error": "provider_refused"}


async def test_a_provider_that_is_down_is_a_word_and_no_stack(office: Office) -> None:
    """On the way there and on the way back; who is signed in stays signed in."""
    headers = await office.signed_in()
    url = await office.location()
    given = office.provider.give(url)
    office.provider.overrides["/token"] = lambda: (200, {}, b"x" * 300_000)
    assert fragment(await office.http.get(CALLBACK, params=given)) == {"error": "provider_unavailable"}
    office.provider.overrides["/token"] = lambda: (302, {"Location": office.provider.issuer + "/jwks"}, b"")
    assert await office.back() == {"error": "provider_refused"}
    assert (await office.me(headers))["email"] == "ada@example.org"


async def test_what_the_provider_gave_is_kept_nowhere(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in the log, however much it tells, nor in the database: tokens, codes, verifiers, the secret."""
    caplog.set_level(logging.DEBUG)
    url = await office.location()
    given = office.provider.give(url, sid="a session over there")
    code = fragment(await office.http.get(CALLBACK, params=given))["code"]
    assert (await office.redeem(code)).status_code == 200
    assert await office.back(nonce="wrong") == {"error": "provider_refused"}
    [expected] = [each for name, each in office.provider.codes.items() if name == given["code"]]
    [posted] = [each for each in office.provider.posted if each["code"] == given["code"]]
    secrets = [
        expected.id_token, expected.access_token, given["code"], given["state"], code, office.verifier,
        posted["code_verifier"], SECRET, query(url)["nonce"], "a session over there",
    ]  # fmt: skip
    of_service = [record for record in caplog.records if record.name != "httpx2"]  # which is the browser
    told = "\n".join(str(vars(record)) for record in of_service)
    tables = list(Entity.metadata.tables.values())
    async with office.runtime.database.reading() as session:
        rows = [
            str(tuple(row))
            for table in tables
            if table.name in TABLES
            for row in await session.execute(table.select())
        ]
    stored = "\n".join(rows)
    assert "ada@example.org" in stored, "the dump holds what is stored"
    assert [each for each in secrets if each in told] == []
    assert [each for each in secrets if each in stored] == []
