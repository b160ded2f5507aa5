"""The event loop is free again: waits are awaited, other calls go to a thread."""

import re

import libcst as cst

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.review.blocking import Held, blocking_of
from backwright_workbench.review.mending.edit import Edit, Mend
from backwright_workbench.review.mending.source import last_name
from backwright_workbench.review.mending.spot import Spot

TIGHT = (cst.Attribute, cst.Subscript, cst.Call, cst.Await, cst.UnaryOperation)
"""What binds closer than `await`."""
APART = (cst.Lambda, cst.GeneratorExp)
"""What may run later, and elsewhere."""
DEEPEST = 3
THREADED = ("fastapi",)
"""Frameworks that run a handler in a thread if it is no coroutine."""


def mend(spot: Spot) -> Mend | None:
    """Every call of the function that holds the loop, or none of them."""
    function = spot.function
    if function is None or not function.is_async:
        return None
    held = spot.app.once(blocking_of).within(function)
    if any("database" in each.what for each in held):
        return _without_loop(spot, function)  # a session belongs to one thread
    if any(_asks_database(spot.app, each.call, function, 0) for each in held if len(each.steps) > 1):
        return None  # the same, one function further down
    edits: list[Edit] = []
    for each in held:
        made = _one(spot, each)
        if made is None:
            return None
        edits += made
    return spot.mend(*edits, imports=("asyncio",)) if edits else None


def _asks_database(app: Application, call: s.Call, function: Function, depth: int) -> bool:
    """Whether what a call calls asks the database, itself or over other functions of the project."""
    found = app.types.callee(call, function)
    if not isinstance(found, Function) or depth > DEEPEST:
        return False
    if any(each.function is found for each in app.queries):
        return True
    return any(_asks_database(app, each, found, depth + 1) for each in s.calls_in(*found.body))


def _one(spot: Spot, held: Held) -> list[Edit] | None:
    call = _call(spot, held.call)
    if call is None or _stands_in(spot, call, APART):
        return None
    if held.call.refers == "time.sleep":
        return _wrapped(spot, call, [spot.source.replace(call.func, "await asyncio.sleep")])
    if isinstance(call.func, cst.Name | cst.Attribute):
        start, end = spot.source.span(call.func)
        opened = spot.source.text.index("(", end) + 1
        space = re.match(r"\s*", spot.source.text[opened:])
        line = space[0] if space and call.args else ""
        name = spot.source.text[start:end] + ("," if line else ", " if call.args else "")
        edit = Edit(spot.source.path, start, opened, f"await asyncio.to_thread({line}{name}")
        return _wrapped(spot, call, [edit])
    return None


def _wrapped(spot: Spot, call: cst.Call, edits: list[Edit]) -> list[Edit]:
    """In parentheses where something is done with the result at once."""
    parent = spot.source.parents.get(call)
    if not isinstance(parent, TIGHT) or call.lpar:
        return edits
    first = edits[0]
    end = spot.source.span(call)[1]
    return [Edit(first.path, first.start, first.end, f"({first.text}"), spot.source.insert(end, ")")]


def _call(spot: Spot, node: s.Call) -> cst.Call | None:
    position = spot.source.at(node.line, node.column)
    found = [
        each
        for each in spot.source.nodes(cst.Call)
        if spot.source.whole(each)[0] == position
        and last_name(each.func) == node.name
        and len(each.args) == len(node.args) + len(node.keywords)
    ]
    return found[0] if len(found) == 1 else None


def _stands_in(spot: Spot, node: cst.CSTNode, kinds: tuple[type[cst.CSTNode], ...]) -> bool:
    above = spot.source.parents.get(node)
    while above is not None and not isinstance(above, cst.FunctionDef):
        if isinstance(above, kinds):
            return True
        above = spot.source.parents.get(above)
    return False


def _without_loop(spot: Spot, function: Function) -> Mend | None:
    """A handler that awaits nothing is a plain function, which the framework runs in a thread."""
    routes = [each for each in spot.app.routes if each.handler is function]
    if not routes or any(each.framework not in THREADED for each in routes):
        return None
    awaits = any(
        isinstance(node, s.Awaited | s.Yielded)
        or (isinstance(node, s.Loop | s.Using | s.Clause) and node.is_async)
        for node in function.walk()
    )
    called = any(each.node.refers == function.qualified for each in spot.app.calls(function.name))
    if awaits or called or function.functions:
        return None
    for node in spot.source.nodes(cst.FunctionDef):
        if node.asynchronous and node.name.value == function.name:
            start = spot.source.span(node)[0]
            if spot.source.text.startswith("async", start) and spot.source.line(node) == function.line:
                end = spot.source.text.index("def", start)
                return spot.mend(Edit(spot.source.path, start, end, ""))
    return None
