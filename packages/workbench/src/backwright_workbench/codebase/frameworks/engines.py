"""Where connections to databases are made, and whether they come from a pool.

What lives here: the calls that connect. What must not: what is asked over them.
"""

import re

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Standing
from backwright_workbench.codebase.facts.data import Engine

CALLS: dict[str, tuple[str, bool | None]] = {
    "sqlalchemy.create_engine": ("sqlalchemy", True),
    "sqlalchemy.ext.asyncio.create_async_engine": ("sqlalchemy", True),
    "sqlalchemy.engine_from_config": ("sqlalchemy", True),
    "sqlalchemy.ext.asyncio.async_engine_from_config": ("sqlalchemy", True),
    "sqlalchemy.create_pool_from_url": ("sqlalchemy", True),
    "sqlmodel.create_engine": ("sqlalchemy", True),
    "flask_sqlalchemy.SQLAlchemy": ("sqlalchemy", True),
    "sqlite3.connect": ("sqlite3", False),
    "aiosqlite.connect": ("aiosqlite", False),
    "psycopg2.connect": ("psycopg2", False),
    "psycopg.connect": ("psycopg", False),
    "psycopg.Connection.connect": ("psycopg", False),
    "psycopg.AsyncConnection.connect": ("psycopg", False),
    "psycopg2.pool.SimpleConnectionPool": ("psycopg2", True),
    "psycopg2.pool.ThreadedConnectionPool": ("psycopg2", True),
    "psycopg_pool.ConnectionPool": ("psycopg", True),
    "psycopg_pool.AsyncConnectionPool": ("psycopg", True),
    "asyncpg.connect": ("asyncpg", False),
    "asyncpg.create_pool": ("asyncpg", True),
    "pymysql.connect": ("pymysql", False),
    "pymysql.Connection": ("pymysql", False),
    "MySQLdb.connect": ("mysqlclient", False),
    "mysql.connector.connect": ("mysql-connector", False),
    "mysql.connector.pooling.MySQLConnectionPool": ("mysql-connector", True),
    "aiomysql.connect": ("aiomysql", False),
    "aiomysql.create_pool": ("aiomysql", True),
    "aiopg.connect": ("aiopg", False),
    "aiopg.create_pool": ("aiopg", True),
    "pyodbc.connect": ("pyodbc", False),
    "pymssql.connect": ("pymssql", False),
    "cx_Oracle.connect": ("oracle", False),
    "oracledb.connect": ("oracle", False),
    "databases.Database": ("databases", True),
    "pymongo.MongoClient": ("pymongo", True),
    "pymongo.AsyncMongoClient": ("pymongo", True),
    "motor.motor_asyncio.AsyncIOMotorClient": ("motor", True),
    "flask_pymongo.PyMongo": ("pymongo", True),
    "mongoengine.connect": ("mongoengine", True),
    "peewee.SqliteDatabase": ("peewee", False),
    "peewee.PostgresqlDatabase": ("peewee", False),
    "peewee.MySQLDatabase": ("peewee", False),
    "playhouse.pool.PooledPostgresqlDatabase": ("peewee", True),
    "playhouse.pool.PooledMySQLDatabase": ("peewee", True),
    "playhouse.pool.PooledSqliteDatabase": ("peewee", True),
    "tortoise.Tortoise.init": ("tortoise", True),
    "flask_mysqldb.MySQL": ("mysqlclient", None),
}
ASYNC = ("motor", "databases", "tortoise")
MAKERS = {each.rpartition(".")[2]: each for each in CALLS if each.startswith("sqlalchemy.")}
CREDENTIALS = re.compile(r"//[^/@]*@")


def read(app: Application) -> None:
    """Fills `app.engines`."""
    for each in app.nodes(s.Call):
        known = each.node.refers
        if known.startswith(("sqlalchemy.", "sqlmodel.")):
            known = MAKERS.get(each.node.name, known)
        if known in CALLS:
            app.engines.append(_engine(each, *CALLS[known]))
        elif known:
            owner = app.project.classes.get(known)
            if owner is not None and app.project.inherits(owner, "flask_sqlalchemy.SQLAlchemy"):
                app.engines.append(_engine(each, "sqlalchemy", True))
    for setting in app.settings:
        if setting.name == "DATABASES" and isinstance(setting.value, s.Pairs):
            options = {
                key: s.constant(value) for key, value in _pairs(setting.value) if key == "CONN_MAX_AGE"
            }
            app.engines.append(Engine("django", setting.place, None, bool(options) or None, dict(options)))


def _pairs(node: s.Pairs) -> list[tuple[str, s.Expression]]:
    found = []
    for each in s.walk(node):
        if isinstance(each, s.Pairs):
            for key, value in zip(each.keys, each.values, strict=False):
                text = s.text_of(key)
                if text:
                    found.append((text, value))
    return found


def _engine(each: Standing[s.Call], library: str, pooled: bool | None) -> Engine:
    call = each.node
    options = {
        word.name: word.value.value
        for word in call.keywords
        if word.name and isinstance(word.value, s.Literal)
    }
    pool = call.keyword("poolclass")
    if pool is not None:
        options["poolclass"] = s.last_name(pool)
        pooled = pooled and s.last_name(pool) != "NullPool"
    url = s.text_of(call.argument(0, "url")) or ""
    is_async = (
        "async" in call.refers.lower()
        or library.startswith("aio")
        or library in ("motor", "databases", "tortoise")
    )
    return Engine(library, each.place, each.function, pooled, options, is_async, CREDENTIALS.sub("//", url))
