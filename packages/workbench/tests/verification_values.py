"""Verifications as values, for tests of reports: as it looks when all is well, when it is not, and half run.

The figures are those of a small service under load on two cores, made up but likely. `hostile` writes markup into
everything that a service can name.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.yaml import load
from backwright_workbench.verify.evidence import Evidence, Output
from backwright_workbench.verify.outcome import Fault, Figure, Status
from backwright_workbench.verify.verdict import Verification, in_order

EXAMPLE = Path(__file__).parents[3] / "examples/work-orders"
ASKED = "backwright verify work-orders"
MACHINE: dict[str, str | int] = {
    "system": "Linux 6.1",
    "processor": "AMD EPYC",
    "cores": 2,
    "memory_mb": 25276,
}
VERSIONS = {"python": "3.11.7", "backwright": "0.1.0", "fastapi": "0.165.0", "sqlalchemy": "2.1.9"}
ROLES = ("public", "requester", "technician", "dispatcher", "admin")
PATHS = ("work-orders", "customers", "sites", "assets", "technicians", "comments")


@cache
def blueprint() -> Blueprint:
    """The facts of the example service."""
    return load((EXAMPLE / "blueprint.yaml").read_text(), "blueprint.yaml")


def evidence(
    check: str,
    title: str,
    summary: str,
    *,
    status: Status = Status.PASSED,
    figures: tuple[Figure, ...] = (),
    faults: tuple[Fault, ...] = (),
    data: Mapping[str, Any] | None = None,
    **values: Any,
) -> Evidence:
    """A record as a check leaves it."""
    return Evidence(
        check=check,
        title=title,
        status=status,
        summary=summary,
        required=values.pop("required", True),
        command=f"{ASKED} --only {check}",
        began="2026-11-21T09:30:00+00:00",
        seconds=values.pop("seconds", 3.2),
        profile="full",
        engine="postgresql",
        tree="8054cb2f3b3eedcc8944df953a21489316ef6cb8f9bae26ffbd0601986749e25",
        inputs="8054cb2f3b3eedcc8944df953a21489316ef6cb8f9bae26ffbd0601986749e25",
        versions=VERSIONS,
        machine=MACHINE,
        faults=faults,
        figures=figures,
        outputs=(Output("seen.txt", "ab" * 32, f"pytest # {check}", 0),),
        data=data or {},
        **values,
    )


def green() -> Verification:
    """Everything that is required has passed."""
    return _verification(_passed())


def red() -> Verification:
    """Four checks have failed: about lines, operations, columns and a figure."""
    failing = {
        "access/matrix": (
            "2 of 312 answers are not those that the rules say",
            (
                Fault(
                    "a technician reads work orders of other technicians: 200 instead of 404",
                    "GET /work-orders/{id}",
                    "whoever guesses an id reads what belongs to others (OWASP API1)",
                    "backwright access explain work-orders GET /work-orders/{id} --role technician --other",
                ),
                Fault(
                    "a requester deletes comments of others: 204 instead of 403",
                    "src/work_orders/comments/resource.py:31",
                    "the grant says `all` where it meant `author`",
                    "write rows='author' in that grant",
                ),
            ),
            (),
        ),
        "database/plans": (
            "1 of 41 statements reads a whole table",
            (
                Fault(
                    "reads all 100,000 rows of work_orders to sort them",
                    "work_orders.due_at",
                    "412 ms at 100,000 rows; it grows with the table",
                    "add an index on (status, due_at), then: python -m alembic revision --autogenerate",
                ),
            ),
            (Figure("slowest statement", 412.0, "ms", 50),),
        ),
        "performance/load": (
            "120 requests a second for 30 s",
            (Fault("p95 is 148 ms", why="the limit is 100"),),
            (Figure("p95", 148.0, "ms", 100), Figure("errors", 0.0, "%", 0.1)),
        ),
        "tests/suite": (
            "248 tests, 1 failed",
            (
                Fault(
                    "test_an_order_cannot_be_closed_twice failed: expected 409, got 200",
                    "tests/orders/test_actions.py:57",
                    "an action that moves a state twice loses the first one's time",
                    "python -m pytest tests/orders/test_actions.py::test_an_order_cannot_be_closed_twice",
                ),
            ),
            (Figure("tests", 248), Figure("coverage", 94.1, "%", 80, True)),
        ),
    }
    found = []
    for each in _passed():
        if each.check in failing:
            summary, faults, figures = failing[each.check]
            each = replace(
                each, status=Status.FAILED, summary=summary, faults=faults, figures=figures or each.figures
            )
        found.append(each)
    return _verification(found)


def half() -> Verification:
    """No server for databases, an interrupted load, and a profile that leaves the long checks out."""
    reasons = {
        "operations/health": (
            "an embedded database cannot be stopped",
            "name a server in BACKWRIGHT_TEST_POSTGRESQL",
            True,
        ),
        "database/plans": (
            "not run on postgresql; on sqlite: 41 statements",
            "name a server in BACKWRIGHT_TEST_POSTGRESQL",
            True,
        ),
        "performance/load": ("not asked for", f"{ASKED} --only performance/load", True),
        "performance/saturation": ("only in the full profile", f"{ASKED} --full", False),
        "tests/mutation": ("only in the full profile", f"{ASKED} --full", False),
    }
    found = []
    for each in _passed():
        if each.check in reasons:
            summary, step, required = reasons[each.check]
            each = replace(
                each,
                status=Status.NOT_RUN,
                summary=summary,
                next_step=step,
                required=required,
                figures=(),
                data={},
                outputs=(),
                seconds=0.0,
            )
        found.append(each)
    return replace(_verification(found), profile="quick", engine="sqlite")


def hostile() -> Verification:
    """A service that writes markup, control characters and broken data wherever it can."""
    mark = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&\x00\x1b[31m|`]]>"
    faults = (Fault(mark, f"src/{mark}.py:3", mark, mark),)
    found = []
    for each in red().evidence:
        data = (
            dict.fromkeys(each.data, mark)
            if each.check < "d"
            else {key: [mark, {mark: mark}, None] for key in each.data}
        )
        found.append(replace(each, title=mark, summary=mark, faults=faults, notes=(mark,), data=data))
    return replace(_verification(found), name=mark, title=mark, command=mark, commit=mark)


def _verification(found: list[Evidence]) -> Verification:
    kept = frozenset(each.check for each in found if each.outputs)
    return Verification(
        "work-orders",
        in_order(found),
        "full",
        "postgresql",
        "postgresql",
        431.0,
        f"{ASKED} --full",
        title="Work order management",
        began="2026-11-21T09:30:00+00:00",
        commit="523966e2c1f0a4b7d8e9f0a1b2c3d4e5f6a7b8c9",
        tree=found[0].tree,
        versions=VERSIONS,
        machine=MACHINE,
        blueprint=blueprint(),
        kept=kept,
    )


def _passed() -> list[Evidence]:
    operations = [f"GET /{path}" for path in PATHS] + [f"POST /{path}" for path in PATHS[:4]]
    return [
        evidence(
            "contract/valid",
            "The OpenAPI document is valid and complete",
            "45 paths, 112 operations",
            proves=("OpenAPI 3.1",),
        ),
        evidence(
            "contract/served",
            "The committed OpenAPI document is the one that is served",
            "45 paths compared",
            proves=("OWASP API9:2023",),
        ),
        evidence(
            "contract/fuzz",
            "Generated requests meet the answers that are described",
            "112 operations, 5,600 requests, no surprise",
            figures=(Figure("requests", 5600), Figure("surprises", 0, "", 0)),
            data={
                "seed": 7,
                "operations": [
                    {
                        "operation": each,
                        "role": "admin",
                        "cases": 50,
                        "accepted": 21,
                        "refused": 29,
                        "failed": 0,
                    }
                    for each in operations
                ],
            },
        ),
        evidence(
            "access/matrix",
            "Every role gets what the rules say, on every operation",
            "312 answers as the rules say",
            figures=(Figure("answers", 312),),
            proves=("OWASP API1:2023", "OWASP API5:2023", "CWE-285"),
            data=_matrix(),
        ),
        evidence(
            "security/secrets",
            "No secret is in the files",
            "118 files searched",
            proves=("12factor III", "CWE-798"),
        ),
        evidence(
            "security/headers",
            "Answers carry the headers that protect browsers",
            "14 answers looked at",
            proves=("OWASP API8:2023",),
        ),
        evidence(
            "operations/health",
            "Readiness follows the database, liveness does not",
            "not ready after 0.4 s, ready again after 0.6 s",
            figures=(Figure("not ready after", 0.41, "s", 5), Figure("ready again after", 0.62, "s", 10)),
            proves=("12factor IX",),
        ),
        evidence(
            "operations/drain",
            "Requests under way are answered before it ends",
            "40 of 40 answered",
            proves=("12factor IX",),
        ),
        evidence(
            "database/migrations",
            "The schema goes up, down and up again",
            "9 revisions, up, down, up",
            reused=True,
        ),
        evidence(
            "database/plans",
            "Statements use indexes at production size",
            "41 statements at 100,000 rows",
            figures=(Figure("slowest statement", 12.4, "ms", 50),),
            data=_plans(),
        ),
        evidence(
            "database/statements",
            "A list of 100 costs as many statements as a list of 1",
            "12 lists, 2 to 4 statements each",
            figures=(Figure("most statements for a list", 4, "", 8),),
            data={
                "operations": [
                    {
                        "operation": f"GET /{each}",
                        "statements_1": 2 + number % 3,
                        "statements_100": 2 + number % 3,
                    }
                    for number, each in enumerate(PATHS)
                ]
            },
        ),
        evidence(
            "tests/suite",
            "The suite passes and covers the code",
            "248 tests passed",
            figures=(
                Figure("tests", 248),
                Figure("coverage", 94.1, "%", 80, True),
                Figure("least in a critical file", 96, "%", 95, True),
            ),
            data=_suite(),
        ),
        evidence(
            "tests/mutation",
            "Tests fail when the code is made wrong",
            "37 of 40 mutants were noticed",
            figures=(Figure("mutants noticed", 92.5, "%", 80, True),),
            data=_mutants(),
        ),
        evidence(
            "performance/load",
            "It carries its load within its budgets",
            "120 requests a second for 30 s",
            seconds=38.0,
            figures=(
                Figure("p95", 41.7, "ms", 100),
                Figure("errors", 0.0, "%", 0.1),
                Figure("memory", 143.2, "MB", 512),
            ),
            data=_load(),
        ),
        evidence(
            "performance/saturation",
            "Beyond its limit it refuses early, and recovers",
            "it answers up to 310 requests a second",
            figures=(Figure("most answered", 310, "/s"),),
            data=_saturation(),
        ),
    ]


def _matrix() -> dict[str, Any]:
    def answer(role: str, number: int) -> int:
        return 401 if role == "public" else (200, 200, 403, 404)[(number + ROLES.index(role)) % 4]

    rows = []
    for number, path in enumerate(PATHS):
        for verb, whose in (("GET", "own"), ("GET", "other"), ("PATCH", "own"), ("DELETE", "other")):
            said = {role: answer(role, number + len(rows)) for role in ROLES}
            rows.append(
                {"operation": f"{verb} /{path}/{{id}}", "whose": whose, "expected": said, "answers": said}
            )
    rows[5] = {**rows[5], "answers": {**rows[5]["answers"], "technician": 500}}
    return {"roles": list(ROLES), "rows": rows}


def _plans() -> dict[str, Any]:
    plan = (
        "Limit  (cost=0.42..18.31 rows=50 width=214) (actual time=0.051..11.812 rows=50 loops=1)\n"
        "  ->  Index Scan using ix_work_orders_status_due_at on work_orders\n"
        "        Index Cond: (status = 'open')\n        Filter: (customer_id = $1)\n"
        "        Rows Removed by Filter: 3120"
    )
    statements = [
        {
            "sql": "SELECT work_orders.id, work_orders.title, work_orders.status FROM work_orders "
            "WHERE work_orders.status = $1 AND work_orders.customer_id = $2 "
            f"ORDER BY work_orders.due_at LIMIT {50 + number}",
            "operation": f"GET /{PATHS[number % 6]}",
            "ms": round(12.4 / (number + 1), 2),
            "rows": 50,
            "cost": 18.3,
            "plan": plan,
            "faults": [],
        }
        for number in range(12)
    ]
    return {"rows": {path.replace("-", "_"): 100_000 for path in PATHS}, "statements": statements}


def _suite() -> dict[str, Any]:
    names = (
        "main",
        "settings",
        "orders/models",
        "orders/resource",
        "orders/service",
        "customers/models",
        "customers/resource",
        "accounts/models",
        "access",
        "comments/resource",
    )
    files = [
        {
            "file": f"src/work_orders/{name}.py",
            "lines": 40 + 13 * number,
            "covered": 38 + 12 * number,
            "branches": 8,
            "branches_covered": 7,
            "percent": round(99.0 - number * 2.7, 1),
            "critical": name == "access",
            "missing": [12, 13, 31],
        }
        for number, name in enumerate(names)
    ]
    slowest = [
        {"test": f"tests/orders/test_actions.py::test_{number}", "seconds": 1.9 / (number + 1)}
        for number in range(5)
    ]
    return {"files": files, "tests": 248, "seed": 7, "slowest": slowest}


def _mutants() -> dict[str, Any]:
    changes = (
        "`<` became `<=`",
        "`and` became `or`",
        "a return value became None",
        "a condition was left out",
    )
    mutants = [
        {
            "place": f"src/work_orders/orders/service.py:{20 + number}",
            "change": changes[number % 4],
            "killed": number not in (7, 19, 30),
            "by": f"tests/orders/test_actions.py::test_{number}",
        }
        for number in range(40)
    ]
    return {"mutants": mutants}


def _load() -> dict[str, Any]:
    series = [
        {
            "second": second,
            "arrived": 120,
            "answered": 118 + second % 4,
            "errors": 1 if second == 17 else 0,
            "p95_ms": 34 + 9 * math.sin(second / 3) + (40 if second == 17 else 0),
        }
        for second in range(30)
    ]
    histogram = [
        {"ms": edge, "count": count}
        for edge, count in zip(
            (1, 2, 5, 10, 15, 20, 30, 40, 50, 75, 100, 150),
            (12, 160, 820, 1100, 640, 410, 240, 120, 60, 24, 9, 2),
            strict=True,
        )
    ]
    operations = [
        {
            "operation": f"GET /{path}",
            "share": 0.3 / (number + 1),
            "count": 1080 // (number + 1),
            "p50_ms": 8.1 + number,
            "p95_ms": 30.2 + 4 * number,
            "p99_ms": 61 + 7 * number,
            "errors": 0,
        }
        for number, path in enumerate(PATHS)
    ]
    return {
        "series": series,
        "operations": operations,
        "histogram": histogram,
        "rate": 120,
        "rss_mb": [121 + second * 0.7 for second in range(30)],
        "cpu_seconds": 21.4,
    }


def _saturation() -> dict[str, Any]:
    steps = [
        {
            "rate": rate,
            "answered": min(rate, 310),
            "shed": max(0, rate - 310),
            "errors": 0,
            "p95_ms": 20 + rate / 6 if rate < 310 else 95,
        }
        for rate in (50, 100, 150, 200, 250, 300, 350, 400)
    ]
    return {"steps": steps}
