"""Types of databases in the plain words of the models, and rows of answers by their table.

What lives here: what all databases share. What must not: any question.
"""

import re
from collections.abc import Iterable
from typing import Any

FAMILIES = (
    (re.compile(r"^(?:tinyint\(1\)|bool)"), "boolean"),
    (re.compile(r"^(?:bigint|int|integer|smallint|mediumint|tinyint|serial|bigserial|year|oid)"), "integer"),
    (
        re.compile(
            r"^(?:character varying|varchar|character|char|bpchar|nvarchar|nchar|citext|inet|cidr|name)"
        ),
        "string",
    ),
    (re.compile(r"^(?:text|tinytext|mediumtext|longtext|clob)"), "text"),
    (re.compile(r"^(?:timestamp|datetime)"), "datetime"),
    (re.compile(r"^date"), "date"),
    (re.compile(r"^(?:double|float|real)"), "float"),
    (re.compile(r"^(?:numeric|decimal|money)"), "decimal"),
    (re.compile(r"^uuid"), "uuid"),
    (re.compile(r"^json"), "json"),
    (re.compile(r"^(?:bytea|blob|tinyblob|mediumblob|longblob|binary|varbinary)"), "binary"),
    (re.compile(r"^enum"), "enum"),
)


def family(declared: str) -> str:
    """`character varying(20)` → string; `other` for what is none of them."""
    text = declared.lower()
    return next((name for pattern, name in FAMILIES if pattern.match(text)), "other")


def by_table(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Rows by schema and table."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((str(row.get("schema") or ""), str(row["table"])), []).append(row)
    return found
