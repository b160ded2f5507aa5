"""A service does its chores in one process of its own, each with an outcome, and stops at the first that fails."""

import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from backwright_workbench.commands import steps
from backwright_workbench.commands.events import Event, StepFinished
from backwright_workbench.errors import InternalError
from backwright_workbench.workspace.services import Service, find_service

EXAMPLE = Path(__file__).parents[4] / "examples/work-orders"


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """The example service in a place of its own."""
    return find_service(Path(shutil.copytree(EXAMPLE, tmp_path / "service")))


def heard(work: Generator[Event, None, Any], into: list[Event]) -> Any:
    """What a step returns; its events go into a list, whatever becomes of it."""
    while True:
        try:
            into.append(next(work))
        except StopIteration as end:
            return end.value


@pytest.mark.slow
def test_chores_are_done_in_their_order_and_each_is_told(service: Service) -> None:
    """Accounts and rows are there afterwards; asked again, nothing is made twice."""
    events: list[Event] = []
    for _ in range(2):
        printed = heard(steps.prepare(service, *steps.CHORES, password="correct-horse-battery"), events)
        assert list(printed) == list(steps.CHORES)
        assert "dispatcher@example.com" in printed["accounts"]
        assert printed["derive"] == (EXAMPLE / "docs/api.yaml").read_text()
    done = [each.step for each in events if isinstance(each, StepFinished)]
    assert done == [*steps.CHORES, *steps.CHORES]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "text", "done", "why"),
    [
        ("src/work_orders/main.py", "raise RuntimeError('no such luck')\n", [], "no such luck"),
        (
            "migrations/versions/9999_wrong.py",
            "revision = 'x'\ndown_revision = 'y'\n",
            ["environment"],
            "2 heads",
        ),
    ],
    ids=["code that cannot be loaded", "a migration that leads nowhere"],
)
def test_the_first_chore_that_fails_is_the_last(
    service: Service, file: str, text: str, done: list[str], why: str
) -> None:
    """The message holds what the service printed, without the place that it has for the moment."""
    (service.directory / file).write_text(text)
    events: list[Event] = []
    with pytest.raises(InternalError, match="the service could not") as failed:
        heard(steps.prepare(service, *steps.CHORES, password="correct-horse-battery"), events)
    assert [each.step for each in events if isinstance(each, StepFinished)] == done
    assert why in str(failed.value.why)
    assert str(service.directory) not in str(failed.value.why)


@pytest.mark.slow
def test_a_process_that_dies_is_a_failed_chore(service: Service) -> None:
    """Not an endless wait."""
    (service.directory / "src/work_orders/main.py").write_text("import os\nos._exit(3)\n")
    with pytest.raises(InternalError) as failed:
        heard(steps.prepare(service, "environment"), [])
    assert failed.value.why == "its process ended with status 3 and said nothing"
