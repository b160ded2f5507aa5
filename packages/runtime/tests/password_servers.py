"""Servers whose accounts have passwords that are replaced, and the database of a service on one of them."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import bare_environment
import pytest
import services
from backwright.audit import audit_log
from backwright.database import Database
from backwright.engine import Limits
from backwright.settings import Settings
from backwright.stores import source
from backwright.testing_kits import create_tables
from mariadb_server import mariadb_server
from postgresql_server import PostgresServer
from sqlalchemy import text
from sqlalchemy.engine import make_url

OLD, NEW = "the-0ld-canary", "the-n3w-canary"


class Server:
    """A server on which the account `app` needs its password."""

    def __init__(self, operator: str, app: str, change: str) -> None:
        self.operator = operator
        self.app = app
        self.change = change

    async def say(self, *statements: str) -> None:
        """Let the operator do something."""
        database = Database(self.operator)
        await database.connect()
        for statement in statements:
            async with database.work() as work:
                await work.execute(database.prepare(text(statement)))
        await database.close()

    async def replace(self, password: str) -> None:
        """Give `app` another password."""
        await self.say(self.change.format(password=password))

    def address(self, password: str) -> str:
        """Where `app` signs in."""
        return make_url(self.app).set(password=password).render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    """PostgreSQL, which asks everybody but its operator for a password."""
    made = PostgresServer(hba_file="rules")
    made.place("rules", b"host all tester 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
    try:
        made.start()
        app = make_url(made.url).set(username="app").render_as_string(hide_password=False)
        found = Server(made.url, app, "ALTER ROLE app PASSWORD '{password}'")
        create_tables(made.url, [audit_log])
        grant = "GRANT SELECT, INSERT ON audit_log TO app"
        asyncio.run(found.say(f"CREATE ROLE app LOGIN PASSWORD '{OLD}'", grant))
        yield found
    finally:
        made.remove()


@pytest.fixture(scope="module")
def mariadb() -> Iterator[Server]:
    """MariaDB, where `app` has a password."""
    with mariadb_server() as made:
        app = make_url(made.url).set(username="app").render_as_string(hide_password=False)
        found = Server(made.url, app, "ALTER USER app@localhost IDENTIFIED BY '{password}'")
        create_tables(made.url, [audit_log])
        user = f"CREATE USER app@localhost IDENTIFIED BY '{OLD}'"
        asyncio.run(found.say(user, "GRANT SELECT, INSERT ON shop.* TO app@localhost"))
        yield found


@pytest.fixture(params=[each for each in services.engines() if each != "sqlite"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def settings(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Those of a service that reads the address of its database from the file `url`."""
    bare_environment.enter(monkeypatch, tmp_path)
    await server.replace(OLD)
    (tmp_path / "url").write_text(server.address(OLD))
    monkeypatch.setenv("ENVIRONMENT", "test")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    return Settings()


@pytest.fixture
async def service(settings: Settings) -> AsyncGenerator[Database, None]:
    """The database of that service, open."""
    found = Database(settings.database_url, Limits(connections=4), source(settings, "database_url"))
    await found.connect()
    yield found
    await found.close()
