"""Search on SQLite: FTS5.

What lives here: FTS5's tables, triggers and queries. What must not: what a user's words mean (`search.py`).

The index is an external-content table over a view, keyed by a number of its own (`<table>_search.docid`):
SQLite's implicit row ids change under VACUUM, and an index keyed by them would then point at other rows.
"""

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Table,
    bindparam,
    column,
    literal_column,
    select,
    table,
)
from sqlalchemy.types import Float, String

from backwright.columns import Id

if TYPE_CHECKING:
    from backwright.search import Term, Wanted

NOTHING: Final = '""'
"""A query that no row matches."""


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


def query(wanted: "Wanted", columns: Sequence[str], among: Sequence[str]) -> str:
    """The FTS5 query. Only quoted strings and the three operators reach FTS5, so nothing that a user types can
    be a syntax error."""
    if not wanted.groups:
        return NOTHING
    groups = [
        reduce(lambda left, right: f"({left} OR {right})", map(_term, group)) for group in wanted.groups
    ]
    found = f"({' AND '.join(groups)})"
    if wanted.unwanted:
        found = f"({found} NOT ({' OR '.join(map(_term, wanted.unwanted))}))"
    return f"{{{' '.join(columns)}}} : {found}" if columns else found


def _term(term: "Term") -> str:
    return f'"{term.text}"' + ("" if term.is_phrase else "*")


def narrowed(statement: Select[Any], table: Table, name: str) -> Select[Any]:
    """The statement joined to the rows that match the parameter `q`."""
    found = hits(name)
    return statement.join(found, found.c.id == table.c.id)


def score(table: Table) -> ColumnElement[float]:
    """FTS5's rank (bm25)."""
    return literal_column("hits.score", Float())


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
