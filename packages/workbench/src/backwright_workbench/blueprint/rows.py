"""Which rows a grant is about, as a blueprint says it: `assignee`, `site = actor.technician.site and total < 10000`.

What lives here: the small language of `rows`, its parts, and its words. What must not: whether fields and ways are
there (`checks/rows.py`), Python source (`codegen/access.py`).

Parts are joined by `and`: at most one way to the caller's account, and comparisons of a field with a value or with a
field of the caller's own row of another entity.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

_NAME: Final = r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
_PATH: Final = rf"{_NAME}(?:\.{_NAME})*"
_VALUE: Final = rf"(?:actor\.{_NAME}\.{_NAME}|\d{{4}}-\d{{2}}-\d{{2}}|-?\d+(?:\.\d+)?|{_NAME})"
_PART: Final = rf"(?:{_NAME} (?:=|!=|<=|>=|<|>) {_VALUE}|{_PATH})"
PATTERN: Final = rf"^(all|{_PART}(?: and {_PART})*)$"
"""What `rows` may be."""

OPERATORS: Final = {
    "=": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}
"""How each operator is said."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One condition: a field of the row, an operator, and a value or a field of the caller's own row."""

    field: str
    operator: str
    value: str = ""
    actor: tuple[str, str] | None = None
    """(entity in snake_case, field), for `actor.technician.site`."""

    def __str__(self) -> str:
        return f"{self.field} {self.operator} {self.operand}"

    @property
    def operand(self) -> str:
        """What the field is compared with, as it is written."""
        return f"actor.{self.actor[0]}.{self.actor[1]}" if self.actor is not None else self.value


@dataclass(frozen=True, slots=True)
class RowRule:
    """Rows by parts: ways to the caller's account (one, if the rule is right) and comparisons. None: all rows."""

    paths: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = ()

    @property
    def path(self) -> str:
        """The way to the caller's account; empty where the rule does not ask whose a row is."""
        return self.paths[0] if self.paths else ""

    def __str__(self) -> str:
        """The canonical form: the way first."""
        return " and ".join([*self.paths, *map(str, self.comparisons)]) or "all"


def row_rule(rows: str) -> RowRule:
    """The parts of `rows`, which fits `PATTERN`."""
    if rows == "all":
        return RowRule()
    paths: list[str] = []
    comparisons: list[Comparison] = []
    for part in rows.split(" and "):
        field, _, rest = part.partition(" ")
        if not rest:
            paths.append(part)
            continue
        operator, _, value = rest.partition(" ")
        _, *of = value.split(".") if value.startswith("actor.") else [""]
        comparisons.append(
            Comparison(field, operator, actor=(of[0], of[1])) if of else Comparison(field, operator, value)
        )
    return RowRule(tuple(paths), tuple(comparisons))


def only_path(rows: str) -> str | None:
    """The way to the caller's account where that is all that a rule asks; `None`: it asks nothing, or more."""
    rule = row_rule(rows)
    return rule.path if rule.paths and not rule.comparisons else None


def in_words(rows: str) -> str:
    """`own rows only, by assignee, whose total is less than 10000`."""
    rule = row_rule(rows)
    said = [f"own rows only, by {rule.path}"] if rule.paths else []
    said += [_in_words(each) for each in rule.comparisons]
    return ", and ".join(said) if rule.paths else f"only where {' and '.join(said)}"


def _in_words(each: Comparison) -> str:
    field = each.field.replace("_", " ")
    if each.actor is not None:
        entity, other = (part.replace("_", " ") for part in each.actor)
        operand = f"the {other} of the caller's {entity}"
    else:
        operand = each.value.replace("_", " ") if re.fullmatch(_NAME, each.value) else each.value
    return f"the {field} {OPERATORS[each.operator]} {operand}"


def meant(value: str, kind: str) -> Any:
    """What a value stands for in a field of a type, so that it can be compared."""
    if kind in ("integer", "decimal", "money"):
        return Decimal(value)
    return date.fromisoformat(value) if kind == "date" else value


_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def is_true(each: Comparison, value: str, kind: str) -> bool:
    """Whether a comparison with a value holds for a row whose field has this value."""
    return bool(_COMPARE[each.operator](meant(value, kind), meant(each.value, kind)))
