"""Accounts that an application keeps in a list or mapping of its own: `users = {}`.

What lives here: which of them hold passwords, and which handlers answer them whole. What must not: findings.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.review.access.documents import answering, kept, takes_away
from backwright_workbench.review.access.endpoints import Endpoint
from backwright_workbench.review.access.people import is_credential

READING = frozenset(["get", "values", "items", "copy", "pop"])


def stores(app: Application) -> dict[str, str]:
    """The lists and mappings of modules that hold passwords, by full name, with the name of that field."""
    found: dict[str, str] = {}
    for name, assigned in app.project.values.items():
        for _, assign in assigned:
            secret = _secret(assign.value) if isinstance(assign.value, s.Pairs | s.Group) else ""
            if secret:
                found[name] = secret
    for standing in app.nodes(s.Assign):
        for target in standing.node.targets:
            if isinstance(target, s.Item) and s.refers(target.base) in app.project.values:
                _note(app, found, s.refers(target.base), standing.node.value, standing.function)
    for put in app.calls("append", "insert", "setdefault"):
        call = put.node
        if (
            isinstance(call.callee, s.Attribute)
            and s.refers(call.callee.base) in app.project.values
            and call.args
        ):
            _note(app, found, s.refers(call.callee.base), call.args[-1], put.function)
    return found


def _note(
    app: Application, found: dict[str, str], store: str, value: s.Expression | None, function: Function | None
) -> None:
    """What is put into a store: a mapping that is written out, a schema, or one that was made a mapping."""
    values = [value]
    if isinstance(value, s.Name) and function is not None:
        values += function.values_of(value.id)
    for each in values:
        inner = (
            each.callee.base if isinstance(each, s.Call) and isinstance(each.callee, s.Attribute) else each
        )
        kind = app.types.of(inner, function) if inner is not None else None
        schema = app.schemas.get(kind.name) if kind is not None else None
        secret = (
            next((one.name for one in schema.fields if is_credential(one.name)), "")
            if schema
            else _secret(each)
        )
        if secret:
            found.setdefault(store, secret)


def _secret(value: s.Expression | None) -> str:
    """The first key of a mapping that is a password, at any depth that is written out."""
    waiting = [value] if value is not None else []
    while waiting:
        match waiting.pop(0):
            case s.Pairs(keys=keys, values=values):
                for key, inner in zip(keys, values, strict=True):
                    name = s.text_of(key) or ""
                    if name and is_credential(name) and not isinstance(inner, s.Pairs | s.Group):
                        return name
                waiting += values
            case s.Group(items=items):
                waiting += items
    return ""


def whole_entries(app: Application, endpoint: Endpoint) -> Iterator[tuple[Function, s.Node, str, str]]:
    """The returns that give whole entries of such a store, with its name and the name of the secret."""
    known = app.once(stores)
    for function in answering(endpoint) if known else ():
        for node in function.walk():
            if isinstance(node, s.Return) and node.value is not None:
                for each in kept(function, node.value):
                    store = _store(each)
                    if store in known and not takes_away(function, known[store]):
                        yield function, node, store.rpartition(".")[2], known[store]
                        break


def _store(node: s.Node) -> str:
    match node:
        case s.Name(refers=known) | s.Item(base=s.Name(refers=known)):
            return known
        case s.Call(callee=s.Attribute(base=s.Name(refers=known), name=name)) if name in READING:
            return known
    return ""
