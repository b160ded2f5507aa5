"""What a provider publishes: fetched, checked and kept, and what happens when it lies or is not there."""

import time
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import pytest
from backwright.oidc_discovery import FRESH, PAUSE, REFETCH, STALE, Discovery
from backwright.oidc_settings import ProviderSettings
from backwright.outgoing import Outgoing, Unreachable
from joserfc.jwk import ECKey, OKPKey
from scripted_provider import EC_KEY, KEY, OTHER_KEY, ScriptedProvider, b64, scripted_provider, told

METADATA = "/.well-known/openid-configuration"


@pytest.fixture
def provider() -> Iterator[ScriptedProvider]:
    with scripted_provider() as made:
        yield made


@pytest.fixture
async def discovery(provider: ScriptedProvider) -> AsyncGenerator[Discovery, None]:
    outgoing = Outgoing([provider.issuer], seconds=1)
    yield Discovery(ProviderSettings(**provider.settings()), outgoing)
    await outgoing.close()


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead, real = 0.0, time.monotonic
        monkeypatch.setattr("backwright.oidc_discovery.time.monotonic", lambda: real() + self.ahead)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def test_both_are_fetched_once_and_again_when_they_are_old(
    provider: ScriptedProvider, discovery: Discovery, clock: Clock
) -> None:
    for _ in range(3):
        assert (await discovery.metadata()).with_basic
        assert await discovery.key("RS256", "first") is not None
    assert provider.seen == {METADATA: 1, "/jwks": 1}
    clock.ahead = FRESH + 1
    assert await discovery.key("RS256", "first") is not None
    assert provider.seen == {METADATA: 2, "/jwks": 2}


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://evil.example.org"},
        {"issuer": None},
        {"jwks_uri": None},
        {"jwks_uri": "http://10.0.0.1/jwks"},
        {"jwks_uri": "http://127.0.0.1:1/jwks"},
        {"jwks_uri": 7},
        {"token_endpoint": "http://example.org/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"userinfo_endpoint": "http://169.254.169.254/latest/meta-data"},
        {"end_session_endpoint": "http://example.org/logout"},
        {"id_token_signing_alg_values_supported": ["HS256", "none"]},
        {"id_token_signing_alg_values_supported": []},
    ],
)
async def test_a_document_that_lies_or_points_elsewhere_is_refused(
    provider: ScriptedProvider, discovery: Discovery, changed: dict[str, Any]
) -> None:
    provider.metadata_changes = changed
    with pytest.raises(Unreachable):
        await discovery.metadata()


async def test_a_trailing_slash_makes_another_issuer(
    provider: ScriptedProvider, discovery: Discovery
) -> None:
    provider.metadata_changes = {"issuer": provider.issuer + "/"}
    with pytest.raises(Unreachable, match="another issuer"):
        await discovery.metadata()


@pytest.mark.parametrize(
    "answer",
    [
        (404, {}, b"{}"),
        (500, {}, b""),
        (302, {"Location": "https://example.org/"}, b""),
        (200, {}, b"not json"),
        (200, {}, b"[]"),
        (200, {}, b"\xff\xfe"),
        (200, {}, b"{" + b" " * 300_000 + b"}"),
        told({"keys": []}),
        told({"keys": "x"}),
        told({"keys": [{"kty": "RSA"}, {"kty": "oct", "k": "AAAA"}, 7]}),
        told({"keys": [KEY.as_dict(private=False)] * 51}),
        told({"keys": [{"kty": "RSA", "kid": "first", "e": "AQAB", "n": b64(b"\xc5" + b"\x01" * 127)}]}),
        told({"keys": [{**KEY.as_dict(private=False), "use": "enc"}]}),
        told({"keys": [KEY.as_dict(private=True)]}),
    ],
)
async def test_a_key_set_that_is_none_or_too_much_is_refused(
    provider: ScriptedProvider, discovery: Discovery, answer: Any
) -> None:
    provider.overrides["/jwks"] = lambda: answer
    with pytest.raises(Unreachable):
        await discovery.key("RS256", "first")


async def test_a_key_is_found_by_its_name_and_its_kind(
    provider: ScriptedProvider, discovery: Discovery
) -> None:
    """Without a name only where there is no choice."""
    edwards = OKPKey.generate_key("Ed25519", {"kid": "edwards"})
    provider.keys = [KEY, OTHER_KEY, EC_KEY, edwards]
    assert (await found(discovery, "RS256", "second")) == "second"
    assert (await found(discovery, "ES256", "elliptic")) == "elliptic"
    assert (await found(discovery, "EdDSA", "edwards")) == "edwards"
    assert (await found(discovery, "ES256", None)) == "elliptic"
    assert (await found(discovery, "RS256", None)) is None
    assert (await found(discovery, "PS256", "second")) is None, "the key says RS256"
    assert (await found(discovery, "ES384", "elliptic")) is None
    assert (await found(discovery, "ES256", "second")) is None
    assert isinstance(EC_KEY, ECKey)


async def found(discovery: Discovery, algorithm: str, kid: str | None) -> str | None:
    key = await discovery.key(algorithm, kid)
    return None if key is None else str(key.kid)


async def test_a_new_key_is_found_and_made_up_ones_cost_one_look_a_minute(
    provider: ScriptedProvider, discovery: Discovery, clock: Clock
) -> None:
    assert await found(discovery, "RS256", "first") == "first"
    provider.keys = [KEY, OTHER_KEY]
    assert await found(discovery, "RS256", "second") is None, "it was looked at a moment ago"
    clock.ahead = REFETCH + 1
    assert await found(discovery, "RS256", "second") == "second"
    for number in range(20):
        assert await found(discovery, "RS256", f"made up {number}") is None
    assert provider.seen["/jwks"] == 2


async def test_what_was_good_counts_while_the_provider_is_down(
    provider: ScriptedProvider, discovery: Discovery, clock: Clock
) -> None:
    """For a day; it is asked once a minute meanwhile."""
    assert await found(discovery, "RS256", "first") == "first"
    for path in (METADATA, "/jwks"):
        provider.overrides[path] = lambda: (503, {}, b"")
    clock.ahead = FRESH + 1
    for _ in range(5):
        assert await found(discovery, "RS256", "first") == "first"
    assert provider.seen["/jwks"] == 2
    clock.ahead = STALE + 1
    with pytest.raises(Unreachable):
        await discovery.key("RS256", "first")
    del provider.overrides[METADATA], provider.overrides["/jwks"]
    clock.ahead += PAUSE + 1
    assert await found(discovery, "RS256", "first") == "first"


async def test_a_provider_that_is_down_is_not_waited_for_by_everybody(
    provider: ScriptedProvider, discovery: Discovery
) -> None:
    """Who comes a moment later is told at once."""

    def slow() -> Any:
        time.sleep(1.3)
        return 200, {}, b"{}"

    provider.overrides[METADATA] = slow
    with pytest.raises(Unreachable, match="took longer"):
        await discovery.metadata()
    begun = time.monotonic()
    for _ in range(5):
        with pytest.raises(Unreachable):
            await discovery.metadata()
    assert time.monotonic() - begun < 0.5
    assert provider.seen[METADATA] == 1
