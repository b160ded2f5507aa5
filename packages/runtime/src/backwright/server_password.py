"""The user and password of a database server, read again when the server refuses them.

What lives here: when they are read again, and that a bad reading changes nothing. What must not: where they are read
(`secret_source.py`), making connections (`postgresql.py`, `mariadb.py`).

Connections that are open stay open when a password is replaced; only new ones need it. So nothing is read before a new
connection is refused, and whoever wanted it waits for that reading and does not see the refusal.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from sqlalchemy.engine import URL

Source = Callable[[], Awaitable[URL]]
"""The address as its source has it now. May raise anything."""

AGAIN: Final = 2.0
"""Seconds after a reading that told nothing new before the next one: servers may refuse many at once."""

T = TypeVar("T")
_log = logging.getLogger("backwright.database")


class ServerPassword:
    """The address of a server. All but its user and password stays what it was at first."""

    def __init__(self, url: URL, source: Source | None = None) -> None:
        self.url = url
        self._source = source
        self._reading = asyncio.Lock()
        self._not_before = float("-inf")

    async def connected(
        self, connect: Callable[[URL], Awaitable[T]], is_refused: Callable[[BaseException], bool]
    ) -> T:
        """What `connect` makes of the address, tried once more with another password where the first is refused."""
        used = self.url
        try:
            return await connect(used)
        except Exception as error:
            if not is_refused(error) or not await self._renew(used):
                raise
        return await connect(self.url)

    async def offered(self) -> URL | None:
        """The address with another user or password, if the source has one now."""
        if self._source is None:
            return None
        try:
            found = await self._source()
        # backwright: ignore[broad-except] the old password stays in use, and the log says so
        except Exception as error:
            _log.warning(
                "the database's password cannot be read again", extra={"reason": type(error).__name__}
            )
            return None
        changed = self.url.set(username=found.username, password=found.password)
        return changed if changed != self.url else None

    async def _renew(self, used: URL) -> bool:
        """Whether there is another one than `used` to try."""
        async with self._reading:
            if self.url != used:
                return True
            if time.monotonic() < self._not_before:
                return False
            found = await self.offered()
            if found is None:
                self._not_before = time.monotonic() + AGAIN
                return False
            self.url = found
            _log.info("the database refused the password; another one was read")
            return True
