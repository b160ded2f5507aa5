"""Endpoints that ask whether somebody is logged in, and never who: what they do for people is done by anybody.

What lives here: whether a handler uses its caller. What must not: findings.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.web import Purpose
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.codebase.frameworks.callers import Callers
from backwright_workbench.review.access.endpoints import Endpoint
from backwright_workbench.review.access.people import is_granting

NOBODY: frozenset[str] = frozenset()


def uses_caller(endpoint: Endpoint) -> bool:
    """Whether the handler, or what it calls, looks at who the caller is."""
    handler = endpoint.handler
    if handler is None:
        return True
    given = _given(endpoint, handler)
    for function in endpoint.reached:
        callers = Callers(function, NOBODY)
        for node in function.walk():
            if function is handler and isinstance(node, s.Name) and node.id in given:
                return True
            if isinstance(node, s.Name | s.Attribute | s.Item | s.Call) and callers.is_caller(node):
                return True
    return False


def _given(endpoint: Endpoint, handler: Function) -> set[str]:
    """The parameters of a handler that a guard fills, and those that nothing is known of."""
    sent = {each.name for each in endpoint.parameters}
    guards = {
        guard.name
        for route in endpoint.routes
        for guard in route.guards
        if {Purpose.AUTHENTICATION, Purpose.AUTHORIZATION} & guard.purposes
    }
    found: set[str] = set()
    for param in handler.params:
        if param.name in sent:
            continue
        written = [each for each in (param.annotation, param.default) if each is not None]
        providers = [
            node
            for node in s.walk(*written)
            if isinstance(node, s.Call) and node.name in ("Depends", "Security")
        ]
        names = {s.last_name(arg) for node in providers for arg in node.args[:1]}
        if (names & guards) or (
            not providers and param.name not in ("self", "cls", "request", "session", "db")
        ):
            found.add(param.name)
    return found


def gives_itself_rights(endpoint: Endpoint) -> tuple[Function, s.Assign, str] | None:
    """Where a handler sets a right of a row that is there already, and asks for none: its caller's own row too."""
    for function in endpoint.reached:
        if _asks_for_rights(function):
            return None
    for function in endpoint.reached:
        for node in function.walk():
            match node:
                case s.Assign(targets=[s.Attribute(base=base, name=name)], value=value) if (
                    is_granting(name)
                    and value is not None
                    and s.constant(value) not in (False, None, 0, "user")
                ):
                    if (
                        isinstance(base, s.Name)
                        and base.id not in ("self", "cls")
                        and _is_asked_for(function, base.id)
                    ):
                        return function, node, name
    return None


def _asks_for_rights(function: Function) -> bool:
    """Whether a condition looks at a right."""
    for node in function.walk():
        if isinstance(node, s.Branch | s.Choice) and any(
            (isinstance(each, s.Name | s.Attribute | s.Call) and is_granting(s.last_name(each)))
            or (isinstance(each, s.Literal) and str(each.value).lower() in ("admin", "superuser", "role"))
            or (
                isinstance(each, s.Call)
                and set(words(each.name)) & {"admin", "role", "permission", "can", "allowed"}
            )
            for each in s.walk(node.test)
        ):
            return True
    return False


def _is_asked_for(function: Function, name: str) -> bool:
    """Whether a local name holds a row that was looked up."""
    if name == "current_user":
        return True
    for value in function.values_of(name):
        inner = value.value if isinstance(value, s.Awaited) else value
        if isinstance(inner, s.Call) and inner.name in (
            "first", "get", "one", "one_or_none", "scalar_one", "scalar_one_or_none", "get_or_404", "first_or_404",
            "get_object_or_404", "scalar", "get_one", "first_or_none",
        ):  # fmt: skip
            return True
    return False
