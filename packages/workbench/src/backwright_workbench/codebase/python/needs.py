"""Which modules of the project a module needs while it is imported.

What lives here: imports that run at once. What must not: what imported names refer to (`headers.py`).
"""

import ast
from collections.abc import Iterator

from backwright_workbench.codebase.facts.code import Need
from backwright_workbench.codebase.python.headers import Names


def needed(tree: ast.Module, path: str, names: Names) -> Iterator[Need]:
    """The modules of the project that this one imports at its own level, each with the line and the names taken."""
    own = names.names[path]
    for node in _at_once(tree.body):
        if isinstance(node, ast.Import):
            for each in node.names:
                target = names.module(each.name, path)
                if target in names.paths and target != own:
                    yield Need(target, (), node.lineno)
            continue
        base = names.base(node, own, path)
        taken: list[str] = []
        for each in node.names:
            inner = f"{base}.{each.name}"
            if inner in names.paths:
                if inner != own:
                    yield Need(inner, (), node.lineno)
            else:
                taken.append(each.name)
        if taken and base in names.paths and base != own:
            yield Need(base, tuple(taken), node.lineno)


def _at_once(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that run with the module: in branches and classes too, not in functions or for type checkers."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            yield from _at_once(node.orelse)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for name in ("body", "orelse", "finalbody"):
                below = getattr(node, name, None)
                if isinstance(below, list):
                    yield from _at_once(below)
            for handler in getattr(node, "handlers", []):
                yield from _at_once(handler.body)
