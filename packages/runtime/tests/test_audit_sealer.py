"""Every entry is sealed exactly once, whenever its transaction commits, and nobody who writes waits for it."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from backwright import audit_sealer, audit_unsealed
from backwright.actor import SYSTEM
from backwright.audit import Audit
from backwright.audit_places import File
from backwright.audit_sealer import AuditSealer
from backwright.audit_seals import COLUMNS, Seal, SealKeys, audit_seals
from backwright.audit_unsealed import PATIENCE, SLACK
from backwright.audit_verify import Verifier
from backwright.callers import acting_as
from backwright.database import Database
from backwright.errors import Error
from sqlalchemy import select, text

KEYS = SealKeys([b"a secret for tests only, forty-eight characters!"])


@pytest.fixture
def audit(database: Database) -> Audit:
    return Audit(database)


@pytest.fixture
def sealer(database: Database) -> AuditSealer:
    return AuditSealer(database, KEYS)


@pytest.fixture
async def elsewhere(database: Database) -> AsyncGenerator[Database, None]:
    """The same database, as another process has it."""
    found = Database(database.url.render_as_string(hide_password=False))
    await found.connect()
    yield found
    await found.close()


async def write(audit: Audit, database: Database, count: int = 1) -> None:
    with acting_as(SYSTEM):
        async with database.work() as work:
            for _ in range(count):
                await audit.record(work, action="update", object_type="orders", object_id=None)


async def seals(database: Database) -> list[Seal]:
    prepared = database.prepare(select(*COLUMNS).order_by(audit_seals.c.sequence))
    return [Seal(*row) for row in await database.fetch(prepared)]


async def sealed(database: Database) -> Counter[UUID]:
    return Counter(id_ for seal in await seals(database) for id_, _ in seal.entries())


async def logged(database: Database) -> set[UUID]:
    rows = await database.fetch(database.prepare(text("SELECT id FROM audit_log")))
    return {UUID(str(row[0])) for row in rows}


async def test_what_was_written_is_sealed_once(audit: Audit, database: Database, sealer: AuditSealer) -> None:
    """And the next seal continues the one before it."""
    await write(audit, database, 3)
    first = await sealer.seal()
    assert first is not None
    assert await sealer.seal() is None
    await write(audit, database, 2)
    second = await sealer.seal()
    assert second is not None
    assert (first.count, second.count) == (3, 2)
    assert second.previous == first.hash
    assert await sealed(database) == Counter(await logged(database))


async def test_nothing_is_sealed_where_nothing_is(database: Database, sealer: AuditSealer) -> None:
    """An empty log has no seals."""
    assert await sealer.seal() is None
    assert await seals(database) == []


async def test_an_entry_that_commits_after_a_later_one_was_sealed_is_sealed(
    audit: Audit, database: Database, elsewhere: Database, sealer: AuditSealer, engine: str
) -> None:
    """Two transactions, interleaved: the ids are in one order, the commits in the other."""
    if engine == "sqlite":
        pytest.skip("SQLite has one writer at a time, so commits are in the order of the ids")
    other = Audit(elsewhere)
    with acting_as(SYSTEM):
        async with elsewhere.work() as late:
            await other.record(late, action="late", object_type="orders", object_id=None)
            await write(audit, database)
            first = await sealer.seal()
            assert first is not None
            assert first.count == 1
            assert first.complete_through < datetime.now(UTC) - SLACK
    second = await sealer.seal()
    assert second is not None
    assert second.count == 1
    assert second.last_id is not None
    assert first.last_id is not None
    assert second.last_id < first.last_id
    assert await sealed(database) == Counter(await logged(database))


async def test_a_transaction_that_stays_open_is_waited_for_however_long(
    audit: Audit, database: Database, elsewhere: Database, sealer: AuditSealer, engine: str
) -> None:
    """No seal says that all of its time are sealed. (The server tells how long it is open.)"""
    if engine == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    other = Audit(elsewhere)
    with acting_as(SYSTEM):
        async with elsewhere.work() as late:
            await other.record(late, action="late", object_type="orders", object_id=None)
            begun = datetime.now(UTC)
            await asyncio.sleep(1.5)
            await write(audit, database)
            first = await sealer.seal()
    assert first is not None
    assert first.complete_through + SLACK < begun + timedelta(seconds=1)


async def test_where_the_server_does_not_tell_what_is_open_a_seal_is_cautious(
    audit: Audit, database: Database, sealer: AuditSealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on MariaDB without the right PROCESS."""
    monkeypatch.setattr(sealer.finder, "_oldest", database.prepare(text("SELECT nothing FROM nowhere")))
    await write(audit, database)
    made = await sealer.seal()
    assert made is not None
    assert made.complete_through <= datetime.now(UTC) - PATIENCE - SLACK


async def test_a_batch_has_a_size_and_the_next_one_goes_on(
    audit: Audit, database: Database, sealer: AuditSealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log that was never sealed does not become one seal of a million entries."""
    monkeypatch.setattr(audit_sealer, "BATCH", 7)
    monkeypatch.setattr(audit_sealer, "AT_MOST", 14)
    monkeypatch.setattr(audit_unsealed, "_PAGE", 5)
    await write(audit, database, 23)
    turns = 0
    while await sealer.seal() is not None:
        turns += 1
    assert turns == 2
    assert [each.count for each in await seals(database)] == [7, 7, 7, 2]
    assert await sealed(database) == Counter(await logged(database))
    assert (await Verifier(database, KEYS).verify()).findings == []


async def test_only_one_of_several_processes_looks_in_each_round(
    audit: Audit, database: Database, elsewhere: Database
) -> None:
    """Whoever finds a seal of a moment ago has nothing to do."""
    one, other = AuditSealer(database, KEYS), AuditSealer(elsewhere, KEYS)
    await write(audit, database)
    await one.catch_up()
    await write(audit, database)
    await other.catch_up()
    assert len(await seals(database)) == 1
    await one.catch_up()
    assert len(await seals(database)) == 2


async def test_processes_that_seal_at_the_same_time_make_one_chain(
    audit: Audit, database: Database, elsewhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While others write."""
    monkeypatch.setattr(audit_sealer, "BATCH", 5)
    both = [AuditSealer(database, KEYS), AuditSealer(elsewhere, KEYS)]

    async def keep(each: AuditSealer) -> None:
        for _ in range(10):
            await each.seal()
            await asyncio.sleep(0.005)

    await asyncio.gather(*(keep(each) for each in both), *(write(audit, database, 3) for _ in range(10)))
    while await both[0].seal() is not None:
        pass
    assert await sealed(database) == Counter(await logged(database))
    found = await seals(database)
    assert [each.sequence for each in found] == list(range(1, len(found) + 1))
    assert [each.previous for each in found[1:]] == [each.hash for each in found[:-1]]


async def test_when_it_has_been_quiet_a_seal_says_that_nothing_came_late(
    audit: Audit, database: Database, sealer: AuditSealer
) -> None:
    """So that a service at rest does not read the same entries again and again; and only once."""
    await write(audit, database, 3)
    await sealer.seal()
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=True):
        said = await sealer.seal()
        assert said is not None
        assert said.count == 0
        assert await sealer.seal() is None


async def test_seals_cannot_be_changed(audit: Audit, database: Database, sealer: AuditSealer) -> None:
    """As the entries."""
    await write(audit, database)
    await sealer.seal()
    for statement in ("UPDATE audit_seals SET kept_from = 9", "DELETE FROM audit_seals"):
        with pytest.raises(Error) as caught:
            async with database.work() as work:
                await work.session.execute(text(statement))
        assert "append-only" in str(caught.value.__cause__)


async def test_a_checkpoint_is_kept_with_the_first_seal_and_then_once_a_minute(
    audit: Audit, database: Database, tmp_path: Path
) -> None:
    """The last one when the process ends."""
    file = tmp_path / "far" / "checkpoints.jsonl"
    sealer = AuditSealer(database, KEYS, "office", File(file))

    def kept() -> list[int]:
        return [each.sequence for each in sealer.place._read()] if sealer.place else []  # type: ignore[attr-defined]

    for _ in range(3):
        await write(audit, database)
        await sealer.catch_up()
    assert kept() == [1]
    await sealer.close()
    assert kept() == [1, 3]


async def test_a_place_that_cannot_be_written_is_tried_again(
    audit: Audit, database: Database, tmp_path: Path
) -> None:
    """The seal is made all the same."""
    (tmp_path / "far").write_text("no folder")
    sealer = AuditSealer(database, KEYS, "office", File(tmp_path / "far" / "checkpoints.jsonl"))
    await write(audit, database)
    with pytest.raises(OSError, match="far"):
        await sealer.catch_up()
    (tmp_path / "far").unlink()
    await sealer.catch_up()
    assert sealer.place is not None
    [checkpoint] = await sealer.place.read()
    assert checkpoint.sequence == 1


async def test_a_failure_is_told_once_and_sealing_goes_on(
    audit: Audit,
    runtime: Any,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever went wrong: a task that ended would be missed by nobody."""
    await write(audit, database)
    catch_up, turns = AuditSealer.catch_up, 0

    async def failing(self: AuditSealer) -> None:
        nonlocal turns
        turns += 1
        if turns < 5:
            raise KeyError("something nobody thought of")
        await catch_up(self)

    monkeypatch.setattr(AuditSealer, "catch_up", failing)
    task = asyncio.create_task(audit_sealer.keep_sealing(runtime, every=0.01))
    async with asyncio.timeout(30):
        while not await seals(database):
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])
    assert caplog.text.count("sealing the audit log failed") == 1


async def test_a_service_seals_by_itself(
    audit: Audit, runtime: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And stops when it is told to."""
    await write(audit, database)
    task = asyncio.create_task(audit_sealer.keep_sealing(runtime, every=0.01))
    async with asyncio.timeout(30):
        while not await seals(database):
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
