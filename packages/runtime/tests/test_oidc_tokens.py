"""The tokens of a provider: the good one is believed, and each way of being wrong is refused."""

import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator, Iterator
from hashlib import sha256
from typing import Any

import pytest
from backwright.oidc_discovery import Discovery
from backwright.oidc_settings import ProviderSettings
from backwright.oidc_tokens import LOGOUT_EVENT, BadToken, ProviderTokens
from backwright.outgoing import Outgoing
from joserfc.jwk import RSAKey
from scripted_provider import CLIENT_ID, EC_KEY, KEY, OTHER_KEY, SECRET, ScriptedProvider, scripted_provider

API = "https://office.example.org/api"
NOW = int(time.time())


@pytest.fixture
def provider() -> Iterator[ScriptedProvider]:
    with scripted_provider() as made:
        yield made


@pytest.fixture
async def tokens(provider: ScriptedProvider) -> AsyncGenerator[ProviderTokens, None]:
    settings, outgoing = ProviderSettings(**provider.settings(api_audience=API)), Outgoing([provider.issuer])
    yield ProviderTokens(settings, Discovery(settings, outgoing))
    await outgoing.close()


async def believed(tokens: ProviderTokens, token: str) -> Any:
    return await tokens.id_token(token, nonce="n", access_token="a")


async def test_a_good_id_token_says_who_somebody_is(
    provider: ScriptedProvider, tokens: ProviderTokens
) -> None:
    """Signed with a key of either kind, for one audience or several with us as the authorized party."""
    provider.keys = [KEY, EC_KEY]
    half = urlsafe_b64encode(sha256(b"a").digest()[:16]).rstrip(b"=").decode()
    for claims, key in (
        (provider.claims(nonce="n"), KEY),
        (provider.claims(nonce="n"), EC_KEY),
        (provider.claims(nonce="n", aud=[CLIENT_ID, "other"], azp=CLIENT_ID), KEY),
        (provider.claims(nonce="n", at_hash=half), KEY),
        (provider.claims(nonce="n", exp=int(time.time()) - 10), KEY),  # clocks differ
    ):
        assert (await believed(tokens, provider.sign(claims, key=key)))["sub"] == "ada"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"iss": "https://evil.example.org"}, "another issuer"),
        ({"iss": None}, "another issuer"),
        ({"aud": "somebody else"}, "for somebody else"),
        ({"aud": None}, "for somebody else"),
        ({"aud": ["office2"]}, "for somebody else"),
        ({"aud": [CLIENT_ID, "other"]}, "made for somebody else"),
        ({"azp": "other"}, "made for somebody else"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"exp": NOW - 3600}, "expired"),
        ({"exp": None}, "expired"),
        ({"exp": "2100-01-01"}, "no numbers"),
        ({"exp": True}, "no numbers"),
        ({"iat": NOW + 3600}, "future"),
        ({"nbf": NOW + 3600}, "future"),
        ({"sub": None}, "nobody"),
        ({"sub": ""}, "nobody"),
        ({"sub": 7}, "nobody"),
        ({"sub": "x" * 256}, "nobody"),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "access token"),
    ],
)
async def test_an_id_token_with_a_wrong_claim_is_refused(
    provider: ScriptedProvider, tokens: ProviderTokens, changed: dict[str, Any], why: str
) -> None:
    token = provider.sign(provider.claims(**{"nonce": "n", **changed}))
    with pytest.raises(BadToken, match=why):
        await believed(tokens, token)


async def test_a_signature_counts_only_from_a_key_of_the_provider(
    provider: ScriptedProvider, tokens: ProviderTokens
) -> None:
    """Not `none`, not a secret that everybody can read, not a key beside the set or in the header."""
    claims, public = provider.claims(nonce="n"), KEY.as_dict(private=False)
    good = provider.sign(claims)
    head, body, signature = good.split(".")
    unknown = RSAKey.generate_key(2048, {"kid": "first"})
    for token in (
        provider.sign(claims, alg="none"),
        provider.sign(claims, alg="None"),
        provider.sign(claims, alg="HS256"),
        provider.sign(claims, key=SECRET.encode(), alg="HS256", kid="first"),
        provider.sign(claims, key=unknown),
        provider.sign(claims, key=OTHER_KEY),
        provider.sign(claims, key=OTHER_KEY, jwk=public),
        provider.sign(claims, jku=f"{provider.issuer}/jwks"),
        provider.sign(claims, x5u="https://evil.example.org/x"),
        provider.sign(claims, crit=["b64"], b64=True),
        provider.sign(claims, alg="PS256"),
        provider.sign(claims, typ="at+jwt"),
        provider.sign(claims, typ="logout+jwt"),
        f"{head}.{body}.",
        f"{head}.{body[:-2]}AA.{signature}",
        f"{head}.{body}.{signature}.x",
        "",
        "x" * 9000,
    ):
        with pytest.raises(BadToken):
            await believed(tokens, token)
    assert await believed(tokens, good)


async def test_only_algorithms_that_the_provider_announces_count(
    provider: ScriptedProvider, tokens: ProviderTokens
) -> None:
    provider.keys = [KEY, EC_KEY]
    provider.metadata_changes = {"id_token_signing_alg_values_supported": ["RS256", "HS256", "none"]}
    with pytest.raises(BadToken, match="announced"):
        await believed(tokens, provider.sign(provider.claims(nonce="n"), key=EC_KEY))
    assert await believed(tokens, provider.sign(provider.claims(nonce="n")))


def logout_claims(provider: ScriptedProvider, **changed: Any) -> dict[str, Any]:
    told = {"jti": "one", "events": {LOGOUT_EVENT: {}}, "sid": "s", "email": None, "email_verified": None}
    return provider.claims(**{**told, **changed})


async def test_a_logout_token_is_no_id_token_and_the_other_way_round(
    provider: ScriptedProvider, tokens: ProviderTokens
) -> None:
    good = provider.sign(logout_claims(provider), typ="logout+jwt")
    assert (await tokens.logout_token(good))["sid"] == "s"
    with pytest.raises(BadToken):
        await believed(tokens, provider.sign(logout_claims(provider, nonce="n"), typ="logout+jwt"))
    with pytest.raises(BadToken):
        await tokens.logout_token(provider.sign(provider.claims(nonce="n")))


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example.org"},
        {"aud": "other"},
        {"events": None},
        {"events": {}},
        {"events": {LOGOUT_EVENT: None}},
        {"events": [LOGOUT_EVENT]},
        {"nonce": "n"},
        {"jti": None},
        {"jti": 7},
        {"iat": None},
        {"iat": NOW - 3600},
        {"exp": NOW - 3600},
        {"exp": None},
        {"sub": None, "sid": None},
        {"sid": 7},
    ],
)
async def test_a_wrong_logout_token_is_refused(
    provider: ScriptedProvider, tokens: ProviderTokens, changed: dict[str, Any]
) -> None:
    with pytest.raises(BadToken):
        await tokens.logout_token(provider.sign(logout_claims(provider, **changed), typ="logout+jwt"))


async def test_an_access_token_is_for_our_api_and_nothing_else_is_one(
    provider: ScriptedProvider, tokens: ProviderTokens
) -> None:
    """An ID token, which pages hold in numbers, does not call the API; nor does a token for another API."""
    good = provider.claims(aud=[API, "other"])
    for typ in ("at+jwt", "application/at+jwt", "JWT", None):
        assert (await tokens.access_token(provider.sign(good, typ=typ)))["sub"] == "ada"
    for claims, typ in (
        (provider.claims(), "JWT"),
        (provider.claims(aud=[CLIENT_ID, "other"]), "at+jwt"),
        (provider.claims(aud=API + "/"), "at+jwt"),
        (provider.claims(aud=API, nonce="n"), "JWT"),
        (provider.claims(aud=API, at_hash="x"), "JWT"),
        (provider.claims(aud=API, exp=NOW - 3600), "at+jwt"),
        (provider.claims(aud=API, iss="https://evil.example.org"), "at+jwt"),
        (provider.claims(aud=API, sub=None), "at+jwt"),
        (logout_claims(provider, aud=API), "JWT"),
    ):
        with pytest.raises(BadToken):
            await tokens.access_token(provider.sign(claims, typ=typ))
    with pytest.raises(BadToken):
        await tokens.access_token(provider.sign(good, key=OTHER_KEY, typ="at+jwt"))
