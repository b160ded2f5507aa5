"""Kinds of rows that the rules of an entity tell apart, with values for which it is known what holds.

What lives here: choosing values, and whether a comparison holds for them. What must not: statuses (`rights.py`), the
text of tests.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from backwright_workbench.blueprint.checks.rows import profile
from backwright_workbench.blueprint.model import Entity, FieldModel, Grants
from backwright_workbench.blueprint.rows import Comparison, RowRule, is_true, meant, row_rule
from backwright_workbench.codegen.suite.sample_values import good

Path = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Way:
    """A kind of row: whose it is, the values of the fields that rules compare, and which of the comparisons with the
    caller's own rows hold."""

    path: Path | None = None
    values: tuple[tuple[str, str], ...] = ()
    same: tuple[Comparison, ...] = ()

    def having(self, field: str, value: str | None) -> "Way":
        """The same with another value of a field."""
        values = tuple((name, old) for name, old in self.values if name != field)
        same = tuple(each for each in self.same if each.field != field)
        return replace(self, values=values if value is None else (*values, (field, value)), same=same)

    def holds(self, each: Comparison, field: FieldModel) -> bool:
        """Whether a comparison is true of such a row; of a value that is not known, none is."""
        if each.actor is not None:
            return each in self.same
        value = dict(self.values).get(each.field)
        return value is not None and is_true(each, value, field.type)


def rules(declared: Entity) -> list[RowRule]:
    """Every rule that the access of an entity uses, once."""
    found: dict[str, RowRule] = {}
    for grants in declared.access.values():
        if isinstance(grants, Grants):
            for grant in (grants.read, grants.create, grants.update, grants.delete, grants.act):
                if grant is not None and grant.rows != "all":
                    found[grant.rows] = row_rule(grant.rows)
    return list(found.values())


def nobodys(declared: Entity) -> Way:
    """A row for which as few comparisons hold as can be."""
    return Way(values=tuple(_values(declared, ())))


def fitting(entities: Mapping[str, Entity], declared: Entity, rule: RowRule, path: Path | None) -> Way | None:
    """A row for which a rule holds; `None` where tests cannot make one: a way to the account and a value of the
    caller's own row may need two rows that exclude each other.
    """
    asked = tuple(each for each in rule.comparisons if each.actor is not None)
    way = Way(path, tuple(_values(declared, rule.comparisons)))
    for each in asked:
        way = way.having(each.field, _own_value(entities, each))
    way = replace(way, same=asked)
    held = all(way.holds(each, declared.fields[each.field]) for each in rule.comparisons)
    return None if (asked and path is not None) or not held else way


def _own_value(entities: Mapping[str, Entity], each: Comparison) -> str | None:
    """The value that the caller's own row has in the tests, which the row of the rule gets as well."""
    assert each.actor is not None
    own_row = profile(entities, each.actor[0])
    assert own_row is not None, "the blueprint was checked"
    return sent_value(each.actor[1], entities[own_row[0]].fields[each.actor[1]])


def _values(declared: Entity, wanted: Iterable[Comparison]) -> Iterator[tuple[str, str]]:
    """For each compared field a value for which the wanted comparisons hold, and as few others as can be."""
    wanted = [each for each in wanted if each.actor is None]
    compared = [each for rule in rules(declared) for each in rule.comparisons if each.actor is None]
    for name in dict.fromkeys(each.field for each in compared):
        field = declared.fields[name]
        here = [each for each in compared if each.field == name]
        needed = [each for each in wanted if each.field == name]
        possible = [
            value
            for value in _candidates(name, field, here)
            if all(_holds(each, value, field) for each in needed)
        ]
        if possible:
            yield name, min(possible, key=lambda value: sum(_holds(each, value, field) for each in here))


def _holds(each: Comparison, value: str, field: FieldModel) -> bool:
    return is_true(each, value, field.type)


def _candidates(name: str, field: FieldModel, compared: Iterable[Comparison]) -> list[str]:
    """Values that a field can have, those beside what it is compared with first."""
    if field.type == "enum":
        return list(field.values)
    if field.type == "boolean":
        return ["true", "false"]
    found: list[str] = []
    for each in compared:
        value = meant(each.value, field.type)
        step: Any = timedelta(days=1) if field.type == "date" else 1
        found += [str(value), str(value - step), str(value + step)]
    found.append(str(ast.literal_eval(good(name, field))))
    return [value for value in found if _is_within(meant(value, field.type), field)]


def _is_within(value: Any, field: FieldModel) -> bool:
    low = field.min is None or isinstance(value, date) or value >= Decimal(str(field.min))
    return low and (field.max is None or isinstance(value, date) or value <= Decimal(str(field.max)))


def sent_value(name: str, field: FieldModel) -> str | None:
    """The value that tests send for a field, as a blueprint writes it; `None` for what rules do not compare."""
    if field.type not in ("integer", "decimal", "money", "date", "enum", "boolean"):
        return None
    value = ast.literal_eval(good(name, field))
    return str(value).lower() if isinstance(value, bool) else str(value)
