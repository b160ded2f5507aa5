"""Databases for tests on servers: made, copied, emptied, dropped.

What lives here: what each server understands by that. What must not: which test gets which (`testing_databases.py`).
"""

import asyncio
import atexit
import os
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from typing import Any, Final, TypeVar

from sqlalchemy.engine import URL, make_url

from backwright.engine import parse

_POSTGRESQL_TABLES: Final = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND relname <> 'alembic_version' ORDER BY relname
"""
_POSTGRESQL_SHAPE: Final = """
    SELECT md5(string_agg(c.relname || a.attname || a.atttypid || a.attnotnull, ',' ORDER BY c.relname, a.attnum))
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0
"""
_APPEND_ONLY: Final = ("audit_log", "audit_seals")
"""Tables whose triggers refuse a DELETE and do not see a TRUNCATE."""

_MARIADB_TABLES: Final = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = database() AND table_type = 'BASE TABLE' AND table_name <> 'alembic_version'
"""
_MARIADB_SHAPE: Final = """
    SELECT table_name, column_name, column_type, is_nullable FROM information_schema.columns
    WHERE table_schema = database() ORDER BY 1, ordinal_position
"""

T = TypeVar("T")
PREFIX: Final = "BACKWRIGHT_TEST_PREFIX"
"""The variable that names what the names of databases begin with, for whoever has to find them again."""
_numbers: Final = count(1)


class Server:
    """A server on which databases can be made. What is made is dropped when the process ends."""

    default: str
    variable: str

    def __init__(self, prefix: str | None = None) -> None:
        self._prefix = prefix
        self._made: list[str] = []

    def address(self) -> str:
        """Where it is, and a database on it."""
        return os.environ.get(self.variable, self.default)

    def create(self) -> str:
        """A new database without tables."""
        raise NotImplementedError

    def copy(self, url: str) -> str:
        """A new database with the tables and rows of that one."""
        raise NotImplementedError

    def drop(self, url: str) -> None:
        """Remove one that was made here."""
        self._made.remove(url)
        name = make_url(url).database
        self._on(self.address(), lambda raw: self._say(raw, self._dropping(str(name))))

    def look(self, url: str) -> tuple[Any, bool]:
        """The shape of its tables, to compare with, and whether there are rows, which `empty` would remove."""
        return self._on(url, self._look)

    def empty(self, url: str, shape: Any) -> bool:
        """Remove all rows, past triggers and references; whether the tables are as they were at first."""
        return self._on(url, lambda raw: self._empty(raw, shape))

    def _named(self, **options: str) -> URL:
        if not self._made:
            atexit.register(self.drop_all)
        prefix = self._prefix or os.environ.get(PREFIX, "backwright_test_")
        url = parse(self.address()).set(database=f"{prefix}{os.getpid()}_{next(_numbers)}")
        url = url.update_query_dict(options)
        self._made.append(url.render_as_string(hide_password=False))
        return url

    def drop_all(self) -> None:
        """Remove all that were made here; done when the process ends, if not before.

        Some at a time: each waits for the server's disk, and so they wait for it together.
        """
        turn = asyncio.Semaphore(8)

        async def drop(url: str) -> None:
            async with turn:
                raw = await self._connect(self.address())
                try:
                    await self._say(raw, self._dropping(str(make_url(url).database)))
                finally:
                    await self._close(raw)

        async def drop_all() -> None:
            await asyncio.gather(*map(drop, self._made))

        if self._made:
            asyncio.run(drop_all())
            self._made.clear()

    def drop_named(self, prefix: str) -> None:
        """Remove all whose names begin so, whoever has made them: for what could not tidy up itself."""
        for name in self.named(prefix):
            self._on(self.address(), partial(self._say, sql=self._dropping(name)))

    def named(self, prefix: str) -> list[str]:
        """The names of databases that begin so."""
        return self._on(self.address(), lambda raw: self._names(raw, prefix))

    async def _names(self, raw: Any, prefix: str) -> list[str]:
        """The databases whose names begin so."""
        raise NotImplementedError

    def _dropping(self, name: str) -> str:
        raise NotImplementedError

    async def _connect(self, url: str) -> Any:
        raise NotImplementedError

    async def _close(self, raw: Any) -> None:
        raise NotImplementedError

    async def _say(self, raw: Any, sql: str) -> None:
        raise NotImplementedError

    async def _look(self, raw: Any) -> tuple[Any, bool]:
        raise NotImplementedError

    async def _empty(self, raw: Any, shape: Any) -> bool:
        raise NotImplementedError

    def _on(self, url: str, ask: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
        """What `ask` returns for a connection to that database. Works where a loop is running, too."""

        async def run() -> T:
            raw = await self._connect(url)
            try:
                return await ask(raw)
            finally:
                await self._close(raw)

        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return asyncio.run(run())
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(run())).result()


class PostgreSQLServer(Server):
    """Copies by `TEMPLATE`."""

    default = "postgresql://127.0.0.1:5432/test"
    variable = "BACKWRIGHT_TEST_POSTGRESQL"

    def create(self) -> str:
        return self._like("template0")

    def copy(self, url: str) -> str:
        return self._like(str(make_url(url).database))

    def _like(self, template: str) -> str:
        url = self._named(synchronous_commit="off")  # no test pulls the plug
        made = f'CREATE DATABASE "{url.database}" TEMPLATE "{template}"'
        self._on(self.address(), lambda raw: self._say(raw, made))
        return url.render_as_string(hide_password=False)

    def _dropping(self, name: str) -> str:
        return f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'

    async def _connect(self, url: str) -> Any:
        import asyncpg  # type: ignore[import-untyped]  # here, because it is an extra

        return await asyncpg.connect(url, timeout=10)

    async def _close(self, raw: Any) -> None:
        await raw.close()

    async def _say(self, raw: Any, sql: str) -> None:
        await raw.execute(sql)

    async def _names(self, raw: Any, prefix: str) -> list[str]:
        found = await raw.fetch("SELECT datname FROM pg_database WHERE starts_with(datname, $1)", prefix)
        return [name for (name,) in found]

    async def _look(self, raw: Any) -> tuple[Any, bool]:
        shape = await raw.fetchval(_POSTGRESQL_SHAPE)
        for (name,) in await raw.fetch(_POSTGRESQL_TABLES):
            if await raw.fetchval(f'SELECT EXISTS (SELECT FROM "{name}")'):  # noqa: S608 - names from the catalogue
                return shape, True
        return shape, False

    async def _empty(self, raw: Any, shape: Any) -> bool:
        if await raw.fetchval(_POSTGRESQL_SHAPE) != shape:
            return False
        names = [name for (name,) in await raw.fetch(_POSTGRESQL_TABLES)]
        gone = [f'DELETE FROM "{name}"' for name in names]  # noqa: S608 - likewise
        await raw.execute("; ".join(["SET session_replication_role = replica", *gone]))
        return True


class MariaDBServer(Server):
    """Copies table by table: MariaDB has no templates."""

    default = "mariadb://root@127.0.0.1:3306/mysql"
    variable = "BACKWRIGHT_TEST_MARIADB"

    def create(self) -> str:
        url = self._named()
        made = f"CREATE DATABASE `{url.database}` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
        self._on(self.address(), lambda raw: self._say(raw, made))  # not the collation that our tables have
        return url.render_as_string(hide_password=False)

    def copy(self, url: str) -> str:
        made = self.create()
        commands = self._on(url, self._commands)
        self._on(made, lambda raw: self._say(raw, "; ".join(["SET foreign_key_checks = 0", *commands])))
        return made

    async def _commands(self, raw: Any) -> list[str]:
        """What makes the same tables, rows and triggers elsewhere."""
        source = (await self._ask(raw, "SELECT database()"))[0][0]
        tables = [name for (name,) in await self._ask(raw, "SHOW TABLES")]
        found = [(await self._ask(raw, f"SHOW CREATE TABLE `{name}`"))[0][1] for name in tables]
        found += [
            f"INSERT INTO `{name}` SELECT * FROM `{source}`.`{name}`"  # noqa: S608 - names from the catalogue
            for name in tables
            # backwright: ignore[n-plus-one] for tests: one statement for each table of a template
            if await self._ask(raw, f"SELECT 1 FROM `{name}` LIMIT 1")  # noqa: S608 - likewise
        ]
        for name, *_ in await self._ask(raw, "SHOW TRIGGERS"):
            found.append((await self._ask(raw, f"SHOW CREATE TRIGGER `{name}`"))[0][2])
        return found

    def _dropping(self, name: str) -> str:
        return f"DROP DATABASE IF EXISTS `{name}`"

    async def _connect(self, url: str) -> Any:
        from backwright.mariadb_connection import open_raw  # here, because its driver is an extra

        return await open_raw(parse(url))

    async def _close(self, raw: Any) -> None:
        await raw.ensure_closed()

    async def _say(self, raw: Any, sql: str) -> None:
        await self._ask(raw, sql)

    async def _names(self, raw: Any, prefix: str) -> list[str]:
        return [name for (name,) in await self._ask(raw, "SHOW DATABASES") if name.startswith(prefix)]

    async def _ask(self, raw: Any, sql: str) -> list[Any]:
        cursor = raw.cursor()
        await cursor.execute(sql)
        return list(await cursor.fetchall() or ())

    async def _look(self, raw: Any) -> tuple[Any, bool]:
        shape = await self._ask(raw, _MARIADB_SHAPE)
        return shape, bool(await self._filled(raw))

    async def _filled(self, raw: Any) -> list[str]:
        """The tables that have rows, in one question."""
        names = [name for (name,) in await self._ask(raw, _MARIADB_TABLES)]
        asked = [f"(SELECT '{name}' FROM `{name}` LIMIT 1)" for name in names]  # noqa: S608 - from the catalogue
        return [name for (name,) in await self._ask(raw, " UNION ALL ".join(asked))] if asked else []

    async def _empty(self, raw: Any, shape: Any) -> bool:
        if await self._ask(raw, _MARIADB_SHAPE) != shape:
            return False
        gone = [
            f"TRUNCATE `{name}`" if name in _APPEND_ONLY else f"DELETE FROM `{name}`"  # noqa: S608 - likewise
            for name in await self._filled(raw)
        ]
        await self._say(raw, "; ".join(["SET foreign_key_checks = 0", *gone]))
        return True


SERVERS: Final[dict[str, Server]] = {"postgresql": PostgreSQLServer(), "mariadb": MariaDBServer()}
