"""The flows of an application.

What lives here: going through all functions once, and telling what is proven. What must not: syntax, libraries.
"""

from collections.abc import Iterator
from dataclasses import replace

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function, Role
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.flow.calls import call
from backwright_workbench.codebase.flow.entries import entries_of, error_parameters_of, providers_of
from backwright_workbench.codebase.flow.expressions import evaluate
from backwright_workbench.codebase.flow.found import Flow, Passed
from backwright_workbench.codebase.flow.frame import KEPT, Analysis, Frame, Hit
from backwright_workbench.codebase.flow.functions import summarised
from backwright_workbench.codebase.flow.guards import checked
from backwright_workbench.codebase.flow.order import ordered
from backwright_workbench.codebase.flow.sources import WORDS
from backwright_workbench.codebase.flow.statements import run
from backwright_workbench.codebase.flow.stored import containers, text_columns
from backwright_workbench.codebase.flow.values import MOST, Taint, Trail

MOST_STEPS = 16
DEEPEST = 4
DOCUMENTS = ("pymongo", "motor", "flask-pymongo", "mongoengine", "beanie", "bson", "odmantic")


def flows(app: Application) -> list[Flow]:
    """Every value of somebody else that reaches a dangerous place, proven ones first; computed once."""
    known = app.notes.get("flows")
    if known is None:
        known = app.notes["flows"] = _flows(app)
    return known  # type: ignore[return-value]


def _flows(app: Application) -> list[Flow]:
    analysis = Analysis(app, evaluate, call, checked)
    analysis.has_documents = app.depends_on(*DOCUMENTS)
    analysis.columns = text_columns(app)
    analysis.containers = containers(app)
    analysis.entries = entries_of(app)
    analysis.providers = providers_of(app)
    analysis.error_parameters = error_parameters_of(app)
    own = app.functions(Role.CODE, Role.SCRIPT)
    for function in ordered(analysis, own):
        analysis.summaries[function] = summarised(analysis, function, None, run)
    for module in app.modules():
        frame = Frame(analysis, module, None)
        try:
            run(frame, module.body)
        except RecursionError:
            continue
        analysis.found += frame.hits.values()
        for owner, name, taint in frame.stores:
            analysis.stored.setdefault((owner, name), []).append(taint)
    paths = {module.path for module in app.modules()}
    for summary in analysis.summaries.values():
        for owner, name, taint in summary.stores:
            analysis.stored.setdefault((owner, name), []).append(taint)
    for summary in analysis.summaries.values():
        analysis.found += summary.hits
    best: dict[tuple[str, str, int], Flow] = {}
    for hit in analysis.found:
        if hit.place.path in paths:
            for taint in _resolved(analysis, hit.taint, hit.kind):
                flow = _flow(analysis, hit, taint)
                if flow is None:
                    continue
                key = (flow.kind, flow.place.path, flow.place.line)
                held = best.get(key)
                if held is None or _rank(flow) < _rank(held):
                    best[key] = flow
    return sorted(best.values(), key=lambda each: (not each.is_proven, each.place, each.kind))


def _rank(flow: Flow) -> tuple[bool, bool, bool, int]:
    return not flow.is_proven, flow.origin != "error", flow.origin in KEPT, len(flow.steps)


def _resolved(analysis: Analysis, taint: Taint, kind: str) -> Iterator[Taint]:
    """What an origin is in the end: parameters that callers fill, and fields that somebody sets, are not told."""
    origin = taint.origin
    if origin.kind == "parameter":
        if origin.key not in analysis.called:
            yield taint
    elif origin.kind == "field":
        name = origin.path[0] if origin.path else ""
        for each in _roots(analysis, origin.key, name, 0):
            if kind not in each.clean:
                trail = each.trail
                for place, what in taint.trail.steps() if taint.trail else []:
                    trail = Trail(place, what, trail)
                built = taint.built or each.built
                yield replace(
                    taint, origin=each.origin, trail=trail, clean=taint.clean | each.clean, built=built
                )
        if (origin.key, name) not in analysis.stored and f"{origin.key}.__init__" not in analysis.called:
            yield taint
    elif origin.kind == "column":
        yield from _kept(analysis, taint, kind)
    else:
        yield taint


def _kept(analysis: Analysis, taint: Taint, kind: str) -> Iterator[Taint]:
    """Who gave what was kept; the column itself where nobody is seen to fill it."""
    origin = taint.origin
    for each in _roots(analysis, origin.key, origin.path[0], 0):
        if kind not in each.clean and not (kind == "path" and each.built) and each.origin.kind != "parameter":
            trail = each.trail
            for place, what in taint.trail.steps() if taint.trail else []:
                trail = Trail(place, what, trail)
            yield replace(taint, origin=each.origin, trail=trail, clean=taint.clean | each.clean, raw=False)
    if (origin.key, origin.path[0]) not in analysis.stored and origin.key not in analysis.containers:
        yield taint


def _roots(analysis: Analysis, owner: str, name: str, depth: int) -> list[Taint]:
    """What instances of a class keep in an attribute, as far as nobody in the project has filled it from elsewhere."""
    known = analysis.roots.get((owner, name))
    if known is not None:
        return known
    found: dict[Taint, None] = {}
    if depth <= DEEPEST:
        analysis.roots[owner, name] = []
        for each in analysis.stored.get((owner, name), []):
            if each.origin.kind in ("field", "column"):
                inner = each.origin.path[0] if each.origin.path else ""
                for root in _roots(analysis, each.origin.key, inner, depth + 1):
                    found[replace(root, clean=root.clean | each.clean)] = None
            elif each.origin.kind != "parameter" or each.origin.key not in analysis.called:
                found[each] = None
            if len(found) >= MOST:
                break
    analysis.roots[owner, name] = list(found)
    return analysis.roots[owner, name]


def _flow(analysis: Analysis, hit: Hit, taint: Taint) -> Flow | None:
    origin = taint.origin
    place: Place | None = hit.place
    label = _label(analysis, taint)
    steps = [Passed(place, what) for place, what in (taint.trail.steps() if taint.trail else [])]
    if taint.built_at is not None and taint.built_at != hit.sink:
        at = next((i for i, each in enumerate(steps) if each.place == hit.sink), len(steps))
        steps.insert(max(0, at), Passed(taint.built_at, "put into a longer text"))
    if hit.kind == "answer" and origin.kind == "error":
        place = _answered(analysis, steps, hit)
    if place is None:
        return None
    begin = analysis.app.project.functions.get(origin.key)
    if begin is not None:
        start = _begin(begin, origin.path) if origin.kind == "parameter" else begin.head
        steps.insert(0, Passed(start, label))
    return Flow(
        kind=hit.kind,
        origin=origin.kind,
        source=origin.source,
        label=label,
        steps=tuple(dict.fromkeys(steps))[-MOST_STEPS:],
        place=place,
        sink=hit.sink,
        function=hit.function,
        node=hit.node,
        what=hit.what,
        built=taint.built,
        prefix=taint.prefix,
        text=hit.text,
        is_object=taint.raw,
        path=origin.path,
        caught=origin.key if origin.kind == "error" else "",
    )


def _answered(analysis: Analysis, steps: list[Passed], hit: Hit) -> Place | None:
    """Where the block that caught an exception gives its text away; None if it is kept and told later, elsewhere."""
    first = next((each.place for each in steps if each.what.endswith("is caught")), None)
    if first is None:
        return hit.place
    later = [each.place for each in steps if each.place.path == first.path and each.place.line > first.line]
    within = [each for each in later if each.line <= first.end]
    if within:
        return within[-1]
    module = analysis.app.project.paths[first.path]
    around = [each for each in module.everything if each.line <= first.line <= each.end]
    inner = max(around, key=lambda each: each.line, default=None)
    is_here = inner is not None and any(each.line <= inner.end for each in later)
    return (
        Place(first.path, first.line, max(each.line for each in later if inner and each.line <= inner.end))
        if is_here
        else None
    )


def _begin(function: Function, path: tuple[str, ...]) -> Place:
    param = function.param(path[0]) if path else None
    return Place(function.module.path, param.line, param.line) if param else function.head


def _label(analysis: Analysis, taint: Taint) -> str:
    """What a value is, for people."""
    origin = taint.origin
    names = [each for each in origin.path if each != "[]"]
    name = f"`{'.'.join(names)}`" if names else ""
    function = analysis.app.project.functions.get(origin.key)
    if origin.kind == "parameter":
        return f"{name} of `{function.name if function else origin.key}()`"
    if origin.kind == "field":
        return f"`self.{'.'.join(names)}` of `{origin.key.rpartition('.')[2]}`"
    if origin.kind == "session":
        return f"{name} of the session or user"
    if origin.kind == "column":
        return f"`{origin.key.rpartition('.')[2]}.{names[0] if names else ''}` from the database"
    if origin.kind == "stored":
        return f"{name if name.strip('`0123456789.') else 'a row'} from the database"
    if origin.kind == "error":
        return "the text of an exception" if origin.key != "traceback" else "the traceback"
    where = WORDS.get(origin.source, "the request")
    entry = analysis.entries.get(function) if function else None
    of = f" of {entry.title}" if entry else ""
    return f"{name} from {where}{of}" if name else f"{where}{of}"
