"""The password of the database is replaced while the service works, and nobody who asks it notices."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from backwright import pool
from backwright.database import Database
from backwright.errors import Error, Unavailable
from backwright.server_password import ServerPassword
from password_servers import NEW, OLD, Server, mariadb, postgresql, server, service, settings
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url

__all__ = ["mariadb", "postgresql", "server", "service", "settings"]  # fixtures


async def under_load(
    database: Database, meanwhile: Callable[[], "asyncio.Future[None]"]
) -> list[int | Error]:
    """What eight callers got who ask again and again, from before until after something happens."""
    ask = database.prepare(text("SELECT 1"))
    found: list[int | Error] = []
    stop = False

    async def call() -> None:
        while not stop:
            try:
                [(one,)] = await database.fetch(ask)
                found.append(one)
            except Error as error:
                found.append(error)
            await asyncio.sleep(0)

    callers = [asyncio.create_task(call()) for _ in range(8)]
    await asyncio.sleep(0.3)
    await meanwhile()
    await asyncio.sleep(0.7)
    stop = True
    await asyncio.gather(*callers)
    return found


async def test_no_request_fails_when_the_password_is_replaced_under_load(
    server: Server, service: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connections are replaced every 20 milliseconds here, so that hundreds are made with either password."""
    monkeypatch.setattr(pool, "MAX_AGE", 0.02)

    async def replace() -> None:
        (tmp_path / "url").write_text(server.address(NEW))
        await server.replace(NEW)

    found = await under_load(service, lambda: asyncio.ensure_future(replace()))
    assert set(found) == {1}
    assert len(found) > 100
    assert service.engine.url.password == NEW  # type: ignore[attr-defined]
    await service.ping()


async def test_connections_that_are_open_outlive_the_old_password(
    server: Server, service: Database, tmp_path: Path
) -> None:
    """Whoever replaces it first and tells the service later loses nothing but new connections until then."""
    found = await under_load(service, lambda: asyncio.ensure_future(server.replace(NEW)))
    assert set(found) == {1}
    with pytest.raises(Unavailable):
        await service.ping()
    (tmp_path / "url").write_text(server.address(NEW))
    await asyncio.sleep(2.1)  # it has just asked in vain
    await service.ping()


async def test_a_bad_reading_changes_nothing(
    server: Server, service: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The file is empty, or names another kind of database; no password is logged."""
    await server.replace(NEW)
    for content in ("", "oracle://app:hunter2@db/app"):
        (tmp_path / "url").write_text(content)
        with pytest.raises(Unavailable) as refused:
            await service.ping()
        assert OLD not in str(refused.value)
        service.engine.password._not_before = 0  # type: ignore[attr-defined]
    assert service.engine.url.password == OLD  # type: ignore[attr-defined]
    assert "cannot be read again" in caplog.text
    for secret in (OLD, NEW, "hunter2"):
        assert secret not in caplog.text


async def test_only_user_and_password_are_taken(server: Server, service: Database, tmp_path: Path) -> None:
    """A service does not move to another database while it runs."""
    await server.replace(NEW)
    other = make_url(server.address(NEW)).set(host="192.0.2.1", database="elsewhere")
    (tmp_path / "url").write_text(other.render_as_string(hide_password=False))
    await service.ping()
    assert service.engine.url == make_url(server.address(NEW)).set(drivername=service.url.drivername)  # type: ignore[attr-defined]


async def test_many_refusals_cause_one_reading() -> None:
    """And none for a while where it tells nothing new."""
    read = 0
    first = URL.create("postgresql", "app", OLD, "db")

    async def look() -> URL:
        nonlocal read
        read += 1
        await asyncio.sleep(0.01)
        return first.set(password=NEW)

    async def connect(url: URL) -> str:
        await asyncio.sleep(0)
        if url.password == OLD:
            raise PermissionError
        return str(url.password)

    def refused(error: BaseException) -> bool:
        return isinstance(error, PermissionError)

    password = ServerPassword(first, look)
    assert set(await asyncio.gather(*(password.connected(connect, refused) for _ in range(20)))) == {NEW}
    assert read == 1

    same = ServerPassword(first, lambda: asyncio.sleep(0, first))
    for _ in range(3):
        with pytest.raises(PermissionError):
            await same.connected(connect, refused)
    assert same._not_before > 0


async def test_what_is_no_refusal_is_not_asked_about() -> None:
    """A server that is down has nothing against the password."""

    async def connect(url: URL) -> None:
        raise OSError

    async def look() -> URL:
        raise AssertionError("nobody asks")

    with pytest.raises(OSError):  # noqa: PT011 - the one above
        await ServerPassword(URL.create("postgresql"), look).connected(connect, lambda error: False)
