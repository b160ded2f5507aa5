"""MariaDB and MySQL about themselves: the information schema."""

from collections.abc import Mapping
from typing import Any

from backwright_workbench.codebase.facts.live import (
    Live,
    LiveColumn,
    LiveIndex,
    LiveKey,
    LiveSequence,
    LiveTable,
)
from backwright_workbench.codebase.live.columns import by_table, family

QUESTIONS: Mapping[str, str] = {
    "tables": """
        SELECT TABLE_NAME AS `table`, TABLE_ROWS AS number, AUTO_INCREMENT AS next
          FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'""",
    "columns": """
        SELECT TABLE_NAME AS `table`, COLUMN_NAME AS name, COLUMN_TYPE AS declared, IS_NULLABLE AS nullable,
               EXTRA AS extra
          FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY ORDINAL_POSITION""",
    "indexes": """
        SELECT TABLE_NAME AS `table`, INDEX_NAME AS name, NON_UNIQUE AS is_open, COLUMN_NAME AS `column`,
               INDEX_TYPE AS method, SUB_PART AS part
          FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() ORDER BY INDEX_NAME, SEQ_IN_INDEX""",
    "keys": """
        SELECT TABLE_NAME AS `table`, CONSTRAINT_NAME AS name, COLUMN_NAME AS `column`,
               REFERENCED_TABLE_NAME AS target
          FROM information_schema.KEY_COLUMN_USAGE
         WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IS NOT NULL
         ORDER BY CONSTRAINT_NAME, ORDINAL_POSITION""",
}
LARGEST = {"tinyint": 2**7, "smallint": 2**15, "mediumint": 2**23, "int": 2**31, "bigint": 2**63}


def schema_of(answers: Mapping[str, list[dict[str, Any]]]) -> Live:
    """The database; it does not count what indexes are used for."""
    columns, indexes, keys = (by_table(answers[name]) for name in ("columns", "indexes", "keys"))
    tables, sequences = [], []
    for row in answers["tables"]:
        at = ("", str(row["table"]))
        found = {each["name"]: _column(each) for each in columns.get(at, ())}
        tables.append(
            LiveTable(at[1], "", found, _indexes(indexes.get(at, [])), _keys(keys.get(at, [])), row["number"])
        )
        counted = [
            each["name"] for each in columns.get(at, ()) if "auto_increment" in str(each["extra"]).lower()
        ]
        if counted and row["next"]:
            most = _largest(found[counted[0]].declared)
            sequences.append(LiveSequence(f"{at[1]}.{counted[0]}", at[1], counted[0], row["next"] - 1, most))
    return Live("mariadb", tuple(tables), tuple(sequences))


def _column(row: dict[str, Any]) -> LiveColumn:
    declared = str(row["declared"])
    return LiveColumn(row["name"], family(declared), declared, row["nullable"] == "YES")


def _indexes(rows: list[dict[str, Any]]) -> tuple[LiveIndex, ...]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["name"], []).append(row)
    return tuple(
        LiveIndex(
            name,
            tuple(each["column"] or "" for each in parts),
            not parts[0]["is_open"],
            name == "PRIMARY",
            not parts[0]["is_open"],
            kind=f"{parts[0]['method']} {[each['part'] for each in parts if each['part']] or ''}",
        )
        for name, parts in found.items()
    )


def _keys(rows: list[dict[str, Any]]) -> tuple[LiveKey, ...]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["name"], []).append(row)
    return tuple(
        LiveKey(tuple(each["column"] for each in parts), parts[0]["target"]) for parts in found.values()
    )


def _largest(declared: str) -> int:
    size = LARGEST.get(declared.lower().partition("(")[0].split()[0], 2**63)
    return size * 2 - 1 if "unsigned" in declared.lower() else size - 1
