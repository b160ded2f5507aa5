"""What the database refuses, in the words of the API.

What lives here: the one table from the engine's refusal to an error kind. The text of the engine goes to
the log as the cause of the exception; the caller learns the field, never the SQL. PostgreSQL's refusals are
known by their SQLSTATE, so that its driver need not be installed; MariaDB's are in `mariadb_errors.py`.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from backwright import tenancy
from backwright.blind_index import beside
from backwright.errors import Conflict, Error, FieldError, Invalid, Kind, PreconditionFailed, Unavailable

_CHECK_NAME: Final = re.compile(r"^ck_(?P<rule>.+)$")
_KEY: Final = re.compile(r"\((?P<columns>[^()]+)\)=\(")
_BUSY: Final = (sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_FULL: Final = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)

_COLLIDED: Final = ("40001", "40P01")
_REFERENCE: Final = ("23503", "23001")
_SLOW: Final = ("57014", "55P03", "25P03")
"""Statement timeout, lock timeout, idle in a transaction for too long."""
_GONE: Final = ("08", "57P", "53300")
"""Connection lost, server going down or coming up, too many connections."""
_NO_ROOM: Final = ("53", "58")
_MISFIT: Final = ("22000", "22001", "22003", "22008", "22021", "22P05")
"""Not to be sent (the driver says so), too long, out of range, no such time, not in the encoding, a NUL in JSON."""


class BrokenReference(Conflict):
    """A foreign key held: a row refers to one that is not there, or one that is referred to was to go."""


class Collision(Unavailable):
    """The transaction was undone because another one stood in its way; the same again may well succeed."""


TRANSLATED: Final = (sqlite3.Error, DBAPIError)
"""What `translate` is for."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the database raises inside the block into our errors."""
    try:
        yield
    except TRANSLATED as error:
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
            return slow()
        if code in _FULL:
            return no_room()
    if isinstance(original, sqlite3.Error):
        return Error(kind=Kind.INTERNAL)
    if any(each.__module__.startswith("asyncmy.") for each in type(original).__mro__):
        from backwright.mariadb_errors import told  # here, because it uses what this module says

        return told(original)
    return from_postgresql(getattr(original, "driver_exception", None) or original)


def integrity(message: str) -> Error:
    """The error for a constraint that held, from SQLite's message."""
    what, _, names = message.partition(" constraint failed")
    names = names.removeprefix(": ")
    fields = [name.rsplit(".", 1)[-1] for name in names.split(", ") if "." in name]
    if what == "UNIQUE":
        return taken(fields)
    if what == "FOREIGN KEY":
        return broken_reference()
    if what == "NOT NULL":
        return missing(fields)
    if what == "CHECK":
        return broken_rule(names)
    return Error(kind=Kind.INTERNAL)


def from_postgresql(error: Any) -> Error:
    """The error for what PostgreSQL or its driver raised."""
    state = getattr(error, "sqlstate", None)
    if state is None:
        return _from_driver(error)
    if state == "23505":
        found = _KEY.search(getattr(error, "detail", None) or "")
        return taken([name.strip(' "') for name in found["columns"].split(",")] if found else [])
    if state in _REFERENCE:
        return broken_reference()
    if state == "23502":
        return missing([name] if (name := getattr(error, "column_name", None)) else [])
    if state == "23514":
        return broken_rule(getattr(error, "constraint_name", None) or "")
    if state == "23P01":
        return Conflict("Another row is in the way of this one.")
    return _trouble(state)


def _trouble(state: str) -> Error:
    """The error for a state that says nothing about a constraint."""
    if state in _COLLIDED:
        return Collision("Others are changing the same rows. Try again.", retry_after=1)
    if state in _SLOW:
        return slow()
    if state.startswith(_GONE):
        return unreachable()
    if state.startswith(_NO_ROOM):
        return no_room()
    if state in _MISFIT:
        return Invalid("A value does not fit its column.")
    return Error(kind=Kind.INTERNAL)


def _from_driver(error: BaseException) -> Error:
    """What asyncpg raises by itself: a connection that is no more, or whose end came in the middle of something."""
    names = {each.__name__ for each in type(error).__mro__}
    lost = "InterfaceError" in names and "connection" in str(error)
    return unreachable() if lost or "InternalClientError" in names else Error(kind=Kind.INTERNAL)


def taken(fields: list[str]) -> Conflict:
    """A unique value that another row has. Of those that are unique within a tenant, the tenant is not said."""
    fields = [field for field in fields if field not in tenancy.NAMES]
    alone = "This value is already taken."
    detail = "These values together are already taken." if len(fields) != 1 else alone
    return Conflict(detail, errors=[FieldError(detail, pointer=f"/{beside(field)}") for field in fields])


def broken_reference() -> BrokenReference:
    """A foreign key that held."""
    return BrokenReference("A row that this one refers to is not there, or other rows refer to this one.")


def missing(fields: list[str]) -> Invalid:
    """NOT NULL held."""
    return Invalid(
        "A value is missing.", errors=[FieldError("is required", pointer=f"/{field}") for field in fields]
    )


def broken_rule(name: str) -> Invalid:
    """A CHECK held, named by our convention or not."""
    found = _CHECK_NAME.match(name)
    return Invalid(
        f"The rule {found['rule']} does not hold." if found else "A rule of the table does not hold."
    )


def slow() -> Unavailable:
    """A limit on time was reached."""
    return Unavailable("The database took too long. Try again, or ask for less.", retry_after=1)


def unreachable() -> Unavailable:
    """The server is not there, or not for us."""
    return Unavailable("The database cannot be reached right now.", retry_after=1)


def no_room() -> Unavailable:
    """The disk is full, or cannot be written to."""
    return Unavailable("The database cannot store anything right now.", retry_after=30)
