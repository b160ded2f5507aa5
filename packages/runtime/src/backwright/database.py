"""The database: prepared reads, and the one door to everything that changes.

What lives here: the door that the rest of the runtime uses, the same for each engine. What must not:
anything that knows a driver (`engine.py` says what an engine gives), a resource or a request.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from sqlalchemy import Dialect, Executable
from sqlalchemy.ext.asyncio import AsyncSession

from backwright.actor import Actor
from backwright.database_errors import TRANSLATED, Collision, translate, translated
from backwright.encryption import FieldKeys
from backwright.engine import AtOnce, Engine, Grouping, Limits, Transaction, engine_for, parse
from backwright.errors import Error, Unavailable
from backwright.server_password import Source
from backwright.sqlite_groups import Waits, through
from backwright.statement import Prepared
from backwright.tenant_sessions import session_class
from backwright.work import NOTHING, Work

if TYPE_CHECKING:
    from backwright.replicas import Replica

__all__ = ["Database", "Fetch", "Limits", "Prepared", "Work"]

Fetch = Callable[[Prepared, Mapping[str, Any]], Awaitable[list[tuple[Any, ...]]]]
"""Rows of a read."""

ATTEMPTS: Final = 4
"""How often a unit of work is tried that collides with others (a deadlock, a serialization failure)."""

T = TypeVar("T")
_log = logging.getLogger("backwright.database")


class Database:
    """A database by URL: `sqlite:///path`, `postgresql://user@host/name` or `mariadb://user@host/name`.

    What takes longer than `limits` says ends in 503 with `Retry-After`. `source` is asked for the address again when
    the server refuses its password.
    """

    def __init__(self, url: str, limits: Limits = Limits(), source: Source | None = None) -> None:
        self.limits = limits
        self._source = source
        self.changed: Callable[[frozenset[str]], None] = lambda tables: None
        """Called after each commit with the names of the tables that it may have changed."""
        self.told: Callable[[], Awaitable[None]] | None = None
        """Awaited after each commit, the connection being free again: other processes know of the change."""
        self.replica: Replica | None = None
        """What may answer reads for `showing`, and nothing else."""
        self.field_keys = FieldKeys()
        """The keys of encrypted columns; none are held before a service starts."""
        self.use(url)

    def use(self, url: str) -> None:
        """Point a closed database at another place: for test suites, which build an application once."""
        self.url = parse(url)
        self.engine: Engine = engine_for(self.url, self.limits, self._source)
        self.dialect: Dialect = self.engine.dialect
        self.field_keys.attach(self.dialect)

    async def renew(self) -> bool:
        """Take over another password from its source, where the engine has one: whether it did.

        Raises `Unavailable` if the server does not take it; nothing has changed then.
        """
        engine: Any = self.engine
        return await engine.renew() if hasattr(engine, "renew") else False

    async def connect(self) -> None:
        """Open it. Raises `Unavailable`."""
        await self.engine.connect()

    async def close(self) -> None:
        """Close it; waits for what is under way."""
        await self.engine.close()

    def prepare(self, statement: Executable, *, wire: bool = False) -> Prepared:
        """Compile a statement once; keep the result, never call this per request."""
        return Prepared(statement, self.dialect, wire=wire)

    async def fetch(self, prepared: Prepared, params: Mapping[str, Any] = NOTHING) -> list[tuple[Any, ...]]:
        """Rows of a read outside any transaction: everything committed so far."""
        try:
            rows = await self.engine.read(prepared.sql, prepared.arguments(params))
        except TRANSLATED as error:
            raise translate(error) from error
        return prepared.rows(rows)

    def showing(self, actor: Actor) -> Fetch:
        """Where to read what is shown to `actor` and decides nothing: a replica, if it has all that they wrote.

        What others wrote may be missing there for some seconds. So whatever a write, a permission or an answer
        for several actors depends on is read with `fetch`.
        """
        replica = self.replica
        return self.fetch if replica is None or not replica.serves(actor.id) else replica.fetch

    @property
    def writes_at_once(self) -> bool:
        """Whether the engine has what `at_once` needs."""
        return bool(getattr(self.engine, "writes_at_once", False))

    async def at_once(self, prepared: Prepared, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Rows of a statement that writes and is a transaction of its own, where the engine has that.

        Broken off, it may have been carried out or not; caches are told that it may have.
        """
        engine = cast(AtOnce, self.engine)
        try:
            rows = prepared.rows(await engine.write(prepared.sql, prepared.arguments(params)))
        except TRANSLATED as error:
            raise translate(error) from error
        except (Unavailable, asyncio.CancelledError):
            self._note(prepared.changes)
            raise
        if rows:
            self._note(prepared.changes)
            if self.told is not None:
                await self.told()
        return rows

    async def grouped(self, block: Callable[[Work], Coroutine[Any, Any, T]]) -> T:
        """As `repeatable`, for a block of our own statements alone: where the engine can, it may share its commit.

        What waits for anything else is undone and done in a unit of work of its own.
        """
        if not hasattr(self.engine, "grouped"):
            return await self.repeatable(block)

        def unit(transaction: Transaction) -> tuple[Work, T]:
            work = Work(transaction, self._note)
            return work, through(block(work))

        try:
            _, found = await cast(Grouping, self.engine).grouped(unit, lambda done: through(done[0].commit()))
        except Waits:
            return await self.repeatable(block)
        except TRANSLATED as error:
            raise translate(error) from error
        if self.told is not None:
            await self.told()
        return found

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """One unit of work: begin, run the block, commit; on any exception or cancellation roll back."""
        with translated():
            transaction = await self.engine.begin()
        work = Work(transaction, self._note)
        try:
            with translated():
                yield work
                await work.commit()
        except Error:
            if self.replica is not None:
                self.replica.refused()
            raise
        finally:
            try:
                await work.close()
            finally:
                await transaction.end()
        if self.told is not None:
            await self.told()

    def _note(self, tables: frozenset[str]) -> None:
        """Rows of these tables may just have changed."""
        if self.replica is not None:
            self.replica.wrote(tables)
        self.changed(tables)

    async def repeatable(self, block: Callable[[Work], Awaitable[T]]) -> T:
        """What `block` returns for a unit of work, which is done again when it collides with another one.

        A collision has undone everything, so `block` may be called anew as long as all that it does is in
        `work`.
        """
        for attempt in range(1, ATTEMPTS):
            try:
                async with self.work() as work:
                    return await block(work)
            except Collision:
                _log.info("a unit of work collided and is done again", extra={"attempt": attempt})
                await asyncio.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - spreading is no secret
        async with self.work() as work:
            return await block(work)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """An ORM session for hand-written reads. Its connection cannot write."""
        with translated():
            async with (
                self.engine.reading() as engine,
                AsyncSession(engine, expire_on_commit=False, sync_session_class=session_class()) as session,
            ):
                yield session

    def data_version(self) -> int:
        """A number that changes when another process has written, for caches; always 0 on a server, which
        would have to be asked over the network."""
        return self.engine.data_version() or 0

    async def ping(self) -> None:
        """Ask the engine for an answer on a connection of its own. Raises `Unavailable`."""
        await self.engine.ping()

    async def revision(self) -> str | None:
        """The migration that the database is at, asked on a connection of its own."""
        with translated():
            return await self.engine.revision()
