"""Files are whole or absent, named by the server, and never outside their directory."""

import hashlib
import os
import stat
import tracemalloc
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
from backwright.context import now
from backwright.errors import Unavailable
from backwright.local_storage import PIECE, LocalStorage
from backwright.storage import new_key, open_storage, put, split


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncGenerator[LocalStorage, None]:
    opened = LocalStorage(tmp_path / "files")
    yield opened
    await opened.close()


async def stream(content: bytes, piece: int = 1000) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(content), piece):
        yield content[start : start + piece]


async def read(storage: LocalStorage, key: str, start: int = 0, length: int | None = None) -> bytes:
    return b"".join([piece async for piece in await storage.open(key, start, length)])


def files_below(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


async def test_what_is_put_comes_back_with_its_size_and_digest(storage: LocalStorage) -> None:
    """A file larger than one piece survives the round trip."""
    content = os.urandom(PIECE * 2 + 17)
    stored = await put(storage, stream(content))
    assert (stored.size, stored.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert await read(storage, stored.key) == content


@pytest.mark.parametrize(("start", "length"), [(0, 1), (5, None), (PIECE - 1, 2), (PIECE + 10, 10**9)])
async def test_a_part_of_a_file_can_be_read(storage: LocalStorage, start: int, length: int | None) -> None:
    """Ranges at the edges of pieces are exact."""
    content = os.urandom(PIECE + 100)
    stored = await put(storage, stream(content))
    expected = content[start:] if length is None else content[start : start + length]
    assert await read(storage, stored.key, start, length) == expected


async def test_an_empty_file_is_a_file(storage: LocalStorage) -> None:
    """No bytes is also content."""
    stored = await put(storage, stream(b""))
    assert stored.size == 0
    assert await read(storage, stored.key) == b""


async def test_a_draft_that_is_not_kept_leaves_nothing(storage: LocalStorage, tmp_path: Path) -> None:
    """An upload that breaks off half-way leaves neither a file nor a draft."""

    async def break_off() -> None:
        async with storage.draft() as draft:
            await draft.write(b"half")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await break_off()
    await storage.close()
    assert files_below(tmp_path) == []


async def test_a_draft_can_be_examined_and_continued(storage: LocalStorage) -> None:
    """Looking at the content does not disturb what follows."""
    async with storage.draft() as draft:
        await draft.write(b"head")
        assert await draft.examine(lambda file: file.read(2)) == b"he"
        await draft.write(b"tail")
        stored = await draft.keep()
    assert await read(storage, stored.key) == b"headtail"


async def test_deleting_is_idempotent(storage: LocalStorage) -> None:
    """A deleted file is gone, and deleting it again is no error."""
    stored = await put(storage, stream(b"x"))
    await storage.delete(stored.key)
    await storage.delete(stored.key)
    with pytest.raises(FileNotFoundError):
        await storage.open(stored.key)


@pytest.mark.parametrize(
    "key",
    ["../../etc/passwd", "ab/../../x", "/etc/passwd", "ab/" + "g" * 32, "AB/" + "a" * 32, "", "ab\x00/x"],
)
async def test_only_keys_made_here_are_taken(storage: LocalStorage, key: str) -> None:
    """A path cannot be smuggled in as a key."""
    with pytest.raises(ValueError, match="not a storage key"):
        await storage.open(key)


async def test_symbolic_links_are_not_followed(storage: LocalStorage, tmp_path: Path) -> None:
    """Neither a link in place of a file nor one in place of a shard leads outside."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    as_file, as_shard = new_key(), new_key()
    shard, name = split(as_file)
    (tmp_path / "files" / shard).mkdir(parents=True, exist_ok=True)
    (tmp_path / "files" / shard / name).symlink_to(secret)
    other, name = split(as_shard)
    if other != shard:
        (tmp_path / "outside").mkdir()
        (tmp_path / "outside" / name).write_text("secret")
        (tmp_path / "files" / other).symlink_to(tmp_path / "outside")
    for key in (as_file, as_shard):
        with pytest.raises((Unavailable, FileNotFoundError)):
            await storage.open(key)


async def test_only_the_owner_can_look_into_the_directory(storage: LocalStorage, tmp_path: Path) -> None:
    """Directories are 0700 and files 0600."""
    stored = await put(storage, stream(b"x"))
    kept = tmp_path / "files" / stored.key
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


async def test_old_files_and_abandoned_drafts_are_found(storage: LocalStorage, tmp_path: Path) -> None:
    """The collector sees what is older than its grace period, and nothing younger."""
    old, young = await put(storage, stream(b"old")), await put(storage, stream(b"young"))
    abandoned = tmp_path / "files" / "drafts" / "left-by-a-crash"
    abandoned.write_bytes(b"half")
    an_hour_ago = now().timestamp() - 3600
    for path in (tmp_path / "files" / old.key, abandoned):
        os.utime(path, (an_hour_ago, an_hour_ago))
    before = now() - timedelta(minutes=30)
    assert await storage.keys(before) == [old.key]
    assert await storage.sweep(before) == 1
    assert not abandoned.exists()
    assert await read(storage, young.key) == b"young"


async def test_a_large_file_takes_little_memory(storage: LocalStorage) -> None:
    """Sixty-four megabytes pass through in a few."""

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
    assert stored.size == 64 * 1024 * 1024
    assert peak < 8 * 1024 * 1024


async def test_the_url_names_the_directory(tmp_path: Path) -> None:
    """`file:` is built; another kind is refused with what to write instead."""
    for number, url in enumerate((f"file:{tmp_path}/0", f"file://{tmp_path}/1")):
        opened = open_storage(url)
        assert not (tmp_path / str(number)).exists()
        await put(opened, stream(b"x"))
        await opened.close()
        assert (tmp_path / str(number)).is_dir()
    with pytest.raises(ValueError, match="file:<directory>"):
        open_storage("s3://key:secret@bucket")
