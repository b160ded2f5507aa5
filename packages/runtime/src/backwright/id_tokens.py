"""ID tokens: who signed in, when, for which client (OpenID Connect Core §2).

What lives here: their form, and reading one of ours that comes back at a logout. What must not: deciding who
gets one. They hold ids and no personal data, and `typ` keeps them apart from access tokens: neither passes
for the other.
"""

import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final, Literal
from uuid import UUID

import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64decode

from backwright.keyring import ALGORITHM, KeyRing
from backwright.oauth_grants import Grant
from backwright.tokens import MAX_TOKEN

LIFETIME_SECONDS: Final = 300
"""Long enough to be looked at once; whoever wants to know more asks for the userinfo."""


class _Header(msgspec.Struct, forbid_unknown_fields=True):
    alg: Literal["ES256"]
    typ: Literal["JWT"]
    kid: str


class _Payload(msgspec.Struct):
    iss: str
    aud: UUID
    sub: UUID
    sid: UUID


_read_header: Final = msgspec.json.Decoder(_Header).decode
_read_payload: Final = msgspec.json.Decoder(_Payload).decode


class IdTokens:
    """Issues ID tokens of one issuer."""

    def __init__(self, keyring: KeyRing, issuer: str) -> None:
        self._keyring = keyring
        self._issuer = issuer

    async def issue(self, grant: Grant, *, client_id: UUID, access_token: str) -> str:
        """A token that tells this client, and nobody else, who allowed it in."""
        key = await self._keyring.signing()
        issued = int(time.time())
        claims = {
            "iss": self._issuer,
            "sub": str(grant.user_id),
            "aud": str(client_id),
            "azp": str(client_id),
            "sid": str(grant.session_id),
            "auth_time": int(grant.granted_at.timestamp()),
            "iat": issued,
            "exp": issued + LIFETIME_SECONDS,
            "at_hash": half_hash(access_token),
            **({"nonce": grant.nonce} if grant.nonce is not None else {}),
        }
        return jwt.encode(
            {"alg": ALGORITHM, "typ": "JWT", "kid": key.kid}, claims, key.private or key.public, [ALGORITHM]
        )

    async def read_hint(self, token: str) -> tuple[UUID, UUID, UUID] | None:
        """(client, user, session) of a token of ours, expired or not; None for any other text."""
        if len(token) > MAX_TOKEN:
            return None
        try:
            header = _read_header(urlsafe_b64decode(token.partition(".")[0].encode("ascii")))
            key = await self._keyring.verifying(header.kid)
            if key is None:
                return None
            payload = _read_payload(jws.deserialize_compact(token, key, [ALGORITHM]).payload)
        except (JoseError, msgspec.DecodeError, ValueError):
            return None
        return (payload.aud, payload.sub, payload.sid) if payload.iss == self._issuer else None


def half_hash(token: str) -> str:
    """The left half of a token's SHA-256 (Core §3.1.3.6): ties an ID token to the access token beside it."""
    return urlsafe_b64encode(sha256(token.encode("ascii")).digest()[:16]).rstrip(b"=").decode()
