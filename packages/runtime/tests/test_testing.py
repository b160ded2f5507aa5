"""A test gets a running service with a database of its own, and callers who are who they say."""

from collections.abc import AsyncGenerator
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import pytest
from backwright import migrations
from backwright.access import allow, own
from backwright.accounts import Account, Accounts
from backwright.app import create_app
from backwright.entity import Entity
from backwright.errors import Error
from backwright.guard import public
from backwright.resource import Resource
from backwright.settings import Settings
from backwright.testing import TestService, conforms
from fastapi import FastAPI
from sqlalchemy import ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column


class Role(StrEnum):
    ADMIN = "admin"
    GARDENER = "gardener"


class Garden(Entity):
    """A place where plants grow."""

    __tablename__ = "gardens"

    name: Mapped[str] = mapped_column(String(100), unique=True)


class Plant(Entity):
    """Something that grows."""

    __tablename__ = "plants"

    name: Mapped[str] = mapped_column(String(100))
    garden_id: Mapped[UUID] = mapped_column(ForeignKey("gardens.id"))
    gardener_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


gardens = Resource(Garden, fields=("name",), access={Role.ADMIN: allow.everything})
plants = Resource(
    Plant,
    fields=("name", "garden_id", "gardener_id"),
    search=("name",),
    access={Role.ADMIN: allow.everything, Role.GARDENER: allow.read(where=own(Plant.gardener_id))},
)


def nursery(settings: Settings) -> FastAPI:
    """The service under test."""
    users = next(mapper.class_ for mapper in Entity.registry.mappers if issubclass(mapper.class_, Account))
    accounts = Accounts(users, roles=Role, admin=Role.ADMIN)
    app = create_app(settings, title="Nursery", accounts=accounts, resources=(gardens, plants))

    @app.get("/weather", dependencies=[public()])
    async def weather() -> str:
        return "fine"

    return app


@pytest.fixture
async def service(user_class: type[Account]) -> AsyncGenerator[TestService, None]:
    async with TestService(nursery) as started:
        yield started


@pytest.mark.parametrize("_", [1, 2])
async def test_each_test_begins_with_an_empty_database(service: TestService, _: int) -> None:
    """What one test stores, the next one does not see."""
    admin = await service.client_for(Role.ADMIN)
    assert (await admin.get("/gardens")).json()["items"] == []
    await service.make(Garden)
    assert len((await admin.get("/gardens")).json()["items"]) == 1


async def test_the_application_is_built_once(user_class: type[Account]) -> None:
    """Starting again costs a file copy; two at the same time do not share anything."""
    async with TestService(nursery) as first, TestService(nursery) as other:
        assert other.app is not first.app
        await other.make(Garden)
        admin = await first.client_for(Role.ADMIN)
        assert (await admin.get("/gardens")).json()["items"] == []
    async with TestService(nursery) as again:
        assert again.app in (first.app, other.app)


async def test_callers_have_their_role_and_no_other(service: TestService) -> None:
    """Rights are those of the service's own rules, with real tokens."""
    admin, gardener = await service.client_for(Role.ADMIN), await service.client_for(Role.GARDENER)
    assert (await admin.get("/auth/me")).json()["roles"] == ["admin"]
    assert (await gardener.get("/gardens")).status_code == 403
    assert (await service.anonymous.get("/gardens")).status_code == 401
    assert (await service.client_for(Role.ADMIN)).headers != admin.headers, (
        "each call is a session of its own"
    )


async def test_an_account_signs_in_with_its_password(service: TestService) -> None:
    """For tests of signing in itself."""
    email = await service.account_with_password("a long and unusual sentence", Role.ADMIN)
    body = {"email": email, "password": "a long and unusual sentence"}
    assert (await service.anonymous.post("/auth/login", json=body)).status_code == 200
    body["password"] = "another sentence altogether"
    assert (await service.anonymous.post("/auth/login", json=body)).status_code == 401


async def test_rows_are_made_with_what_they_need(service: TestService) -> None:
    """Required references are made, optional ones are left out, given values are kept."""
    admin = await service.client_for(Role.ADMIN)
    plant = await service.make(Plant, name="Fern")
    found = (await admin.get(f"/plants/{plant.id}")).json()
    assert (found["name"], found["gardener_id"]) == ("Fern", None)
    assert (await admin.get(f"/gardens/{plant.garden_id}")).status_code == 200
    names = {(await service.make(Garden)).name for _ in range(50)}
    assert len(names) == 50, "unique values are unique"


async def test_own_rows_are_made_for_an_account(service: TestService) -> None:
    """The pattern of access tests: an account, a row of theirs, a row of somebody else."""
    gardener_id = await service.account(Role.GARDENER)
    mine, other = await service.make(Plant, gardener_id=gardener_id), await service.make(Plant)
    gardener = await service.sign_in(gardener_id)
    assert (await gardener.get(f"/plants/{mine.id}")).status_code == 200
    assert (await gardener.get(f"/plants/{other.id}")).status_code == 404


async def test_rows_that_were_made_are_found_by_search(service: TestService) -> None:
    """Tables made from the models have their search, too."""
    admin = await service.client_for(Role.ADMIN)
    await service.make(Plant, name="Maidenhair fern")
    assert len((await admin.get("/plants", params={"q": "fern"})).json()["items"]) == 1


async def test_rows_are_removed_and_answers_follow(service: TestService) -> None:
    """Also where answers are cached."""
    admin, garden = await service.client_for(Role.ADMIN), await service.make(Garden)
    await service.remove("/gardens", garden.id)
    assert (await admin.get(f"/gardens/{garden.id}")).status_code == 404


async def test_the_database_refuses_a_wrong_raw_row(service: TestService) -> None:
    """For tests that the rules of the API have a twin in the database."""
    table = Garden.__table__
    assert isinstance(table, Table)
    await service.insert(table, name="x" * 100)
    with pytest.raises(Error):
        await service.insert(table, name="x" * 101)


async def test_a_folder_keeps_the_database_after_the_end(user_class: type[Account], tmp_path: Path) -> None:
    """For tests that look at the file of a stopped service."""
    async with TestService(nursery, folder=tmp_path, engine="sqlite") as service:
        await service.make(Garden)
        await service.stop()
        assert service.settings.database_url == f"sqlite:///{tmp_path}/service.db"
    assert (tmp_path / "service.db").exists()


async def test_settings_can_be_chosen(user_class: type[Account]) -> None:
    """A rate limit, say."""
    async with TestService(nursery, overrides={"rate_limit": "2/minute"}) as service:
        statuses = [(await service.anonymous.get("/gardens")).status_code for _ in range(3)]
    assert statuses == [401, 401, 429]
    async with TestService(nursery, overrides={"rate_limit": "2/minute"}) as service:
        assert (await service.anonymous.get("/gardens")).status_code == 401, "counts begin again"


MIGRATION = """
from alembic import op
from backwright.entity import Entity

revision, down_revision = "one", None
TABLES = [Entity.metadata.tables[name] for name in {names}]


def upgrade() -> None:
    Entity.metadata.create_all(op.get_bind(), tables=TABLES)


def downgrade() -> None:
    Entity.metadata.drop_all(op.get_bind(), tables=TABLES)
"""


async def test_the_database_is_made_by_the_migrations(user_class: type[Account], tmp_path: Path) -> None:
    """With a directory of a service, the tests run on what its migrations make."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(
        "from backwright.entity import Entity\nfrom backwright.migrations import run\nrun(Entity.metadata)\n"
    )
    names = ["gardens", "plants", "users", "sessions", "refresh_tokens", "signing_keys", "audit_log"]
    (folder / "versions" / "one.py").write_text(MIGRATION.format(names=names))
    async with TestService(nursery, root=tmp_path) as service:
        admin = await service.client_for(Role.ADMIN)
        assert (await admin.get("/gardens")).status_code == 200
        await service.stop()
        assert migrations.status(service.settings).current == "one"


async def test_a_service_that_keeps_its_contract_passes(service: TestService) -> None:
    """Generated requests to every operation. What right ones need is there, so that each is seen to accept some."""
    only(service, "/gardens", "/gardens/{id}", "/plants", "/plants/{id}")
    accepted = await conforms(service, Role.ADMIN, Role.GARDENER)
    document = service.app.openapi()["paths"]
    assert accepted == {f"{method.upper()} {path}" for path, item in document.items() for method in item}


async def test_every_role_is_tried(service: TestService) -> None:
    """What only one of them gets to see is held against the document as well."""
    only(service, "/gardens")
    answers = service.app.openapi()["paths"]["/gardens"]["get"]["responses"]
    del answers["403"]
    await conforms(service, Role.ADMIN)
    with pytest.raises(AssertionError, match="GET /gardens as gardener"):
        await conforms(service, Role.ADMIN, Role.GARDENER)


@pytest.mark.parametrize("lie", ["name is short", "weather is for members", "has no 404"])
async def test_a_service_that_breaks_its_contract_does_not(service: TestService, lie: str) -> None:
    """The check can fail: on a body, on security, on a status."""
    only(service, "/gardens/{id}")
    document = service.app.openapi()
    operation = document["paths"]["/gardens/{id}"]["get"]
    if lie == "name is short":
        document["components"]["schemas"]["Garden"]["properties"]["name"]["maxLength"] = 1
    elif lie == "has no 404":
        del operation["responses"]["404"]
    else:
        only(service, "/weather")
        service.app.openapi()["paths"]["/weather"]["get"]["security"] = [{"bearer": []}]
    with pytest.raises(AssertionError, match="GET /"):
        await conforms(service, Role.ADMIN)


def only(service: TestService, *paths: str) -> None:
    """Leave these paths in the document, which is made anew first."""
    service.app.openapi_schema = None
    document = service.app.openapi()
    for path in set(document["paths"]) - set(paths):
        del document["paths"][path]
