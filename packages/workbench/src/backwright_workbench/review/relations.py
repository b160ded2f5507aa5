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
PLAIN = frozenset(["id", "pk"])
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
    return {part for query in queries for name in query.eager for part in name.replace("__", ".").split(".")}


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
        if not source and _is_key(value, found):
            continue
        yield field.name, found
        nested = app.schemas.get(field.type)
        target = model_named(app, found.target)
        if nested is not None and target is not None and depth < DEEPEST:
            yield from shown(app, nested, target, depth + 1)


def _is_key(value: s.Expression | None, relation: Relation) -> bool:
    """Django shows a relation as its key if nothing else is said: no query for one, one query each for many."""
    if value is None:
        return False
    return isinstance(value, s.Call) and value.name == "PrimaryKeyRelatedField" and not relation.many
