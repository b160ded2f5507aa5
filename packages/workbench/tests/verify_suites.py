"""Tiny projects with test suites, to run the checks of the family `tests` on without a service.

`project(folder, files)` writes one; `judged(root, "suite")` runs a check on it as if Backwright had written it, or as a
foreign one.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import cast

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.verify.check import Need, Profile
from backwright_workbench.verify.outcome import NotRun, Outcome
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.store import Recorder
from backwright_workbench.verify.subject import Subject

SERVICE = '''"""The rules."""


def may_close(role: str, total: int) -> bool:
    """Whether somebody may close an order."""
    if role == "admin":
        return True
    return role == "clerk" and total < 100
'''
TESTS = '''"""The rules, tested."""

from shop.service import may_close


def test_an_administrator_may_close() -> None:
    """Any order."""
    assert may_close("admin", 1000)


def test_a_clerk_may_close_small_ones() -> None:
    """Up to a limit."""
    assert may_close("clerk", 99)
    assert not may_close("clerk", 100)
'''
GOOD: Mapping[str, str] = {
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["src"]\n',
    "src/shop/__init__.py": "",
    "src/shop/service.py": SERVICE,
    "tests/test_service.py": TESTS,
}


class Nowhere:
    """No stand at all."""

    engine = ""

    def shared(self) -> Stand:
        """There is none."""
        raise NotRun("there is no stand")

    def fresh(self, *, rows: int = 0, **settings: str) -> AbstractContextManager[Stand]:
        """There is none."""
        raise NotRun("there is no stand")

    def close(self) -> None:
        """Nothing stands."""


def project(folder: Path, files: Mapping[str, str] | None = None) -> Path:
    """The good project, with these files in place of its own or beside them."""
    root = folder / "project" / "tree"
    for path, text in {**GOOD, **(files or {})}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def subject(root: Path, *, foreign: bool = False, full: bool = False) -> Subject:
    """What a check sees of it."""
    return Subject(
        has=frozenset({Need.SOURCE}),
        profile=Profile.FULL if full else Profile.QUICK,
        stands=Nowhere(),
        root=root,
        blueprint=None if foreign else cast(Blueprint, object()),
        record=Recorder(root.parent / "kept", set()),
    )


def judged(root: Path, check: str, *, foreign: bool = False, full: bool = False) -> Outcome:
    """What the check `tests/<check>` says of it."""
    module = import_module(f"backwright_workbench.verify.checks.tests.{check}")
    outcome: Outcome = module.run(subject(root, foreign=foreign, full=full))
    return outcome


def found(outcome: Outcome) -> dict[str, str]:
    """Place of each fault → what is wrong and why."""
    return {each.place: f"{each.what} ({each.why})" for each in outcome.faults}
