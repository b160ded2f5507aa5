"""What a run of the suite has covered, by our rules and none of the project's.

What lives here: putting together what the probes have seen, so that no `omit`, no `fail_under` and no comment hides a
line. What must not: which files matter.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backwright_workbench.verify.suites.probes import branches_of, lines_of, read
from backwright_workbench.verify.suites.sources import holds_business, holds_tests, parsed, python_files

HIDING = "pragma: no"

ByTest = Mapping[str, tuple[set[int], set[tuple[int, bool]]]]
"""Test → its lines, and the ways that branches went."""


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
    ran = read(data)
    files, tests, contexts = [], {}, {}
    for path in python_files(root):
        by_test = ran.get(str(root / path), {})
        module = parsed(root, path)
        if module is None:
            continue
        if holds_tests(path):
            tests[path] = frozenset(line for lines, _ in by_test.values() for line in lines)
        elif holds_business(path):
            files.append(_covered(root, path, module, by_test))
            contexts[path] = _contexts(by_test)
    return Measured(tuple(files), tests, contexts)


def _covered(root: Path, path: str, module: ast.Module, by_test: ByTest) -> Covered:
    lines, branches = lines_of(module), branches_of(module)
    ran = {line for seen, _ in by_test.values() for line in seen}
    ways = {way for _, seen in by_test.values() for way in seen}
    missing = tuple(sorted(lines - ran))
    gone = {line: sum((line, way) in ways for way in (True, False)) for line in branches}
    half = tuple(sorted(line for line, count in gone.items() if count == 1))
    return Covered(
        file=path,
        lines=len(lines),
        covered=len(lines & ran),
        branches=2 * len(branches),
        branches_covered=sum(gone.values()),
        missing=missing,
        half=half,
        hidden=tuple(sorted({*missing, *half} & _hidden(root / path))),
    )


def _contexts(by_test: ByTest) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    for test, (lines, _) in by_test.items():
        for line in lines if test else ():
            found.setdefault(line, []).append(test)
    return {line: tuple(tests) for line, tests in found.items()}


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
