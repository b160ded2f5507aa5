"""What clients say to a database server, from the bytes that they send.

What lives here: as much of the protocols of PostgreSQL (version 3, both ways of asking) and MariaDB as tells which
statement was carried out, with which values. What must not: sockets (`gate.py`), and what answers say.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_NEGOTIATIONS: Final = (80_877_102, 80_877_103, 80_877_104)
"""Messages of eight bytes and more before the first one: cancel, TLS, GSSAPI."""

_QUERY, _PREPARE, _EXECUTE = 0x03, 0x16, 0x17
_LARGEST: Final = 0xFFFFFF


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter as it was sent; `None` is NULL."""

    raw: bytes | None
    is_binary: bool


Said = tuple[str, tuple[Value, ...] | None]
"""A statement, and its values where they are sent apart from it."""


@dataclass(slots=True)
class PostgreSQLClient:
    """One connection of a client of PostgreSQL."""

    _bytes: bytearray = field(default_factory=bytearray)
    _begun: bool = False
    _prepared: dict[bytes, str] = field(default_factory=dict)

    def says(self, chunk: bytes) -> Iterator[Said]:
        """What it has asked for with these further bytes."""
        self._bytes += chunk
        while not self._begun and len(self._bytes) >= 8:
            length, code = struct.unpack_from("!ii", self._bytes)
            if len(self._bytes) < length:
                return
            del self._bytes[:length]
            self._begun = code not in _NEGOTIATIONS
        while self._begun and len(self._bytes) >= 5:
            kind = self._bytes[0]
            (length,) = struct.unpack_from("!i", self._bytes, 1)
            if len(self._bytes) < length + 1:
                return
            body = bytes(self._bytes[5 : length + 1])
            del self._bytes[: length + 1]
            yield from self._message(kind, body)

    def _message(self, kind: int, body: bytes) -> Iterator[Said]:
        match chr(kind):
            case "Q":
                yield _text(body.rstrip(b"\0")), None
            case "P":
                name, sql, _ = body.split(b"\0", 2)
                self._prepared[name] = _text(sql)
            case "B":
                _, name, rest = body.split(b"\0", 2)
                if name in self._prepared:
                    yield self._prepared[name], tuple(_values(rest))
            case "C" if body[:1] == b"S":
                self._prepared.pop(body[1:].rstrip(b"\0"), None)


def _values(rest: bytes) -> Iterator[Value]:
    (count,) = struct.unpack_from("!h", rest)
    formats = struct.unpack_from(f"!{count}h", rest, 2)
    at = 2 + 2 * count
    (values,) = struct.unpack_from("!h", rest, at)
    at += 2
    for number in range(values):
        (length,) = struct.unpack_from("!i", rest, at)
        at += 4
        form = formats[0] if count == 1 else formats[number] if count else 0
        yield Value(None if length < 0 else rest[at : at + length], form == 1)
        at += max(length, 0)


@dataclass(slots=True)
class MariaDBClient:
    """One connection of a client of MariaDB. Statements that are prepared on the server are told without values."""

    _bytes: bytearray = field(default_factory=bytearray)
    _long: bytearray = field(default_factory=bytearray)
    _prepared: list[str] = field(default_factory=list)

    def says(self, chunk: bytes) -> Iterator[Said]:
        """What it has asked for with these further bytes."""
        self._bytes += chunk
        while len(self._bytes) >= 4:
            length, number = int.from_bytes(self._bytes[:3], "little"), self._bytes[3]
            if len(self._bytes) < length + 4:
                return
            body = bytes(self._bytes[4 : length + 4])
            del self._bytes[: length + 4]
            if number == 0:
                self._long.clear()
            elif not self._long:
                continue  # signing in
            self._long += body
            if length < _LARGEST and self._long:
                yield from self._command(bytes(self._long))
                self._long.clear()

    def _command(self, body: bytes) -> Iterator[Said]:
        if body[0] == _QUERY:
            yield _text(body[1:]), None
        elif body[0] == _PREPARE:
            self._prepared.append(_text(body[1:]))
        elif body[0] == _EXECUTE:
            (number,) = struct.unpack_from("<I", body, 1)
            if 0 < number <= len(self._prepared):
                yield self._prepared[number - 1], ()


CLIENTS: Final = {"postgresql": PostgreSQLClient, "mariadb": MariaDBClient}


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
