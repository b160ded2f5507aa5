"""Values that are passed to functions of the project, and what comes back.

What lives here: the summary of a function with the arguments of one call in it. What must not: library functions.
"""

from dataclasses import replace

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.flow.expressions import evaluate
from backwright_workbench.codebase.flow.frame import Frame, Hit, relieved, spanned
from backwright_workbench.codebase.flow.given import Given
from backwright_workbench.codebase.flow.parts import part
from backwright_workbench.codebase.flow.sources import ENUMS, FORM_BASES
from backwright_workbench.codebase.flow.values import EMPTY, Taint, Trail, Value, merged, union

MOVED = frozenset(["sql", "command", "code", "template"])
"""Dangers that are told where a text is handed to a function that only uses it."""
LONGEST = 14
"""Steps of a way that are kept."""


def filled(frame: Frame, callee: Function, given: Given, is_bound: bool) -> dict[str, Value]:
    """The values of a function's parameters in a call."""
    params = callee.params
    found: dict[str, Value] = {}
    if is_bound and params:
        found[params[0].name] = given.receiver
        params = params[1:]
    positional = [each for each in params if each.kind == "positional"]
    for at, value in enumerate(given.args):
        is_spread = at < len(given.node.args) and isinstance(given.node.args[at], s.Spread)
        if is_spread:
            loose = Value(value.all_taints())
            for each in positional[at:]:
                found[each.name] = loose
        elif at < len(positional):
            found[positional[at].name] = value
        else:
            rest = next((each.name for each in params if each.kind == "*"), None)
            if rest:
                found[rest] = union(found.get(rest, EMPTY), Value(value.all_taints()))
    names = {each.name for each in params}
    others = next((each.name for each in params if each.kind == "**"), None)
    for name, value in given.named.items():
        if name in names:
            found[name] = value
        elif others:
            held = found.get(others, EMPTY)
            found[others] = Value(held.taints, None, {**(held.parts or {}), name: value})
    if given.spread is not EMPTY:
        for each in params:
            if each.name not in found and each.kind in ("positional", "keyword"):
                found[each.name] = part(given.spread, each.name)
        if others:
            found[others] = union(found.get(others, EMPTY), given.spread)
    return found


def is_bound(callee: Function, node: s.Call, frame: Frame) -> bool:
    """Whether the first parameter is the object (or class) before the dot."""
    if callee.owner is None or any(s.last_name(each) == "staticmethod" for each in callee.decorators):
        return False
    if callee.name == "__init__" and not (
        isinstance(node.callee, s.Attribute) and node.callee.name == "__init__"
    ):
        return True
    if not isinstance(node.callee, s.Attribute):
        return False
    if any(s.last_name(each) == "classmethod" for each in callee.decorators):
        return True
    return s.refers(node.callee.base) not in frame.analysis.app.project.classes


def applied(frame: Frame, callee: Function, given: Given) -> Value:
    """What a function of the project gives back for these arguments; its dangers become those of the caller."""
    analysis = frame.analysis
    if callee is not frame.function:
        analysis.called.add(callee.qualified)
    summary = analysis.summaries.get(callee)
    if summary is None:
        return EMPTY
    values = filled(frame, callee, given, is_bound(callee, given.node, frame))
    if frame.trusted:
        values = {name: relieved(value, frame.trusted) for name, value in values.items()}
    place = frame.at(given.node)
    for hit in summary.hits:
        if hit.taint.origin.kind == "parameter" and hit.taint.origin.key == callee.qualified:
            for taint in _found(frame, hit.taint, values):
                if hit.kind not in taint.clean:
                    frame.hit(_raised(frame, hit, taint, callee, place, given.node))
    for owner, name, stored in summary.stores:
        if stored.origin.kind == "parameter" and stored.origin.key == callee.qualified:
            for taint in _found(frame, stored, values):
                frame.stores[owner, name, taint.step(place, f"passed to `{callee.name}`")] = None
    return _returned(frame, summary.returns, callee, values, given.node)


def _found(frame: Frame, inner: Taint, values: dict[str, Value]) -> list[Taint]:
    """The origins, as the caller sees them, of a value that the callee got by a parameter."""
    value = values.get(inner.origin.path[0], EMPTY)
    for name in inner.origin.path[1:]:
        value = part(value, name)
    return [
        replace(
            each,
            clean=each.clean | inner.clean,
            built=each.built or inner.built,
            built_at=inner.built_at or each.built_at,
            prefix=inner.prefix + each.prefix,
            raw=each.raw and inner.raw,
        )
        for each in value.all_taints()
    ]


def _raised(frame: Frame, hit: Hit, taint: Taint, callee: Function, place: Place, node: s.Call) -> Hit:
    trail = Trail(place, f"passed to `{callee.name}()`", taint.trail)
    steps = hit.taint.trail.steps() if hit.taint.trail else []
    for where, what in steps[-LONGEST:]:
        trail = Trail(where, what, trail)
    at, text = hit.place, hit.text
    if hit.kind == "answer" or (hit.kind in MOVED and not hit.taint.built):
        at = spanned(taint, place, frame.function)
        text = _argument_text(frame, node) or text
    return Hit(hit.kind, replace(taint, trail=trail), at, hit.sink, hit.function, hit.node, hit.what, text)


def _argument_text(frame: Frame, node: s.Call) -> str:
    """The text that is handed over, where it is made of something."""
    hits: list[str] = []
    for each in (*node.args, *(keyword.value for keyword in node.keywords)):
        if isinstance(each, s.Name | s.Text | s.Operation | s.Attribute):
            value = frame.read(each.id) if isinstance(each, s.Name) else None
            if isinstance(each, s.Text | s.Operation):
                value = evaluate(frame, each)
            if value is not None and value.text:
                hits.append(value.text)
    return max(hits, key=len, default="")


def _returned(
    frame: Frame, value: Value, callee: Function, values: dict[str, Value], node: s.Call, depth: int = 0
) -> Value:
    taints: list[Taint] = []
    place = frame.at(node)
    whole: Value | None = None
    for each in value.taints:
        if each.origin.kind == "parameter" and each.origin.key == callee.qualified:
            if len(each.origin.path) == 1 and not each.built and not each.clean and each.raw:
                whole = values.get(each.origin.path[0], EMPTY)
            for found in _found(frame, each, values):
                taints.append(found.step(place, f"comes back from `{callee.name}()`"))
        else:
            taints.append(each.step(place, f"comes back from `{callee.name}()`"))
    parts = None
    if value.parts and depth < 3:
        parts = {
            name: _returned(frame, inner, callee, values, node, depth + 1)
            for name, inner in value.parts.items()
        }
    if whole is not None and whole.parts and not value.parts:
        parts = dict(whole.parts)
    what = value.what if not value.what.startswith("self:") else ""
    return Value(merged(taints), value.text, parts, what)


def made(frame: Frame, owner: Class, given: Given) -> Value:
    """An object of a class of the project: what it was made of can be read from it."""
    analysis = frame.analysis
    project = analysis.app.project
    if project.inherits(owner, *ENUMS):
        return EMPTY
    if project.inherits(owner, *FORM_BASES):
        return Value(what=f"form:{owner.qualified}")
    start = project.method(owner, "__init__")
    if start is not None:
        applied(frame, start, given)
        analysis.called.add(start.qualified)
        values = filled(frame, start, given, True)
        parts: dict[str, Value] = {}
        summary = analysis.summaries.get(start)
        for _, name, stored in summary.stores if summary else ():
            if stored.origin.kind == "parameter" and stored.origin.key == start.qualified:
                found = Value(tuple(_found(frame, stored, values)))
                parts[name] = union(parts[name], found) if name in parts else found
        return Value((), None, parts) if parts else EMPTY
    analysis.called.add(f"{owner.qualified}.__init__")
    names = [name for name, each in owner.assigned() if each.annotation is not None]
    parts = dict(given.named)
    for name, value in zip(names, given.args, strict=False):
        parts[name] = value
    for name, value in parts.items():
        for taint in value.all_taints():
            frame.stores[
                owner.qualified, name, taint.step(frame.at(given.node), f"kept in `{owner.name}`")
            ] = None
    whole = (
        given.named.get("data", EMPTY)
        if any("erializer" in n or "Form" in n for n, _ in project.lineage(owner))
        else EMPTY
    )
    if whole is EMPTY and given.args and not names:
        whole = Value(tuple(t for value in given.args for t in value.all_taints()))
    taints = (*whole.all_taints(), *given.spread.taints)
    return Value(merged(taints), None, {**(given.spread.parts or {}), **parts} or None)
