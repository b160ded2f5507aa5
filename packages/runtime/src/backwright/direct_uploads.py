"""Files that clients send straight to the storage: a form for one file, then the verdict.

What lives here: the two steps and what becomes of a file that is refused. What must not: signing and fetching
(`s3_direct.py`), places and rows (`uploads.py`). A file that was sent this way is nothing before `finish`: it
is fetched, measured, hashed and judged exactly as one that came through us.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from backwright.actor import Actor
from backwright.attachment_rows import Attachment, rows_of
from backwright.context import now
from backwright.errors import BadRequest, Conflict, Invalid, NotFound, TooLarge, UnsupportedMediaType
from backwright.storage import Direct, Stored, Ticket
from backwright.uploads import Uploads

if TYPE_CHECKING:
    from backwright.attachments import Attachments
    from backwright.resource import BoundResource
    from backwright.runtime import Runtime

SECONDS: Final = 900
"""How long a form is good for; less than the grace of the collector, so that no file arrives for a lost row."""


class Announced(BaseModel):
    """A file that somebody is about to send."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(min_length=1, max_length=1000)
    media_type: str = Field(min_length=1, max_length=127)
    size: int = Field(ge=1)


class Sent(BaseModel):
    """What somebody has sent, by its digest."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sha256: str = Field(pattern="^[0-9a-f]{64}$")


@dataclass(frozen=True, slots=True)
class Begun:
    """A place for a file and the form that fills it."""

    id: UUID
    ticket: Ticket
    expires_at: datetime


class DirectUploads:
    """Takes in, for the rows of one resource, files that do not pass through us."""

    def __init__(
        self, bound: "BoundResource", declared: "Attachments", runtime: "Runtime", uploads: Uploads
    ) -> None:
        self._bound = bound
        self._declared = declared
        self._runtime = runtime
        self._rows = rows_of(runtime.database)
        self._uploads = uploads

    async def begin(self, actor: Actor, object_id: UUID, announced: Announced) -> Begun:
        """Reserve a place and sign a form for exactly this file.

        Raises as `Uploads.reserve`, and `Conflict` if the storage cannot be reached by clients.
        """
        direct = self._direct()
        if announced.size > self._declared.max_bytes:
            raise TooLarge(f"A file may have at most {self._declared.max_mb} MiB.")
        place = await self._uploads.reserve(
            actor, object_id, announced.name, announced.media_type, announced.size
        )
        until = now().replace(microsecond=0) + timedelta(seconds=SECONDS)
        try:
            ticket = await direct.ticket(place.key, place.media_type, announced.size, SECONDS)
        except BaseException:
            await self._uploads.abandon(place.id)
            raise
        return Begun(place.id, ticket, until)

    async def finish(self, actor: Actor, object_id: UUID, id_: UUID, sent: Sent) -> Attachment:
        """Verify what was sent and show it. Doing it again gives the same answer.

        A refused file is gone, and so is its place. Raises `Conflict` if nothing has arrived yet, and for the
        file what `Uploads.take` raises.
        """
        direct = self._direct()
        pending = await self._rows.pending(self._bound.name, object_id, id_)
        if pending is None or pending.created_by != actor.id:
            return await self._finished(object_id, id_, sent)
        stored = await self._claim(direct, pending, sent)
        found = await self._uploads.complete(id_, stored)
        if found is None:
            # Another call has finished it, or the row is gone: what this call kept is nobody's.
            self._runtime.storage.delete_later([stored.key])
            return await self._finished(object_id, id_, sent)
        direct.discard(pending.storage_key)
        return found

    async def _claim(self, direct: Direct, pending: Attachment, sent: Sent) -> Stored:
        look = self._uploads.judge(pending.name, pending.media_type)
        try:
            return await direct.claim(pending.storage_key, self._declared.max_bytes, sent.sha256, look)
        except FileNotFoundError:
            raise Conflict("The file has not arrived yet. Send it with the form, then finish.") from None
        except (BadRequest, Invalid, UnsupportedMediaType, TooLarge):
            direct.discard(pending.storage_key)
            await self._uploads.abandon(pending.id)
            raise

    async def _finished(self, object_id: UUID, id_: UUID, sent: Sent) -> Attachment:
        """What an earlier call has finished: its answer may have been lost."""
        found = await self._rows.one(self._bound.name, object_id, id_)
        if found is None:
            raise NotFound("There is no such upload.")
        if found.sha256 != sent.sha256:
            raise Conflict("This upload was finished with another file.")
        return found

    def _direct(self) -> Direct:
        direct = self._runtime.storage.direct
        if direct is None:
            raise Conflict("Files are sent to the service here: post them to …/attachments.")
        return direct
