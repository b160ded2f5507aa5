"""`python -m bench`: arguments in, results out."""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import asyncpg
import uvloop

from bench import report, systems, tables
from bench.chart import draw
from bench.measure import Bench, Plan
from bench.operations import OPERATIONS
from bench.stores import PostgreSQL
from bench.systems import SYSTEMS

RESULTS: Final = Path(__file__).parent.parent / "results"


def arguments() -> argparse.Namespace:
    """What was asked for."""
    found = argparse.ArgumentParser(prog="scripts/bench", description="The side-by-side comparison.")
    found.add_argument("--quick", action="store_true", help="fewer and shorter rounds: under five minutes")
    found.add_argument(
        "--json", type=Path, metavar="FILE", help="write the figures there, and no table or chart"
    )
    found.add_argument(
        "--systems", type=_names([each.name for each in SYSTEMS]), metavar="A,B", help="only these"
    )
    names = [each.name for each in OPERATIONS]
    found.add_argument(
        "--operations", type=_names(names), metavar="A,B", help=f"only these of: {', '.join(names)}"
    )
    found.add_argument("--rounds", type=int, metavar="N", help="rounds (default: 7, quick: 2)")
    found.add_argument(
        "--seconds", type=float, metavar="S", help="seconds for each operation (default: 3, quick: 0.4)"
    )
    found.add_argument(
        "--flat", action="store_true", help="does our cost stay flat: rows, pages, routes, roles"
    )
    found.add_argument(
        "--costs", action="store_true", help="what single steps of a request cost: who asks, what they may"
    )
    return found.parse_args()


def _names(known: list[str]) -> Callable[[str], list[str]]:
    def read(text: str) -> list[str]:
        unknown = [each for each in text.split(",") if each not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; there are: {', '.join(known)}")
        return text.split(",")

    return read


async def main(given: argparse.Namespace) -> int:
    """Run the comparison and write what it came to."""
    systems.cleaned()
    began = time.monotonic()
    quick = given.quick
    rounds = given.rounds or (2 if quick else 7)
    plan = Plan(
        rounds=rounds,
        whole_rounds=1 if quick else rounds,
        seconds=given.seconds or (0.4 if quick else 3.0),
        warm_up=0.2 if quick else 2.0,
        budget=220 if quick else float("inf"),
        systems=[each for each in SYSTEMS if not given.systems or each.name in given.systems],
        operations=[each for each in OPERATIONS if not given.operations or each.name in given.operations],
    )
    folder = Path(tempfile.mkdtemp(prefix="backwright-bench-"))
    server = await connected()
    bench = Bench(
        plan, folder, server, lambda text: print(f"{time.monotonic() - began:5.0f} s  {text}", flush=True)
    )
    try:
        await bench.run()
        document = report.document(bench, server.version if server else None, quick=quick)
    finally:
        if server is not None:
            await server.close()
        shutil.rmtree(folder, ignore_errors=True)
    print(tables.text(document))
    for path in write(document, given.json, whole=not given.systems and not given.operations and not quick):
        print(f"written: {path}")
    return 0 if any(each["figures"] for each in document["systems"]) else 1


async def connected() -> PostgreSQL | None:
    """The server, if there is one."""
    try:
        return await PostgreSQL.connect()
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return None


def write(document: report.Document, file: Path | None, *, whole: bool) -> list[Path]:
    """The figures, the table and the chart; or the figures alone, where somebody has said into which file.

    What is not the whole comparison does not replace the published one.
    """
    if file is not None:
        file.write_text(tables.as_json(document))
        return [file]
    name = "comparison" if whole else "latest"
    RESULTS.mkdir(exist_ok=True)
    figures, table, chart = (RESULTS / f"{name}.{ending}" for ending in ("json", "md", "svg"))
    figures.write_text(tables.as_json(document))
    table.write_text(tables.markdown(document))
    chart.write_text(draw(document))
    return [figures, table, chart]


if __name__ == "__main__":
    given = arguments()
    try:
        if given.costs:
            from bench import costs

            sys.exit(costs.main())
        if given.flat:
            from bench import flat

            sys.exit(uvloop.run(flat.main(quick=given.quick)))
        sys.exit(uvloop.run(main(given)))
    except KeyboardInterrupt:
        sys.exit("Stopped. What was made is removed; nothing was written.")
