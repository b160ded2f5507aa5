"""Full-text search: one contract on every engine, FTS5 on SQLite.

What lives here: the objects that make a table searchable, for migrations; and what a user's words mean. The
contract is that of a web search: all words must occur, a word matches words that begin with it, "quoted
phrases" match as a whole, `-word` excludes, `or` between words widens. Case and accents do not matter. No
input is an error.

The index is an external-content table over a view, keyed by a number of its own (`<table>_search.docid`):
SQLite's implicit row ids change under VACUUM, and an index keyed by them would then point at other rows.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import FromClause, Select, bindparam, column, literal_column, select, table
from sqlalchemy.types import Float, String

from backwright.columns import Id

MAX_QUERY: Final = 200
"""Characters that a search may have."""

NOTHING: Final = '""'
"""A query that no row matches."""

_TERM: Final = re.compile(r'(-?)"([^"]*)"?|(\S+)')


def create_index(op: Any, name: str, columns: Sequence[str]) -> None:
    """Make table `name` searchable by `columns`: called from a migration with Alembic's `op`."""
    for statement in creation(name, columns):
        op.execute(statement)


def drop_index(op: Any, name: str) -> None:
    """Undo `create_index`."""
    for statement in removal(name):
        op.execute(statement)


def creation(name: str, columns: Sequence[str]) -> list[str]:
    """The statements that create the search objects of a table and fill them."""
    listed = ", ".join(f'"{each}"' for each in columns)  # quoted: a column may be called like a keyword
    new = ", ".join(f'new."{each}"' for each in columns)
    old = ", ".join(f'old."{each}"' for each in columns)
    docid = f"(SELECT docid FROM {name}_search WHERE id = {{}}.id)"
    add = f"INSERT INTO {name}_fts(rowid, {listed}) VALUES ({docid.format('new')}, {new});"
    remove = f"INSERT INTO {name}_fts({name}_fts, rowid, {listed}) VALUES ('delete', {docid.format('old')}, {old});"
    selected = ", ".join(f't."{each}"' for each in columns)
    return [
        f"CREATE TABLE {name}_search (docid INTEGER PRIMARY KEY, id VARCHAR(36) NOT NULL UNIQUE)",
        f"CREATE VIEW {name}_searchable AS SELECT s.docid AS docid, {selected} "
        f'FROM {name}_search s JOIN "{name}" t ON t.id = s.id',
        f"CREATE VIRTUAL TABLE {name}_fts USING fts5({listed}, content='{name}_searchable', "
        "content_rowid='docid', tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
        f'CREATE TRIGGER {name}_search_insert AFTER INSERT ON "{name}" BEGIN '
        f"INSERT INTO {name}_search(id) VALUES (new.id); {add} END",
        f'CREATE TRIGGER {name}_search_update AFTER UPDATE OF {listed} ON "{name}" BEGIN {remove} {add} END',
        f'CREATE TRIGGER {name}_search_delete BEFORE DELETE ON "{name}" BEGIN {remove} '
        f"DELETE FROM {name}_search WHERE id = old.id; END",
        f'INSERT INTO {name}_search(id) SELECT id FROM "{name}"',
        f"INSERT INTO {name}_fts({name}_fts) VALUES ('rebuild')",
    ]


def removal(name: str) -> list[str]:
    """The statements that remove what `creation` made."""
    return [
        f"DROP TRIGGER IF EXISTS {name}_search_insert",
        f"DROP TRIGGER IF EXISTS {name}_search_update",
        f"DROP TRIGGER IF EXISTS {name}_search_delete",
        f"DROP TABLE IF EXISTS {name}_fts",
        f"DROP VIEW IF EXISTS {name}_searchable",
        f"DROP TABLE IF EXISTS {name}_search",
    ]


def is_search_object(name: str) -> bool:
    """Whether a table of the database belongs to a search index, which models do not declare."""
    return bool(re.search(r"_(search|fts|fts_(data|idx|docsize|config|content)|searchable)$", name))


def query(text: str, columns: Sequence[str] = ()) -> str | None:
    """The FTS5 query for a user's words; `None` if there is nothing to search for.

    Only quoted strings and the three operators reach FTS5, so nothing that a user types can be a syntax
    error. With `columns` only those are looked into. What is only excluded finds nothing: there must be a
    word to look for.
    """
    wanted: list[str] = []
    unwanted: list[str] = []
    widen = False
    for minus, phrase, word in _TERM.findall(unicodedata.normalize("NFC", text)):
        if word.casefold() in ("or", "|"):
            widen = bool(wanted)
            continue
        negative = bool(minus) or (len(word) > 1 and word.startswith("-"))
        text = (phrase or word.removeprefix("-")).replace('"', " ")
        if not any(each.isalnum() for each in text):  # the index has no words without letters or digits
            continue
        term = f'"{text}"' + ("" if phrase else "*")
        if negative:
            unwanted.append(term)
        elif widen:
            wanted[-1] = f"({wanted[-1]} OR {term})"
        else:
            wanted.append(term)
        widen = False
    if not wanted:
        return NOTHING if unwanted else None
    found = f"({' AND '.join(wanted)})"
    if unwanted:
        found = f"({found} NOT ({' OR '.join(unwanted)}))"
    return f"{{{' '.join(columns)}}} : {found}" if columns else found


def hits(name: str) -> FromClause:
    """Rows of `name` that match the parameter `q`: a sub-select with columns `id` and `score` (smaller is better)."""
    index = table(f"{name}_fts", column("rowid"), column("rank", Float()))
    keys = table(f"{name}_search", column("docid"), column("id", Id()))
    matches = literal_column(f"{name}_fts", String()).op("MATCH")(bindparam("q", type_=String()))
    found: Select[Any] = (
        select(keys.c.id.label("id"), index.c.rank.label("score"))
        .select_from(index.join(keys, keys.c.docid == index.c.rowid))
        .where(matches)
    )
    return found.subquery("hits")
