"""How encrypted values and their blind indexes stand in tables: the types that migrations name.

What lives here: two types of plain characters. What must not: what the characters mean (`encryption.py`).
"""

from typing import Any, Final

from sqlalchemy import Dialect, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator, TypeEngine

LENGTH: Final = 43
"""Characters of a fingerprint: 32 bytes in base64url."""


class Envelope(TypeDecorator[Any]):
    """An encrypted value, as text in ASCII."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text of any length."""
        plain = mysql.MEDIUMTEXT(charset="ascii", collation="ascii_bin")
        return dialect.type_descriptor(plain if dialect.name == "mariadb" else Text())


class Fingerprint(TypeDecorator[Any]):
    """What stands for a value in a blind index."""

    impl = String
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(LENGTH)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Characters that are compared as they are, on every engine."""
        exact = mysql.CHAR(LENGTH, charset="ascii", collation="ascii_bin")
        return dialect.type_descriptor(exact if dialect.name == "mariadb" else String(LENGTH))
