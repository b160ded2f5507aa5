"""Python files as syntax trees: the package of a service, and the names that each of its modules binds.

What lives here: finding the package, parsing, binding. What must not: what a name leads to (`scope.py`),
what any of it means.
"""

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from backwright_workbench.errors import Place, Problem

MAX_DEPTH = 120
"""Levels of a syntax tree that are walked; written code has about twenty."""


@dataclass(frozen=True, slots=True)
class Import:
    """A name that stands for `module`, or for `name` in it."""

    module: str
    name: str | None = None


Binding = Import | ast.expr | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """One file of the package. `local` are the names of the class or function that is being looked at."""

    path: str
    name: str
    text: str
    tree: ast.Module
    bindings: Mapping[str, Binding]
    """Name → what it is bound to once the module has been imported."""
    assigned: Mapping[str, tuple[tuple[int, ast.expr], ...]]
    """Name → the values that it is given one after the other, each with the last line of its statement."""
    stars: tuple[str, ...] = ()
    """Modules whose names are all imported."""
    local: Mapping[str, Binding] | None = None
    eager: bool = True
    """Whether this is looked at as it runs when the module is imported, and not later, as a function is."""

    def place(self, node: ast.AST) -> Place:
        """Where a node stands."""
        return Place(self.path, getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1)

    def within(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> "Module":
        """The module as seen from inside a class or function: its own names hide those of the module."""
        bindings, _ = _bound(node.body, self.name, self.path)
        eager = self.eager and isinstance(node, ast.ClassDef)
        return replace(self, local={**(self.local or {}), **bindings}, eager=eager)

    def value(self, node: ast.Name) -> ast.expr | None:
        """The value that a name has where it stands, if it is given one in this module."""
        bound = (self.local or {}).get(node.id)
        if bound is None:
            before = [value for end, value in self.assigned.get(node.id, ()) if end < node.lineno]
            bound = before[-1] if before and self.eager else self.bindings.get(node.id)
        return bound if isinstance(bound, ast.expr) else None


def parse(files: Mapping[str, str], package: str) -> tuple[dict[str, Module], list[Problem]]:
    """The modules of `src/<package>` by dotted name, and a problem for each file that is not Python."""
    found: dict[str, Module] = {}
    problems: list[Problem] = []
    for path in sorted(files):
        pure = PurePosixPath(path)
        if pure.parts[:2] != ("src", package) or pure.suffix != ".py":
            continue
        parts = pure.with_suffix("").parts[1:]
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        tree = _tree(files[path], path)
        if isinstance(tree, Problem):
            problems.append(tree)
        else:
            bindings, stars = _bound(tree.body, name, path)
            assigned = _assigned(tree.body)
            found[name] = Module(path, name, files[path], tree, bindings, assigned, tuple(stars))
    return found, problems


def packages(files: Mapping[str, str]) -> list[str]:
    """The packages under `src/`: those with a `main.py`, else all."""
    every = sorted(
        {p.parts[1] for p in map(PurePosixPath, files) if len(p.parts) > 2 and p.parts[0] == "src"}
    )
    return [name for name in every if f"src/{name}/main.py" in files] or every


def _tree(text: str, path: str) -> ast.Module | Problem:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.removeprefix("\ufeff"), path)
    except SyntaxError as error:
        place = Place(path, error.lineno or 1, error.offset or 1)
        return Problem(f"this is not Python: {error.msg}", place, "correct the file and read again")
    except (ValueError, RecursionError, MemoryError) as error:
        return Problem(f"this is not Python: {error}", Place(path, 1, 1), "correct the file and read again")
    deep = _too_deep(tree)
    if deep is not None:
        place = Place(path, getattr(deep, "lineno", 1), 1)
        return Problem(f"an expression is nested deeper than {MAX_DEPTH} levels", place, "take it apart")
    return tree


def _too_deep(tree: ast.AST) -> ast.AST | None:
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return level[0] if level else None


def _bound(body: list[ast.stmt], module: str, path: str) -> tuple[dict[str, Binding], list[str]]:
    """The names that statements bind (the last one wins), and the modules that are imported whole."""
    bindings: dict[str, Binding] = {}
    stars: list[str] = []
    for node in _flat(body):
        match node:
            case ast.ImportFrom():
                source = _source(node, module, path)
                for alias in node.names:
                    if alias.name == "*":
                        stars.append(source)
                    else:
                        bindings[alias.asname or alias.name] = Import(source, alias.name)
            case ast.Import():
                for alias in node.names:
                    whole = alias.name if alias.asname else alias.name.partition(".")[0]
                    bindings[alias.asname or whole] = Import(whole)
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                bindings[node.name] = node
            case ast.Assign():
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        bindings[target.id] = node.value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                bindings[name] = value
            case _:
                pass
    return bindings, stars


def _assigned(body: list[ast.stmt]) -> dict[str, tuple[tuple[int, ast.expr], ...]]:
    """The values that each name is given, in their order."""
    found: dict[str, tuple[tuple[int, ast.expr], ...]] = {}
    for node in _flat(body):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    value = (node.end_lineno or node.lineno, node.value)
                    found[target.id] = (*found.get(target.id, ()), value)
    return found


def _flat(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements, with those under `if TYPE_CHECKING:` and `try:` among them."""
    for node in body:
        if isinstance(node, ast.If):
            yield from _flat(node.orelse)
            yield from _flat(node.body)
        elif isinstance(node, ast.Try):
            yield from _flat(node.body)
        else:
            yield node


def _source(node: ast.ImportFrom, module: str, path: str) -> str:
    """The module that a `from … import` names, dots resolved."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    up = node.level - 1 if path.endswith("__init__.py") else node.level
    base = parts[: len(parts) - up]
    return ".".join([*base, *([node.module] if node.module else [])])
