"""PostgreSQL over TLS: a server is believed by its certificate or not at all."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from backwright.database import Database
from backwright.errors import Unavailable
from backwright.migration_connections import run
from backwright.revisions import MigrationError
from certificates import Authority
from postgresql_server import PostgresServer
from sqlalchemy import literal_column, select, text

IN_USE = select(literal_column("ssl")).select_from(text("pg_stat_ssl")).where(text("pid = pg_backend_pid()"))


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Who has signed the server's certificate."""
    return Authority("the right one")


@pytest.fixture(scope="module")
def server(authority: Authority) -> Iterator[PostgresServer]:
    """A cluster with `ssl=on`."""
    started = PostgresServer(ssl="on", ssl_cert_file="../server.pem", ssl_key_file="../server.key")
    certificate, key = authority.issue("127.0.0.1")
    started.place("server.pem", certificate)
    started.place("server.key", key)
    try:
        started.start()
        yield started
    finally:
        started.remove()


def address(server: PostgresServer, authority: Authority, folder: Path, host: str = "127.0.0.1") -> str:
    """The URL of the server for somebody who believes this authority alone."""
    path = folder / "authority.pem"
    path.write_bytes(authority.certificate)
    return f"postgresql://tester@{host}:{server.port}/postgres?sslmode=verify-full&sslrootcert={path}"


async def test_a_server_with_the_right_certificate_is_believed(
    server: PostgresServer, authority: Authority, tmp_path: Path
) -> None:
    """For requests, for the question whether it lives, and for migrations."""
    url = address(server, authority, tmp_path)
    database = Database(url)
    await database.connect()
    assert [tuple(row) for row in await database.fetch(database.prepare(IN_USE))] == [(True,)]
    await database.ping()
    await database.close()
    assert run(url, lambda connection: connection.execute(IN_USE).scalar_one()) is True


async def test_a_certificate_of_somebody_else_is_refused(server: PostgresServer, tmp_path: Path) -> None:
    """Where, and that it is the certificate; nothing is sent to such a server."""
    url = address(server, Authority("another one"), tmp_path)
    with pytest.raises(
        Unavailable, match=rf"127\.0\.0\.1:{server.port} cannot be reached: .*certificate verify"
    ):
        await Database(url).connect()
    with pytest.raises(MigrationError, match="certificate verify failed"):
        run(url, lambda connection: None)


async def test_a_certificate_for_another_host_is_refused(
    server: PostgresServer, authority: Authority, tmp_path: Path
) -> None:
    """`verify-full` is about the name too."""
    with pytest.raises(Unavailable, match="certificate is not valid for"):
        await Database(address(server, authority, tmp_path, "localhost")).connect()


async def test_an_authority_that_cannot_be_read_is_named(server: PostgresServer, tmp_path: Path) -> None:
    """A path with a mistake in it, and a file that is none."""
    given = f"postgresql://tester@127.0.0.1:{server.port}/postgres?sslmode=verify-full&sslrootcert="
    with pytest.raises(Unavailable, match=r"missing\.pem"):
        await Database(f"{given}{tmp_path}/missing.pem").connect()
    (tmp_path / "empty.pem").write_text("nothing")
    with pytest.raises(Unavailable) as caught:
        await Database(f"{given}{tmp_path}/empty.pem").connect()
    assert isinstance(caught.value.__cause__, ssl.SSLError)
