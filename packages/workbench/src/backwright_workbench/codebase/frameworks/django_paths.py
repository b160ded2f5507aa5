"""Paths of Django such as `author__name__icontains`: the column at which they end, the relations on the way.

What lives here: walking a path over models. What must not: which methods take paths.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.codebase.facts.data import Model
from backwright_workbench.codebase.frameworks.query_names import full

OPERATORS = frozenset(
    {"exact", "iexact", "contains", "icontains", "in", "gt", "gte", "lt", "lte", "startswith", "istartswith",
     "endswith", "iendswith", "range", "date", "year", "month", "day", "isnull", "regex", "iregex", "overlap", "search",
     "hour", "has_key", "has_keys", "week", "time", "trigram_similar", "unaccent", "length", "contained_by", "len",
     "quarter", "has_any_keys", "week_day", "iso_year", "second", "minute"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class End:
    """Where a path ends; `name` is the column in full, or the path as written where the model is not known."""

    name: str
    model: Model | None = None
    attribute: str = ""
    operator: str = ""
    passed: tuple[str, ...] = ()
    """Full names of the other models on the way."""


def relation_of(model: Model, part: str) -> str:
    """The relation that a part of a path names; lookups call `comment_set` `comment`."""
    return next((name for name in (part, f"{part}_set") if name in model.relations), "")


def end_of(path: str, model: Model | None, models: dict[str, Model]) -> End:
    """Follows a path from a model."""
    parts = path.split("__")
    if model is None:
        plain = [each for each in parts if each not in OPERATORS]
        return End("__".join(plain) or path)
    here: Model | None = model
    owner, attribute, operator, key = model, "", "", ""
    passed: list[str] = []
    for part in parts:
        name = relation_of(here, part) if here is not None else ""
        column = here.column(part) if here is not None else None
        if here is not None and name:
            relation = here.relations[name]
            owner, attribute, key = here, relation.column or part, relation.column
            here = models.get(relation.target)
            passed += [here.qualified] if here is not None else []
        elif part in ("pk", "id") and key:
            passed = passed[:-1]  # the key is on this side: nothing is joined
            here, key = None, ""
        elif here is not None and part == "pk":
            owner, attribute = (
                here,
                next((each for each, found in here.columns.items() if found.primary), "id"),
            )
            here = None
        elif here is not None and column is not None:
            owner, attribute, here, key = here, column.attribute, None, ""
        elif part in OPERATORS:
            operator = part
        else:
            attribute = attribute or part
    if key and passed and (len(parts) == 1 or operator):
        passed = passed[:-1]
    return End(full(owner, attribute or parts[0]), owner, attribute, operator, tuple(passed))


def loaded(path: str, model: Model | None, models: dict[str, Model]) -> Iterator[str]:
    """The relations that `select_related("author__profile")` loads, in full where the model is known."""
    here = model
    for part in path.split("__"):
        relation = here.relations.get(part) if here is not None else None
        yield full(here, part) if here is not None else part
        here = models.get(relation.target) if relation is not None else None
