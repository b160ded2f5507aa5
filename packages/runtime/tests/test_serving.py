"""A service starts on an address that is free and stops without losing a request."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from backwright.serving import ServerError, listen

SERVICE = '''
"""A service of one module, as the workbench would wire it."""

import asyncio
import os
from enum import StrEnum

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
    app = build(settings or Settings(), title="Little", accounts=accounts)

    @app.get("/slow", dependencies=[public()])
    async def slow() -> dict[str, int]:
        await asyncio.sleep(0.7)
        return {"pid": os.getpid()}

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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(
    tmp_path: Path, *arguments: str, **environment: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    (tmp_path / "little").mkdir()
    (tmp_path / "little" / "main.py").write_text(SERVICE)
    (tmp_path / "little" / "__main__.py").write_text(COMMAND)
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "little", "serve", "--port", str(port), *arguments],
        cwd=tmp_path,
        env={**os.environ, "ENVIRONMENT": "test", "PYTHONPATH": str(tmp_path), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: process.poll() is not None or httpx2.get(f"{address}/health/ready").status_code == 200)
        assert process.poll() is None, process.communicate()
        yield process, address
    finally:
        process.kill()
        process.communicate()


def until(holds: Any, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if holds():
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("it did not come to hold in time")


@pytest.mark.slow
def test_a_stop_lets_requests_finish_and_ends_with_zero(tmp_path: Path) -> None:
    """Not ready at once, still serving while it drains, exit 0; the log is complete."""
    with serving(tmp_path, DRAIN_S="1") as (process, address):
        answers: list[int] = []
        asking = threading.Thread(target=lambda: answers.append(httpx2.get(f"{address}/slow").status_code))
        asking.start()
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        until(lambda: httpx2.get(f"{address}/health/ready").status_code == 503, seconds=1)
        assert httpx2.get(f"{address}/health/live").status_code == 200
        asking.join()
        assert process.wait(timeout=20) == 0
        output = process.stdout.read() if process.stdout else ""
    assert answers == [200]
    assert '"event":"started"' in output
    assert '"event":"stopped"' in output
    assert '"route":"/slow"' in output


@pytest.mark.slow
def test_a_request_in_flight_survives_a_stop_without_drain(tmp_path: Path) -> None:
    """Also when the address is closed at once."""
    with serving(tmp_path) as (process, address):
        answers: list[int] = []
        asking = threading.Thread(target=lambda: answers.append(httpx2.get(f"{address}/slow").status_code))
        asking.start()
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        asking.join()
        assert process.wait(timeout=20) == 0
    assert answers == [200]


@pytest.mark.slow
def test_several_processes_share_address_and_counts(tmp_path: Path) -> None:
    """Metrics are the sum, and a stop ends all of them."""
    environment = {"RATE_LIMIT_STORE": "database", "RATE_LIMIT": "1000/minute"}
    with serving(tmp_path, "--workers", "2", **environment) as (process, address):
        found = set()

        def both() -> bool:
            threads = [
                threading.Thread(target=lambda: found.add(httpx2.get(f"{address}/slow").json()["pid"]))
                for _ in range(6)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return len(found) == 2

        until(both)
        page = httpx2.get(f"{address}/metrics").text
        (count,) = [
            line for line in page.splitlines() if line.startswith("http_requests_total") and "/slow" in line
        ]
        assert float(count.split()[-1]) % 6 == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_a_taken_port_is_one_clear_sentence() -> None:
    """With what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(
            ServerError, match=r"Address already in use\. End what listens there, or choose --port"
        ):
            listen("127.0.0.1", taken.getsockname()[1])
