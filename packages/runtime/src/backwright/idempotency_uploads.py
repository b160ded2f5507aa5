"""Uploads that may be sent again under the same `Idempotency-Key`.

What lives here: the same promise as in `idempotency.py` for a body that is read once, as a stream. What must
not: what happens to the file (`uploads.py`).

What was sent is known when all of it has come: the name, the type and the digest of the file, whatever boundary
the form had this time. So the answer is stored with the row that shows the file. Of two at once the later one
throws its file away and gets the first one's answer. Refusals are not stored, as a file may be refused before
it has come.
"""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from backwright.actor import Actor
from backwright.attachment_rows import Attachment
from backwright.database import Work
from backwright.idempotency import Answer, Ledger, digest, key_of
from backwright.multipart import FilePart

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource

Also = Callable[[Work, Attachment], Awaitable[None]]
"""What else is done in the unit of work that shows a file."""


class _Overtaken(Exception):
    """The same upload was finished by another request meanwhile."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class KeyedUploads:
    """The answers to uploads for one resource."""

    def __init__(self, bound: "BoundResource", route: str) -> None:
        self._bound = bound
        self._ledger = Ledger(bound, route)

    async def once(
        self,
        request: Request,
        actor: Actor,
        take: Callable[[FilePart, Also | None], Awaitable[Attachment]],
        show: Callable[[Attachment], Response],
    ) -> Response:
        """What `show` answers for the file that `take` has taken in, now or the first time."""
        key = key_of(self._bound, request)
        part = await FilePart.receive(request)
        if key is None:
            return show(await take(part, None))
        ledger, name = self._ledger, self._ledger.name(actor, key)
        earlier = await ledger.look(name)
        if earlier is not None:
            return earlier.again(_payload(request, part, await _read(part)))
        file_digest = ""

        async def also(work: Work, found: Attachment) -> None:
            nonlocal file_digest
            file_digest = found.sha256
            overtaking = await ledger.earlier(work, name)
            if overtaking is not None:
                raise _Overtaken(overtaking)
            await ledger.keep(work, name, _payload(request, part, file_digest), show(found))

        try:
            return show(await take(part, also))
        except _Overtaken as overtaken:
            return overtaken.answer.again(_payload(request, part, file_digest))


def _payload(request: Request, part: FilePart, file_digest: str) -> bytes:
    return digest(request, part.filename.encode(), part.media_type.encode(), file_digest.encode())


async def _read(part: FilePart) -> str:
    """The digest of a file that nobody needs any more."""
    found = sha256()
    async for piece in part.pieces():
        found.update(piece)
    return found.hexdigest()
