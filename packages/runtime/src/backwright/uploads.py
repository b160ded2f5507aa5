"""Taking in one file: room first, then bytes, then the verdict, then the row.

What lives here: the order of these steps and what is undone when one fails. What must not: the steps
themselves (`multipart.py`, `sniffing.py`, `storage.py`, `attachment_rows.py`) and who may send a file.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from backwright.actor import Actor
from backwright.attachment_rows import Attachment, State, rows_of
from backwright.context import now
from backwright.entity import new_id
from backwright.errors import BadRequest, Conflict, Error, NotFound, TooLarge
from backwright.filenames import clean_name, extension_of
from backwright.multipart import FilePart
from backwright.sniffing import told_type, verify
from backwright.storage import Stored, new_key

if TYPE_CHECKING:
    from backwright.attachments import Attachments
    from backwright.database import Work
    from backwright.idempotency_uploads import Also
    from backwright.resource import BoundResource
    from backwright.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Place:
    """Room that is reserved for one file: the attachment's id, the storage key, verified name and type."""

    id: UUID
    key: str
    name: str
    media_type: str


class Uploads:
    """Takes files in for the rows of one resource."""

    def __init__(self, bound: "BoundResource", declared: "Attachments", runtime: "Runtime") -> None:
        self._bound = bound
        self._declared = declared
        self._runtime = runtime
        self._rows = rows_of(runtime.database)
        self._types = tuple(declared.types)
        self._quota = runtime.settings.files_quota_mb * 1024 * 1024

    async def take(
        self, actor: Actor, object_id: UUID, part: FilePart, also: "Also | None" = None
    ) -> Attachment:
        """Store a file and its row, and do what else belongs to it. Whatever goes wrong, nothing is seen by anybody.

        Raises `TooLarge`, `UnsupportedMediaType` or `Invalid` for the file, `Conflict` when there is no room,
        and `NotFound` when the row was deleted meanwhile.
        """
        place = await self.reserve(actor, object_id, part.filename, part.media_type, 1)
        try:
            stored = await self._store(part, place)
            found = await self.complete(place.id, stored, also)
        except BaseException:
            await asyncio.shield(self.abandon(place.id))
            raise
        if found is None:
            self._runtime.storage.delete_later([stored.key])
            raise NotFound(f"There is no such {self._bound.title}.")
        return found

    async def reserve(
        self, actor: Actor, object_id: UUID, filename: str, media_type: str, size: int
    ) -> "Place":
        """Take a place among the row's attachments, so that uploads at once cannot exceed the count.

        Raises `UnsupportedMediaType` for what is not taken, `Conflict` when there is no room.
        """
        name = clean_name(filename)
        place = Place(new_id(), new_key(), name, told_type(media_type, extension_of(name), self._types))
        async with self._runtime.database.work() as work:
            held = await self._rows.count(work, self._bound.name, object_id)
            if held >= self._declared.max_count:
                raise Conflict(
                    f"This {self._bound.title} has {held} attachments, which is the most. Remove one first."
                )
            await self._refuse_over_quota(work, size)
            values = {
                "id": place.id,
                "object_type": self._bound.name,
                "object_id": object_id,
                "name": name,
                "media_type": place.media_type,
                "storage_key": place.key,
                "created_by": actor.id,
                "created_at": now(),
            }
            await self._rows.reserve(work, values)
        return place

    async def _refuse_over_quota(self, work: "Work", more: int) -> None:
        if await self._rows.total(work) + more > self._quota:
            raise Conflict("The room for files of this service is used up. Remove files first.")

    def judge(self, name: str, media_type: str) -> Callable[[BinaryIO], str]:
        """What looks at the content of a file of this name and type, and raises if it is not what it says."""
        return partial(verify, declared=media_type, extension=extension_of(name), allowed=self._types)

    async def _store(self, part: FilePart, place: "Place") -> Stored:
        async with self._runtime.storage.draft() as draft:
            size = 0
            async for piece in part.pieces():
                size += len(piece)
                if size > self._declared.max_bytes:
                    raise TooLarge(f"A file may have at most {self._declared.max_mb} MiB.")
                await draft.write(piece)
            await draft.examine(self.judge(place.name, place.media_type))
            stored = await draft.keep(place.key)
        if stored.size != size or (part.digest is not None and stored.sha256 != part.digest.hex()):
            self._runtime.storage.delete_later([place.key])
            raise BadRequest("The file does not match its Content-Digest. Send it again.")
        return stored

    async def complete(self, id_: UUID, stored: Stored, also: "Also | None" = None) -> Attachment | None:
        """Show the file; none if its row is gone or was completed before. Raises `Conflict` for no room."""
        state = State.QUARANTINED if self._declared.quarantine else State.READY
        async with self._runtime.database.work() as work:
            await self._refuse_over_quota(work, stored.size)
            found = await self._rows.complete(work, id_, stored, state)
            if found is None:
                return None
            await self._runtime.audit.record(
                work,
                action="attachment_added",
                object_type=found.object_type,
                object_id=found.object_id,
                changes={
                    "attachment": str(id_),
                    "name": found.name,
                    "size": found.size,
                    "sha256": found.sha256,
                },
            )
            if also is not None:
                await also(work, found)
        return found

    async def abandon(self, id_: UUID) -> None:
        """Give the place back. If even that fails, the row stays pending and is collected later."""
        with suppress(Error):
            async with self._runtime.database.work() as work:
                keys = await self._rows.abandon(work, id_)
            self._runtime.storage.delete_later(keys)
