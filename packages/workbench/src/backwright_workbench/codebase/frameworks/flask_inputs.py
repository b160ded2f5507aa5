"""What Flask handlers take from a request: in their bodies, by decorators and by parsers.

What lives here: finding the parameters. What must not: parameters of the path.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.web import Guard, Level, Purpose, RouteParameter
from backwright_workbench.codebase.frameworks.request_reads import FLASK, SCHEMAS, reads

REQUESTS = frozenset(["flask.request", "quart.request", "connexion.request", "flask.globals.request"])
TOKENS = ("*.FlaskForm", "flask_wtf.Form", "flask_wtf.form.FlaskForm")
DECORATORS = frozenset(
    ["arguments", "use_args", "use_kwargs", "input", "expect", "validate", "validate_json", "body"]
)
"""Decorators that take a schema: flask-smorest, webargs, APIFlask, flask-restx, flask-pydantic."""
LOCATIONS = {
    "json": "body", "query": "query", "querystring": "query", "form": "form", "headers": "header", "path": "path",
    "cookies": "cookie", "files": "file", "args": "query", "values": "query", "json_or_form": "body",
}  # fmt: skip
ANNOTATED = {
    "body": "body",
    "query": "query",
    "form": "form",
    "path": "path",
    "header": "header",
    "cookie": "cookie",
}


def given(app: Application, handler: Function) -> list[RouteParameter]:
    """Everything but the parameters of the path."""
    found = reads(app, handler, is_request, FLASK)
    found += _by_decorators(app, handler)
    found += _by_parsers(app, handler)
    found += _by_annotations(app, handler)
    return found


def form_guards(app: Application, handler: Function, parameters: list[RouteParameter]) -> list[Guard]:
    """A form of Flask-WTF carries a token against forged requests, which `validate_on_submit()` looks at."""
    forms = [
        each for each in parameters if each.schema is not None and app.project.inherits(each.schema, *TOKENS)
    ]
    checks = [each for each in s.calls_in(*handler.body) if each.name in ("validate_on_submit", "validate")]
    if not forms or not checks:
        return []
    for each in forms:
        meta = each.schema.classes.get("Meta") if each.schema is not None else None
        if meta is not None and s.constant(meta.value("csrf")) is False:
            return []
    return [Guard("validate_on_submit", frozenset({Purpose.CSRF}), Level.BODY, handler.module.at(checks[0]))]


def is_request(node: s.Expression) -> bool:
    """Whether an expression is the request that is under way."""
    return s.refers(node) in REQUESTS


def _by_decorators(app: Application, handler: Function) -> Iterator[RouteParameter]:
    for each in handler.decorators:
        if isinstance(each, s.Call) and s.last_name(each) in DECORATORS:
            first = each.argument(0, "schema") or each.keyword("model") or each.keyword("body")
            schema = _class_of(app, first)
            location = s.text_of(each.keyword("location")) or ""
            if schema is not None or isinstance(first, s.Pairs):
                yield RouteParameter(
                    "",
                    LOCATIONS.get(location, "body"),
                    schema.qualified if schema else "",
                    schema,
                    line=each.line,
                )


def _class_of(app: Application, node: s.Expression | None) -> Class | None:
    return app.project.classes.get(s.refers(node))


def _by_parsers(app: Application, handler: Function) -> Iterator[RouteParameter]:
    """`parser.add_argument("name", type=int)` of a parser that the handler asks to `parse_args()`."""
    for node in handler.walk():
        if isinstance(node, s.Call) and node.name == "parse_args" and isinstance(node.callee, s.Attribute):
            base = node.callee.base
            for each in app.calls("add_argument"):
                callee = each.node.callee
                same = isinstance(callee, s.Attribute) and s.written(callee.base) == s.written(base)
                if (
                    same
                    and each.module is handler.module
                    and each.function in (None, handler)
                    and each.node.args
                ):
                    name = s.text_of(each.node.args[0])
                    location = s.text_of(each.node.keyword("location")) or "json"
                    if name:
                        kind = s.refers(each.node.keyword("type"))
                        yield RouteParameter(
                            name.lstrip("-"), LOCATIONS.get(location, "body"), kind, line=node.line
                        )


def _by_annotations(app: Application, handler: Function) -> Iterator[RouteParameter]:
    """flask-openapi3 and flask-pydantic: a parameter called `body` or `query`, annotated with a model."""
    for param in handler.params:
        if param.name in ANNOTATED and param.annotation is not None:
            schema = _class_of(app, param.annotation)
            if schema is not None and app.project.inherits(schema, *SCHEMAS):
                yield RouteParameter("", ANNOTATED[param.name], schema.qualified, schema, line=param.line)
