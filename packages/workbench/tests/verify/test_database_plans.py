"""database/plans: statements on large tables."""

from pathlib import Path
from typing import Any

import pytest
from backwright_workbench.verify.checks.database import plan
from backwright_workbench.verify.checks.database.plan import compared
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, planted

PLANS = "database/plans"
COLUMNS = {"orders": ["id", "title", "status", "due_at"]}


def scan(kept: int, away: int, **more: Any) -> dict[str, Any]:
    """One table read from its beginning."""
    found = {
        "Node Type": "Seq Scan",
        "Relation Name": "orders",
        "Plan Rows": max(kept, 1),
        "Actual Rows": kept,
        "Actual Loops": 1,
        "Filter": "((status)::text = 'open'::text)",
        "Rows Removed by Filter": away,
    }
    return {**found, **more}


def above(kind: str, below: dict[str, Any], rows: int, **more: Any) -> dict[str, Any]:
    """Something that is done with the rows of that."""
    return {
        "Node Type": kind,
        "Plan Rows": rows,
        "Actual Rows": rows,
        "Actual Loops": 1,
        "Plans": [below],
        **more,
    }


def sort(below: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A sort by the due date, for a page of 26."""
    rows = below["Actual Rows"]
    return above(
        "Limit", above("Sort", below, rows, **{"Sort Key": ["orders.due_at DESC", "orders.id"], **more}), 26
    )


ALL = scan(100_000, 0, Filter="")
BAD = {
    "rows thrown away": (scan(3, 99_997), "scan"),
    "rows thrown away along an index": (
        scan(3, 99_997, **{"Node Type": "Index Scan", "Index Name": "pk"}),
        "scan",
    ),
    "rows thrown away in a loop": (scan(0, 500, **{"Actual Loops": 200}), "scan"),
    "rows counted by a wildcard": (
        above("Aggregate", scan(4_000, 96_000, Filter="(title ~~ '%x%')"), 1),
        "scan",
    ),
    "a search without its index": (scan(3, 99_997, Filter="(words @@ '''x'''::tsquery)"), "scan"),
    "all rows, counted": (above("Aggregate", ALL, 1), "scan"),
    "most rows, counted by several at once": (
        above(
            "Aggregate",
            above("Gather", above("Aggregate", scan(30_000, 3_000, **{"Actual Loops": 3}), 1), 3),
            1,
        ),
        "scan",
    ),
    "rows sorted for a page": (sort(ALL), "sort"),
    "a sort on disk": (sort(ALL, **{"Sort Space Type": "Disk"}), "spill"),
    "a join in batches": (above("Hash", ALL, 100_000, **{"Hash Batches": 4}), "spill"),
    "far more than expected": (scan(90_000, 0, **{"Plan Rows": 10}), "estimate"),
    "far fewer than expected": (scan(10, 0, **{"Plan Rows": 90_000}), "estimate"),
}
GOOD = {
    "a small table": scan(3, 900),
    "most rows are kept": scan(60_000, 40_000),
    "a scan that stops at the page": above("Limit", scan(26, 120, **{"Plan Rows": 16_000}), 26),
    "a common word": scan(6_000, 94_000, Filter="(words @@ '''the'''::tsquery)"),
    "a rank": sort(scan(60_000, 40_000), **{"Sort Key": ["(- ts_rank(words))", "orders.id"]}),
    "a small sort": sort(scan(900, 0)),
    "a count that stops": above("Aggregate", above("Limit", scan(10_001, 0), 10_001), 1),
    "a table summed up as a whole for its groups": above("Aggregate", ALL, 50_000),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_with_a_plan(name: str) -> None:
    """Each of these grows with the table."""
    node, kind = BAD[name]
    assert kind in {each.kind for each in plan.postgresql(node, COLUMNS)}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_right_with_a_plan(name: str) -> None:
    """A false alarm would make people look away."""
    assert plan.postgresql(GOOD[name], COLUMNS) == []


def test_the_columns_of_an_index_are_named() -> None:
    """Those that are compared, then those that are sorted by."""
    (found,) = [each for each in plan.postgresql(sort(scan(3, 99_997)), COLUMNS) if each.kind == "scan"]
    assert (found.table, found.columns) == ("orders", ("status", "due_at", "id"))
    assert compared("due_at > $1 AND orders.status = $2 AND title LIKE 'x'", COLUMNS["orders"]) == [
        "status",
        "title",
        "due_at",
    ]


@pytest.mark.parametrize(
    ("sql", "limit"), [("SELECT a FROM t", 50), ("SELECT a FROM t JOIN u ON 1 = 1", 200)]
)
def test_a_statement_has_its_time(sql: str, limit: int) -> None:
    """A simple one less than one that does more."""
    assert plan.slow(sql, limit - 1) == []
    assert plan.slow(sql, limit + 1)


@pytest.mark.parametrize(
    ("steps", "sql", "kind"),
    [
        (["SCAN orders"], "SELECT id FROM orders WHERE title = 'x'", "scan"),
        (
            ["SEARCH orders USING INDEX a (status=?)", "USE TEMP B-TREE FOR ORDER BY"],
            "SELECT id FROM orders WHERE status = 'x' ORDER BY due_at LIMIT 26",
            "sort",
        ),
    ],
)
def test_sqlite_tells_by_the_steps_of_its_machine(steps: list[str], sql: str, kind: str) -> None:
    """Many steps for few rows; with few steps the same plan is right."""
    assert [each.kind for each in plan.sqlite(steps, sql, 400_000, 3, COLUMNS)] == [kind]
    assert plan.sqlite(steps, sql, 2_000, 3, COLUMNS) == []
    assert plan.sqlite(steps, sql, 400_000, 100_000, COLUMNS) == []


def test_mariadb_tells_what_it_has_read() -> None:
    """Rows read and rows kept."""
    table = {
        "table_name": "orders",
        "access_type": "ALL",
        "r_loops": 1,
        "r_rows": 100_000,
        "attached_condition": "x",
    }
    root = {"nested_loop": [{"table": {**table, "r_filtered": 0.01}}, {"table": {**table, "r_filtered": 60}}]}
    assert [each.kind for each in plan.mariadb(root)] == ["scan"]


ROUTE = (
    "    return build(",
    """    from backwright.guard import open_to_all
    from sqlalchemy import text

    app = build(""",
)
LATE = (
    "        resources=(assets, technicians, work_orders),\n    )\n",
    '''        resources=(assets, technicians, work_orders),
    )

    @app.get("/late")
    @open_to_all
    async def late() -> int:
        """Orders with a word in their notes."""
        async with app.state.runtime.database.work() as work:
            sql = "SELECT count(*) FROM work_orders WHERE notes LIKE '%nobody%'"
            return int((await work.session.execute(text(sql))).scalar_one())

    @app.get("/board")
    @open_to_all
    async def board(limit: int = 25) -> list[str]:
        """The newest orders with their assets, one by one."""
        async with app.state.runtime.database.work() as work:
            orders = await work.session.execute(
                text("SELECT asset_id FROM work_orders ORDER BY id DESC LIMIT :n"), {"n": limit}
            )
            one = text("SELECT name FROM assets WHERE id = :id")
            return [str((await work.session.execute(one, {"id": row[0]})).scalar_one()) for row in orders.all()]

    return app
''',
)
MAIN = "src/work_orders/main.py"


def routes() -> dict[str, tuple[str, str]]:
    """Two hand-written routes: one that reads a whole table, and one that asks for each row by itself."""
    return {MAIN: LATE, f"./{MAIN}": ROUTE}


@pytest.mark.slow
def test_a_route_that_reads_a_whole_table_is_found(good: Opened, tmp_path: Path) -> None:
    """It alone: everything else that the service sends is carried out well on a table that is large enough to tell."""
    with planted(good, tmp_path, routes()) as opened:
        evidence = checked(opened, PLANS, tmp_path, rows=12_000)
    assert "GET /late → work_orders.notes: reads work_orders from its beginning" in faults(evidence)
    assert {each.place.split(" → ")[0] for each in evidence.faults} == {"GET /late"}
    assert {each["operation"] for each in evidence.data["statements"]} >= {
        "GET /work-orders",
        "PATCH /assets/{id}",
    }


@pytest.mark.slow
def test_a_route_that_asks_for_each_row_is_found(good: Opened, tmp_path: Path) -> None:
    """It alone: the lists of the service send the same for each size of page, embeds and all."""
    with planted(good, tmp_path, routes()) as opened:
        evidence = checked(opened, "database/statements", tmp_path)
    assert "GET /board: it sends 100 statements for a page of 100 rows and 2 for a page of 1" in faults(
        evidence
    )
    assert {each.place for each in evidence.faults} == {"GET /board"}
    assert "declared in src/work_orders/main.py:" in evidence.faults[0].next_step
    counts = {each["operation"]: each for each in evidence.data["operations"]}
    embedded = counts["GET /work-orders embed=asset,assignee"]
    assert embedded["statements_1"] == embedded["statements_100"] > 0
    assert counts["POST /work-orders/{id}/start"]["statements_1"] > 0
