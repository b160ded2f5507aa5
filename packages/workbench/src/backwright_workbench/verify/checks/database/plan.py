"""What a database says about how it carries out a statement, and what is wrong with that.

What lives here: values and judgements, the same for each engine. What must not: asking a database
(`explain_<engine>.py`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

LARGE: Final = 10_000
"""Rows that may be read for nothing, or sorted for a page, before it counts."""

FEW: Final = 0.1
FEW_FOUND: Final = 0.02
"""The share of the rows read that makes reading them one after the other the right thing to do; of a search, whose
index the planner leaves aside for common words."""

STEPS: Final = 3
"""The least number of steps that SQLite's machine takes to look at a row."""

MISJUDGED: Final = 100.0
"""How far an estimate may be from what there is."""

SIMPLE_MS: Final = 50.0
COMPLEX_MS: Final = 200.0

_COMPLEX: Final = re.compile(r"\b(JOIN|GROUP BY|count\(|sum\(|avg\(|MATCH|@@|WITH|UNION)\b|@@", re.I)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong with a plan: `kind` is `scan`, `sort`, `spill`, `estimate` or `slow`."""

    kind: str
    what: str
    table: str = ""
    columns: tuple[str, ...] = ()
    """The columns that an index would help with: those that are compared, then those that are sorted by."""


@dataclass(slots=True)
class Plan:
    """How one statement was carried out."""

    ms: float
    rows: float
    text: str
    cost: float | None = None
    troubles: list[Trouble] = field(default_factory=list)


def is_complex(sql: str) -> bool:
    """Whether a statement does more than fetch rows of one table."""
    return bool(_COMPLEX.search(sql))


def slow(sql: str, ms: float) -> list[Trouble]:
    """Whether a statement takes longer than one of its kind may."""
    limit = COMPLEX_MS if is_complex(sql) else SIMPLE_MS
    kind = "complex" if is_complex(sql) else "simple"
    return (
        [Trouble("slow", f"takes {ms:.0f} ms; {limit:.0f} ms is the limit for a {kind} statement")]
        if ms > limit
        else []
    )


Node = Mapping[str, Any]


def postgresql(root: Node, columns: Mapping[str, Sequence[str]]) -> list[Trouble]:
    """What is wrong with a plan of PostgreSQL, as `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)` tells it.

    `columns` are those of each table.
    """
    found: list[Trouble] = []
    for node, stops_early, above in _nodes(root):
        found += _read_for_nothing(node, columns, above)
        found += _read_to_sum_up(node, columns, above)
        found += _sorted_for_a_page(node, columns, above)
        found += _spilled(node)
        found += _misjudged(node, stops_early)
    return found


def _nodes(
    node: Node, stops_early: bool = False, above: tuple[Node, ...] = ()
) -> Iterator[tuple[Node, bool, tuple[Node, ...]]]:
    yield node, stops_early, above
    early = stops_early or node.get("Node Type") == "Limit" or node.get("Join Type") == "Semi"
    if node.get("Node Type") in ("Sort", "Aggregate", "Hash"):
        early = False  # it takes in all that comes
    for each in node.get("Plans", ()):
        yield from _nodes(each, early, (*above, node))


def _total(node: Node, name: str) -> float:
    return float(node.get(name, 0)) * float(node.get("Actual Loops", 1))


def _read_for_nothing(
    node: Node, columns: Mapping[str, Sequence[str]], above: tuple[Node, ...]
) -> list[Trouble]:
    away = _total(node, "Rows Removed by Filter")
    kept = _total(node, "Actual Rows")
    table, condition = str(node.get("Relation Name", "")), str(node.get("Filter", ""))
    share = FEW_FOUND if "@@" in condition else FEW
    if away < LARGE or kept > share * (away + kept) or "Scan" not in str(node.get("Node Type")):
        return []
    by = f" along {node['Index Name']}" if "Index Name" in node else " one after the other"
    what = (
        f"reads {away + kept:.0f} rows of {table}{by}, and throws {away:.0f} of them away: {condition[:200]}"
    )
    equal = compared(condition, columns.get(table, ()))
    ordered = [
        key
        for each in above
        if each.get("Node Type") == "Sort"
        for key in _keys(each, columns.get(table, ()))
    ]
    return [Trouble("scan", what, table, tuple(dict.fromkeys([*equal, *ordered])) if equal else ())]


def _read_to_sum_up(
    node: Node, columns: Mapping[str, Sequence[str]], above: tuple[Node, ...]
) -> list[Trouble]:
    """A count or sum over everything there is: it answers in a line, and reads more each day."""
    if node.get("Node Type") != "Aggregate" or any(each.get("Node Type") == "Aggregate" for each in above):
        return []
    scans = [each for each in _without_end(node) if "Relation Name" in each]
    read = sum(_total(each, "Actual Rows") + _total(each, "Rows Removed by Filter") for each in scans)
    shown = _total(node, "Actual Rows")
    if read < LARGE or shown > FEW_FOUND * read:
        return []
    table = str(scans[0]["Relation Name"])
    equal = tuple(compared(str(scans[0].get("Filter", "")), columns.get(table, ())))
    return [Trouble("scan", f"reads {read:.0f} rows of {table} to answer with {shown:.0f}", table, equal)]


def _without_end(node: Node) -> Iterator[Node]:
    """What is below a node and not bounded by a LIMIT."""
    yield node
    for each in node.get("Plans", ()):
        if each.get("Node Type") != "Limit":
            yield from _without_end(each)


def _sorted_for_a_page(
    node: Node, columns: Mapping[str, Sequence[str]], above: tuple[Node, ...]
) -> list[Trouble]:
    if node.get("Node Type") not in ("Sort", "Incremental Sort") or not any(
        each.get("Node Type") == "Limit" for each in above
    ):
        return []
    below = node["Plans"][0]
    read, shown = _total(below, "Actual Rows"), _total(above[0], "Actual Rows")
    keys = " ".join(node.get("Sort Key", ()))
    if read < LARGE or shown > FEW * read or "ts_rank" in keys:  # a rank is known when all is read
        return []
    scans = [each for each, _, _ in _nodes(below) if "Relation Name" in each]
    table = str(scans[0]["Relation Name"]) if scans else ""
    known = columns.get(table, ())
    equal = [key for each in scans for key in compared(str(each.get("Index Cond", "")), known)]
    what = f"sorts {read:.0f} rows of {table} by {keys} to show {shown:.0f}"
    return [Trouble("sort", what, table, tuple(dict.fromkeys([*equal, *_keys(node, known)])))]


def _keys(node: Node, columns: Sequence[str]) -> list[str]:
    bare = [
        re.sub(r" (DESC|ASC|NULLS (FIRST|LAST))", "", str(each)).split(".")[-1].strip('"')
        for each in node.get("Sort Key", ())
    ]
    return [each for each in bare if each in columns]


def _spilled(node: Node) -> list[Trouble]:
    kind = str(node.get("Node Type"))
    if node.get("Sort Space Type") == "Disk":
        return [Trouble("spill", f"sorts on disk, {node.get('Sort Space Used', 0)} kB")]
    if int(node.get("Hash Batches", 1)) > 1:
        return [Trouble("spill", f"{kind} does not fit into memory: {node['Hash Batches']} batches")]
    return []


def _misjudged(node: Node, stops_early: bool) -> list[Trouble]:
    planned, actual = max(float(node.get("Plan Rows", 0)), 1.0), max(float(node.get("Actual Rows", 0)), 1.0)
    more = actual >= LARGE and actual / planned >= MISJUDGED
    less = (
        not stops_early
        and planned >= LARGE
        and planned / actual >= MISJUDGED
        and node.get("Actual Loops", 1) == 1
    )
    if not (more or less) or "Relation Name" not in node:
        return []
    what = f"expects {planned:.0f} rows of {node['Relation Name']} and finds {actual:.0f}"
    return [Trouble("estimate", what, str(node["Relation Name"]))]


def compared(condition: str, columns: Sequence[str]) -> list[str]:
    """The columns in a condition that an index helps with, those that must equal something first."""
    equal, others = [], []
    for column in columns:
        name = rf'(?<![\w]){re.escape(column)}(?![\w])"?\)?(?:::[\w ]+)?'
        if re.search(name + r"\s*(?:=|IS NULL|\bIN\b)", condition):
            equal.append(column)
        elif re.search(name + r"\s*(?:[<>]|~~|LIKE)", condition):
            others.append(column)
    return [*equal, *others]


def sqlite(
    steps: Sequence[str], sql: str, work: int, rows: int, large: Mapping[str, Sequence[str]]
) -> list[Trouble]:
    """What is wrong with a plan of SQLite: `EXPLAIN QUERY PLAN`, with the steps that its machine took.

    `large` are the columns of each table with very many rows.
    """
    if work < STEPS * LARGE or rows * 50 > work:
        return []
    where = sql.partition(" WHERE ")[2] or re.sub(r"\s+", " ", sql).partition(" WHERE ")[2]
    found = []
    for step in steps:
        scanned = re.match(r"SCAN (\w+)", step)
        if scanned and scanned[1] in large and where:
            columns = tuple(compared(where, large[scanned[1]]))
            what = f"reads {scanned[1]} from its beginning ({work} steps) for {rows} rows"
            found.append(Trouble("scan", what, scanned[1], columns or _order(sql, large[scanned[1]])))
    if not found and any("TEMP B-TREE FOR ORDER BY" in step for step in steps):
        table = next((name for step in steps for name in large if name in step.split()), "")
        if table and "_fts" not in sql:
            what = f"sorts rows of {table} ({work} steps) to show {rows}"
            found.append(Trouble("sort", what, table, _order(sql, large[table])))
    return found


def _order(sql: str, columns: Sequence[str]) -> tuple[str, ...]:
    keys = sql.rpartition("ORDER BY")[2]
    return tuple(sorted((c for c in columns if re.search(rf"\b{c}\b", keys)), key=keys.find))


def mariadb(root: Any) -> list[Trouble]:
    """What is wrong with a plan of MariaDB, as `ANALYZE FORMAT=JSON` tells it."""
    found: list[Trouble] = []
    for node in _tables(root):
        read = float(node.get("r_rows") or 0) * float(node.get("r_loops") or 1)
        kept = float(node.get("r_filtered") or 100) / 100
        condition = str(node.get("attached_condition", ""))
        if read >= LARGE and kept <= FEW and condition:
            name = str(node.get("table_name", ""))
            what = f"reads {read:.0f} rows of {name} and keeps {kept:.1%}: {condition[:200]}"
            found.append(Trouble("scan", what, name))
    return found


def _tables(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, Mapping):
        if "table_name" in node:
            yield node
        for each in node.values():
            yield from _tables(each)
    elif isinstance(node, list):
        for each in node:
            yield from _tables(each)
