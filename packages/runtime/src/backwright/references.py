"""Foreign keys under access rules: a row may only point at rows that the caller may see.

What lives here: the check of references before a write, and who refers to a row that is to go. What must
not: the write.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, false, or_, select

from backwright.access import Operation
from backwright.actor import PUBLIC, Actor
from backwright.columns import Id
from backwright.database import Work
from backwright.errors import FieldError, Invalid
from backwright.statement import Prepared

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource


class References:
    """The references of one resource, as one set of roles may set them."""

    def __init__(self, bound: "BoundResource", roles: frozenset[str]) -> None:
        self._bound = bound
        self._roles = roles
        self._seen: dict[str, Prepared | None] = {}

    async def check(self, work: Work, actor: Actor, values: Mapping[str, Any]) -> None:
        """Every foreign key that a client can send must point at a row that the caller may see.

        Raises `Invalid` naming each that does not; a row that is not there and one that is not to be seen
        give the same answer.
        """
        fault = "there is no such row, or you may not refer to it"
        faults = [
            FieldError(fault, pointer=f"/{name}")
            for name in self.sendable
            if values.get(name) is not None and not await self._may_refer(work, actor, name, values[name])
        ]
        if faults:
            raise Invalid("A reference leads nowhere.", errors=faults)

    async def _may_refer(self, work: Work, actor: Actor, name: str, id_: UUID) -> bool:
        if name not in self._seen:
            self._seen[name] = self._prepare(name)
        prepared = self._seen[name]
        return prepared is not None and bool(await work.fetch(prepared, {"id": id_, **actor.parameters}))

    def _prepare(self, name: str) -> Prepared | None:
        statement = self.question(name, bindparam("id", type_=Id()))
        return None if statement is None else self._bound.database.prepare(statement)

    @cached_property
    def sendable(self) -> tuple[str, ...]:
        """The references that a client can send."""
        return tuple(name for name in self._bound.references if name in self._bound.sendable)

    def question(self, name: str, id_: ColumnElement[Any]) -> Select[Any] | None:
        """The question whether the row `id_` may be referred to; `None`: these roles may refer to none."""
        target = self._bound.runtime.resources.get(self._bound.references[name])
        view = target.view(self._roles) if target else None
        if target is None or (view is None and not self._may_name_accounts(name)):
            return None
        rows = target.table.alias("referred")
        statement = select(rows.c.id).where(rows.c.id == id_).correlate(None)
        rule = view.rule(rows) if view else false()
        if rule is not None and self._may_name_accounts(name):
            rule = target.within(rows, or_(rule, rows.c.is_active))
        return statement if rule is None else statement.where(rule)

    def _may_name_accounts(self, name: str) -> bool:
        """Whether these roles may put any active account into a reference (`allow.refer`), which they must see."""
        accounts, view = self._bound.runtime.accounts, self._bound.view(self._roles)
        if accounts is None or self._bound.references[name] is not accounts.declared.user:
            return False
        given = self._bound.policy.grants(self._roles - {PUBLIC}, Operation.REFER)
        return view is not None and name in view.names and any(grant.covers(name) for grant in given)

    async def referring(self, work: Work, id_: UUID) -> list[str]:
        """The resources of which rows refer to the row `id_`, in words."""
        found = []
        for other in self._bound.runtime.resources.values():
            columns = [
                other.table.c[name] == bindparam("id")
                for name, target in other.references.items()
                if target is self._bound.resource.entity
            ]
            if columns:
                statement = select(other.table.c.id).where(or_(*columns)).limit(1)
                if await work.fetch(self._bound.database.prepare(statement), {"id": id_}):
                    found.append(other.title_plural)
        return found
