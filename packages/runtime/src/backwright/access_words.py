"""Rules in words: which rows a grant is about, as a sentence that a person can check.

What lives here: from a rule to its words. What must not: what a rule means (`access.py`) and what it decides
(`access_decisions.py`). The words are read from the very expression that becomes SQL, so they cannot say
anything else than what is done.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    False_,
    FromClause,
    ScalarSelect,
    Table,
    True_,
)
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import (
    AsBoolean,
    BinaryExpression,
    BooleanClauseList,
    Grouping,
    Null,
    UnaryExpression,
)

from backwright.access import ACCOUNTS, ACTOR_ID, Grant, Operation, Rows
from backwright.entity import Entity

_VERBS: Final[dict[Callable[..., Any], str]] = {
    operators.eq: "is",
    operators.ne: "is not",
    operators.lt: "is less than",
    operators.le: "is at most",
    operators.gt: "is more than",
    operators.ge: "is at least",
    operators.is_: "is",
    operators.is_not: "is not",
    operators.in_op: "is one of",
    operators.not_in_op: "is none of",
}


def grant_in_words(grant: Grant, table: FromClause) -> str:
    """`update phone where its account is the caller`."""
    names = ", ".join(sorted(grant.names)) if grant.names is not None else ""
    verb = "call" if grant.operation is Operation.ACT else str(grant.operation)
    what = " ".join(filter(None, [verb, names or ("every action" if verb == "call" else "")]))
    return what if grant.where is None else f"{what} where {rows_in_words(grant.where, table)}"


def rows_in_words(rows: Rows, table: FromClause) -> str:
    """The rows of `table` that a rule is about: `its assignee's account is the caller`."""
    if rows.path:
        return f"{ownership(rows)} is the caller"
    if rows.joined:
        first, second = (_within(rows, each, rows_in_words(each, table)) for each in rows.parts)
        return f"{first} {rows.joined} {second}"
    return expression(rows.on(table))


def ownership(rows: Rows) -> str:
    """The way from the row to the account: `its assignee's account`."""
    return "its " + "'s ".join(_name(step.key) for step in rows.path)


def _within(outer: Rows, inner: Rows, text: str) -> str:
    return f"({text})" if outer.joined == "and" and inner.joined == "or" else text


def expression(element: Any) -> str:
    """A condition of SQL in words. What has no words of its own is shown as SQL."""
    if isinstance(element, BinaryExpression) and isinstance(element.left.type, Boolean):
        condition = getattr(element.left, "said", None)  # a condition over the request, which `is true`
        if condition is not None:
            return str(condition)
    match element:
        case Grouping():
            return expression(element.element)
        case BooleanClauseList():
            word = " or " if element.operator is operators.or_ else " and "
            parts = [(each, expression(each)) for each in element.clauses]
            return word.join(f"({text})" if _is_list(each) else text for each, text in parts)
        case AsBoolean():
            return (
                f"{value(element.element)} is {'true' if element.operator is operators.is_true else 'false'}"
            )
        case UnaryExpression() if element.operator is operators.inv:
            return f"not ({expression(element.element)})"
        case BinaryExpression() if element.operator in _VERBS:
            verb = _VERBS[element.operator]
            return f"{value(element.left)} {verb} {value(element.right)}"
        case True_():
            return "always"
        case False_():
            return "never"
        case Column():
            return f"{value(element)} is true"
    said = getattr(element, "said", None)
    return str(said) if said is not None else f"`{' '.join(str(element).split())}`"


def _is_list(element: ColumnElement[Any]) -> bool:
    inner = element.element if isinstance(element, Grouping) else element
    return isinstance(inner, BooleanClauseList)


def value(element: Any) -> str:
    """One side of a comparison in words."""
    said = getattr(element, "said", None)
    if said is not None:
        return str(said)
    match element:
        case Grouping():
            return value(element.element)
        case Column():
            return f"its {_name(element.key)}"
        case ScalarSelect():
            return _of_actor(element)
        case BindParameter() if element.key == ACTOR_ID.key:
            return "the caller"
        case BindParameter():
            return _literal(element.value)
        case Null():
            return "missing"
        case True_():
            return "true"
        case False_():
            return "false"
    return f"`{' '.join(str(element).split())}`"


def _of_actor(element: ScalarSelect[Any]) -> str:
    """`the caller's site`: what `access_attributes.of_actor` has made; any other question as SQL."""
    asked = element.element
    columns = list(getattr(asked, "selected_columns", ()))
    condition = getattr(asked, "whereclause", None)
    right = getattr(condition, "right", None)
    if len(columns) != 1 or getattr(right, "key", None) != ACTOR_ID.key:
        return f"`{' '.join(str(element).split())}`"
    table = getattr(columns[0].table, "element", columns[0].table)
    whose = "the caller" if table.name == ACCOUNTS else f"the caller's {naming(table)}"
    return f"{whose}'s {_name(columns[0].key)}"


def naming(table: Table) -> str:
    """One row of a table, as its class is called: `technician`."""
    named = (mapper.class_.__name__ for mapper in Entity.registry.mappers if mapper.local_table is table)
    words = next(named, table.name)
    return "".join(f" {each.lower()}" if each.isupper() else each for each in words).strip()


def _literal(given: Any) -> str:
    if isinstance(given, (list, tuple, set, frozenset)):
        return " or ".join(_literal(each) for each in given)
    if isinstance(given, Enum):
        return str(given.value)
    return str(given)


def _name(column: str) -> str:
    return column.removesuffix("_id").replace("_", " ")
