"""Which documents of accounts a handler answers whole, through whatever functions it calls for that.

What lives here: following returned values back to queries of document stores. What must not: findings.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.data import Model, Query
from backwright_workbench.review.access.endpoints import Endpoint
from backwright_workbench.review.access.outputs import ANSWERS, DUMPS, secret_of
from backwright_workbench.review.access.people import is_account

DEEPEST = 6
KEEPING = ANSWERS | DUMPS | {"loads", "dumps", "list", "sorted", "parse_json", "json_encoder", "to_list"}
"""What gives its argument on with all of its fields."""


def whole_documents(endpoint: Endpoint) -> Iterator[tuple[Function, s.Node, Model]]:
    """The returns that give whole documents of accounts, with the function and the collection."""
    for function in answering(endpoint):
        asked = {
            id(each.call): each
            for each in endpoint.known.queries.get(function, [])
            if each.via == "document" and each.kind in ("select", "get", "update")
        }
        if not asked:
            continue
        for node in function.walk():
            if isinstance(node, s.Return) and node.value is not None:
                found = next(
                    (
                        model
                        for each in kept(function, node.value)
                        if id(each) in asked
                        and (model := _told(endpoint, function, asked[id(each)])) is not None
                    ),
                    None,
                )
                if found is not None:
                    yield function, node, found


def answering(endpoint: Endpoint) -> list[Function]:
    """The handler, and the functions whose result it returns as it is."""
    found = [endpoint.handler] if endpoint.handler is not None else []
    for function in found:
        called = {id(call): each for call, each in endpoint.known.callees(function)}
        for node in function.walk():
            if isinstance(node, s.Return) and node.value is not None:
                for each in kept(function, node.value):
                    other = called.get(id(each))
                    if isinstance(other, Function) and other not in found and len(found) < DEEPEST:
                        found.append(other)
    return found


def _told(endpoint: Endpoint, function: Function, query: Query) -> Model | None:
    """The collection of accounts of which a query gives all fields, secrets too."""
    for name in query.models:
        model = endpoint.known.model(name)
        if model is None or not is_account(model):
            continue
        secret = secret_of(model)
        if secret and not _leaves_out(query, secret) and not takes_away(function, secret):
            return model
    return None


def _leaves_out(query: Query, secret: str) -> bool:
    """Whether a projection keeps the secret back: it names other fields, or this one as not wanted."""
    for call in s.calls_in(query.call):
        if call.name in ("find", "find_one", "find_one_and_update"):
            given = call.keyword("projection")
            if given is None and call.name != "find_one_and_update":
                given = call.argument(1)
            if isinstance(given, s.Pairs):
                names = {s.text_of(key) for key in given.keys}
                wanted = [s.constant(each) in (1, True) for each in given.values]
                return secret in names or any(wanted)
            return given is not None
        if call.name == "aggregate":
            return any(s.text_of(each) in ("$project", "$unset") for each in s.walk(*call.args))
    return False


def takes_away(function: Function, secret: str) -> bool:
    """Whether the function removes or replaces that field before it answers."""
    for node in function.walk():
        match node:
            case s.Call(args=[first, *_]) if node.name == "pop" and s.text_of(first) == secret:
                return True
            case s.Assign(targets=targets) if any(
                isinstance(each, s.Item) and s.text_of(each.key) == secret for each in targets
            ):
                return True
            case s.Other(values=values) if any(
                isinstance(each, s.Item) and s.text_of(each.key) == secret for each in values
            ):
                return True
            case s.Operation(operator="!=" | "not in", operands=operands) if any(
                s.text_of(each) == secret for operand in operands for each in s.walk(operand)
            ):
                return True
    return False


def kept(function: Function, node: s.Expression, depth: int = 0) -> Iterator[s.Node]:
    """The calls whose values an expression gives on with all that is in them."""
    if depth > DEEPEST:
        return
    match node:
        case s.Awaited(value=value) | s.Spread(value=value):
            yield from kept(function, value, depth)
        case s.Pairs(values=items) | s.Group(items=items):
            for each in items:
                yield from kept(function, each, depth + 1)
        case s.Choice(yes=yes, no=no):
            yield from kept(function, yes, depth + 1)
            yield from kept(function, no, depth + 1)
        case s.Operation(operator="or", operands=operands):
            for each in operands:
                yield from kept(function, each, depth + 1)
        case s.Each(element=element, clauses=[clause, *_]) if not isinstance(element, s.Item | s.Attribute):
            name = clause.target.id if isinstance(clause.target, s.Name) else ""
            if any(isinstance(each, s.Name) and each.id == name for each in _whole(element)):
                yield from kept(function, clause.iterable, depth + 1)
        case s.Call():
            yield node
            if node.name in KEEPING and not _gives_keys(node):
                for each in [*node.args, *(keyword.value for keyword in node.keywords)]:
                    yield from kept(function, each, depth + 1)
        case s.Item():
            yield node
        case s.Name(id=name):
            yield node
            for value in _sources(function, name):
                yield from kept(function, value, depth + 1)


def _gives_keys(call: s.Call) -> bool:
    """`list(users)` of a mapping that a module keeps: its keys only."""
    first = call.argument(0)
    return (
        call.refers in ("builtins.list", "builtins.sorted")
        and isinstance(first, s.Name)
        and bool(first.refers)
    )


def _whole(node: s.Expression) -> Iterator[s.Expression]:
    """The expressions that another holds whole: `dict(user)`, `{**user, "id": 1}`."""
    yield node
    match node:
        case s.Call(args=args) if node.name in KEEPING:
            yield from args
        case s.Pairs(keys=keys, values=values):
            yield from (value for key, value in zip(keys, values, strict=True) if key is None)


def _sources(function: Function, name: str) -> Iterator[s.Expression]:
    """What a local name holds: what is assigned, gone through, or put into it."""
    yield from function.values_of(name)
    for node in function.walk():
        match node:
            case s.Loop(target=s.Name(id=held), subject=subject) if held == name:
                yield subject
            case s.Call(callee=s.Attribute(base=s.Name(id=held), name="append"), args=[first]) if (
                held == name
            ):
                yield from _whole(first)
