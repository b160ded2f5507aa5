"""Hand-written code on the ORM session reaches the rows of the caller's tenant and no others."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from backwright.actor import SYSTEM, Actor, system_of
from backwright.callers import acting_as
from backwright.errors import Forbidden
from plant.models import Condition, Firm, Machine, Make, Mechanic, Repair
from plant.service import ONE, OTHER, Plant, at_work, person
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import aliased, joinedload

MACHINES = "/plant-machines"


@pytest.fixture
async def plant(tmp_path: Path, engine: str) -> AsyncGenerator[Plant, None]:
    """The started service with a machine in each firm."""
    async with at_work(tmp_path, engine) as found:
        for who in ("ada", "eve"):
            keeper = await found.made(who, "/plant-mechanics", name=f"Keeper of {who}")
            machine = await found.made(who, MACHINES, serial="S-1", note=f"of {who}", keeper_id=keeper)
            await found.made(who, "/plant-repairs", machine_id=machine, title="Oil")
        yield found


@contextmanager
def acting(who: str) -> Iterator[Actor]:
    """A block in which somebody acts."""
    with acting_as(person(who)):
        yield person(who)


async def test_an_action_reaches_its_own_firm_alone(plant: Plant) -> None:
    """Counting, looking up by id and a change without a condition, in code that takes no care."""
    [mine], [theirs] = await plant.ids("ada", MACHINES), await plant.ids("eve", MACHINES)
    assert (await plant.call("ada", "POST", f"{MACHINES}/{mine}/count")).json()["note"] == "1"
    peek = await plant.call("ada", "POST", f"{MACHINES}/{mine}/follow", json={"after_id": theirs})
    assert peek.json()["note"] == "nothing"
    await plant.call("ada", "POST", f"{MACHINES}/{mine}/break-all")
    assert (await plant.call("eve", "GET", f"{MACHINES}/{theirs}")).json()["condition"] == "running"


async def test_reads_are_narrowed_however_they_are_written(plant: Plant) -> None:
    """Rows, columns, aggregates, joins, aliases, sub-selects, loaded relations, and by primary key."""
    other = aliased(Machine)
    statements = (
        select(Machine.note),
        select(other.note),
        select(Machine.note).where(Machine.id.in_(select(Repair.machine_id))),
        select(Machine.note).select_from(Repair).join(Machine, Repair.machine_id == Machine.id),
        select(Machine.note).union_all(select(Machine.note).where(Machine.serial == "no")),
    )
    [theirs] = await plant.ids("eve", MACHINES)
    with acting("ada"):
        async with plant.database.reading() as session:
            for statement in statements:
                assert list(await session.scalars(statement)) == ["of ada"], str(statement)
            assert await session.scalar(select(func.count()).select_from(Machine)) == 1
            assert await session.scalar(select(func.count(Mechanic.id))) == 1
            assert await session.get(Machine, UUID(theirs)) is None
            [machine] = await session.scalars(select(Machine).options(joinedload(Machine.keeper)))
            assert machine.keeper is not None
            assert machine.keeper.name == "Keeper of ada"
            assert [each.id for each in await session.scalars(select(Firm))] == [ONE]


async def test_changes_and_deletes_reach_no_other_firm(plant: Plant) -> None:
    """Statements on the class, with no condition of their own."""
    with acting("ada"):
        async with plant.database.work() as work:
            await work.session.execute(update(Machine).values(condition=Condition.BROKEN))
            await work.session.execute(delete(Repair))
    for who, condition, repairs in (("ada", "broken", 0), ("eve", "running", 1)):
        [machine] = (await plant.call(who, "GET", MACHINES)).json()["items"]
        assert machine["condition"] == condition
        assert len(await plant.ids(who, "/plant-repairs")) == repairs


async def test_a_new_row_gets_the_tenant_of_the_caller(plant: Plant) -> None:
    """Without being told; and one that is told another is refused."""
    with acting("ada"):
        async with plant.database.work() as work:
            work.session.add(Mechanic(name="New"))
        with pytest.raises(Forbidden, match="another tenant"):
            async with plant.database.work() as work:
                work.session.add(Mechanic(name="Spy", firm_id=OTHER))
    assert len(await plant.ids("ada", "/plant-mechanics")) == 2
    assert len(await plant.ids("eve", "/plant-mechanics")) == 1


async def test_a_row_stays_in_its_tenant(plant: Plant) -> None:
    """Neither the attribute nor a statement moves it."""
    with acting("ada"):
        async with plant.database.work() as work:
            [machine] = await work.session.scalars(select(Machine))
            machine.firm_id = OTHER
            with pytest.raises(Forbidden, match="another tenant"):
                await work.flush()
            work.session.expunge_all()
        with pytest.raises(TypeError, match="it stays"):
            async with plant.database.work() as work:
                await work.session.execute(update(Repair).values(firm_id=OTHER))


async def test_what_cannot_be_narrowed_is_refused(plant: Plant) -> None:
    """Tables instead of classes, and rows added in bulk: an error at the first try and not a leak."""
    with acting("ada"):
        async with plant.database.reading() as session:
            with pytest.raises(TypeError, match="not its table"):
                await session.execute(select(Machine.__table__))
            with pytest.raises(TypeError, match="not its table"):
                await session.execute(select(Machine.__table__.c.note))
            assert len((await session.execute(select(Make.__table__))).all()) == 1
        async with plant.database.work() as work:
            with pytest.raises(TypeError, match=r"session\.add"):
                await work.session.execute(insert(Mechanic), [{"name": "Bulk", "firm_id": OTHER}])


async def test_who_has_no_tenant_reaches_nothing(plant: Plant) -> None:
    """Somebody without one, and nobody."""
    with acting("nomad"):
        async with plant.database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Machine)) == 0
        with pytest.raises(Forbidden):
            async with plant.database.work() as work:
                work.session.add(Mechanic(name="Nobody's", firm_id=ONE))
    async with plant.database.reading() as session:
        assert list(await session.scalars(select(Machine))) == []


async def test_the_service_itself_sees_all_or_works_for_one(plant: Plant) -> None:
    """A command over all tenants, and a job within one."""
    with acting_as(SYSTEM):
        async with plant.database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(Machine)) == 2
    with acting_as(system_of(OTHER)):
        async with plant.database.reading() as session:
            assert list(await session.scalars(select(Machine.note))) == ["of eve"]


async def test_only_the_service_makes_tenants(plant: Plant) -> None:
    """Whoever belongs to one does not."""
    with acting("ada"), pytest.raises(Forbidden, match="service itself"):
        async with plant.database.work() as work:
            work.session.add(Firm(name="Mine, too"))
