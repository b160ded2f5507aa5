"""What the database refuses, in the words of the API.

One table from the engine's refusal to an error kind. The text of the engine goes to the log as the cause of the
exception; the caller learns the field, never the SQL.
"""

import re
import sqlite3
from typing import Final

from backwright.errors import Conflict, Error, FieldError, Invalid, Kind, Unavailable

_CHECK_NAME: Final = re.compile(r"^ck_(?P<table>.+)$")


def translate(error: BaseException) -> Error:
    """The error to raise for a driver's or SQLAlchemy's exception; kind `internal` if it is our own fault."""
    original = getattr(error, "orig", None) or error
    if isinstance(original, sqlite3.IntegrityError):
        return integrity(str(original))
    if isinstance(original, sqlite3.OperationalError):
        if original.sqlite_errorcode & 0xFF in (
            sqlite3.SQLITE_INTERRUPT,
            sqlite3.SQLITE_BUSY,
            sqlite3.SQLITE_LOCKED,
        ):
            return Unavailable("The database took too long. Try again, or ask for less.", retry_after=1)
        if original.sqlite_errorcode & 0xFF in (
            sqlite3.SQLITE_FULL,
            sqlite3.SQLITE_IOERR,
            sqlite3.SQLITE_CANTOPEN,
        ):
            return Unavailable("The database cannot store anything right now.", retry_after=30)
    return Error("", kind=Kind.INTERNAL)


def integrity(message: str) -> Error:
    """The error for a constraint that held, from SQLite's message."""
    what, _, names = message.partition(" constraint failed")
    names = names.removeprefix(": ")
    fields = [name.rsplit(".", 1)[-1] for name in names.split(", ") if "." in name]
    if what == "UNIQUE":
        detail = (
            "This value is already taken." if len(fields) == 1 else "These values together are already taken."
        )
        return Conflict(detail, errors=[FieldError(detail, pointer=f"/{field}") for field in fields])
    if what == "FOREIGN KEY":
        return Conflict("Other rows refer to this one, or it refers to a row that does not exist.")
    if what == "NOT NULL":
        return Invalid(
            "A value is missing.", errors=[FieldError("is required", pointer=f"/{f}") for f in fields]
        )
    if what == "CHECK":
        found = _CHECK_NAME.match(names)
        detail = (
            f"The rule {found.group('table')} does not hold."
            if found
            else "A rule of the table does not hold."
        )
        return Invalid(detail)
    return Error("", kind=Kind.INTERNAL)
