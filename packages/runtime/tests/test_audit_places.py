"""Checkpoints are kept in a file or in a bucket, and read back as they were."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from backwright.audit_checkpoints import Checkpoint
from backwright.audit_places import NEWEST, File, Place, open_place
from backwright.s3_place import S3Access
from backwright.settings import Settings
from pydantic import ValidationError

ONE = Checkpoint("office", 1, datetime(2026, 11, 21, 8, 30, 0, 5, tzinfo=UTC), "a" * 64, "b" * 16, "c" * 128)


def at(sequence: int, service: str = "office") -> Checkpoint:
    return replace(ONE, sequence=sequence, service=service)


@pytest.fixture(params=["file", "moto", "s3rver"])
async def place(
    request: pytest.FixtureRequest, tmp_path: Path, s3_servers: Callable[[str], Any]
) -> AsyncGenerator[Place, None]:
    """An empty place of each kind."""
    url, access = f"file:{tmp_path}/far/audit.jsonl", S3Access()
    if request.param != "file":
        server = s3_servers(request.param)
        url, access = server.url(server.bucket(), "audit"), S3Access("S3RVER", "S3RVER")
    found = open_place(url, access, "office")
    assert found is not None
    yield found
    await found.close()


async def test_what_was_kept_is_read_back(place: Place) -> None:
    """In its order, also over a digit more."""
    assert await place.read() == []
    for sequence in (1, 9, 10, 11):
        await place.write(at(sequence))
    assert list(await place.read()) == [at(1), at(9), at(10), at(11)]


async def test_the_newest_are_read(tmp_path: Path) -> None:
    """Seals from before them hang together by themselves."""
    path = tmp_path / "audit.jsonl"
    path.write_text("".join(at(each).line() + "\n" for each in range(1, 5 * NEWEST)))
    found = await File(path).read()
    assert [each.sequence for each in found] == list(range(4 * NEWEST, 5 * NEWEST))


async def test_a_line_that_is_none_is_told(tmp_path: Path) -> None:
    """With its number."""
    path = tmp_path / "audit.jsonl"
    path.write_text(f"{at(1).line()}\nsomething else\n")
    with pytest.raises(ValueError, match=r"audit.jsonl, line 2: is no checkpoint: something else"):
        await File(path).read()


@pytest.mark.parametrize("url", ["file:", "https://example.com/audit", "/var/audit", "s3://Not_A_Bucket"])
def test_a_place_that_is_none_is_refused(url: str) -> None:
    """At the start."""
    with pytest.raises(ValidationError):
        Settings(_env_file=None, environment="test", audit_checkpoints=url)


def test_without_a_setting_there_is_no_place() -> None:
    """The log has them still."""
    assert open_place("", S3Access(), "office") is None
