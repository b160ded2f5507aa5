"""Which rows: ways that lead to accounts, and comparisons of fields that are there with values that they can have."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from backwright_workbench.blueprint import naming
from backwright_workbench.blueprint.fault import did_you_mean
from backwright_workbench.blueprint.model import USER, Entity, FieldModel, account_path
from backwright_workbench.blueprint.rows import Comparison, RowRule, is_true, meant, row_rule

_ORDERED: Final = frozenset({"integer", "decimal", "money", "date"})
_EQUAL: Final = _ORDERED | {"enum", "boolean"}
"""Types that can be compared with a value; references only with one of the caller's own."""

Found = Iterator[tuple[str, str | None]]
"""What is wrong, and what would be right."""


def faults(entities: Mapping[str, Entity], name: str, rows: str) -> Found:
    """What is wrong with the rows of a grant on `name`."""
    rule = row_rule(rows)
    if len(rule.paths) > 1:
        yield f"{' and '.join(rule.paths)} are two ways to the caller's account", "say one"
    for path in rule.paths:
        try:
            account_path(entities, name, path)
        except LookupError as error:
            yield str(error.args[0]), "rows is `all`, or references that lead to User"
    for each in rule.comparisons:
        field = entities[name].fields.get(each.field)
        if field is None:
            yield f"no field is called {each.field!r}", did_you_mean(each.field, entities[name].fields)
        elif field.encrypted:
            yield f"{each.field!r} is encrypted, and rules compare what stands in the database", None
        elif each.actor is not None and each.operator not in ("=", "<=", ">="):
            yield (
                f"{each} is true of rows that have nothing to do with the caller",
                "compare with =, <= or >=",
            )
        elif faulty := list(_order(each, field)):
            yield from faulty
        elif each.actor is not None:
            yield from _of_actor(entities, each, field)
        else:
            yield from _value(each, field)
    yield from _reach(entities[name], rule)


def profile(entities: Mapping[str, Entity], snake: str) -> tuple[str, str] | None:
    """The entity with this name in snake_case of which an account has one row at most, and its reference to the
    account; `None` if there is none.
    """
    name = next((each for each in entities if naming.snake(each) == snake), None)
    if name is None:
        return None
    found = [
        n for n, f in entities[name].fields.items() if f.type == "reference" and f.to == USER and f.unique
    ]
    return (name, found[0]) if len(found) == 1 else None


def _order(each: Comparison, field: FieldModel) -> Found:
    if each.operator not in ("=", "!=") and field.type not in _ORDERED:
        yield f"{each.field!r} is {_kind(field)}, which has no order", "compare it with = or !="


def _of_actor(entities: Mapping[str, Entity], each: Comparison, field: FieldModel) -> Found:
    assert each.actor is not None
    snake, other_name = each.actor
    own = profile(entities, snake)
    if own is None:
        yield (
            f"{snake!r} is not an entity of which each account has one row",
            f"an entity with one reference to {USER} that is unique: true",
        )
        return
    other = entities[own[0]].fields.get(other_name)
    if other is None:
        yield (
            f"{own[0]} has no field called {other_name!r}",
            did_you_mean(other_name, entities[own[0]].fields),
        )
    elif field.type not in _EQUAL | {"reference", "string"}:
        yield f"{each.field!r} is {_kind(field)}, which rules do not compare", None
    elif (_alike(field), field.to, set(field.values)) != (_alike(other), other.to, set(other.values)):
        yield f"{each.field!r} and {own[0]}.{other_name} hold different things", "compare fields of one type"


def _value(each: Comparison, field: FieldModel) -> Found:
    fits = {
        "enum": each.value in field.values,
        "boolean": each.value in ("true", "false"),
        "integer": re.fullmatch(r"-?\d+", each.value) is not None,
        "decimal": re.fullmatch(r"-?\d+(\.\d+)?", each.value) is not None,
        "money": re.fullmatch(r"-?\d+(\.\d+)?", each.value) is not None,
        "date": _is_day(each.value),
    }
    if field.type not in fits:
        hint = (
            "compare it with one of the caller's own: actor.<entity>.<field>"
            if field.type == "reference"
            else None
        )
        yield f"{each.field!r} is {_kind(field)}, which rules do not compare with a value", hint
    elif not fits[field.type]:
        hint = did_you_mean(each.value, field.values) if field.type == "enum" else None
        yield f"{each.field!r} is {_kind(field)} and cannot be {each.value}", hint


def _is_day(value: str) -> bool:
    try:
        return bool(date.fromisoformat(value)) and len(value) == 10
    except ValueError:
        return False


def _alike(field: FieldModel) -> str:
    """Numbers can be compared with each other."""
    return "number" if field.type in ("integer", "decimal", "money") else field.type


def _kind(field: FieldModel) -> str:
    return f"one of {', '.join(field.values)}" if field.type == "enum" else f"of type {field.type}"


def _reach(entity: Entity, rule: RowRule) -> Found:
    """Conditions that no row can meet, or that every row meets: the service would refuse to start."""
    for name in dict.fromkeys(each.field for each in rule.comparisons if each.actor is None):
        field = entity.fields.get(name)
        here = [each for each in rule.comparisons if each.field == name and each.actor is None]
        if field is None or any(True for each in here for _ in (*_order(each, field), *_value(each, field))):
            continue
        held = [all(is_true(each, value, field.type) for each in here) for value in _points(field, here)]
        if not any(held):
            yield (
                f"no {name} is {' and '.join(f'{each.operator} {each.value}' for each in here)}",
                "nothing is granted",
            )
        elif all(held) and _is_bounded(field) and not field.optional:
            yield (
                f"every {name} is {' and '.join(f'{each.operator} {each.value}' for each in here)}",
                "leave it out",
            )


def _points(field: FieldModel, compared: Sequence[Comparison]) -> list[str]:
    """Values of a field of which one holds wherever any does: those compared with, those beside them, the bounds."""
    if field.type == "enum":
        return list(field.values)
    if field.type == "boolean":
        return ["true", "false"]
    step: Any = (
        timedelta(days=1) if field.type == "date" else Decimal(1 if field.type == "integer" else "0.01")
    )
    values = [meant(each.value, field.type) for each in compared]
    found = [*values, *(value - step for value in values), *(value + step for value in values)]
    low, high = (None if bound is None else meant(str(bound), field.type) for bound in (field.min, field.max))
    found += [bound for bound in (low, high) if bound is not None]
    return [str(v) for v in found if (low is None or v >= low) and (high is None or v <= high)]


def _is_bounded(field: FieldModel) -> bool:
    """Whether it is known of every value that it can be: then a condition that all meet is none."""
    return field.type in ("enum", "boolean") or field.min is not None or field.max is not None
