"""The form of an API key: `<prefix>_<id>.<secret><checksum>`.

What lives here: making and reading the text, by pure functions. What must not: the database, or whether a key is good.

The prefix is the service's name, so that a person who finds a key knows whose it is, and a secret scanner finds it
with one regular expression. The checksum (CRC32, in base62, as GitHub's tokens have it) lets the scanner, and us,
drop what only looks like a key without asking the database. It protects nothing: the secret does.
"""

import re
import secrets
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID
from zlib import crc32

DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ID_DIGITS: Final = 22
"""Digits in base62 that hold the 128 bits of an id."""

SECRET_DIGITS: Final = 43
"""256 bits."""

CHECKSUM_DIGITS: Final = 6
PLAIN_PREFIX: Final = "bwk"
"""The prefix of a service whose name makes none."""

_REST: Final = rf"_[0-9A-Za-z]{{{ID_DIGITS}}}\.[0-9A-Za-z]{{{SECRET_DIGITS + CHECKSUM_DIGITS}}}"
PATTERN: Final = rf"[a-z][a-z0-9]{{1,19}}{_REST}"
"""The regular expression for secret scanners, for the keys of every service."""

_KEY: Final = re.compile(PATTERN, re.ASCII)
_ANYWHERE: Final = re.compile(rf"(?<=[a-z0-9]{{2}}){_REST}(?![0-9A-Za-z])".encode(), re.ASCII)
"""Found by its underscore, so that a long address costs no more than its length."""

_VALUES: Final = {digit: value for value, digit in enumerate(DIGITS)}


@dataclass(frozen=True, slots=True)
class KeyText:
    """What a key says: which one it is, and the secret that proves it. `repr` leaves the secret out."""

    id: UUID
    secret: str = field(repr=False)


def prefix_of(service: str) -> str:
    """The prefix for a service of this name: its letters and digits, at most twenty."""
    found = "".join(each for each in service.lower() if each.isascii() and each.isalnum())[:20]
    return found if re.fullmatch("[a-z][a-z0-9]+", found) else PLAIN_PREFIX


def new_secret() -> str:
    """A secret that cannot be guessed."""
    return "".join(secrets.choice(DIGITS) for _ in range(SECRET_DIGITS))


def write(prefix: str, id_: UUID, secret: str) -> str:
    """The key as its holder gets it."""
    begun = f"{start(prefix, id_)}.{secret}"
    return begun + checksum(begun)


def start(prefix: str, id_: UUID) -> str:
    """The part of a key that is no secret: enough to recognise one in a list."""
    return f"{prefix}_{_base62(id_.int, ID_DIGITS)}"


def read(text: str) -> KeyText | None:
    """What a key says; None for whatever is not in the form, or does not fit its checksum."""
    if not _KEY.fullmatch(text) or checksum(text[:-CHECKSUM_DIGITS]) != text[-CHECKSUM_DIGITS:]:
        return None
    named, _, rest = text.partition(".")
    number = 0
    for digit in named[-ID_DIGITS:]:
        number = number * len(DIGITS) + _VALUES[digit]
    return KeyText(UUID(int=number), rest[:SECRET_DIGITS]) if number < 1 << 128 else None


def looks_like_key(text: str) -> bool:
    """Whether a text is in the form of a key and of nothing else: an access token has two dots, a key one."""
    return _KEY.fullmatch(text) is not None


def holds_key(text: bytes) -> bool:
    """Whether a key stands anywhere in a text."""
    return _ANYWHERE.search(text) is not None


def checksum(text: str) -> str:
    """Six digits that follow from all that stands before them."""
    return _base62(crc32(text.encode()), CHECKSUM_DIGITS)


def _base62(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, digit = divmod(number, len(DIGITS))
        digits.append(DIGITS[digit])
    return "".join(reversed(digits))
