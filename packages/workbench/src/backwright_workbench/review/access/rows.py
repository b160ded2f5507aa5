"""Which rows an endpoint takes by what the caller sends, and what becomes of them.

What lives here: keys of the caller in queries, rows in local names, what changes them. What must not: who may do so.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.data import Model, Query
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.access.endpoints import Endpoint
from backwright_workbench.review.access.inputs import Frame, Input, Inputs

CHANGING = frozenset(
    [
        "delete",
        "remove",
        "save",
        "merge",
        "destroy",
        "delete_instance",
        "adelete",
        "asave",
        "update",
        "expunge",
    ]
)
ADDING = frozenset(["$push", "$pull", "$addToSet", "$inc", "$pullAll", "$pop", "$each"])
KEYS = frozenset(["id", "ids", "pk", "uuid", "guid", "uid", "key", "number", "no", "num", "username", "email",
     "name", "slug",
                  "title", "code", "user", "owner", "account", "login", "ref", "reference"])  # fmt: skip


@dataclass(slots=True, eq=False)
class Taken:
    """A query for rows of a model, with what of the caller's choosing stands in it."""

    query: Query
    model: Model
    keys: list[Input]
    frame: Frame

    def by(self, column: str) -> bool:
        """Whether it compares a column, as far as the query shows it."""
        return any(
            each.rpartition(".")[2] in (column, column.removesuffix("_id")) for each in self.query.filters
        )


def taken(app: Application, endpoint: Endpoint) -> list[Taken]:
    """The queries of an endpoint in which the caller chooses a key."""
    inputs = Inputs(app, endpoint)
    found: list[Taken] = []
    for frame in inputs.frames():
        for query in endpoint.known.queries.get(frame.function, []):
            if query.kind not in ("select", "get", "update", "delete"):
                continue
            keys = [each for each in _keys(inputs, frame, query.call) if is_key(each.name)]
            for name in query.models if keys else ():
                model = endpoint.known.model(name)
                if model is not None:
                    found.append(Taken(query, model, keys, frame))
    return found


def is_key(name: str) -> bool:
    """Whether something of that name tells rows apart: `id`, `note_id`, `username`."""
    parts = words(name)
    return bool(parts) and (parts[-1] in KEYS or parts[0] in ("id", "pk", "uuid"))


def _keys(inputs: Inputs, frame: Frame, call: s.Call) -> Iterator[Input]:
    for node in s.walk(call):
        if isinstance(node, s.Name | s.Attribute | s.Item | s.Call) and node is not call:
            given = inputs.of(node, frame)
            if given is not None and given.name and given.source != "header":
                yield given


def changed(endpoint: Endpoint, model: Model) -> bool:
    """Whether an endpoint changes or deletes rows of a model that are there already."""
    for query in endpoint.queries:
        if (
            query.kind in ("update", "delete")
            and (model.qualified in query.models or model.table in query.models)
            and not _adds_only(query)
        ):
            return True
    return any(_changes(endpoint, function, model) for function in endpoint.reached)


def _adds_only(query: Query) -> bool:
    """Whether an update of a document only adds to lists and counts in it: a like, a comment, a follower."""
    signs = {
        text
        for node in s.walk(query.call)
        if isinstance(node, s.Pairs)
        for key in node.keys
        if (text := s.text_of(key) or "").startswith("$")
    }
    return query.via == "document" and bool(signs & ADDING) and not signs & {"$set", "$unset", "$rename"}


def _changes(endpoint: Endpoint, function: Function, model: Model) -> bool:
    rows = _rows(endpoint, function, model)
    known = endpoint.known.app.types

    def is_row(node: s.Node) -> bool:
        if isinstance(node, s.Name) and node.id in rows:
            return True
        kind = known.of(node, function) if isinstance(node, s.Name | s.Call | s.Awaited) else None
        return kind is not None and kind.name == model.qualified and not _is_made(function, node, model)

    for node in function.walk():
        match node:
            case s.Assign(targets=targets):
                if any(isinstance(each, s.Attribute) and is_row(each.base) for each in targets):
                    return True
            case s.Call(callee=s.Attribute(base=s.Name(id=name), name="save")) if any(
                isinstance(made, s.Call)
                and (made.keyword("data") is not None or len(made.args) > 1)
                and any(map(is_row, [*made.args, *(each.value for each in made.keywords)]))
                for made in function.values_of(name)
            ):
                return True
            case s.Call(refers="builtins.setattr", args=[first, *_]) if is_row(first):
                return True
            case s.Call(callee=s.Attribute(base=base, name=name), args=args) if name in CHANGING:
                if is_row(base) or any(is_row(each) for each in args[:1]):
                    return True
    return False


def _rows(endpoint: Endpoint, function: Function, model: Model) -> set[str]:
    """Local names that hold rows of a model which were asked for."""
    asked = {
        id(each.call) for each in endpoint.known.queries.get(function, []) if model.qualified in each.models
    }
    found: set[str] = set()
    for node in function.walk():
        if not isinstance(node, s.Assign) or node.value is None:
            continue
        for inner in s.walk(node.value):
            if isinstance(inner, s.Call) and (id(inner) in asked or _gives(endpoint, inner, function, model)):
                found |= {each.id for each in node.targets if isinstance(each, s.Name)}
    return found


def _gives(endpoint: Endpoint, call: s.Call, function: Function, model: Model) -> bool:
    """Whether a called function of the project asks for rows of the model and gives them back."""
    called = next((each for made, each in endpoint.known.callees(function) if made is call), None)
    if not isinstance(called, Function):
        return False
    asks = any(
        model.qualified in each.models and each.kind in ("select", "get")
        for each in endpoint.known.queries.get(called, [])
    )
    return asks and any(isinstance(each, s.Return) and each.value is not None for each in called.walk())


def _is_made(function: Function, node: s.Node, model: Model) -> bool:
    """Whether a row is new: `note = Note(…)`."""
    if isinstance(node, s.Call):
        return node.refers == model.qualified
    return isinstance(node, s.Name) and any(
        isinstance(each, s.Assign)
        and any(isinstance(target, s.Name) and target.id == node.id for target in each.targets)
        and isinstance(each.value, s.Call)
        and each.value.refers == model.qualified
        for each in function.walk()
    )
