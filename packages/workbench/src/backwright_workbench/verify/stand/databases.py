"""Throw-away databases for a stand: on the engine that the service is meant for if its server is named, else SQLite.

`BACKWRIGHT_TEST_POSTGRESQL` and `BACKWRIGHT_TEST_MARIADB` name a server and a database on it from which others may
be made; they are the same as for a service's own suite. What must not live here: tables and rows.
"""

import os
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

from backwright.testing_servers import SERVERS, Server
from sqlalchemy.engine import make_url

from backwright_workbench.verify.keeper import Keeper

EMBEDDED = "sqlite"


def available(engine: str) -> str:
    """The engine to use: the one that is wanted if the environment names a server of it, else SQLite."""
    server = SERVERS.get(engine)
    return engine if server is not None and os.environ.get(server.variable) else EMBEDDED


def naming(engine: str) -> str:
    """How an engine is named in the environment, as a next step; nothing for SQLite, which is always there."""
    server = SERVERS.get(engine)
    return "" if server is None else f"name a server in the environment: {server.variable}={server.default}"


class Databases:
    """Makes databases on one engine. The keeper drops them, whatever happens here."""

    def __init__(self, engine: str, folder: Path, keeper: Keeper) -> None:
        self.engine = engine
        self._folder = folder
        self._numbers = count(1)
        self._server: Server | None = None
        if engine in SERVERS:
            self._server = type(SERVERS[engine])(keeper.prefix)
            keeper.databases(engine)

    def create(self) -> str:
        """The URL of a new one without tables."""
        return self._server.create() if self._server is not None else self._file()

    def copy(self, url: str) -> str:
        """The URL of a new one with the tables and rows of that one, which nobody uses meanwhile."""
        if self._server is not None:
            return self._server.copy(url)
        copied = self._file()
        with (
            closing(sqlite3.connect(str(make_url(url).database))) as source,
            closing(sqlite3.connect(str(make_url(copied).database))) as target,
        ):
            source.backup(target)
        return copied

    def _file(self) -> str:
        place = self._folder / f"database-{next(self._numbers)}"
        place.mkdir()
        return f"sqlite:///{place / 'service.db'}"
