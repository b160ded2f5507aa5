"""Hearing the statements that a backend sends: protocols, shapes."""

import struct

import pytest
from backwright_workbench.verify.stand.statements import Statement, shape
from backwright_workbench.verify.stand.wire import MariaDBClient, PostgreSQLClient, Value


def message(kind: bytes, body: bytes) -> bytes:
    """One message of a client of PostgreSQL."""
    return kind + struct.pack("!i", len(body) + 4) + body


STARTUP = struct.pack("!ii", 8 + 4, 196_608) + b"u\0a\0"
TLS = struct.pack("!ii", 8, 80_877_103)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_statements_are_told_with_the_values_that_they_are_carried_out_with(size: int) -> None:
    """However the bytes are cut into pieces: a name stands for what was prepared under it."""
    bound = (
        struct.pack("!hh", 1, 1)
        + struct.pack("!h", 2)
        + struct.pack("!i", 2)
        + b"\0\5"
        + struct.pack("!i", -1)
    )
    spoken = (
        TLS
        + STARTUP
        + message(b"p", b"secret\0")
        + message(b"Q", b"BEGIN\0")
        + message(b"P", b"s1\0SELECT $1, $2\0" + struct.pack("!h", 0))
        + message(b"B", b"\0s1\0" + bound + struct.pack("!h", 0))
        + message(b"E", b"\0" + struct.pack("!i", 0))
        + message(b"B", b"\0s1\0" + bound + struct.pack("!h", 0))
        + message(b"C", b"Ss1\0")
        + message(b"B", b"\0s1\0" + bound + struct.pack("!h", 0))
    )
    client = PostgreSQLClient()
    heard = [said for at in range(0, len(spoken), size) for said in client.says(spoken[at : at + size])]
    values = (Value(b"\0\5", True), Value(None, True))
    assert heard == [("BEGIN", None), ("SELECT $1, $2", values), ("SELECT $1, $2", values)]


def packet(number: int, body: bytes) -> bytes:
    """One packet of a client of MariaDB."""
    return len(body).to_bytes(3, "little") + bytes([number]) + body


@pytest.mark.parametrize("size", [1, 10_000])
def test_mariadb_is_understood_too(size: int) -> None:
    """Signing in is none of it."""
    spoken = (
        packet(1, b"\x03not a query, but flags")
        + packet(0, b"\x03SELECT 1")
        + packet(0, b"\x16SELECT ?")
        + packet(0, b"\x17" + struct.pack("<I", 1) + b"\0")
        + packet(0, b"\x0e")
    )
    client = MariaDBClient()
    heard = [said for at in range(0, len(spoken), size) for said in client.says(spoken[at : at + size])]
    assert heard == [("SELECT 1", None), ("SELECT ?", ())]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a FROM t WHERE b = 'x' AND c > 3", "SELECT a FROM t\nWHERE b = 'it''s' AND c > -4.5"),
        ("SELECT a FROM t WHERE b IN ($1, $2)", "SELECT a FROM t WHERE b IN ($1, $2, $3)"),
        ("SELECT a FROM t WHERE b IN ('x')", "SELECT a FROM t WHERE b IN ('y')"),
    ],
)
def test_statements_with_other_values_have_one_shape(one: str, other: str) -> None:
    """So that what is sent again and again is seen as the same."""
    assert shape(one) == shape(other)


def test_other_tables_and_columns_are_other_shapes() -> None:
    """A digit in a name is no value."""
    assert shape("SELECT a1 FROM t") != shape("SELECT a2 FROM t")
    assert shape("SELECT a FROM t2 WHERE x = $1") != shape("SELECT a FROM t3 WHERE x = $1")


@pytest.mark.parametrize(
    "sql", ["BEGIN", "SET LOCAL x = 1", "  commit", "PRAGMA foreign_keys", "-- a trigger"]
)
def test_what_only_begins_or_ends_something_is_told_apart(sql: str) -> None:
    """It asks for nothing."""
    assert Statement(sql).is_control
    assert not Statement("SELECT 1").is_control
