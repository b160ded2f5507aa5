"""Where the bytes of files are kept: the seam.

What lives here: keys, drafts, bytes. What must not: names that people gave, rights, media types. A key is
made by the server and is the only name a file has here, so no path ever comes from a request. A file is
visible under its key completely or not at all.
"""

import logging
import re
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol, TypeVar

from uuid_utils.compat import uuid7

from backwright.errors import Unavailable

if TYPE_CHECKING:
    from backwright.s3_place import S3Access

_KEY: Final = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")

T = TypeVar("T")

_log = logging.getLogger("backwright.storage")


class Misconfigured(Unavailable):
    """The storage is not as a service may use it: not there, not ours, or open to everybody.

    `reason` is for the operator. Callers, should there be any, learn no more than that files are away.
    """

    def __init__(self, reason: str) -> None:
        super().__init__("Files cannot be read or written right now.", retry_after=60)
        self.reason = reason

    def __str__(self) -> str:
        """What an operator has to mend."""
        return self.reason


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


@dataclass(frozen=True, slots=True)
class Ticket:
    """A form that takes one file straight to the storage: where it is posted, with which fields first."""

    url: str
    fields: dict[str, str]


class Direct(Protocol):
    """What a storage offers whose clients may reach it themselves. Rights were checked before."""

    async def link(self, key: str, name: str, media_type: str, seconds: int) -> str:
        """An address that downloads a file under this name for so long."""

    async def ticket(self, key: str, media_type: str, size: int, seconds: int) -> Ticket:
        """Let somebody send exactly one file of this type and size. Nobody sees it before `claim`."""

    async def claim(self, key: str, most: int, sha256: str, look: Callable[[BinaryIO], object]) -> Stored:
        """Fetch what was sent for `key`, judge it, and keep it under a key of its own.

        What is kept is what was judged, whatever the sender does meanwhile. Raises `FileNotFoundError` if
        nothing was sent, `TooLarge` for more than `most` bytes, `BadRequest` for another digest, and what
        `look` raises.
        """

    def discard(self, key: str) -> None:
        """Remove what was sent for `key`, without waiting."""


class Storage(Protocol):
    """A place for files. Keys come from `new_key` only."""

    @property
    def direct(self) -> Direct | None:
        """What clients may do without us in between; none if they cannot reach the storage."""

    async def check(self) -> None:
        """See that the storage is there and closed to strangers.

        Raises `Misconfigured` for what only an operator can mend, `Unavailable` if it does not answer.
        """

    async def ping(self) -> None:
        """Ask whether the storage answers, for the readiness probe. Raises `Unavailable` if not."""

    def draft(self) -> AbstractAsyncContextManager[Draft]:
        """Begin a file. Leaving the block without `keep` discards it."""

    async def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes, None]:
        """The bytes of a file, or of a part of it. Raises `FileNotFoundError` before the first byte."""

    async def delete(self, key: str) -> None:
        """Remove a file; one that is not there is no error."""

    def delete_later(self, keys: Iterable[str]) -> None:
        """Remove files without waiting. One that a crash leaves over is an orphan to be collected."""

    def keys(self, before: datetime) -> AsyncGenerator[list[str], None]:
        """The keys of all files last written before that moment, in sorted batches."""

    async def sweep(self, before: datetime) -> int:
        """Remove drafts abandoned before that moment (the process died): how many there were."""

    async def close(self) -> None:
        """Finish what is under way."""


def new_key() -> str:
    """A key for a new file: a UUIDv7 below a two-digit shard, so that no directory grows large."""
    name = uuid7().hex
    return f"{name[-2:]}/{name}"


def is_key(name: str) -> bool:
    """Whether a name has the form of a key."""
    return _KEY.fullmatch(name) is not None


def split(key: str) -> tuple[str, str]:
    """The shard and the name in a key. Raises `ValueError` for anything that `new_key` did not make."""
    if not is_key(key):
        raise ValueError("not a storage key: keys are made by new_key() and never taken from a request")
    shard, _, name = key.partition("/")
    return shard, name


async def put(storage: Storage, content: AsyncIterable[bytes], key: str | None = None) -> Stored:
    """Keep a whole stream as a file."""
    async with storage.draft() as draft:
        async for piece in content:
            await draft.write(piece)
        return await draft.keep(key)


async def greet(storage: Storage) -> None:
    """Check a storage at the start. One that does not answer is not waited for: the rest can be served.

    Raises `Misconfigured` as `Storage.check`.
    """
    try:
        await storage.check()
    except Misconfigured:
        raise
    except Unavailable as error:
        _log.warning("starting without the storage", extra={"reason": error.detail})


def open_storage(url: str, access: "S3Access | None" = None) -> Storage:
    """The storage that `files_url` names. Nothing is opened yet.

    `access` is what S3 needs beside the address. Raises `ValueError` for a kind that is not built.
    """
    kind, _, place = url.partition(":")
    if kind == "s3":
        # Imported here: the S3 client costs 20 MB, and a service without it need not install it.
        from backwright.s3_place import S3Access, S3Place
        from backwright.s3_storage import S3Storage

        return S3Storage(S3Place.parse(url), access or S3Access())
    from backwright.local_storage import LocalStorage

    if kind != "file" or not place:
        raise ValueError(
            f"files_url {kind}: is not supported; use file:<directory> or s3://<bucket>, e.g. file:./var/files"
        )
    return LocalStorage(place.removeprefix("//") or place)
