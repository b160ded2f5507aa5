"""What engines that are servers have in common: their connections, from the first to the last.

What lives here: opening, closing and lending connections, and reading in a transaction. What must not: a driver, SQL or
a refusal of one of them (`postgresql.py`, `mariadb.py`).
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Final

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from backwright.engine import Limits
from backwright.errors import Unavailable
from backwright.pool import Held, Pool
from backwright.server_password import ServerPassword, Source

_POOL_WAIT: Final = 2.0


class Server(ABC):
    """A server. Open between `connect` and `close`."""

    begin_reading: ClassVar[str]
    """The statement that begins a transaction which cannot write."""

    def __init__(self, url: URL, limits: Limits, source: Source | None = None) -> None:
        self.password = ServerPassword(url, source)
        self._limits = limits
        self._pool: Pool | None = None

    async def connect(self) -> None:
        """Make the first connection. Raises `Unavailable`, saying where and why."""
        pool = Pool(self._held, self._limits.connections, min(_POOL_WAIT, self._limits.lock))
        held = await pool.take()
        try:
            await self._look_around(held)
        finally:
            pool.give(held)
        self._pool = pool

    async def close(self) -> None:
        """Close the pool."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await pool.close()

    async def renew(self) -> bool:
        """Take over the password that its source has now, if that is another one: whether it is.

        Raises `Unavailable` if the server does not take it; the one before stays then.
        """
        offered = await self.password.offered()
        if offered is None:
            return False
        await self._knock(offered)
        self.password.url = offered
        return True

    @property
    def url(self) -> URL:
        """Where it is, and as whom it is asked now."""
        return self.password.url

    @property
    def pool(self) -> Pool:
        """The connections. Raises `Unavailable` before `connect` and after `close`."""
        if self._pool is None:
            raise Unavailable("The database is not open.")
        return self._pool

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncEngine]:
        """A transaction that cannot write."""
        transaction = await self._begun(self.begin_reading)
        try:
            yield transaction.orm(lambda statement: None)
        finally:
            await transaction.end()

    def data_version(self) -> None:  # noqa: B027 no server has one; it is not for subclasses to say
        """None: the server would have to be asked."""

    @abstractmethod
    async def _begun(self, sql: str) -> Any:
        """A transaction that begins with a statement."""

    @abstractmethod
    async def _held(self) -> Held:
        """A new connection. Raises `Unavailable`, saying where and why."""

    @abstractmethod
    async def _knock(self, url: URL) -> None:
        """See whether the server lets this user in with this password. Raises `Unavailable`."""

    @abstractmethod
    async def _look_around(self, held: Held) -> None:
        """Refuse a server that is too old, and warn of one with too little room for all processes."""
