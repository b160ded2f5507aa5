"""Who may do what, on which rows, with which fields.

What lives here: the declarations (`allow`, `own`, `matching`) and their meaning as SQL conditions. What
must not: running anything. A rule becomes part of the one statement that is sent, so a row that the caller
may not see is never fetched, counted, sorted or matched.

Deny by default: what no grant of the caller's roles covers does not happen.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal

from sqlalchemy import Column, ColumnElement, FromClause, and_, bindparam, case, inspect, null, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from backwright.columns import Id

ACTOR_ID: Final = bindparam("actor_id", type_=Id())
"""Stands for the caller's account in every compiled rule."""


ACCOUNTS: Final = "users"
"""The table of the accounts, to which sessions refer."""


class Operation(StrEnum):
    """What can be granted."""

    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ACT = "act"
    REFER = "refer"


Condition = Callable[[FromClause], ColumnElement[bool]]


@dataclass(frozen=True)
class Rows:
    """Some rows of a table: a condition that can be put on the table itself or on an alias of it."""

    on: Condition
    path: tuple[InstrumentedAttribute[Any], ...] = ()
    """The references from the row to the caller's account, where that is the rule."""
    parts: tuple["Rows", ...] = ()
    """The rules that this one is made of."""
    joined: Literal["", "or", "and"] = ""

    def __or__(self, other: "Rows") -> "Rows":
        return Rows(lambda table: or_(self.on(table), other.on(table)), parts=(self, other), joined="or")

    def __and__(self, other: "Rows") -> "Rows":
        return Rows(lambda table: and_(self.on(table), other.on(table)), parts=(self, other), joined="and")


def own(*path: InstrumentedAttribute[Any]) -> Rows:
    """The rows that lead to the caller's account along `path`.

    `own(WorkOrder.assignee_id, Technician.account_id)`: the orders whose assignee is the technician of this
    account. Each step is a foreign key to the class of the next step; the last one is a foreign key to the
    accounts. Raises `TypeError` for a path that does not lead there.
    """
    if not path:
        raise TypeError("own() needs the column that leads to the account")
    for step, following in zip(
        path, (*(each.class_.__tablename__ for each in path[1:]), ACCOUNTS), strict=True
    ):
        column = step.class_.__table__.c[step.key]
        if not any(key.target_fullname == f"{following}.id" for key in column.foreign_keys):
            raise TypeError(f"own(): {step.class_.__name__}.{step.key} does not refer to {following}")

    def condition(table: FromClause) -> ColumnElement[bool]:
        return _leads(table.c[path[0].key], path[1:])

    return Rows(condition, path=path)


def _leads(column: Any, rest: Sequence[InstrumentedAttribute[Any]]) -> ColumnElement[bool]:
    if not rest:
        return column == ACTOR_ID  # type: ignore[no-any-return]
    owner = inspect(rest[0].class_).local_table.alias()
    inner = select(owner.c.id).where(_leads(owner.c[rest[0].key], rest[1:])).correlate(None)
    return column.in_(inner)  # type: ignore[no-any-return]


def matching(condition: Callable[[Any], ColumnElement[bool]]) -> Rows:
    """The rows for which `condition` of their columns holds: `matching(lambda row: row.status == Status.OPEN)`."""
    return Rows(lambda table: condition(table.c))


def every(first: Rows, *others: Rows) -> Rows:
    """The rows within all of these rules: `every(one, other)` is `one & other`."""
    for each in others:
        first = first & each
    return first


@dataclass(frozen=True)
class Grant:
    """Leave for one operation: on `where` (`None`: all rows), with `names` (`None`: all fields or actions)."""

    operation: Operation
    names: frozenset[str] | None = None
    where: Rows | None = None

    def covers(self, name: str) -> bool:
        """Whether a field or action is within this grant."""
        return self.names is None or name in self.names


@dataclass(frozen=True)
class Access:
    """What one role may do: grants, joined with `|`."""

    grants: tuple[Grant, ...] = ()

    def __or__(self, other: "Access") -> "Access":
        return Access(self.grants + other.grants)


class _Allow:
    """The vocabulary of `access={role: …}`."""

    everything: Final = Access(tuple(Grant(operation) for operation in Operation))
    nothing: Final = Access()

    @staticmethod
    def read(*fields: str, where: Rows | None = None) -> Access:
        """Get, list, search, embed. Without `fields`: every field."""
        return _one(Operation.READ, fields, where)

    @staticmethod
    def create(*fields: str, where: Rows | None = None) -> Access:
        """Create rows; the new row must lie within `where`."""
        return _one(Operation.CREATE, fields, where)

    @staticmethod
    def update(*fields: str, where: Rows | None = None) -> Access:
        """Change rows; the row must lie within `where` before and after."""
        return _one(Operation.UPDATE, fields, where)

    @staticmethod
    def delete(*, where: Rows | None = None) -> Access:
        """Delete rows."""
        return _one(Operation.DELETE, (), where)

    @staticmethod
    def act(*actions: str, where: Rows | None = None) -> Access:
        """Call actions. Without names: every action."""
        return _one(Operation.ACT, actions, where)

    @staticmethod
    def refer(*fields: str) -> Access:
        """Put any active account into these references, without leave to read accounts. Writing the fields is a
        leave of its own.
        """
        if not fields:
            raise TypeError("refer() needs the references that it is about")
        return _one(Operation.REFER, fields, None)


def _one(operation: Operation, names: tuple[str, ...], where: Rows | None) -> Access:
    return Access((Grant(operation, frozenset(names) or None, where),))


allow: Final = _Allow()


class Policy:
    """The access of one resource: role → what it may do."""

    def __init__(self, access: Mapping[str, Access]) -> None:
        self.access = {str(role): rules for role, rules in access.items()}

    def grants(self, roles: Iterable[str], operation: Operation) -> tuple[Grant, ...]:
        """The grants that these roles have together for an operation; empty: refused."""
        return tuple(
            grant
            for role in sorted(roles)
            if role in self.access
            for grant in self.access[role].grants
            if grant.operation is operation
        )

    def allows(self, operation: Operation, action: str | None = None) -> bool:
        """Whether there is a role that may do this on some row."""
        return any(action is None or each.covers(action) for each in self.grants(self.access, operation))


def condition(grants: Iterable[Grant], table: FromClause) -> ColumnElement[bool] | None:
    """The rows on which at least one of `grants` holds; `None`: on all. `grants` must not be empty."""
    rules: list[ColumnElement[bool]] = []
    for grant in grants:
        if grant.where is None:
            return None
        rules.append(grant.where.on(table))
    return or_(*rules)


def names_within(grants: Iterable[Grant], names: Iterable[str]) -> tuple[str, ...]:
    """Those of `names` that at least one grant covers, in their order."""
    given = tuple(grants)
    return tuple(name for name in names if any(grant.covers(name) for grant in given))


def shows_always(grants: Sequence[Grant], name: str) -> bool:
    """Whether these grants show a field on every row that they show at all."""
    covering = [grant for grant in grants if grant.covers(name)]
    return len(covering) == len(grants) or any(grant.where is None for grant in covering)


def field_expression(grants: Sequence[Grant], column: Column[Any], table: FromClause) -> ColumnElement[Any]:
    """The column as these grants show it: itself, or NULL on the rows where no grant covers the field.

    A caller with two roles may see a field on the rows of one role only; the difference is decided row by
    row.
    """
    shown: ColumnElement[Any] = table.c[column.key]
    if shows_always(grants, column.key):
        return shown
    rule = condition([grant for grant in grants if grant.covers(column.key)], table)
    assert rule is not None
    return case((rule, shown), else_=null()).label(column.key)
