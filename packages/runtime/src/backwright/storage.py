"""Where the bytes of files are kept: the seam.

What lives here: keys, drafts, bytes. What must not: names that people gave, rights, media types. A key is
made by the server and is the only name a file has here, so no path ever comes from a request. A file is
visible under its key completely or not at all.
"""

import re
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final, Protocol, TypeVar

from uuid_utils.compat import uuid7

_KEY: Final = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stored:
    """What was kept: its key, its size in bytes and the SHA-256 of its content in hex."""

    key: str
    size: int
    sha256: str


class Draft(Protocol):
    """A file on its way in. Nobody sees it before `keep`."""

    async def write(self, piece: bytes) -> None:
        """Append `piece`."""

    async def examine(self, look: Callable[[BinaryIO], T]) -> T:
        """Let `look` read what was written so far, away from the event loop."""

    async def keep(self, key: str | None = None) -> Stored:
        """Make the file durable and visible, under `key` if one was made before with `new_key`."""


class Storage(Protocol):
    """A place for files. Keys come from `new_key` only."""

    def draft(self) -> AbstractAsyncContextManager[Draft]:
        """Begin a file. Leaving the block without `keep` discards it."""

    async def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes, None]:
        """The bytes of a file, or of a part of it. Raises `FileNotFoundError` before the first byte."""

    async def delete(self, key: str) -> None:
        """Remove a file; one that is not there is no error."""

    def delete_later(self, keys: Iterable[str]) -> None:
        """Remove files without waiting. One that a crash leaves over is an orphan to be collected."""

    async def keys(self, before: datetime) -> list[str]:
        """The keys of all files last written before that moment."""

    async def sweep(self, before: datetime) -> int:
        """Remove drafts abandoned before that moment (the process died): how many there were."""

    async def close(self) -> None:
        """Finish what is under way."""


def new_key() -> str:
    """A key for a new file: a UUIDv7 below a two-digit shard, so that no directory grows large."""
    name = uuid7().hex
    return f"{name[-2:]}/{name}"


def split(key: str) -> tuple[str, str]:
    """The shard and the name in a key. Raises `ValueError` for anything that `new_key` did not make."""
    if not _KEY.fullmatch(key):
        raise ValueError("not a storage key: keys are made by new_key() and never taken from a request")
    shard, _, name = key.partition("/")
    return shard, name


async def put(storage: Storage, content: AsyncIterable[bytes], key: str | None = None) -> Stored:
    """Keep a whole stream as a file."""
    async with storage.draft() as draft:
        async for piece in content:
            await draft.write(piece)
        return await draft.keep(key)


def open_storage(url: str) -> Storage:
    """The storage that `files_url` names. Raises `ValueError` for a kind that is not built."""
    from backwright.local_storage import LocalStorage

    kind, _, place = url.partition(":")
    if kind != "file" or not place:
        raise ValueError(f"files_url {kind}: is not supported; use file:<directory>, e.g. file:./var/files")
    return LocalStorage(place.removeprefix("//") or place)
