"""Redis for a stand: a real one, behind a gate, with keys of its own that are removed afterwards.

`BACKWRIGHT_TEST_REDIS` names the server, such as `redis://127.0.0.1:6379/0`. What must not live here: what a service
keeps in it.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit, urlunsplit
from uuid import uuid4

from backwright_workbench.verify.stand.gate import Gate
from backwright_workbench.workspace.network import HOST

VARIABLE = "BACKWRIGHT_TEST_REDIS"
PORT = 6379


@dataclass(frozen=True, slots=True)
class Gated:
    """A Redis behind a gate, and the settings that put a stand onto it."""

    gate: Gate
    settings: dict[str, str]


def named() -> str:
    """The Redis that the environment names; empty: none, or one whose certificate would not fit a gate."""
    url = os.environ.get(VARIABLE, "")
    return url if url.startswith("redis://") else ""


@contextmanager
def gated(url: str) -> Iterator[Gated]:
    """Puts a gate before it. The service gets a name that no other has, because its keys begin with that."""
    parts = urlsplit(url)
    name = f"verify-{uuid4().hex[:12]}"
    try:
        with Gate(parts.hostname or HOST, parts.port or PORT) as gate:
            account, at, _ = parts.netloc.rpartition("@")
            through = urlunsplit(parts._replace(netloc=f"{account}{at}{HOST}:{gate.port}"))
            yield Gated(gate, {"REDIS_URL": through, "SERVICE": name})
    finally:
        with suppress(OSError):
            forget(url, f"bw:{name}:*")


def forget(url: str, pattern: str) -> int:
    """Remove the keys that fit: how many there were. Raises `OSError`."""
    parts, gone = urlsplit(url), 0
    with socket.create_connection((parts.hostname or HOST, parts.port or PORT), timeout=5) as connection:
        answers = connection.makefile("rb")

        def ask(*words: str) -> Any:
            packed = "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
            connection.sendall(f"*{len(words)}\r\n{packed}".encode())
            return read(answers)

        if parts.password:
            ask("AUTH", unquote(parts.username or "default"), unquote(parts.password))
        if parts.path.strip("/"):
            ask("SELECT", parts.path.strip("/"))
        cursor = "0"
        while True:
            cursor, keys = ask("SCAN", cursor, "MATCH", pattern, "COUNT", "1000")
            gone += ask("DEL", *keys) if keys else 0
            if cursor == "0":
                return gone


def read(answers: BinaryIO) -> Any:
    """One answer of the protocol. Raises `OSError` for an error."""
    line = answers.readline().decode().rstrip("\r\n")
    kind, rest = line[:1], line[1:]
    match kind:
        case "+":
            return rest
        case ":":
            return int(rest)
        case "$":
            return None if rest == "-1" else answers.read(int(rest) + 2)[:-2].decode("utf-8", "replace")
        case "*":
            return [read(answers) for _ in range(int(rest))]
        case _:
            raise OSError(rest or "Redis hung up")
