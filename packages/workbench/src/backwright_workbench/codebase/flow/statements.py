"""Going through the statements of a function in order.

What lives here: one case for each kind of statement. What must not: expressions.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.flow.binding import bind
from backwright_workbench.codebase.flow.expressions import evaluate, is_debug
from backwright_workbench.codebase.flow.frame import Frame
from backwright_workbench.codebase.flow.functions import summarised
from backwright_workbench.codebase.flow.guards import checked
from backwright_workbench.codebase.flow.order import inside
from backwright_workbench.codebase.flow.parts import element
from backwright_workbench.codebase.flow.values import EMPTY, Origin, Taint, Trail, Value, composed, union

ENDING = frozenset(["abort", "exit", "_exit", "fail", "redirect_abort"])


def run(frame: Frame, body: Sequence[s.Statement]) -> None:
    """Goes through the statements of a body."""
    for each in body:
        case = CASES.get(type(each))
        if case is not None:
            case(frame, each)


def ends(body: Sequence[s.Statement]) -> bool:
    """Whether nothing after a body runs once it has run."""
    if not body:
        return False
    match body[-1]:
        case s.Return() | s.Raise():
            return True
        case s.Other(kind=kind):
            return kind in ("continue", "break")
        case s.Do(value=s.Call() as call):
            return call.name in ENDING
        case s.Branch(body=inner, orelse=orelse):
            return ends(inner) and ends(orelse)
        case s.Using(body=inner):
            return ends(inner)
        case s.Attempt(body=inner, handlers=handlers):
            return ends(inner) and all(ends(each.body) for each in handlers)
    return False


def _assign(frame: Frame, node: s.Assign) -> None:
    if node.value is None:
        return
    value = evaluate(frame, node.value)
    if node.operator:
        held = evaluate(frame, node.targets[0])
        value = (
            composed([held, value], frame.at(node))
            if node.operator == "+" and held.parts is None and value.parts is None
            else union(held, value)
        )
    for target in node.targets:
        bind(frame, target, value)


def _do(frame: Frame, node: s.Do) -> None:
    frame.statement = node.value.value if isinstance(node.value, s.Awaited) else node.value
    evaluate(frame, node.value)
    frame.statement = None


def _return(frame: Frame, node: s.Return) -> None:
    value = evaluate(frame, node.value)
    if any(each.origin.kind == "error" for each in value.all_taints()):
        value = _returned(value, frame.at(node))
    frame.returns.append(value)
    frame.answered.append((node, value, dict(frame.trusted)))


def _returned(value: Value, place: Place, depth: int = 0) -> Value:
    """A value with an exception in it, which is given back here."""
    if depth > 3:
        return value
    taints = tuple(
        each.step(place, "returned") if each.origin.kind == "error" else each for each in value.taints
    )
    parts = value.parts and {name: _returned(each, place, depth + 1) for name, each in value.parts.items()}
    return replace(value, taints=taints, parts=parts)


def _raise(frame: Frame, node: s.Raise) -> None:
    evaluate(frame, node.value)
    evaluate(frame, node.cause)


def _is_rest(node: s.Branch) -> bool:
    """Whether it is `case _`: what nothing before has taken."""
    return (
        isinstance(node.test, s.Operation) and node.test.operator == "case" and len(node.test.operands) == 1
    )


def _branch(frame: Frame, node: s.Branch) -> None:
    tail: s.Statement = node
    done: list[tuple[dict[str, Value], dict[Origin, frozenset[str]]]] = []
    while isinstance(tail, s.Branch):  # a chain of `elif` is a loop here, however long
        evaluate(frame, tail.test)
        before = frame.copy()
        frame.trust(checked(frame, tail.test, True))
        debugging, frame.debugging = frame.debugging, frame.debugging or is_debug(tail.test)
        run(frame, tail.body)
        frame.debugging = debugging
        if not ends(tail.body):
            done.append((frame.env, frame.trusted))
        frame.env, frame.trusted = before
        frame.trust(checked(frame, tail.test, False))
        following = tail.orelse[0] if len(tail.orelse) == 1 else None
        if isinstance(following, s.Branch) and not _is_rest(following):
            tail = following
            continue
        rest = following.body if isinstance(following, s.Branch) else tail.orelse
        run(frame, rest)
        if ends(rest) and done:
            frame.env, frame.trusted = done.pop()
        break
    for each in done:
        frame.join(each)


def _loop(frame: Frame, node: s.Loop) -> None:
    subject = evaluate(frame, node.subject)
    before = frame.copy()
    if node.target is None:
        frame.trust(checked(frame, node.subject, True))
    for _ in range(2 if frame.depth == 0 else 1):
        if node.target is not None:
            bind(frame, node.target, element(subject))
        frame.depth += 1
        state = dict(frame.env)
        run(frame, node.body)
        frame.depth -= 1
        if all(frame.env[name] is state.get(name) for name in frame.env):
            break
    frame.join(before)
    run(frame, node.orelse)


def _attempt(frame: Frame, node: s.Attempt) -> None:
    before = frame.copy()
    run(frame, node.body)
    run(frame, node.orelse)
    after = frame.copy()
    done = [] if ends(node.body) or ends(node.orelse) else [after]
    for handler in node.handlers:
        frame.env, frame.trusted = dict(after[0]), dict(before[1])
        for name, value in before[0].items():
            if after[0].get(name) is not value:
                frame.env[name] = union(value, after[0].get(name, EMPTY))
        if handler.name:
            types = ",".join(s.refers(each) or s.last_name(each) for each in handler.types) or "Exception"
            caught = Trail(frame.at(handler), f"`{handler.name}` is caught")
            frame.env[handler.name] = Value((Taint(Origin("error", types), caught),))
        run(frame, handler.body)
        if not ends(handler.body):
            done.append((frame.env, frame.trusted))
    if done:
        frame.env, frame.trusted = done[0]
        for each in done[1:]:
            frame.join(each)
    run(frame, node.final)


def _using(frame: Frame, node: s.Using) -> None:
    for held in node.items:
        value = evaluate(frame, held.value)
        if held.target is not None:
            bind(frame, held.target, value)
    run(frame, node.body)


def _define(frame: Frame, node: s.Define) -> None:
    for each in inside(node):
        frame.analysis.summaries[each] = summarised(frame.analysis, each, frame, run)


def _other(frame: Frame, node: s.Other) -> None:
    for each in node.values:
        evaluate(frame, each)
    if node.kind == "assert" and node.values:
        frame.trust(checked(frame, node.values[0], True))


CASES: dict[type, Callable[..., None]] = {
    s.Assign: _assign,
    s.Do: _do,
    s.Return: _return,
    s.Raise: _raise,
    s.Branch: _branch,
    s.Loop: _loop,
    s.Attempt: _attempt,
    s.Using: _using,
    s.Define: _define,
    s.Other: _other,
}
