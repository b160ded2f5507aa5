"""Whether the audit log is what it was when it was sealed, entry by entry.

What lives here: comparing the log with its seals, the seals with each other, and both with what is kept elsewhere. What
must not: printing it (`audit_commands.py`). Log and seals are read side by side, a page at a time, so that a log of any
size needs the memory of a few minutes of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, select, text

from backwright.audit import audit_log
from backwright.audit_checkpoints import Checkpoint
from backwright.audit_seals import COLUMNS, FIRST, Seal, SealKeys, audit_seals, digest, made_since
from backwright.audit_triggers import triggers
from backwright.columns import Id, fixed_width
from backwright.database import Database

_PAGE: Final = 2_000
_SEALS: Final = 50
_NEVER: Final = UUID(int=(1 << 128) - 1)

_TRIGGERS: Final = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')",
    "mariadb": "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = database()",
}


@dataclass
class Verification:
    """What was found. The log is sound if `findings` is empty."""

    findings: list[str] = field(default_factory=list)
    entries: int = 0
    """Entries that are as they were sealed."""
    dropped: int = 0
    """Entries that were archived and dropped, as a seal says."""
    unsealed: int = 0
    """Entries too new to be sealed yet."""
    unsealed_since: datetime | None = None
    last: Seal | None = None
    checkpoints: int = 0
    """Checkpoints that agree with the seals."""


@dataclass(slots=True)
class _Expected:
    sequence: int
    digest: bytes


class Verifier:
    """Reads everything once. Used for one verification."""

    def __init__(self, database: Database, keys: SealKeys, checkpoints: Sequence[Checkpoint] = ()) -> None:
        self._database = database
        self._keys = keys
        self._checkpoints: dict[int, list[Checkpoint]] = {}
        for each in checkpoints:
            self._checkpoints.setdefault(each.sequence, []).append(each)
        after = bindparam("after", type_=BigInteger())
        self._seals = database.prepare(
            select(*COLUMNS)
            .where(audit_seals.c.sequence > after)
            .order_by(audit_seals.c.sequence)
            .limit(_SEALS)
        )
        first, before = bindparam("first", type_=Id()), bindparam("before", type_=Id())
        self._entries = database.prepare(
            select(*audit_log.c)
            .where(audit_log.c.id >= first, audit_log.c.id < before)
            .order_by(audit_log.c.id)
            .limit(_PAGE)
        )
        self._newest = database.prepare(select(*COLUMNS).order_by(audit_seals.c.sequence.desc()).limit(1))
        self._expected: dict[UUID, _Expected] = {}
        self._listed: dict[UUID, int] = {}
        self._position = UUID(int=0)
        self._kept_from = 1
        self.found = Verification()

    async def verify(self) -> Verification:
        """Compare everything. Raises `Unavailable`."""
        await self._look_at_triggers()
        newest = await self._database.fetch(self._newest)
        self._kept_from = Seal(*newest[0]).kept_from if newest else 1
        last: Seal | None = None
        while page := await self._database.fetch(self._seals, {"after": last.sequence if last else -1}):
            for row in page:
                seal = Seal(*row)
                self._check(seal, last)
                last = seal
                await self._compare(made_since(seal.complete_through))
        await self._compare(_NEVER)
        self.found.last = last
        self._check_tail(last)
        return self.found

    def _say(self, finding: str) -> None:
        self.found.findings.append(finding)

    def _check(self, seal: Seal, last: Seal | None) -> None:
        """The seal itself, against the one before it and the checkpoints."""
        name = f"seal {seal.sequence}"
        if seal.sequence != (last.sequence + 1 if last else 1):
            self._say(f"{name}: follows seal {last.sequence if last else 0}; those between are gone")
        elif seal.previous != (last.hash if last else FIRST):
            self._say(f"{name}: does not continue the seal before it; one of the two was exchanged")
        if seal.computed_hash() != seal.hash:
            self._say(f"{name}: was changed; it is not what its hash says")
        if not self._keys.knows(seal.key_id):
            self._say(
                f"{name}: was signed with the key {seal.key_id}, which is not of this SECRET_KEY; if that was "
                "replaced, set SECRET_KEY_PREVIOUS"
            )
        elif not self._keys.is_genuine(seal.key_id, seal.hash, seal.signature):
            self._say(f"{name}: its signature is forged; it was not made by this service")
        if last and (seal.complete_through < last.complete_through or seal.kept_from < last.kept_from):
            self._say(f"{name}: takes back what an earlier seal says")
        for each in self._checkpoints.pop(seal.sequence, ()):
            if each.hash != seal.hash:
                self._say(f"{name}: is not the one that the checkpoint of {fixed_width(each.sealed_at)} saw")
            else:
                self.found.checkpoints += 1
        self._expect(seal)

    def _expect(self, seal: Seal) -> None:
        for id_, digest_ in seal.entries():
            if (earlier := self._listed.get(id_)) is not None:
                self._say(f"entry {id_}: seals {earlier} and {seal.sequence} both list it")
                continue
            if id_ < self._position:
                self._say(
                    f"entry {id_}: seal {seal.sequence} lists it after an earlier one said that all are sealed"
                )
                continue
            self._expected[id_] = _Expected(seal.sequence, digest_)
            self._listed[id_] = seal.sequence

    async def _compare(self, end: UUID) -> None:
        """The entries from where we are to `end` with what seals say of them."""
        while page := await self._page(end):
            for entry in page:
                self._compare_one(entry, is_final=end is not _NEVER)
            self._position = UUID(int=page[-1]["id"].int + 1)
        if end > self._position:
            self._position = end
        for id_ in sorted(each for each in self._expected if each < end):
            self._missing(id_, self._expected.pop(id_).sequence)
        self._listed = {id_: at for id_, at in self._listed.items() if id_ >= self._position}

    async def _page(self, end: UUID) -> list[dict[str, Any]]:
        if self._position >= end:
            return []
        rows = await self._database.fetch(self._entries, {"first": self._position, "before": end})
        return [dict(zip(self._entries.columns, row, strict=True)) for row in rows]

    def _compare_one(self, entry: Mapping[str, Any], *, is_final: bool) -> None:
        expected = self._expected.pop(entry["id"], None)
        if expected is not None and expected.digest == digest(entry):
            self.found.entries += 1
        elif expected is not None:
            self._say(f"entry {entry['id']}: was changed after seal {expected.sequence} ({_told(entry)})")
        elif is_final:
            self._say(f"entry {entry['id']}: was inserted; all of its time were sealed ({_told(entry)})")
        else:
            self.found.unsealed += 1
            self.found.unsealed_since = self.found.unsealed_since or entry["at"]

    def _missing(self, id_: UUID, sequence: int) -> None:
        if sequence < self._kept_from:
            self.found.dropped += 1
        else:
            self._say(f"entry {id_}: was deleted; seal {sequence} lists it")

    def _check_tail(self, last: Seal | None) -> None:
        """Checkpoints that no seal has answered to."""
        for each in _in_order(self._checkpoints):
            if last is not None and each.sequence <= last.sequence:
                self._say(
                    f"seal {each.sequence}: is gone; the checkpoint of {fixed_width(each.sealed_at)} saw it"
                )
        beyond = [
            each for each in _in_order(self._checkpoints) if last is None or each.sequence > last.sequence
        ]
        if beyond:
            self._say(
                f"seals {last.sequence + 1 if last else 1} to {beyond[-1].sequence}: the end of the log was cut off; "
                f"the checkpoint of {fixed_width(beyond[-1].sealed_at)} saw them"
            )

    async def _look_at_triggers(self) -> None:
        """What keeps entries from being changed at all."""
        engine = self._database.dialect.name
        there = {
            name for (name,) in await self._database.fetch(self._database.prepare(text(_TRIGGERS[engine])))
        }
        for table in (audit_log.name, audit_seals.name):
            for name in triggers(table, engine):
                if name not in there:
                    self._say(f"table {table}: the trigger {name} is gone, so rows can be changed")


def _in_order(checkpoints: Mapping[int, Sequence[Checkpoint]]) -> Iterator[Checkpoint]:
    for sequence in sorted(checkpoints):
        yield from checkpoints[sequence]


def _told(entry: Mapping[str, Any]) -> str:
    at: datetime = entry["at"]
    return f"{entry['action']} {entry['object_type']}, {at.astimezone(UTC).isoformat(timespec='seconds')}"
