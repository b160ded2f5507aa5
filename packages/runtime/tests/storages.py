"""The storages that one suite runs on, each seen from behind: what it really holds, and what a crash leaves."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from backwright.local_storage import LocalStorage
from backwright.storage import Storage

KINDS = ("local", "moto", "s3rver")


@dataclass(frozen=True)
class Backstage:
    """A storage, and how to look behind it."""

    storage: Storage
    kind: str
    names: Callable[[], list[str]]
    """Everything that is there: files, drafts, whatever."""
    leave: Callable[[], object]
    """Leave a draft as a process does that dies."""
    lose: Callable[[], object]
    """Remove every file behind the storage's back."""


@asynccontextmanager
async def opened(
    kind: str, folder: Path, servers: Callable[[str], Any], *, direct: bool = False
) -> AsyncGenerator[Backstage, None]:
    """An empty storage of a kind."""
    made = _local(folder) if kind == "local" else _s3(kind, servers(kind), direct)
    try:
        yield made
    finally:
        await made.storage.close()


def _local(folder: Path) -> Backstage:
    def names() -> list[str]:
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())

    def leave() -> None:
        (folder / "drafts").mkdir(parents=True, exist_ok=True)
        (folder / "drafts" / "half").write_bytes(b"half")

    def lose() -> None:
        for name in names():
            (folder / name).unlink()

    return Backstage(LocalStorage(folder), "local", names, leave, lose)


def _s3(kind: str, server: Any, direct: bool) -> Backstage:
    bucket, client = server.bucket(), server.client

    def names() -> list[str]:
        return [each["Key"] for each in client.list_objects_v2(Bucket=bucket).get("Contents", [])]

    def leave() -> None:
        client.put_object(Bucket=bucket, Key=f"files/incoming/{'ab' * 16}", Body=b"half")

    def lose() -> None:
        for name in names():
            client.delete_object(Bucket=bucket, Key=name)

    return Backstage(server.storage(bucket, direct=direct), kind, names, leave, lose)


each_storage = pytest.mark.parametrize("kind", KINDS)
