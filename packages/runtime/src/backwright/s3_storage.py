"""Files in a bucket of S3 or of a server that speaks like it.

A file is held in the temporary directory while it comes in, because it is judged before a byte of it reaches
the bucket, and because memory must not grow with files or with slow senders. Then it is sent
(`s3_sending.py`). What lives here: keys, drafts, bytes in the bucket. What must not: what clients do with the
bucket themselves (`s3_direct.py`).
"""

import asyncio
import logging
import re
import tempfile
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import datetime
from typing import Any, BinaryIO, Final, cast

from backwright.s3_client import S3Client, Unsupported
from backwright.s3_direct import S3Direct
from backwright.s3_place import S3Access, S3Place
from backwright.s3_safety import refuse_public
from backwright.s3_sending import send
from backwright.spool import PIECE, Spool
from backwright.storage import Direct, Draft, Misconfigured, Stored, is_key, new_key, split

INCOMING: Final = "incoming/"
"""Below it is what clients have sent themselves and nobody has judged yet."""

_log = logging.getLogger("backwright.storage")


class S3Storage:
    """Files below the prefix of a bucket, named by their keys."""

    def __init__(self, place: S3Place, access: S3Access) -> None:
        self.client = S3Client(place, access)
        self._prefix = place.prefix
        self._is_safe = False
        self._checking = asyncio.Lock()
        self._direct = S3Direct(self, access) if access.direct_url else None

    @property
    def direct(self) -> Direct | None:
        """Links and forms, if clients reach the bucket (see `Storage.direct`)."""
        return self._direct

    async def check(self) -> None:
        """See that the bucket is there and not public (see `Storage.check`).

        Every use waits for one success, so that a server which was down at the start is asked later.
        """
        if self._is_safe:
            return
        async with self._checking:
            if not self._is_safe:
                try:
                    await refuse_public(self.client)
                except Misconfigured as error:
                    _log.error("the storage is not used", extra={"reason": error.reason})
                    raise
                self._is_safe = True

    async def ping(self) -> None:
        """Ask for the bucket. Raises `Unavailable` if the server does not answer well."""
        await self.check()
        await self.client.call("head_bucket")

    def name_of(self, key: str) -> str:
        """The name of a file's object. Raises `ValueError` for a key that `new_key` did not make."""
        return f"{self._prefix}{'/'.join(split(key))}"

    def incoming_name(self, key: str) -> str:
        """The name of the object that a client sends for this key."""
        return f"{self._prefix}{INCOMING}{split(key)[1]}"

    @asynccontextmanager
    async def draft(self) -> AsyncGenerator[Draft, None]:
        """Begin a file (see `Storage.draft`)."""
        await self.check()
        async with self.spool() as spool:
            yield S3Draft(self, spool)

    @asynccontextmanager
    async def spool(self) -> AsyncGenerator[Spool, None]:
        """A temporary file without a name: a crash leaves nothing."""
        file = await self.client.hop(_temporary)
        try:
            yield Spool(file, self.client.hop)
        finally:
            # In the pool, not awaited: it must also happen when the request was cancelled.
            self.client.pool.submit(file.close)

    async def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes, None]:
        """The bytes of an object, in pieces (see `Storage.open`)."""
        name = self.name_of(key)
        await self.check()
        part = {}
        if start or length:
            part = {"Range": f"bytes={start}-{start + length - 1 if length else ''}"}
        found = await self.client.call("get_object", Key=name, **part)
        pieces = self.pieces(found["Body"])
        if not part:
            return pieces
        # A server may answer with more than the part that was asked for (RFC 9110 §14.2): some do.
        begins = re.match(r"bytes (\d+)-", found.get("ContentRange", ""))
        return _cut(pieces, start - (int(begins[1]) if begins else 0), length)

    async def pieces(self, body: Any) -> AsyncGenerator[bytes, None]:
        """The bytes of an answer, read as they are taken."""
        try:
            while piece := await self.client.ask(lambda: cast(bytes, body.read(PIECE))):
                yield piece
        finally:
            self.client.pool.submit(body.close)

    async def delete(self, key: str) -> None:
        """Remove an object (see `Storage.delete`)."""
        name = self.name_of(key)
        await self.check()
        with suppress(FileNotFoundError):
            await self.client.call("delete_object", Key=name)

    def delete_later(self, keys: Iterable[str]) -> None:
        """Remove objects without waiting (see `Storage.delete_later`)."""
        for key in keys:
            self.client.later("delete_object", Key=self.name_of(key))

    async def keys(self, before: datetime) -> AsyncGenerator[list[str], None]:
        """Keys of objects last written before that moment, page by page (see `Storage.keys`)."""
        async for names in self._names(self._prefix, before):
            yield sorted(filter(is_key, (name.removeprefix(self._prefix) for name in names)))

    async def _names(self, prefix: str, before: datetime) -> AsyncGenerator[list[str], None]:
        await self.check()
        following: dict[str, str] = {}
        while True:
            page = await self.client.call("list_objects_v2", Prefix=prefix, **following)
            yield [each["Key"] for each in page.get("Contents", ()) if each["LastModified"] < before]
            if not page.get("IsTruncated"):
                return
            following = {"ContinuationToken": page["NextContinuationToken"]}

    async def sweep(self, before: datetime) -> int:
        """Remove what clients sent and never finished, and parts of uploads given up (see `Storage.sweep`)."""
        count = 0
        async for names in self._names(self._prefix + INCOMING, before):
            for name in names:
                await self.client.call("delete_object", Key=name)
                count += 1
        for upload in await self._abandoned(before):
            with suppress(FileNotFoundError):
                await self.client.call("abort_multipart_upload", **upload)
                count += 1
        return count

    async def _abandoned(self, before: datetime) -> list[dict[str, str]]:
        try:
            page = await self.client.call("list_multipart_uploads", Prefix=self._prefix)
        except Unsupported:
            return []
        uploads = page.get("Uploads", ())
        return [
            {"Key": each["Key"], "UploadId": each["UploadId"]}
            for each in uploads
            if each["Initiated"] < before
        ]

    async def close(self) -> None:
        """Finish what is under way (see `Storage.close`)."""
        await self.client.close()
        if self._direct is not None:
            await self._direct.close()


async def _cut(
    pieces: AsyncGenerator[bytes, None], start: int, length: int | None
) -> AsyncGenerator[bytes, None]:
    """The part of a whole that begins at `start`."""
    at = 0
    async with aclosing(pieces):
        async for piece in pieces:
            end = len(piece) if length is None else max(0, start + length - at)
            if wanted := piece[max(0, start - at) : end]:
                yield wanted
            at += len(piece)
            if length is not None and at >= start + length:
                return


def _temporary() -> BinaryIO:
    return cast(BinaryIO, tempfile.TemporaryFile(buffering=0))


class S3Draft:
    """A file that is spooled, judged, then sent."""

    def __init__(self, storage: S3Storage, spool: Spool) -> None:
        self._storage = storage
        self._spool = spool
        self.write = spool.write
        self.examine = spool.examine

    async def keep(self, key: str | None = None) -> Stored:
        """Send the file: after a crash there is the whole object or none (see `Draft.keep`)."""
        chosen = key or new_key()
        await send(self._storage.client, self._storage.name_of(chosen), self._spool)
        return Stored(chosen, self._spool.size, self._spool.digest.hex())
