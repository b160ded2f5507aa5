"""The pytest plugin of a verification: it sets the order of the tests, and writes down what became of each.

It is loaded into the process that runs the project's suite, and says there what pytest itself knows: neither the exit
status nor what is printed is believed, because a project can change both. Its settings come as JSON in one variable.
What must not live here: judging. PYTEST_DONT_REWRITE
"""

import inspect
import json
import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from backwright_workbench.verify.suites.probes import switch

VARIABLE = "BACKWRIGHT_SUITE"
CANARY = "test_of_verify_that_has_to_fail"
"""A test that fails, put beside the project's own: a suite that swallows failures swallows this one."""

SETTINGS: dict[str, Any] = json.loads(os.environ.get(VARIABLE, "{}"))
HERE = not os.environ.get("PYTEST_XDIST_WORKER")
"""Whether this process reports; those that pytest-xdist starts report to it."""


def pytest_configure(config: pytest.Config) -> None:
    """Drop databases when asked to end; repeat what hypothesis draws."""
    signal.signal(signal.SIGTERM, _leave)
    if hasattr(config.option, "hypothesis_seed"):
        config.option.hypothesis_seed = str(SETTINGS.get("seed", 0))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """After whatever the project does with them: in the order that is asked for, and with canaries at the end."""
    yield
    ordered = arranged(items, lambda item: item.nodeid, int(SETTINGS.get("seed", 0)))
    if SETTINGS.get("reversed"):
        ordered.reverse()
    first = {node: number for number, node in enumerate(SETTINGS.get("first", ()))}
    ordered.sort(key=lambda item: first.get(item.nodeid, len(first)))
    items[:] = ordered
    if SETTINGS.get("canaries"):
        items += _canaries(ordered)
    if HERE:
        tell(kind="collected", tests=len(ordered))


def arranged(items: list[Any], name: Callable[[Any], str], seed: int) -> list[Any]:
    """Files in random order, and the tests of each in random order: what a file sets up is set up once."""
    chance = random.Random(seed)  # noqa: S311 an order, not a secret
    files: dict[str, list[Any]] = {}
    for item in sorted(items, key=name):
        files.setdefault(name(item).partition("::")[0], []).append(item)
    order = sorted(files)
    chance.shuffle(order)
    for file in order:
        chance.shuffle(files[file])
    return [item for file in order for item in files[file]]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What runs now, runs for this test."""
    if SETTINGS.get("measured"):
        switch(item.nodeid)
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What was raised, before the project can say otherwise, and what the report then says."""
    raised = call.excinfo
    report = yield
    outcome: str = "xfailed" if hasattr(report, "wasxfail") else report.outcome
    skipped = raised is not None and isinstance(raised.value, pytest.skip.Exception)
    if raised is not None and not skipped and outcome == "passed":
        outcome = "swallowed"
    report.__dict__["backwright"] = {
        "outcome": outcome,
        "reason": _reason(report, raised) if outcome != "passed" else "",
        "at": _place(raised) if outcome in ("failed", "swallowed") else "",
        **_defined(item),
    }
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write it down, here or where the process reports that runs it."""
    if HERE:
        told = report.__dict__.get("backwright", {"outcome": report.outcome})
        tell(kind="test", node=report.nodeid, when=report.when, seconds=round(report.duration, 4), **told)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A file that could not be read, or that skips itself as a whole."""
    if HERE and report.outcome != "passed":
        tell(kind="file", node=report.nodeid, outcome=report.outcome, reason=str(report.longrepr)[-1500:])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(exitstatus: int) -> None:
    """The suite came to its end."""
    if HERE:
        tell(kind="end", status=int(exitstatus))


def tell(**said: object) -> None:
    """One line more, written at once: the process may be ended at any time."""
    if SETTINGS:
        with open(SETTINGS["out"], "a", encoding="utf-8") as file:
            file.write(json.dumps(said) + "\n")


def _leave(number: int, frame: object) -> None:
    """End at once, but for the databases of the tests: an event loop that is interrupted hangs instead."""
    servers = sys.modules.get("backwright.testing_servers")
    for server in servers.SERVERS.values() if servers is not None else ():
        dropping = threading.Thread(target=server.drop_all, daemon=True)
        dropping.start()
        dropping.join(8)
    os._exit(128 + number)


def _canaries(items: list[pytest.Item]) -> list[pytest.Item]:
    """One for each folder with tests, subject to all that holds for its neighbours."""

    def fails() -> None:
        raise AssertionError("this test has to fail")

    beside: dict[Path, pytest.Module] = {}
    for item in items:
        module = item.getparent(pytest.Module)
        if module is not None:
            beside.setdefault(item.path.parent, module)
    return [pytest.Function.from_parent(module, name=CANARY, callobj=fails) for module in beside.values()]


def _defined(item: pytest.Item) -> dict[str, object]:
    """Where the test function stands, below whatever is wrapped around it."""
    function = getattr(item, "obj", None)
    function = getattr(getattr(function, "hypothesis", None), "inner_test", function)
    code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
    name = ".".join(part.name for part in item.listchain() if isinstance(part, pytest.Class))
    own = getattr(item, "originalname", None) or item.name
    found = {"name": f"{name}.{own}" if name else own, "file": _relative(item.path)}
    return {
        **found,
        "line": code.co_firstlineno if code else 0,
        "defined": _relative(Path(code.co_filename)) if code else "",
    }


def _reason(report: pytest.TestReport, raised: pytest.ExceptionInfo[BaseException] | None) -> str:
    if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
        return str(report.longrepr[2])
    if hasattr(report, "wasxfail"):
        return str(report.wasxfail) or "expected to fail"
    return raised.exconly()[:400] if raised is not None else ""


def _place(raised: pytest.ExceptionInfo[BaseException] | None) -> str:
    """The innermost line of the project on the way to what was raised."""
    found = ""
    for entry in raised.traceback if raised is not None else ():
        path = _relative(Path(entry.path))
        if path:
            found = f"{path}:{entry.lineno + 1}"
    return found


def _relative(place: Path) -> str:
    """The path below the project; empty for what is not its own."""
    root = Path(SETTINGS.get("root", ".")).resolve()
    return place.resolve().relative_to(root).as_posix() if place.resolve().is_relative_to(root) else ""
