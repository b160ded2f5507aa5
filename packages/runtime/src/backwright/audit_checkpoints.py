"""Checkpoints: how far the seals go, kept where whoever changes the database cannot reach.

What lives here: what a checkpoint says, and the places where checkpoints are kept (a file, a bucket of S3). What must
not: seals themselves (`audit_seals.py`). A chain of seals shows every change but one: its end can be cut off. A
checkpoint elsewhere shows that too.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backwright.audit_seals import Seal, SealKeys, canonical
from backwright.columns import fixed_width


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A seal, as short as it can be."""

    service: str
    sequence: int
    sealed_at: datetime
    hash: str
    key_id: str
    signature: str

    @classmethod
    def of(cls, service: str, seal: Seal) -> "Checkpoint":
        """The checkpoint of a seal."""
        return cls(service, seal.sequence, seal.sealed_at, seal.hash, seal.key_id, seal.signature)

    @classmethod
    def parse(cls, line: str) -> "Checkpoint":
        """Read back `line()`. Raises `ValueError`."""
        try:
            told = json.loads(line)
            return cls(
                service=str(told["service"]),
                sequence=int(told["sequence"]),
                sealed_at=datetime.fromisoformat(told["sealed_at"]),
                hash=str(told["hash"]),
                key_id=str(told["key_id"]),
                signature=str(told["signature"]),
            )
        except (KeyError, TypeError, ValueError):
            raise ValueError(f"is no checkpoint: {line[:60]}") from None

    def line(self) -> str:
        """As one line of JSON."""
        return canonical(
            {
                "service": self.service,
                "sequence": self.sequence,
                "sealed_at": fixed_width(self.sealed_at),
                "hash": self.hash,
                "key_id": self.key_id,
                "signature": self.signature,
            }
        ).decode()


def parsed(lines: Iterable[str], where: str) -> list[Checkpoint]:
    """The checkpoints of a file. Raises `ValueError` that says where a line is none."""
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(Checkpoint.parse(line))
            except ValueError as error:
                raise ValueError(f"{where}, line {number}: {error}") from None
    return found


def forged(checkpoints: Iterable[Checkpoint], keys: SealKeys) -> list[str]:
    """What is wrong with checkpoints that this service has not made."""
    return [
        f"checkpoint of seal {each.sequence}: its signature is forged"
        for each in checkpoints
        if keys.knows(each.key_id) and not keys.is_genuine(each.key_id, each.hash, each.signature)
    ]


def append(path: Path, checkpoint: Checkpoint) -> None:
    """Add a checkpoint to a file, durably. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = (checkpoint.line() + "\n").encode()
    place = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o640)
    try:
        os.write(place, line)  # one call, so that lines of several processes do not mix
        os.fsync(place)
    finally:
        os.close(place)
