"""Databases for tests: made once from a template, lent to a test, empty again for the next one.

What lives here: which engines a suite runs on, and where their databases come from. What must not:
applications (`testing_kits.py`).

`BACKWRIGHT_TEST_DATABASES` names the engines (`sqlite,postgresql,mariadb`; the first is the one that a service's
own suite uses), `BACKWRIGHT_TEST_POSTGRESQL` and `BACKWRIGHT_TEST_MARIADB` a server and a database on it from which
others may be made. On SQLite each test gets a copy of a file. On a server (`testing_servers.py`), where making a
database takes a third of a second, a test gets one that another test has given back: its rows are removed, and one
whose tables have changed is made anew.
"""

import atexit
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from backwright.testing_servers import SERVERS, Server

ENGINES: Final = ("sqlite", *SERVERS)
_IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a directory of random name is made in it
"""Where syncing a file costs nothing, on systems that have it."""


def engines() -> tuple[str, ...]:
    """The engines that suites run on. Raises `ValueError` for one that there is not."""
    found = tuple(os.environ.get("BACKWRIGHT_TEST_DATABASES", ENGINES[0]).split(","))
    for each in found:
        if each not in ENGINES:
            raise ValueError(f"BACKWRIGHT_TEST_DATABASES names {each!r}; there are {', '.join(ENGINES)}")
    return found


def server(engine: str = "postgresql") -> str:
    """The server for tests, and a database on it."""
    return SERVERS[engine].address()


def place() -> str | None:
    """The parent of temporary directories; none: the system's own."""
    return str(_IN_MEMORY) if _IN_MEMORY.is_dir() else None


class Template:
    """A database that others are copies of. `make` is called once, with the URL of an empty one, to fill it."""

    def __init__(self, engine: str, make: Callable[[str], None]) -> None:
        self._server: Server | None = SERVERS.get(engine)
        self._free: list[str] = []
        if self._server is not None:
            self.url = self._server.create()
        else:
            folder = Path(tempfile.mkdtemp(dir=place()))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            self.url = f"sqlite:///{folder / 'template.db'}"
        make(self.url)
        if self._server is not None:
            self._shape, self._filled = self._server.look(self.url)
        else:
            _fold(str(make_url(self.url).database))

    def lend(self, folder: Path, name: str = "service.db") -> str:
        """The URL of a copy for one test. On SQLite it is a file of this name in `folder`."""
        if self._server is None:
            shutil.copyfile(str(make_url(self.url).database), folder / name)
            return f"sqlite:///{folder / name}"
        while self._free:
            url = self._free.pop()
            if not self._filled and self._server.empty(url, self._shape):
                return url
            self._server.drop(url)
        return self._server.copy(self.url)

    def give_back(self, url: str) -> None:
        """Say that a test is done with its copy."""
        if self._server is not None:
            self._free.append(url)


def _fold(database: str) -> None:
    """Bring everything into the one file that is copied: the last writes may stand in the log beside it."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
