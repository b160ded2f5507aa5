"""The rows of second factors: the two tables and every statement on them.

What must not live here: the order of the statements, which is what makes them safe (`second_factor.py`).
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    LargeBinary,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from backwright.columns import Id, Timestamp
from backwright.database import Database
from backwright.entity import Entity

second_factors: Final = Table(
    "second_factors",
    Entity.metadata,
    Column("user_id", Id(), ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("secret_sealed", LargeBinary(), nullable=False),
    Column("last_step", BigInteger(), nullable=False),
    Column("created_at", Timestamp(), nullable=False),
    Column("confirmed_at", Timestamp()),
)
"""Counts once it is confirmed. `last_step` is the time step of the last code that was used: no code of it or
before it is good again (RFC 6238 §5.2)."""

recovery_codes: Final = Table(
    "recovery_codes",
    Entity.metadata,
    Column("id", Id(), primary_key=True),
    Column("user_id", Id(), ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("code_hash", String(64), nullable=False, unique=True),
)
"""Those that are unused; using one deletes it."""


class SecondFactorStatements:
    """Every statement on the two tables, compiled once."""

    def __init__(self, database: Database) -> None:
        prepare, f, r = database.prepare, second_factors.c, recovery_codes.c
        user, at = bindparam("user", type_=Id()), bindparam("at", type_=Timestamp())
        step = bindparam("step", type_=BigInteger())
        is_on = f.confirmed_at.is_not(None)
        self.is_on = prepare(select(f.user_id).where(f.user_id == user, is_on))
        self.secret = prepare(select(f.secret_sealed).where(f.user_id == user, is_on))
        self.pending = prepare(select(f.secret_sealed).where(f.user_id == user, f.confirmed_at.is_(None)))
        self.add = prepare(insert(second_factors))
        self.drop_pending = prepare(delete(second_factors).where(f.user_id == user, f.confirmed_at.is_(None)))
        seen = bindparam("seen", type_=LargeBinary())
        self.confirm = prepare(
            update(second_factors)
            .where(f.user_id == user, f.confirmed_at.is_(None), f.secret_sealed == seen)
            .values(confirmed_at=at, last_step=step)
        )
        self.use_step = prepare(
            update(second_factors).where(f.user_id == user, is_on, f.last_step < step).values(last_step=step)
        )
        self.drop = prepare(delete(second_factors).where(f.user_id == user, is_on))
        self.add_recovery = prepare(insert(recovery_codes))
        self.use_recovery = prepare(
            delete(recovery_codes).where(r.user_id == user, r.code_hash == bindparam("hash", type_=String()))
        )
        self.drop_recovery = prepare(delete(recovery_codes).where(r.user_id == user))
        self.count_recovery = prepare(select(func.count()).where(r.user_id == user))
