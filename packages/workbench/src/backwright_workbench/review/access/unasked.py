"""Rights that are asked for only where the request wants it, and callers whom nobody compares with a record in memory.

What lives here: reasons why one endpoint asks for no right. What must not: rows of tables (`rows.py`).
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.web import Purpose
from backwright_workbench.codebase.frameworks.claims import claimed, switched_checks
from backwright_workbench.review.access.endpoints import Endpoint
from backwright_workbench.review.access.strangers import kept_record


def unasked(app: Application, endpoint: Endpoint) -> str:
    """What is wrong with how an endpoint asks for rights; empty if nothing of this kind."""
    handler = endpoint.handler
    if handler is None:
        return ""
    for branch, is_right in switched_checks(handler):
        if is_right:
            return f"asks for a right only if the request does not switch that off (line {branch.line})"
    if any(Purpose.AUTHORIZATION in guard.purposes for route in endpoint.routes for guard in route.guards):
        return ""
    name = _unused_caller(endpoint, handler)
    kept = kept_record(app, endpoint) if name and "{" in endpoint.route.path else ""
    return (
        f"takes the record of `{kept}` that the path names; `{name}` is never compared with it"
        if kept
        else ""
    )


def _unused_caller(endpoint: Endpoint, handler: Function) -> str:
    """The name that holds who calls, in a handler that does nothing with it."""
    names = claimed(handler)
    if endpoint.guarded(Purpose.AUTHENTICATION):
        names |= {
            each.name for each in handler.params
            if any(
                isinstance(node, s.Call) and node.name in ("Depends", "Security")
                and any(s.last_name(arg) == guard.name for arg in node.args
                        for guard in endpoint.guarded(Purpose.AUTHENTICATION))
                for part in (each.annotation, each.default) if part is not None
                for node in s.walk(part)
            )
        }  # fmt: skip
    stored = {id(each) for node in handler.walk() if isinstance(node, s.Assign) for each in node.targets}
    used = {node.id for node in handler.walk() if isinstance(node, s.Name) and id(node) not in stored}
    path = {each.name for each in endpoint.parameters if each.source == "path"}
    return next(iter(sorted(names - used - path)), "")
