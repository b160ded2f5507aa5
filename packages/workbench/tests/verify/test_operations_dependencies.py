"""operations/dependencies: without Redis a service answers as before, and finds back to it."""

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
from backwright_workbench.verify.checks.operations.dependencies import Part, Seen, judge
from backwright_workbench.verify.opening import Opened
from backwright_workbench.verify.stand import redis
from verify_planting import checked, faults, passed, planted

DEPENDENCIES = "operations/dependencies"
MAIN = "src/work_orders/main.py"
QUICK = Part([5.0] * 10)
GOOD = Seen(QUICK, QUICK, QUICK, ready=200, back_after=0.5, used=True)

PASSED_ON = (
    "    return build(",
    "    from backwright.middleware import Perimeter\n"
    "    from backwright.redis import Redis\n\n"
    "    limit, known = Perimeter._limit, []\n"
    "    start = Redis.start\n\n"
    "    async def starting(self):\n"
    "        known.append(self)\n"
    "        await start(self)\n\n"
    "    async def counting(self, exchange):\n"
    "        if not known[0].up:\n"
    "            raise ConnectionError('Redis is down')\n"
    "        return await limit(self, exchange)\n\n"
    "    Redis.start = starting\n"
    "    Perimeter._limit = counting\n"
    "    return build(",
)
"""Counts requests in Redis, and has no plan for when it is not there."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis to try it with; without one, nothing is proven."""
    url = os.environ.get(redis.VARIABLE, "redis://127.0.0.1:6379/0")
    try:
        redis.forget(url, "bw:verify-nobody:*")
    except OSError:
        pytest.fail("no Redis") if os.environ.get("CI") else pytest.skip(f"no Redis answers at {url}")
    monkeypatch.setenv(redis.VARIABLE, url)


@pytest.mark.slow
@pytest.mark.usefixtures("server")
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """It makes, changes and shows rows while the gate is closed, and uses Redis again afterwards."""
    assert passed(checked(good, DEPENDENCIES, tmp_path))


@pytest.mark.slow
@pytest.mark.usefixtures("server")
def test_a_service_that_passes_failures_on_is_found(good: Opened, tmp_path: Path) -> None:
    """Its rate limit needs Redis."""
    with planted(good, tmp_path, {MAIN: PASSED_ON}) as opened:
        found = faults(checked(opened, DEPENDENCIES, tmp_path))
    assert "without Redis: 500 instead of 201" in found
    assert "with Redis: " not in found.replace("without Redis: ", "")


def test_without_a_server_it_is_not_run(
    good: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verdict stays open only for a service that is meant for Redis."""
    monkeypatch.delenv(redis.VARIABLE, raising=False)
    evidence = checked(good, DEPENDENCIES, tmp_path)
    assert (evidence.status, evidence.required) == ("not run", True)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        pytest.param(replace(GOOD, used=False), "it asks Redis nothing", id="not-used"),
        pytest.param(replace(GOOD, ready=503), "it is not ready without Redis (503)", id="not-ready"),
        pytest.param(
            replace(GOOD, without=Part([300.0] * 10)),
            "without Redis half of the answers take more than 300 ms, with it 5 ms",
            id="waits",
        ),
        pytest.param(
            replace(GOOD, back_after=None), "it does not use Redis again after it is back", id="stays-without"
        ),
        pytest.param(
            replace(GOOD, after=Part([5.0], ["GET /a/{id}: an old answer, after the row was changed"])),
            "after Redis is back: an old answer, after the row was changed",
            id="old-answers",
        ),
    ],
)
def test_each_duty_is_held(seen: Seen, said: str) -> None:
    """Whatever is not kept is told, and nothing else."""
    assert [fault.what for fault in judge(seen)] == [said]
    assert not list(judge(GOOD))


def test_answers_of_redis_are_read() -> None:
    """As far as cleaning up needs it."""
    said = io.BytesIO(b"*2\r\n$1\r\n0\r\n*1\r\n$3\r\nkey\r\n:1\r\n+OK\r\n$-1\r\n-ERR no\r\n")
    assert [redis.read(said) for _ in range(4)] == [["0", ["key"]], 1, "OK", None]
    with pytest.raises(OSError, match="ERR no"):
        redis.read(said)
