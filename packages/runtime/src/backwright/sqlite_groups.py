"""Short units of work on SQLite: those that are there together share a transaction and its commit.

What lives here: the queue, the transaction, who gets what. What must not: what a unit does. A commit waits for the
disk and for a thread, which costs more than the statements of a plain create. A unit is one only if it waits for
nothing else: whoever shares its transaction would wait with it. One that fails is undone alone.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from backwright.errors import Unavailable

if TYPE_CHECKING:
    from backwright.sqlite import Driver

MOST: Final = 50
"""Units in one transaction: they run in the event loop, one after the other."""

T = TypeVar("T")


class Waits(Exception):
    """A unit wanted to wait for something; it was undone."""


class _Unit(NamedTuple):
    run: Callable[[], Any]
    after: Callable[[Any], None]
    context: Context
    done: "asyncio.Future[Any]"


def through(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns that never waits. Raises `Waits` if it does."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        found: T = end.value
        return found
    coroutine.close()
    raise Waits


class Groups:
    """The units of one writer."""

    def __init__(self, driver: "Driver") -> None:
        self._driver = driver
        self._waiting: deque[_Unit] = deque()
        self._task: asyncio.Task[None] | None = None

    async def run(self, unit: Callable[[], T], after: Callable[[T], None]) -> T:
        """What `unit` returns, once it is durable and `after` has been called with it. Raises what it raises,
        `Unavailable` or `sqlite3.Error`.

        Broken off, it may be carried out or not; `after` is called if it was.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._waiting.append(_Unit(unit, after, copy_context(), done))
        if self._task is None:
            self._task = loop.create_task(self._serve())
        return await done

    async def ended(self) -> None:
        """Wait until nothing is under way."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _serve(self) -> None:
        try:
            while self._waiting:
                await self._group()
        finally:
            self._task = None
            while self._waiting:  # broken off from outside
                _refuse(self._waiting.popleft(), Unavailable("It was broken off."))

    async def _group(self) -> None:
        """One transaction with whoever waits when it begins."""
        try:
            await self._driver.begin()
        except (Unavailable, sqlite3.Error) as error:
            while self._waiting:
                _refuse(self._waiting.popleft(), error)
            return
        carried_out: list[tuple[_Unit, Any]] = []
        try:
            while self._waiting and len(carried_out) < MOST:
                self._carry_out(self._waiting.popleft(), carried_out)
            await self._driver.commit()
        except BaseException as error:
            for unit, _ in carried_out:
                _refuse(unit, error)
            if not isinstance(error, Exception):
                raise
        else:
            for unit, found in carried_out:
                unit.context.run(unit.after, found)
                if not unit.done.done():
                    unit.done.set_result(found)
        finally:
            self._driver.end()

    def _carry_out(self, unit: _Unit, carried_out: list[tuple[_Unit, Any]]) -> None:
        """Run one, and undo it alone if it fails. Raises `Unavailable` if SQLite has undone all of them."""
        if unit.done.done():  # nobody waits for it any more
            return
        control = self._driver.writer.control
        try:
            control("SAVEPOINT unit")
            carried_out.append((unit, unit.context.run(unit.run)))
            control("RELEASE unit")
        except Exception as error:
            carried_out[:] = [each for each in carried_out if each[0] is not unit]
            _refuse(unit, error)
            if not self._driver.writer.raw.in_transaction:
                raise Unavailable("The change was undone together with another one. Try again.") from error
            control("ROLLBACK TO unit")
            control("RELEASE unit")


def _refuse(unit: _Unit, error: BaseException) -> None:
    if not unit.done.done():
        unit.done.set_exception(error if isinstance(error, Exception) else Unavailable("It was broken off."))
