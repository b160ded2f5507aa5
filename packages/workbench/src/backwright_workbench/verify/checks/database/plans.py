"""Each statement that the backend really sends is carried out well on large tables.

Every operation is called on tables with very many rows, lists with each filter, sort and search, on the first page and
on later ones, as each role; what is heard then is carried out again under EXPLAIN.

Red: many rows read and thrown away, or sorted to show a page; work that does not fit into memory; an estimate far from
what there is; a statement that takes too long.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.database.explain_mariadb import MariaDB
from backwright_workbench.verify.checks.database.explain_postgresql import PostgreSQL
from backwright_workbench.verify.checks.database.explain_sqlite import SQLite
from backwright_workbench.verify.checks.database.plan import Plan, Trouble, slow
from backwright_workbench.verify.checks.database.traffic import SUCCESS, Heard, Traffic
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.stand.statements import Statement, listening
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="Statements that are sent are carried out well on large tables",
    needs=frozenset({Need.SERVICE, Need.DATABASE, Need.CALLERS, Need.CONTRACT}),
    proves=("CWE-400", "CWE-1049", "CWE-1067"),
    engine_bound=True,
)

ASKS: Final[Mapping[str, type[PostgreSQL | MariaDB | SQLite]]] = {
    "postgresql": PostgreSQL,
    "mariadb": MariaDB,
    "sqlite": SQLite,
}

TRIES: Final = 3
"""Examples of each statement that are looked at: the same statement is fast for one value and slow for another."""

Database = PostgreSQL | MariaDB | SQLite


def run(subject: Subject) -> Outcome:
    """Call, hear, explain."""
    with listening(subject, rows=subject.rows) as (stand, ear):
        heard = Traffic(stand, ear, say=subject.say).run()
        assert stand.database is not None
        database: Database = ASKS[stand.engine](stand.database)
        try:
            found = [_looked_at(database, operation, sent) for operation, sent in _distinct(heard)]
            explained = sorted((each for each in found if each is not None), key=lambda each: -each["ms"])
            counts = {name: rows for name, rows in database.counts().items() if rows}
        finally:
            database.close()
    if not explained:
        raise NotRun("no statement was heard that has a plan")
    faults = [fault for each in explained for fault in each.pop("found")]
    data = {"rows": counts, "statements": explained}
    subject.record.keep("plans.txt", "\n\n".join(_told(each) for each in explained), command="EXPLAIN")
    return judged(
        f"{len(explained)} statements on {max(counts.values(), default=0):,} rows; "
        f"the slowest takes {explained[0]['ms']:.0f} ms",
        _once(faults),
        figures=(
            Figure("slowest statement", round(explained[0]["ms"], 1), "ms"),
            Figure("statements", len(explained)),
        ),
        notes=_not_called(heard),
        data=data,
    )


def _not_called(heard: list[Heard]) -> tuple[str, ...]:
    """Operations that were tried and that nobody was allowed."""
    done = {each.request.operation for each in heard if each.status in SUCCESS}
    tried = dict.fromkeys((each.request.operation, each.status) for each in heard)
    left = [f"{operation} ({status})" for operation, status in tried if operation not in done]
    return (f"answered with an error each time: {', '.join(left)}",) if left else ()


def _distinct(heard: Iterable[Heard]) -> list[tuple[str, list[Statement]]]:
    """Each statement once, with the operation that sent it first and some examples with other values."""
    found: dict[str, tuple[str, list[Statement]]] = {}
    for each in heard:
        for statement in each.statements:
            _, examples = found.setdefault(statement.shape, (each.request.operation, []))
            if (
                len(examples) < TRIES and all(statement.values != other.values for other in examples)
            ) or not examples:
                examples.append(statement)
    return list(found.values())


def _looked_at(database: Database, operation: str, examples: list[Statement]) -> dict[str, Any] | None:
    """The worst plan of a statement, with what is wrong with it."""
    plans = [(each, plan) for each in examples if (plan := database.plan(each)) is not None]
    if not plans:
        return None
    statement, plan = max(plans, key=lambda each: (len(each[1].troubles), each[1].ms))
    troubles = [*plan.troubles, *slow(statement.sql, plan.ms)]
    return {
        "sql": _short(statement.shape, 2_000),
        "operation": operation,
        "ms": round(plan.ms, 2),
        "rows": plan.rows,
        "cost": plan.cost,
        "plan": plan.text,
        "faults": [trouble.what for trouble in troubles],
        "found": _faults(database, operation, statement, plan, troubles),
    }


def _faults(
    database: Database, operation: str, statement: Statement, plan: Plan, troubles: list[Trouble]
) -> list[Fault]:
    advice = next((found for each in troubles if (found := _advice(database, statement, plan, each))), "")
    reading = [each for each in troubles if each.kind != "slow"] or troubles
    return [
        Fault(
            f"{trouble.what}: {_short(statement.shape, 160)}",
            place=operation if not trouble.table else f"{operation} → {_columns(trouble)}",
            why="it takes longer with every row that is added, and keeps others waiting",
            next_step=advice or _otherwise(trouble),
        )
        for trouble in reading
    ]


def _advice(database: Database, statement: Statement, plan: Plan, trouble: Trouble) -> str:
    """Which index helps, proven where that can be tried out."""
    if not trouble.columns:
        return ""
    listed = ", ".join(trouble.columns)
    proven = database.with_index(statement, trouble)
    if proven is None:
        return ""
    better, size = proven
    return (
        f"an index on {trouble.table} ({listed}) helps: from {plan.ms:.1f} to {better.ms:.1f} ms, "
        f"cost from {plan.cost or 0:.0f} to {better.cost or 0:.0f}; it takes {size} kB, and each write its part"
    )


def _otherwise(trouble: Trouble) -> str:
    if trouble.kind == "estimate":
        return (
            f"see that {trouble.table} is analysed; CREATE STATISTICS for columns that depend on each other"
        )
    if trouble.kind == "spill":
        return "fetch less, or sort along an index"
    if trouble.columns:
        return (
            f"an index on {trouble.table} ({', '.join(trouble.columns)}), unless the condition begins with a wildcard: "
            "then declare a search"
        )
    return "see its plan in plans.txt; ask for less, or along an index"


def _columns(trouble: Trouble) -> str:
    return ", ".join(f"{trouble.table}.{each}" for each in trouble.columns) or trouble.table


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length // 2]} … {text[-length // 2 :]}"


def _once(faults: Iterable[Fault]) -> list[Fault]:
    """The same trouble at the same place once."""
    return list({(each.place, each.what.split(":")[0][:20]): each for each in faults}.values())


def _told(each: dict[str, Any]) -> str:
    marks = "".join(f"\n  ! {fault}" for fault in each["faults"])
    return f"{each['operation']}  {each['ms']} ms\n{each['sql']}{marks}\n{each['plan']}"
