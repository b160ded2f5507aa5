"""The blind index of an encrypted column: what equality filters and uniqueness look at instead of the value.

What lives here: the normal form of a value and the type of the column that holds its fingerprint. What must not:
encryption (`encrypted.py`) and keys (`encryption.py`).

The fingerprint is HMAC-SHA256 under a key of its own, one for each column. Equal values have equal fingerprints, and
that is all a copy of the database tells about them. Normal form of a text: Unicode NFC, without white space at both
ends, case-folded. So `" DE89 "` and `"de89"` are one value; spaces within it and other signs count.
"""

import unicodedata
from typing import Any, Final

from sqlalchemy import Dialect
from sqlalchemy.types import TypeEngine

from backwright import encrypted_forms as forms
from backwright.encrypted_storage import Fingerprint
from backwright.encryption import FieldKeys, Place

SUFFIX: Final = "_index"
"""What the name of the column ends with that stands beside an encrypted one."""


_BESIDE: Final[dict[str, str]] = {}


def note(index: str, column: str) -> None:
    """Note that a column of the name `index` is the blind index of `column`."""
    _BESIDE[index] = column


def beside(name: str) -> str:
    """The column that is meant where the database names a blind index; any other name as it is."""
    return _BESIDE.get(name, name)


def normal_form(text: str) -> str:
    """The text that all texts have in common which count as equal."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).strip().casefold())


class BlindIndex(Fingerprint):
    """Takes a value of the column beside it and stores its fingerprint. What is read is the fingerprint."""

    cache_ok = True

    def __init__(self, kind: TypeEngine[Any], place: Place) -> None:
        super().__init__()
        self.kind = kind
        self.place = place

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """The fingerprint of a value. Raises `Unavailable` where no keys are loaded."""
        if value is None:
            return None
        text = normal_form(forms.encode(self.kind, value).decode())
        return FieldKeys.of(dialect).fingerprint(self.place, text)
