"""Whatever is changed in the log or in its seals afterwards is found, and said which entry it was."""

import asyncio
import re
from uuid import UUID

import pytest
from audit_tampering import KEYS, SECRET, lone_sealer, tamper
from backwright.actor import SYSTEM
from backwright.audit import Audit, audit_log
from backwright.audit_checkpoints import Checkpoint, forged
from backwright.audit_sealer import AuditSealer
from backwright.audit_seals import COLUMNS, Seal, SealKeys, audit_seals, listed, plain
from backwright.audit_verify import Verification, Verifier
from backwright.callers import acting_as
from backwright.database import Database
from sqlalchemy import insert, select


@pytest.fixture
def sealer(database: Database, monkeypatch: pytest.MonkeyPatch) -> AuditSealer:
    return lone_sealer(database, monkeypatch)


@pytest.fixture
async def sealed(database: Database, sealer: AuditSealer) -> list[UUID]:
    """Nine entries in three seals, the last of which says that nothing can come any more: the ids of the entries."""
    audit = Audit(database)
    for step in range(3):
        with acting_as(SYSTEM):
            async with database.work() as work:
                for number in range(3):
                    said = {"total": [step, number], "note": "é ü"}
                    await audit.record(
                        work, action="update", object_type="orders", object_id=UUID(int=number), changes=said
                    )
        await asyncio.sleep(0.005)  # ids know milliseconds
        assert await sealer.seal()
    await asyncio.sleep(0.005)
    rows = await database.fetch(database.prepare(select(audit_log.c.id).order_by(audit_log.c.id)))
    return [row[0] for row in rows]


async def verified(database: Database, *checkpoints: Checkpoint, keys: SealKeys = KEYS) -> Verification:
    return await Verifier(database, keys, checkpoints).verify()


async def findings(database: Database, *checkpoints: Checkpoint) -> list[str]:
    return (await verified(database, *checkpoints)).findings


async def seals(database: Database) -> list[Seal]:
    prepared = database.prepare(select(*COLUMNS).order_by(audit_seals.c.sequence))
    return [Seal(*row) for row in await database.fetch(prepared)]


def is_(id_: UUID) -> str:
    return f"id = '{id_}'"


async def test_a_log_that_nobody_touched_is_sound(database: Database, sealed: list[UUID]) -> None:
    """All entries are counted, and the last seal is named."""
    found = await verified(database)
    assert found.findings == []
    assert (found.entries, found.unsealed, found.dropped) == (9, 0, 0)
    assert found.last is not None
    assert found.last.sequence == 3


async def test_an_empty_log_is_sound(database: Database) -> None:
    """There is nothing to compare."""
    found = await verified(database)
    assert (found.findings, found.last) == ([], None)


async def test_what_is_not_sealed_yet_is_counted(database: Database, sealed: list[UUID]) -> None:
    """It is no finding: it was written a moment ago."""
    with acting_as(SYSTEM):
        await Audit(database).denied("delete", "orders")
    found = await verified(database)
    assert (found.findings, found.entries, found.unsealed) == ([], 9, 1)


@pytest.mark.parametrize(
    "change", ["action = 'read'", "ip = '203.0.113.9'", "changes = NULL", "actor_id = object_id"]
)
async def test_a_changed_entry_is_named(database: Database, sealed: list[UUID], change: str) -> None:
    """Whatever was changed of it."""
    tamper(database, f"UPDATE audit_log SET {change} WHERE {is_(sealed[4])}")
    [finding] = await findings(database)
    assert finding.startswith(f"entry {sealed[4]}: was changed after seal 2")


async def test_a_changed_moment_is_found(database: Database, sealed: list[UUID]) -> None:
    """By a microsecond."""
    later = {
        "sqlite": "substr(at, 1, 25) || CASE substr(at, 26, 1) WHEN '9' THEN '8' ELSE '9' END || 'Z'",
        "postgresql": "at + interval '1 microsecond'",
        "mariadb": "at + INTERVAL 1 MICROSECOND",
    }[database.dialect.name]
    tamper(database, f"UPDATE audit_log SET at = {later} WHERE {is_(sealed[0])}")
    [finding] = await findings(database)
    assert finding.startswith(f"entry {sealed[0]}: was changed")


async def test_a_deleted_entry_is_named(database: Database, sealed: list[UUID]) -> None:
    """The first, one in the middle and the last."""
    for at in (0, 4, 8):
        tamper(database, f"DELETE FROM audit_log WHERE {is_(sealed[at])}")
    found = await verified(database)
    assert [each.split(":")[0] for each in found.findings] == [f"entry {sealed[at]}" for at in (0, 4, 8)]
    assert all("was deleted; seal" in each for each in found.findings)
    assert found.entries == 6


async def test_an_entry_inserted_among_sealed_ones_is_named(
    database: Database, sealer: AuditSealer, sealed: list[UUID]
) -> None:
    """INSERT is what the service itself may do, so the trigger does not help."""
    between = UUID(int=(sealed[3].int + sealed[4].int) // 2)
    columns = ", ".join(each.name for each in audit_log.c if each.name != "id")
    tamper(
        database,
        f"INSERT INTO audit_log (id, {columns}) SELECT '{between}', {columns} FROM audit_log"
        f" WHERE {is_(sealed[3])}",
    )
    [finding] = await findings(database)
    assert finding.startswith(f"entry {between}: was inserted")
    await sealer.seal()
    assert await findings(database) == [finding], "no later seal makes it good"


async def test_entries_that_change_places_are_named(database: Database, sealed: list[UUID]) -> None:
    """What one says is said by the other."""
    first, second, aside = sealed[1], sealed[2], UUID(int=sealed[8].int + 1)
    swap = [(first, aside), (second, first), (aside, second)]
    tamper(database, *(f"UPDATE audit_log SET id = '{to}' WHERE {is_(from_)}" for from_, to in swap))
    assert [each.split(":")[0] for each in await findings(database)] == [f"entry {first}", f"entry {second}"]


async def test_seals_that_change_places_are_found(database: Database, sealed: list[UUID]) -> None:
    """The chain says in which order they were made."""
    steps = [(2, 9), (3, 2), (9, 3)]
    tamper(database, *(f"UPDATE audit_seals SET sequence = {to} WHERE sequence = {of}" for of, to in steps))
    found = await findings(database)
    assert "seal 2: does not continue the seal before it; one of the two was exchanged" in found
    assert "seal 2: was changed; it is not what its hash says" in found


async def test_a_seal_that_is_gone_from_the_middle_is_found(database: Database, sealed: list[UUID]) -> None:
    """With its entries, so that nothing else is missing."""
    gone = " OR ".join(is_(each) for each in sealed[3:6])
    tamper(database, "DELETE FROM audit_seals WHERE sequence = 2", f"DELETE FROM audit_log WHERE {gone}")
    assert await findings(database) == ["seal 3: follows seal 1; those between are gone"]


async def test_a_seal_made_to_fit_a_changed_entry_is_forged(database: Database, sealed: list[UUID]) -> None:
    """Whoever has the database and not the secret can compute every hash, and no signature."""
    stranger = SealKeys([b"another secret, of somebody who has the database"])
    tamper(database, f"DELETE FROM audit_log WHERE {is_(sealed[8])}")
    old = (await seals(database))[2:]
    tamper(database, "DELETE FROM audit_seals WHERE sequence >= 3")
    previous = (await seals(database))[-1].hash
    for seal in old:
        members = listed(each for each in seal.entries() if each[0] != sealed[8])
        last = sealed[7] if members else None
        told = {**seal.row(), "members": members, "last_id": last, "previous": previous}
        made = stranger.signed(Seal(**told))
        claimed = {**made.row(), "key_id": KEYS.key_id}
        made = Seal(**{**claimed, "hash": Seal(**claimed).computed_hash()})
        async with database.work() as work:
            await work.execute(database.prepare(insert(audit_seals)), made.row())
        previous = made.hash
    assert await findings(database) == [
        f"seal {at}: its signature is forged; it was not made by this service" for at in (3,)
    ]


async def test_another_secret_is_told_from_a_forgery(database: Database, sealed: list[UUID]) -> None:
    """With the old secret at hand the seals are good."""
    found = await verified(database, keys=SealKeys([b"a new secret, since the old one was replaced now"]))
    assert len(found.findings) == 3
    assert "SECRET_KEY_PREVIOUS" in found.findings[0]
    both = SealKeys([b"a new secret, since the old one was replaced now", SECRET])
    assert (await verified(database, keys=both)).findings == []


async def test_an_end_that_was_cut_off_is_found_with_a_checkpoint(
    database: Database, sealed: list[UUID]
) -> None:
    """Without one, nobody can tell."""
    kept = [Checkpoint.of("office", each) for each in await seals(database)]
    gone = " OR ".join(is_(each) for each in sealed[3:])
    tamper(database, "DELETE FROM audit_seals WHERE sequence > 1", f"DELETE FROM audit_log WHERE {gone}")
    assert await findings(database) == []
    [finding] = await findings(database, *kept)
    assert finding.startswith("seals 2 to 3: the end of the log was cut off")


async def test_a_log_that_was_emptied_is_found_with_a_checkpoint(
    database: Database, sealed: list[UUID]
) -> None:
    """Seals and all."""
    kept = Checkpoint.of("office", (await seals(database))[-1])
    tamper(database, "DELETE FROM audit_seals", "DELETE FROM audit_log")
    [finding] = await findings(database, kept)
    assert finding.startswith("seals 1 to 3: the end of the log was cut off")


async def test_a_checkpoint_of_another_history_is_found(
    database: Database, sealer: AuditSealer, sealed: list[UUID]
) -> None:
    """Somebody with the secret has made all seals anew."""
    kept = [Checkpoint.of("office", each) for each in await seals(database)]
    tamper(database, "DELETE FROM audit_seals", f"DELETE FROM audit_log WHERE {is_(sealed[0])}")
    assert await sealer.seal()
    assert await findings(database) == []
    found = await findings(database, *kept)
    assert found[0].startswith("seal 1: is not the one that the checkpoint of ")
    assert found[1].startswith("seals 2 to 3: the end of the log was cut off")


async def test_checkpoints_that_agree_are_counted(database: Database, sealed: list[UUID]) -> None:
    """They survive being written and read back; one that is not signed is forged."""
    kept = [Checkpoint.parse(Checkpoint.of("office", each).line()) for each in await seals(database)]
    assert (await verified(database, *kept)).checkpoints == 3
    assert forged(kept, KEYS) == []
    false = Checkpoint(**{**{each: getattr(kept[0], each) for each in kept[0].__slots__}, "hash": "0" * 64})
    assert forged([false], KEYS) == ["checkpoint of seal 1: its signature is forged"]


@pytest.mark.parametrize("table", ["audit_log", "audit_seals"])
async def test_triggers_that_are_gone_are_found(database: Database, sealed: list[UUID], table: str) -> None:
    """Rows can be changed then, if nothing was changed yet."""
    tamper(database, leave_open=[table])
    found = await findings(database)
    assert f"table {table}: the trigger {table}_no_update is gone, so rows can be changed" in found
    tamper(database)
    assert await findings(database) == []


async def test_an_entry_reads_the_same_on_every_engine(database: Database, sealed: list[UUID]) -> None:
    """So that a log which moves to another engine keeps its seals."""
    prepared = database.prepare(select(*audit_log.c).order_by(audit_log.c.id))
    rows = await database.fetch(prepared)
    entry = plain(dict(zip(prepared.columns, rows[0], strict=True)))
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", entry["at"])
    assert {**entry, "id": "", "at": ""} == {
        "id": "", "at": "", "actor_id": None, "auth_method": "system", "session_id": None, "tenant": None,
        "action": "update", "object_type": "orders", "object_id": "00000000-0000-0000-0000-000000000000",
        "changes": {"note": "é ü", "total": [0, 0]}, "request_id": "-", "ip": "",
    }  # fmt: skip
