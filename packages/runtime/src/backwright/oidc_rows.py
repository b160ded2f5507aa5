"""The rows of signing in with providers: who somebody is elsewhere, which sessions came of it, what is used up.

What lives here: the three tables and every statement on them. What must not: the order of the statements,
which is what makes them safe (`oidc_people.py`, `oidc_logout.py`).
"""

from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from backwright.columns import Id, Timestamp
from backwright.context import now
from backwright.database import Database, Work
from backwright.entity import Entity
from backwright.session_rows import sessions

MAX_IDENTITIES: Final = 20
"""Identities of one account."""

identities: Final = Table(
    "identities",
    Entity.metadata,
    Column("id", Id(), primary_key=True),
    Column("user_id", Id(), ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("issuer", String(500), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("subject_hash", String(64), nullable=False, unique=True),
    Column("provider", String(31), nullable=False),
    Column("created_at", Timestamp(), nullable=False),
    Column("last_used_at", Timestamp(), nullable=False),
)
"""Who a person is elsewhere: issuer and subject, never the address, which may change hands. The two are unique by
their digest, because engines compare texts each in their way (case, trailing spaces) and a subject is bytes."""

oidc_sessions: Final = Table(
    "oidc_sessions",
    Entity.metadata,
    Column("session_id", Id(), ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("identity_id", Id(), ForeignKey("identities.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("sid_hash", String(64)),
    Index("ix_oidc_sessions_sid_hash", "sid_hash"),
)
"""Which identity opened a session, and the digest of what the provider calls its own session."""

oidc_spent: Final = Table(
    "oidc_spent",
    Entity.metadata,
    Column("hash", String(64), primary_key=True),
    Column("expires_at", Timestamp(), nullable=False, index=True),
)
"""What is good for one use and was used: the state of a sign-in, its code, a logout token. Gone when expired."""


def digest(kind: str, *parts: str) -> str:
    """The digest of several texts, which no other texts share."""
    return sha256("\n".join([kind, *(f"{len(part)}:{part}" for part in parts)]).encode()).hexdigest()


class OidcStatements:
    """Every statement on the three tables, compiled once."""

    def __init__(self, database: Database, users: Table) -> None:
        prepare, i, o, s = database.prepare, identities.c, oidc_sessions.c, sessions.c
        at, user = bindparam("at", type_=Timestamp()), bindparam("user", type_=Id())
        identity, hash_ = bindparam("identity", type_=Id()), bindparam("hash_", type_=String())
        self.add = prepare(insert(identities))
        u, r = users.c, sessions.alias("any_session")
        self.by_subject = prepare(select(i.id, i.user_id).where(i.subject_hash == hash_))
        self.owner = prepare(select(i.user_id).where(i.subject_hash == hash_))
        untouched = and_(
            u.password_hash.is_(None),
            u.last_login_at.is_(None),
            ~exists().where(r.c.user_id == u.id),
            ~exists().where(i.user_id == u.id),
        )
        address = bindparam("address", type_=String())
        here = identities.alias("here").c
        known_there = exists().where(
            here.user_id == u.id, here.issuer == bindparam("from_issuer", type_=String())
        )
        self.claimable = prepare(
            select(u.id).where(
                u.email == address,
                u.is_active,
                or_(u.email_verified_at.is_not(None), untouched),
                ~known_there,  # the address has changed hands at the provider
            )
        )
        self.confirm_address = prepare(
            update(users)
            .where(u.id == user, u.email_verified_at.is_(None))
            .values(email_verified_at=at, updated_at=u.updated_at)
        )
        self.touch = prepare(update(identities).where(i.id == identity).values(last_used_at=at))
        self.of_user = prepare(
            select(i.id, i.provider, i.issuer, i.subject, i.created_at, i.last_used_at)
            .where(i.user_id == user)
            .order_by(i.created_at, i.id)
            .limit(MAX_IDENTITIES)
        )
        self.count = prepare(select(func.count()).where(i.user_id == user))
        self.remove = prepare(delete(identities).where(i.id == identity, i.user_id == user))
        self.live = prepare(
            select(u.roles)
            .join_from(users, identities, i.user_id == u.id)
            .where(u.id == user, i.id == identity, u.is_active)
        )
        self.add_session = prepare(insert(oidc_sessions))
        self.of_session = prepare(
            select(i.provider, i.issuer)
            .join_from(oidc_sessions, identities, i.id == o.identity_id)
            .where(o.session_id == bindparam("session", type_=Id()))
        )
        open_ = and_(s.revoked_at.is_(None), s.expires_at > at)
        opened = select(s.id, s.user_id).join_from(oidc_sessions, sessions, s.id == o.session_id).where(open_)
        self.sessions_of_identity = prepare(opened.where(o.identity_id == identity))
        self.sessions_of_sid = prepare(opened.where(o.sid_hash == hash_))
        self.sessions_of_both = prepare(opened.where(o.sid_hash == hash_, o.identity_id == identity))
        old = select(oidc_spent.c.hash).where(oidc_spent.c.expires_at < at).with_for_update(skip_locked=True)
        self.prune = prepare(
            delete(oidc_spent).where(oidc_spent.c.hash.in_(select(old.subquery("old").c.hash)))
        )
        self.is_spent = prepare(select(oidc_spent.c.hash).where(oidc_spent.c.hash == hash_))
        self.spend = prepare(insert(oidc_spent))

    async def use_up(self, work: Work, hash_: str, until: datetime) -> bool:
        """Use something up with the end of this transaction; False if it was used before. Of two at the same
        moment one gets it. `until`: when it is not good any more anyhow, so that it need not be remembered."""
        await work.lock(f"oidc_spent {hash_}")
        if await work.fetch(self.is_spent, {"hash_": hash_}):
            return False
        await work.execute(self.prune, {"at": now()})
        await work.execute(self.spend, {"hash": hash_, "expires_at": until})
        return True
