"""Answers that are turned into text and back, or checked twice."""

from collections.abc import Iterator
from dataclasses import replace

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Standing
from backwright_workbench.codebase.facts.code import Role
from backwright_workbench.codebase.facts.web import Route
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About
from backwright_workbench.review.wiring import routes_of, served

ABOUT = About("An answer is serialised twice", Severity.LOW, cwe=(1176,))

WRITERS = frozenset(
    ["json.dumps", "simplejson.dumps", "orjson.dumps", "ujson.dumps", "flask.json.dumps", "bson.json_util.dumps",
     "django.core.serializers.serialize", "pickle.dumps"]
)  # fmt: skip
READERS = frozenset(
    ["json.loads", "simplejson.loads", "orjson.loads", "ujson.loads", "flask.json.loads", "bson.json_util.loads"]
)  # fmt: skip
TO_TEXT = frozenset(["to_json", "json", "model_dump_json", "as_json_string"])
CHECKS = frozenset(["from_orm", "model_validate", "parse_obj"])
COPIES = frozenset(["copy", "deepcopy"])


def find(app: Application) -> Iterator[Seen]:
    """Each text of JSON that is read again where it was made, and each list that is checked by hand and by FastAPI."""
    runs = served(app)
    for standing in app.nodes(s.Call):
        if standing.node.refers in READERS and standing.node.args and standing.function in runs:
            made = standing.node.args[0]
            if _is_text(made):
                found = _twice(standing, made)
                yield found if app.routes else replace(found, confidence=Confidence.LOW)
    for handler, routes in routes_of(app).items():
        route = routes[0]
        if route.framework != "fastapi" or route.answers is None or handler.module.role is not Role.CODE:
            continue
        for node in handler.walk():
            if isinstance(node, s.Return) and node.value is not None and _checks(node.value, route):
                yield Seen(
                    handler.at(node),
                    f"`{route}` makes `{route.answers.name}` of each row by hand, and FastAPI checks and builds all of "
                    "them once more",
                    Confidence.MEDIUM,
                    fix="return the rows: the response model reads them (`from_attributes=True`)",
                    about=handler.qualified,
                )


def _is_text(node: s.Expression) -> bool:
    """Whether a text of JSON is made right here."""
    if not isinstance(node, s.Call):
        return False
    if node.keyword("default") is not None or node.keyword("cls") is not None:
        return False  # what is no JSON becomes one in this way
    if node.refers in WRITERS:
        return s.refers(node.argument(0)) not in ("", *COPIES) or bool(node.args)
    return node.name in TO_TEXT and not node.args and isinstance(node.callee, s.Attribute) and not node.refers


def _twice(standing: Standing[s.Call], made: s.Expression) -> Seen:
    return Seen(
        standing.place,
        f"`{s.written(standing.node.callee)}` reads what `{s.written(made)}` has just written: the whole value goes "
        "through a text and back, and then into the answer",
        Confidence.HIGH,
        fix='build the value once: `model_dump(mode="json")`, `jsonable_encoder`, or the encoder of the framework',
    )


def _checks(value: s.Expression, route: Route) -> bool:
    """`[OrderOut.model_validate(row) for row in rows]` under `response_model=list[OrderOut]`."""
    if not isinstance(value, s.Each) or value.kind != "list" or not isinstance(value.element, s.Call):
        return False
    call = value.element
    base = call.callee.base if isinstance(call.callee, s.Attribute) else None
    wanted = route.answers.qualified if route.answers is not None else ""
    return call.name in CHECKS and s.refers(base) == wanted and route.answers_many
