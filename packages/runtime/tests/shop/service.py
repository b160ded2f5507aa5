"""The shop as a running service, and the means to call it in a test."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
from backwright import idempotency_rows  # noqa: F401 - its table is made before any route is
from backwright.app import create_app
from backwright.database import Database
from backwright.entity import Entity
from backwright.runtime import Runtime
from backwright.settings import Settings
from backwright.storage import open_storage
from backwright.testing_databases import Template
from backwright.testing_kits import create_tables
from fastapi import FastAPI
from quick_settings import quick_settings
from sqlalchemy.orm import InstrumentedAttribute

from shop.resources import accounts, resources

FILES = Path("var")
"""Where the shop's files would be if a test did not say otherwise."""

SEARCHED = {resource.name: resource.search for resource in resources if resource.search}


@cache
def template(engine: str) -> Template:
    """An empty database with all tables; made once, copied for each test."""
    return Template(engine, lambda url: create_tables(url, None, SEARCHED))


def settings(folder: Path, url: str) -> Settings:
    """The settings of a shop in a folder: hashing at the least cost, no rate limit in the way."""
    return quick_settings("shop", folder, url)


class Shop:
    """A running shop and its callers: `await shop.get("clerk", "/orders")`."""

    def __init__(self, app: FastAPI, client: httpx2.AsyncClient) -> None:
        self.app = app
        self.client = client
        self.runtime: Runtime = app.state.runtime
        self.database: Database = self.runtime.database
        self._tokens: dict[str, str] = {}
        self.ids: dict[str, UUID] = {}
        self._count = 0

    async def headers(self, who: str | None) -> dict[str, str]:
        """The headers of a caller: `clerk`, `shopper:ada`, `clerk+shopper:bob`; `None` is nobody."""
        if who is None:
            return {}
        if who not in self._tokens:
            assert self.runtime.accounts is not None
            roles = [role for role in who.partition(":")[0].split("+") if role]
            email = f"{who.replace('+', '.').replace(':', '-')}@example.org"
            self.ids[who] = await self.runtime.accounts.ensure_account(email, name=who, roles=roles)
            self._tokens[who] = (await self.runtime.accounts.open_session(self.ids[who])).access_token
        return {"Authorization": f"Bearer {self._tokens[who]}"}

    async def call(
        self,
        who: str | None,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        **given: Any,
    ) -> httpx2.Response:
        """One request of a caller."""
        return await self.client.request(
            method, path, headers={**(await self.headers(who)), **(headers or {})}, **given
        )

    async def get(self, who: str | None, path: str, **params: Any) -> httpx2.Response:
        """GET; with parameters, or with those that stand in the path."""
        return await self.call(who, "GET", path, **({"params": params} if params else {}))

    async def post(self, who: str | None, path: str, body: Any = None) -> httpx2.Response:
        """POST with a JSON body, or none."""
        return await self.call(who, "POST", path, **({} if body is None else {"json": body}))

    async def patch(self, who: str | None, path: str, body: Any, match: str = "*") -> httpx2.Response:
        """PATCH with a JSON body."""
        return await self.call(who, "PATCH", path, json=body, headers={"If-Match": match})

    async def delete(self, who: str | None, path: str) -> httpx2.Response:
        """DELETE."""
        return await self.call(who, "DELETE", path, headers={"If-Match": "*"})

    async def made(self, path: str, who: str = "manager", **values: Any) -> dict[str, Any]:
        """A new row through the API."""
        answer = await self.post(who, path, values)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def customer(self, name: str = "Ada", **values: Any) -> dict[str, Any]:
        """A new customer."""
        self._count += 1
        given = {"name": name, "email": f"{self._count}@example.com", **values}
        return await self.made("/customers", **given)

    async def product(self, title: str = "Lamp", **values: Any) -> dict[str, Any]:
        """A new product."""
        self._count += 1
        return await self.made(
            "/products", **{"sku": f"P{self._count}", "title": title, "price": "10.00", **values}
        )

    async def shopper(self, name: str) -> dict[str, Any]:
        """A customer with an account: the caller `shopper:<name>`."""
        await self.headers(f"shopper:{name}")
        return await self.customer(name, account_id=str(self.ids[f"shopper:{name}"]))

    async def stored(self, entity: type[Entity], id_: str, *columns: InstrumentedAttribute[Any]) -> list[Any]:
        """What really stands in the database."""
        async with self.database.reading() as session:
            row = await session.get(entity, UUID(id_))
            assert row is not None
            return [getattr(row, column.key) for column in columns]

    async def sql(self, text: str) -> list[Any]:
        """Rows by plain SQL, ids as text."""
        rows = await self.database.engine.read(text, [])
        return [tuple(str(each) if isinstance(each, UUID) else each for each in row) for row in rows]


@cache
def application(engine: str) -> FastAPI:
    """The shop, made once for each process and engine; every test starts it again on a database of its own."""
    url = template(engine).url
    app = create_app(settings(FILES, url), title="Shop", accounts=accounts, resources=resources)
    app.state.declared = dict(app.state.runtime.resources)
    return app


@asynccontextmanager
async def running(folder: Path, engine: str = "sqlite", *, url: str | None = None) -> AsyncIterator[Shop]:
    """A started shop in `folder`, with an empty database or with the one at `url`."""
    lent = url or template(engine).lend(folder, "shop.db")
    app, given = application(engine), settings(folder, lent)
    runtime: Runtime = app.state.runtime
    runtime.database.use(lent)
    runtime.database.changed = runtime.cache.invalidate
    runtime.storage = open_storage(given.files_url)
    runtime.cache.clear()
    runtime.resources.clear()
    runtime.resources.update(app.state.declared)
    async with app.router.lifespan_context(app):
        await asyncio.sleep(0)  # what is done at each start begins, and the first to write waits for it
        async with runtime.database.work():
            transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield Shop(app, client)
    if url is None:
        template(engine).give_back(lent)
