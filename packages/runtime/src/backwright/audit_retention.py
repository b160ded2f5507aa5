"""Old entries of the audit log, archived and dropped in such a way that the rest can still be verified.

What lives here: which entries may go, the archive, the seal that says so, and the deletion. What must not: making other
seals (`audit_sealer.py`), reading a log out (`audit_export.py`).

Only whole seals go, from the beginning. The seals themselves stay: they hold the digest of every entry, so an archive
can be compared with them for ever. A new seal says which entries need not be there any more, before the first is
deleted; broken off in between, the same command goes on.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from io import UnsupportedOperation
from typing import Any, BinaryIO, Final
from uuid import UUID

from sqlalchemy import BigInteger, Connection, bindparam, delete, select, text

from backwright import migration_connections
from backwright.actor import SYSTEM
from backwright.audit import audit_log
from backwright.audit_sealer import AuditSealer
from backwright.audit_seals import COLUMNS, Seal, audit_seals, canonical, digest, plain
from backwright.audit_triggers import creation, removal
from backwright.callers import acting_as
from backwright.columns import Id
from backwright.runtime import Runtime

_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Pruned:
    """What has gone: the last of its seals, how many entries, and the SHA-256 of the archive."""

    through: int
    entries: int
    sha256: str


async def prune(runtime: Runtime, sealer: AuditSealer, before: datetime, archive: BinaryIO) -> Pruned | None:
    """Archive and drop the entries of all seals from before a moment; `None` if there are none.

    Raises `ValueError` when an entry is not what was sealed: such a log has to be looked at, not shortened. Raises
    what the database raises if its account may not drop triggers.
    """
    last = await sealer.newest()
    if last is None:
        return None
    through, sha, ids = last.kept_from - 1, hashlib.sha256(), []
    async for seal in _seals(runtime, last.kept_from, before):
        for entry in await _entries(runtime, seal):
            line = canonical(plain(entry)) + b"\n"
            sha.update(line)
            archive.write(line)
            ids.append(entry["id"])
        through = seal.sequence
    _keep(archive)
    await asyncio.to_thread(_drop, runtime, await _left_over(runtime, last.kept_from - 1))
    if through < last.kept_from:
        return None
    found = Pruned(through, len(ids), sha.hexdigest())
    await _say(runtime, sealer, found)
    await asyncio.to_thread(_drop, runtime, ids)
    return found


def _keep(archive: BinaryIO) -> None:
    """Make it durable, before anything is deleted that only it holds then."""
    archive.flush()
    with suppress(UnsupportedOperation):  # it is no file
        os.fsync(archive.fileno())


async def _left_over(runtime: Runtime, newest: int) -> list[UUID]:
    """Entries that may go already and are there: somebody was broken off who deleted them, the oldest first."""
    found: list[UUID] = []
    ask = runtime.database.prepare(
        select(*COLUMNS).where(audit_seals.c.sequence == bindparam("at", type_=BigInteger()))
    )
    while rows := await runtime.database.fetch(ask, {"at": newest}):
        seal = Seal(*rows[0])
        there = await _found(runtime, [id_ for id_, _ in seal.entries()])
        if seal.count and not there:
            break
        found += there
        newest -= 1
    return found


async def _seals(runtime: Runtime, first: int, before: datetime) -> AsyncIterator[Seal]:
    """The seals from one on that were made before a moment."""
    following = runtime.database.prepare(
        select(*COLUMNS)
        .where(audit_seals.c.sequence >= bindparam("first", type_=BigInteger()))
        .order_by(audit_seals.c.sequence)
        .limit(1)
    )
    while rows := await runtime.database.fetch(following, {"first": first}):
        seal = Seal(*rows[0])
        if seal.sealed_at >= before:
            return
        yield seal
        first = seal.sequence + 1


async def _entries(runtime: Runtime, seal: Seal) -> list[dict[str, Any]]:
    """The entries that a seal lists, each compared with it."""
    expected = list(seal.entries())
    found = await _found(runtime, [id_ for id_, _ in expected])
    for id_, sealed in expected:
        if id_ not in found or digest(found[id_]) != sealed:
            raise ValueError(
                f"Entry {id_} is not what seal {seal.sequence} lists. Nothing was dropped: audit verify."
            )
    return [found[id_] for id_, _ in expected]


async def _found(runtime: Runtime, ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """The entries of these that are there."""
    some = [bindparam(f"id_{at}", type_=Id()) for at in range(_AT_ONCE)]
    ask = runtime.database.prepare(select(*audit_log.c).where(audit_log.c.id.in_(some)))
    found: dict[UUID, dict[str, Any]] = {}
    for part in _parts(ids):
        asked = {f"id_{at}": part[min(at, len(part) - 1)] for at in range(_AT_ONCE)}
        for row in await runtime.database.fetch(ask, asked):
            found[row[0]] = dict(zip(ask.columns, row, strict=True))
    return found


async def _say(runtime: Runtime, sealer: AuditSealer, found: Pruned) -> None:
    """The seal and the entry that say what goes, in one transaction."""
    with acting_as(SYSTEM):
        async with runtime.database.work() as work:
            await sealer.locked(work)
            await sealer.append(work, await sealer.last(work), kept_from=found.through + 1)
            await runtime.audit.record(
                work,
                action="prune",
                object_type="audit_log",
                object_id=None,
                changes={"seals": found.through, "entries": found.entries, "archive": found.sha256},
            )


def _drop(runtime: Runtime, ids: list[UUID]) -> None:
    """Delete entries, a few at a time, each time with the trigger out of the way and back."""

    def run(connection: Connection) -> None:
        engine = connection.dialect.name
        try:
            for part in _parts(ids, 10 * _AT_ONCE):
                for statement in removal(audit_log.name, engine):
                    connection.execute(text(statement))
                connection.execute(delete(audit_log).where(audit_log.c.id.in_(part)))
                for statement in creation(audit_log.name, engine):
                    connection.execute(text(statement))
                connection.commit()
        except BaseException:
            connection.rollback()
            if engine == "mariadb":  # it commits each statement about a table by itself
                for statement in (*removal(audit_log.name, engine), *creation(audit_log.name, engine)):
                    connection.execute(text(statement))
            raise

    migration_connections.run(runtime.database.url.render_as_string(hide_password=False), run)


def _parts(ids: list[UUID], size: int = _AT_ONCE) -> Iterator[list[UUID]]:
    return (ids[at : at + size] for at in range(0, len(ids), size))
