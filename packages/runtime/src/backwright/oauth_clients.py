"""OAuth clients: the programs that may get tokens here.

What lives here: what a client is, its row, and how one proves who it is. What must not: what may be registered
(`oauth_registration.py`), what a client does (`oauth_authorize.py`, `oauth_token.py`), HTTP.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from backwright.audit import Audit
from backwright.context import current, now
from backwright.database import Database
from backwright.entity import new_id
from backwright.errors import Conflict, Invalid, NotFound
from backwright.hosts import limit_key
from backwright.limits import Limiter, Policy
from backwright.oauth_registration import ClientRegistration
from backwright.oauth_requests import OAuthError, Proof, invalid_client
from backwright.oauth_rows import ClientStatements
from backwright.sessions import hashed

FAILURES: Final = Policy("oauth-client", 20, 60, strict=True)
"""Wrong proofs of clients from one network. Right ones are not counted here."""


@dataclass(frozen=True, slots=True)
class Client:
    """A registered program. `secret_hash` is None for one that cannot keep a secret (a page, an app)."""

    id: UUID
    name: str
    secret_hash: str | None = field(repr=False)
    grants: frozenset[str]
    scopes: frozenset[str]
    redirect_uris: tuple[str, ...] = ()
    logout_uris: tuple[str, ...] = ()
    is_active: bool = True

    @property
    def is_public(self) -> bool:
        """Whether it has no secret."""
        return self.secret_hash is None

    @property
    def holder(self) -> str:
        """What its refresh tokens are stored under, so that nobody else can spend them."""
        return f"{self.id} "


class Clients:
    """Registers clients, finds them and checks their proofs.

    `built_in` are those without a row; `closed()` is called after the commit that closed one.
    """

    def __init__(
        self,
        database: Database,
        audit: Audit,
        limiter: Limiter,
        scopes: frozenset[str],
        built_in: tuple[Client, ...],
        *,
        closed: Callable[[], None],
    ) -> None:
        self._database = database
        self._audit = audit
        self._limiter = limiter
        self._scopes = scopes
        self._built_in = {client.id: client for client in built_in}
        self._closed = closed
        self._sql = ClientStatements(database)

    async def register(self, wanted: ClientRegistration) -> tuple[Client, str | None]:
        """A new client and its secret, which is shown this once. Raises `Invalid` with all that is wrong."""
        if errors := wanted.errors(self._scopes):
            raise Invalid("The client is not accepted.", errors=errors)
        secret = None if wanted.public else secrets.token_urlsafe(32)
        client = Client(
            new_id(),
            wanted.name.strip(),
            None if secret is None else hashed(secret),
            frozenset(wanted.grants),
            frozenset(wanted.scopes),
            tuple(dict.fromkeys(wanted.redirect_uris)),
            tuple(dict.fromkeys(wanted.logout_uris)),
        )
        row = {
            "id": client.id,
            "name": client.name,
            "secret_hash": client.secret_hash,
            "grants": sorted(client.grants),
            "scopes": sorted(client.scopes),
            "redirect_uris": list(client.redirect_uris),
            "logout_uris": list(client.logout_uris),
            "is_active": True,
            "created_at": now(),
        }
        async with self._database.work() as work:
            await work.execute(self._sql.add, row)
            shown = {name: row[name] for name in ("name", "grants", "scopes", "redirect_uris", "logout_uris")}
            await self._audit.record(
                work, action="create", object_type="oauth_clients", object_id=client.id, changes=shown
            )
        return client, secret

    async def list(self) -> list[Client]:
        """All clients, the newest first."""
        return [self._client(row) for row in await self._database.fetch(self._sql.list)]

    async def find(self, client_id: str) -> Client | None:
        """The active client with this id."""
        try:
            wanted = UUID(client_id)
        except ValueError:
            return None
        if str(wanted) != client_id:
            return None
        if wanted in self._built_in:
            return self._built_in[wanted]
        rows = await self._database.fetch(self._sql.by_id, {"client": wanted})
        found = self._client(rows[0]) if rows else None
        return found if found is not None and found.is_active else None

    async def prove(self, proof: Proof) -> Client:
        """The client, if it is who it says it is. Raises `OAuthError`, and `RateLimited` after many failures."""
        client = await self.find(proof.client_id)
        given = "" if proof.secret is None else hashed(proof.secret)
        expected = (client.secret_hash or "") if client is not None else hashed("nobody")
        if client is None or not hmac.compare_digest(given, expected):
            await self._limiter.enforce(FAILURES, limit_key(current.get().client_ip))
            await self._audit.denied("client_sign_in", "oauth_clients", client.id if client else None)
            raise invalid_client(with_header=proof.in_header)
        return client

    async def new_secret(self, client_id: UUID) -> str:
        """Another secret for a client; the old one stops at once. Raises `NotFound`."""
        secret = secrets.token_urlsafe(32)
        async with self._database.work() as work:
            given = {"client": client_id, "new_hash": hashed(secret)}
            if await work.execute(self._sql.set_secret, given) == 0:
                raise NotFound("There is no such client with a secret.")
            await self._audit.record(
                work, action="secret_replaced", object_type="oauth_clients", object_id=client_id
            )
        return secret

    async def close(self, client_id: UUID) -> None:
        """End a client with everything that it holds. Raises `NotFound`, and `Conflict` if it is closed."""
        async with self._database.work() as work:
            if await work.execute(self._sql.close, {"client": client_id}) == 0:
                if await work.fetch(self._sql.by_id, {"client": client_id}):
                    raise Conflict("This client is closed already.")
                raise NotFound("There is no such client.")
            await work.execute(self._sql.end_sessions, {"client": client_id, "at": now()})
            await self._audit.record(work, action="close", object_type="oauth_clients", object_id=client_id)
            work.after_commit(self._closed)

    def _client(self, row: tuple[Any, ...]) -> Client:
        client_id, name, secret_hash, grants, scopes, redirect_uris, logout_uris, is_active = row
        return Client(
            client_id,
            name,
            secret_hash,
            frozenset(grants),
            self._scopes & frozenset(scopes),  # a role may have gone from the code since
            tuple(redirect_uris),
            tuple(logout_uris),
            bool(is_active),
        )


def granted(client: Client, grant: str) -> None:
    """Raise `OAuthError` unless the client may use this grant."""
    if grant not in client.grants:
        raise OAuthError("unauthorized_client", "This client is not registered for this grant.")
