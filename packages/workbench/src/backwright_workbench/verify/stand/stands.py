"""Stands for a service that Backwright wrote: each on a copy of one prepared database.

What lives here: preparing once, copying, starting, stopping; one shared stand for checks that only ask. What must
not: what is asked.
"""

import json
import secrets
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx2
from sqlalchemy.engine import make_url

from backwright_workbench.errors import SetupError
from backwright_workbench.verify.keeper import Keeper
from backwright_workbench.verify.stand.callers import TIMEOUT, Caller, Token
from backwright_workbench.verify.stand.databases import Databases
from backwright_workbench.verify.stand.gate import Gate
from backwright_workbench.verify.stand.server import Server
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.workspace.network import HOST, free_port
from backwright_workbench.workspace.processes import run
from backwright_workbench.workspace.services import Service

MANY = "1000000/minute"
"""The rate limit of stands where limits are not what is looked at."""

FEW = 20
"""Sample rows in each table of the shared stand."""

PORTS = {"postgresql": 5432, "mariadb": 3306}


@dataclass(slots=True)
class Prepared:
    """What stands of one service have in common: databases by their number of rows, and who can sign in."""

    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    key: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    templates: dict[int, str] = field(default_factory=dict)
    addresses: dict[str, list[str]] = field(default_factory=dict)


class ServiceStands:
    """Makes stands for one service. `secrets` collects what must not appear in evidence."""

    def __init__(
        self,
        service: Service,
        engine: str,
        folder: Path,
        keeper: Keeper,
        secrets_: set[str],
        prepared: Prepared | None = None,
    ) -> None:
        self._service = service
        self._folder = folder
        self._secrets = secrets_
        self._databases = Databases(engine, folder, keeper)
        self.prepared = prepared or Prepared()
        secrets_ |= {self.prepared.password, self.prepared.key}
        self._locks: dict[int, threading.Lock] = {}
        self._lock = threading.Lock()
        self._sharing = threading.Lock()
        self._numbers = count(1)
        self._shared: Stand | None = None
        self._open = ExitStack()

    @property
    def engine(self) -> str:
        """What the databases are on."""
        return self._databases.engine

    def shared(self) -> Stand:
        """The stand that checks share which leave it as useful as they found it. It has a row or two of each kind."""
        with self._sharing:
            if self._shared is None:
                self._shared = self._open.enter_context(self.fresh(rows=FEW))
            return self._shared

    @contextmanager
    def fresh(self, *, rows: int = 0, **settings: str) -> Iterator[Stand]:
        """A stand of its own with `rows` sample rows in each table, and settings as the environment has them."""
        database = self.copied(rows)
        with ExitStack() as stack:
            gate = stack.enter_context(self._gate(database)) if self.engine in PORTS else None
            yield stack.enter_context(self.on(database, gate=gate, **settings))

    @contextmanager
    def direct(self, *, rows: int = 0, **settings: str) -> Iterator[Stand]:
        """As `fresh`, with nothing between it and its database: for measuring."""
        with self.on(self.copied(rows), gate=None, **settings) as stand:
            yield stand

    def copied(self, rows: int = 0) -> str:
        """The URL of a database of its own with `rows` rows in each table, for stands that follow each other."""
        return self._databases.copy(self.template(rows))

    @contextmanager
    def on(self, database: str, *, gate: Gate | None = None, **settings: str) -> Iterator[Stand]:
        """A stand on this database, which stays when the stand goes."""
        folder = self._folder / f"stand-{next(self._numbers)}"
        folder.mkdir()
        port = free_port()
        url = f"http://{HOST}:{port}"
        environment = self.environment(database, folder, gate, {"PUBLIC_URL": url, **settings})
        server = Server(
            self._service.command("serve", "--host", HOST, "--port", str(port)),
            cwd=self._service.directory,
            environment=environment,
            log=folder / "log",
        )
        try:
            server.wait_until_ready(f"{url}/health/ready")
            document = httpx2.get(f"{url}/openapi.json", timeout=TIMEOUT, trust_env=False)
            yield Stand(
                url=url,
                document=document.json() if document.status_code == 200 else {},
                callers={
                    role: tuple(
                        Caller(
                            role,
                            url,
                            token=Token(self._signing_in(url, email)),
                            account=(email, self.prepared.password),
                        )
                        for email in emails
                    )
                    for role, emails in self.prepared.addresses.items()
                },
                anonymous=Caller("anonymous", url),
                engine=self.engine,
                database=database,
                server=server,
                gate=gate,
                folder=folder,
                settings=environment,
                password=self.prepared.password,
            )
        finally:
            server.stop()

    def template(self, rows: int = 0) -> str:
        """The URL of a prepared database: migrated, with accounts, and with `rows` rows. Not to be changed."""
        with self._lock:
            lock = self._locks.setdefault(rows, threading.Lock())
        with lock:
            if rows not in self.prepared.templates:
                self.prepared.templates[rows] = self._prepared(rows)
            return self.prepared.templates[rows]

    def empty(self) -> str:
        """The URL of a database without tables."""
        return self._databases.create()

    def close(self) -> None:
        """Take down the shared stand. Databases and folders are the keeper's."""
        self._open.close()

    def environment(
        self, database: str, folder: Path, gate: Gate | None, settings: Mapping[str, str]
    ) -> dict[str, str]:
        """What the service's processes see on a stand."""
        url = database
        if gate is not None:
            url = make_url(database).set(host=HOST, port=gate.port).render_as_string(hide_password=False)
        return {
            **self._service.environment,
            "DATABASE_URL": url,
            "FILES_URL": f"file:{folder / 'files'}",
            "SECRET_KEY": self.prepared.key,
            "RATE_LIMIT": MANY,
            **settings,
        }

    def chores(self, database: str, *chores: str, **settings: str) -> dict[str, str]:
        """Has the service do chores on a database: chore → what it printed. Raises `SetupError`."""
        folder = self._folder / f"chores-{next(self._numbers)}"
        folder.mkdir()
        done = run(
            [sys.executable, "-m", "backwright_workbench.workspace.chores", self._service.package, *chores],
            cwd=self._service.directory,
            env={
                **self.environment(database, folder, None, settings),
                "DEV_PASSWORD": self.prepared.password,
            },
            timeout=600,
        )
        told = {}
        for line in done.output:
            if line.startswith('{"chore"'):
                chore = json.loads(line)
                told[chore["chore"]] = chore["output"]
                if chore["status"]:
                    raise _failed(chore["chore"], chore["output"])
        if not done.ok or len(told) < len(chores):
            raise _failed(chores[len(told) : len(told) + 1], done.tail())
        return told

    def _prepared(self, rows: int) -> str:
        if rows:
            database = self._databases.copy(self.template())
            self.chores(database, "fill", ROWS=str(rows))
            return database
        database = self._databases.create()
        told = self.chores(database, "migrate", "callers")
        self.prepared.addresses = json.loads(told["callers"])
        return database

    def _gate(self, database: str) -> Gate:
        url = make_url(database)
        return Gate(url.host or HOST, url.port or PORTS[self.engine])

    def _signing_in(self, url: str, email: str) -> Callable[[], str]:
        def fetch() -> str:
            answer = httpx2.post(
                f"{url}/auth/login",
                json={"email": email, "password": self.prepared.password},
                timeout=TIMEOUT,
                trust_env=False,
            )
            if answer.status_code != 200:
                raise SetupError(f"{email} cannot sign in", where=f"{url}/auth/login", why=answer.text[:500])
            token = str(answer.json()["access_token"])
            self._secrets.add(token)
            return token

        return fetch


def _failed(chore: object, said: str) -> SetupError:
    return SetupError(
        f"the service could not be prepared: {chore}",
        why="\n".join(said.splitlines()[-12:]),
        next_step="put that right in the service; `python -m <service> migrate` shows the same",
    )
