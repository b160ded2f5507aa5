"""Progressive delay after failed logins: guessing becomes slow, and nobody is locked out.

What lives here: the count of failures by source and by account, and the wait that follows. What must not:
whether a password was right. Counts are kept by a digest of the address, for known and unknown addresses
alike, so that a delay does not tell which addresses have an account.

An attempt is counted before the password is looked at and forgiven when it was right; counted afterwards, a
hundred attempts at the same moment would all be free.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Column, Executable, Integer, String, Table, bindparam, delete, select
from sqlalchemy.dialects import mysql, postgresql, sqlite

from backwright.columns import Timestamp
from backwright.context import now
from backwright.database import Database, Work
from backwright.entity import Entity
from backwright.hosts import limit_key

FREE_FROM_ONE_PLACE: Final = 5
"""Failures for one account from one network that cost nothing: people mistype."""

FREE_FROM_ANYWHERE: Final = 20
"""Failures for one account from all networks together that cost nothing."""

LONGEST: Final = timedelta(seconds=30)
"""The longest wait. A stranger can make others wait this long, never longer; known networks do not wait at
all."""

FORGOTTEN_AFTER: Final = timedelta(minutes=15)
"""Quiet time after which failures no longer count."""

login_delays: Final = Table(
    "login_delays",
    Entity.metadata,
    Column("key", String(64), primary_key=True),
    Column("failures", Integer(), nullable=False),
    Column("failed_at", Timestamp(), nullable=False, index=True),
    Column("next_attempt_at", Timestamp(), nullable=False),
)


def wait_after(failures: int, free: int) -> timedelta:
    """The wait after so many failures: none while they are free, then 1, 2, 4 … seconds up to `LONGEST`."""
    if failures < free:
        return timedelta()
    return min(LONGEST, timedelta(seconds=2 ** min(failures - free, 10)))


def place_key(email: str, ip: str) -> str:
    """The key for one account from one network."""
    return sha256(f"place\n{email}\n{limit_key(ip)}".encode()).hexdigest()


def account_key(email: str) -> str:
    """The key for one account from anywhere."""
    return sha256(f"account\n{email}".encode()).hexdigest()


class LoginDelays:
    """The counts, in the database: the same for all processes."""

    def __init__(self, database: Database) -> None:
        table = login_delays.c
        time_at = bindparam("at", type_=Timestamp())
        self._read = database.prepare(select(table.failures, table.failed_at, table.next_attempt_at).where(
            table.key == bindparam("at_key")
        ))  # fmt: skip
        written = {
            "key": bindparam("at_key"),
            "failures": bindparam("failures"),
            "failed_at": time_at,
            "next_attempt_at": bindparam("next", type_=Timestamp()),
        }
        self._write = database.prepare(_upsert(database.dialect.name, written))
        self._forgive = database.prepare(delete(login_delays).where(table.key == bindparam("at_key")))
        old = select(table.key).where(table.failed_at < time_at).with_for_update(skip_locked=True)
        self._prune = database.prepare(
            delete(login_delays).where(table.key.in_(select(old.subquery("old").c.key)))
        )

    async def begin(
        self, work: Work, email: str, ip: str, is_known: Callable[[], Awaitable[bool]]
    ) -> timedelta:
        """Count an attempt and return zero, or how long it must wait. Strangers' failures do not count where the
        owner is known, which is asked once the lock is held."""
        place, account = place_key(email, ip), account_key(email)
        wait = await self.waiting(work, place)
        if not await is_known() and not wait:
            wait = await self.waiting(work, account)
        if not wait:
            await self.count(work, place, FREE_FROM_ONE_PLACE)
            await self.count(work, account, FREE_FROM_ANYWHERE)
        return wait

    async def waiting(self, work: Work, key: str) -> timedelta:
        """How long this key must still wait; zero when it may try. Others wait with their question until this
        attempt is counted."""
        await work.lock(f"login_delays {key}")
        rows = await work.fetch(self._read, {"at_key": key})
        return max(timedelta(), min(LONGEST, rows[0][2] - now())) if rows else timedelta()

    async def count(self, work: Work, key: str, free: int) -> None:
        """Count an attempt as a failure, until `forgive` says otherwise."""
        moment = now()
        await work.execute(self._prune, {"at": moment - FORGOTTEN_AFTER})
        rows = await work.fetch(self._read, {"at_key": key})
        failures = 1 + (_still_counting(rows[0][0], rows[0][1], moment) if rows else 0)
        following = moment + wait_after(failures, free)
        await work.execute(
            self._write, {"at_key": key, "failures": failures, "at": moment, "next": following}
        )

    async def forgive(self, work: Work, key: str) -> None:
        """Forget the failures of a key: the password was right."""
        await work.execute(self._forgive, {"at_key": key})


def _upsert(dialect: str, written: Mapping[str, Any]) -> Executable:
    """An INSERT that changes the row with the same key if there is one."""
    changed = [name for name in written if name != "key"]
    if dialect == "mariadb":
        new = mysql.insert(login_delays).values(written)
        return new.on_duplicate_key_update({name: new.inserted[name] for name in changed})
    insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[dialect]
    other = insert(login_delays).values(written)
    found: Executable = other.on_conflict_do_update(
        index_elements=["key"], set_={name: other.excluded[name] for name in changed}
    )
    return found


def _still_counting(failures: int, failed_at: datetime, moment: datetime) -> int:
    return failures if moment - failed_at < FORGOTTEN_AFTER else 0
