"""Whether our cost stays flat: with the rows of a table, the depth of a page, the number of routes and of roles.

Each comparison starts the small and the large variant in turns and compares medians of processor time (application and,
where there is a server, database) for each request.
"""

import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, Final

from bench import stores, systems
from bench.data import Data
from bench.load import Client, Request
from bench.operations import LIMIT
from bench.processes import CORES, PINNED, NotStarted, Process, cpu_of, free_port
from bench.stores import PostgreSQL
from bench.wire import raw, spelled

ROUNDS: Final = 3
SECONDS: Final = 1.5
SCRIPT: Final = str(Path(__file__).with_name("flat_service.py"))
QUERY: Final = {"sort": "-created_at", "embed": "asset,assignee"}
BUSY: Final = "status=open&priority=high&"


@dataclass(frozen=True)
class Variant:
    """One of two to compare."""

    title: str
    orders: int
    page: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """Small and large, and how many times the cost of the small one the large one may take."""

    title: str
    small: Variant
    large: Variant
    at_most: float


def comparisons(rows: int) -> list[Comparison]:
    """What is compared."""
    usual = Variant("as written", 10_000)
    many = Variant(f"{rows:,} rows", rows)
    routes = replace(usual, title="500 more routes", environment={"FLAT_ROUTES": "500"})
    roles = replace(usual, title="50 more roles", environment={"FLAT_ROLES": "50"})
    return [
        Comparison("list, by rows", Variant("10,000 rows", 10_000), many, 1.3),
        Comparison("list, by page", replace(many, title="page 1"), replace(many, title="page 1,000", page=1000), 1.3),
        Comparison("list, by routes", usual, routes, 1.1),
        Comparison("list, by roles", usual, roles, 1.1),
    ]  # fmt: skip


class Flat:
    """One run on one engine."""

    def __init__(self, folder: Path, server: PostgreSQL | None) -> None:
        self._folder = folder
        self._server = server
        self._made: dict[int, tuple[str, str, str]] = {}
        self._cursors: dict[tuple[int, int], str] = {}

    async def compare(self, each: Comparison) -> dict[str, Any]:
        """The medians of both, and their ratio."""
        found: dict[str, list[float]] = {each.small.title: [], each.large.title: []}
        for _ in range(ROUNDS):
            for variant in (each.small, each.large):
                found[variant.title].append(await self._once(variant))
        small, large = (statistics.median(found[variant.title]) for variant in (each.small, each.large))
        return {
            "comparison": each.title, "engine": "postgresql" if self._server else "sqlite",
            "small": each.small.title, "large": each.large.title, "small_us": round(small, 1),
            "large_us": round(large, 1), "ratio": round(large / small, 3), "at_most": each.at_most,
            "met": large / small <= each.at_most,
        }  # fmt: skip

    async def _database(self, orders: int) -> tuple[str, str, str]:
        """Address, name and password of a database with so many rows."""
        if orders not in self._made:
            print(f"filling {orders:,} rows", flush=True)
            if self._server is not None:
                name = await self._server.create(f"flat_{orders}")
                address = stores.address(name)
                password = systems.set_up_ours(address, self._folder)
                await self._server.fill(name, Data(orders), [], None)
            else:
                name = str(self._folder / f"flat-{orders}.db")
                address = f"sqlite:///{name}"
                password = systems.set_up_ours(address, self._folder)
                stores.fill_sqlite(Path(name), Data(orders), [], stores.backwright_form, None)
            self._made[orders] = address, name, password
        return self._made[orders]

    async def _once(self, variant: Variant) -> float:
        """Microseconds for each request."""
        address, name, password = await self._database(variant.orders)
        environment, port = systems.ours(address, self._folder) | dict(variant.environment), free_port()
        command = [systems.OWN_PYTHON, SCRIPT, "serve", "--port", str(port)]
        process = Process(command, systems.SERVICE, environment, self._folder / "flat.log", port)
        try:
            token = await systems.sign_in(port, "dispatcher@example.com", password)
            source = asking(token, await self._where(variant, port, token))
            async with Client(port, 32) as client:
                await client.run(source, right, seconds=0.5)
                before, cpu = await self._spent(name), process.cpu_seconds()
                load = await client.run(source, right, seconds=SECONDS)
                spent = process.cpu_seconds() - cpu
                after = await self._spent(name)
        finally:
            process.stop()
        spent += sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())
        return spent / len(load.latencies) * 1e6

    async def _where(self, variant: Variant, port: int, token: str) -> str:
        """The part of the query that says which page."""
        if variant.page == 1:
            return BUSY if variant.title != "page 1" else ""
        key = variant.orders, variant.page
        if key not in self._cursors:
            self._cursors[key] = await systems.walk(port, token, QUERY)
        return f"cursor={self._cursors[key]}&"

    async def _spent(self, name: str) -> dict[int, float]:
        return cpu_of(await self._server.backends(name)) if self._server is not None else {}


def asking(token: str, which: str) -> Callable[[], Request]:
    """Lists, never twice in the same words."""
    query = f"{which}sort=-created_at&embed=asset,assignee&limit={LIMIT}"
    numbers = count(1)

    def source() -> Request:
        # A cursor is not spelled differently: answers behind one are not kept.
        return raw("GET", f"/work-orders?{spelled(query, next(numbers))}", token), None

    return source


def right(status: int, body: bytes, _: Any) -> bool:
    """Twenty rows with what they refer to."""
    return status == 200 and body.count(b'"asset":{') == LIMIT == body.count(b'"assignee":')


async def main(*, quick: bool) -> int:
    """Run on SQLite, and on PostgreSQL if there is one and the service supports it."""
    from bench.__main__ import RESULTS, connected

    if PINNED:
        os.sched_setaffinity(0, {CORES[1]})
    results: list[dict[str, Any]] = []
    for server in (None, await connected()):
        if results and server is None:
            print("not run: there is no PostgreSQL")
            continue
        folder, began = Path(tempfile.mkdtemp(prefix="backwright-flat-")), time.monotonic()
        try:
            flat = Flat(folder, server)
            for each in comparisons(100_000 if quick else 1_000_000):
                found = await flat.compare(each)
                results.append(found)
                print(line(found, time.monotonic() - began), flush=True)
        except NotStarted as error:
            print(f"not run: {'postgresql' if server else 'sqlite'}: {error}")
        finally:
            if server is not None:
                await server.close()
            shutil.rmtree(folder, ignore_errors=True)
    path = RESULTS / ("flat-latest.json" if quick else "flat.json")
    path.write_text(json.dumps(results, indent=1) + "\n")
    print(f"written: {path}")
    return 0 if all(each["met"] for each in results) else 1


def line(found: dict[str, Any], seconds: float) -> str:
    """One comparison in words."""
    verdict = "met" if found["met"] else "missed"
    return (
        f"{seconds:5.0f} s  {found['engine']:<10}  {found['comparison']}: {found['small']} {found['small_us']:.0f} µs, "
        f"{found['large']} {found['large_us']:.0f} µs, {found['ratio']} times (at most {found['at_most']}): {verdict}"
    )
