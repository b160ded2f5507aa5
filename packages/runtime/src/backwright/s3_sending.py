"""From a spooled file to an object: in one call, or in parts if the file is large.

What lives here: parts, digests, and giving up cleanly. What must not: names and judgement. S3 shows an object
when it is whole, or never; parts of an upload that was given up are removed here, or by the collector.
"""

import asyncio
import base64
import hashlib
from typing import Any, Final

from backwright.s3_client import S3Client
from backwright.spool import Slice, Spool

PART: Final = 16 * 1024 * 1024
"""Files larger than this are sent in parts of this size."""

PARTS_AT_ONCE: Final = 3

HARMLESS: Final = {"ContentType": "application/octet-stream", "ContentDisposition": "attachment"}
"""What an object says of itself: nothing a browser would run. Its true type stands in the database."""


async def send(client: S3Client, name: str, spool: Spool) -> None:
    """Make what a spool holds an object: all of it, or nothing."""
    await client.hop(spool.flush)
    if spool.size > PART:
        await _send_parts(client, name, spool)
        return
    await client.call(
        "put_object",
        Key=name,
        Body=Slice(spool.file, 0, spool.size),
        ContentLength=spool.size,
        ChecksumSHA256=base64.b64encode(spool.digest).decode(),
        **HARMLESS,
    )


async def _send_parts(client: S3Client, name: str, spool: Spool) -> None:
    begun = await client.call("create_multipart_upload", Key=name, ChecksumAlgorithm="SHA256", **HARMLESS)
    upload = {"Key": name, "UploadId": begun["UploadId"]}
    at_once = asyncio.Semaphore(PARTS_AT_ONCE)

    async def part(number: int) -> dict[str, Any]:
        async with at_once:
            return await _send_part(client, upload, spool, number)

    try:
        async with asyncio.TaskGroup() as group:
            numbers = range(1, -(-spool.size // PART) + 1)
            sent = [group.create_task(part(number)) for number in numbers]
        parts = [each.result() for each in sent]
        await client.call("complete_multipart_upload", **upload, MultipartUpload={"Parts": parts})
    except BaseException as error:
        client.later("abort_multipart_upload", **upload)
        if isinstance(error, BaseExceptionGroup):
            raise error.exceptions[0] from None
        raise


async def _send_part(client: S3Client, upload: dict[str, Any], spool: Spool, number: int) -> dict[str, Any]:
    start = (number - 1) * PART
    length = min(PART, spool.size - start)

    def digest() -> str:
        found, part = hashlib.sha256(), Slice(spool.file, start, length)
        for piece in part:
            found.update(piece)
        return base64.b64encode(found.digest()).decode()

    sha256 = await client.hop(digest)
    body = Slice(spool.file, start, length)
    told = {"PartNumber": number, "ChecksumSHA256": sha256}
    answer = await client.call("upload_part", **upload, **told, Body=body, ContentLength=length)
    return {**told, "ETag": answer["ETag"]}
