"""The real servers that tests talk to: where they are, and what happens when one is not there.

On a developer's machine a missing server is a skip that says so. In continuous integration (`CI` is set) it is a
failure: a suite that quietly leaves out its servers proves nothing.
"""

import asyncio
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

import pytest
from backwright import testing_databases
from sqlalchemy.engine import make_url

REDIS = "redis://127.0.0.1:6379/0"


def missing(reason: str) -> NoReturn:
    """End a test whose server is not there."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason}; in continuous integration it must be there")
    pytest.skip(reason)


def engines() -> tuple[str, ...]:
    """The database engines that the suite runs on: in continuous integration all, unless it says which."""
    asked = os.environ.get("BACKWRIGHT_TEST_DATABASES")
    return testing_databases.ENGINES if os.environ.get("CI") and not asked else testing_databases.engines()


@cache
def postgresql() -> str:
    """The PostgreSQL server for tests."""
    url = make_url(testing_databases.server())
    try:
        socket.create_connection((url.host or "127.0.0.1", url.port or 5432), timeout=1).close()
    except OSError:
        missing(f"no PostgreSQL answers at {url.host}:{url.port or 5432}")
    return testing_databases.server()


@cache
def mariadb() -> str:
    """The MariaDB server for tests."""
    url = make_url(testing_databases.server("mariadb"))
    try:
        socket.create_connection((url.host or "127.0.0.1", url.port or 3306), timeout=1).close()
    except OSError:
        missing(f"no MariaDB answers at {url.host}:{url.port or 3306}")
    return testing_databases.server("mariadb")


@contextmanager
def redis_prefix() -> Iterator[str]:
    """A name for a service whose keys in the shared Redis nobody else uses; they are removed at the end."""
    service = f"test-{uuid4().hex[:12]}"
    try:
        talk = socket.create_connection(("127.0.0.1", 6379), timeout=1)
    except OSError:
        missing("no Redis answers at 127.0.0.1:6379")
    with talk:
        yield service
        _remove_keys(talk, f"bw:{service}:*")


def _remove_keys(talk: socket.socket, pattern: str) -> None:
    script = "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end return 1"
    parts = ["EVAL", script, "0", pattern]
    talk.sendall("".join([f"*{len(parts)}\r\n", *(f"${len(each)}\r\n{each}\r\n" for each in parts)]).encode())
    assert talk.recv(100) == b":1\r\n"


class RedisServer:
    """A Redis of one test's own, which may be stopped, killed and started again. It stores nothing on disk."""

    def __init__(self, *options: str) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = tempfile.mkdtemp(prefix="redis-")
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, empty."""
        program = shutil.which("redis-server") or missing("redis-server is not installed")
        nothing = ["--save", "", "--appendonly", "no", "--dir", self._folder, "--bind", "127.0.0.1"]
        command = [program, "--port", str(self.port), *nothing, *self._options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port)

    def kill(self) -> None:
        """End it at once, as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Let it hang: connections stay open, nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on where it was."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def remove(self) -> None:
        """End it and what it left."""
        self.kill()
        shutil.rmtree(Path(self._folder), ignore_errors=True)


@contextmanager
def redis_server(*options: str) -> Iterator[RedisServer]:
    """A started `RedisServer`."""
    server = RedisServer(*options)
    try:
        server.start()
        yield server
    finally:
        server.remove()


PATIENT = 60.0
"""Seconds after which a test gives up what has not come to be: far more than a loaded machine needs."""

HANGS = 0.5
"""The timeout of a client whose Redis a test lets hang; a server that is only kept waiting answers sooner."""


async def until(condition: Callable[[], bool], seconds: float = PATIENT) -> None:
    """Return when something has become true; raises `TimeoutError` if it does not."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


def free_port() -> int:
    """A port that nobody listens on.

    It lies below those that the system gives by itself, so no other connection takes it before its server does.
    """
    choose = random.SystemRandom()  # the shared one may be seeded, and then two processes choose alike
    while True:
        port = choose.randrange(15_000, 32_000)
        with socket.socket() as found, suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port


def wait_for_port(port: int, seconds: float = PATIENT) -> None:
    """Return when somebody listens."""
    until = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except ConnectionError:
            assert time.monotonic() < until, f"nobody listens on {port}"
            time.sleep(0.02)
