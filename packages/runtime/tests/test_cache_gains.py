"""Whether a cache is worth having is measured, for each resource apart."""

import logging

import pytest
from backwright.cache import ResponseCache
from backwright.cache_gains import LOOK_AT, Gains
from backwright.entity import new_id
from backwright.metrics import Metrics
from backwright.watched import watch
from shop.service import Shop


async def answer() -> bytes:
    """What is cached."""
    return b"x"


async def test_gains_are_counted_by_resource() -> None:
    """The first tag of an answer is the resource that was asked for; what it embeds stands behind it."""
    cache = ResponseCache()
    for _ in range(3):
        await cache.through("a", answer, tags=("orders", "products"), seconds=60)
    await cache.through("b", answer, tags=("products",), seconds=60)
    found = {name: (each.hits, each.misses, each.loads) for name, each in cache.gains.items()}
    assert found == {"orders": (2, 1, 1), "products": (0, 1, 1)}
    assert cache.gains["orders"].ratio == pytest.approx(2 / 3)
    assert cache.gains["products"].ratio == 0


def test_the_time_saved_is_that_of_the_mean_load() -> None:
    """Before anything was computed, nothing is known to be saved."""
    gains = Gains("orders", hits=10)
    assert gains.saved_seconds == 0
    gains.loaded(0.2)
    gains.loaded(0.4)
    assert gains.saved_seconds == pytest.approx(3.0)


def test_a_cache_that_gains_nothing_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """After ten thousand reads, and then seldom; with what to remove."""
    gains = Gains("orders", hits=10)
    for _ in range(LOOK_AT * 2):
        gains.missed()
    (record,) = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert record.getMessage().startswith("the cache of orders gains nothing: it answered 10 of 10000 reads")
    assert "remove cache=" in record.getMessage()


def test_a_cache_that_gains_is_not_named(caplog: pytest.LogCaptureFixture) -> None:
    """Every tenth read answered is a gain."""
    gains = Gains("orders", hits=LOOK_AT // 9)
    for _ in range(LOOK_AT):
        gains.missed()
    assert not caplog.records


async def test_gains_are_shown_as_metrics(shop: Shop) -> None:
    """Hits, misses and seconds saved, by resource."""
    metrics, name = Metrics("shop"), str(new_id())  # the service is made once for many tests
    watch(shop.runtime, metrics)
    for _ in range(4):
        await shop.runtime.cache.through(name, answer, tags=(name,), seconds=60)
    shown = cache_lines(metrics)
    assert shown[f'cache_hits_total{{resource="{name}"}}'] == 3
    assert shown[f'cache_misses_total{{resource="{name}"}}'] == 1
    assert f'cache_saved_seconds_total{{resource="{name}"}}' in shown
    await shop.runtime.cache.through(name, answer, tags=(name,), seconds=60)
    assert cache_lines(metrics)[f'cache_hits_total{{resource="{name}"}}'] == 4


def cache_lines(metrics: Metrics) -> dict[str, float]:
    """What the page says of the cache."""
    lines = (line for line in metrics.render().decode().splitlines() if line.startswith("cache_"))
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}
