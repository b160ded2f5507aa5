"""Sessions, and the refresh tokens that keep them alive.

What lives here: the two tables and what happens to them. What must not: access tokens, passwords, HTTP.

A session is one login on one device; its refresh tokens are its family. A token is random, stored as a
digest, and good for one use: using it makes its successor (RFC 9700 §4.14.2). Whoever uses a spent token has
a copy that somebody else used, and we cannot know who of the two is the thief: the session ends. The one
exception is a client that lost the answer: within `GRACE` the immediate predecessor gets the same successor
again, as long as that is unused.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from backwright.audit import Audit
from backwright.columns import Id, Timestamp
from backwright.context import current, now
from backwright.database import Database, Work
from backwright.entity import Entity, new_id
from backwright.errors import Unauthenticated
from backwright.sealing import Sealer

GRACE: Final = timedelta(seconds=10)
"""How long the answer to a refresh can be had again."""

MAX_SESSIONS: Final = 50
"""Open sessions of one account; a further login ends the one unused longest."""

REMEMBERED: Final = timedelta(days=30)
"""How long an ended session is kept, so that its place still counts as known."""

sessions: Final = Table(
    "sessions",
    Entity.metadata,
    Column("id", Id(), primary_key=True),
    Column("user_id", Id(), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("ip", String(45), nullable=False),
    Column("user_agent", String(200), nullable=False),
    Column("created_at", Timestamp(), nullable=False),
    Column("last_used_at", Timestamp(), nullable=False),
    Column("expires_at", Timestamp(), nullable=False),
    Column("revoked_at", Timestamp()),
    Index("ix_sessions_user_id_last_used_at", "user_id", "last_used_at"),
)
"""`expires_at` is absolute: no refresh moves it."""

refresh_tokens: Final = Table(
    "refresh_tokens",
    Entity.metadata,
    Column("id", Id(), primary_key=True),
    Column("session_id", Id(), ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("predecessor_id", Id(), unique=True),
    Column("expires_at", Timestamp(), nullable=False),
    Column("spent_at", Timestamp()),
    Column("successor_sealed", LargeBinary()),
    Index("ix_refresh_tokens_session_id_spent_at", "session_id", "spent_at"),
)
"""A predecessor has one successor (unique), so a family is a line. `successor_sealed` can be opened only by
whoever holds the spent token itself, and is emptied when the successor is used."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Opened:
    """A session with the refresh token that keeps it alive. The token exists here and at the client, nowhere
    else."""

    session_id: UUID
    user_id: UUID
    refresh_token: str


class Sessions:
    """Opens, refreshes, lists and ends sessions.

    `users` is the table of the accounts, `idle` and `absolute` the lifetimes, `ended(session_id)` is called
    after the commit that ended a session because of a replay.
    """

    def __init__(
        self,
        database: Database,
        audit: Audit,
        users: Table,
        *,
        idle: timedelta,
        absolute: timedelta,
        ended: Callable[[UUID], None],
    ) -> None:
        self._database = database
        self._audit = audit
        self._idle = idle
        self._absolute = absolute
        self._ended = ended
        self._sql = _Statements(database, users)

    async def open(self, work: Work, user_id: UUID, *, user_agent: str = "") -> Opened:
        """A new session for a user who has just proved who they are; the place is that of the request."""
        moment, session_id = now(), new_id()
        await work.execute(self._sql.prune, {"user": user_id, "before": moment - REMEMBERED})
        await work.execute(self._sql.make_room, {"user": user_id, "at": moment})
        await work.execute(
            self._sql.add_session,
            {
                "id": session_id,
                "user_id": user_id,
                "ip": current.get().client_ip[:45],
                "user_agent": printable(user_agent)[:200],
                "created_at": moment,
                "last_used_at": moment,
                "expires_at": moment + self._absolute,
                "revoked_at": None,
            },
        )
        token = secrets.token_urlsafe(32)
        await self._add_token(work, session_id, token, predecessor=None)
        return Opened(session_id, user_id, token)

    async def refresh(self, presented: str) -> Opened:
        """Spend a refresh token and get its successor. Raises `Unauthenticated` for one that is not good.

        The spending is one conditional UPDATE: of ten uses at the same moment one makes the successor, and
        the others get that same one.
        """
        digest = hashed(presented)
        if not _TOKEN.fullmatch(presented) or not await self._database.fetch(
            self._sql.find, {"hash": digest}
        ):
            raise _not_good()
        async with self._database.work() as work:
            opened = await self._spend(work, presented, digest) or await self._spent_before(
                work, presented, digest
            )
        if opened is None:
            raise _not_good()
        return opened

    async def end(self, work: Work, user_id: UUID, session_id: UUID) -> bool:
        """End one session of this user; False if there is none such, or it has ended already."""
        found = {"user": user_id, "session": session_id, "at": now()}
        return await work.execute(self._sql.end_one, found) > 0

    async def end_all(self, work: Work, user_id: UUID, *, except_for: UUID | None = None) -> int:
        """End every session of this user, perhaps except for one; the number of those that ended."""
        return await work.execute(self._sql.end_all, {"user": user_id, "spared": except_for, "at": now()})

    async def list(self, user_id: UUID) -> list[dict[str, Any]]:
        """The open sessions of this user, the one used last first; at most `MAX_SESSIONS`."""
        moment = now()
        rows = await self._database.fetch(
            self._sql.list, {"user": user_id, "at": moment, "idle_since": moment - self._idle}
        )
        return [dict(zip(self._sql.list.columns, row, strict=True)) for row in rows]

    async def is_known_place(self, work: Work, user_id: UUID, ip: str) -> bool:
        """Whether this user has signed in from this address before."""
        return bool(await work.fetch(self._sql.known_place, {"user": user_id, "from_ip": ip[:45]}))

    async def _spend(self, work: Work, presented: str, digest: str) -> Opened | None:
        moment, successor = now(), secrets.token_urlsafe(32)
        rows = await work.fetch(
            self._sql.spend,
            {
                "hash": digest,
                "at": moment,
                "sealed": _sealer(presented).seal(successor.encode(), digest.encode()),
            },
        )
        if not rows:
            return None
        [(token_id, session_id, predecessor_id)] = rows
        await work.execute(self._sql.unseal, {"token": predecessor_id})
        await work.execute(self._sql.prune_spent, {"session": session_id, "before": moment - self._idle})
        await self._add_token(work, session_id, successor, predecessor=token_id)
        [(user_id,)] = await work.fetch(self._sql.touch, {"session": session_id, "at": moment})
        return Opened(session_id, user_id, successor)

    async def _spent_before(self, work: Work, presented: str, digest: str) -> Opened | None:
        """What a token gets that could not be spent: the same answer within the grace, or the end of its
        session."""
        rows = await work.fetch(self._sql.inspect, {"hash": digest, "at": now()})
        if not rows or rows[0][2] is None:
            return None  # session or account closed, or the token expired unused
        [(session_id, user_id, spent_at, sealed, successor_spent_at)] = rows
        if sealed is not None and successor_spent_at is None and now() - spent_at <= GRACE:
            return Opened(session_id, user_id, _sealer(presented).open(sealed, digest.encode()).decode())
        await self.end(work, user_id, session_id)
        await self._audit.record(
            work,
            action="refresh_replayed",
            object_type="sessions",
            object_id=session_id,
            changes={"user_id": user_id},
        )
        work.after_commit(lambda: self._ended(session_id))
        return None

    async def _add_token(self, work: Work, session_id: UUID, token: str, *, predecessor: UUID | None) -> None:
        await work.execute(
            self._sql.add_token,
            {
                "id": new_id(),
                "session_id": session_id,
                "token_hash": hashed(token),
                "predecessor_id": predecessor,
                "expires_at": now() + self._idle,
                "spent_at": None,
                "successor_sealed": None,
            },
        )


class _Statements:
    """Every statement on the two tables, compiled once."""

    def __init__(self, database: Database, users: Table) -> None:
        prepare, s, t = database.prepare, sessions.c, refresh_tokens.c
        at, before = bindparam("at", type_=Timestamp()), bindparam("before", type_=Timestamp())
        user, session = bindparam("user", type_=Id()), bindparam("session", type_=Id())
        hash_, spared = bindparam("hash", type_=String()), bindparam("spared", type_=Id())
        open_ = s.revoked_at.is_(None) & (s.expires_at > at)

        self.add_session = prepare(insert(sessions))
        self.add_token = prepare(insert(refresh_tokens))
        self.find = prepare(select(t.id).where(t.token_hash == hash_))
        usable = exists().where(s.id == t.session_id, users.c.id == s.user_id, open_, users.c.is_active)
        self.spend = prepare(
            update(refresh_tokens)
            .where(t.token_hash == hash_, t.spent_at.is_(None), t.expires_at > at, usable)
            .values(spent_at=at, successor_sealed=bindparam("sealed"))
            .returning(t.id, t.session_id, t.predecessor_id)
        )
        self.unseal = prepare(
            update(refresh_tokens).where(t.id == bindparam("token", type_=Id())).values(successor_sealed=None)
        )
        self.prune_spent = prepare(delete(refresh_tokens).where(t.session_id == session, t.spent_at < before))
        self.touch = prepare(
            update(sessions).where(s.id == session).values(last_used_at=at).returning(s.user_id)
        )
        child = refresh_tokens.alias("successor")
        self.inspect = prepare(
            select(s.id, s.user_id, t.spent_at, t.successor_sealed, child.c.spent_at)
            .select_from(refresh_tokens.join(sessions).join(users, users.c.id == s.user_id))
            .outerjoin(child, child.c.predecessor_id == t.id)
            .where(t.token_hash == hash_, open_, users.c.is_active)
        )
        self.end_one = prepare(
            update(sessions)
            .where(s.id == session, s.user_id == user, s.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        self.end_all = prepare(
            update(sessions)
            .where(s.user_id == user, s.revoked_at.is_(None), or_(spared.is_(None), s.id != spared))
            .values(revoked_at=at)
        )
        shown = (s.id, s.ip, s.user_agent, s.created_at, s.last_used_at, s.expires_at)
        idle_since = bindparam("idle_since", type_=Timestamp())
        self.list = prepare(
            select(*shown)
            .where(s.user_id == user, open_, s.last_used_at > idle_since)
            .order_by(s.last_used_at.desc(), s.id.desc())
            .limit(MAX_SESSIONS)
        )
        newest = select(s.id).where(s.user_id == user, s.revoked_at.is_(None)).order_by(s.last_used_at.desc())
        self.make_room = prepare(
            update(sessions)
            .where(
                s.user_id == user,
                s.revoked_at.is_(None),
                s.id.not_in(newest.limit(MAX_SESSIONS - 1).correlate(None)),
            )
            .values(revoked_at=at)
        )
        self.prune = prepare(
            delete(sessions).where(s.user_id == user, or_(s.expires_at < before, s.revoked_at < before))
        )
        self.known_place = prepare(
            select(s.id).where(s.user_id == user, s.ip == bindparam("from_ip")).limit(1)
        )


def hashed(token: str) -> str:
    """The digest under which a token is stored. The token is random: no salt, no slow hash is needed."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def printable(text: str) -> str:
    """The text without control characters: it will be shown to people."""
    return "".join(character for character in text if character.isprintable())


def _sealer(token: str) -> Sealer:
    return Sealer(token.encode(), "backwright refresh successor v1")


def _not_good() -> Unauthenticated:
    return Unauthenticated("This refresh token is not valid any more. Sign in again.", error="invalid_token")
