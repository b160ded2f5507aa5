"""PostgreSQL about itself: its catalogues and its statistics."""

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

OURS = r"""n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND NOT EXISTS (
    SELECT FROM pg_depend e WHERE e.objid = c.oid AND e.deptype = 'e')"""
"""Not of the system, and not of an extension."""

_QUESTIONS = {
    "about": """
        SELECT extract(epoch FROM now() - coalesce(stats_reset, pg_postmaster_start_time()))::float8 / 86400 AS days,
               pg_is_in_recovery() AS is_copy
          FROM pg_stat_database WHERE datname = current_database()""",
    "tables": """
        SELECT n.nspname AS schema, c.relname AS "table", s.n_live_tup AS rows, s.n_dead_tup AS dead,
               c.reltuples >= 0 AS is_counted, c.relkind = 'p' AS is_divided,
               s.last_analyze IS NOT NULL OR s.last_autoanalyze IS NOT NULL AS is_analysed
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
         WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND OURS""",
    "columns": """
        SELECT n.nspname AS schema, c.relname AS "table", a.attname AS name, a.attnotnull AS is_required,
               format_type(a.atttypid, a.atttypmod) AS declared, t.typtype::text AS kind,
               format_type(t.typbasetype, NULL) AS base
          FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_type t ON t.oid = a.atttypid
         WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND OURS
         ORDER BY a.attnum""",
    "indexes": """
        SELECT n.nspname AS schema, c.relname AS "table", i.relname AS name, x.indisunique AS is_unique,
               x.indisprimary AS is_primary, x.indisvalid AS is_valid, s.idx_scan AS scans,
               pg_relation_size(i.oid) AS size,
               ARRAY(SELECT coalesce(a.attname, '') FROM unnest(x.indkey::int2[]) WITH ORDINALITY k (n, o)
                       LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.n AND k.n > 0
                      WHERE k.o <= x.indnkeyatts ORDER BY k.o)::text[] AS columns,
               concat_ws(' ', m.amname, x.indclass::text, x.indoption::text, pg_get_expr(x.indpred, x.indrelid),
                         pg_get_expr(x.indexprs, x.indrelid), x.indnkeyatts < x.indnatts) AS kind,
               EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.oid AND o.contype <> 'f') AS is_needed,
               x.indisreplident OR x.indisclustered AS is_special
          FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am m ON m.oid = i.relam
          LEFT JOIN pg_stat_user_indexes s ON s.indexrelid = i.oid
         WHERE NOT c.relispartition AND c.relkind IN ('r', 'p') AND OURS""",
    "keys": """
        SELECT n.nspname AS schema, c.relname AS "table", r.relname AS target,
               ARRAY(SELECT a.attname FROM unnest(k.conkey) WITH ORDINALITY p (n, o)
                       JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.n
                      ORDER BY p.o)::text[] AS columns
          FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_class r ON r.oid = k.confrelid
         WHERE k.contype = 'f' AND k.conparentid = 0 AND NOT c.relispartition AND OURS""",
    "sequences": """
        SELECT q.schemaname AS schema, q.sequencename AS name, q.last_value AS last, q.max_value AS most,
               t.relname AS "table", a.attname AS "column", format_type(a.atttypid, NULL) AS declared
          FROM pg_sequences q
          JOIN pg_namespace n ON n.nspname = q.schemaname
          JOIN pg_class c ON c.relname = q.sequencename AND c.relnamespace = n.oid
          LEFT JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
          LEFT JOIN pg_class t ON t.oid = d.refobjid
          LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
         WHERE q.last_value IS NOT NULL AND q.increment_by > 0 AND NOT q.cycle""",
}
QUESTIONS: Mapping[str, str] = {name: text.replace("OURS", OURS) for name, text in _QUESTIONS.items()}
LARGEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1}


def schema_of(answers: Mapping[str, list[dict[str, Any]]]) -> Live:
    """The database. On a copy that follows another one nothing is known of what indexes are used for."""
    about = next(iter(answers["about"]), {})
    columns, indexes, keys = (by_table(answers[name]) for name in ("columns", "indexes", "keys"))
    tables = []
    for row in answers["tables"]:
        at = (str(row["schema"]), str(row["table"]))
        is_divided = bool(row["is_divided"])
        tables.append(
            LiveTable(
                at[1],
                at[0],
                {each["name"]: _column(each) for each in columns.get(at, ())},
                tuple(_index(each, is_divided) for each in indexes.get(at, ())),
                tuple(LiveKey(tuple(each["columns"]), each["target"]) for each in keys.get(at, ())),
                None if is_divided else row["rows"],
                None if is_divided else row["dead"],
                None if is_divided else bool(row["is_analysed"] or row["is_counted"]),
            )
        )
    sequences = tuple(
        LiveSequence(
            row["name"],
            row["table"] or "",
            row["column"] or "",
            row["last"],
            min(row["most"], LARGEST.get(row["declared"] or "", row["most"])),
        )
        for row in answers["sequences"]
    )
    days = None if about.get("is_copy") else about.get("days")
    return Live("postgresql", tuple(tables), sequences, days)


def _column(row: dict[str, Any]) -> LiveColumn:
    kind = {"e": "enum", "d": family(str(row["base"]))}.get(row["kind"]) or family(row["declared"])
    return LiveColumn(
        row["name"],
        "other" if str(row["declared"]).endswith("[]") else kind,
        row["declared"],
        not row["is_required"],
    )


def _index(row: dict[str, Any], is_divided: bool) -> LiveIndex:
    return LiveIndex(
        row["name"],
        tuple(row["columns"]),
        bool(row["is_unique"]),
        bool(row["is_primary"]),
        bool(row["is_needed"] or row["is_special"]),
        bool(row["is_valid"]) or is_divided,
        str(row["kind"]),
        None if is_divided else row["scans"],
        row["size"],
    )
