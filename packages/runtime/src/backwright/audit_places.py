"""Where checkpoints of the audit log are kept: a file, or a bucket of S3.

What lives here: the setting `AUDIT_CHECKPOINTS`, writing and reading back. What must not: what a checkpoint says
(`audit_checkpoints.py`). The place is worth what its rights are worth: the service needs only to add to it (a file with
`chattr +a` or on another machine, a bucket with object lock), and nobody who can change the database may change it.
"""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from backwright import s3_place
from backwright.audit_checkpoints import Checkpoint, append, parsed

if TYPE_CHECKING:
    from backwright.s3_client import S3Client

NEWEST: Final = 1_000
"""How many checkpoints are read back: the seals before the oldest of them hang together by themselves."""

_LINE: Final = 1_024
_OBJECTS: Final = 20


class Place(Protocol):
    """Keeps checkpoints."""

    async def write(self, checkpoint: Checkpoint) -> None:
        """Keep one more. Raises `OSError` and `Unavailable`."""

    async def read(self) -> Sequence[Checkpoint]:
        """The newest ones. Raises `OSError`, `Unavailable`, and `ValueError` for what is none."""

    async def close(self) -> None:
        """Let go of what is open."""


def open_place(url: str, access: s3_place.S3Access, service: str) -> Place | None:
    """The place that the setting names, if it names one."""
    if not url:
        return None
    if url.startswith("s3:"):
        from backwright.s3_client import S3Client  # here, because its library is an extra

        return Bucket(S3Client(s3_place.S3Place.parse(url), access), service)
    return File(Path(url.removeprefix("file:")))


class File:
    """A file that lines are added to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def write(self, checkpoint: Checkpoint) -> None:
        await asyncio.to_thread(append, self._path, checkpoint)

    async def read(self) -> Sequence[Checkpoint]:
        return await asyncio.to_thread(self._read)

    def _read(self) -> Sequence[Checkpoint]:
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            start = max(0, file.seek(0, os.SEEK_END) - NEWEST * _LINE)
            file.seek(start)
            lines = file.read().decode(errors="replace").splitlines()
        return parsed(lines[1:] if start else lines, str(self._path))[-NEWEST:]

    async def close(self) -> None:
        """Nothing is open."""


class Bucket:
    """An object for each checkpoint, named so that they sort in their order."""

    def __init__(self, client: "S3Client", service: str) -> None:
        self._client = client
        self._prefix = f"{client.place.prefix}{service}-"

    async def write(self, checkpoint: Checkpoint) -> None:
        name = f"{self._prefix}{checkpoint.sequence:012}.json"
        body = checkpoint.line().encode()
        await self._client.call("put_object", Key=name, Body=body, ContentType="application/json")

    async def read(self) -> Sequence[Checkpoint]:
        names: list[str] = []
        more: dict[str, str] = {}
        while True:
            found = await self._client.call("list_objects_v2", Prefix=self._prefix, **more)
            names += [each["Key"] for each in found.get("Contents", ())]
            if not found.get("IsTruncated"):
                break
            more = {"ContinuationToken": found["NextContinuationToken"]}
        lines = []
        for name in sorted(names)[-_OBJECTS:]:
            found = await self._client.call("get_object", Key=name)
            lines.append((await self._client.hop(found["Body"].read)).decode(errors="replace"))
        return parsed(lines, self._prefix)

    async def close(self) -> None:
        await self._client.close()
