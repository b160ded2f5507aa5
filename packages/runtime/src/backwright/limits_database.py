"""Rate limits counted in the database, for several processes that must share one count.

What lives here: the table and the store over it. Each hit is a row; admission is one transaction with
its key locked, so that N processes admit together what one would.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
)

from backwright.database import Database
from backwright.entity import Entity
from backwright.limits import Policy

TABLE = Table(
    "rate_limits",
    Entity.metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Index("ix_rate_limits_key_at_us", "key", "at_us"),
    Index("ix_rate_limits_expires_us", "expires_us"),
)
"""`at_us` is when the hit was admitted, `expires_us` when it has left its window, in microseconds since 1970."""


class DatabaseStore:
    """A `Store` over the table `rate_limits`.

    Rows that have left their window are deleted as new ones come.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        key, at = bindparam("key", type_=String), bindparam("at_us", type_=BigInteger)
        expires, oldest = bindparam("expires_us", type_=BigInteger), bindparam("oldest_us", type_=BigInteger)
        columns = TABLE.c
        self._count = database.prepare(
            select(func.count(), func.min(columns.at_us)).where(columns.key == key, columns.at_us > oldest)
        )
        self._add = database.prepare(insert(TABLE).values(key=key, at_us=at, expires_us=expires))
        old = select(columns.id).where(columns.expires_us <= at).with_for_update(skip_locked=True)
        self._purge = database.prepare(delete(TABLE).where(columns.id.in_(select(old.subquery("old").c.id))))

    async def take(self, policy: Policy, key: str, at: float) -> tuple[bool, int, float]:
        """As `Store.take`. Raises `Unavailable` when the database does not let it count."""
        now, window = int(at * 1_000_000), policy.window * 1_000_000
        async with self._database.work() as work:
            await work.lock(f"rate_limits {key}")
            count, first = (await work.fetch(self._count, {"key": key, "oldest_us": now - window}))[0]
            allowed = count < policy.limit
            if allowed:
                await work.execute(self._purge, {"at_us": now})
                await work.execute(self._add, {"key": key, "at_us": now, "expires_us": now + window})
                count += 1
        return allowed, policy.limit - count, ((first or now) + window) / 1_000_000
