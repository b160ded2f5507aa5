"""From the `Authorization` header to an actor, fast.

What lives here: the cache between a token, or an API key, and the caller it stands for. What must not:
passwords, or how sessions and roles are stored (the caller hands in `load`).

Verifying a signature costs hundreds of microseconds and asking the database tens; a hit in the cache costs
about two. The cache holds digests of tokens, never tokens. An entry is trusted for `TRUSTED_SECONDS`; then
the session, the account and its roles are read again. So a logout, a disabled account or a role that is taken
away counts at once in the process that did it, and within `TRUSTED_SECONDS` in every other. Processes that
share a Redis tell each other: there it counts as soon as Redis has passed it on, before the one who did it
gets the answer, and `TRUSTED_SECONDS` are the bound for a process that is cut off.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from uuid import UUID

from backwright.actor import ANONYMOUS, Actor, signed_in
from backwright.api_key_form import looks_like_key
from backwright.context import current
from backwright.errors import Unauthenticated
from backwright.oauth_scopes import reach
from backwright.tokens import MAX_TOKEN, AccessTokens, Claims, refused

if TYPE_CHECKING:
    from backwright.api_key_checks import KeyChecks
    from backwright.oidc_external import ExternalTokens
    from backwright.redis import Redis

TRUSTED_SECONDS: Final = 10.0
"""The bound within which every process knows of a logout, a disabled account or changed roles."""

MAX_ENTRIES: Final = 10_000
"""Callers remembered at a time; about 6 MB. The one remembered longest goes first."""

MAX_PLACES: Final = 64
"""Addresses that one remembered key has been checked for."""

Place = Callable[[Actor], Awaitable[Actor]]
"""A verified caller → the same within their tenant. Raises `Unauthenticated` while it is suspended."""

LoadRoles = Callable[[UUID, UUID], Awaitable[frozenset[str] | None]]
"""(user, session) → the roles that count now; None when the session or the account is closed."""

LoadBrowser = Callable[[str], Awaitable[tuple[Claims, frozenset[str]] | None]]
"""Digest of a session cookie → whose session it is and the roles that count now; None when it has ended."""


class _Entry:
    """`places` are the addresses that a key has been checked for; a token is good from everywhere."""

    __slots__ = ("actor", "claims", "fresh_until", "places")

    def __init__(
        self, claims: Claims, actor: Actor, fresh_until: float, places: frozenset[str] | None = None
    ) -> None:
        self.claims = claims
        self.actor = actor
        self.fresh_until = fresh_until
        self.places = places


class Authenticator:
    """Turns the header into an actor. With `redis`, other processes are told what to forget, and tell."""

    def __init__(self, tokens: AccessTokens, load: LoadRoles, redis: "Redis | None" = None) -> None:
        self._tokens = tokens
        self._load = load
        self._redis = redis
        self.load_client: LoadRoles | None = None
        """As `load`, for a program that acts for itself: (client, id of its token) → the roles it may have."""
        self.load_browser: LoadBrowser | None = None
        self.keys: KeyChecks | None = None
        """What verifies API keys, in a service that takes them."""
        self.placed: Place | None = None
        """The step to the tenant of the caller, where accounts belong to one; whatever the credential is."""
        self.external: ExternalTokens | None = None
        """What verifies access tokens of other issuers, in a service that takes them."""
        self._entries: dict[bytes, _Entry] = {}
        self._changes = 0
        self._longest = MAX_TOKEN + len("Bearer ")
        if redis is not None:
            redis.listen("session", lambda text: self._forget_session(UUID(text)))
            redis.listen("user", lambda text: self._forget_user(UUID(text)))
            redis.listen("everyone", lambda _: self._forget_everyone())
            redis.at_gaps(self._forget_everyone)

    def known(self, authorization: bytes) -> Actor | None:
        """The caller whom this header has proved a moment ago; `None`: ask `authenticate`."""
        if len(authorization) > self._longest:
            return None
        return self._trusted(self._entries.get(sha256(authorization).digest()))

    async def authenticate(self, authorization: str | None) -> Actor:
        """The caller. No header is `ANONYMOUS`; a header that does not prove anything raises
        `Unauthenticated`."""
        if authorization is None:
            return ANONYMOUS
        if len(authorization) > self._longest:
            raise refused()
        key = sha256(authorization.encode("utf-8", "surrogatepass")).digest()
        entry = self._entries.get(key)
        if (actor := self._trusted(entry)) is not None:
            return actor
        if self.keys is not None and looks_like_key(authorization.partition(" ")[2]):
            return await self._verify_key(self.keys, key, authorization)
        return await self._verify(key, authorization, entry)

    @staticmethod
    def _trusted(entry: _Entry | None) -> Actor | None:
        """Whom an entry stands for, as long as nobody has to be asked again, and where the caller is now."""
        if entry is None or time.time() >= entry.fresh_until:
            return None
        return entry.actor if entry.places is None or current.get().client_ip in entry.places else None

    async def of_browser(self, digest: str) -> Actor | None:
        """The caller in whose browser the session cookie with this digest is; `None`: it is nobody's (any more)."""
        key = digest.encode()  # twice as long as the key of a token, so the two never meet
        if (known := self._trusted(self._entries.get(key))) is not None:
            return known
        changes = self._changes
        found = await self.load_browser(digest) if self.load_browser is not None else None
        if found is None:
            self._entries.pop(key, None)
            return None
        claims, roles = found
        actor = signed_in(claims.user_id, roles, method="session", session_id=claims.session_id)
        actor = actor if self.placed is None else await self.placed(actor)
        if changes == self._changes:
            self._remember(key, _Entry(claims, actor, min(claims.good_until, time.time() + TRUSTED_SECONDS)))
        return actor

    def forget_session(self, session_id: UUID) -> None:
        """Ask the database again for this session: it was closed."""
        self._forget_session(session_id)
        self._tell("session", str(session_id))

    def forget_user(self, user_id: UUID) -> None:
        """Ask the database again for this user: roles, state or sessions have changed."""
        self._forget_user(user_id)
        self._tell("user", str(user_id))

    def forget_everyone(self) -> None:
        """Ask the database again for all."""
        self._forget_everyone()
        self._tell("everyone", "")

    def _tell(self, topic: str, text: str) -> None:
        if self._redis is not None:
            self._redis.tell(topic, text)

    def _forget_session(self, session_id: UUID) -> None:
        self._forget(lambda claims: claims.session_id == session_id)

    def _forget_user(self, user_id: UUID) -> None:
        self._forget(lambda claims: claims.user_id == user_id)

    def _forget_everyone(self) -> None:
        self._forget(lambda claims: True)

    def _forget(self, concerned: Callable[[Claims], bool]) -> None:
        self._changes += 1
        for entry in self._entries.values():
            if concerned(entry.claims):
                entry.fresh_until = 0.0

    async def _verify(self, key: bytes, authorization: str, entry: _Entry | None) -> Actor:
        if entry is not None and time.time() < entry.claims.good_until:
            claims = entry.claims
        else:
            self._entries.pop(key, None)
            claims = await self._claims(_bearer(authorization))
        changes = self._changes
        load = self.load_client if claims.is_of_client else self._load
        if claims.external and self.external is not None:
            load = self.external.live_roles
        roles = await load(claims.user_id, claims.session_id) if load is not None else None
        if roles is None:
            self._entries.pop(key, None)
            raise Unauthenticated("This session has ended. Sign in again.", error="invalid_token")
        actor = _actor(claims, roles)
        actor = actor if self.placed is None else await self.placed(actor)
        if changes == self._changes:  # what was read before a logout must not be remembered after it
            self._remember(key, _Entry(claims, actor, min(claims.good_until, time.time() + TRUSTED_SECONDS)))
        return actor

    async def _verify_key(self, keys: "KeyChecks", digest: bytes, authorization: str) -> Actor:
        """Ask about a key, remembered or not: the answer depends on where the request comes from."""
        changes, here = self._changes, current.get().client_ip
        proven = await keys.prove(_bearer(authorization), was_good=digest in self._entries)
        if changes == self._changes:
            until, places = min(proven.claims.good_until, time.time() + TRUSTED_SECONDS), frozenset({here})
            entry = self._entries.get(digest)
            if entry is not None and time.time() < entry.fresh_until and entry.places is not None:
                places |= entry.places if len(entry.places) < MAX_PLACES else frozenset()
                until = min(until, entry.fresh_until)  # the other places are as old as they were
            self._remember(digest, _Entry(proven.claims, proven.actor, until, places))
        return proven.actor

    async def _claims(self, token: str) -> Claims:
        if self.external is not None and self.external.is_theirs(token):
            return await self.external.verify(token)
        return await self._tokens.verify(token)

    def accept(self, external: "ExternalTokens") -> None:
        """Take access tokens of other issuers as well; they name groups and may be longer than ours."""
        self.external, self._longest = external, external.longest + len("Bearer ")

    def _remember(self, key: bytes, entry: _Entry) -> None:
        if len(self._entries) >= MAX_ENTRIES and key not in self._entries:
            del self._entries[next(iter(self._entries))]
        self._entries[key] = entry


def _actor(claims: Claims, roles: frozenset[str]) -> Actor:
    actor = signed_in(claims.user_id, roles, session_id=claims.session_id)
    if claims.external:
        return replace(actor, method="external")
    if claims.scopes is None:
        return actor
    method = "client" if claims.is_of_client else "oauth"
    return replace(actor, roles=reach(roles, claims.scopes), method=method)


def _bearer(authorization: str) -> str:
    """The token in the header (RFC 6750 §2.1). Raises `Unauthenticated` for any other scheme."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(
            "Send the access token as: Authorization: Bearer <token>.", error="invalid_request"
        )
    return token
