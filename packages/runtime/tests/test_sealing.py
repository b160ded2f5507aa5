"""What is sealed opens only with the same secret, for the same purpose, in the same place, unchanged."""

import pytest
from backwright.sealing import Sealer
from cryptography.exceptions import InvalidTag


def test_what_was_sealed_can_be_opened() -> None:
    """And looks different each time."""
    sealer = Sealer(b"secret", "keys")
    sealed = sealer.seal(b"value", b"row 1")
    assert sealer.open(sealed, b"row 1") == b"value"
    assert sealer.seal(b"value", b"row 1") != sealed
    assert b"value" not in sealed


def test_of_several_secrets_the_first_seals_and_all_open() -> None:
    """So that a secret can be replaced."""
    old, both, new = Sealer(b"old", "keys"), Sealer((b"new", b"old"), "keys"), Sealer(b"new", "keys")
    assert both.open(old.seal(b"value", b"row 1"), b"row 1") == b"value"
    assert new.open(both.seal(b"value", b"row 1"), b"row 1") == b"value"
    with pytest.raises(InvalidTag):
        both.open(Sealer(b"third", "keys").seal(b"value", b"row 1"), b"row 1")


def test_nothing_else_opens_it() -> None:
    """Another secret, purpose or row, or one changed bit, is refused."""
    sealer = Sealer(b"secret", "keys")
    sealed = sealer.seal(b"value", b"row 1")
    for opener, value, place in (
        (Sealer(b"other", "keys"), sealed, b"row 1"),
        (Sealer(b"secret", "links"), sealed, b"row 1"),
        (sealer, sealed, b"row 2"),
        (sealer, sealed[:-1] + bytes([sealed[-1] ^ 1]), b"row 1"),
    ):
        with pytest.raises(InvalidTag):
            opener.open(value, place)
