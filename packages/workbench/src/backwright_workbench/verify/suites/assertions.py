"""Whether a test function can fail, and which of its statements would make it.

What lives here: walking through a function as it would run. What must not: whether that is a fault.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from backwright_workbench.verify.suites.helpers import File, Helpers
from backwright_workbench.verify.suites.inventory import Function
from backwright_workbench.verify.suites.vacuous import answers_in, vacuous

BROAD = {"Exception", "BaseException", "AssertionError"}
CHECKING = ("pytest.raises", "pytest.warns", "pytest.deprecated_call", "raises", "warns")


class Kind(StrEnum):
    """What there is to a statement that looks as if it could fail a test."""

    FAILS = "can fail"
    VACUOUS = "cannot fail"
    SWALLOWED = "is caught and forgotten"
    UNREACHABLE = "is never reached"
    AFTER_ERROR = "is reached only after an error"
    ANY_ERROR = "accepts any error"


@dataclass(frozen=True, slots=True)
class Point:
    """One such statement. `blatant`: it is wrong whatever else is in the test."""

    line: int
    kind: Kind
    why: str = ""
    blatant: bool = False


@dataclass(frozen=True, slots=True)
class _Way:
    """How the walk got to a statement."""

    kind: Kind = Kind.FAILS
    why: str = ""
    blatant: bool = False
    loop: bool = False


def points(node: Function, file: File, helpers: Helpers) -> list[Point]:
    """Every statement of a test function that could fail it, or looks as if it could."""
    return list(_Walk(node, file, helpers).through(node.body, _Way()))


class _Walk:
    def __init__(self, node: Function, file: File, helpers: Helpers) -> None:
        self._file = file
        self._helpers = helpers
        self._answers = answers_in(node)
        self._parameters = frozenset(each.arg for each in ast.walk(node) if isinstance(each, ast.arg))
        local = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and _stores(each)}
        self._functions = set(file.functions) - self._parameters - local

    def through(self, body: list[ast.stmt], way: _Way) -> Iterator[Point]:
        """The points of statements that follow each other."""
        for statement in body:
            yield from self._at(statement, way)
            if way.kind is not Kind.UNREACHABLE and _leaves(statement):
                way = _Way(Kind.UNREACHABLE, f"line {statement.lineno} leaves before")

    def _at(self, node: ast.stmt, way: _Way) -> Iterator[Point]:
        match node:
            case ast.Assert(test=test):
                why = vacuous(test, self._answers, self._functions)
                yield Point(node.lineno, Kind.VACUOUS, why, True) if why else self._point(node, way)
            case ast.If() | ast.While() | ast.For() | ast.AsyncFor():
                yield from self._branches(node, way)
            case ast.Try() | ast.TryStar():
                yield from self._try(node, way)
            case ast.With() | ast.AsyncWith():
                yield from self._with(node, way)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield from self.through(node.body, way)
            case ast.Match():
                for case in node.cases:
                    yield from self.through(case.body, way)
            case ast.Raise():
                yield self._point(node, way)
            case _:
                yield from self._calls(node, node, way)

    def _calls(self, node: ast.stmt, within: ast.AST, way: _Way) -> Iterator[Point]:
        """What is called in an expression."""
        for call in ast.walk(within):
            if isinstance(call, ast.Call) and self._helpers.called(call, self._file, self._parameters):
                if isinstance(node, ast.Expr) and node.value is call and self._is_coroutine(call):
                    said = f"{ast.unparse(call.func)} is not awaited, so it never runs"
                    yield Point(node.lineno, Kind.VACUOUS, said, True)
                else:
                    yield self._point(node, way)

    def _branches(self, node: ast.If | ast.While | ast.For | ast.AsyncFor, way: _Way) -> Iterator[Point]:
        if isinstance(node, ast.If | ast.While):
            head, never = node.test, _is_false(node.test)
        else:
            head, never = node.iter, isinstance(node.iter, ast.List | ast.Tuple) and not node.iter.elts
        yield from self._calls(node, head, way)
        dead = _Way(Kind.UNREACHABLE, f"{ast.unparse(head):.40} is never true")
        loop = replace(way, loop=way.loop or not isinstance(node, ast.If))
        yield from self.through(node.body, dead if never else loop)
        yield from self.through(node.orelse, way)

    def _try(self, node: ast.Try | ast.TryStar, way: _Way) -> Iterator[Point]:
        forgetting = [each for each in node.handlers if _is_broad(each.type) and not self._speaks(each)]
        inside = way
        if forgetting and way.kind is Kind.FAILS:
            line = forgetting[0].lineno
            empty = all(_is_idle(each) for each in forgetting[0].body) and not way.loop
            inside = _Way(Kind.SWALLOWED, f"line {line} catches what it raises", empty, way.loop)
        yield from self.through(node.body, inside)
        after = (
            way if way.kind is not Kind.FAILS else _Way(Kind.AFTER_ERROR, "nothing fails if there is none")
        )
        for handler in node.handlers:
            yield from self.through(handler.body, after)
        yield from self.through(node.orelse, way)
        yield from self.through(node.finalbody, way)

    def _with(self, node: ast.With | ast.AsyncWith, way: _Way) -> Iterator[Point]:
        inside = way
        for item in node.items:
            call = item.context_expr
            if not isinstance(call, ast.Call):
                continue
            name = ast.unparse(call.func)
            caught = [ast.unparse(each) for each in call.args]
            if name.endswith("suppress") and BROAD & set(caught) and way.kind is Kind.FAILS:
                inside = _Way(Kind.SWALLOWED, f"line {node.lineno} suppresses what it raises", True)
            elif name in CHECKING:
                yield self._point(node, way)
                if {"Exception", "BaseException"} & set(caught[:1]) and not call.keywords:
                    yield Point(
                        node.lineno, Kind.ANY_ERROR, f"{name}({caught[0]}) accepts a mistake of its own"
                    )
            else:
                yield from self._calls(node, call, way)
        yield from self.through(node.body, inside)

    def _point(self, node: ast.stmt, way: _Way) -> Point:
        return Point(node.lineno, way.kind, way.why, way.blatant)

    def _speaks(self, handler: ast.ExceptHandler) -> bool:
        """Whether a handler fails the test itself, or raises again."""
        nodes = list(ast.walk(handler))
        if any(isinstance(each, ast.Raise | ast.Assert) for each in nodes):
            return True
        return any(isinstance(each, ast.Call) and self._helpers.called(each, self._file) for each in nodes)

    def _is_coroutine(self, call: ast.Call) -> bool:
        found = self._helpers.found(call.func.id, self._file) if isinstance(call.func, ast.Name) else None
        if found is None or not isinstance(found[0], ast.AsyncFunctionDef):
            return False
        return not any(isinstance(each, ast.Yield) for each in ast.walk(found[0]))


def _stores(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def _leaves(node: ast.stmt) -> bool:
    """Whether nothing after a statement is reached."""
    if isinstance(node, ast.Return | ast.Raise | ast.Break | ast.Continue):
        return True
    skips = ("pytest.skip", "pytest.xfail", "pytest.exit")
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func) in skips


def _is_false(test: ast.expr) -> bool:
    constant = isinstance(test, ast.Constant) and not test.value
    return constant or ast.unparse(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _is_broad(caught: ast.expr | None) -> bool:
    """Whether a handler catches a failed assertion."""
    if caught is None:
        return True
    named = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return bool(BROAD & {ast.unparse(each).rpartition(".")[2] for each in named})


def _is_idle(node: ast.stmt) -> bool:
    """Whether a statement of a handler does nothing about the error."""
    if isinstance(node, ast.Expr):
        speaks_only = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "print"
        return speaks_only or isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Pass | ast.Continue | ast.Return)
