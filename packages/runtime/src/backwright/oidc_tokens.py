"""The tokens that a provider signs: ID tokens, logout tokens, access tokens for our API.

What lives here: every reason to refuse one (OpenID Connect Core §3.1.3.7, Back-Channel Logout 1.0 §2.6, RFC 9068
§4, RFC 8725). What must not: who the person is here (`oidc_people.py`), fetching keys (`oidc_discovery.py`).

One algorithm at a time: the one in the header has to be asymmetric and among those that the provider announced,
the key is found in its published set and never in the token, and `crit`, `jku`, `x5u` and `jwk` in a header end
the look at it.
"""

import hmac
import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256, sha384, sha512
from typing import Any, Final

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64decode

from backwright.oidc_discovery import ALGORITHMS, Discovery
from backwright.oidc_settings import ProviderSettings

MAX_TOKEN: Final = 8192
"""Characters of the longest token that is looked at; groups make them long."""

LEEWAY: Final = 30
"""Seconds by which the provider's clock may differ from ours."""

MAX_SUBJECT: Final = 255
"""Characters of a subject (Core §2)."""

LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
OLDEST_LOGOUT: Final = 600
"""Seconds after which a logout token is too old, whatever it says of itself."""

_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_HASHES: Final = {"256": sha256, "384": sha384, "512": sha512}


class BadToken(Exception):
    """A token that is not believed. The message is for our log and never for who sent it."""


class _Header(msgspec.Struct):
    alg: str
    typ: str | None = None
    kid: str | None = None
    crit: Any = None
    jku: Any = None
    jwk: Any = None
    x5u: Any = None


Claims = Mapping[str, Any]
_read_header: Final = msgspec.json.Decoder(_Header).decode
_read_claims: Final = msgspec.json.Decoder(dict[str, Any]).decode


class ProviderTokens:
    """Verifies what one provider signed. Raises `BadToken`, and `outgoing.Unreachable` while there are no keys."""

    def __init__(self, provider: ProviderSettings, discovery: Discovery) -> None:
        self._issuer = provider.issuer
        self._client_id = provider.client_id
        self._api_audience = provider.api_audience
        self._discovery = discovery

    async def id_token(self, token: str, *, nonce: str, access_token: str) -> Claims:
        """What an ID token says that was asked for with this nonce and came beside this access token."""
        header, claims = await self._for_us(token, types=("jwt",))
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise BadToken("the nonce is another one")
        at_hash = claims.get("at_hash")
        if at_hash is not None and at_hash != _half_hash(access_token, header.alg):
            raise BadToken("the access token is another one")
        _subject(claims)
        return claims

    async def logout_token(self, token: str) -> Claims:
        """What a logout token says: `jti`, `exp` or `iat`, and `sub`, `sid` or both."""
        _, claims = await self._for_us(token, types=("logout+jwt", "jwt"))
        events = claims.get("events")
        if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
            raise BadToken("it is no logout token")
        if "nonce" in claims:
            raise BadToken("it is an ID token")
        if not _text(claims.get("jti")) or not _is_number(claims.get("iat")):
            raise BadToken("jti or iat is missing")
        if claims["iat"] < time.time() - OLDEST_LOGOUT:
            raise BadToken("it is too old")
        if "sub" not in claims and "sid" not in claims:
            raise BadToken("it names nobody")
        if not all(_text(claims[name]) for name in ("sub", "sid") if name in claims):
            raise BadToken("sub or sid is no text")
        return claims

    async def access_token(self, token: str) -> Claims:
        """What an access token for our API says, in the form of RFC 9068 or the provider's own."""
        _, claims = await self._verified(token, types=("at+jwt", "jwt"))
        if not self._api_audience or self._api_audience not in _audience(claims):
            raise BadToken("it is for somebody else")
        _in_time(claims)
        if "nonce" in claims or "at_hash" in claims or "events" in claims:
            raise BadToken("it is no access token")
        _subject(claims)
        return claims

    async def _verified(self, token: str, *, types: tuple[str, ...]) -> tuple[_Header, Claims]:
        if len(token) > MAX_TOKEN or not _COMPACT.fullmatch(token):
            raise BadToken("it is no token")
        try:
            header = _read_header(urlsafe_b64decode(token.partition(".")[0].encode()))
        except (msgspec.DecodeError, ValueError) as error:
            raise BadToken("its header cannot be read") from error
        if header.alg not in ALGORITHMS:
            raise BadToken("its algorithm is not accepted")
        if (header.typ or "JWT").lower().removeprefix("application/") not in types:
            raise BadToken("it is of another type")
        if any(each is not None for each in (header.crit, header.jku, header.jwk, header.x5u)):
            raise BadToken("its header asks for more than is done")
        key = await self._discovery.key(header.alg, header.kid)
        if key is None:
            raise BadToken("it is signed by no key of the provider")
        try:
            claims = _read_claims(jws.deserialize_compact(token, key, [header.alg]).payload)
        except (JoseError, msgspec.DecodeError, ValueError, TypeError) as error:
            raise BadToken("its signature or content is wrong") from error
        if claims.get("iss") != self._issuer:
            raise BadToken("it is of another issuer")
        return header, claims

    async def _for_us(self, token: str, *, types: tuple[str, ...]) -> tuple[_Header, Claims]:
        """A token that was made for this client, and for nobody else to use."""
        header, claims = await self._verified(token, types=types)
        if header.alg not in (await self._discovery.metadata()).algorithms:
            raise BadToken("its algorithm is not one that the provider announced")
        audience = _audience(claims)
        if self._client_id not in audience:
            raise BadToken("it is for somebody else")
        if (len(audience) > 1 or "azp" in claims) and claims.get("azp") != self._client_id:
            raise BadToken("it was made for somebody else")
        _in_time(claims)
        return header, claims


def _audience(claims: Claims) -> list[Any]:
    found = claims.get("aud")
    return found if isinstance(found, list) else [found]


def _in_time(claims: Claims) -> None:
    moment = time.time()
    if not all(_is_number(claims[name]) for name in ("exp", "iat", "nbf") if name in claims):
        raise BadToken("its times are no numbers")
    if "exp" not in claims or claims["exp"] + LEEWAY <= moment:
        raise BadToken("it has expired")
    if any(claims[name] > moment + LEEWAY for name in ("iat", "nbf") if name in claims):
        raise BadToken("it comes from the future")


def _subject(claims: Claims) -> None:
    if not _text(claims.get("sub")):
        raise BadToken("it names nobody")


def _text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_SUBJECT and value.isprintable()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12


def _half_hash(access_token: str, algorithm: str) -> str:
    """The left half of the access token's digest (Core §3.1.3.6)."""
    digest = _HASHES.get(algorithm[-3:], sha512)(access_token.encode()).digest()
    return urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
