"""What a database consists of, as its own catalogues tell it: tables, columns, constraints, indexes, triggers.

What lives here: reading that, in a form in which two databases can be compared. What must not: rows, and judging.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from backwright import migration_connections
from sqlalchemy import Connection, inspect, text

Schema = dict[str, str]
"""`column orders.total` → `numeric(14,2) NOT NULL`; the first word says what it is."""

_OWN: Final = "alembic_version"

_POSTGRESQL: Final = """
SELECT 'table ' || relname, CASE relpersistence WHEN 'p' THEN '' ELSE relpersistence::text END
    || coalesce(obj_description(c.oid, 'pg_class'), '')
FROM pg_class c WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'column ' || c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod)
    || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
    || CASE WHEN a.attgenerated <> '' THEN ' GENERATED' WHEN a.attidentity <> '' THEN ' IDENTITY' ELSE '' END
    || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
    || coalesce(' COMMENT ' || col_description(c.oid, a.attnum), '')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
    AND c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'constraint ' || coalesce(c.relname || '.', '') || n.conname,
    pg_get_constraintdef(n.oid) || CASE WHEN n.convalidated THEN '' ELSE ' NOT VALID' END
FROM pg_constraint n LEFT JOIN pg_class c ON c.oid = n.conrelid
WHERE n.connamespace = current_schema()::regnamespace
UNION ALL
SELECT 'index ' || tablename || '.' || indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
UNION ALL
SELECT 'trigger ' || t.tgrelid::regclass::text || '.' || t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'type ' || t.typname, string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder)
FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
WHERE t.typnamespace = current_schema()::regnamespace GROUP BY 1
UNION ALL
SELECT 'view ' || viewname, definition FROM pg_views WHERE schemaname = current_schema()
UNION ALL
SELECT 'function ' || proname, md5(prosrc) FROM pg_proc
WHERE pronamespace = current_schema()::regnamespace AND prokind = 'f'
UNION ALL
SELECT 'sequence ' || relname, '' FROM pg_class WHERE relkind = 'S' AND relnamespace = current_schema()::regnamespace
"""


def schema(url: str) -> Schema:
    """What the database consists of, the record of its revision left out."""
    found: Schema = migration_connections.run(url, _schema)
    return {name: each for name, each in sorted(found.items()) if not _is_own(name)}


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, str | None, str | None]]:
    """What is different: its name, and what it was and is; `None` where it is missing."""
    names = sorted({*before, *after})
    return [
        (name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    ]


def rows(url: str) -> dict[str, int]:
    """How many rows each table has."""

    def count(connection: Connection) -> dict[str, int]:
        quote = connection.dialect.identifier_preparer.quote
        names = [name for name in inspect(connection).get_table_names() if name != _OWN]
        return {name: connection.scalar(text(f"SELECT count(*) FROM {quote(name)}")) or 0 for name in names}  # noqa: S608

    return migration_connections.run(url, count)


def _is_own(name: str) -> bool:
    table = name.split(" ", 1)[1].split(".")[0]
    return table == _OWN or table.startswith("sqlite_")


def _schema(connection: Connection) -> Schema:
    match connection.dialect.name:
        case "postgresql":
            return {name: told or "" for name, told in connection.execute(text(_POSTGRESQL))}
        case "mariadb" | "mysql":
            return _mariadb(connection)
        case _:
            return _sqlite(connection)


def _mariadb(connection: Connection) -> Schema:
    found: Schema = {}
    for name, kind in connection.execute(text("SHOW FULL TABLES")).all():
        made = str(connection.execute(text(f"SHOW CREATE TABLE `{name}`")).first()[1])  # type: ignore[index]
        if kind == "VIEW":
            found[f"view {name}"] = made
            continue
        _, *lines = made.splitlines()
        found[f"table {name}"] = re.sub(r" AUTO_INCREMENT=\d+", "", lines[-1])
        for line in lines[:-1]:
            told = line.strip().rstrip(",")
            what = re.match(
                r"(?:(UNIQUE |FULLTEXT )?(KEY)|(CONSTRAINT)|(PRIMARY KEY))? ?[`\"]?([^`\"( ]*)", told
            )
            assert what is not None
            word = "index" if what[2] or what[4] else "constraint" if what[3] else "column"
            found[f"{word} {name}.{what[5] or 'primary'}"] = told
    for name, event, table, body, timing, *_ in connection.execute(text("SHOW TRIGGERS")).all():
        found[f"trigger {table}.{name}"] = f"{timing} {event} {body}"
    return found


def _sqlite(connection: Connection) -> Schema:
    found: Schema = {}
    seen = inspect(connection)
    made = connection.execute(text("SELECT type, name, tbl_name, sql FROM sqlite_master")).all()
    for kind, name, table, sql in made:
        if kind in ("trigger", "view", "index") and sql:
            found[f"{kind} {table}.{name}"] = " ".join(str(sql).split())
        elif kind == "table" and str(sql).startswith("CREATE VIRTUAL"):
            found[f"table {name}"] = str(sql)
        elif kind == "table":
            found[f"table {name}"] = ""
            found |= _sqlite_table(seen, name)
    return found


def _sqlite_table(seen: Any, name: str) -> Schema:
    found: Schema = {}
    for column in seen.get_columns(name):
        null = "" if column["nullable"] else " NOT NULL"
        default = "" if column["default"] is None else f" DEFAULT {column['default']}"
        found[f"column {name}.{column['name']}"] = f"{column['type']}{null}{default}"
    key = seen.get_pk_constraint(name)
    found[f"constraint {name}.primary"] = ", ".join(key["constrained_columns"])
    for each in seen.get_foreign_keys(name):
        to = f"{each['referred_table']} ({', '.join(each['referred_columns'])}) {sorted(each['options'].items())}"
        at = each["name"] or ", ".join(each["constrained_columns"])
        found[f"constraint {name}.{at}"] = f"({', '.join(each['constrained_columns'])}) -> {to}"
    for each in seen.get_unique_constraints(name):
        found[f"constraint {name}.{each['name']}"] = f"UNIQUE ({', '.join(each['column_names'])})"
    for each in seen.get_check_constraints(name):
        found[f"constraint {name}.{each['name']}"] = " ".join(str(each["sqltext"]).replace('"', "").split())
    return found
