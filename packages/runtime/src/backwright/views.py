"""Reading: what callers with certain roles see of a resource, as compiled statements.

A `View` belongs to one resource and one set of roles. What lives here: which rows and fields it shows, what
it may be asked for, and one row by its id. What must not: lists (`pages.py`). Access rules, fields and
embeds become one SELECT, compiled once per shape and kept; a request only supplies parameters. Rows come
back in wire form and are printed as JSON without becoming objects.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Column, ColumnElement, FromClause, Select, Table, and_, bindparam, select

from backwright.access import Grant, condition, field_expression, names_within, shows_always
from backwright.actor import Actor
from backwright.database import Fetch, Work
from backwright.fields import STANDARD
from backwright.filters import Filter
from backwright.statement import Prepared

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource
    from backwright.listing import ListQuery
    from backwright.pages import Page, Pages

MAX_SHAPES: Final = 1_000
"""Compiled statements that one view or writer keeps; the oldest goes first."""


@dataclass(frozen=True)
class Embed:
    """A relation that can be shown inside its row: the name, the column that refers, the entity referred to."""

    name: str
    column: Column[Any]
    target: type[Any]


class Form:
    """Rows as objects that are printed as JSON and nothing else: filled by position, their keys known beforehand."""

    def __init__(self, view: "View", embeds: tuple[str, ...]) -> None:
        name = view.bound.resource.entity.__name__
        self._make = msgspec.defstruct(name, (*view.names, *embeds), gc=False)
        self._end = at = len(view.names)
        self._parts: list[tuple[type[msgspec.Struct], int, int]] = []
        for each in embeds:
            names = view.related(each).names
            self._parts.append((msgspec.defstruct(each, names, gc=False), at, at + len(names)))
            at += len(names)

    def fill(self, row: Sequence[Any]) -> msgspec.Struct:
        """The object of one row of a statement; columns after those of the embeds are left out."""
        if not self._parts:
            return self._make(*row[: self._end])
        parts = [
            make(*row[start:end]) if row[start] is not None else None for make, start, end in self._parts
        ]
        return self._make(*row[: self._end], *parts)


class View:
    """What one set of roles sees of one resource. Made once, kept by `BoundResource.view`."""

    def __init__(self, bound: "BoundResource", roles: frozenset[str], grants: tuple[Grant, ...]) -> None:
        self.bound = bound
        self.roles = roles
        self.grants = grants
        self.table: Table = bound.table
        self.names: tuple[str, ...] = (*STANDARD[:1], *names_within(grants, bound.fields), *STANDARD[1:])
        self.named = ",".join(sorted(roles))
        """The roles as a part of keys of caches."""
        self.row_ruled = any(grant.where is not None for grant in grants)
        """Whether callers with the same roles may see different things."""
        self.shows_encrypted = bool(bound.encrypted) and not bound.encrypted.names.isdisjoint(self.names)
        """Whether what it shows must not be kept where caches are."""
        self._shapes: dict[Any, Prepared] = {}
        self._forms: dict[tuple[str, ...], Form] = {}
        self.queries: dict[tuple[tuple[str, str], ...], ListQuery] = {}
        """List requests that were read before (`listing.py`)."""

    def rule(self, table: FromClause) -> ColumnElement[bool] | None:
        """The rows that these roles may read, as a condition on `table` (or an alias of it)."""
        return self.bound.within(table, condition(self.grants, table))

    def shows_always(self, name: str) -> bool:
        """Whether a field is shown on every row that is shown.

        Only such fields may be filtered, sorted, searched or followed: with any other one, what is listed
        would tell what is hidden.
        """
        return name in STANDARD or (name in self.names and shows_always(self.grants, name))

    def columns(self, table: FromClause) -> list[ColumnElement[Any]]:
        """The readable columns of `table`, each hidden on the rows where it may not be seen."""
        own = self.table.c
        return [
            table.c[name] if name in STANDARD else field_expression(self.grants, own[name], table)
            for name in self.names
        ]

    def relation(self, name: str) -> "View | None":
        """The view of a relation's target for the same roles; `None` if they may not follow it."""
        embed = self.bound.embeds[name]
        target = self.bound.runtime.resources.get(embed.target)
        return target.view(self.roles) if target and self.shows_always(embed.column.key) else None

    def related(self, name: str) -> "View":
        """The same for a relation that is known to be open."""
        found = self.relation(name)
        assert found is not None, name
        return found

    @cached_property
    def embeddable(self) -> tuple[str, ...]:
        """The embeds that these roles may ask for."""
        return tuple(name for name in self.bound.resource.embeds if self.relation(name) is not None)

    @cached_property
    def filters(self) -> dict[str, Filter]:
        """The filter parameters that these roles may use."""
        return {name: each for name, each in self.bound.filters.items() if self._may_filter(each)}

    def _may_filter(self, each: Filter) -> bool:
        if each.relation is None:
            return self.shows_always(each.field)
        target = self.relation(each.relation)
        return target is not None and target.shows_always(each.field)

    @cached_property
    def sorts(self) -> tuple[str, ...]:
        """The fields that these roles may sort by."""
        return tuple(name for name in self.bound.resource.sorts if self.shows_always(name))

    @cached_property
    def searched(self) -> tuple[str, ...]:
        """The fields that a search by these roles looks into; none: they cannot search."""
        return tuple(name for name in self.bound.resource.search if self.shows_always(name))

    @cached_property
    def pages(self) -> "Pages":
        """The lists of this view."""
        from backwright.pages import Pages

        return Pages(self)

    async def page(self, actor: Actor, query: "ListQuery", fetch: Fetch | None = None) -> "Page":
        """One page of rows in wire form, with the cursors of its neighbours; `fetch` as in `get`."""
        return await self.pages.fetch(actor, query, fetch or self.bound.database.fetch)

    async def get(
        self, actor: Actor, id_: UUID | str, embeds: tuple[str, ...] = (), fetch: Fetch | None = None
    ) -> msgspec.Struct | None:
        """One row by id, to be printed; `None` if it is not there or not to be seen.

        `fetch` is where to read it: `Database.showing` knows for answers, without it what is committed counts.
        """
        read = fetch or self.bound.database.fetch
        rows = await read(self._one(embeds), {"id": id_, **actor.parameters})
        return self.form(embeds).fill(rows[0]) if rows else None

    async def written(self, work: Work, actor: Actor, id_: UUID) -> dict[str, Any] | None:
        """The fields of a row that the caller has just changed, inside the unit of work; `None` if it is
        gone.

        Without the row rule: they saw the row when they changed it, and the answer says what became of it,
        also where it has left their sight by that.
        """
        shape = ("written",)
        statement = select(*self.columns(self.table)).where(self.table.c.id == bindparam("id"))
        mine = self.bound.within(self.table, None)
        statement = statement if mine is None else statement.where(mine)
        prepared = self._shapes.get(shape) or self.keep(shape, statement)
        rows = await work.fetch(prepared, {"id": id_, **actor.parameters})
        return self.shown(rows[0]) if rows else None

    def _one(self, embeds: tuple[str, ...]) -> Prepared:
        shape = ("get", embeds)
        return self._shapes.get(shape) or self.keep(
            shape, self.select(embeds).where(self.table.c.id == bindparam("id"))
        )

    def compile(self) -> None:
        """Compile the plain read, so that a rule that makes no sense stops the start and not a request."""
        self._one(())

    def shown(self, row: Sequence[Any]) -> dict[str, Any]:
        """A row of a statement of this view as the object that the API shows, for business code to read."""
        return dict(zip(self.names, row, strict=False))  # what else a statement returns comes after the names

    def form(self, embeds: tuple[str, ...] = ()) -> "Form":
        """What prints rows of this view with these embeds."""
        found = self._forms.get(embeds)
        if found is None:
            if len(self._forms) >= MAX_SHAPES:
                self._forms.clear()
            found = self._forms[embeds] = Form(self, embeds)
        return found

    def select(self, embeds: Iterable[str]) -> Select[Any]:
        """The readable columns of the readable rows, and those of the embeds beside them."""
        columns = self.columns(self.table)
        source: FromClause = self.table
        for name in embeds:
            target, column = self.related(name), self.bound.embeds[name].column
            other = target.table.alias(f"embed_{name}")
            link: ColumnElement[bool] = other.c.id == self.table.c[column.key]
            rule = target.rule(other)
            source = source.outerjoin(other, link if rule is None else and_(link, rule))
            shown = zip(target.names, target.columns(other), strict=True)
            columns += [each.label(f"{name}_{key}") for key, each in shown]
        statement = select(*columns).select_from(source)
        rule = self.rule(self.table)
        return statement if rule is None else statement.where(rule)

    def keep(self, shape: Any, statement: Select[Any]) -> Prepared:
        """Compile a statement of this view and keep it under its shape."""
        if len(self._shapes) >= MAX_SHAPES:
            self._shapes.pop(next(iter(self._shapes)))
        prepared = self._shapes[shape] = self.bound.database.prepare(statement, wire=True)
        return prepared

    def kept(self, shape: Any) -> Prepared | None:
        """The statement that was compiled for this shape."""
        return self._shapes.get(shape)
