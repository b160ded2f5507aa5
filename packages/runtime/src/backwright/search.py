"""Full-text search: one contract on every engine.

What lives here: what a user's words mean, and which engine's index a table gets. What must not: the index of
one engine (`search_sqlite.py`, `search_postgresql.py`, `search_mariadb.py`). The contract is that of a web
search: all words must occur, a word matches words that begin with it, "quoted phrases" match as a whole, `-word`
excludes, `or` between words widens. Case and accents do not matter. No input is an error.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table

from backwright import search_mariadb, search_postgresql, search_sqlite

MAX_QUERY: Final = 200
"""Characters that a search may have."""

_TERM: Final = re.compile(r'(-?)"([^"]*)"?|(\S+)')
_ENGINES: Final[dict[str, ModuleType]] = {
    "sqlite": search_sqlite,
    "postgresql": search_postgresql,
    "mariadb": search_mariadb,
}


@dataclass(frozen=True)
class Term:
    """Something to look for: a phrase as a whole, or the beginning of a word."""

    text: str
    is_phrase: bool


@dataclass
class Wanted:
    """What a search asks for: one term of each group, and none of the unwanted ones."""

    groups: list[list[Term]] = field(default_factory=list)
    unwanted: list[Term] = field(default_factory=list)


def create_index(op: Any, name: str, columns: Sequence[str]) -> None:
    """Make table `name` searchable by `columns`: called from a migration with Alembic's `op`."""
    for statement in creation(name, columns, dialect_of(op)):
        op.execute(statement)


def drop_index(op: Any, name: str) -> None:
    """Undo `create_index`."""
    for statement in removal(name, dialect_of(op)):
        op.execute(statement)


def dialect_of(op: Any) -> str:
    """The name of the engine that Alembic's `op` works on."""
    return str(op.get_context().dialect.name)


def creation(name: str, columns: Sequence[str], dialect: str) -> list[str]:
    """The statements that create the search objects of a table and fill them."""
    found: list[str] = _ENGINES[dialect].creation(name, columns)
    return found


def removal(name: str, dialect: str) -> list[str]:
    """The statements that remove what `creation` made."""
    found: list[str] = _ENGINES[dialect].removal(name)
    return found


def is_search_object(name: str) -> bool:
    """Whether a table, column or index of the database belongs to a search, which models do not declare."""
    return bool(re.search(r"_(search|fts|fts_(data|idx|docsize|config|content)|searchable)$", name)) or (
        name == search_postgresql.DOCUMENT
    )


def terms(text: str) -> Wanted:
    """What a user's words ask for."""
    found = Wanted()
    widen = False
    for minus, phrase, word in _TERM.findall(unicodedata.normalize("NFC", text)):
        if word.casefold() in ("or", "|"):
            widen = bool(found.groups)
            continue
        negative = bool(minus) or (len(word) > 1 and word.startswith("-"))
        text = (phrase or word.removeprefix("-")).replace('"', " ")
        if not any(each.isalnum() for each in text):  # the index has no words without letters or digits
            continue
        term = Term(text, bool(phrase))
        if negative:
            found.unwanted.append(term)
        elif widen:
            found.groups[-1].append(term)
        else:
            found.groups.append([term])
        widen = False
    return found


def query(
    text: str, columns: Sequence[str] = (), *, among: Sequence[str] = (), dialect: str = "sqlite"
) -> str | None:
    """The engine's query for a user's words; `None` if there is nothing to search for.

    With `columns` only those are looked into, of the searchable ones that are named in `among`. What is only
    excluded finds nothing: there must be a word to look for.
    """
    wanted = terms(text)
    if not wanted.groups and not wanted.unwanted:
        return None
    found: str = _ENGINES[dialect].query(wanted, columns, among)
    return found


def narrowed(statement: Select[Any], table: Table, name: str, dialect: str) -> Select[Any]:
    """`statement` for the rows of `table` (the resource `name`) that match the parameter `q`."""
    found: Select[Any] = _ENGINES[dialect].narrowed(statement, table, name)
    return found


def score(table: Table, dialect: str) -> ColumnElement[float]:
    """How well a row of a narrowed statement matches; smaller is better."""
    found: ColumnElement[float] = _ENGINES[dialect].score(table)
    return found
