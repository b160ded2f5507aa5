"""One replica of a PostgreSQL server: connections that cannot write, and how far it has got.

What lives here: what is asked of the replica itself. What must not: who may be answered from it (`replicas.py`).

All connections lead to one and the same server, since what is known of its state is known of that one. Behind a
name that stands for several, or after a restart, a connection to another one is refused; whoever wanted it asks
the primary.
"""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from weakref import WeakSet

from sqlalchemy.engine import URL

from backwright.engine import Limits
from backwright.errors import Unavailable
from backwright.postgresql import PostgreSQL
from backwright.postgresql_transactions import FAILURES
from backwright.server_password import Source

if TYPE_CHECKING:
    from asyncpg import Connection  # type: ignore[import-untyped]

PATIENCE: Final = 1.0
"""Seconds without an answer after which a replica counts as down, and a primary as not asked."""

CONNECTING: Final = 2.0
"""Seconds that making a connection may take: there is another server to ask, so less than to the primary."""

IDENTITY: Final = "SELECT system_identifier::text, current_database()::text FROM pg_control_system()"
POSITION: Final = """
SELECT at - CASE WHEN at % segment = 40 THEN 40 WHEN at % block = 24 THEN 24 ELSE 0 END
FROM (
    SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint AS at,
        pg_size_bytes(current_setting('wal_segment_size')) AS segment,
        current_setting('wal_block_size')::bigint AS block
) AS log
"""
"""The end of the log of a primary, as a number: at least the end of every commit that it has acknowledged.

Where the last record fills its page or segment, the server says where the next one will begin, behind the head of
the next (24 or 40 bytes): a replica gets there only when something more is written.
"""

_STATE: Final = "SELECT pg_is_in_recovery(), (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint"
_STARTED: Final = "SELECT pg_postmaster_start_time()"


class NotAReplica(ValueError):
    """The server is not what it has to be. The message says which it is, and never shows a password."""


class Identity(NamedTuple):
    """What a primary and its replicas have in common, and no other server: the cluster; and the database."""

    cluster: str
    database: str


class ReplicaServer(PostgreSQL):
    """A server that is read from. Make a new one after it was lost: it may have gone back in time."""

    def __init__(self, url: URL, limits: Limits, source: Source | None = None) -> None:
        super().__init__(url, limits, source)
        self._line: Connection[Any] | None = None
        """The connection that its state is asked on, which no reader can keep busy."""
        self._started: datetime | None = None
        self._connections: WeakSet[Connection[Any]] = WeakSet()

    async def connect(self) -> None:
        """Open. Raises `Unavailable`."""
        self._line = (await self._held()).raw
        await super().connect()

    async def close(self) -> None:
        """Cut all connections: whoever waits for an answer on one goes on at once."""
        for each in list(self._connections):
            each.terminate()
        await super().close()

    async def identity(self) -> Identity:
        """Which cluster and database it is. Raises `Unavailable`."""
        return Identity(*await self._ask(IDENTITY))

    async def replayed(self) -> int:
        """How far it has got in the log of the primary. Raises `NotAReplica` and `Unavailable`."""
        is_replica, position = await self._ask(_STATE)
        if not is_replica:
            raise NotAReplica(f"The server at {self.where} is no replica: it takes writes itself.")
        return position or 0

    @property
    def where(self) -> str:
        """Host and port."""
        return f"{self.url.host or 'the local socket'}:{self.url.port or 5432}"

    async def _ask(self, sql: str) -> Any:
        if self._line is None:
            raise Unavailable("The replica is not open.")
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._line.fetchrow(sql)
        except FAILURES as error:
            reason = str(error) or type(error).__name__
            raise Unavailable(f"The replica at {self.where} does not answer: {reason}") from error

    async def _raw(self, settings: dict[str, str]) -> "Connection[Any]":
        async with asyncio.timeout(CONNECTING):
            raw = await super()._raw({**settings, "default_transaction_read_only": "on"})
        try:
            started = await raw.fetchval(_STARTED, timeout=PATIENCE)
            self._started = self._started or started
            if started != self._started:
                raise Unavailable(f"Another server than before answers at {self.where}.")
        except BaseException:
            raw.terminate()
            raise
        self._connections.add(raw)
        return raw
