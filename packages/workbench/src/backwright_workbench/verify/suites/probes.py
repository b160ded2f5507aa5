"""Probes in the code under test: which lines ran, which way branches went, and for which test.

They are put into the tree of a file before it is compiled, so that only the project's own code pays for them, and no
line is lost: a tracer loses them where greenlets switch, which databases that are asked asynchronously do all the time.

What lives here: what counts as a line and as a branch, and both ends of that: the process that runs the suite, and
reading what it has left. What must not: which files matter. It needs nothing but the standard library.
"""

import ast
import builtins
import json
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

LINE, WAY = "__backwright_line__", "__backwright_way__"
STEP = 1_000_000
"""More lines than a file has: file, line and way make one number."""

Ran = dict[str, dict[str, tuple[set[int], set[tuple[int, bool]]]]]
Branch = ast.If | ast.While | ast.For | ast.AsyncFor


class _State:
    def __init__(self) -> None:
        self.files: list[str] = []
        self.contexts: dict[str, set[int]] = {"": set()}
        self.current = self.contexts[""]


STATE = _State()


def install(root: Path) -> None:
    """Put probes into every file under `root` that is imported from now on, those that pytest rewrites among them."""
    setattr(builtins, LINE, _line)
    setattr(builtins, WAY, _way)
    sys.meta_path.insert(0, _Finder(root))
    from _pytest.assertion import rewrite

    original = rewrite.rewrite_asserts

    def rewriting(mod: ast.Module, source: bytes, module_path: str | None = None, config: Any = None) -> None:
        if module_path is not None and Path(module_path).is_relative_to(root):
            _instrument(mod, module_path)
        original(mod, source, module_path, config)

    rewrite.rewrite_asserts = rewriting


def switch(context: str) -> None:
    """What runs from now on, runs for this."""
    STATE.current = STATE.contexts.setdefault(context, set())


def save(target: Path) -> None:
    """Write down what has run."""
    found = {context: sorted(numbers) for context, numbers in STATE.contexts.items()}
    target.write_text(json.dumps({"files": STATE.files, "contexts": found}), encoding="utf-8")


def lines_of(tree: ast.AST) -> set[int]:
    """The lines with statements that can run."""
    return {node.lineno for node in _running(tree) if isinstance(node, ast.stmt) and _counts(node)}


def branches_of(tree: ast.AST) -> set[int]:
    """The lines with a branch: each goes two ways."""
    return {node.lineno for node in _running(tree) if isinstance(node, Branch) and _is_branch(node)}


def _line(number: int) -> None:
    STATE.current.add(number)


def _way(number: int, value: object) -> bool:
    truth = bool(value)
    STATE.current.add(number + (2 if truth else 1))
    return truth


class _Finder(MetaPathFinder):
    def __init__(self, root: Path) -> None:
        self._root = f"{root}/"

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Only for files under the root; everything else is none of ours."""
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None or not spec.origin.startswith(self._root):
            return None
        if type(spec.loader) is SourceFileLoader:
            spec.loader = _Loader(fullname, spec.origin)
        return spec


class _Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        """Compiled from the source with probes, never from a cache."""
        place = self.get_filename(fullname)
        tree = ast.parse(self.get_data(place), place)
        _instrument(tree, place)
        return compile(tree, place, "exec", dont_inherit=True)


def _instrument(tree: ast.Module, place: str) -> None:
    STATE.files.append(place)
    _Instrument(len(STATE.files) * STEP * 3).visit(tree)
    ast.fix_missing_locations(tree)


class _Instrument(ast.NodeTransformer):
    """A probe before each statement, and one in each branch."""

    def __init__(self, base: int) -> None:
        self._base = base

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, ast.If | ast.While) and _is_branch(node):
            node.test = self._call(WAY, node, node.test)
        if isinstance(node, ast.For | ast.AsyncFor):
            self._loop(node)
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list):
                setattr(node, name, list(self._probed(body)))
        return node

    def _loop(self, node: ast.For | ast.AsyncFor) -> None:
        entered, ended = (
            ast.copy_location(ast.Expr(self._call(WAY, node, ast.Constant(value))), node) for value in (1, 0)
        )
        node.body.insert(0, entered)
        node.orelse.insert(0, ended)

    def _probed(self, body: list[ast.stmt]) -> Iterator[ast.stmt]:
        for node in body:
            if _counts(node) and not _is_probe(node):
                yield ast.copy_location(ast.Expr(self._call(LINE, node)), node)
            yield node

    def _call(self, name: str, node: ast.stmt, *values: ast.expr) -> ast.Call:
        number = ast.Constant(self._base + node.lineno * 3)
        call = ast.Call(ast.Name(name, ast.Load()), [number, *values], [])
        return ast.fix_missing_locations(ast.copy_location(call, node))


def read(data: Path) -> Ran:
    """File → test → the lines that ran for it, and the ways that branches went. `""`: at import."""
    told = json.loads(data.read_text(encoding="utf-8"))
    found: Ran = {}
    for context, numbers in told["contexts"].items():
        for number in numbers:
            file, rest = divmod(number, STEP * 3)
            line, way = divmod(rest, 3)
            by_test = found.setdefault(told["files"][file - 1], {})
            lines, ways = by_test.setdefault(context, (set(), set()))
            if way:
                ways.add((line, way == 2))
            else:
                lines.add(line)
    return found


def _counts(node: ast.stmt) -> bool:
    """Whether a statement does something when it runs."""
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
    return not future and not isinstance(node, ast.Global | ast.Nonlocal)


def _is_probe(node: ast.stmt) -> bool:
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in (LINE, WAY)


def _is_branch(node: ast.AST) -> bool:
    if isinstance(node, ast.If | ast.While):
        return not isinstance(node.test, ast.Constant) and not _is_for_types(node)
    return isinstance(node, ast.For | ast.AsyncFor)


def _is_for_types(node: ast.AST) -> bool:
    """Whether it is there for type checkers, which do not run it."""
    names = ("TYPE_CHECKING", "typing.TYPE_CHECKING")
    return isinstance(node, ast.If) and ast.unparse(node.test) in names


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that a program may come to."""
    for each in ast.iter_child_nodes(node):
        if isinstance(each, ast.If) and _is_for_types(each):
            for other in each.orelse:
                yield other
                yield from _running(other)
        else:
            yield each
            yield from _running(each)
