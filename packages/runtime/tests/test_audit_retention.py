"""Old entries are archived and dropped, and what is left is as provable as before."""

import hashlib
import json
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from audit_tampering import KEYS, lone_sealer, tamper
from backwright import audit_retention
from backwright.actor import SYSTEM
from backwright.audit import Audit, audit_log
from backwright.audit_retention import prune
from backwright.audit_sealer import AuditSealer
from backwright.audit_verify import Verification, Verifier
from backwright.callers import acting_as
from backwright.context import now
from backwright.database import Database
from backwright.errors import Error
from backwright.runtime import Runtime
from sqlalchemy import select, text


@pytest.fixture
def sealer(database: Database, monkeypatch: pytest.MonkeyPatch) -> AuditSealer:
    return lone_sealer(database, monkeypatch)


@pytest.fixture
async def half(database: Database, sealer: AuditSealer) -> datetime:
    """Five entries in two seals before this moment, and three in one seal after it."""
    moment = now()
    for count in (3, 2, 3):
        with acting_as(SYSTEM):
            async with database.work() as work:
                for _ in range(count):
                    await Audit(database).record(work, action="update", object_type="orders", object_id=None)
        if count == 2:
            await sealer.seal()
            moment = now()
        else:
            await sealer.seal()
    return moment


async def ids(database: Database) -> list[UUID]:
    rows = await database.fetch(database.prepare(select(audit_log.c.id).order_by(audit_log.c.id)))
    return [row[0] for row in rows]


async def verified(database: Database) -> Verification:
    return await Verifier(database, KEYS).verify()


async def test_old_entries_go_and_the_rest_is_sound(
    runtime: Runtime, database: Database, sealer: AuditSealer, half: datetime
) -> None:
    """The archive has what has gone, line by line, and the log says that it went and where the archive is."""
    before, archive = await ids(database), BytesIO()
    done = await prune(runtime, sealer, half, archive)
    assert done is not None
    assert (done.through, done.entries) == (2, 5)
    lines = [json.loads(line) for line in archive.getvalue().splitlines()]
    assert [UUID(each["id"]) for each in lines] == before[:5]
    assert done.sha256 == hashlib.sha256(archive.getvalue()).hexdigest()
    left = await ids(database)
    assert left[:-1] == before[5:]
    found = await verified(database)
    assert found.findings == []
    assert (found.entries, found.dropped, found.unsealed) == (3, 5, 1)
    changes = select(audit_log.c.changes).where(audit_log.c.action == "prune")
    assert await database.fetch(database.prepare(changes)) == [
        ({"seals": 2, "entries": 5, "archive": done.sha256},)
    ]


async def test_entries_that_were_not_dropped_on_purpose_are_missed(
    runtime: Runtime, database: Database, sealer: AuditSealer, half: datetime
) -> None:
    """What is younger than the seal says has to be there, and nothing can be put in the place of what went."""
    await prune(runtime, sealer, half, BytesIO())
    left = await ids(database)
    tamper(database, f"DELETE FROM audit_log WHERE id = '{left[0]}'")
    [finding] = (await verified(database)).findings
    assert finding.startswith(f"entry {left[0]}: was deleted")


async def test_the_database_refuses_changes_as_before(
    runtime: Runtime, database: Database, sealer: AuditSealer, half: datetime
) -> None:
    """The trigger is back."""
    await prune(runtime, sealer, half, BytesIO())
    with pytest.raises(Error) as refused:
        async with database.work() as work:
            await work.session.execute(text("DELETE FROM audit_log"))
    assert "append-only" in str(refused.value.__cause__)


async def test_a_log_that_was_changed_is_not_shortened(
    runtime: Runtime, database: Database, sealer: AuditSealer, half: datetime
) -> None:
    """It would take away what shows the change."""
    before = await ids(database)
    tamper(database, f"UPDATE audit_log SET action = 'read' WHERE id = '{before[1]}'")
    with pytest.raises(ValueError, match=f"Entry {before[1]} is not what seal 1 lists"):
        await prune(runtime, sealer, half, BytesIO())
    assert await ids(database) == before


async def test_nothing_goes_where_nothing_is_old(
    runtime: Runtime, database: Database, sealer: AuditSealer, half: datetime
) -> None:
    """And no seal is made."""
    assert await prune(runtime, sealer, half - timedelta(days=1), BytesIO()) is None
    assert len(await ids(database)) == 8


async def test_broken_off_between_saying_and_doing_it_is_sound(
    runtime: Runtime,
    database: Database,
    sealer: AuditSealer,
    half: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Entries that may go and are there are compared all the same; the next time they go."""

    def fail(*_: Any) -> None:
        raise RuntimeError("the power is gone")

    drop = audit_retention._drop
    monkeypatch.setattr(audit_retention, "_drop", lambda found, ids: fail() if ids else None)
    with pytest.raises(RuntimeError):
        await prune(runtime, sealer, half, BytesIO())
    found = await verified(database)
    assert (found.findings, found.entries, found.dropped) == ([], 8, 0)
    monkeypatch.setattr(audit_retention, "_drop", drop)
    assert await prune(runtime, sealer, half, BytesIO()) is None
    found = await verified(database)
    assert (found.findings, found.entries, found.dropped) == ([], 3, 5)


async def test_the_service_seals_on(
    runtime: Runtime, database: Database, sealer: AuditSealer, half: datetime, tmp_path: Path
) -> None:
    """The next seal continues the chain and keeps what was said."""
    await prune(runtime, sealer, half, BytesIO())
    made = await sealer.seal()
    assert made is not None
    assert (made.count, made.kept_from) == (1, 3)
    assert (await verified(database)).findings == []
