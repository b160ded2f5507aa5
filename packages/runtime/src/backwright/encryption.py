"""The encryption of single values: the envelope, and the keys that a process holds.

What lives here: AES-256-GCM (NIST SP 800-38D) under a data key, bound to one place: table, column and row. What must
not: where keys are stored (`encryption_keys.py`), and column types (`encrypted.py`, `blind_index.py`).

An envelope is text: `v1.<key id>.<base64url of nonce, ciphertext and tag>`. Table, column and row id are its
associated data, so an envelope that was moved to another place does not open.
"""

import base64
import binascii
import hmac
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect

from backwright.context import now
from backwright.errors import Error, Kind, Unavailable

VERSION: Final = "v1"
NONCE: Final = 12
KEY_BYTES: Final = 32
_HOLDER: Final = "backwright_field_keys"
_log = logging.getLogger("backwright.encryption")


class Place(NamedTuple):
    """The column that a value belongs to."""

    table: str
    column: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


class Unreadable(Error):
    """A stored value that does not open: moved, changed, or sealed under a key that is gone. Nobody is shown why."""

    def __init__(self) -> None:
        super().__init__(kind=Kind.INTERNAL)


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key that values are encrypted under, from a moment on. All that are not the newest one only decrypt."""

    id: str
    active_from: datetime
    secret: bytes = field(repr=False)


class FieldKeys:
    """The keys of one database, as this process knows them. Empty until they are loaded."""

    def __init__(self) -> None:
        self._ciphers: dict[str, AESGCM] = {}
        self._keys: tuple[DataKey, ...] = ()
        self._index_key = b""
        self._index_keys: dict[Place, bytes] = {}
        self.missed = False
        """Whether a value was met whose key is not held: the keys should be read again."""

    @staticmethod
    def of(dialect: Dialect) -> "FieldKeys":
        """The keys of the database that a dialect speaks to. Raises `Unavailable` if it has none."""
        found = getattr(dialect, _HOLDER, None)
        if not isinstance(found, FieldKeys):
            raise Unavailable("Encrypted columns are read and written by a running service alone.")
        return found

    def attach(self, dialect: Dialect) -> None:
        """Let the column types of a dialect find these keys."""
        setattr(dialect, _HOLDER, self)

    @staticmethod
    def share(dialect: Dialect, other: Dialect) -> None:
        """Let `other` find what `dialect` finds, if that is anything: both speak to one database."""
        setattr(other, _HOLDER, getattr(dialect, _HOLDER, None))

    def hold(self, keys: Iterable[DataKey], index_key: bytes) -> None:
        """Take these keys instead of those that were held. `index_key` is what blind indexes are made with."""
        self._keys = tuple(sorted(keys, key=lambda each: (each.active_from, each.id)))
        self._ciphers = {each.id: AESGCM(each.secret) for each in self._keys}
        if index_key != self._index_key:
            self._index_key, self._index_keys = index_key, {}
        self.missed = False

    @property
    def current(self) -> str:
        """The id of the key that encrypts now. Raises `Unavailable` if there is none."""
        moment = now()
        for each in reversed(self._keys):
            if each.active_from <= moment:
                return each.id
        raise Unavailable("The keys of encrypted fields are not loaded.", retry_after=1)

    def seal(self, place: Place, row: UUID | str, value: bytes) -> str:
        """The envelope of a value in this column of this row."""
        return self.seal_under(self.current, place, row, value)

    def seal_under(self, key: str, place: Place, row: UUID | str, value: bytes) -> str:
        """The same under a certain key."""
        nonce = os.urandom(NONCE)
        sealed = nonce + self._ciphers[key].encrypt(nonce, value, _bound_to(key, place, row))
        return f"{VERSION}.{key}.{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"

    def open(self, place: Place, row: UUID | str, envelope: str) -> bytes:
        """The value in an envelope that was found in this column of this row.

        Raises `Unavailable` for a key that is not held (it may be new, and is looked for), `Unreadable` for anything
        that was changed or moved. Never a silent nothing.
        """
        version, _, rest = envelope.partition(".")
        key, _, content = rest.partition(".")
        cipher = self._ciphers.get(key) if version == VERSION else None
        if cipher is None and version == VERSION:
            self.missed = True
            _log.error("the key of an encrypted value is not held", extra={"column": str(place), "key": key})
            raise Unavailable("A value cannot be decrypted right now.", retry_after=5)
        try:
            if cipher is None:
                raise ValueError("no envelope")
            sealed = base64.b64decode(content + "=" * (-len(content) % 4), altchars=b"-_", validate=True)
            return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], _bound_to(key, place, row))
        except (InvalidTag, ValueError, binascii.Error):
            _log.error(
                "an encrypted value was changed or moved",
                extra={"column": str(place), "row": str(row), "key": key},
            )
            raise Unreadable from None

    def fingerprint(self, place: Place, text: str) -> str:
        """What stands for a value in the blind index of its column."""
        key = self._index_keys.get(place)
        if key is None:
            if not self._index_key:
                raise Unavailable("The keys of encrypted fields are not loaded.", retry_after=1)
            key = hmac.digest(self._index_key, f"blind index v1 {place}".encode(), sha256)
            self._index_keys[place] = key
        return base64.urlsafe_b64encode(hmac.digest(key, text.encode(), sha256)).decode().rstrip("=")


def key_of(envelope: str) -> str:
    """The id of the key that an envelope was made with."""
    return envelope.split(".", 2)[1]


def _bound_to(key: str, place: Place, row: UUID | str) -> bytes:
    """The associated data; no name holds a NUL, so no two places have the same."""
    return "\0".join((VERSION, key, place.table, place.column, str(row))).encode()
