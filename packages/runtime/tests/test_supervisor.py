"""Several workers behind one port are one service: started, counted, replaced and stopped together."""

import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from served import Served, in_background, is_lost, serving, until

pytestmark = pytest.mark.slow

SHARED = {"RATE_LIMIT_STORE": "database", "RATE_LIMIT": "100000/minute"}
IN_PROGRESS = "http_requests_in_progress"
MANY = 100
"""Requests at once, among which both workers get some."""


@contextmanager
def two_workers(folder: Path) -> Iterator[Served]:
    with serving(folder, "--workers", "2", DRAIN_S="1", **SHARED) as served:
        until(lambda: len(workers(served)) == 2)
        yield served


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two workers for all tests that leave their parent alone."""
    with two_workers(tmp_path_factory.mktemp("pair")) as served:
        yield served


def workers(served: Served) -> set[int]:
    """The processes that answer."""
    with in_background(6) as ask:
        answers = [ask(lambda: served.get("/slow?seconds=0.1")) for _ in range(6)]
    return {answer.result().json()["pid"] for answer in answers}


def shown(served: Served, series: str) -> float:
    """A number on the metrics page, whichever worker is asked."""
    found = re.search(rf"^{re.escape(series)}(?:{{.*}})? (\S+)$", served.get("/metrics").text, re.MULTILINE)
    assert found, f"{series} is not shown"
    return float(found[1])


def requests_of(served: Served, route: str) -> float:
    """How many were counted."""
    return shown(served, f'http_requests_total{{method="GET",route="{route}",status="200"}}')


Ask = Callable[[Callable[[], httpx2.Response]], "Future[httpx2.Response]"]


def held_by_both(served: Served, ask: Ask) -> list["Future[httpx2.Response]"]:
    """Requests that are under way, some in each worker, until `served.release()`."""
    asked: list[Future[httpx2.Response]] = []

    def both() -> bool:
        asked.extend(ask(lambda: served.get("/held")) for _ in range(4))
        return len(served.holders()) == 2

    served.hold_again()
    until(both)
    until(lambda: shown(served, IN_PROGRESS) == len(asked) + 1)
    return asked


def test_each_worker_knows_how_many_there_are(pair: Served) -> None:
    """Given by `--workers` alone: a cache that cannot hear of the others must be off in all of them."""
    assert {pair.get("/workers").json()["workers"] for _ in range(8)} == {2}


def test_every_scrape_shows_the_sum(pair: Served) -> None:
    """Of requests at once, of numbers that parts keep for themselves after a second."""
    before = requests_of(pair, "/slow")
    for _ in range(3):
        workers(pair)
    until(lambda: requests_of(pair, "/slow") - before == 18)
    assert {requests_of(pair, "/slow") - before for _ in range(6)} == {18}
    for series in ("rate_limit_refused_total", "log_lines_dropped_total"):
        assert shown(pair, series) == 0
    until(lambda: shown(pair, IN_PROGRESS) == 1)


def test_a_worker_that_dies_is_replaced_and_its_counts_stay(pair: Served) -> None:
    """A counter that went back would look to Prometheus like as many new requests."""
    before = workers(pair)
    counted = requests_of(pair, "/slow")
    killed = min(before)
    with in_background(MANY) as ask:
        asked = held_by_both(pair, ask)
        os.kill(killed, signal.SIGKILL)
        until(lambda: len(found := workers(pair)) == 2 and killed not in found)
        pair.release()
        lost = sum(map(is_lost, asked))
        assert 0 < lost < len(asked), "what the killed one was doing is lost, and nothing else"
    assert requests_of(pair, "/slow") > counted
    until(lambda: shown(pair, IN_PROGRESS) == 1)


def test_a_worker_told_to_stop_finishes_and_is_replaced(pair: Served) -> None:
    """No request is lost: new connections go to the other one."""
    told = min(workers(pair))
    with in_background(MANY) as ask:
        answers = held_by_both(pair, ask)
        os.kill(told, signal.SIGTERM)
        time.sleep(0.5)  # for it to begin to stop; that it has, nothing shows from outside
        pair.release()
        assert {answer.result().status_code for answer in answers} == {200}
    until(lambda: len(found := workers(pair)) == 2 and told not in found)


@pytest.mark.parametrize(
    ("told", "everybody"),
    [(signal.SIGTERM, False), (signal.SIGTERM, True), (signal.SIGINT, True)],
    ids=["by a container", "by a service manager", "by a terminal"],
)
def test_one_signal_stops_all_and_loses_nothing(
    tmp_path: Path, told: signal.Signals, everybody: bool
) -> None:
    """Also when each worker gets it beside its parent's: that is no second one."""
    with two_workers(tmp_path) as pair:
        with in_background(MANY) as ask:
            answers = held_by_both(pair, ask)
            os.killpg(pair.process.pid, told) if everybody else pair.process.send_signal(told)
            until(lambda: not pair.is_ready())
            pair.release()
            assert {answer.result().status_code for answer in answers} == {200}
        assert pair.process.wait(timeout=60) == 0
        assert pair.output().count('"event":"stopped"') == 2
    assert not list(tmp_path.glob("backwright-metrics-*"))


def test_a_second_signal_ends_all_at_once(tmp_path: Path) -> None:
    """Whatever is under way."""
    with serving(tmp_path, "--workers", "2", DRAIN_S="300", **SHARED) as served, in_background(MANY) as ask:
        answers = held_by_both(served, ask)
        served.process.send_signal(signal.SIGTERM)
        until(lambda: not served.is_ready())  # two that come together are one
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(timeout=60) == 1
        assert all(map(is_lost, answers))


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    """Nobody else would, and the port would stay taken."""
    with two_workers(tmp_path) as orphans:
        orphans.process.kill()

        def free() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", orphans.port)) != 0

        until(free)


def test_workers_that_cannot_start_are_given_up(tmp_path: Path) -> None:
    """With the reason in the log, and an end that whatever restarts a container sees."""
    with (
        pytest.raises(AssertionError, match="no worker can be started; the lines above say why"),
        serving(tmp_path, "--workers", "2", BROKEN_WORKERS="1", **SHARED),
    ):
        raise RuntimeError("it serves")
    (log,) = tmp_path.glob("*.log")
    assert "what a worker needs is not there" in log.read_text()
