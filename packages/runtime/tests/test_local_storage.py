"""What is true of a folder only: links in it lead nowhere, and nobody else may look into it."""

import os
import stat
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
from backwright.context import now
from backwright.errors import Unavailable
from backwright.local_storage import LocalStorage
from backwright.storage import new_key, put, split


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncGenerator[LocalStorage, None]:
    opened = LocalStorage(tmp_path / "files")
    yield opened
    await opened.close()


async def one(content: bytes) -> AsyncGenerator[bytes, None]:
    yield content


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
    stored = await put(storage, one(b"x"))
    kept = tmp_path / "files" / stored.key
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


async def test_old_files_and_abandoned_drafts_are_found(storage: LocalStorage, tmp_path: Path) -> None:
    """The collector sees what is older than its grace period, and nothing younger."""
    old, young = await put(storage, one(b"old")), await put(storage, one(b"young"))
    abandoned = tmp_path / "files" / "drafts" / "left-by-a-crash"
    abandoned.write_bytes(b"half")
    an_hour_ago = now().timestamp() - 3600
    for path in (tmp_path / "files" / old.key, abandoned):
        os.utime(path, (an_hour_ago, an_hour_ago))
    before = now() - timedelta(minutes=30)
    assert [key async for batch in storage.keys(before) for key in batch] == [old.key]
    assert await storage.sweep(before) == 1
    assert not abandoned.exists()
    assert b"".join([piece async for piece in await storage.open(young.key)]) == b"young"
