"""What clients do with a bucket themselves, each act signed for a few minutes: fetch one file, send one file.

What a client sends goes below `incoming/`, where a form that is still good could replace it. So `claim`
fetches it, judges what it fetched, and sends that to the key, instead of letting the server copy what may have
changed in between.
"""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO

from backwright.errors import BadRequest, TooLarge
from backwright.filenames import disposition
from backwright.s3_client import S3Client
from backwright.s3_place import S3Access
from backwright.spool import PIECE
from backwright.storage import Stored, Ticket

if TYPE_CHECKING:
    from backwright.s3_storage import S3Storage


class S3Direct:
    """Signs for the address under which clients reach the bucket, which need not be ours."""

    def __init__(self, storage: "S3Storage", access: S3Access) -> None:
        self._storage = storage
        self._signing = S3Client(storage.client.place, access, access.direct_url)

    async def link(self, key: str, name: str, media_type: str, seconds: int) -> str:
        """An address that downloads a file, saved and not shown (see `Direct.link`)."""
        await self._storage.check()
        wanted = {
            "Bucket": self._signing.place.bucket,
            "Key": self._storage.name_of(key),
            "ResponseContentType": media_type,
            "ResponseContentDisposition": disposition(name),
            "ResponseCacheControl": "private, no-store",
        }
        # In a thread: credentials may have to be fetched.
        return await self._signing.ask(
            lambda: str(
                self._signing.client().generate_presigned_url("get_object", wanted, ExpiresIn=seconds)
            )
        )

    async def ticket(self, key: str, media_type: str, size: int, seconds: int) -> Ticket:
        """A form for exactly one object of this type and size (see `Direct.ticket`)."""
        await self._storage.check()
        fields = {"Content-Type": media_type}
        conditions: list[Any] = [fields, ["content-length-range", size, size]]
        signed = await self._signing.ask(
            lambda: self._signing.client().generate_presigned_post(
                self._signing.place.bucket,
                self._storage.incoming_name(key),
                Fields=dict(fields),
                Conditions=conditions,
                ExpiresIn=seconds,
            )
        )
        return Ticket(signed["url"], signed["fields"])

    async def claim(self, key: str, most: int, sha256: str, look: Callable[[BinaryIO], object]) -> Stored:
        """Fetch, judge and keep what was sent (see `Direct.claim`)."""
        await self._storage.check()
        client = self._storage.client
        found = await client.call("get_object", Key=self._storage.incoming_name(key))
        pieces = self._storage.pieces(found["Body"])
        try:
            if found["ContentLength"] > most:
                raise TooLarge(f"A file may have at most {most} bytes.")
            async with self._storage.draft() as draft:
                async for piece in pieces:
                    await draft.write(piece)
                await draft.examine(lambda file: _compare(file, sha256))
                await draft.examine(look)
                return await draft.keep()
        finally:
            await pieces.aclose()

    def discard(self, key: str) -> None:
        """Remove what was sent (see `Direct.discard`)."""
        self._storage.client.later("delete_object", Key=self._storage.incoming_name(key))

    async def close(self) -> None:
        """Stop signing."""
        await self._signing.close()


def _compare(file: BinaryIO, sha256: str) -> None:
    found = hashlib.sha256()
    while piece := file.read(PIECE):
        found.update(piece)
    if found.hexdigest() != sha256:
        raise BadRequest("The file that arrived has another SHA-256 than the one that was given.")
