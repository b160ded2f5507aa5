"""Files below one directory of this machine.

A file is written as a draft, synced, then renamed to its key, so that after a crash there is the whole file
or none. All disk work is done in a few threads: the event loop never waits for a disk.
"""

import asyncio
import os
import re
import stat
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from uuid_utils.compat import uuid7

from backwright.errors import Unavailable
from backwright.spool import PIECE, Spool
from backwright.storage import Direct, Stored, new_key, split

WORKERS: Final = 4
"""Threads for disk work; a bound, so that a slow disk cannot eat the process's threads."""

_DRAFTS: Final = "drafts"

T = TypeVar("T")


class LocalStorage:
    """Files below `root`, which is ours alone (mode 0700) and in which symbolic links are never followed."""

    def __init__(self, root: Path | str) -> None:
        self._root = Path(root)
        self._is_made = False
        self._threads: ThreadPoolExecutor | None = None

    direct: Direct | None = None
    """A folder cannot be reached by clients."""

    async def check(self) -> None:
        """See that the directory can be made and is ours alone."""
        await self.hop(self._make_root)

    async def ping(self) -> None:
        """See that the directory is there."""
        await self.check()

    @property
    def _pool(self) -> ThreadPoolExecutor:
        """The threads, made at the first use, so that a closed storage can be used again."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="files")
        return self._threads

    async def hop(self, call: Callable[[], T]) -> T:
        """What `call` returns, done in a thread of ours. Raises `Unavailable` if the disk fails."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, call)
        except OSError as error:
            if isinstance(error, FileNotFoundError):
                raise
            raise Unavailable("Files cannot be read or written right now.", retry_after=5) from error

    @asynccontextmanager
    async def draft(self) -> AsyncGenerator["LocalDraft", None]:
        """Begin a file (see `Storage.draft`)."""
        name = uuid7().hex
        file = await self.hop(lambda: self._create(name))
        draft = LocalDraft(self, name, Spool(file, self.hop))
        try:
            yield draft
        finally:
            # In the pool, not awaited: it must also happen when the request was cancelled.
            self._pool.submit(self._discard, name, file)

    async def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes, None]:
        """The bytes of a file, in pieces (see `Storage.open`)."""
        file = await self.hop(lambda: self._open(key))
        return self._pieces(file, start, length)

    async def _pieces(self, file: BinaryIO, start: int, length: int | None) -> AsyncGenerator[bytes, None]:
        left = length
        try:
            await self.hop(lambda: file.seek(start))
            while left is None or left > 0:
                want = PIECE if left is None else min(PIECE, left)
                piece = await self.hop(lambda: file.read(want))  # noqa: B023 - awaited before the next round
                if not piece:
                    return
                left = None if left is None else left - len(piece)
                yield piece
        finally:
            self._pool.submit(file.close)

    async def delete(self, key: str) -> None:
        """Remove a file (see `Storage.delete`)."""
        await self.hop(lambda: self._remove(key))

    def delete_later(self, keys: Iterable[str]) -> None:
        """Remove files without waiting (see `Storage.delete_later`)."""
        for key in keys:
            self._pool.submit(self._remove, key)

    async def keys(self, before: datetime) -> AsyncGenerator[list[str], None]:
        """Keys of files last written before that moment, shard by shard (see `Storage.keys`)."""
        for shard in await self.hop(self._shards):
            found = await self.hop(lambda: self._old_files(shard, before.timestamp()))  # noqa: B023 - awaited
            yield sorted(f"{shard}/{name}" for name in found)

    async def sweep(self, before: datetime) -> int:
        """Remove abandoned drafts (see `Storage.sweep`)."""
        return await self.hop(lambda: self._sweep(before.timestamp()))

    async def close(self) -> None:
        """Wait for what is under way, then stop the threads."""
        threads, self._threads = self._threads, None
        if threads is not None:
            await asyncio.get_running_loop().run_in_executor(None, threads.shutdown)

    # Below: blocking work, called in the pool only.

    def _make_root(self) -> None:
        if not self._is_made:
            (self._root / _DRAFTS).mkdir(mode=0o700, parents=True, exist_ok=True)
            self._root = self._root.resolve()
            for directory in (self._root, self._root / _DRAFTS):
                os.chmod(directory, 0o700)
            self._is_made = True

    @contextmanager
    def _directory(self, name: str, *, create: bool = False) -> Iterator[int]:
        """A descriptor of a directory below the root: what is opened relative to it cannot be redirected."""
        self._make_root()
        root = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            if create:
                with suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=root)
                    os.fsync(root)
            directory = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=root)
        finally:
            os.close(root)
        try:
            yield directory
        finally:
            os.close(directory)

    def _create(self, name: str) -> BinaryIO:
        with self._directory(_DRAFTS, create=True) as drafts:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            return os.fdopen(os.open(name, flags, 0o600, dir_fd=drafts), "w+b", buffering=0)

    def _open(self, key: str) -> BinaryIO:
        shard, name = split(key)
        with self._directory(shard) as directory:
            found = os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=directory)
            return os.fdopen(found, "rb", buffering=0)

    def publish(self, draft: str, key: str) -> None:
        """Rename a synced draft to its key. Part of `LocalDraft.keep`."""
        shard, name = split(key)
        with self._directory(_DRAFTS) as drafts, self._directory(shard, create=True) as directory:
            os.rename(draft, name, src_dir_fd=drafts, dst_dir_fd=directory)
            os.fsync(directory)

    def _discard(self, name: str, file: BinaryIO) -> None:
        file.close()
        with self._directory(_DRAFTS) as drafts, suppress(FileNotFoundError):
            os.unlink(name, dir_fd=drafts)

    def _remove(self, key: str) -> None:
        shard, name = split(key)
        with suppress(FileNotFoundError), self._directory(shard) as directory:
            os.unlink(name, dir_fd=directory)

    def _shards(self) -> list[str]:
        self._make_root()
        return sorted(name for name in os.listdir(self._root) if re.fullmatch(r"[0-9a-f]{2}", name))

    def _old_files(self, directory: str, before: float) -> list[str]:
        with self._directory(directory) as opened:
            found = (
                (name, os.stat(name, dir_fd=opened, follow_symlinks=False)) for name in os.listdir(opened)
            )
            return [name for name, facts in found if stat.S_ISREG(facts.st_mode) and facts.st_mtime < before]

    def _sweep(self, before: float) -> int:
        abandoned = self._old_files(_DRAFTS, before)
        with self._directory(_DRAFTS) as drafts:
            for name in abandoned:
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=drafts)
        return len(abandoned)


class LocalDraft:
    """A file below `drafts/`, hashed while it is written."""

    def __init__(self, storage: LocalStorage, name: str, spool: Spool) -> None:
        self._storage = storage
        self._name = name
        self._spool = spool
        self.write = spool.write
        self.examine = spool.examine

    async def keep(self, key: str | None = None) -> Stored:
        """Sync, then rename: after a crash there is the whole file or none (see `Draft.keep`)."""
        chosen = key or new_key()

        def publish() -> None:
            self._spool.flush()
            os.fsync(self._spool.file.fileno())
            self._storage.publish(self._name, chosen)

        await self._storage.hop(publish)
        return Stored(chosen, self._spool.size, self._spool.digest.hex())
