"""A MariaDB server of a test's own, which may be killed and started again."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import services

_PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


class MariaServer:
    """Its data in a temporary folder. It runs as an unprivileged user, as MariaDB wants it."""

    def __init__(self) -> None:
        self.port = services.free_port()
        self.url = f"mariadb://tester@127.0.0.1:{self.port}/shop"
        self._user = "nobody" if os.geteuid() == 0 else None
        self._server, install = _program("mariadbd"), _program("mariadb-install-db")
        self._folder = Path(tempfile.mkdtemp(prefix="mariadb-"))
        self._process: subprocess.Popen[bytes] | None = None
        if self._user:
            shutil.chown(self._folder, self._user)
        made = subprocess.run(
            [install, "--no-defaults", f"--datadir={self._folder / 'data'}", "--skip-test-db"],
            capture_output=True, cwd=self._folder, user=self._user,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr.decode()
        (self._folder / "first.sql").write_text(
            "CREATE DATABASE IF NOT EXISTS shop;\n"
            "CREATE USER IF NOT EXISTS tester@localhost;\n"
            "GRANT ALL ON *.* TO tester@localhost WITH GRANT OPTION;\n"
        )

    def start(self) -> None:
        """Start it, with what it had stored."""
        options = {
            "datadir": self._folder / "data", "port": self.port, "bind-address": "127.0.0.1",
            "socket": self._folder / "socket", "pid-file": self._folder / "pid",
            "init-file": self._folder / "first.sql", "log-error": self._folder / "log",
        }  # fmt: skip
        given = [f"--{name}={value}" for name, value in options.items()]
        self._process = subprocess.Popen(
            [self._server, "--no-defaults", *given],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self._folder, user=self._user,
        )  # fmt: skip
        services.wait_for_port(self.port, 60)

    def kill(self) -> None:
        """`kill -9`, as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        """End it and what it left."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


def _program(name: str) -> str:
    return shutil.which(name, path=_PLACES) or services.missing(f"MariaDB's {name} is not installed")


@contextmanager
def mariadb_server() -> Iterator[MariaServer]:
    """A started `MariaServer`."""
    server = MariaServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()
