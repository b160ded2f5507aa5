"""The service, and two firms that call it: whoever `ada` is at one firm, `eve` is at the other.

Its accounts are made up, so that its tests are about rows alone; that of real accounts is `test_tenants.py`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid5

import httpx2
from backwright import idempotency_rows  # noqa: F401 - its table is made before any route is
from backwright.access import allow, matching
from backwright.accounts import Accounts, BoundAccounts
from backwright.actor import PUBLIC, SYSTEM, Actor, signed_in
from backwright.app import create_app
from backwright.attachments import Attachments
from backwright.cache import Cache
from backwright.callers import acting_as
from backwright.entity import Entity
from backwright.errors import Unauthenticated
from backwright.limits import MemoryStore
from backwright.resource import Resource
from backwright.runtime import Runtime
from backwright.service import Service, action
from backwright.settings import Settings
from backwright.storage import open_storage
from backwright.testing_databases import Template
from backwright.testing_kits import create_tables
from fastapi import FastAPI
from quick_settings import quick_settings
from sqlalchemy import func, select, update

from plant.models import Condition, Firm, Machine, Make, Mechanic, Person, Repair, tables

PLACE = UUID("0190aa00-0000-7000-8000-000000000000")
ONE, OTHER = uuid5(PLACE, "one"), uuid5(PLACE, "other")
"""The two firms."""

PEOPLE: dict[str, Actor] = {
    "ada": signed_in(uuid5(PLACE, "ada"), frozenset({"boss"})),
    "bob": signed_in(uuid5(PLACE, "bob"), frozenset({"worker"})),
    "eve": signed_in(uuid5(PLACE, "eve"), frozenset({"boss"})),
    "mallory": signed_in(uuid5(PLACE, "mallory"), frozenset({"worker"})),
    "nomad": signed_in(uuid5(PLACE, "nomad"), frozenset({"boss"})),
}
FIRMS = {"ada": ONE, "bob": ONE, "eve": OTHER, "mallory": OTHER, "nomad": None}


def person(name: str) -> Actor:
    """A caller; `nomad` belongs to no firm."""
    found = PEOPLE[name]
    return Actor(found.id, found.roles, tenant=FIRMS[name])


class Machines(Service[Machine]):
    """Hand-written code that takes no care of firms."""

    @action("scrap")
    async def scrap(self, row: Machine) -> None:
        """Take it out of use."""
        row.condition = Condition.BROKEN

    @action("count")
    async def count(self, row: Machine) -> None:
        """Write down how many machines there are, as far as this code can see."""
        row.note = str(await self.session.scalar(select(func.count()).select_from(Machine)))

    @action("break-all")
    async def break_all(self, row: Machine) -> None:
        """Break every machine that this code can reach."""
        await self.session.execute(update(Machine).values(condition=Condition.BROKEN))
        await self.session.refresh(row)

    @action("follow")
    async def follow(self, row: Machine, after_id: UUID) -> None:
        """Look another one up by its id and copy its note."""
        other = await self.session.get(Machine, after_id)
        row.note = "nothing" if other is None else other.note


class Role:
    BOSS = "boss"
    WORKER = "worker"


running = matching(lambda row: row.condition == Condition.RUNNING)
resources = (
    Resource(
        Firm,
        fields=("name", "motto"),
        hidden=("suspended_at",),
        sorts=("name",),
        access={Role.BOSS: allow.read() | allow.update("motto")},
    ),
    Resource(
        Make,
        fields=("name",),
        sorts=("name",),
        cache=Cache(60),
        access={PUBLIC: allow.read()},
    ),
    Resource(
        Mechanic,
        fields=("name",),
        sorts=("name",),
        cache=Cache(60),
        access={Role.BOSS: allow.everything, Role.WORKER: allow.read()},
    ),
    Resource(
        Machine,
        service=Machines,
        fields=("serial", "note", "condition", "make_id", "keeper_id", "after_id"),
        filters=("serial", "condition", "keeper_id", "keeper.name"),
        sorts=("serial", "condition"),
        search=("note",),
        embeds=("make", "keeper"),
        bulk=10,
        attachments=Attachments(types=("text/plain",)),
        access={
            Role.BOSS: allow.everything,
            Role.WORKER: allow.read(where=running) | allow.update("note", where=running),
        },
    ),
    Resource(
        Repair,
        fields=("machine_id", "title"),
        sorts=("title",),
        embeds=("machine",),
        cache=Cache(60),
        access={Role.BOSS: allow.everything, Role.WORKER: allow.read() | allow.create()},
    ),
)


@cache
def template(engine: str) -> Template:
    """An empty database; made once, copied for each test."""
    wanted = [*tables(), *(Entity.metadata.tables[each] for each in RUNTIME)]
    return Template(engine, lambda url: create_tables(url, wanted, {"plant_machines": ("note",)}))


RUNTIME = ("audit_log", "rate_limits", "attachments", "idempotency_keys")


def settings(folder: Path, url: str) -> Settings:
    """Its settings."""
    return quick_settings("plant", folder, url)


class Plant:
    """The running service: `await plant.call("ada", "GET", "/plant-machines")`."""

    def __init__(self, app: FastAPI, client: httpx2.AsyncClient) -> None:
        self.client = client
        self.runtime: Runtime = app.state.runtime
        self.database = self.runtime.database

    async def call(self, who: str | None, method: str, path: str, **given: Any) -> httpx2.Response:
        """One request of a caller."""
        headers = {**({"Authorization": f"Bearer {who}"} if who else {}), **given.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **given)

    async def ids(self, who: str, path: str) -> list[str]:
        """The ids that a list shows."""
        answer = await self.call(who, "GET", path)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["items"]]

    async def made(self, who: str, path: str, **values: Any) -> str:
        """The id of a new row."""
        answer = await self.call(who, "POST", path, json=values)
        assert answer.status_code == 201, answer.text
        found: str = answer.json()["id"]
        return found


async def authenticate(header: str) -> Actor:
    """Who it is: the token is the name."""
    name = header.removeprefix("Bearer ")
    if name not in PEOPLE:
        raise Unauthenticated()
    return person(name)


class MadeUp:
    """Accounts without accounts."""

    roles = (Role.BOSS, Role.WORKER)
    declared = SimpleNamespace(user=Person, roles=(Role.BOSS, Role.WORKER))

    def bind(self, runtime: Runtime) -> BoundAccounts:
        """What the service asks."""
        return cast(BoundAccounts, self)

    def routes(self) -> list[Any]:
        """None."""
        return []

    def components(self) -> dict[str, Any]:
        """None."""
        return {}

    async def start(self) -> None:
        """Nothing to start."""

    async def close(self) -> None:
        """Nothing to close."""

    def known(self, header: bytes) -> Actor | None:
        """Nobody is remembered."""
        return None

    def __getattr__(self, name: str) -> None:
        """What else accounts can do, these do not."""

    async def authenticate(self, header: str) -> Actor:
        """Who it is: the token is the name."""
        name = header.removeprefix("Bearer ")
        if name not in PEOPLE:
            raise Unauthenticated()
        return person(name)


@cache
def application(engine: str) -> FastAPI:
    """The service, made once for each engine."""
    given = settings(Path("var"), template(engine).url)
    return create_app(given, title="Plant", accounts=cast(Accounts, MadeUp()), resources=resources)


@asynccontextmanager
async def at_work(folder: Path, engine: str) -> AsyncIterator[Plant]:
    """The started service with two firms."""
    lent = template(engine).lend(folder, "plant.db")
    app = application(engine)
    runtime: Runtime = app.state.runtime
    runtime.database.use(lent)
    runtime.database.changed = runtime.cache.invalidate
    runtime.storage = open_storage(f"file:{folder}/files")
    runtime.cache.clear()
    runtime.limiter.store = MemoryStore()
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            with acting_as(SYSTEM):
                async with runtime.database.work() as work:
                    work.session.add_all(
                        [Firm(id=ONE, name="One"), Firm(id=OTHER, name="Other"), Make(name="Acme")]
                    )
            yield Plant(app, client)
    template(engine).give_back(lent)
