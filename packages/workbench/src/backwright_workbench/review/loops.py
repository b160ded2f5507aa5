"""What is done for each row: the bodies of loops and comprehensions that run as often as there are rows.

What lives here: which loops count, and what stands in each. What must not: any rule.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function

PARTS = re.compile(
    r"(?:^|_)(?:chunk|chunks|batch|batches|page|pages|attempt|attempts|retry|tries|worker|shard)s?(?:_|$)"
)
"""A loop over such goes round a few times, and takes many rows each time."""
STREAMS = re.compile(
    r"stream|listen|subscribe|event|message|notification|iter_|poll|watch|consume|receive|updates", re.I
)
"""What comes one by one, when it happens: nothing is there to be asked for together."""
COUNTED = frozenset(
    ["range", "batched", "chunked", "chunks", "batch", "islice", "count", "repeat", "Paginator"]
)


@dataclass(frozen=True, slots=True)
class Rounds:
    """A loop (`node`), what goes through it and over what, and the parts that run each time."""

    node: s.Loop | s.Each
    target: s.Expression
    subject: s.Expression
    each: tuple[s.Node, ...]


def rounds(app: Application, function: Function) -> list[Rounds]:
    """The loops and comprehensions of a function that go round once for each row, outer ones first."""
    found = []
    for node in function.walk():
        if isinstance(node, s.Loop) and node.target is not None:
            if node.is_async and _comes_by_itself(app, node.subject, function):
                continue
            if not _is_search(node) and _is_many(app, function, node.target, node.subject):
                found.append(Rounds(node, node.target, node.subject, tuple(node.body)))
        elif isinstance(node, s.Each):
            parts = [node.element] if node.key is None else [node.key, node.element]
            for clause in node.clauses:
                parts += clause.conditions
            first = node.clauses[0] if node.clauses else None
            if first is not None and _is_many(app, function, first.target, first.iterable):
                found.append(Rounds(node, node.clauses[-1].target, node.clauses[-1].iterable, tuple(parts)))
    return found


def inner(rounds_: Rounds, others: list[Rounds]) -> Iterator[s.Node]:
    """What runs each time, without what stands in a loop inside of it."""
    held = {each.node for each in others if each is not rounds_}
    waiting: list[s.Node] = list(reversed(rounds_.each))
    while waiting:
        node = waiting.pop()
        if node in held:
            if isinstance(node, s.Loop):
                waiting.append(node.subject)
            elif isinstance(node, s.Each):
                waiting.append(node.clauses[0].iterable)
            continue
        yield node
        below = list(s.children(node))
        below.reverse()
        waiting += below


def _is_many(app: Application, function: Function, target: s.Expression, subject: s.Expression) -> bool:
    """Whether it goes over rows or values that nobody wrote out."""
    while isinstance(subject, s.Awaited | s.Spread):
        subject = subject.value
    if isinstance(subject, s.Group | s.Literal | s.Pairs | s.Text):
        return False
    if any(PARTS.search(each.id.lower()) for each in s.walk(target) if isinstance(each, s.Name)):
        return False
    if isinstance(subject, s.Call):
        if subject.name in COUNTED:
            return False
        if subject.name in (
            "enumerate",
            "sorted",
            "reversed",
            "list",
            "tuple",
            "set",
            "zip",
            "iter",
            "as_completed",
        ):
            return bool(subject.args) and _is_many(app, function, s.Literal(0, 0, 0, 0), subject.args[0])
        if subject.name in ("items", "keys", "values") and isinstance(subject.callee, s.Attribute):
            return not _is_constant(app, subject.callee.base, function)
    return not _is_constant(app, subject, function)


def _comes_by_itself(app: Application, subject: s.Expression, function: Function) -> bool:
    """Whether it waits for what happens, or is lent one thing: `async for session in get_session()`."""
    if not isinstance(subject, s.Call):
        return False
    found = app.types.callee(subject, function)
    if isinstance(found, Function):
        loops = {node for each in found.walk() if isinstance(each, s.Loop) for node in s.walk(*each.body)}
        given = [each for each in found.walk() if isinstance(each, s.Yielded)]
        if given and not any(each in loops for each in given):
            return True
    return STREAMS.search(subject.name) is not None


def _is_constant(app: Application, node: s.Expression, function: Function) -> bool:
    """Whether it is written out somewhere: at the level of the module, or once in the function."""
    known = s.refers(node)
    if known:
        value = app.project.value(known)
        return isinstance(value, s.Group | s.Pairs | s.Literal) or known in app.project.classes
    if isinstance(node, s.Name):
        given = [
            each.value
            for each in function.walk()
            if isinstance(each, s.Assign)
            and any(isinstance(t, s.Name) and t.id == node.id for t in each.targets)
        ]
        return bool(given) and all(isinstance(each, s.Group | s.Pairs) and _filled(each) for each in given)
    return False


def _filled(node: s.Expression) -> bool:
    return bool(node.items if isinstance(node, s.Group) else node.keys if isinstance(node, s.Pairs) else ())


def _is_search(loop: s.Loop) -> bool:
    """Whether it ends in its first round, or as soon as it has found something."""
    last = loop.body[-1] if loop.body else None
    if isinstance(last, s.Branch) and not last.orelse and len(loop.body) > 1 and last.body:
        last = last.body[-1]  # looks at one after the other until it finds something
    return isinstance(last, s.Return | s.Raise) or (isinstance(last, s.Other) and last.kind == "break")
