"""SQLAlchemy over PostgreSQL connections that we own.

What lives here: the dialect that statements are compiled with, and the engine for ORM sessions. What must
not: when a transaction begins and ends (`postgresql.py`).
"""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Executable, Float, Numeric
from sqlalchemy.dialects.postgresql.asyncpg import (
    AsyncAdapt_asyncpg_connection,
    AsyncpgFloat,
    AsyncpgNumeric,
    PGDialect_asyncpg,
)
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache

from backwright.borrowed import Borrowed, engine_over
from backwright.database_errors import unreachable

NUMERIC_OID: Final = 1700
FLOAT_OID: Final = 701
COMPILED: Final = 500
"""Statements of ORM sessions that are kept compiled, for all connections together."""


class _Number(AsyncpgNumeric):
    """An exact number, whose column type is known without asking the server."""

    def result_processor(self, dialect: Any, coltype: Any) -> Any:
        """The conversion of a result."""
        return super().result_processor(dialect, coltype or NUMERIC_OID)  # type: ignore[no-untyped-call]


class _Float(AsyncpgFloat):
    """A float, likewise."""

    def result_processor(self, dialect: Any, coltype: Any) -> Any:
        """The conversion of a result."""
        return super().result_processor(dialect, coltype or FLOAT_OID)  # type: ignore[no-untyped-call]


class Dialect(Borrowed, PGDialect_asyncpg):
    """The SQLAlchemy dialect for connections that we own: transactions are left to `Work`.

    What SQLAlchemy would ask a server at the first connection stands here, because statements are compiled
    before there is one: the newest SQL that PostgreSQL 13 understands.
    """

    supports_statement_cache = True
    server_version_info = (13,)
    default_schema_name = "public"
    supports_native_json_deserialization = False
    """JSON comes as text: SQLAlchemy makes values of it for business code, and what goes out stays text."""
    supports_virtual_generated_columns = False
    _supports_jsonb_subscripting = False
    _backslash_escapes = False

    colspecs = {**PGDialect_asyncpg.colspecs, Numeric: _Number, Float: _Float}


class _Adapted(AsyncAdapt_asyncpg_connection):
    """SQLAlchemy's face of a connection; it begins no transaction, as one is open already."""

    __slots__ = ()

    async def _start_transaction(self) -> None:
        """Nothing."""

    def _handle_exception(self, error: Exception) -> Any:
        """A connection that does not answer is our `Unavailable`, unlike other time limits of business code."""
        if isinstance(error, (TimeoutError, OSError)):
            raise unreachable() from error
        super()._handle_exception(error)


def engine(
    dialect: Any,
    raw: Any,
    seen: Callable[[Executable], None],
    cache: LRUCache[Any, Any],
    *,
    prepared: bool,
) -> AsyncEngine:
    """A SQLAlchemy engine over one connection. What it has compiled is shown to `seen` before it runs."""
    names: dict[str, Any] = {} if prepared else {"prepared_statement_name_func": str}
    adapted: Any = _Adapted(  # type: ignore[no-untyped-call]
        dialect.dbapi, raw, prepared_statement_cache_size=100 if prepared else 0, **names
    )
    return engine_over(adapted, dialect, "postgresql+asyncpg://", seen, cache)
