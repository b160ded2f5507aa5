"""Asking MariaDB how it carries out statements that were heard.

What lives here: the connection. What must not: judging plans (`plan.py`). Everything is undone.
"""

import asyncio
import json
import re
from typing import Any, Final

from backwright.engine import parse

from backwright_workbench.verify.checks.database import plan
from backwright_workbench.verify.checks.database.plan import Plan, Trouble
from backwright_workbench.verify.stand.statements import Statement

_LINE: Final = re.compile(r'^(\s*"[^"]+": ")(.*)(",?)$', re.M)


def _escaped(line: re.Match[str]) -> str:
    """MariaDB quotes names within its texts as the session does, and forgets what that is in JSON."""
    return line[1] + line[2].replace("\\", "").replace('"', '\\"') + line[3]


class MariaDB:
    """One connection to the database of a stand."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._raw = self._do(self._connected(url))
        self.columns: dict[str, list[str]] = {}
        asked = (
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = database()"
        )
        for table, column in self._do(self._ask(asked)):
            self.columns.setdefault(table, []).append(column)

    async def _connected(self, url: str) -> Any:
        from backwright.mariadb_connection import open_raw  # here, because its driver is an extra

        return await open_raw(parse(url))

    def _do(self, asked: Any) -> Any:
        return self._loop.run_until_complete(asked)

    async def _ask(self, sql: str) -> list[Any]:
        async with self._raw.cursor() as cursor:
            await cursor.execute(sql)
            return list(await cursor.fetchall())

    def close(self) -> None:
        """Let the connection go."""
        self._do(self._raw.ensure_closed())
        self._loop.close()

    def counts(self) -> dict[str, int]:
        """Rows of each table, as the engine counts them."""
        asked = "SELECT table_name, table_rows FROM information_schema.tables WHERE table_schema = database()"
        return {name: int(rows or 0) for name, rows in self._do(self._ask(asked))}

    def plan(self, statement: Statement) -> Plan | None:
        """How it is carried out; `None` for what has no plan."""
        found: Plan | None = self._do(self._undone(statement.sql))
        return found

    def with_index(self, statement: Statement, trouble: Trouble) -> tuple[Plan, int] | None:
        """Nothing is tried out: MariaDB cannot undo it."""
        return None

    async def _undone(self, sql: str) -> Plan | None:
        from asyncmy import errors

        try:
            ((told,),) = await self._ask(f"ANALYZE FORMAT=JSON {sql}")
        except (errors.MySQLError, ValueError):
            return None
        finally:
            await self._raw.rollback()
        root = json.loads(_LINE.sub(_escaped, told))
        block = root.get("query_block", {})
        return Plan(float(block.get("r_total_time_ms") or 0), 0, told, troubles=plan.mariadb(block))
