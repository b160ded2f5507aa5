"""Relations that are loaded when somebody looks: which ones a model has, and which ones a query loads along.

What lives here: models, rows, what schemas show of them. What must not: any rule.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.data import Model, Query, Relation
from backwright_workbench.codebase.facts.web import Schema
from backwright_workbench.review.reach import reach_of

LAZY = frozenset(["lazy", "dynamic"])
LOADERS = frozenset(
    ["select_related", "prefetch_related", "joinedload", "selectinload", "subqueryload", "contains_eager",
     "immediateload", "Prefetch", "prefetch_related_objects", "fetch_related", "prefetch"]
)  # fmt: skip
KEYS = frozenset(["PrimaryKeyRelatedField", "HiddenField", "CurrentUserDefault"])
DEEPEST = 2


def model_named(app: Application, name: str) -> Model | None:
    """The model of a full name, or else the only one of that last name: a re-export has another full name."""
    if not name:
        return None
    found = app.models.get(name)
    if found is not None:
        return found
    last = name.rpartition(".")[2]
    same = [each for each in app.models.values() if each.name == last]
    return same[0] if len(same) == 1 else None


def lazy(model: Model, name: str) -> Relation | None:
    """The relation of that name, if it is loaded when somebody looks."""
    found = model.relations.get(name)
    return found if found is not None and found.loading in LAZY else None


def loaded_along(app: Application, function: Function | None, owner: Class | None = None) -> set[str]:
    """The last names of the relations that queries load along, in a function and in what it reaches, or in a class."""
    queries: list[Query] = []
    reach = app.once(reach_of)
    if function is not None:
        for way in reach.ways(function):
            queries += reach.queries(way.function)
    if owner is not None:
        queries += [
            each for each in app.queries if each.place.path == owner.module.path and _within(each, owner)
        ]
    found = {part for query in queries for name in query.eager for part in name.replace("__", ".").split(".")}
    nodes = [*(function.walk() if function is not None else ())]
    for method in owner.methods.values() if owner is not None else ():
        nodes += method.walk()
    loaders = app.once(_loaders)
    for node in nodes:
        if isinstance(node, s.Call):
            found |= loaders.get(node.name, set()) | _named(node)
    return found


def _loaders(app: Application) -> dict[str, set[str]]:
    """Functions and methods (of managers, querysets, repositories) that load relations along, by their own names."""
    found: dict[str, set[str]] = {}
    for standing in app.calls(*LOADERS):
        if standing.function is not None:
            found.setdefault(standing.function.name, set()).update(_named(standing.node))
    return found


def _named(call: s.Call) -> set[str]:
    """The relations that a loader names."""
    if call.name not in LOADERS:
        return set()
    names = [s.text_of(each) or s.last_name(each) for each in call.args]
    return {part for name in names if name for part in name.replace("__", ".").split(".")}


def _within(query: Query, owner: Class) -> bool:
    return owner.line <= query.place.line <= owner.end


def touched(nodes: Iterator[s.Node], name: str, model: Model) -> Iterator[tuple[s.Attribute, Relation]]:
    """`row.relation` in some code, where `row` has this name and the relation is loaded when somebody looks."""
    for node in nodes:
        if isinstance(node, s.Attribute) and isinstance(node.base, s.Name) and node.base.id == name:
            found = lazy(model, node.name)
            if found is not None:
                yield node, found


def shown(app: Application, schema: Schema, model: Model, depth: int = 0) -> Iterator[tuple[str, Relation]]:
    """The relations that a schema shows of each row, with the field: nested ones, and `source="author.name"`."""
    for field in schema.fields:
        value = schema.owner.value(field.name)
        source = s.text_of(value.keyword("source")) if isinstance(value, s.Call) else None
        attribute = s.text_of(value.keyword("attribute")) if isinstance(value, s.Call) else None
        name = (source or attribute or field.name).partition(".")[0]
        found = lazy(model, name)
        if found is None or (field.write_only and not source):
            continue
        if not source and _is_key(schema, value, found):
            continue
        yield field.name, found
        nested = app.schemas.get(field.type)
        target = model_named(app, found.target)
        if nested is not None and target is not None and depth < DEEPEST:
            yield from shown(app, nested, target, depth + 1)


def _is_key(schema: Schema, value: s.Expression | None, relation: Relation) -> bool:
    """A serializer shows a single row as its key, which is in the row already, if nothing else is said."""
    if schema.kind != "serializer" or relation.many:
        return False
    return value is None or (isinstance(value, s.Call) and value.name in KEYS)
