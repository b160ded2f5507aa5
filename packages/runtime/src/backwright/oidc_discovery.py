"""What a provider publishes of itself: where its endpoints are and which keys sign for it.

What lives here: fetching both, checking them, and keeping them (OpenID Connect Discovery 1.0, RFC 7517). What
must not: verifying a token (`oidc_tokens.py`).

Both are kept for `FRESH`. When a provider is down or publishes nonsense, what was good before counts for
`STALE`: nobody is locked out by somebody else's bad hour. A key id that is not known is looked for at most once
in `REFETCH`, however many tokens name one.
"""

import asyncio
import logging
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey, import_key

from backwright.oidc_settings import ProviderSettings
from backwright.outgoing import Outgoing, Unreachable

FRESH: Final = 3600.0
"""Seconds for which what was fetched is taken as it is."""

STALE: Final = 24 * 3600.0
"""Seconds for which it still counts while the provider cannot be asked."""

REFETCH: Final = 60.0
"""Seconds between two looks for a key that is not known, and between two tries while something is kept."""

PAUSE: Final = 5.0
"""Seconds for which a provider that was down counts as down, so that nobody queues up for its timeout."""

MAX_KEYS: Final = 50
MIN_RSA: Final = 2048
"""Bits of the shortest RSA key that is believed (NIST SP 800-131A)."""

ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
)  # fmt: skip
"""Asymmetric, all of them: no secret of ours can be mistaken for a key, and `none` is no algorithm."""

CURVES: Final[Mapping[str, tuple[str, ...]]] = {
    "ES256": ("P-256",),
    "ES384": ("P-384",),
    "ES512": ("P-521",),
    "EdDSA": ("Ed25519", "Ed448"),
    "Ed25519": ("Ed25519",),
}
"""Algorithm → the curves of the keys that it takes; those of RSA take any RSA key."""

Key = RSAKey | ECKey | OKPKey
_log = logging.getLogger("backwright.oidc")


class _Document(msgspec.Struct):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    authorization_response_iss_parameter_supported: bool = False


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a provider says of itself, checked."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    end_session_endpoint: str
    with_basic: bool
    """Whether the secret is sent in the header; else it is a field."""
    algorithms: tuple[str, ...]
    names_itself: bool
    """Whether it promises to say in its answers who it is (RFC 9207)."""


class _Kept:
    """Something fetched: the value, when it was, and when it was last tried."""

    __slots__ = ("fetched", "lock", "tried", "trouble", "value")

    def __init__(self) -> None:
        self.value: Any = None
        self.trouble: Unreachable | None = None
        self.fetched = self.tried = float("-inf")
        self.lock = asyncio.Lock()

    def is_younger(self, seconds: float) -> bool:
        return self.value is not None and time.monotonic() - self.fetched < seconds


class Discovery:
    """The metadata and the keys of one provider. Raises `Unreachable` while there are none."""

    def __init__(self, provider: ProviderSettings, outgoing: Outgoing) -> None:
        self._issuer = provider.issuer
        self._outgoing = outgoing
        self._metadata, self._keys = _Kept(), _Kept()

    async def metadata(self) -> Metadata:
        """Where everything is."""
        found: Metadata = await self._fresh(self._metadata, self._fetch_metadata)
        return found

    async def key(self, algorithm: str, kid: str | None) -> Key | None:
        """The key that a token names; without a name the only one that fits. None: there is none such."""
        keys: tuple[Key, ...] = await self._fresh(self._keys, self._fetch_keys)
        found = _choose(keys, algorithm, kid)
        if found is None and time.monotonic() - self._keys.tried >= REFETCH:
            keys = await self._fresh(self._keys, self._fetch_keys, at_most=REFETCH)
            found = _choose(keys, algorithm, kid)
        return found

    async def _fresh(self, kept: _Kept, fetch: Any, at_most: float = FRESH) -> Any:
        """The value, fetched again when it is old. Of many who ask at once, one fetches."""
        if kept.is_younger(at_most):
            return kept.value
        async with kept.lock:
            idle = time.monotonic() - kept.tried
            if kept.is_younger(at_most) or (kept.is_younger(STALE) and idle < REFETCH):
                return kept.value
            if kept.trouble is not None and idle < PAUSE:
                raise kept.trouble
            try:
                kept.value, kept.trouble = await fetch(), None
                kept.fetched = time.monotonic()
            except Unreachable as error:
                _log.warning("an identity provider gives trouble", extra={"reason": str(error)})
                kept.trouble = Unreachable(str(error))
                if not kept.is_younger(STALE):
                    raise
            finally:
                kept.tried = time.monotonic()
        return kept.value

    async def _fetch_metadata(self) -> Metadata:
        url = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        told = await self._fetch(url, _Document)
        if told.issuer != self._issuer:
            raise Unreachable("the discovery document is of another issuer than the one configured")
        needed = (told.authorization_endpoint, told.token_endpoint, told.jwks_uri)
        for each in (*needed, *filter(None, (told.userinfo_endpoint, told.end_session_endpoint))):
            self._outgoing.check(each)
        algorithms = tuple(each for each in ALGORITHMS if each in told.id_token_signing_alg_values_supported)
        if not algorithms:
            raise Unreachable("the provider signs with no algorithm that is accepted")
        return Metadata(
            *needed,
            told.userinfo_endpoint,
            told.end_session_endpoint,
            "client_secret_basic" in told.token_endpoint_auth_methods_supported,
            algorithms,
            told.authorization_response_iss_parameter_supported,
        )

    async def _fetch_keys(self) -> tuple[Key, ...]:
        document = await self._fetch((await self.metadata()).jwks_uri, dict[str, Any])
        listed = document.get("keys")
        if not isinstance(listed, list) or len(listed) > MAX_KEYS:
            raise Unreachable("the provider's key set is not one, or has too many keys")
        keys = tuple(key for each in listed if (key := _usable(each)) is not None)
        if not keys:
            raise Unreachable("the provider's key set has no key that can be used")
        return keys

    async def _fetch(self, url: str, kind: Any) -> Any:
        answer = await self._outgoing.get(url)
        if answer.status != 200:
            raise Unreachable(f"the provider answers {answer.status}")
        try:
            return msgspec.json.decode(answer.body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise Unreachable("the provider's answer is not what it has to be") from None


def _usable(jwk: Any) -> Key | None:
    """A public key that may sign; None for anything else, which others may have a use for."""
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # short keys are refused below
            key = import_key(jwk)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, OctKey) or key.is_private:
        return None
    if isinstance(key, RSAKey) and key.public_key.key_size < MIN_RSA:
        return None
    return key


def _choose(keys: tuple[Key, ...], algorithm: str, kid: str | None) -> Key | None:
    """The key for an algorithm; of several without a name none, because guessing is no check."""
    fitting = [key for key in keys if _fits(key, algorithm) and kid in (None, key.kid)]
    return fitting[0] if len(fitting) == 1 or (fitting and kid is not None) else None


def _fits(key: Key, algorithm: str) -> bool:
    if key.get("alg") not in (None, algorithm):
        return False
    if isinstance(key, RSAKey):
        return algorithm[:2] in ("RS", "PS")
    return key.curve_name in CURVES.get(algorithm, ())
