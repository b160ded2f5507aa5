"""What the database refuses, in the words of the API.

What lives here: the one table from the engine's refusal to an error kind. The text of the engine goes to
the log as the cause of the exception; the caller learns the field, never the SQL.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from backwright.errors import Conflict, Error, FieldError, Invalid, Kind, PreconditionFailed, Unavailable

_CHECK_NAME: Final = re.compile(r"^ck_(?P<rule>.+)$")
_BUSY: Final = (sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_FULL: Final = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)


class BrokenReference(Conflict):
    """A foreign key held: a row refers to one that is not there, or one that is referred to was to go."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the database raises inside the block into our errors."""
    try:
        yield
    except (sqlite3.Error, DBAPIError) as error:
        raise translate(error) from error
    except StaleDataError as error:
        raise PreconditionFailed("The row was changed in the meantime. Read it again.") from error


def translate(error: BaseException) -> Error:
    """The error to raise for a driver's or SQLAlchemy's exception; kind `internal` if it is our own fault."""
    original = getattr(error, "orig", None) or error
    if isinstance(original, sqlite3.IntegrityError):
        return integrity(str(original))
    if isinstance(original, sqlite3.OperationalError):
        code = original.sqlite_errorcode & 0xFF
        if code in _BUSY:
            return Unavailable("The database took too long. Try again, or ask for less.", retry_after=1)
        if code in _FULL:
            return Unavailable("The database cannot store anything right now.", retry_after=30)
    return Error(kind=Kind.INTERNAL)


def integrity(message: str) -> Error:
    """The error for a constraint that held, from SQLite's message."""
    what, _, names = message.partition(" constraint failed")
    names = names.removeprefix(": ")
    fields = [name.rsplit(".", 1)[-1] for name in names.split(", ") if "." in name]
    if what == "UNIQUE":
        alone = "This value is already taken."
        detail = alone if len(fields) == 1 else "These values together are already taken."
        return Conflict(detail, errors=[FieldError(detail, pointer=f"/{field}") for field in fields])
    if what == "FOREIGN KEY":
        return BrokenReference("A row that this one refers to is not there, or other rows refer to this one.")
    if what == "NOT NULL":
        missing = [FieldError("is required", pointer=f"/{field}") for field in fields]
        return Invalid("A value is missing.", errors=missing)
    if what == "CHECK":
        found = _CHECK_NAME.match(names)
        rule = f"The rule {found['rule']} does not hold." if found else "A rule of the table does not hold."
        return Invalid(rule)
    return Error(kind=Kind.INTERNAL)
