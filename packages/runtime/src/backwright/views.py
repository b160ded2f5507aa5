"""Reading: what callers with certain roles see of a resource, as compiled statements.

A `View` belongs to one resource and one set of roles. Access rules, fields, embeds, filters, sort and cursor become one
SELECT, compiled once per query shape and kept; a request only supplies parameters. Rows come back in wire form and are
printed as JSON without becoming objects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Enum,
    FromClause,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    select,
)

from backwright import filters, paging, search
from backwright.access import Grant, Operation, condition, field_expression, names_within
from backwright.actor import Actor
from backwright.database import Work
from backwright.fields import STANDARD
from backwright.listing import ListQuery, Page
from backwright.statement import Prepared

if TYPE_CHECKING:
    from backwright.resource import BoundResource

TOTAL_CAP: Final = 10_000
"""Rows that a requested total counts at most; above that it says that there are more."""

MAX_SHAPES: Final = 1_000
"""Compiled statements that one view keeps; the oldest goes first."""


@dataclass(frozen=True)
class Embed:
    """A relation that can be shown inside its row: the name, the column that refers, the entity referred to."""

    name: str
    column: Column[Any]
    target: type[Any]


class View:
    """What one set of roles sees of one resource. Made once, kept by `BoundResource.view`."""

    def __init__(self, bound: "BoundResource", roles: frozenset[str], grants: tuple[Grant, ...]) -> None:
        self.bound = bound
        self.roles = roles
        self.grants = grants
        self.table: FromClause = bound.table
        self.names: tuple[str, ...] = (*STANDARD[:1], *names_within(grants, bound.fields), *STANDARD[1:])
        self.row_ruled = condition(grants, self.table) is not None
        self._shapes: dict[Any, Prepared] = {}

    def rule(self, table: FromClause) -> ColumnElement[bool] | None:
        """The rows that these roles may read, as a condition on `table` (or an alias of it)."""
        return condition(self.grants, table)

    def columns(self, table: FromClause) -> list[ColumnElement[Any]]:
        """The readable columns of `table`, each hidden on the rows where it may not be seen."""
        return [
            table.c[name] if name in STANDARD else field_expression(self.grants, table.c[name], table)  # type: ignore[arg-type]
            for name in self.names
        ]

    def embed(self, name: str) -> "View | None":
        """The view of an embed's target for the same roles; `None` if they may not read it."""
        found = self.bound.embeds.get(name)
        target = self.bound.runtime.resources.get(found.target) if found else None
        return target.view(self.roles) if target else None

    @property
    def embeddable(self) -> tuple[str, ...]:
        """The embeds that these roles may ask for."""
        return tuple(
            name for name, embed in self.bound.embeds.items()
            if embed.column.key in self.names and self.embed(name) is not None
        )  # fmt: skip

    async def get(self, actor: Actor, id_: UUID, embeds: tuple[str, ...] = ()) -> dict[str, Any] | None:
        """One row by id in wire form; `None` if it is not there or not to be seen."""
        rows = await self.bound.database.fetch(self._one(embeds), {"id": id_, "actor_id": actor.id})
        return self.shown(rows[0], embeds) if rows else None

    async def get_within(self, work: Work, actor: Actor, id_: UUID) -> dict[str, Any] | None:
        """The same inside a unit of work: what it has changed so far is seen."""
        rows = await work.fetch(self._one(()), {"id": id_, "actor_id": actor.id})
        return self.shown(rows[0]) if rows else None

    def _one(self, embeds: tuple[str, ...]) -> Prepared:
        shape = ("get", embeds)
        return self._shapes.get(shape) or self._keep(
            shape, self._select(embeds).where(self.table.c.id == bindparam("id"))
        )

    async def page(self, actor: Actor, query: ListQuery) -> Page:
        """One page of rows in wire form, with the cursors of its neighbours."""
        keys = self._keys(query)
        cursor = query.cursor
        nulls = tuple(value is None for value in cursor.values) if cursor else ()
        backward = bool(cursor and cursor.backward)
        shape = ("list", filters.shape(query.conditions), query.sort, query.ranked, bool(query.search),
                 query.embeds, nulls, backward)  # fmt: skip
        prepared = self._shapes.get(shape) or self._keep(shape, self._list(query, keys, nulls))
        params = self._parameters(actor, query)
        if cursor:
            params.update({f"k{at}": value for at, value in enumerate(cursor.values)})
        rows = await self.bound.database.fetch(prepared, {**params, "limit": query.limit + 1})
        more = len(rows) > query.limit
        rows = rows[: query.limit]
        if backward:
            rows = rows[::-1]
        width = len(keys)
        items = [self.shown(row, query.embeds) for row in rows]
        edge = rows if rows else ()
        has_next, has_previous = (True, more) if backward else (more, cursor is not None)
        return Page(
            items,
            next=paging.Cursor(edge[-1][-width:], False) if edge and has_next else None,
            previous=paging.Cursor(edge[0][-width:], True) if edge and has_previous else None,
            total=await self._total(actor, query) if query.total else None,
        )

    def compile(self) -> None:
        """Compile the plain read, so that a rule that makes no sense stops the start and not a request."""
        self._one(())

    def shown(self, row: Sequence[Any], embeds: Sequence[str] = ()) -> dict[str, Any]:
        """A row of a statement of this view as the object that the API shows."""
        at = len(self.names)
        found = dict(zip(self.names, row[:at], strict=True))
        for name in embeds:
            target = self.embed(name)
            assert target is not None
            width = len(target.names)
            part = row[at : at + width]
            found[name] = dict(zip(target.names, part, strict=True)) if part[0] is not None else None
            at += width
        return found

    def _select(self, embeds: Sequence[str]) -> Select[Any]:
        columns, source = self.columns(self.table), self.table
        for name in embeds:
            embed, target = self.bound.embeds[name], self.embed(name)
            assert target is not None
            other = target.table.alias(f"embed_{name}")
            link: ColumnElement[bool] = other.c.id == self.table.c[embed.column.key]
            rule = target.rule(other)
            source = source.outerjoin(other, link if rule is None else and_(link, rule))
            columns += [
                each.label(f"{name}_{key}")
                for key, each in zip(target.names, target.columns(other), strict=True)
            ]
        statement = select(*columns).select_from(source)
        rule = self.rule(self.table)
        return statement if rule is None else statement.where(rule)

    def _list(self, query: ListQuery, keys: Sequence[paging.Key], nulls: Sequence[bool]) -> Select[Any]:
        statement = self._filtered(self._select(query.embeds), query)
        if query.cursor:
            statement = statement.where(paging.after(keys, nulls, backward=query.cursor.backward))
        backward = bool(query.cursor and query.cursor.backward)
        statement = statement.add_columns(*(key.expression.label(f"key_{at}") for at, key in enumerate(keys)))
        statement = statement.order_by(*(key.order(backward=backward) for key in keys))
        return statement.limit(bindparam("limit"))

    def _filtered(self, statement: Select[Any], query: ListQuery) -> Select[Any]:
        for at, each in enumerate(query.conditions):
            statement = statement.where(self._condition(each, at))
        if query.search is not None:
            hits = search.hits(self.bound.name)
            statement = statement.join(hits, hits.c.id == self.table.c.id)
        return statement

    def _condition(self, each: filters.Condition, at: int) -> ColumnElement[bool]:
        relation = each.filter.relation
        if relation is None:
            return filters.expression(each, self.table, at)
        embed, target = self.bound.embeds[relation], self.embed(relation)
        assert target is not None
        other = target.table.alias(f"through_{at}")
        rule = target.rule(other)
        inner = exists().where(
            other.c.id == self.table.c[embed.column.key], filters.expression(each, other, at)
        )
        return inner if rule is None else inner.where(rule)

    def _keys(self, query: ListQuery) -> list[paging.Key]:
        if query.ranked:
            score = literal_column("hits.score")
            return [paging.Key(score, False, False), paging.Key(self.table.c.id, False, False)]
        keys = []
        for name, descending in query.sort:
            column = self.table.c[name]
            keys.append(paging.Key(_sortable(column), descending, bool(column.nullable)))  # type: ignore[arg-type]
        return [*keys, paging.Key(self.table.c.id, query.sort[-1][1] if query.sort else True, False)]

    async def _total(self, actor: Actor, query: ListQuery) -> tuple[int, bool]:
        shape = ("total", filters.shape(query.conditions), bool(query.search))
        prepared = self._shapes.get(shape)
        if prepared is None:
            statement = select(self.table.c.id).select_from(self.table)
            rule = self.rule(self.table)
            statement = self._filtered(statement if rule is None else statement.where(rule), query)
            counted = select(func.count()).select_from(statement.limit(TOTAL_CAP + 1).subquery())
            prepared = self._keep(shape, counted)
        found = (await self.bound.database.fetch(prepared, self._parameters(actor, query)))[0][0]
        return min(found, TOTAL_CAP), found <= TOTAL_CAP

    def _parameters(self, actor: Actor, query: ListQuery) -> dict[str, Any]:
        return {**filters.parameters(query.conditions), "actor_id": actor.id, "q": query.search}

    def _keep(self, shape: Any, statement: Select[Any]) -> Prepared:
        if len(self._shapes) >= MAX_SHAPES:
            self._shapes.pop(next(iter(self._shapes)))
        prepared = self._shapes[shape] = self.bound.database.prepare(statement, wire=True)
        return prepared


def _sortable(column: Column[Any]) -> ColumnElement[Any]:
    """What to sort by: an enum in the order of its declaration (low, normal, high), everything else as it is."""
    if isinstance(column.type, Enum) and column.type.enums:
        order: Mapping[str, int] = {value: at for at, value in enumerate(column.type.enums)}
        return case(
            {literal_column(f"'{value}'"): literal_column(str(at)) for value, at in order.items()},
            value=column,
        )
    return column
