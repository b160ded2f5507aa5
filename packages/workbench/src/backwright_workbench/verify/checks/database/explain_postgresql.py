"""Asking PostgreSQL how it carries out statements that were heard, with the values that were sent.

What lives here: the connection, and values from bytes. What must not: judging plans (`plan.py`).

A value goes back to the server in the very bytes that the backend sent, so nothing has to be understood of its
type. Everything is undone.
"""

import asyncio
import json
import math
import re
import struct
from collections.abc import Mapping, Sequence
from typing import Any, Final

from backwright_workbench.verify.checks.database import plan
from backwright_workbench.verify.checks.database.plan import Plan, Trouble
from backwright_workbench.verify.stand.statements import Statement
from backwright_workbench.verify.stand.wire import Value

EXPLAIN: Final = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
AGAIN: Final = 4
"""How often a statement is looked at again that took too long: the least counts, for others are at work, too."""

_COLUMNS: Final = (
    "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attnum > 0 AND NOT a.attisdropped "
    "AND c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, a.attnum"
)


_TELLING: Final = (
    "SET LOCAL client_min_messages = log; SET LOCAL log_statement_stats = on; "
    "SET LOCAL max_parallel_workers_per_gather = 0"
)


class PostgreSQL:
    """One connection to the database of a stand."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._raw = self._loop.run_until_complete(self._connected(url))
        self.columns: dict[str, list[str]] = {}
        for table, column in self._do(self._raw.fetch(_COLUMNS)):
            self.columns.setdefault(table, []).append(column)
        counted = self._do(self._raw.fetch("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r'"))
        self._counts = {name: max(0, int(rows)) for name, rows in counted if name in self.columns}

    async def _connected(self, url: str) -> Any:
        import asyncpg  # type: ignore[import-untyped]  # here, because it is an extra

        return await asyncpg.connect(url, timeout=10, statement_cache_size=0, server_settings={"jit": "off"})

    def _do(self, asked: Any) -> Any:
        return self._loop.run_until_complete(asked)

    def close(self) -> None:
        """Let the connection go."""
        self._do(self._raw.close())
        self._loop.close()

    def counts(self) -> dict[str, int]:
        """Rows of each table, as the planner counts them."""
        return self._counts

    def plan(self, statement: Statement) -> Plan | None:
        """How it is carried out; `None` for what has no plan."""
        found: Plan | None = self._do(self._undone(statement))
        return found

    def with_index(self, statement: Statement, trouble: Trouble) -> tuple[Plan, int] | None:
        """How it would be with an index on the columns of the trouble, and what that weighs in kB; `None`: no way."""
        columns = ", ".join(f'"{each}"' for each in trouble.columns)
        made = f'CREATE INDEX verify_advice ON "{trouble.table}" ({columns}); ANALYZE "{trouble.table}"'
        found: tuple[Plan, int] | None = self._do(self._advised(statement, made))
        return found

    async def _advised(self, statement: Statement, made: str) -> tuple[Plan, int] | None:
        transaction = self._raw.transaction()
        await transaction.start()
        try:
            await self._raw.execute(made)
            size = await self._raw.fetchval("SELECT (pg_relation_size('verify_advice') / 1024)::text")
            found = await self._carried_out(statement)
            told = size.decode() if isinstance(size, bytes) else size  # as it passes through
            return None if found is None or "verify_advice" not in found.text else (found, int(told))
        except self._errors():
            return None
        finally:
            await transaction.rollback()

    async def _undone(self, statement: Statement) -> Plan | None:
        transaction = self._raw.transaction()
        await transaction.start()
        try:
            found = await self._carried_out(statement)
            for _ in range(AGAIN):
                if found is None or not plan.slow(statement.sql, found.ms) or not _reads(statement):
                    break
                again = await self._carried_out(statement)
                found = again if again is not None and again.ms < found.ms else found
            if found is not None and plan.slow(statement.sql, found.ms) and _reads(statement):
                found.ms = min(found.ms, await self._processor_ms(statement))
            return found
        except self._errors():
            return None
        finally:
            await transaction.rollback()

    async def _processor_ms(self, statement: Statement) -> float:
        """The processor's time for a statement, which does not depend on what else the machine does; infinite where the
        server does not tell."""
        told: list[str] = []

        def hear(_: Any, message: Any) -> None:
            if message.message == "EXECUTE MESSAGE STATISTICS":
                told.append(str(message.detail))

        self._raw.add_log_listener(hear)
        try:
            async with self._raw.transaction():
                await self._raw.execute(_TELLING)
                await self._carried_out(statement)
                await asyncio.sleep(0)  # listeners are called by the loop
        except self._errors():
            return math.inf
        finally:
            self._raw.remove_log_listener(hear)
        found = re.search(r"([\d.]+) s user, ([\d.]+) s system", told[-1]) if told else None
        return math.inf if found is None else 1000 * (float(found[1]) + float(found[2]))

    def _errors(self) -> Any:
        import asyncpg

        return asyncpg.PostgresError, asyncpg.InterfaceError, ValueError

    async def _carried_out(self, statement: Statement) -> Plan | None:
        values = await self._values(statement) if statement.values else ()
        told = await self._raw.fetchval(EXPLAIN + statement.sql, *values)
        root = json.loads(told)[0]
        node = root["Plan"]
        return Plan(
            ms=float(root["Execution Time"]),
            rows=float(node["Actual Rows"]),
            text=json.dumps(root, indent=1),
            cost=float(node["Total Cost"]),
            troubles=plan.postgresql(node, self.columns),
        )

    async def _values(self, statement: Statement) -> list[Any]:
        """The values so that they go out as they came."""
        prepared = await self._raw.prepare(statement.sql)
        found = []
        for kind, value in zip(prepared.get_parameters(), statement.values or (), strict=True):
            element = kind.name.removesuffix("[]")
            await self._pass_through(element, kind.schema, is_binary=value.is_binary)
            found.append(_elements(value) if kind.kind == "array" else _one(value))
        return found

    async def _pass_through(self, name: str, schema: str, *, is_binary: bool) -> None:
        await self._raw.set_type_codec(
            _NAMES.get(name, name),
            schema=schema,
            encoder=lambda value: value,
            decoder=lambda value: value,
            format="binary" if is_binary else "text",
        )


_NAMES: Final[Mapping[str, str]] = {
    "smallint": "int2", "integer": "int4", "bigint": "int8", "real": "float4", "double precision": "float8",
    "character varying": "varchar", "character": "bpchar", "boolean": "bool",
    "timestamp with time zone": "timestamptz", "timestamp without time zone": "timestamp",
}  # fmt: skip


def _one(value: Value) -> bytes | str | None:
    return value.raw if value.is_binary or value.raw is None else value.raw.decode()


def _elements(value: Value) -> Sequence[bytes | None] | None:
    """The elements of an array as it is sent in binary (one dimension)."""
    if value.raw is None:
        return None
    (dimensions,) = struct.unpack_from("!i", value.raw)
    if not dimensions:
        return []
    (count,) = struct.unpack_from("!i", value.raw, 12)
    found: list[bytes | None] = []
    at = 20
    for _ in range(count):
        (length,) = struct.unpack_from("!i", value.raw, at)
        at += 4
        found.append(None if length < 0 else value.raw[at : at + length])
        at += max(length, 0)
    return found


def _reads(statement: Statement) -> bool:
    return statement.sql.lstrip()[:6].upper() in ("SELECT", "WITH (", "WITH R")
