"""Access tokens: short-lived signed JWTs (RFC 9068), issued and verified.

What lives here: the form of a token and every reason to refuse one. What must not: the database, or whether
the account behind a token may still do anything (`authentication.py` asks that).

The verifier follows RFC 8725: one algorithm, named by us and not by the token; the key is found by its id in
our own ring and never in the token; a header that holds anything beyond `alg`, `typ` and `kid` is refused,
which ends `jku`, `x5u`, `jwk` and `crit` at once.
"""

import re
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64decode

from backwright.entity import new_id
from backwright.errors import Unauthenticated
from backwright.keyring import ALGORITHM, KeyRing

MAX_TOKEN: Final = 2048
"""Characters of the longest token that is looked at; ours have about 500."""

LEEWAY: Final = 30
"""Seconds by which the clocks of two machines may differ."""

_COMPACT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)


class _Header(msgspec.Struct, forbid_unknown_fields=True):
    alg: Literal["ES256"]
    typ: Literal["at+jwt"]
    kid: str


class _Payload(msgspec.Struct):
    iss: str
    aud: str
    sub: UUID
    sid: UUID
    exp: int
    iat: int
    nbf: int
    jti: str
    client_id: str = ""
    scope: str | None = None


_read_header: Final = msgspec.json.Decoder(_Header).decode
_read_payload: Final = msgspec.json.Decoder(_Payload).decode


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says: who, in which session, until when (seconds since 1970, skew included).

    A token that another program holds names that program and its scopes; with None for `scopes` it is the
    account's own and reaches as far as the account.
    """

    user_id: UUID
    session_id: UUID
    good_until: float
    client_id: str = ""
    scopes: frozenset[str] | None = None
    external: bool = False
    """Whether another issuer's token says so; `session_id` is then the identity's (`oidc_external.py`)."""

    @property
    def is_of_client(self) -> bool:
        """Whether the program acts for itself and for nobody (RFC 9068 §2.2: it is its own subject)."""
        return self.scopes is not None and self.client_id == str(self.user_id)


class AccessTokens:
    """Issues and verifies tokens of one issuer for one audience."""

    def __init__(self, keyring: KeyRing, *, issuer: str, audience: str, lifetime: timedelta) -> None:
        self._keyring = keyring
        self._issuer = issuer
        self._audience = audience
        self.lifetime = lifetime

    async def issue(
        self, user_id: UUID, session_id: UUID, *, client_id: UUID | None = None, scope: str | None = None
    ) -> str:
        """A token for this user in this session; for another program with its id and scopes.

        It names ids only: no address, no name.
        """
        key = await self._keyring.signing()
        issued = int(time.time())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "client_id": self._audience if client_id is None else str(client_id),
            "sub": str(user_id),
            "sid": str(session_id),
            "jti": str(new_id()),
            "iat": issued,
            "nbf": issued,
            "exp": issued + int(self.lifetime.total_seconds()),
        }
        if client_id is not None:
            claims["scope"] = scope or ""
        header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": key.kid}
        return jwt.encode(header, claims, key.private or key.public, [ALGORITHM])

    async def verify(self, token: str) -> Claims:
        """The claims of a good token. Raises `Unauthenticated` for any other text, whatever it is."""
        if len(token) > MAX_TOKEN or not _COMPACT.fullmatch(token):
            raise refused()
        try:
            header = _read_header(urlsafe_b64decode(token.partition(".")[0].encode()))
            key = await self._keyring.verifying(header.kid)
            if key is None:
                raise refused()
            payload = _read_payload(jws.deserialize_compact(token, key, [ALGORITHM]).payload)
        except (JoseError, msgspec.DecodeError, ValueError):
            raise refused() from None
        moment = time.time()
        if payload.iss != self._issuer or payload.aud != self._audience:
            raise refused()
        if payload.nbf > moment + LEEWAY or payload.iat > moment + LEEWAY:
            raise refused()
        if payload.exp + LEEWAY <= moment:
            raise Unauthenticated("The access token has expired. Refresh it.", error="invalid_token")
        scopes = None if payload.scope is None else frozenset(payload.scope.split())
        return Claims(payload.sub, payload.sid, float(payload.exp + LEEWAY), payload.client_id, scopes)


def refused() -> Unauthenticated:
    """The one answer to every token that is not good, so that nobody learns which check it failed."""
    return Unauthenticated("The access token is not valid. Sign in again.", error="invalid_token")
