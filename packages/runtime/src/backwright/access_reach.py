"""What a condition can hold for at all: some rows, every row, or none.

What lives here: reasoning over comparisons of columns with constants, within what the columns can hold. What must not:
anything about roles. It knows too little rather than too much: where it cannot tell, a rule counts as holding for some.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, Boolean, Column, Enum, False_, Integer, True_
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import AsBoolean, BinaryExpression, BooleanClauseList, ColumnElement, Grouping

from backwright.columns import FixedPoint, bounds


def reach(condition: ColumnElement[Any]) -> bool | None:
    """Whether a condition holds for every row (`True`), for none (`False`), or depends on the row (`None`)."""
    match condition:
        case True_():
            return True
        case False_():
            return False
        case Grouping():
            return reach(condition.element)  # type: ignore[arg-type]
        case BooleanClauseList() if condition.operator is operators.or_:
            parts = [reach(each) for each in condition.clauses]
            return True if True in parts else (False if all(each is False for each in parts) else None)
        case BooleanClauseList():
            parts = [reach(each) for each in condition.clauses]
            if False in parts or _contradict(condition.clauses):
                return False
            return True if all(each is True for each in parts) else None
        case BinaryExpression() | AsBoolean() | Column():
            return _alone(condition)
    return None


@dataclass
class _Range:
    """What is left for a column: between two bounds, among some values; neither is known for every type."""

    low: Any = None
    high: Any = None
    open_low: bool = False
    open_high: bool = False
    among: set[str] | None = None
    nullable: bool = False
    narrowed: bool = field(default=False)

    def is_empty(self) -> bool:
        """Whether nothing is left."""
        if self.among is not None:
            return not self.among
        if self.low is None or self.high is None:
            return False
        return bool(self.low > self.high or (self.low == self.high and (self.open_low or self.open_high)))

    def narrow(self, operator: Any, given: Any) -> None:
        """Leave what a comparison leaves. `narrowed`: something has gone."""
        before = (self.low, self.high, self.open_low, self.open_high, self.among and set(self.among))
        if self.among is not None:
            wanted = {
                _text(each)
                for each in (given if isinstance(given, (list, tuple, set, frozenset)) else [given])
            }
            if operator in (operators.eq, operators.in_op):
                self.among &= wanted
            elif operator in (operators.ne, operators.not_in_op):
                self.among -= wanted
        elif not isinstance(given, (list, tuple, set, frozenset)):
            if operator in (operators.eq, operators.gt, operators.ge):
                self._from_below(given, open_=operator is operators.gt)
            if operator in (operators.eq, operators.lt, operators.le):
                self._from_above(given, open_=operator is operators.lt)
        after = (self.low, self.high, self.open_low, self.open_high, self.among)
        self.narrowed = self.narrowed or before != after

    def _from_below(self, given: Any, *, open_: bool) -> None:
        if self.low is None or given > self.low:
            self.low, self.open_low = given, open_
        elif given == self.low:
            self.open_low = self.open_low or open_

    def _from_above(self, given: Any, *, open_: bool) -> None:
        if self.high is None or given < self.high:
            self.high, self.open_high = given, open_
        elif given == self.high:
            self.open_high = self.open_high or open_


_UNDERSTOOD = frozenset(
    {
        operators.eq, operators.ne, operators.lt, operators.le, operators.gt, operators.ge,
        operators.in_op, operators.not_in_op,
    }
)  # fmt: skip


def _text(one: Any) -> str:
    return str(getattr(one, "value", one))


def _of(column: Column[Any]) -> _Range:
    """What a column can hold."""
    found = _Range(nullable=bool(column.nullable))
    if isinstance(column.type, Enum):
        found.among = set(column.type.enums)
    elif isinstance(column.type, Boolean):
        found.among = {"True", "False"}
    elif isinstance(column.type, (Integer, FixedPoint)):
        found.low, found.high = bounds(column)
    return found


def _comparison(condition: Any) -> tuple[Column[Any], Any, Any] | None:
    """(column, operator, constant) of a condition that is such a comparison."""
    if isinstance(condition, Grouping):
        return _comparison(condition.element)
    if isinstance(condition, AsBoolean) and isinstance(condition.element, Column):
        return condition.element, operators.eq, condition.operator is operators.is_true
    if isinstance(condition, Column) and isinstance(condition.type, Boolean):
        return condition, operators.eq, True
    if not isinstance(condition, BinaryExpression) or not isinstance(condition.left, Column):
        return None
    column, right = condition.left, condition.right
    if condition.operator is operators.is_ and isinstance(right, (True_, False_)):
        return column, operators.eq, isinstance(right, True_)
    if isinstance(right, (True_, False_)) and condition.operator in (operators.eq, operators.ne):
        return column, condition.operator, isinstance(right, True_)
    constant = isinstance(right, BindParameter) and right.callable is None and right.value is not None
    return (
        (column, condition.operator, right.value) if constant and condition.operator in _UNDERSTOOD else None
    )


def _alone(condition: Any) -> bool | None:
    """A single comparison: of a column with itself, or with a constant that it is never, or always, like."""
    if isinstance(condition, BinaryExpression) and condition.left is condition.right:
        same = condition.operator in (operators.eq, operators.le, operators.ge)
        known = same or condition.operator in (operators.ne, operators.lt, operators.gt)
        nullable = getattr(condition.left, "nullable", True)
        return (None if nullable and same else same) if known else None
    found = _comparison(condition)
    if found is None:
        return None
    column, operator, given = found
    left = _of(column)
    left.narrow(operator, given)
    if left.is_empty():
        return False
    bounded = left.among is not None or (left.low is not None and operator is not operators.ne)
    is_list = operator in (operators.in_op, operators.not_in_op) and left.among is None
    return True if bounded and not is_list and not left.narrowed and not left.nullable else None


def _contradict(clauses: Iterable[Any]) -> bool:
    """Whether comparisons of one column leave nothing when all of them hold."""
    left: dict[Column[Any], _Range] = {}
    for each in clauses:
        found = _comparison(each)
        if found is not None:
            column, operator, given = found
            left.setdefault(column, _of(column)).narrow(operator, given)
    return any(each.is_empty() for each in left.values())
