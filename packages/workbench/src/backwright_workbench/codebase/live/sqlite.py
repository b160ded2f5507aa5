"""SQLite about itself: its pragmas."""

from collections.abc import Mapping
from typing import Any

from backwright_workbench.codebase.facts.live import Live, LiveColumn, LiveIndex, LiveKey, LiveTable
from backwright_workbench.codebase.live.columns import by_table, family

EACH = (
    r"(SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\') m"
)

_QUESTIONS = {
    "tables": 'SELECT m.name AS "table", m.sql AS sql FROM EACH',
    "columns": """SELECT m.name AS "table", p.name AS name, p.type AS declared, p."notnull" AS is_required,
                          p.pk AS place FROM EACH JOIN pragma_table_info(m.name) p ORDER BY m.name, p.cid""",
    "indexes": """SELECT m.name AS "table", i.name AS name, i."unique" AS is_unique, i.origin AS origin,
                          i.partial AS partial, c.name AS "column", s.sql AS sql
                     FROM EACH JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) c
                     LEFT JOIN sqlite_master s ON s.type = 'index' AND s.name = i.name
                    ORDER BY i.name, c.seqno""",
    "keys": """SELECT m.name AS "table", k.id AS id, k."from" AS "column", k."table" AS target
                  FROM EACH JOIN pragma_foreign_key_list(m.name) k ORDER BY m.name, k.id, k.seq""",
}

QUESTIONS: Mapping[str, str] = {name: text.replace("EACH", EACH) for name, text in _QUESTIONS.items()}


def schema_of(answers: Mapping[str, list[dict[str, Any]]]) -> Live:
    """The database; SQLite counts neither rows nor what indexes are used for."""
    columns, indexes, keys = (by_table(answers[name]) for name in ("columns", "indexes", "keys"))
    tables = []
    for row in answers["tables"]:
        at = ("", str(row["table"]))
        found = columns.get(at, [])
        primary = sorted((each for each in found if each["place"]), key=lambda each: int(each["place"]))
        made = [] if not primary else [_primary(tuple(each["name"] for each in primary))]
        tables.append(
            LiveTable(
                at[1],
                "",
                {each["name"]: _column(each) for each in found},
                (*made, *_indexes(indexes.get(at, []))),
                _keys(keys.get(at, [])),
            )
        )
    return Live("sqlite", tuple(tables))


def _primary(columns: tuple[str, ...]) -> LiveIndex:
    return LiveIndex("", columns, is_unique=True, is_primary=True, is_needed=True)


def _column(row: dict[str, Any]) -> LiveColumn:
    declared = str(row["declared"] or "")
    return LiveColumn(row["name"], family(declared), declared, not row["is_required"] and not row["place"])


def _indexes(rows: list[dict[str, Any]]) -> tuple[LiveIndex, ...]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["origin"] != "pk":
            found.setdefault(row["name"], []).append(row)
    return tuple(
        LiveIndex(
            name,
            tuple(each["column"] or "" for each in parts),
            bool(parts[0]["is_unique"]),
            is_needed=bool(parts[0]["is_unique"]),
            kind=str(parts[0]["sql"]).lower().partition(" where ")[2] if parts[0]["partial"] else "",
        )
        for name, parts in found.items()
    )


def _keys(rows: list[dict[str, Any]]) -> tuple[LiveKey, ...]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["id"], []).append(row)
    return tuple(
        LiveKey(tuple(each["column"] for each in parts), parts[0]["target"]) for parts in found.values()
    )
