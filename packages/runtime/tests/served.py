"""A little service in processes of its own, for the tests of serving, stopping and several workers."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
from services import free_port

__all__ = ["Served", "free_port", "in_background", "is_lost", "serving", "until", "write_service"]

SERVICE = '''
"""A service of one module, as the workbench would wire it."""

import asyncio
import multiprocessing
import os
from enum import StrEnum
from pathlib import Path

from backwright.accounts import Account, Accounts
from backwright.app import create_app as build
from backwright.guard import public
from backwright.settings import Settings


class Role(StrEnum):
    ADMIN = "admin"


class User(Account):
    __tablename__ = "users"


accounts = Accounts(User, roles=Role, admin=Role.ADMIN)


def create_app(settings=None):
    if multiprocessing.parent_process() and os.environ.get("BROKEN_WORKERS"):
        raise RuntimeError("what a worker needs is not there")
    app = build(settings or Settings(), title="Little", accounts=accounts)

    @app.get("/quick", dependencies=[public()])
    @app.post("/quick", dependencies=[public()])
    async def quick() -> dict[str, int]:
        return {"pid": os.getpid()}

    @app.get("/slow", dependencies=[public()])
    async def slow(seconds: float = 0.7) -> dict[str, int]:
        await asyncio.sleep(seconds)
        return {"pid": os.getpid()}

    @app.get("/held", dependencies=[public()])
    async def held() -> dict[str, int]:
        Path(f"held-{os.getpid()}").touch()
        while not Path("released").exists():
            await asyncio.sleep(0.01)
        return {"pid": os.getpid()}

    @app.get("/workers", dependencies=[public()])
    async def workers() -> dict[str, int]:
        return {"workers": app.state.runtime.settings.workers}

    return app
'''
COMMAND = """
import os

from backwright.commands import main
from backwright.entity import Entity
from backwright.settings import Settings
from sqlalchemy import create_engine

from little.main import create_app

if __name__ == "__main__":
    os.makedirs("var", exist_ok=True)
    Entity.metadata.create_all(create_engine("sqlite:///var/service.db"))
    main(create_app, Settings)
"""


class Served:
    """A process that serves, or the parent of those that do."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.folder = log.parent
        self._log = log
        self._asking = httpx2.Client(
            verify=False, timeout=60, limits=httpx2.Limits(max_keepalive_connections=0, max_connections=100)
        )
        self.address = f"http://127.0.0.1:{port}"

    def get(self, path: str) -> httpx2.Response:
        """An answer, over a connection of its own."""
        return self._asking.get(f"{self.address}{path}")

    def holders(self) -> set[int]:
        """The processes that have a request to `/held` under way: it is answered after `release`."""
        return {int(each.name.removeprefix("held-")) for each in self.folder.glob("held-*")}

    def release(self) -> None:
        """Let them answer."""
        (self.folder / "released").touch()

    def hold_again(self) -> None:
        """From now on, requests to `/held` are held again."""
        for each in (*self.folder.glob("held-*"), self.folder / "released"):
            each.unlink(missing_ok=True)

    def is_ready(self) -> bool:
        """What a load balancer asks."""
        try:
            return self._asking.get(f"{self.address}/health/ready").status_code == 200
        except httpx2.TransportError:
            return False

    def close(self) -> None:
        """End it at once, should it still be there, and stop asking."""
        self.process.kill()
        self.process.wait()
        self._asking.close()

    def output(self) -> str:
        """All that it has said so far."""
        return self._log.read_text()


def write_service(folder: Path) -> None:
    """Put the service into a folder, to be run from there."""
    (folder / "little").mkdir()
    (folder / "little" / "main.py").write_text(SERVICE)
    (folder / "little" / "__main__.py").write_text(COMMAND)


@contextmanager
def serving(folder: Path, *arguments: str, port: int | None = None, **environment: str) -> Iterator[Served]:
    """The service in a folder, started and ready; killed at the end, should it still be there."""
    if not (folder / "little").exists():
        write_service(folder)
    port = port or free_port()
    log = folder / f"{port}.log"
    given = {
        "ENVIRONMENT": "test",
        "TMPDIR": str(folder),
        "PYTHONPATH": str(folder),
        "REQUEST_TIMEOUT_S": "120",
    }
    given.update(environment)
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "little", "serve", "--port", str(port), *arguments],
            cwd=folder, env={**os.environ, **given}, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    served = Served(process, port, log)
    try:
        until(lambda: process.poll() is not None or served.is_ready())
        assert process.poll() is None, served.output()
        yield served
    finally:
        served.close()


def until(holds: Callable[[], object], seconds: float = 90) -> None:
    """Return when something has come to hold."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if holds():
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("it did not come to hold in time")


@contextmanager
def in_background(
    count: int,
) -> Iterator[Callable[[Callable[[], httpx2.Response]], "Future[httpx2.Response]"]]:
    """Threads for requests that take their time."""
    with ThreadPoolExecutor(count) as threads:
        yield threads.submit


def is_lost(answer: "Future[httpx2.Response]") -> bool:
    """Whether a request has come to nothing: broken off, or an error in the place of its answer."""
    return answer.exception() is not None or answer.result().status_code != 200
