"""What a FastAPI handler takes from the request: its own parameters and those of what it depends on.

What lives here: FastAPI's rules of where a parameter comes from. What must not: routes.
"""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function, Parameter
from backwright_workbench.codebase.facts.types import LISTS
from backwright_workbench.codebase.facts.web import RouteParameter
from backwright_workbench.codebase.frameworks.depends import GIVERS, givers, metadata
from backwright_workbench.codebase.frameworks.schemas import limits_of

SOURCES = {
    "Query": "query", "Path": "path", "Header": "header", "Cookie": "cookie", "Body": "body", "Form": "form",
    "File": "file",
}  # fmt: skip
GIVEN = frozenset(
    ["Request", "Response", "WebSocket", "HTTPConnection", "BackgroundTasks", "SecurityScopes", "Session",
     "AsyncSession"]
)  # fmt: skip
PATH = re.compile(r"\{(\w+)(?::\w+)?\}")
MAXIMA = frozenset(["le", "lt", "choices", "interval"])
MINIMA = frozenset(["ge", "gt", "choices", "interval", "validate", "validators"])
DEEPEST = 5


def parameters(app: Application, function: Function, path: str, first: int = 0) -> list[RouteParameter]:
    """The parameters of a handler on a path; the first ones that are `self` are left out."""
    names = frozenset(PATH.findall(path))
    return list(_of(app, function, names, first, 0, set()))


def _of(
    app: Application, function: Function, path: frozenset[str], first: int, depth: int, seen: set[object]
) -> Iterator[RouteParameter]:
    if depth > DEEPEST or function in seen:
        return
    seen.add(function)
    skip = 1 if function.owner and function.params and function.params[0].name in ("self", "cls") else 0
    for param in function.params[max(first, skip) :]:
        if param.kind in ("*", "**"):
            continue
        found = list(givers(app.project, param))
        if not found:
            yield from _own(app, param, path)
        for _, provider in found:
            yield from _provided(app, provider, path, depth, seen)


def _provided(
    app: Application, provider: s.Expression, path: frozenset[str], depth: int, seen: set[object]
) -> Iterator[RouteParameter]:
    known = s.refers(provider) if not isinstance(provider, s.Call) else ""
    found = app.project.definition(known) if known else None
    if isinstance(provider, s.Call):
        called = app.types.callee(provider, None)
        if isinstance(called, Class):
            found = app.project.method(called, "__call__")
        elif isinstance(called, Function):
            for inner in called.functions:
                yield from _of(app, inner, path, 0, depth + 1, seen)
    if isinstance(found, Function):
        yield from _of(app, found, path, 0, depth + 1, seen)
    elif isinstance(found, Class):
        init = found.methods.get("__init__")
        if init is not None:
            yield from _of(app, init, path, 1, depth + 1, seen)
        else:
            yield from _fields(app, found, "query")


def _fields(app: Application, each: Class, source: str) -> Iterator[RouteParameter]:
    schema = app.schemas.get(each.qualified)
    for field in schema.fields if schema else ():
        has_maximum = bool(MAXIMA & set(field.limits)) or _is_narrow(app, field.type)
        has_minimum = bool(MINIMA & set(field.limits))
        yield RouteParameter(field.name, source, field.type, None, has_maximum, field.place.line, has_minimum)


def _own(app: Application, param: Parameter, path: frozenset[str]) -> Iterator[RouteParameter]:
    base, more = metadata(app.project, param.annotation)
    kind = app.types.annotated(base)
    name = kind.name if kind else ""
    if name.rpartition(".")[2] in GIVEN and name not in app.schemas:
        return
    marks = [each for each in (*more, param.default) if isinstance(each, s.Call) and each.name in SOURCES]
    if any(isinstance(each, s.Call) and each.name in GIVERS for each in more):
        return
    item = kind.item.name if kind and kind.item and name in LISTS else name
    schema = app.project.classes.get(item)
    is_schema = schema is not None and item in app.schemas
    if marks:
        source = SOURCES[marks[-1].name]
    elif param.name in path:
        source = "path"
    elif name.endswith("UploadFile") or item.endswith("UploadFile"):
        source = "file"
    elif (
        is_schema
        or name in ("builtins.dict", "typing.Dict", "typing.Any")
        or s.last_name(base) in ("dict", "Dict")
    ):
        source = "body"
    else:
        source = "query"
    if source in ("query", "header", "cookie") and is_schema and schema is not None and name == item:
        yield from _fields(app, schema, source)
        return
    limits = set(limits_of(param.annotation, param.default, more, name))
    has_maximum = bool(limits & MAXIMA) or _is_narrow(app, name)
    has_minimum = bool(limits & MINIMA) or is_positive(base)
    taken = schema if is_schema else None
    yield RouteParameter(param.name, source, name, taken, has_maximum, param.line, has_minimum)


def is_positive(annotation: s.Expression | None) -> bool:
    """Whether a type says that a number is not below zero: `PositiveInt`, `NonNegativeInt`."""
    return annotation is not None and any(
        s.last_name(each) in ("PositiveInt", "NonNegativeInt", "PositiveFloat", "NonNegativeFloat")
        for each in s.walk(annotation)
    )


def _is_narrow(app: Application, name: str) -> bool:
    """A truth value or one of a written list needs no maximum."""
    found = app.project.classes.get(name)
    return name == "builtins.bool" or (
        found is not None and app.project.inherits(found, "*.Enum", "*.StrEnum", "*.IntEnum")
    )
