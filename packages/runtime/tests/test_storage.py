"""Files are whole or absent and named by the server: the same for a folder and for a bucket."""

import asyncio
import hashlib
import os
import tracemalloc
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from backwright.context import now
from backwright.spool import PIECE
from backwright.storage import Storage, greet, open_storage, put
from storages import KINDS, Backstage, opened

LATER = timedelta(hours=1)


@pytest.fixture(params=KINDS)
async def behind(
    request: pytest.FixtureRequest, tmp_path: Path, s3_servers: Callable[[str], Any]
) -> AsyncGenerator[Backstage, None]:
    async with opened(request.param, tmp_path / "files", s3_servers) as made:
        yield made


@pytest.fixture
def storage(behind: Backstage) -> Storage:
    return behind.storage


async def stream(content: bytes, piece: int = 1000) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(content), piece):
        yield content[start : start + piece]


async def read(storage: Storage, key: str, start: int = 0, length: int | None = None) -> bytes:
    return b"".join([piece async for piece in await storage.open(key, start, length)])


async def keys(storage: Storage) -> list[str]:
    return [key async for batch in storage.keys(now() + LATER) for key in batch]


async def settled(behind: Backstage, count: int) -> None:
    """Wait for removals that go on in the background."""
    async with asyncio.timeout(60):
        while len(behind.names()) != count:
            await asyncio.sleep(0.01)


async def test_what_is_put_comes_back_with_its_size_and_digest(storage: Storage) -> None:
    """A file larger than one piece survives the round trip."""
    content = os.urandom(PIECE * 2 + 17)
    stored = await put(storage, stream(content))
    assert (stored.size, stored.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert await read(storage, stored.key) == content


@pytest.mark.parametrize(("start", "length"), [(0, 1), (5, None), (PIECE - 1, 2), (PIECE + 10, 10**9)])
async def test_a_part_of_a_file_can_be_read(storage: Storage, start: int, length: int | None) -> None:
    """Ranges at the edges of pieces are exact."""
    content = os.urandom(PIECE + 100)
    stored = await put(storage, stream(content))
    expected = content[start:] if length is None else content[start : start + length]
    assert await read(storage, stored.key, start, length) == expected


async def test_an_empty_file_is_a_file(storage: Storage) -> None:
    """No bytes is also content."""
    stored = await put(storage, stream(b""))
    assert stored.size == 0
    assert await read(storage, stored.key) == b""


async def test_a_draft_that_is_not_kept_leaves_nothing(behind: Backstage) -> None:
    """An upload that breaks off half-way leaves neither a file nor a draft."""

    async def break_off() -> None:
        async with behind.storage.draft() as draft:
            await draft.write(b"half")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await break_off()
    await behind.storage.close()
    assert behind.names() == []


async def test_a_draft_can_be_examined_and_continued(storage: Storage) -> None:
    """Looking at the content does not disturb what follows."""
    async with storage.draft() as draft:
        await draft.write(b"head")
        assert await draft.examine(lambda file: file.read(2)) == b"he"
        await draft.write(b"tail")
        stored = await draft.keep()
    assert await read(storage, stored.key) == b"headtail"


async def test_deleting_is_idempotent(storage: Storage) -> None:
    """A deleted file is gone, and deleting it again is no error."""
    stored = await put(storage, stream(b"x"))
    await storage.delete(stored.key)
    await storage.delete(stored.key)
    with pytest.raises(FileNotFoundError):
        await storage.open(stored.key)


async def test_what_nobody_waits_for_is_deleted_too(behind: Backstage) -> None:
    """`delete_later` returns at once."""
    stored = await put(behind.storage, stream(b"x"))
    behind.storage.delete_later([stored.key])
    await settled(behind, 0)


@pytest.mark.parametrize(
    "key",
    ["../../etc/passwd", "ab/../../x", "/etc/passwd", "ab/" + "g" * 32, "AB/" + "a" * 32, "", "ab\x00/x"],
)
async def test_only_keys_made_here_are_taken(storage: Storage, key: str) -> None:
    """A path cannot be smuggled in as a key."""
    with pytest.raises(ValueError, match="not a storage key"):
        await storage.open(key)


async def test_files_are_listed_by_age(storage: Storage) -> None:
    """The collector sees what is older than a moment, and nothing younger."""
    kept = [(await put(storage, stream(b"x"))).key for _ in range(3)]
    assert sorted(await keys(storage)) == sorted(kept)
    assert [batch async for batch in storage.keys(now() - LATER) if batch] == []


async def test_what_a_crash_leaves_is_swept(behind: Backstage) -> None:
    """An abandoned draft goes when it is old, and is no file before."""
    kept = await put(behind.storage, stream(b"kept"))
    behind.leave()
    assert await keys(behind.storage) == [kept.key]
    assert await behind.storage.sweep(now() - LATER) == 0
    assert len(behind.names()) == 2
    assert await behind.storage.sweep(now() + LATER) == 1
    assert len(behind.names()) == 1
    assert await read(behind.storage, kept.key) == b"kept"


async def test_a_closed_storage_can_be_used_again(storage: Storage) -> None:
    """Applications are stopped and started in one process."""
    stored = await put(storage, stream(b"x"))
    await storage.close()
    assert await read(storage, stored.key) == b"x"


async def test_a_storage_that_is_there_passes_its_check(storage: Storage) -> None:
    """At the start, and for the readiness probe."""
    await storage.check()
    await greet(storage)
    await storage.ping()


async def test_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    """Sixty-four megabytes pass through in a few."""
    storage = open_storage(f"file:{tmp_path}")

    async def zeros() -> AsyncGenerator[bytes, None]:
        for _ in range(1024):
            yield b"\0" * 65_536

    tracemalloc.start()
    try:
        stored = await put(storage, zeros())
        async for _ in await storage.open(stored.key):
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        await storage.close()
    assert stored.size == 64 * 1024 * 1024
    assert peak < 8 * 1024 * 1024


async def test_the_url_names_the_storage(tmp_path: Path) -> None:
    """`file:` and `s3:` are built; another kind is refused with what to write instead."""
    for number, url in enumerate((f"file:{tmp_path}/0", f"file://{tmp_path}/1")):
        opened = open_storage(url)
        assert not (tmp_path / str(number)).exists()
        await put(opened, stream(b"x"))
        await opened.close()
        assert (tmp_path / str(number)).is_dir()
    assert type(open_storage("s3://a-bucket?region=eu-central-1")).__name__ == "S3Storage"
    with pytest.raises(ValueError, match="file:<directory>"):
        open_storage("ftp://server/files")
    with pytest.raises(ValueError, match="credentials"):
        open_storage("s3://key:secret@bucket")
