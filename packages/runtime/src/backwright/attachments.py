"""Files that hang on rows: the declaration, and what becomes of files when rows or processes die.

What lives here: `Attachments`, forgetting, releasing, collecting. What must not: HTTP
(`attachment_routes.py`), the judgement of content (`sniffing.py`), statements (`attachment_rows.py`).
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from backwright.attachment_rows import Attachment, State, attachments, rows_of
from backwright.context import now
from backwright.database import Work
from backwright.errors import Error, NotFound
from backwright.sniffing import FORMATS

if TYPE_CHECKING:
    from fastapi.routing import APIRoute

    from backwright.resource import BoundResource
    from backwright.runtime import Runtime

__all__ = [
    "Attachment", "Attachments", "State", "attachment_routes", "attachments", "collect", "forget",
    "keep_collecting", "release",
]  # fmt: skip

DEFAULT_TYPES: Final = (
    "image/png",
    "image/jpeg",
    "image/webp",
    "application/pdf",
    "text/plain",
    "text/csv",
)

GRACE: Final = timedelta(hours=1)
"""How old something unfinished must be before it counts as left behind; longer than any upload may take."""

_BATCH: Final = 500

_log = logging.getLogger("backwright.attachments")


@dataclass(frozen=True, slots=True)
class Attachments:
    """What files a row may have.

    `max_mb` is the size of one file in MiB, `max_count` the number of files of one row, `types` the media
    types that are taken. With `quarantine`, a new file cannot be downloaded before `release` is called, for
    services that scan. With `direct`, clients may send files straight to the storage, where it can be reached
    (S3 with FILES_DIRECT_URL); such a file is verified before it is shown. Raises `ValueError` for a type
    whose content cannot be verified, and for limits that are no limits.
    """

    max_mb: int = 10
    max_count: int = 20
    types: Sequence[str] = DEFAULT_TYPES
    quarantine: bool = False
    direct: bool = False

    def __post_init__(self) -> None:
        unknown = sorted(set(self.types) - set(FORMATS))
        if unknown or not self.types:
            raise ValueError(
                f"Attachments(types=…): the content of {', '.join(unknown) or 'nothing'} cannot be verified; "
                f"choose from {', '.join(FORMATS)}"
            )
        if not (1 <= self.max_mb <= 5_120 and 1 <= self.max_count <= 10_000):
            raise ValueError("Attachments: max_mb must be 1 to 5120 and max_count 1 to 10000")

    @property
    def max_bytes(self) -> int:
        """The size of one file in bytes."""
        return self.max_mb * 1024 * 1024


def attachment_routes(bound: "BoundResource", runtime: "Runtime") -> "list[APIRoute]":
    """The routes below `/{plural}/{id}/attachments`."""
    from backwright.attachment_routes import routes_of

    return routes_of(bound, runtime)


async def forget(runtime: "Runtime", work: Work, object_type: str, object_id: UUID) -> None:
    """Delete a row's attachments in the transaction that deletes the row; files go after the commit."""
    keys = await rows_of(runtime.database).forget(work, object_type, object_id)
    if keys:
        work.after_commit(lambda: runtime.storage.delete_later(keys))


async def release(runtime: "Runtime", attachment_id: UUID) -> Attachment:
    """Let a quarantined file be downloaded. Raises `NotFound` if there is none with this id.

    Called by a service's own scanner; to refuse a file, delete its attachment.
    """
    async with runtime.database.work() as work:
        found = await rows_of(runtime.database).release(work, attachment_id)
        if found is None:
            raise NotFound("There is no quarantined attachment with this id.")
        await runtime.audit.record(
            work,
            action="attachment_released",
            object_type=found.object_type,
            object_id=found.object_id,
            changes={"attachment": str(found.id)},
        )
    return found


@dataclass(frozen=True, slots=True)
class Collected:
    """What was left behind and is gone now: unfinished or lost rows, files without a row, drafts."""

    rows: int
    files: int
    drafts: int


async def collect(runtime: "Runtime", grace: timedelta = GRACE) -> Collected:
    """Remove what crashes have left: pending rows, rows of deleted objects, files without a row, drafts.

    Touches nothing younger than `grace`. Safe to run while the service works, and in several processes at
    once.
    """
    before, rows = now() - grace, rows_of(runtime.database)
    async with runtime.database.work() as work:
        lost = await rows.expire(work, before)
        for bound in runtime.resources.values():
            if bound.resource.attachments is not None:
                lost += await rows.adrift(work, bound.name, bound.table)
    for key in lost:
        await runtime.storage.delete(key)
    orphans = 0
    async for found in runtime.storage.keys(before):
        for keys in _batches(found):
            for key in sorted(set(keys) - await rows.known(keys)):
                await runtime.storage.delete(key)
                orphans += 1
    return Collected(len(lost), orphans, await runtime.storage.sweep(before))


async def keep_collecting(runtime: "Runtime", every: timedelta = timedelta(hours=1)) -> None:
    """Collect now and then, until cancelled. A failure is logged and the next round tries again."""
    while True:
        try:
            found = await collect(runtime)
            if found != Collected(0, 0, 0):
                counts = {"rows": found.rows, "files": found.files, "drafts": found.drafts}
                _log.info("collected what was left behind", extra=counts)
        except Error as error:
            _log.warning("collecting attachments failed", extra={"reason": error.detail})
        await asyncio.sleep(every.total_seconds())


def _batches(keys: list[str]) -> Iterator[list[str]]:
    return (keys[at : at + _BATCH] for at in range(0, len(keys), _BATCH))
