"""The rows of API keys: the two tables and every statement on them.

What must not live here: the order of the statements, which is what makes them safe (`api_keys.py`,
`api_key_checks.py`).
"""

from datetime import timedelta
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
    null,
    or_,
    select,
    update,
)

from backwright.columns import Id, Json, Timestamp
from backwright.database import Database
from backwright.entity import Entity
from backwright.tenancy import column_of
from backwright.tenant_rows import administered, is_at_work

MAX_KEYS: Final = 50
"""Keys of one account that are good at the same time."""

MAX_LISTED: Final = 500
"""Keys that a list of all accounts shows, the newest."""

REMEMBERED: Final = timedelta(days=30)
"""How long a key that has ended stays in the lists."""

MAX_PLACES: Final = 1_000
"""Places of one key that are remembered; the one used first of all is forgotten first."""

SAMPLED: Final = timedelta(seconds=60)
"""How far the time of the last use may be behind: one write a minute at most."""

api_keys: Final = Table(
    "api_keys",
    Entity.metadata,
    Column("id", Id(), primary_key=True),
    Column("user_id", Id(), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("scopes", Json(), nullable=False),
    Column("networks", Json(), nullable=False),
    Column("rate", String(32)),
    Column("created_at", Timestamp(), nullable=False),
    Column("expires_at", Timestamp(), nullable=False),
    Column("last_used_at", Timestamp()),
    Column("revoked_at", Timestamp()),
    Column("replaced_by", Id(), unique=True),
    Index("ix_api_keys_user_id_expires_at", "user_id", "expires_at"),
)
"""No `rate`: requests count with those of the owner. `replaced_by` is the key that a rotation has made."""

api_key_places: Final = Table(
    "api_key_places",
    Entity.metadata,
    Column("key_id", Id(), ForeignKey("api_keys.id", ondelete="CASCADE"), primary_key=True),
    Column("place", String(64), primary_key=True),
    Column("first_used_at", Timestamp(), nullable=False),
)
"""Where a key has been used from: an address, or of IPv6 the network of one household."""

SHOWN: Final = (
    "id", "user_id", "name", "scopes", "networks", "rate", "created_at", "expires_at", "last_used_at",
    "revoked_at", "replaced_by",
)  # fmt: skip
"""The columns that lists show: all but the digest."""


class KeyStatements:
    """Every statement on the two tables, compiled once."""

    def __init__(self, database: Database, users: Table) -> None:
        prepare, k, u, p = database.prepare, api_keys.c, users.c, api_key_places.c
        key, owner = bindparam("key", type_=Id()), bindparam("owner", type_=Id())
        at, before = bindparam("at", type_=Timestamp()), bindparam("before", type_=Timestamp())
        place = bindparam("place", type_=String())
        live = and_(k.revoked_at.is_(None), k.expires_at > at)
        been = exists().where(p.key_id == k.id, p.place == place)
        shown = [k[name] for name in SHOWN]
        of_tenant, mine, at_work = column_of(users), administered(users), is_at_work(users)

        self.find = prepare(
            select(
                k.user_id,
                k.secret_hash,
                k.scopes,
                k.networks,
                k.rate,
                k.expires_at,
                k.last_used_at,
                u.roles,
                been,
                null() if of_tenant is None else u[of_tenant],
            )
            .join_from(api_keys, users, u.id == k.user_id)
            .where(k.id == key, live, u.is_active, *(() if at_work is None else (at_work,)))
        )
        self.used = prepare(
            update(api_keys)
            .where(k.id == key, or_(k.last_used_at.is_(None), k.last_used_at <= before))
            .values(last_used_at=at)
        )
        self.been = prepare(select(p.key_id).where(p.key_id == key, p.place == place))
        self.add_place = prepare(insert(api_key_places))
        first_uses = select(p.first_used_at).where(p.key_id == key).order_by(p.first_used_at.desc())
        self.crowded = prepare(first_uses.offset(MAX_PLACES - 1).limit(1))
        self.forget_places = prepare(delete(api_key_places).where(p.key_id == key, p.first_used_at <= before))
        self.hold_owner = prepare(select(u.id).where(u.id == owner, u.is_active).with_for_update(read=True))
        self.add = prepare(insert(api_keys))
        self.count = prepare(select(func.count()).select_from(api_keys).where(k.user_id == owner, live))
        self.of_owner = prepare(
            select(*shown).where(k.user_id == owner).order_by(k.id.desc()).limit(MAX_LISTED)
        )
        every = select(*shown).order_by(k.id.desc()).limit(MAX_LISTED)
        self.all = prepare(every if mine is None else every.where(k.user_id.in_(select(u.id).where(mine))))
        self.one = prepare(select(*shown).where(k.id == key))
        self.replace = prepare(
            update(api_keys)
            .where(k.id == key, live, k.replaced_by.is_(None))
            .values(
                replaced_by=bindparam("successor", type_=Id()),
                expires_at=bindparam("ends", type_=Timestamp()),
            )
        )
        self.predecessor = prepare(select(k.id).where(k.replaced_by == key, live))
        self.revoke = prepare(
            update(api_keys).where(k.id == key, k.revoked_at.is_(None)).values(revoked_at=at)
        )
        self.revoke_all = prepare(
            update(api_keys).where(k.user_id == owner, k.revoked_at.is_(None)).values(revoked_at=at)
        )
        ended = or_(k.expires_at < before, k.revoked_at < before)
        self.prune = prepare(delete(api_keys).where(k.user_id == owner, ended))
