"""How a server carries out the statements of lists: the plan of each, its time, and whether it reads a whole table.

    .venv/bin/python benchmarks/plans.py postgresql            1,000,000 work orders
    .venv/bin/python benchmarks/plans.py mariadb --rows 100000

The statements are those that the work-order service sends when it is asked over HTTP, with their parameters. The
server is that of the tests (`BACKWRIGHT_TEST_POSTGRESQL`, `BACKWRIGHT_TEST_MARIADB`); the database made on it is
dropped at the end. Ends with 1 if a statement reads all work orders.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from backwright import migrations
from backwright.testing_servers import SERVERS

SERVICE = Path(__file__).resolve().parent.parent / "examples" / "work-orders"
sys.path.insert(0, str(SERVICE / "src"))

from work_orders.main import create_app  # noqa: E402 - found where the example is
from work_orders.settings import Settings  # noqa: E402

Sent = list[tuple[str, Sequence[Any]]]
DEEP = 400
"""Pages of a hundred rows that a reader turns before the deep page."""

ASKED = {
    "list, page 1": "/work-orders",
    "list, by time": "/work-orders?sort=-created_at",
    "filter by status": "/work-orders?status=on_hold",
    "filter by status and priority": "/work-orders?status=open&priority=high&sort=-created_at",
    "filter by asset": "/work-orders?asset_id=01890000-0000-7001-8000-000000000007",
    "filter by a span of time": "/work-orders?sort=due_at&due_at__gte=2026-01-02T00:00:00Z",
    "list, by priority": "/work-orders?sort=priority",
    "list, by priority, downward": "/work-orders?sort=-priority",
    "list, by priority and time": "/work-orders?sort=priority,due_at",
    "filter by status, by priority": "/work-orders?status=open&sort=priority",
    "search, by relevance": "/work-orders?q=w123",
    "search, newest first": "/work-orders?q=w123&status=open&sort=-created_at",
    "embed": "/work-orders?sort=-created_at&embed=asset,assignee&limit=100",
}
FILL = {
    "assets": "(id, name, tag, status, version, created_at, updated_at)"
    " SELECT {id:7001}, concat('asset ', {n}), concat('T', {n}), 'active', 1, {at}, {at} FROM {numbers}",
    "technicians": "(id, name, email, active, version, created_at, updated_at)"
    " SELECT {id:7002}, concat('t ', {n}), concat('t', {n}, '@example.com'), true, 1, {at}, {at} FROM {numbers}",
    "work_orders": "(id, title, status, priority, due_at, asset_id, assignee_id, version, created_at, updated_at)"
    " SELECT {id:7003}, concat('w', {n} % 100000 * 7919 % 600, ' v', {n} % 100000 * 31 % 97), {status}, {priority},"
    " {at}, {asset}, {assignee}, 1, {at}, {at} FROM {numbers}",
}
STATUSES = "'open', 'assigned', 'in_progress', 'on_hold', 'done', 'cancelled'"
PRIORITIES = "'low', 'normal', 'high', 'urgent'"


class Words(dict[str, str]):
    """What an engine calls a number, an id made of one, a moment, and one of several texts."""

    def __init__(self, engine: str, rows: int) -> None:
        self.is_mariadb = engine == "mariadb"
        n = "seq" if self.is_mariadb else "n"
        start = "2026-01-01 00:00:00"
        at = (
            f"TIMESTAMP'{start}' + INTERVAL {n} SECOND"
            if self.is_mariadb
            else f"TIMESTAMPTZ'{start}Z' + {n} * INTERVAL '1 s'"
        )
        numbers = f"seq_1_to_{rows}" if self.is_mariadb else f"generate_series(1, {rows}) n"
        super().__init__(n=n, at=at, numbers=numbers)
        self["asset"], self["assignee"] = (
            self.id("7001", f"1 + {n} % 1000"),
            self.id("7002", f"1 + {n} % 200"),
        )
        self["status"], self["priority"] = (
            self.pick(STATUSES, 6, f"{n} * 37 % 101"),
            self.pick(PRIORITIES, 4, f"{n} * 53 % 103"),
        )

    def id(self, kind: str, number: str) -> str:
        digits = (
            f"lower(lpad(hex({number}), 12, '0'))" if self.is_mariadb else f"lpad(to_hex({number}), 12, '0')"
        )
        text = f"concat('01890000-0000-{kind}-8000-', {digits})"
        return text if self.is_mariadb else f"{text}::uuid"

    def pick(self, texts: str, count: int, number: str) -> str:
        return (
            f"elt(1 + ({number}) % {count}, {texts})"
            if self.is_mariadb
            else f"(ARRAY[{texts}])[1 + ({number}) % {count}]"
        )

    def filled(self, text: str) -> str:
        for kind in ("7001", "7002", "7003"):
            text = text.replace(f"{{id:{kind}}}", self.id(kind, self["n"]))
        return text.format_map(self)


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[tuple[Any, httpx2.AsyncClient]]:
    """The service on a migrated database, and its administrator."""
    settings = Settings(
        _env_file=None, environment="test", database_url=url, migrations=SERVICE / "migrations",
        secret_key="for measuring only, forty-eight characters long!", cache_store="memory", redis_url="",
        rate_limit="1000000/minute", files_url=f"file:{tempfile.mkdtemp()}", statement_timeout_ms=60_000,
    )  # fmt: skip
    await asyncio.to_thread(migrations.upgrade, settings)
    app = create_app(settings)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client,
    ):
        user = await app.state.runtime.accounts.ensure_account("a@example.com", name="A", roles=["admin"])
        client.headers["Authorization"] = (
            f"Bearer {(await app.state.runtime.accounts.open_session(user)).access_token}"
        )
        yield app.state.runtime.database.engine, client


async def fill(url: str, engine: str, rows: int) -> None:
    """Assets, technicians and work orders, and what the server wants to know of them."""
    server = SERVERS[engine]
    raw = await server._connect(url)
    for table, text in FILL.items():
        count = rows if table == "work_orders" else 1000 if table == "assets" else 200
        await server._say(raw, f"INSERT INTO {table} {Words(engine, count).filled(text)}")
    names = ", ".join(FILL)
    await server._say(raw, f"ANALYZE TABLE {names}" if engine == "mariadb" else "VACUUM ANALYZE")
    await server._close(raw)


async def asked(database: Any, client: httpx2.AsyncClient, path: str) -> tuple[Sent, float, Any]:
    """The statements on work orders of one request, its milliseconds, and the answer."""
    sent: Sent = []
    plain = database.read

    async def read(sql: str, values: Sequence[Any]) -> Any:
        if "work_orders" in sql:
            sent.append((sql, values))
        return await plain(sql, values)

    database.read = read
    begun = time.perf_counter()
    answer = await client.get(path)
    took = (time.perf_counter() - begun) * 1000
    del database.read
    assert answer.status_code == 200, answer.text
    return sent, took, answer.json()


async def explained(database: Any, sql: str, values: Sequence[Any]) -> tuple[str, float, bool]:
    """How the server does it: in words, in milliseconds, and whether it reads every work order."""
    if database.dialect.name == "mariadb":
        begun = time.perf_counter()
        rows = await database.read(
            f"ANALYZE {sql}", values
        )  # as a table: its JSON is none where names are quoted
        took = (time.perf_counter() - begun) * 1000
        used = [(each[2], each[3], each[5], float(each[9] or 0)) for each in rows]
        said = ", ".join(f"{table}: {how} {key or ''} ({read:.0f})" for table, how, key, read in used)
        whole = any(
            table == "work_orders" and (how == "ALL" or (how == "index" and read > 1000))
            for table, how, _, read in used
        )
        return said, took, whole
    (found,) = (await database.read(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values))[0]
    (plan,) = json.loads(found) if isinstance(found, str) else found
    nodes = [each for each in _nodes(plan["Plan"]) if "Relation Name" in each or "Index Name" in each]
    said = ", ".join(
        f"{each['Node Type']} {each.get('Index Name') or each['Relation Name']}" for each in nodes
    )
    whole = any(
        each["Node Type"] in ("Seq Scan", "Parallel Seq Scan") and each.get("Relation Name") == "work_orders"
        for each in nodes
    )
    return said, plan["Execution Time"], whole


def _nodes(node: Any) -> list[Any]:
    return [node, *(inner for each in node.get("Plans", ()) for inner in _nodes(each))]


async def main(engine: str, rows: int) -> int:
    """Fill, ask, explain."""
    url, bad = await asyncio.to_thread(SERVERS[engine].create), 0
    async with serving(url) as (database, client):
        begun = time.perf_counter()
        await fill(url, engine, rows)
        print(f"{engine}: {rows:,} work orders, filled in {time.perf_counter() - begun:.0f} s")
        path = "/work-orders?limit=100&sort=-created_at"
        for _ in range(DEEP):
            page = (await client.get(path)).json()
            path = f"/work-orders?limit=100&sort=-created_at&cursor={page['next']}"
        for title, where in {**ASKED, f"list, page {DEEP + 1}": path}.items():
            sent, took, answer = await asked(database, client, where)
            for sql, values in sent:
                said, milliseconds, whole = await explained(database, sql, values)
                bad += whole
                took_all = f"{milliseconds:8.2f} ms (request {took:6.1f} ms)"
                verdict = "  READS ALL" if whole else ""
                print(f"{title:<30} {len(answer['items']):>3} rows {took_all}  {said}{verdict}")
    return 1 if bad else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Plans of the statements of lists.")
    parser.add_argument("engine", choices=list(SERVERS))
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    raise SystemExit(asyncio.run(main(given.engine, given.rows)))
