"""SQLAlchemy over MariaDB connections.

What lives here: the dialect that statements are compiled with, the one of migrations, and the engine for ORM
sessions. What must not: the SQL itself (`mariadb_sql.py`), when a transaction begins and ends (`mariadb.py`).
"""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Executable
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.mysql.asyncmy import AsyncAdapt_asyncmy_connection, MySQLDialect_asyncmy
from sqlalchemy.dialects.mysql.mariadb import MariaDBDialect
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache

from backwright.borrowed import Borrowed, engine_over
from backwright.mariadb_sql import Compiler, DDLCompiler, TypeCompiler

COMPILED: Final = 500
"""Statements of ORM sessions that are kept compiled, for all connections together."""

ADDRESS: Final = "mariadb+backwright://"
"""What SQLAlchemy knows `Migrating` by."""


class Migrating(MariaDBDialect, MySQLDialect_asyncmy):
    """The dialect with our words, on connections whose transactions are SQLAlchemy's: for migrations."""

    driver = "backwright"
    supports_statement_cache = True
    statement_compiler = Compiler
    ddl_compiler = DDLCompiler
    type_compiler_cls = TypeCompiler


registry.register("mariadb.backwright", __name__, "Migrating")


class Dialect(Borrowed, Migrating):
    """The dialect for connections that we own: transactions are left to `Work`.

    What SQLAlchemy would ask a server at the first connection stands here, because statements are compiled
    before there is one.
    """

    supports_statement_cache = True
    server_version_info = (10, 6)
    default_schema_name = None
    insert_returning = False
    """Of itself SQLAlchemy shall not ask for rows back; where a statement says so, it does."""


def engine(
    dialect: Any, raw: Any, seen: Callable[[Executable], None], cache: LRUCache[Any, Any]
) -> AsyncEngine:
    """A SQLAlchemy engine over one connection. What it has compiled is shown to `seen` before it runs."""
    adapted: Any = AsyncAdapt_asyncmy_connection(dialect.dbapi, raw)
    return engine_over(adapted, dialect, ADDRESS, seen, cache)
