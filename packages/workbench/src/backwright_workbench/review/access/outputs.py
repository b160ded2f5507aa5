"""Which rows of accounts a handler answers as they are.

What lives here: what `return` gives, by queries, names and calls. What must not: findings.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.data import Model, Query
from backwright_workbench.review.access.endpoints import Endpoint
from backwright_workbench.review.access.people import has_inherited_rights, is_account, is_secret

DUMPS = frozenset(["model_to_dict", "vars", "dict", "jsonable_encoder", "row_to_dict", "to_dict", "as_dict",
     "asdict", "_asdict",
                   "values", "serialize", "list"])  # fmt: skip
ANSWERS = frozenset(
    [
        "jsonify",
        "JsonResponse",
        "JSONResponse",
        "Response",
        "dumps",
        "make_response",
        "ORJSONResponse",
        "json",
    ]
)


def secret_of(model: Model) -> str:
    """The first column of an account that nobody is told; empty if it has none."""
    inherited = ["password"] if has_inherited_rights(model) else []
    return next((name for name in (*model.columns, *inherited) if is_secret(name)), "")


def dumped(app: Application, endpoint: Endpoint, handler: Function, node: s.Node) -> Model | None:
    """The account whose whole row an expression is: `user.__dict__`, `model_to_dict(user)`, `User.objects.values()`."""
    subject: s.Expression | None = None
    match node:
        case s.Attribute(base=base, name="__dict__"):
            subject = base
        case s.Call(args=[first], keywords=[]) if node.name in ("model_to_dict", "vars", "row_to_dict"):
            subject = first
        case s.Call(callee=s.Attribute(name="values"), args=[], keywords=[]):
            subject = node
        case s.Call(args=[first, *_], keywords=keywords) if (
            s.refers(node) == "django.core.serializers.serialize" and len(node.args) > 1
        ):
            subject = node.args[1] if not any(each.name == "fields" for each in keywords) else None
    return _account(app, endpoint, handler, subject) if subject is not None else None


def _account(app: Application, endpoint: Endpoint, handler: Function, node: s.Expression) -> Model | None:
    kind = app.types.of(node, handler)
    name = (
        kind.item.name
        if kind is not None and kind.item is not None
        else kind.name
        if kind is not None
        else ""
    )
    model = app.models.get(name)
    if model is None:
        queries = _queries_of(endpoint, handler, node)
        names = [each for query in queries for each in query.models]
        model = endpoint.known.model(names[0]) if len(set(names)) == 1 else None
    return model if model is not None and is_account(model) and secret_of(model) else None


def _queries_of(endpoint: Endpoint, function: Function, node: s.Expression) -> list[Query]:
    """The queries that an expression holds, or that gave a local name in it its value."""
    asked = {id(each.call): each for each in endpoint.known.queries.get(function, [])}
    names = {each.id for each in s.walk(node) if isinstance(each, s.Name) and each.id in function.locals}
    found = [asked[id(each)] for each in s.walk(node) if id(each) in asked]
    callees = {id(call): called for call, called in endpoint.known.callees(function)}
    for each in function.walk():
        values: list[s.Expression] = []
        if isinstance(each, s.Assign) and each.value is not None:
            if any(isinstance(target, s.Name) and target.id in names for target in each.targets):
                values = [each.value]
        elif isinstance(each, s.Clause) and isinstance(each.target, s.Name) and each.target.id in names:
            values = [each.iterable]
        for inner in s.walk(*values):
            if id(inner) in asked:
                found.append(asked[id(inner)])
            called = callees.get(id(inner))
            if isinstance(called, Function):
                found += [q for q in endpoint.known.queries.get(called, []) if q.kind in ("select", "get")]
    return [each for each in found if each.kind in ("select", "get")]


def returned(app: Application, endpoint: Endpoint, handler: Function) -> Model | None:
    """The account that a handler returns as it is: a row, a list of rows, or what a function of the project finds."""
    if handler.returns is not None and _is_schema(app, handler.returns):
        return None
    told = app.types.annotated(handler.returns) if handler.returns is not None else None
    model = (
        app.models.get(told.item.name if told.item is not None else told.name) if told is not None else None
    )
    if model is not None and is_account(model) and secret_of(model):
        return model
    for node in handler.walk():
        if isinstance(node, s.Return) and node.value is not None:
            value = node.value.value if isinstance(node.value, s.Awaited) else node.value
            if isinstance(value, s.Name):
                found = _account(app, endpoint, handler, value)
                made = app.types.of(value, handler)
                if found is not None and (
                    made is None or made.name in app.models or made.name.startswith(("builtins.", "typing."))
                ):
                    return found if not _is_part(handler, value) else None
            elif isinstance(value, s.Call):
                called = next((each for call, each in endpoint.known.callees(handler) if call is value), None)
                queries = [each for each in endpoint.known.queries.get(handler, []) if each.call is value]
                if isinstance(called, Function) and not queries:
                    queries = (
                        [] if _makes_something_else(app, called) else endpoint.known.queries.get(called, [])
                    )
                found = _only_account(endpoint, queries)
                if found is not None:
                    return found
    return None


def dumps_all(method: Function) -> bool:
    """Whether a method gives all columns of its row: over `__table__.columns`, or its `__dict__`, none left out."""
    own = method.params[0].name if method.params else ""
    for node in method.walk():
        match node:
            case s.Return(value=s.Each(kind="dict", clauses=[clause])) if not clause.conditions:
                if s.last_name(clause.iterable) in ("columns", "__mapper__", "column_attrs", "__dict__") or (
                    isinstance(clause.iterable, s.Call)
                    and s.written(clause.iterable.callee).endswith("__dict__.items")
                ):
                    return True
            case s.Return(value=s.Attribute(base=s.Name(id=name), name="__dict__")) if name == own:
                return True
            case s.Return(value=s.Call(refers="builtins.vars" | "builtins.dict", args=[first])) if s.written(
                first
            ) in (own, f"{own}.__dict__"):
                return True
    return False


def _only_account(endpoint: Endpoint, queries: list[Query]) -> Model | None:
    names = {name for each in queries if each.kind in ("select", "get") for name in each.models}
    model = endpoint.known.model(next(iter(names))) if len(names) == 1 else None
    return (
        model
        if model is not None and model.owner is not None and is_account(model) and secret_of(model)
        else None
    )


def _makes_something_else(app: Application, called: Function) -> bool:
    """Whether a function gives something made of rows, or a part of them."""
    kind = app.types.annotated(called.returns)
    if kind is not None:
        name = kind.item.name if kind.item is not None else kind.name
        if name not in app.models:
            return True
    values = [node.value for node in called.walk() if isinstance(node, s.Return) and node.value is not None]
    return any(
        isinstance(each, s.Pairs | s.Each | s.Text | s.Literal | s.Operation | s.Attribute) for each in values
    )


def _is_part(handler: Function, value: s.Name) -> bool:
    """Whether a name holds a part of rows: `[each.id for each in users]`, `len(users)`."""
    for node in handler.walk():
        if isinstance(node, s.Assign) and any(
            isinstance(each, s.Name) and each.id == value.id for each in node.targets
        ):
            plain = node.value.value if isinstance(node.value, s.Awaited) else node.value
            if isinstance(plain, s.Each | s.Pairs | s.Attribute | s.Text | s.Operation):
                return True
            if isinstance(plain, s.Call) and plain.name in (
                "len",
                "count",
                "scalar_one_or_none_id",
                "exists",
                "dict",
            ):
                return True
    return False


def _is_schema(app: Application, annotation: s.Expression) -> bool:
    kind = app.types.annotated(annotation)
    name = (kind.item.name if kind.item is not None else kind.name) if kind is not None else ""
    return name in app.schemas


def gives_rows(handler: Function, value: s.Expression) -> bool:
    """Whether rows are answered as they are: `jsonify(rows)`, `jsonify([dict(row) for row in rows])`."""
    if isinstance(value, s.Group) and value.items:
        value = value.items[0]
    if isinstance(value, s.Call) and value.name in ANSWERS and value.args:
        value = value.args[0]
    elif isinstance(value, s.Call) and value.name not in DUMPS:
        return False
    inner = value.values if isinstance(value, s.Pairs) else [value]
    return any(_is_whole(handler, each) for each in inner)


def _is_whole(handler: Function, value: s.Expression) -> bool:
    match value:
        case s.Each(element=s.Call(args=[s.Name()]) as element):
            return element.name in ("dict", "list", "tuple")
        case s.Each(element=s.Name()):
            return True
        case s.Call(args=[s.Name(id=name)]) if value.name in ("dict", "list", "tuple"):
            return is_fetched(handler, name)
        case s.Name(id=name):
            return is_fetched(handler, name)
        case s.Call():
            return value.name in ("fetchall", "fetchone")
    return False


def is_fetched(handler: Function, name: str) -> bool:
    """Whether a name holds what a query gave."""
    for node in handler.walk():
        if isinstance(node, s.Assign) and any(
            isinstance(each, s.Name) and each.id == name for each in node.targets
        ):
            value = node.value.value if isinstance(node.value, s.Awaited) else node.value
            if isinstance(value, s.Call) and value.name in (
                "fetchall",
                "fetchone",
                "all",
                "first",
                "fetch",
                "fetchrow",
                "query_db",
            ):
                return True
            if (
                isinstance(value, s.Each)
                and isinstance(value.element, s.Call)
                and value.element.name == "dict"
            ):
                return True
    return False
