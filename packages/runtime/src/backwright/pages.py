"""Lists: filters, search, sort and cursor of one view as one SELECT.

What lives here: from a checked `ListQuery` to rows and the places of the neighbouring pages. What must not:
which rows and fields may be seen (`views.py`), what a request may ask for (`listing.py`), what a cursor is
(`paging.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Enum,
    Select,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    select,
    type_coerce,
)

from backwright import filters, paging, search
from backwright.actor import Actor
from backwright.columns import Stored
from backwright.database import Fetch
from backwright.listing import ListQuery

if TYPE_CHECKING:
    from backwright.views import View

T = TypeVar("T")

MAX_ORDERS: Final = 200
"""Orders of which one view keeps the expressions."""

TOTAL_CAP: Final = 10_000
"""Rows that a requested total counts at most; above that it says that there are more."""


@dataclass(frozen=True)
class Page:
    """Rows to be printed, the places of the neighbouring pages, and the total as (count, exact) if asked for."""

    items: list[msgspec.Struct]
    next: paging.Cursor | None
    previous: paging.Cursor | None
    total: tuple[int, bool] | None


class Pages:
    """The lists of one view. Made once, kept by `View.pages`."""

    def __init__(self, view: "View") -> None:
        self.view = view
        self.table = view.table
        self._orders: dict[Any, tuple[paging.Key, ...]] = {}
        self._stretches: dict[Any, list[paging.Part]] = {}

    @property
    def _engine(self) -> str:
        return self.view.bound.database.dialect.name

    async def fetch(self, actor: Actor, query: ListQuery, fetch: Fetch) -> Page:
        """One page of rows in wire form, with the cursors of its neighbours."""
        cursor, keys = query.cursor, self.keys(query)
        backward = bool(cursor and cursor.backward)
        rows = await self._rows(actor, query, keys, fetch)
        more = len(rows) > query.limit
        rows = rows[: query.limit]
        if backward:
            rows = rows[::-1]
        width, fill = len(keys), self.view.form(query.embeds).fill
        has_next, has_previous = (True, more) if backward else (more, cursor is not None)
        return Page(
            [fill(row) for row in rows],
            next=paging.Cursor(rows[-1][-width:], False) if rows and has_next else None,
            previous=paging.Cursor(rows[0][-width:], True) if rows and has_previous else None,
            total=await self._total(actor, query, fetch) if query.total else None,
        )

    async def _rows(
        self, actor: Actor, query: ListQuery, keys: tuple[paging.Key, ...], fetch: Fetch
    ) -> list[tuple[Any, ...]]:
        """One row more than the page has, so that it is known whether there is another page."""
        values = query.cursor.values if query.cursor else None
        nulls = None if values is None else tuple(value is None for value in values)
        backward = bool(query.cursor and query.cursor.backward)
        params = self._parameters(actor, query)
        shape = (
            "list", query.shape, query.sort, query.ranked, bool(query.search),
            query.embeds, nulls, backward,
        )  # fmt: skip
        order = (query.ranked, query.sort, nulls, backward, values[0] if values and keys[0].values else None)
        stretches = self._stretches.get(order)
        if stretches is None:
            stretches = kept(self._stretches, order, paging.parts(keys, values, backward=backward))
        rows: list[tuple[Any, ...]] = []
        for part in stretches:
            prepared = self.view.kept((*shape, part.shape)) or self.view.keep(
                (*shape, part.shape), self.statement(query, part, nulls or ())
            )
            if part.value is not None:
                params["k0"] = part.value
            params["limit"] = query.limit + 1 - len(rows)
            rows += await fetch(prepared, params)
            if len(rows) > query.limit:
                break
        return rows

    def statement(self, query: ListQuery, part: paging.Part, nulls: Sequence[bool]) -> Select[Any]:
        """The SELECT of one part of a list."""
        backward = bool(query.cursor and query.cursor.backward)
        statement = self._filtered(self.view.select(query.embeds), query)
        if part.where is not None:
            statement = statement.where(part.where)
        if part.continues:
            statement = statement.where(paging.after(part, nulls, backward=backward))
        # Key values go into the cursor as the engine stores them, so that they come back as equal values.
        keys = self.keys(query)
        stored = (type_coerce(key.expression, Stored()).label(f"key_{at}") for at, key in enumerate(keys))
        statement = statement.add_columns(*stored)
        statement = statement.order_by(*(key.order(backward=backward) for key in part.keys))
        return statement.limit(bindparam("limit"))

    def _filtered(self, statement: Select[Any], query: ListQuery) -> Select[Any]:
        for at, each in enumerate(query.conditions):
            statement = statement.where(self._condition(each, at))
        if query.search is not None:
            statement = search.narrowed(statement, self.table, self.view.bound.name, self._engine)
        return statement

    def _condition(self, each: filters.Condition, at: int) -> ColumnElement[bool]:
        relation = each.filter.relation
        if relation is None:
            return filters.expression(each, self.table, at)
        target, column = self.view.related(relation), self.view.bound.embeds[relation].column
        other = target.table.alias(f"through_{at}")
        inner = exists().where(other.c.id == self.table.c[column.key], filters.expression(each, other, at))
        rule = target.rule(other)
        return inner if rule is None else inner.where(rule)

    def keys(self, query: ListQuery) -> tuple[paging.Key, ...]:
        """The total order of a list: what was asked for, then the id. Made once; it is an expression of SQL."""
        order = (query.ranked, query.sort)
        found = self._orders.get(order)
        return found if found is not None else kept(self._orders, order, self._keys(query))

    def _keys(self, query: ListQuery) -> tuple[paging.Key, ...]:
        id_ = self.table.c.id
        if query.ranked:
            score = search.score(self.table, self._engine)
            return (paging.Key(score, False, False), paging.Key(id_, False, False))
        sorted_by = [(self.table.c[name], descending) for name, descending in query.sort]
        keys = [_key(column, down, leads=at == 0) for at, (column, down) in enumerate(sorted_by)]
        return (*keys, paging.Key(id_, query.sort[-1][1] if query.sort else True, False))

    async def _total(self, actor: Actor, query: ListQuery, fetch: Fetch) -> tuple[int, bool]:
        shape = ("total", query.shape, bool(query.search))
        prepared = self.view.kept(shape)
        if prepared is None:
            statement = select(self.table.c.id).select_from(self.table)
            rule = self.view.rule(self.table)
            statement = self._filtered(statement if rule is None else statement.where(rule), query)
            counted = select(func.count()).select_from(statement.limit(TOTAL_CAP + 1).subquery())
            prepared = self.view.keep(shape, counted)
        found = (await fetch(prepared, self._parameters(actor, query)))[0][0]
        return min(found, TOTAL_CAP), found <= TOTAL_CAP

    def _parameters(self, actor: Actor, query: ListQuery) -> dict[str, Any]:
        values = query.cursor.values if query.cursor else ()
        return {
            **query.parameters,
            **{f"k{at}": value for at, value in enumerate(values)},
            **actor.parameters,
            "q": query.search,
        }


def kept(there: dict[Any, T], key: Any, value: T) -> T:
    """Keep a value that was made for a shape of request; of too many shapes, all go."""
    if len(there) >= MAX_ORDERS:
        there.clear()
    there[key] = value
    return value


def _key(column: Column[Any], descending: bool, *, leads: bool) -> paging.Key:
    """One term of the order. An enum sorts as it is declared (low, normal, high): where it leads, the list is
    walked value by value, which an index serves; behind another term it is sorted by its place.
    """
    nullable = bool(column.nullable)
    if not isinstance(column.type, Enum):
        return paging.Key(column, descending, nullable)
    values: Sequence[str] = column.type.enums
    if leads:
        return paging.Key(column, descending, nullable, tuple(values))
    places: dict[Any, Any] = {_quoted(value): literal_column(str(at)) for at, value in enumerate(values)}
    return paging.Key(case(places, value=column), descending, nullable)


def _quoted(value: str) -> ColumnElement[str]:
    return literal_column("'" + value.replace("'", "''") + "'")
