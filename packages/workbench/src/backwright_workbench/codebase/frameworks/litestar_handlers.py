"""Handlers of Litestar: their methods, what they take, what they are provided with, what they answer.

What lives here: what is said of one handler at its place. What must not: where it is registered, and the layers around
it (`litestar.py`, `litestar_layers.py`).
"""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function, Module
from backwright_workbench.codebase.facts.types import LISTS
from backwright_workbench.codebase.facts.values import listed
from backwright_workbench.codebase.facts.web import (
    Guard,
    Level,
    Route,
    RouteParameter,
)
from backwright_workbench.codebase.frameworks.depends import metadata
from backwright_workbench.codebase.frameworks.parameters import MINIMA, is_positive
from backwright_workbench.codebase.frameworks.purposes import Purposes
from backwright_workbench.codebase.frameworks.schemas import limits_of

RESERVED = frozenset(
    ["self", "cls", "request", "state", "headers", "cookies", "query", "body", "socket", "scope", "data",
     "reserved_kwargs"]
)  # fmt: skip
PARAMETER = re.compile(r"\{(\w+)\s*(?::\s*\w+)?\}")


def methods(app: Application, call: s.Call | None, verb: str) -> tuple[str, ...]:
    """The methods of HTTP that a decorator registers a handler for."""
    if verb.startswith("websocket"):
        return ("WEBSOCKET",)
    if verb != "route" or call is None:
        return (verb.upper(),)
    given = call.keyword("http_method")
    items = listed(app, given, None) or ([given] if given is not None else [])
    found = [s.text_of(each) or s.last_name(each) for each in items]
    return tuple(each.upper() for each in found if each) or ("GET",)


def provided(
    purposes: Purposes, function: Function, provides: dict[str, tuple[s.Expression, Module]]
) -> Iterator[Guard]:
    """The dependencies that a handler asks for by name, and those that they ask for."""
    waiting, seen = [each.name for each in function.params], set[str]()
    while waiting:
        name = waiting.pop(0)
        if name in seen or name not in provides:
            continue
        seen.add(name)
        provider, module = provides[name]
        yield purposes.guard(provider, Level.ROUTE, module.at(provider))
        found = purposes.definition(provider)
        if isinstance(found, Function):
            waiting.extend(each.name for each in found.params)


def parameters(
    app: Application,
    purposes: Purposes,
    function: Function,
    path: str,
    provides: dict[str, tuple[s.Expression, Module]],
) -> Iterator[RouteParameter]:
    """What a handler takes from a request, itself or through what it is provided with."""
    names = set(PARAMETER.findall(path))
    waiting, seen = [function], set[str]()
    while waiting:
        for param in waiting.pop(0).params:
            if param.name in seen or param.kind in ("*", "**"):
                continue
            seen.add(param.name)
            if param.name in provides:
                found = purposes.definition(provides[param.name][0])
                waiting += [found] if isinstance(found, Function) else []
                continue
            base, more = metadata(app.project, param.annotation)
            kind = app.types.annotated(base)
            name = kind.name if kind else ""
            item = kind.item.name if kind and kind.item and name in LISTS | {"litestar.dto.DTOData"} else name
            schema = app.project.classes.get(item)
            if param.name == "data":
                yield RouteParameter("data", "body", name, schema, False, param.line)
            elif param.name not in RESERVED:
                marks = [each for each in (*more, param.default) if isinstance(each, s.Call)]
                source = "path" if param.name in names else "query"
                for mark in marks:
                    source = (
                        "header" if mark.keyword("header") else "cookie" if mark.keyword("cookie") else source
                    )
                if any(mark.name == "Dependency" for mark in marks):
                    continue
                limits = set(limits_of(param.annotation, param.default, more, name))
                yield RouteParameter(
                    param.name, source, name, None, bool(limits & {"le", "lt"}), param.line,
                    bool(limits & MINIMA) or is_positive(base),
                )  # fmt: skip


def answers(app: Application, route: Route, function: Function, call: s.Call | None) -> None:
    """Notes what a handler gives back, and with which status."""
    kind = app.types.annotated(function.returns)
    status = s.constant(call.keyword("status_code")) if call else ...
    route.status = status if isinstance(status, int) else None
    if kind is not None:
        outer = kind.name.rpartition(".")[2]
        route.answers_many = outer.lower() in (
            "list",
            "sequence",
            "offsetpagination",
            "classicpagination",
        )
        route.answers = app.project.classes.get(kind.item.name if kind.item else kind.name)
