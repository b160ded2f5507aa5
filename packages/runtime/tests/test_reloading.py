"""Secrets are read again when a service is told to; what is bad changes nothing."""

import logging
import signal
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from backwright.app import make_runtime
from backwright.reloading import reload
from backwright.runtime import Runtime
from backwright.settings import Settings
from password_servers import NEW, OLD, Server, mariadb, postgresql, server, settings
from served import Served, serving, until
from sqlalchemy import text

__all__ = ["mariadb", "postgresql", "server", "settings"]  # fixtures


@pytest.fixture
async def runtime(settings: Settings) -> AsyncGenerator[Runtime, None]:
    """The parts of a service that reads the address of its database from the file `url`."""
    found = make_runtime(settings)
    await found.database.connect()
    yield found
    await found.database.close()


def password(runtime: Runtime) -> str:
    return str(runtime.database.engine.url.password)  # type: ignore[attr-defined]


async def entries(runtime: Runtime) -> int:
    ask = runtime.database.prepare(text("SELECT count(*) FROM audit_log WHERE action = 'reload'"))
    [(count,)] = await runtime.database.fetch(ask)
    return int(count)


async def test_a_new_password_is_taken_over_before_anybody_needs_it(
    server: Server, runtime: Runtime, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """And the audit log says so, without the password."""
    before = await entries(runtime)
    await server.replace(NEW)
    (tmp_path / "url").write_text(server.address(NEW))
    with caplog.at_level(logging.INFO):
        await reload(runtime)
    assert password(runtime) == NEW
    assert await entries(runtime) == before + 1
    assert "the settings were read again" in caplog.text
    assert NEW not in caplog.text


async def test_a_password_that_the_server_does_not_take_changes_nothing(
    server: Server, runtime: Runtime, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The service goes on with the one that works."""
    (tmp_path / "url").write_text(server.address("not the one"))
    await reload(runtime)
    assert password(runtime) == OLD
    assert "the database refuses the new password; the old one stays" in caplog.text
    await runtime.database.ping()


async def test_settings_that_cannot_be_read_change_nothing(
    server: Server, runtime: Runtime, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names them."""
    (tmp_path / "url").unlink()
    await reload(runtime)
    assert password(runtime) == OLD
    [record] = [each for each in caplog.records if each.name == "backwright.reloading"]
    assert record.message == "the settings cannot be read again; the old ones stay"
    assert record.settings == ["DATABASE_URL"]  # type: ignore[attr-defined]


async def test_what_needs_a_restart_is_said(
    server: Server, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And nothing else is, such as a secret that is made anew each time."""
    monkeypatch.setenv("RATE_LIMIT", "7/minute")
    with caplog.at_level(logging.INFO):
        await reload(runtime)
    [record] = [each for each in caplog.records if each.name == "backwright.reloading"]
    assert record.needs_a_restart == ["RATE_LIMIT"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_signal_does_it_in_every_process(tmp_path: Path, workers: str) -> None:
    """SIGHUP; the processes go on serving."""
    with serving(tmp_path, "--workers", workers, RATE_LIMIT_STORE="database") as served:
        before = pids(served, int(workers))
        served.process.send_signal(signal.SIGHUP)
        until(lambda: served.output().count("the settings were read again") == int(workers))
        assert pids(served, int(workers)) == before


def pids(served: Served, count: int) -> set[int]:
    """The processes that answer."""
    found: set[int] = set()

    def look() -> bool:
        found.add(served.get("/quick").json()["pid"])
        return len(found) == count

    until(look)
    return found
