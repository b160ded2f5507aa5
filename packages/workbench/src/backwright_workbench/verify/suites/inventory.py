"""Which tests are written, whatever pytest makes of them: read from the code.

What lives here: finding every test function. What must not: running any.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backwright_workbench.verify.suites.sources import (
    holds_tests,
    named_for_tests,
    parsed,
    python_files,
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Written:
    """A test function: `name` is `TestOrders.test_total` for a method; `line` is that of its first decorator."""

    file: str
    name: str
    line: int
    node: Function
    shadowed: bool
    """Whether another one of the same name, further down in the same scope, takes its place."""
    hindrance: str = ""
    """Why pytest passes over it, as far as its own file tells."""

    @property
    def place(self) -> str:
        """Where to look."""
        return f"{self.file}:{self.node.lineno}"


def written_tests(root: Path) -> list[Written]:
    """Every test that is written in the project."""
    found = []
    for path in python_files(root):
        if holds_tests(path) and (module := parsed(root, path)) is not None:
            found += tests_in(path, module)
    return found


def tests_in(path: str, module: ast.Module) -> list[Written]:
    """The tests of one file: functions, and methods of classes, however deep these are nested."""
    tests = list(_in(path, module.body, "", ""))
    if named_for_tests(path):
        return tests
    called = {ast.unparse(node.func) for node in ast.walk(module) if isinstance(node, ast.Call)}
    return [each for each in tests if each.name not in called]  # `test_client()` is a helper


def first_line(node: Function) -> int:
    """The line at which Python says that a function begins: that of its first decorator."""
    return min([node.lineno, *(each.lineno for each in node.decorator_list)])


def _in(path: str, body: list[ast.stmt], scope: str, hindrance: str) -> Iterator[Written]:
    statements = list(_flat(body))
    last = {node.name: node for node in statements if isinstance(node, Function | ast.ClassDef)}
    for node in statements:
        if isinstance(node, ast.ClassDef):
            why = hindrance or _hindrance(node)
            yield from _in(path, node.body, f"{scope}{node.name}.", why)
        elif isinstance(node, Function) and node.name.startswith("test") and not _is_fixture(node):
            shadowed = last[node.name] is not node
            yield Written(path, f"{scope}{node.name}", first_line(node), node, shadowed, hindrance)


def _flat(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a scope, those below `if`, `try` and `with` among them."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With | ast.For | ast.While):
            for part in ("body", "orelse", "finalbody"):
                yield from _flat(getattr(node, part, []))
            for handler in getattr(node, "handlers", []):
                yield from _flat(handler.body)


def _hindrance(node: ast.ClassDef) -> str:
    """Why pytest does not look for tests in a class; a class that others derive from may run there."""
    own = {each.name for each in node.body if isinstance(each, Function)}
    cases = any("TestCase" in ast.unparse(base) for base in node.bases)
    if "__init__" in own and not cases:
        return f"the class {node.name} has an __init__, so pytest passes over it"
    if not node.name.startswith("Test") and not cases:
        return f"the class {node.name} is not named Test…, so pytest passes over it"
    return ""


def _is_fixture(node: Function) -> bool:
    return any("fixture" in ast.unparse(each) for each in node.decorator_list)
