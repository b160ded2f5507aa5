"""The way of a browser to a provider and back, and the code that it brings to the front end.

What lives here: what is bound to what. What must not: HTTP (`oidc_routes.py`), what a provider says
(`oidc_provider.py`), whose account it is (`oidc_people.py`).

- The `state` that travels through the provider is our own request, sealed: nobody can read or change it, only the
  browser that began can bring it back (its cookie is part of the seal), and it is good for one use.
- The front end gets no token by address but a code in the fragment, which no server and no `Referer` sees. The
  code is of use only together with the verifier whose digest the front end sent at the start (PKCE, RFC 7636):
  a code that was slipped to somebody, or read over their shoulder, opens nothing.

So nothing is stored until somebody has really come back from a provider: a machine that knocks fills no table.
"""

import base64
import binascii
import hmac
import re
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag

from backwright.database import Database
from backwright.errors import Invalid
from backwright.oidc_provider import Person, Provider
from backwright.oidc_rows import OidcStatements, digest
from backwright.sealing import Sealer

STATE_SECONDS: Final = 600
"""How long somebody may take to sign in at a provider."""

CODE_SECONDS: Final = 300
"""How long the front end may take with the code; a person may have to find their second factor."""

MAX_FRONT_STATE: Final = 200
LONGEST: Final = 4000
"""Characters of the longest sealed text that is looked at."""

CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
"""A SHA-256 digest in base64url (RFC 7636 §4.2)."""

VERIFIER: Final = r"^[A-Za-z0-9._~-]{43,128}$"
_T = TypeVar("_T")


class NotOurs(Exception):
    """A state that did not begin in this browser, is too old, or was used."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in under way: with whom, and where it ends."""

    id: str
    until: int
    provider: str
    nonce: str
    verifier: str
    return_to: str
    challenge: str
    front_state: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A person who has come back, for whoever knows the verifier; `hash` is what its one use is noted under."""

    id: str
    until: int
    challenge: str
    person: Person

    @property
    def hash(self) -> str:
        """What its one use is noted under."""
        return digest("code", self.id)

    @property
    def ends(self) -> datetime:
        """When it is not good any more anyhow."""
        return datetime.fromtimestamp(self.until, UTC)


class Flow:
    """Begins sign-ins and takes them up again. `secret` seals what leaves the service."""

    def __init__(self, database: Database, sql: OidcStatements, secret: bytes | tuple[bytes, ...]) -> None:
        self._database = database
        self._sql = sql
        self._states = Sealer(secret, "backwright oidc state v1")
        self._codes = Sealer(secret, "backwright oidc code v1")

    async def begin(
        self, provider: Provider, browser: str, *, return_to: str, challenge: str, front_state: str
    ) -> str:
        """The address at the provider. Raises `outgoing.Unreachable`."""
        begun = Begun(
            id=secrets.token_urlsafe(16),
            until=int(time.time()) + STATE_SECONDS,
            provider=provider.name,
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            return_to=return_to,
            challenge=challenge,
            front_state=front_state,
        )
        state = _closed(self._states, msgspec.json.encode(begun), browser)
        return await provider.authorization_url(
            state=state, nonce=begun.nonce, challenge=challenge_of(begun.verifier)
        )

    def read(self, state: str, browser: str) -> Begun:
        """What was begun in this browser. Raises `NotOurs`."""
        begun = _opened(self._states, state, browser, Begun)
        if begun is None or begun.until < time.time():
            raise NotOurs
        return begun

    async def use_up(self, begun: Begun) -> None:
        """Let nobody come back with the same state again. Raises `NotOurs` if somebody has."""
        async with self._database.work() as work:
            until = datetime.fromtimestamp(begun.until, UTC)
            if not await self._sql.use_up(work, digest("state", begun.id), until):
                raise NotOurs

    def code(self, begun: Begun, person: Person) -> str:
        """What the front end gets."""
        proof = Proof(
            id=secrets.token_urlsafe(16),
            until=int(time.time()) + CODE_SECONDS,
            challenge=begun.challenge,
            person=person,
        )
        return _closed(self._codes, msgspec.json.encode(proof), "")

    def proof(self, code: str, verifier: str) -> Proof:
        """Who came back with this code. Raises `Invalid` for a code or verifier that is not good.

        The caller uses it up in the transaction that makes something of it.
        """
        found = _opened(self._codes, code, "", Proof)
        right = found is not None and hmac.compare_digest(found.challenge, challenge_of(verifier))
        if found is None or not right or found.until < time.time():
            raise not_good()
        return found


def challenge_of(verifier: str) -> str:
    """The digest that is sent ahead of a verifier."""
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def not_good() -> Invalid:
    """The one answer to every code that is not good, so that nobody learns why."""
    return Invalid("This sign-in is not good, or not any more. Begin again.")


def _closed(sealer: Sealer, content: bytes, bound_to: str) -> str:
    return base64.urlsafe_b64encode(sealer.seal(content, bound_to.encode())).rstrip(b"=").decode()


def _opened(sealer: Sealer, text: str, bound_to: str, kind: type[_T]) -> _T | None:
    if len(text) > LONGEST:
        return None
    try:
        sealed = base64.b64decode(
            text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True
        )
        return msgspec.json.decode(sealer.open(sealed, bound_to.encode()), type=kind)
    except (InvalidTag, ValueError, binascii.Error, msgspec.DecodeError):
        return None
