"""Sessions of browsers: what a cookie stands for.

What lives here: their table, and their life: opened, used, renewed, ended. What must not: the cookie's syntax
(`browser_cookie.py`), HTTP, passwords.

Such a session is a row of `sessions` like any other, so it is listed and ended with them; what keeps it is not a
refresh token but one random value in the browser's cookie. The value is stored as a digest and changes
whenever the rights of its holder do. The session ends when it was not used for `idle`, and after `absolute` in
any case. The clock of `idle` is written down at most once a minute.
"""

import secrets
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Column, ForeignKey, String, Table, bindparam, insert, select, update

from backwright.columns import Id, Timestamp
from backwright.context import now
from backwright.database import Database, Work
from backwright.entity import Entity
from backwright.errors import Unavailable
from backwright.sessions import Opened, Sessions, hashed, sessions
from backwright.tokens import Claims

NOTED_EVERY: Final = timedelta(minutes=1)
"""How exact the time of the last use is: a session that is used all the time is written once in this."""

browser_sessions: Final = Table(
    "browser_sessions",
    Entity.metadata,
    Column("session_id", Id(), ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("cookie_hash", String(64), nullable=False, unique=True),
)


class BrowserSessions:
    """Opens, finds, renews and ends them. `users` is the table of the accounts."""

    def __init__(
        self, database: Database, among: Sessions, users: Table, *, idle: timedelta, absolute: timedelta
    ) -> None:
        self._database = database
        self._among = among
        self.idle = idle
        self._absolute = absolute
        b, s, prepare = browser_sessions.c, sessions.c, database.prepare
        at, idle_since = bindparam("at", type_=Timestamp()), bindparam("idle_since", type_=Timestamp())
        user, session = bindparam("user", type_=Id()), bindparam("session", type_=Id())
        digest = bindparam("hash", type_=String())
        self._add = prepare(insert(browser_sessions))
        self._find = prepare(
            select(s.user_id, s.id, users.c.roles, s.last_used_at, s.expires_at)
            .select_from(browser_sessions.join(sessions).join(users, users.c.id == s.user_id))
            .where(b.cookie_hash == digest, s.revoked_at.is_(None), users.c.is_active)
            .where(s.expires_at > at, s.last_used_at > idle_since)
        )
        self._note = prepare(
            update(sessions)
            .where(s.id == session, s.last_used_at < bindparam("before", type_=Timestamp()))
            .values(last_used_at=at)
        )
        self._renew = prepare(
            update(browser_sessions).where(b.session_id == session).values(cookie_hash=digest)
        )
        own = select(b.session_id).where(b.session_id == s.id)
        self._end_all = prepare(
            update(sessions)
            .where(s.user_id == user, s.revoked_at.is_(None), own.exists())
            .values(revoked_at=at)
        )
        self._idle = prepare(
            select(s.id).where(s.user_id == user, s.last_used_at <= idle_since, own.exists())
        )
        self._ends = prepare(select(s.expires_at).where(s.id == session))

    async def open(self, work: Work, user_id: UUID, *, user_agent: str = "") -> Opened:
        """A new session for a user who has just proved who they are, whatever cookie the browser had before."""
        session_id = await self._among.begin(work, user_id, user_agent=user_agent, lasts=self._absolute)
        cookie = secrets.token_urlsafe(32)
        await work.execute(self._add, {"session_id": session_id, "cookie_hash": hashed(cookie)})
        return Opened(session_id, user_id, refresh_token="", cookie=cookie)

    async def find(self, digest: str) -> tuple[Claims, frozenset[str]] | None:
        """Whose session the cookie with this digest stands for, and the roles that count now; None if it has ended.

        Finding it is using it. Raises `Unavailable` when the database does not answer.
        """
        moment = now()
        given = {"hash": digest, "at": moment, "idle_since": moment - self.idle}
        rows = await self._database.fetch(self._find, given)
        if not rows:
            return None
        [(user_id, session_id, roles, last_used_at, expires_at)] = rows
        if last_used_at < moment - NOTED_EVERY:
            await self._use(session_id)
        return Claims(user_id, session_id, expires_at.timestamp()), frozenset(roles)

    async def renew(self, work: Work, session_id: UUID) -> str | None:
        """Another value for the cookie of this session, in this transaction; None if it is not a browser's."""
        cookie = secrets.token_urlsafe(32)
        renewed = await work.execute(self._renew, {"session": session_id, "hash": hashed(cookie)})
        return cookie if renewed else None

    async def end_all(self, work: Work, user_id: UUID) -> None:
        """End every browser's session of this user; tokens go on."""
        await work.execute(self._end_all, {"user": user_id, "at": now()})

    async def idle_ones(self, user_id: UUID) -> set[UUID]:
        """Those of this user that were not used for too long."""
        given = {"user": user_id, "idle_since": now() - self.idle}
        return {session_id for (session_id,) in await self._database.fetch(self._idle, given)}

    async def seconds_left(self, session_id: UUID) -> int:
        """The time until it ends in any case."""
        [(expires_at,)] = await self._database.fetch(self._ends, {"session": session_id})
        return max(0, int((expires_at - now()).total_seconds()))

    async def _use(self, session_id: UUID) -> None:
        moment = now()
        try:
            async with self._database.work() as work:
                given = {"session": session_id, "at": moment, "before": moment - NOTED_EVERY}
                await work.execute(self._note, given)
        except Unavailable:  # nothing can be written just now: reading goes on, and the next use is noted
            return
