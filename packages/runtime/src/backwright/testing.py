"""Test suites of services: a running service with a database of its own for each test, and callers with
roles.

What lives here: `TestService`. What must not: anything that a running service needs; this module imports test
tools and is imported by tests only.

The application is built once for each process and started again for each test on a fresh copy of a migrated
database, which costs a file copy, or on a server the removal of rows.
Callers are real: an account made through the accounts, a session, an
access token.
"""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from uuid import UUID

import httpx2
from fastapi import FastAPI
from sqlalchemy import Table, delete, insert, select

from backwright.actor import SYSTEM
from backwright.callers import acting_as
from backwright.entity import Entity
from backwright.limits import MemoryStore
from backwright.runtime import Runtime
from backwright.sample_files import sample_file
from backwright.samples import Samples, reference, unique_groups
from backwright.settings import Settings
from backwright.storage import open_storage
from backwright.tenancy import is_tenant
from backwright.testing_attacks import withstands
from backwright.testing_contract import conforms
from backwright.testing_databases import engines, place
from backwright.testing_kits import Factory, take
from backwright.work import Work

__all__ = ["TestService", "conforms", "sample_file", "withstands"]

URL: Final = "http://testserver"
FIRST_NUMBER: Final = 100
"""Where the numbers in sample values begin, far from the small ones that tests write themselves."""

E = TypeVar("E", bound=Entity)


@dataclass
class TestService:
    """A service under test: `async with TestService(create_app, Settings, root=ROOT) as service`.

    `root` is the service's directory, whose migrations make the database; without it the tables are made from
    the models. `folder` is where database and files go; without it a directory that is removed. `overrides`
    are settings. `engine` is that of the database; without it the first one that `BACKWRIGHT_TEST_DATABASES` names.
    """

    create_app: Factory
    settings_class: type[Settings] = Settings
    root: Path | None = None
    folder: Path | None = None
    overrides: dict[str, Any] = field(default_factory=dict)
    engine: str = ""

    __test__ = False  # not a test, although its name begins like one

    async def __aenter__(self) -> Self:
        """Start on a fresh database."""
        self._kit = take(self, self.engine or engines()[0])
        self._clients: list[httpx2.AsyncClient] = []
        self._by_role: dict[str, UUID] = {}
        self._made: list[Entity] = []
        self._number = FIRST_NUMBER
        self._tenant: UUID | None = None
        self._own = None if self.folder else tempfile.TemporaryDirectory(dir=place())
        home = self.folder or Path(self._own.name if self._own else "")
        changes = {"database_url": self._kit.template.lend(home), "files_url": f"file:{home / 'files'}"}
        self.settings = self._kit.settings.model_copy(update=changes)
        self.runtime.database.use(self.settings.database_url)
        self.runtime.storage = open_storage(self.settings.files_url)
        self.runtime.cache.clear()
        self.app.openapi_schema = None
        if isinstance(self.runtime.limiter.store, MemoryStore):
            self.runtime.limiter.store = MemoryStore()
        self._lifespan = self.app.router.lifespan_context(self.app)
        await self._lifespan.__aenter__()
        self._is_running = True
        self.anonymous = self._client({})
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and remove what was made."""
        await self.stop()
        self._kit.is_used = False
        self._kit.template.give_back(self.settings.database_url)
        if self._own is not None:
            self._own.cleanup()

    async def stop(self) -> None:
        """Stop the service; its database stays until the block ends."""
        if self._is_running:
            self._is_running = False
            for client in self._clients:
                await client.aclose()
            await self._lifespan.__aexit__(None, None, None)

    @property
    def app(self) -> FastAPI:
        """The application."""
        return self._kit.app

    @property
    def runtime(self) -> Runtime:
        """The parts that it is made of."""
        found: Runtime = self.app.state.runtime
        return found

    async def client_for(self, role: str) -> httpx2.AsyncClient:
        """A caller with this role; the same account each time."""
        if role not in self._by_role:
            self._by_role[role] = await self.account(role)
        return await self.sign_in(self._by_role[role])

    async def account(self, *roles: str) -> UUID:
        """The id of a new account with these roles."""
        return await self._account(None, roles)

    async def account_with_password(self, password: str, *roles: str) -> str:
        """The address of a new account that signs in with this password."""
        await self._account(password, roles)
        return self._address(roles)

    async def sign_in(self, account_id: UUID) -> httpx2.AsyncClient:
        """A caller who is signed in as this account."""
        accounts = self.runtime.accounts
        assert accounts is not None, "the service has no accounts"
        tokens = await accounts.open_session(account_id)
        return self._client({"Authorization": f"Bearer {tokens.access_token}"})

    @asynccontextmanager
    async def another_tenant(self) -> AsyncIterator[UUID]:
        """A block in which accounts and rows are made in a new tenant, and not where all others are."""
        accounts = self.runtime.accounts
        assert accounts is not None
        assert accounts.tenants is not None, "accounts of this service belong to no tenant"
        self._number += 1
        before, self._tenant = self._tenant, await accounts.tenants.make(f"Tenant {self._number}")
        try:
            yield self._tenant
        finally:
            self._tenant = before

    async def make(self, entity: type[E], /, **values: Any) -> E:
        """A stored row with these values and sample values for the rest, past all access rules.

        What it must refer to is made with it.
        """
        self._number += 1
        table = entity.__table__
        assert isinstance(table, Table)
        for column in table.columns:
            target = reference(column)
            if is_tenant(column):
                values.setdefault(column.key, await self._own_tenant())
            elif target is not None and column.key not in values:
                needs_one = not column.nullable and target is not table
                values[column.key] = await self._referred(target) if needs_one else None
        sampled = Samples(entity, {}, there=await self._unique_values(table)).row(self._number, values)
        if sampled is None:
            raise ValueError(f"{entity.__name__} needs values that samples cannot give; name them")
        row = entity(**sampled)
        async with self._past_all_rules() as work:
            work.session.add(row)
        self.runtime.cache.clear()
        self._made.append(row)
        return row

    async def first(self, entity: type[E]) -> E | None:
        """The row of an entity that was stored first; none where there is no row."""
        async with self._past_all_rules() as work:
            found: E | None = await work.session.scalar(select(entity).order_by(entity.id).limit(1))
        return found

    async def remove(self, path: str, id_: UUID | str) -> None:
        """Remove a row of the resource served at `path` (`/work-orders`), past all access rules."""
        (bound,) = (each for each in self.runtime.resources.values() if each.path == path)
        async with self._past_all_rules() as work:
            await bound.forget_attachments(work, UUID(str(id_)))
            await work.session.execute(delete(bound.table).where(bound.table.c.id == UUID(str(id_))))
        self.runtime.cache.clear()

    async def remove_made(self) -> None:
        """Remove all rows that `make` has stored, the newest first."""
        async with self._past_all_rules() as work:
            for row in reversed(self._made):
                kind = type(row)
                await work.session.execute(delete(kind).where(kind.id == row.id))
        self._made.clear()
        self.runtime.cache.clear()

    async def insert(self, table: Table, /, **values: Any) -> None:
        """A raw row, for tests of what the database refuses."""
        async with self._past_all_rules() as work:
            await work.session.execute(insert(table).values(values))

    async def _account(self, password: str | None, roles: tuple[str, ...]) -> UUID:
        accounts = self.runtime.accounts
        assert accounts is not None, "the service has no accounts"
        self._number += 1
        email = self._address(roles)
        return await accounts.ensure_account(
            email, name="Test Person", password=password, roles=roles, tenant=self._tenant
        )

    async def _own_tenant(self) -> UUID:
        """The tenant in which accounts and rows are made."""
        accounts = self.runtime.accounts
        assert accounts is not None
        assert accounts.tenants is not None, "rows belong to a tenant and accounts do not"
        return self._tenant or await accounts.tenants.example()

    @asynccontextmanager
    async def _past_all_rules(self) -> AsyncIterator[Work]:
        """A unit of work of the service itself."""
        with acting_as(SYSTEM):
            async with self.runtime.database.work() as work:
                yield work

    def _address(self, roles: tuple[str, ...]) -> str:
        return f"{'.'.join(roles) or 'nobody'}.{self._number}@example.com"

    async def _referred(self, table: Table) -> UUID:
        if table.name == "users":
            return await self.account()
        (kind,) = (mapper.class_ for mapper in Entity.registry.mappers if mapper.local_table is table)
        made: Entity = await self.make(kind)
        return made.id

    async def _unique_values(self, table: Table) -> list[dict[str, Any]]:
        """What stands in the unique columns of the rows that a test has so far."""
        keys = sorted({key for group in unique_groups(table) for key in group})
        if not keys:
            return []
        prepared = self.runtime.database.prepare(select(*(table.c[key] for key in keys)))
        rows = await self.runtime.database.fetch(prepared)
        return [dict(zip(keys, row, strict=True)) for row in rows]

    def _client(self, headers: dict[str, str]) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=self.app)
        client = httpx2.AsyncClient(transport=transport, base_url=URL, headers=headers)
        self._clients.append(client)
        return client
