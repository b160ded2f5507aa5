"""A query of a document database takes what the caller sends as it is."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.flow import flows
from backwright_workbench.codebase.flow.found import Flow
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.flowing import seen
from backwright_workbench.review.rule import About

ABOUT = About(
    "A query of a document database takes what the caller sends",
    Severity.HIGH,
    cwe=(943,),
    owasp=("A03:2021",),
)
PLAIN = frozenset(
    ["str", "int", "float", "bool", "EmailStr", "UUID", "datetime", "date", "Decimal", "string"]
)
FIX = 'make a text of it (`{"name": str(name)}`), or let a schema say that it is one; never build `$where`'


def find(app: Application) -> Iterator[Seen]:
    """Filters with an object of a JSON body in them, JavaScript with a value in it, and patterns that callers write."""
    for flow in flows(app):
        if flow.kind != "nosql" or not flow.is_proven:
            continue
        if flow.built and ("this." in flow.prefix or "function" in flow.prefix):
            yield seen(flow, f"{flow.label} becomes a part of the JavaScript that the database runs", FIX)
        elif flow.call is not None and _is_pattern(flow.call):
            message = f"{flow.label} is a regular expression in `{flow.what}`: `.*` finds all, and others run for long"
            yield seen(flow, message, "put `re.escape(…)` around it, or use a text index", Confidence.MEDIUM)
        elif flow.is_object and flow.source in ("json", "body", "message") and not flow.built:
            if _is_typed(app, flow) or _is_only_stored(flow):
                continue
            message = f"{flow.label} goes into `{flow.what}` as it is: an object such as `{{'$ne': null}}` matches all"
            yield seen(flow, message, FIX, Confidence.MEDIUM)


def _is_pattern(call: s.Call) -> bool:
    """Whether a filter has a value as a pattern: `{"name": {"$regex": text}}`."""
    for node in s.walk(call):
        if isinstance(node, s.Pairs):
            for key, value in zip(node.keys, node.values, strict=True):
                if s.text_of(key) == "$regex":
                    escaped = any(
                        isinstance(each, s.Call) and each.name == "escape" for each in s.walk(value)
                    )
                    return not escaped and not isinstance(value, s.Literal)
    return False


def _is_only_stored(flow: Flow) -> bool:
    """Whether it is what a document is changed to, and not what documents are found by."""
    if flow.call is None or not flow.call.name.startswith(("update", "find_one_and_update", "replace")):
        return False
    name = flow.path[-1] if flow.path else ""

    def stands_in(*nodes: s.Node) -> bool:
        return any(name in (s.last_name(each), s.text_of(each)) for node in nodes for each in s.walk(node))

    return (
        bool(name)
        and len(flow.call.args) > 1
        and stands_in(*flow.call.args[1:])
        and not stands_in(flow.call.args[0])
    )


def _is_typed(app: Application, flow: Flow) -> bool:
    """Whether a schema lets only texts and numbers through in that field: they are no operators."""
    if len(flow.path) < 2 or not flow.steps:
        return False
    start = flow.steps[0].place
    for route in app.routes:
        if route.handler is None or route.place.path != start.path:
            continue
        if not route.handler.first <= start.line <= route.handler.end:
            continue
        for each in route.parameters:
            schema = app.schemas.get(each.schema.qualified) if each.schema is not None else None
            if schema is not None and each.name in (flow.path[0], ""):
                return any(
                    field.name == flow.path[1] and field.type.rpartition(".")[2] in PLAIN
                    for field in schema.fields
                )
    return False
