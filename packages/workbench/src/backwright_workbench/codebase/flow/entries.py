"""Where the outside comes in: the functions that a framework calls, and what it gives them.

What lives here: handlers, injected functions, error handlers. What must not: what they do with it.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.flow.frame import Entry

INJECTING = ("Depends", "Security", "Provide")
PAGES = ("flask", "quart", "bottle")
"""Frameworks for which a text that a handler returns is HTML."""


def entries_of(app: Application) -> dict[Function, Entry]:
    """The handlers of the application's routes."""
    found: dict[Function, Entry] = {}
    for route in app.routes:
        if route.handler is None:
            continue
        entry = found.setdefault(
            route.handler, Entry(f"`{route}`", route.framework, {}, {}, route.framework in PAGES)
        )
        for each in route.parameters:
            entry.types.setdefault(each.name, each.type)
            entry.sources.setdefault(
                each.name, "argument" if route.methods[:1] in (("QUERY",), ("MUTATION",)) else each.source
            )
        if any(
            call.keyword("response_class") is not None
            and s.last_name(call.keyword("response_class")) == "HTMLResponse"
            for each in route.handler.decorators
            for call in s.calls_in(each)
        ):
            entry.returns_page = True
    return found


def providers_of(app: Application) -> set[str]:
    """Functions that are injected into handlers: `Depends(provider)`."""
    found: set[str] = set()
    for function in app.functions():
        for param in function.params:
            for each in (param.default, param.annotation):
                if each is None:
                    continue
                for call in s.calls_in(each):
                    if call.name in INJECTING and call.args:
                        found.add(s.refers(call.args[0]))
    return found - {""}


def injected(default: s.Expression | None, annotation: s.Expression | None) -> s.Expression | None:
    """What provides the value of a parameter, where something does."""
    for each in (default, annotation):
        if each is None:
            continue
        for call in s.calls_in(each):
            if call.name in INJECTING:
                return call.args[0] if call.args else call
    return None


def error_parameters_of(app: Application) -> dict[Function, str]:
    """Functions that answer when something fails, with the errors that they take."""
    return {each.handler: ",".join(each.errors) for each in app.error_handlers if each.handler is not None}
