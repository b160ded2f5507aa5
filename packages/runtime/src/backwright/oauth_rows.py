"""The rows of OAuth: clients, what people granted them, and the tokens that clients got for themselves.

What lives here: the three tables and every statement on them. What must not: the order of the statements,
which is what makes them safe (`oauth_clients.py`, `oauth_grants.py`).
"""

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from backwright.columns import Id, Json, Timestamp
from backwright.database import Database
from backwright.entity import Entity
from backwright.session_rows import refresh_tokens, sessions

MAX_CLIENTS: Final = 500
"""Clients that are listed; an administrator registers each by hand."""

oauth_clients: Final = Table(
    "oauth_clients",
    Entity.metadata,
    Column("id", Id(), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("secret_hash", String(64)),
    Column("grants", Json(), nullable=False),
    Column("scopes", Json(), nullable=False),
    Column("redirect_uris", Json(), nullable=False),
    Column("logout_uris", Json(), nullable=False),
    Column("is_active", Boolean(), nullable=False),
    Column("created_at", Timestamp(), nullable=False),
)
"""No secret: a public client. Clients are closed, never deleted, because grants and the audit log refer to
them."""

oauth_grants: Final = Table(
    "oauth_grants",
    Entity.metadata,
    Column("session_id", Id(), ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("client_id", Id(), nullable=False),
    Column("scope", String(500), nullable=False),
    Column("nonce", String(500)),
    Column("redirect_uri", String(2000), nullable=False),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("code_challenge", String(43), nullable=False),
    Column("granted_at", Timestamp(), nullable=False),
    Column("code_expires_at", Timestamp(), nullable=False),
    Column("redeemed_at", Timestamp()),
    Index("ix_oauth_grants_client_id", "client_id"),
)
"""What one person let one client do in one session; the code is how the client learns of it. No foreign key to
the clients: that of the documentation stands in the code (`oauth.py`) and has no row."""

oauth_client_tokens: Final = Table(
    "oauth_client_tokens",
    Entity.metadata,
    Column("id", Id(), primary_key=True),
    Column("client_id", Id(), ForeignKey("oauth_clients.id", ondelete="CASCADE"), nullable=False),
    Column("expires_at", Timestamp(), nullable=False),
    Column("revoked_at", Timestamp()),
    Index("ix_oauth_client_tokens_client_id_expires_at", "client_id", "expires_at"),
)
"""One row for each token that a client got for itself, so that it can be revoked; gone when it has expired."""


class ClientStatements:
    """Every statement on the clients, compiled once."""

    def __init__(self, database: Database) -> None:
        prepare, c = database.prepare, oauth_clients.c
        client, at = bindparam("client", type_=Id()), bindparam("at", type_=Timestamp())
        shown = (c.id, c.name, c.secret_hash, c.grants, c.scopes, c.redirect_uris, c.logout_uris, c.is_active)
        self.add = prepare(insert(oauth_clients))
        self.by_id = prepare(select(*shown).where(c.id == client))
        self.list = prepare(select(*shown).order_by(c.created_at.desc(), c.id.desc()).limit(MAX_CLIENTS))
        self.set_secret = prepare(
            update(oauth_clients)
            .where(c.id == client, c.is_active, c.secret_hash.is_not(None))
            .values(secret_hash=bindparam("new_hash", type_=String()))
        )
        self.close = prepare(update(oauth_clients).where(c.id == client, c.is_active).values(is_active=False))
        held = select(oauth_grants.c.session_id).where(oauth_grants.c.client_id == client)
        self.end_sessions = prepare(
            update(sessions)
            .where(sessions.c.id.in_(held), sessions.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )


class GrantStatements:
    """Every statement on grants and on the tokens of clients, compiled once."""

    def __init__(self, database: Database) -> None:
        prepare, g, t, s = database.prepare, oauth_grants.c, oauth_client_tokens.c, sessions.c
        at, session = bindparam("at", type_=Timestamp()), bindparam("session", type_=Id())
        client, hash_ = bindparam("client", type_=Id()), bindparam("hash", type_=String())
        token = bindparam("token", type_=Id())
        open_ = and_(s.revoked_at.is_(None), s.expires_at > at)

        self.add = prepare(insert(oauth_grants))
        self.redeem = prepare(
            update(oauth_grants)
            .where(g.code_hash == hash_, g.client_id == client, g.redeemed_at.is_(None))
            .where(g.code_expires_at > at)
            .values(redeemed_at=at)
            .returning(g.session_id, g.redirect_uri, g.code_challenge, g.scope, g.nonce, g.granted_at)
        )
        self.by_code = prepare(
            select(g.session_id, s.user_id, g.redeemed_at)
            .join_from(oauth_grants, sessions, s.id == g.session_id)
            .where(g.code_hash == hash_, g.client_id == client)
        )
        self.of_session = prepare(
            select(s.user_id, g.scope, g.nonce, g.granted_at)
            .join_from(oauth_grants, sessions, s.id == g.session_id)
            .where(g.session_id == session, g.client_id == client, open_)
        )
        self.set_end = prepare(
            update(sessions)
            .where(s.id == session, open_)
            .values(expires_at=bindparam("ends"))
            .returning(s.user_id)
        )
        r = refresh_tokens.c
        self.of_refresh_token = prepare(
            select(s.id, s.user_id, g.scope, g.granted_at, r.spent_at, r.expires_at)
            .select_from(refresh_tokens.join(sessions).join(oauth_grants, g.session_id == s.id))
            .where(r.token_hash == hash_, g.client_id == client, open_)
        )
        self.add_token = prepare(insert(oauth_client_tokens))
        self.prune_tokens = prepare(
            delete(oauth_client_tokens).where(t.client_id == client, t.expires_at < at)
        )
        self.live_token = prepare(
            select(oauth_clients.c.scopes)
            .join_from(oauth_client_tokens, oauth_clients)
            .where(t.id == token, t.client_id == client, t.revoked_at.is_(None), t.expires_at > at)
            .where(oauth_clients.c.is_active)
        )
        self.revoke_token = prepare(
            update(oauth_client_tokens)
            .where(t.id == token, t.client_id == client, t.revoked_at.is_(None))
            .values(revoked_at=at)
        )
