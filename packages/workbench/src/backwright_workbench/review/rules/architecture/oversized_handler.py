"""Handlers that are too long to be understood at once."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.data import Query
from backwright_workbench.codebase.facts.web import Route
from backwright_workbench.review.finding import Confidence, Seen, Severity, Step
from backwright_workbench.review.reach import reach_of
from backwright_workbench.review.rule import About
from backwright_workbench.review.wiring import handlers

ABOUT = About("A handler is too long", Severity.LOW, cwe=(1080, 1121))

LONG = 60
VERY_LONG = 120
BRANCHES = 10
PART = 8
"""Lines from which a part is worth a function of its own."""


def find(app: Application) -> Iterator[Seen]:
    """Each handler with many lines and branches, with the parts that could stand apart."""
    reach = app.once(reach_of)
    for handler, route in handlers(app).items():
        lines, branches = _lines(handler), _branches(handler)
        if lines > VERY_LONG or (lines > LONG and branches >= BRANCHES):
            yield _seen(handler, route, lines, branches, reach.queries(handler))


def _lines(function: Function) -> int:
    """Lines with code: without documentation, comments and blanks."""
    first = function.body[0].line if function.body else function.line
    lines = function.module.lines[first - 1 : function.end]
    return sum(1 for each in lines if each.strip() and not each.strip().startswith("#"))


def _branches(function: Function) -> int:
    return sum(1 for node in function.walk() if isinstance(node, s.Branch | s.Loop | s.Handler | s.Choice))


def _seen(handler: Function, route: Route, lines: int, branches: int, queries: list[Query]) -> Seen:
    parts = sorted(_parts(handler.body), key=lambda each: each.line - each.end)[:3]
    where = ", ".join(f"lines {each.line} to {each.end} ({_about(each, queries)})" for each in parts)
    return Seen(
        handler.head,
        f"`{route}` has {lines} lines and {branches} branches: nobody sees all of its ways, and no test goes them",
        Confidence.HIGH if lines > VERY_LONG else Confidence.MEDIUM,
        fix=f"move what can be named to functions of their own: {where}"
        if where
        else "divide it by what it does",
        also=tuple(Step(handler.at(each), _about(each, queries)) for each in parts),
        about=handler.qualified,
    )


def _parts(body: list[s.Statement]) -> Iterator[s.Statement]:
    """Statements that are long enough to stand apart; of an `if` or `try` around everything what is in it."""
    whole = sum(each.end - each.line + 1 for each in body)
    for each in body:
        length = each.end - each.line + 1
        if length > whole * 0.7 and isinstance(each, s.Branch | s.Attempt | s.Using):
            yield from _parts(each.body)
        elif length >= PART and isinstance(each, s.Branch | s.Loop | s.Attempt | s.Using):
            yield each


def _about(part: s.Statement, queries: list[Query]) -> str:
    inside = [each for each in queries if part.line <= each.place.line <= part.end]
    kind = {
        s.Loop: "a loop",
        s.Branch: "a case",
        s.Attempt: "a guarded part",
        s.Using: "a part with a resource",
    }
    return f"{kind.get(type(part), 'a part')}{' that asks the database' if inside else ''}"
