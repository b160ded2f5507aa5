"""Lists whose schema looks at relations of each row: response models, serializers, nested fields.

What lives here: which handlers answer lists through which schema. What must not: loops that are written out.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function, Role
from backwright_workbench.codebase.facts.data import Model, Query
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Route, Schema
from backwright_workbench.review.finding import Confidence, Seen, Step
from backwright_workbench.review.reach import reach_of
from backwright_workbench.review.relations import lazy, loaded_along, model_named, shown, touched

READS = frozenset(["select", "get", "count"])
METHODS = frozenset(["SerializerMethodField", "Method"])


def shapes(app: Application) -> Iterator[Seen]:
    """Each list that is answered through a schema which asks for more, row by row."""
    for route in app.routes:
        owner = route.handler or route.view
        if (
            route.answers is not None
            and route.answers_many
            and owner is not None
            and owner.module.role is Role.CODE
        ):
            found = _answered(app, route)
            if found is not None:
                yield found
    yield from _dumped(app)
    yield from _computed(app)


def _answered(app: Application, route: Route) -> Seen | None:
    schema = app.schemas.get(route.answers.qualified) if route.answers is not None else None
    model = _rows(app, route, schema) if schema is not None else None
    if schema is None or model is None:
        return None
    known = loaded_along(app, route.handler, route.view)
    names = [relation for _, relation in shown(app, schema, model) if relation.name not in known]
    if not names:
        return None
    place = route.handler.head if route.handler is not None else route.place
    return Seen(
        Place(place.path, place.line, place.line, place.column),
        f"`{route}` answers a list through `{schema.name}`, which looks at `{model.name}.{names[0].name}` of each row: "
        "each is loaded by a query of its own",
        Confidence.MEDIUM,
        fix=_fix(model, names[0].name),
        steps=(
            Step(schema.owner.place, "shows the relation"),
            Step(names[0].place, "is loaded when looked at"),
        ),
        about=f"{route}.{names[0].name}",
    )


def _rows(app: Application, route: Route, schema: Schema) -> Model | None:
    """The model whose rows a route answers: what its schema says, or the list that its handler asks for."""
    known = model_named(app, schema.model)
    if known is not None or route.handler is None:
        return known
    reach = app.once(reach_of)
    for way in reach.ways(route.handler):
        for query in reach.queries(way.function):
            if query.many and query.kind == "select" and query.models:
                return app.models.get(query.models[0])
    return None


def _dumped(app: Application) -> Iterator[Seen]:
    """`UserSchema(many=True).dump(users)` of marshmallow."""
    for standing in app.calls("dump", "dumps", "jsonify"):
        call, function = standing.node, standing.function
        if function is None or not isinstance(call.callee, s.Attribute):
            continue
        kind = app.types.of(call.callee.base, function)
        schema = app.schemas.get(kind.name) if kind is not None else None
        model = model_named(app, schema.model) if schema is not None else None
        if schema is None or not _is_many(call, function):
            continue
        model = model or _asked(app, function)
        known = loaded_along(app, function)
        names = (
            [each for _, each in shown(app, schema, model) if each.name not in known]
            if model is not None
            else []
        )
        if model is not None and names:
            yield Seen(
                function.at(call),
                f"`{function.name}` dumps a list by `{schema.name}`, which looks at `{model.name}.{names[0].name}` "
                "of each row: each is loaded by a query of its own",
                Confidence.HIGH,
                fix=_fix(model, names[0].name),
                steps=(Step(schema.owner.place, "shows the relation"),),
                about=f"{function.qualified}.{names[0].name}",
            )


def _asked(app: Application, function: Function) -> Model | None:
    found = [each for each in app.once(reach_of).queries(function) if each.many and each.models]
    return app.models.get(found[0].models[0]) if found else None


def _is_many(call: s.Call, function: Function) -> bool:
    if s.constant(call.keyword("many")) is True:
        return True
    base = call.callee.base if isinstance(call.callee, s.Attribute) else None
    made: list[s.Node] = [base] if isinstance(base, s.Call) else []
    if isinstance(base, s.Name):
        made = [
            each.value
            for each in (*function.module.body, *function.walk())
            if isinstance(each, s.Assign)
            and each.value is not None
            and any(isinstance(target, s.Name) and target.id == base.id for target in each.targets)
        ]
    return any(isinstance(each, s.Call) and s.constant(each.keyword("many")) is True for each in made)


def _computed(app: Application) -> Iterator[Seen]:
    """A method of a serializer that gives the value of a field, and asks for it."""
    listed = _listed(app)
    reach = app.once(reach_of)
    for schema in app.schemas.values():
        if (
            schema.kind != "serializer"
            or schema.name not in listed
            or schema.owner.module.role is not Role.CODE
        ):
            continue
        model = model_named(app, schema.model)
        for field in schema.fields:
            value = schema.owner.value(field.name)
            if not isinstance(value, s.Call) or value.name not in METHODS:
                continue
            given = s.text_of(value.argument(0, "method_name")) or f"get_{field.name}"
            method = schema.owner.methods.get(given)
            if method is None:
                continue
            asked = [
                each
                for way in reach.ways(method, 1)
                for each in reach.queries(way.function)
                if each.kind in READS
            ]
            node, what = _cost(app, method, model, asked)
            if node is not None:
                yield Seen(
                    method.at(node) if isinstance(node, s.Node) else node,
                    f"`{schema.name}.{field.name}` {what} for each row of a list",
                    Confidence.HIGH if asked else Confidence.MEDIUM,
                    fix="annotate the query of the view with the value, or load the relation along, and read it here",
                    about=f"{schema.owner.qualified}.{field.name}",
                )


def _cost(
    app: Application, method: Function, model: Model | None, asked: list[Query]
) -> tuple[s.Node | Place | None, str]:
    if asked:
        own = next((each for each in asked if each.function is method), None)
        return (
            (own.call, "asks the database")
            if own is not None
            else (method.head, "calls what asks the database")
        )
    if model is None or len(method.params) < 2:
        return None, ""
    known = {
        name for query in app.queries for each in query.eager for name in each.replace("__", ".").split(".")
    }
    for node, relation in touched(method.walk(), method.params[1].name, model):
        if relation.name not in known:
            return node, f"looks at `{model.name}.{relation.name}`, which is loaded by a query of its own,"
    return None, ""


def _listed(app: Application) -> set[str]:
    """Names of the serializers that show lists: by a view, by `many=True`, or inside another one."""
    found = {route.answers.name for route in app.routes if route.answers is not None and route.answers_many}
    for standing in app.nodes(s.Call):
        if s.constant(standing.node.keyword("many")) is True:
            found.add(standing.node.name)
    return found


def _fix(model: Model, name: str) -> str:
    if model.orm == "django":
        relation = lazy(model, name)
        many = relation is not None and relation.many
        return f'`.{"prefetch_related" if many else "select_related"}("{name}")` in the query of the view'
    return (
        f"`.options(selectinload({model.name}.{name}))` in the query, or `joinedload` for a single row each"
    )
