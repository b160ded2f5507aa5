"""Logout between us and providers, in both directions.

What lives here: ending our sessions when a provider says so (OpenID Connect Back-Channel Logout 1.0), and where a
person goes to end the provider's session after ours (RP-Initiated Logout 1.0). What must not: HTTP, verifying the
token (`oidc_tokens.py`).
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from backwright.actor import Actor
from backwright.audit import Audit
from backwright.context import now
from backwright.database import Database, Work
from backwright.oidc_flow import CODE_SECONDS
from backwright.oidc_joining import ended, subject_hash
from backwright.oidc_provider import Person, Provider
from backwright.oidc_rows import OidcStatements, digest
from backwright.oidc_tokens import LEEWAY, BadToken
from backwright.sessions import Sessions

MOST: Final = timedelta(days=1)
"""How long a logout token is remembered at most, whatever end it names: it is refused as too old long before."""


class OidcLogout:
    """`ended_session(session_id)` is called after the commit that ended one."""

    def __init__(
        self,
        database: Database,
        audit: Audit,
        sessions: Sessions,
        sql: OidcStatements,
        ended_session: Callable[[UUID], None],
    ) -> None:
        self._database = database
        self._audit = audit
        self._sessions = sessions
        self._sql = sql
        self._ended_session = ended_session

    async def told_by(self, provider: Provider, token: str) -> None:
        """End the sessions that a provider names. Raises `BadToken`, for one that was used before as well, and
        `outgoing.Unreachable`."""
        claims = await provider.tokens.logout_token(token)
        issuer, moment = provider.settings.issuer, now()
        until = min(datetime.fromtimestamp(claims["exp"] + LEEWAY, UTC), moment + MOST)
        person = Person(provider.name, issuer, claims.get("sub", ""), sid=claims.get("sid", ""))
        async with self._database.work() as work:
            if not await self._sql.use_up(work, digest("logout", issuer, claims["jti"]), until):
                raise BadToken("it was used before")
            if person.sid:  # for whoever is between the provider and here at this moment
                await self._sql.use_up(work, ended(person), moment + timedelta(seconds=CODE_SECONDS))
            for session_id, user_id in await self._named(work, person):
                await self._end(work, session_id, user_id, provider.name)

    async def provider_of(self, actor: Actor) -> str | None:
        """The provider through which the caller's session was opened."""
        rows = await self._database.fetch(self._sql.of_session, {"session": actor.session_id})
        return rows[0][0] if rows else None

    async def _named(self, work: Work, person: Person) -> list[tuple[UUID, UUID]]:
        """(session, user) of the open sessions that a logout token means."""
        given: dict[str, object] = {"at": now(), "hash_": digest("sid", person.issuer, person.sid)}
        if not person.subject:
            return [(row[0], row[1]) for row in await work.fetch(self._sql.sessions_of_sid, given)]
        found = await work.fetch(self._sql.by_subject, {"hash_": subject_hash(person)})
        if not found:
            return []
        statement = self._sql.sessions_of_both if person.sid else self._sql.sessions_of_identity
        rows = await work.fetch(statement, {**given, "identity": found[0][0]})
        return [(row[0], row[1]) for row in rows]

    async def _end(self, work: Work, session_id: UUID, user_id: UUID, provider: str) -> None:
        if not await self._sessions.end(work, user_id, session_id):
            return
        await self._audit.record(
            work,
            action="logout_by_provider",
            object_type="sessions",
            object_id=session_id,
            changes={"user_id": user_id, "provider": provider},
        )
        work.after_commit(lambda: self._ended_session(session_id))
