"""An envelope opens with its key, in its place, unchanged; in every other case something is said."""

import logging
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from backwright.context import now
from backwright.encryption import DataKey, FieldKeys, Place, Unreadable, key_of
from backwright.errors import Unavailable
from sqlalchemy.dialects import sqlite

SSN, IBAN = Place("patients", "ssn"), Place("patients", "iban")
ROW = uuid4()


def key(name: str, *, age: float = 60) -> DataKey:
    """A key that encrypts since so many seconds; a negative number: it will."""
    return DataKey(name, now() - timedelta(seconds=age), name.encode() * 4)


def holding(*keys: DataKey) -> FieldKeys:
    """A process with these keys."""
    found = FieldKeys()
    found.hold(keys, b"i" * 32)
    return found


def test_what_was_sealed_can_be_opened() -> None:
    """Any text, also none; each time in another envelope; by id and by the same id as text."""
    keys = holding(key("00000001"))
    for value in (b"", b"078-05-1120", "Zoë\x00".encode()):
        envelope = keys.seal(SSN, ROW, value)
        assert keys.open(SSN, str(ROW), envelope) == value
        assert keys.seal(SSN, ROW, value) != envelope
        assert value == b"" or value not in envelope.encode()


def test_nothing_else_opens_it(caplog: pytest.LogCaptureFixture) -> None:
    """Another table, column or row, other key material, one changed sign, or plain text. The log says where."""
    keys = holding(key("00000001"))
    envelope = keys.seal(SSN, ROW, b"value")
    changed = envelope[:-3] + ("A" if envelope[-3] != "A" else "B") + envelope[-2:]
    other = FieldKeys()
    other.hold([DataKey("00000001", now(), b"x" * 32)], b"")
    for opener, place, row, given in (
        (keys, IBAN, ROW, envelope),
        (keys, Place("others", "ssn"), ROW, envelope),
        (keys, SSN, uuid4(), envelope),
        (other, SSN, ROW, envelope),
        (keys, SSN, ROW, changed),
        (keys, SSN, ROW, envelope[:-8]),
        (keys, SSN, ROW, "v2" + envelope[2:]),
        (keys, SSN, ROW, "value"),
        (keys, SSN, ROW, "v1.00000001.***"),
    ):
        caplog.clear()
        with pytest.raises(Unreadable):
            opener.open(place, row, given)
        [record] = caplog.records
        assert (record.__dict__["column"], record.__dict__["row"]) == (str(place), str(row))
        assert "value" not in record.__dict__["row"]


def test_the_newest_key_that_is_active_encrypts_and_all_of_them_decrypt() -> None:
    """A new key is known before it is used."""
    old, current, coming = key("00000001", age=99), key("00000002", age=1), key("00000003", age=-30)
    past = holding(old).seal(SSN, ROW, b"past")
    ahead = holding(key("00000003")).seal(SSN, ROW, b"ahead")
    keys = holding(coming, current, old)
    assert key_of(keys.seal(SSN, ROW, b"x")) == "00000002"
    assert (keys.open(SSN, ROW, past), keys.open(SSN, ROW, ahead)) == (b"past", b"ahead")


def test_a_key_that_is_not_held_is_a_failure_and_never_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """It may be a new one: the next attempt may succeed, so the caller is told to come back."""
    envelope = holding(key("00000002")).seal(SSN, ROW, b"value")
    keys = holding(key("00000001"))
    with pytest.raises(Unavailable), caplog.at_level(logging.ERROR):
        keys.open(SSN, ROW, envelope)
    assert keys.missed
    keys.hold([key("00000002")], b"")
    assert (keys.missed, keys.open(SSN, ROW, envelope)) == (False, b"value")


def test_without_keys_nothing_is_encrypted_or_fingerprinted() -> None:
    """A service that has not read its keys yet refuses; so does a dialect that belongs to no service."""
    with pytest.raises(Unavailable):
        FieldKeys().seal(SSN, ROW, b"value")
    with pytest.raises(Unavailable):
        FieldKeys().fingerprint(SSN, "value")
    with pytest.raises(Unavailable, match="running service"):
        FieldKeys.of(sqlite.dialect())


def test_keys_do_not_show_themselves() -> None:
    """In a traceback or a log that prints them."""
    assert "00000001" in repr(key("00000001"))
    assert key("00000001").secret == b"00000001" * 4
    assert repr(key("00000001").secret) not in repr(key("00000001"))


def test_a_row_is_named_the_same_way_by_all_engines() -> None:
    """What is sealed for an id opens for its text in lower case, as engines give it."""
    row = UUID("01935B2E-7C00-7000-8000-00000000000A")
    keys = holding(key("00000001"))
    assert keys.open(SSN, "01935b2e-7c00-7000-8000-00000000000a", keys.seal(SSN, row, b"x")) == b"x"
