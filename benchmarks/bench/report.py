"""What a run came to, as JSON, as a table and as text.

What lives here: ratios, targets, and words. What must not: measuring.
"""

import json
import platform
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench import processes, systems
from bench.operations import HEADLINE, OPERATIONS

if TYPE_CHECKING:
    from bench.measure import Bench, Found
    from bench.systems import System

Document = dict[str, Any]
BASELINE: Final = {"postgresql": "fastapi-sqlalchemy", "sqlite": "fastapi-aiosqlite"}
"""The idiomatic service that ratios are against, by engine."""

TARGETS: Final = (
    (
        "backwright-postgresql",
        "fastapi-sqlalchemy",
        "cpu_us",
        {"get": 7, "list": 8, "create": 8, "update": 8},
    ),
    ("backwright-postgresql", "fastapi-sqlalchemy", "both_us", dict.fromkeys(HEADLINE, 3)),
    ("backwright-postgresql", "fastify", "cpu_us", dict.fromkeys(HEADLINE, 1)),
    ("backwright-postgresql", "raw-asgi", "cpu_us", dict.fromkeys(HEADLINE, 0.5)),
    ("backwright-sqlite", "fastapi-aiosqlite", "cpu_us", dict.fromkeys(HEADLINE, 5)),
)
"""System, against which, in what, and how many times less it must take."""

PACKAGES: Final = (
    "fastapi", "starlette", "pydantic", "sqlalchemy", "asyncpg", "aiosqlite", "uvicorn", "uvloop", "litestar",
    "advanced-alchemy", "django", "djangorestframework", "gunicorn", "slowapi", "msgspec",
)  # fmt: skip
RSS_LIMIT_MB: Final = 120


def document(bench: "Bench", postgresql: str | None, *, quick: bool) -> Document:
    """Everything as plain values."""
    plan = bench.plan
    found: Document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": machine(),
        "versions": versions(postgresql),
        "plan": {
            "rounds": plan.rounds, "seconds": plan.seconds, "work_orders": plan.orders, "quick": quick,
            "pinned": processes.PINNED,
        },
        "operations": {each.name: each.title for each in plan.operations},
        "systems": [shown(system, bench.found[system.name], bench) for system in plan.systems],
    }  # fmt: skip
    by_name = {each["name"]: each["figures"] for each in found["systems"]}
    for each in found["systems"]:
        for name, figures in each["figures"].items():
            figures["ratios"] = ratios(figures, name, by_name)
    found["targets"] = list(targets(found))
    return found


def shown(system: "System", found: "Found", bench: "Bench") -> Document:
    """One system."""
    figures: Document = {}
    for operation in bench.plan.operations:
        medians = found.median(operation.name) if found.not_run is None else None
        if medians is not None:
            statements, trips = found.statements.get(operation.name, (None, None))
            rounded = {name: None if value is None else round(value, 2) for name, value in medians.items()}
            rounds = len(found.samples[operation.name])
            figures[operation.name] = {
                "rounds": rounds,
                **rounded,
                "statements": statements,
                "round_trips": trips,
            }
    return {
        "name": system.name, "title": system.title, "engine": system.engine, "guarded": system.guarded,
        "guards_seen": found.guards, "not_run": found.not_run,
        "not_offered": [each.name for each in OPERATIONS if each.name not in system.offers],
        "figures": figures,
    }  # fmt: skip


def cost(figures: Document | None, what: str) -> float | None:
    """One figure; `both_us` is the processor time of application and database together."""
    if figures is None:
        return None
    if what != "both_us":
        return figures.get(what)
    app, database = figures.get("cpu_us"), figures.get("pg_cpu_us")
    return None if app is None or database is None else float(app + database)


def ratios(figures: Document, operation: str, by_name: dict[str, Document]) -> Document:
    """How many times less processor time than each reference: more than 1 is better than it."""
    found: Document = {}
    for reference in ("fastapi-sqlalchemy", "fastapi-aiosqlite", "fastify", "raw-asgi"):
        other = by_name.get(reference, {}).get(operation)
        for what in ("cpu_us", "both_us"):
            mine, theirs = cost(figures, what), cost(other, what)
            if mine and theirs is not None:
                found.setdefault(reference, {})[what] = round(theirs / mine, 2)
        if other is not None and other["rps"]:
            found.setdefault(reference, {})["rps"] = round(figures["rps"] / other["rps"], 2)
    return found


def targets(found: Document) -> Iterator[Document]:
    """Each target with what was reached; `met` is null where it was not run."""
    by_name = {each["name"]: each["figures"] for each in found["systems"]}
    for system, reference, what, wanted in TARGETS:
        for operation, times in wanted.items():
            figures = by_name.get(system, {}).get(operation)
            reached = figures and figures["ratios"].get(reference, {}).get(what)
            yield {
                "system": system, "against": reference, "in": what, "operation": operation, "wanted": times,
                "reached": reached, "met": None if reached is None else reached >= times,
            }  # fmt: skip
    for system in ("backwright-postgresql", "backwright-sqlite"):
        largest = max((each["rss_mb"] for each in by_name.get(system, {}).values()), default=None)
        yield {
            "system": system, "against": None, "in": "rss_mb", "operation": "all", "wanted": RSS_LIMIT_MB,
            "reached": largest, "met": None if largest is None else largest < RSS_LIMIT_MB,
        }  # fmt: skip


def commit() -> str:
    """The commit, marked where the tree differs from it."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--exclude=*"],
            cwd=systems.ROOT,
            capture_output=True,
            text=True,
        )
    except OSError:
        return "unknown"
    return done.stdout.strip() or "unknown"


def machine() -> Document:
    """What the figures were taken on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    return {
        "processor": model,
        "cores": len(processes.CORES),
        "memory_mb": memory,
        "kernel": platform.release(),
    }


def versions(postgresql: str | None) -> Document:
    """What was compared."""
    found = {name: version(name) for name in PACKAGES}
    for peer in ("fastify", "nestjs"):
        package = json.loads((systems.PEERS / peer / "package-lock.json").read_text())["packages"]
        for name in ("fastify", "pg", "@nestjs/core", "typeorm"):
            if f"node_modules/{name}" in package:
                found[name] = package[f"node_modules/{name}"]["version"]
    return {
        "python": platform.python_version(),
        "node": systems.node_version(),
        "postgresql": postgresql,
        **found,
    }
