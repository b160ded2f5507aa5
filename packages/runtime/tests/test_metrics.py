"""Counts that Prometheus can trust, labelled by route and never by what callers make up."""

import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from backwright.app import create_app
from backwright.guard import public
from backwright.metrics import BUCKETS, Metrics, forget
from backwright.settings import Settings
from fastapi import APIRouter, FastAPI
from prometheus_client.parser import text_string_to_metric_families

TOKEN = "mt-9f8e7d6c5b4a3928"


def make_app(tmp_path: Path, **given: Any) -> FastAPI:
    settings = Settings(
        _env_file=None,
        environment="test",
        database_url=f"sqlite:///{tmp_path}/test.db",
        files_url=f"file:{tmp_path}/files",
        migrations=tmp_path / "none",
        rate_limit="100000/minute",
        **given,
    )
    router = APIRouter(dependencies=[public()])

    @router.get("/things/{thing_id}")
    async def thing(thing_id: int) -> None: ...

    outer = APIRouter()
    outer.include_router(router, prefix="/inner")
    return create_app(settings, title="Things", routers=(router, outer))


@pytest.fixture
async def app(tmp_path: Path) -> AsyncGenerator[FastAPI, None]:
    made = make_app(tmp_path)
    async with made.router.lifespan_context(made):
        yield made


def client(app: FastAPI, address: str = "127.0.0.1") -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app, client=(address, 1))
    return httpx2.AsyncClient(transport=transport, base_url="http://testserver")


def samples(page: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


async def test_requests_are_counted_by_method_template_and_status(app: FastAPI) -> None:
    """Included routers under their full path."""
    async with client(app) as asking:
        for path in ("/things/1", "/things/2", "/things/x", "/inner/things/3"):
            await asking.get(path)
        found = samples((await asking.get("/metrics")).text)

    def count(route: str, status: str) -> float:
        return found["http_requests_total", (("method", "GET"), ("route", route), ("status", status))]

    assert count("/things/{thing_id}", "200") == 2
    assert count("/things/{thing_id}", "404") == 1
    assert count("/inner/things/{thing_id}", "200") == 1
    assert found["http_requests_in_progress", ()] == 1


async def test_durations_are_in_seconds_in_the_recommended_buckets(app: FastAPI) -> None:
    """Those of OpenTelemetry."""
    async with client(app) as asking:
        await asking.get("/things/1")
        page = (await asking.get("/metrics")).text
    assert BUCKETS[0] == 0.005
    assert 'http_request_duration_seconds_bucket{le="0.005",method="GET",route="/things/{thing_id}"' in page


async def test_made_up_paths_and_methods_add_one_series(app: FastAPI) -> None:
    """A scanner cannot fill the memory."""
    async with client(app) as asking:
        for number in range(300):
            await asking.get(f"/scan/{number}")
            await asking.request(f"M{number}", "/scan")
        page = (await asking.get("/metrics")).text
    assert page.count('http_requests_total{method="GET",route="unmatched"') == 1
    assert page.count('http_requests_total{method="OTHER",route="unmatched"') == 1
    assert "scan" not in page


async def test_the_page_is_for_this_machine_and_for_holders_of_the_token(tmp_path: Path) -> None:
    """A proxy on this machine does not make its callers local."""
    app = make_app(tmp_path, metrics_token=TOKEN)
    async with app.router.lifespan_context(app):
        async with client(app) as local:
            assert (await local.get("/metrics")).status_code == 200
            assert (await local.get("/metrics", headers={"X-Forwarded-For": "1.1.1.1"})).status_code == 401
        async with client(app, "203.0.113.7") as far:
            assert (await far.get("/metrics")).status_code == 401
            assert (await far.get("/metrics", headers={"Authorization": "Bearer wrong"})).status_code == 401
            assert (
                await far.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
            ).status_code == 200


async def test_without_a_token_other_machines_find_nothing(app: FastAPI) -> None:
    """The page does not even exist for them."""
    async with client(app, "203.0.113.7") as far:
        assert (await far.get("/metrics")).status_code == 404


async def test_parts_show_their_own_numbers(app: FastAPI) -> None:
    """Limits, cache, log, build."""
    async with client(app) as asking:
        page = (await asking.get("/metrics")).text
    for name in ("rate_limit_refused_total", "cache_hits_total", "log_lines_dropped_total", "build_info"):
        assert name in page


def test_watched_numbers_are_read_at_each_scrape() -> None:
    """Nothing is copied."""
    metrics, state = Metrics("things"), [1.0]
    metrics.watch_gauge("queue_depth", "Waiting jobs.", lambda: state[0])
    assert b"queue_depth 1.0" in metrics.render()
    state[0] = 2.0
    assert b"queue_depth 2.0" in metrics.render()


def test_a_watched_number_that_begins_anew_counts_on() -> None:
    """As when the log was set up once more: what was counted is not taken back."""
    metrics, state = Metrics("things"), [5.0]
    metrics.watch_counter("lines_dropped_total", "Lines lost.", lambda: state[0])
    assert b"lines_dropped_total 5.0" in metrics.render()
    state[0] = 2.0
    assert b"lines_dropped_total 7.0" in metrics.render()


WORKER = """
import sys
from pathlib import Path
from backwright import metrics as shared
folder, number, reaches = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
shared.share(folder, number)
metrics = shared.Metrics("things")
metrics.watch_counter("cache_hits_total", "Answers from the cache.", lambda: 7)
metrics.watch_gauge("database_connections_open", "Connections.", lambda: 3)
metrics.watch_gauge("redis_up", "Whether Redis can be asked.", lambda: reaches, across="min")
for _ in range(10):
    metrics.begin()
    metrics.end("GET", "/things", 200, 0.01)
metrics.begin()
print(metrics.render().decode())
"""
SERIES = ("cache_hits_total", "database_connections_open", "redis_up", "http_requests_in_progress")
COUNT = ("http_requests_total", (("method", "GET"), ("route", "/things"), ("status", "200")))


def page_of_worker(folder: Path, number: int, *, reaches: int = 1) -> dict[Any, float]:
    """What a worker shows that has just answered ten requests and is at the next one."""
    command = [sys.executable, "-c", WORKER, str(folder), str(number), str(reaches)]
    return samples(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_several_workers_show_their_sum(tmp_path: Path) -> None:
    """Whichever of them is scraped: counts, connections, requests under way; Redis is up if all reach it.

    The first of the two that were number 1 is gone, and so is what it was doing.
    """
    pages = [page_of_worker(tmp_path, number, reaches=number) for number in (1, 1, 0)]
    assert pages[-1][COUNT] == 30
    assert [pages[-1][name, ()] for name in SERIES] == [21, 6, 0, 2]


def test_a_worker_that_replaces_another_goes_on_with_its_counts(tmp_path: Path) -> None:
    """What was counted stays; what the dead one was doing is over."""
    page_of_worker(tmp_path, 0)
    page_of_worker(tmp_path, 1)
    forget(tmp_path, 1)
    found = page_of_worker(tmp_path, 1)
    assert found[COUNT] == 30
    assert [found[name, ()] for name in SERIES] == [21, 6, 1, 2]
    assert len(list(tmp_path.glob("counter_*"))) == 2, "the files do not become more"
