"""The rows of sessions and refresh tokens: the two tables and every statement on them.

What must not live here: the order of the statements, which is what makes them safe (`sessions.py`).
"""

from typing import Final

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from backwright.columns import Id, Timestamp
from backwright.database import Database
from backwright.entity import Entity

MAX_SESSIONS: Final = 50
"""Open sessions that one account may have at most; a further login ends the one unused longest."""

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


class SessionStatements:
    """Every statement on the two tables, compiled once. `most` sessions of one account are open at a time."""

    def __init__(self, database: Database, users: Table, most: int) -> None:
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
        kept = newest.limit(most - 1).correlate(None).subquery("kept")  # MariaDB: no LIMIT within IN
        self.make_room = prepare(
            update(sessions)
            .where(
                s.user_id == user,
                s.revoked_at.is_(None),
                s.id.not_in(select(kept.c.id)),
            )
            .values(revoked_at=at)
        )
        self.prune = prepare(
            delete(sessions).where(s.user_id == user, or_(s.expires_at < before, s.revoked_at < before))
        )
        here = (s.ip == bindparam("from_ip")) & (s.user_agent == bindparam("from_agent", type_=String()))
        self.devices = prepare(
            select(func.count(), func.coalesce(func.sum(case((here, 1), else_=0)), 0)).where(
                s.user_id == user
            )
        )
        self.known_place = prepare(
            select(s.id).where(s.user_id == user, s.ip == bindparam("from_ip")).limit(1)
        )
