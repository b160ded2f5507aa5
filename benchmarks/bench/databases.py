"""The databases of a run: one template for each kind, filled once, and a fresh copy of it for each start.

What lives here: which system gets which database. What must not: SQL (`stores.py`).
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher

from bench import stores, systems
from bench.data import Data
from bench.processes import NotStarted, cpu_of
from bench.stores import Account, PostgreSQL
from bench.systems import System


class Databases:
    """All of them, on both engines."""

    def __init__(
        self, folder: Path, server: PostgreSQL | None, orders: int, say: Callable[[str], None]
    ) -> None:
        self.files = folder / "files"
        self.files.mkdir()
        self.passwords: dict[str, str] = {}
        """What the sample accounts of our service sign in with, by engine."""
        self._folder = folder
        self._server = server
        self._orders = orders
        self._say = say
        self._templates: dict[tuple[str, bool], asyncio.Task[str]] = {}

    async def prepare(self, system: System) -> None:
        """Fill the template of a system, once for all that share it. Raises `NotStarted`."""
        if system.engine == "postgresql" and self._server is None:
            raise NotStarted(f"no PostgreSQL answers at {stores.WHERE} (BENCH_POSTGRESQL names another)")
        key = system.engine, system.ours
        if key not in self._templates:
            whose = "our service" if system.ours else "the peers"
            self._say(f"filling the database of {whose} on {system.engine}")
            self._templates[key] = asyncio.create_task(self._fill(system, "ours" if system.ours else "peers"))
        await self._templates[key]

    async def _fill(self, system: System, name: str) -> str:
        accounts = [] if system.ours else sample_accounts()
        schema = None if system.ours else stores.SCHEMA / f"{system.engine}.sql"
        if self._server is not None and system.engine == "postgresql":
            name = await self._server.create(name)
            await self._migrate(system, stores.address(name))
            await self._server.fill(name, Data(self._orders), accounts, schema)
            return name
        path = self._folder / f"{name}.db"
        await self._migrate(system, f"sqlite:///{path}")
        form = stores.backwright_form if system.ours else stores.sqlalchemy_form
        await asyncio.to_thread(stores.fill_sqlite, path, Data(self._orders), accounts, form, schema)
        return str(path)

    async def _migrate(self, system: System, database: str) -> None:
        if system.ours:
            password = await asyncio.to_thread(systems.set_up_ours, database, self._folder)
            self.passwords[system.engine] = password

    async def fresh(self, system: System) -> tuple[str, str]:
        """A database for one start, as it was filled: its address and its name."""
        template = self._templates[system.engine, system.ours].result()
        if system.engine == "postgresql":
            assert self._server is not None
            name = await self._server.create(f"of_{system.name}", template)
            return stores.address(name), name
        path = self._folder / f"of-{system.name}.db"
        stores.copy_sqlite(Path(template), path)
        return f"sqlite:///{path}", str(path)

    async def discard(self, system: System, name: str) -> None:
        """Remove the database and the files of a start."""
        if system.engine == "postgresql" and self._server is not None:
            await self._server.drop(name)
        else:
            for path in self._folder.glob(Path(name).name + "*"):
                path.unlink()
        for path in self.files.rglob("*"):
            with suppress(OSError):
                path.unlink()

    async def one(self, system: System, name: str, query: str) -> Any:
        """A single value from the database of a start."""
        if system.engine == "postgresql" and self._server is not None:
            return await self._server.one(name, query)
        return stores.one_of_sqlite(Path(name), query)

    async def spent(self, system: System, name: str) -> dict[int, float]:
        """Processor seconds of the server's processes for a database, so far."""
        if system.engine != "postgresql" or self._server is None:
            return {}
        return cpu_of(await self._server.backends(name))


def sample_accounts() -> list[Account]:
    """An account for each role, with a hash of the cost that our service has."""
    hashed = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1).hash(systems.PASSWORD)
    roles = enumerate(("admin", "dispatcher", "technician", "viewer"))
    return [
        Account(UUID(int=7 << 76 | 2 << 62 | at), f"{role}@example.com", role.capitalize(), role, hashed)
        for at, role in roles
    ]
