"""What a run of the suite has covered, by our rules and none of the project's.

What lives here: reading coverage's data, so that no `omit`, no `fail_under` and no comment hides a line. What must not:
which files matter.
"""

import ast
import contextlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import coverage

from backwright_workbench.verify.suites.sources import (
    holds_business,
    holds_tests,
    parsed,
    python_files,
)

NEVER_RUN = [r"if (typing\.)?TYPE_CHECKING:", r"^\s*\.\.\.\s*$", r":\s*\.\.\.\s*$"]
"""Lines that no program runs: imports for type checkers, and bodies of protocols."""

HIDING = "pragma: no"


@dataclass(frozen=True, slots=True)
class Covered:
    """One file: its lines that can run and did, and the ways out of its branches."""

    file: str
    lines: int
    covered: int
    branches: int
    branches_covered: int
    missing: tuple[int, ...]
    half: tuple[int, ...] = ()
    """Lines that were only ever left in one of their ways."""
    hidden: tuple[int, ...] = ()
    """Missing lines that a comment of the project hides from its own coverage."""

    @property
    def percent(self) -> float:
        """Lines and branches together; a file without any is covered."""
        whole = self.lines + self.branches
        return 100.0 * (self.covered + self.branches_covered) / whole if whole else 100.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that was measured."""

    files: tuple[Covered, ...] = ()
    """Code of the project that a suite has to run, whether it was ever imported or not."""
    tests: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Lines of the tests themselves that ran."""
    contexts: Mapping[str, Mapping[int, tuple[str, ...]]] = field(default_factory=dict)
    """File → line → the tests that ran it; lines that ran at import have none."""


def measure(data: Path, root: Path) -> Measured:
    """What a run has left in `data`, about the files under `root`."""
    paths = [path for path in python_files(root) if parsed(root, path) is not None]
    business = [path for path in paths if holds_business(path)]
    report = _report(data, root, [path for path in paths if path in business or holds_tests(path)])
    files = {path: report[str(root / path)] for path in paths if str(root / path) in report}
    return Measured(
        files=tuple(_covered(root, path, files[path]) for path in business if path in files),
        tests={
            path: frozenset(found["executed_lines"]) for path, found in files.items() if holds_tests(path)
        },
        contexts={
            path: {
                int(line): tuple(name for name in names if name)
                for line, names in files[path]["contexts"].items()
            }
            for path in business
            if path in files
        },
    )


def _report(data: Path, root: Path, paths: list[str]) -> dict[str, dict[str, Any]]:
    """Coverage's own report in JSON, by absolute path."""
    if not paths:
        return {}
    measured = coverage.Coverage(data_file=str(data), config_file=False, branch=True, messages=False)
    measured.set_option("report:exclude_lines", NEVER_RUN)
    measured.set_option("report:partial_branches", ["while (True|1|False|0):"])
    measured.load()
    target = data.with_name("measured.json")
    with contextlib.redirect_stdout(io.StringIO()):
        measured.json_report(
            morfs=[str(root / path) for path in paths],
            outfile=str(target),
            show_contexts=True,
            ignore_errors=True,
        )
    found = json.loads(target.read_text(encoding="utf-8"))["files"]
    return {str(Path.cwd() / path): value for path, value in found.items()}  # it names them from here


def _covered(root: Path, path: str, found: dict[str, Any]) -> Covered:
    missing = tuple(found["missing_lines"])
    half = tuple(sorted({abs(line) for line, _ in found["missing_branches"]} - set(missing)))
    return Covered(
        file=path,
        lines=found["summary"]["num_statements"],
        covered=found["summary"]["covered_lines"],
        branches=found["summary"]["num_branches"],
        branches_covered=found["summary"]["covered_branches"],
        missing=missing,
        half=half,
        hidden=tuple(sorted({*missing, *half} & _hidden(root / path))),
    )


def _hidden(place: Path) -> set[int]:
    """The lines that a comment hides: its own, and all of the block that begins there."""
    text = place.read_text(encoding="utf-8", errors="replace")
    marked = {number for number, line in enumerate(text.splitlines(), 1) if HIDING in line and "#" in line}
    found = set(marked)
    for node in ast.walk(ast.parse(text)) if marked else ():
        if isinstance(node, ast.stmt) and node.end_lineno is not None:
            below = getattr(node, "body", [])
            head = below[0].lineno if below else node.end_lineno + 1
            if marked & set(range(node.lineno, head)):
                found |= set(range(node.lineno, node.end_lineno + 1))
    return found
