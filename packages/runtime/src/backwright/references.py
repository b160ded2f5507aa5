"""Foreign keys under access rules: a row may only point at rows that the caller may see.

What lives here: the check of references before a write, and who refers to a row that is to go. What must
not: the write.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select

from backwright.actor import Actor
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
            for name in self._bound.references
            if name in self._bound.sendable
            and values.get(name) is not None
            and not await self._may_refer(work, actor, name, values[name])
        ]
        if faults:
            raise Invalid("A reference leads nowhere.", errors=faults)

    async def _may_refer(self, work: Work, actor: Actor, name: str, id_: UUID) -> bool:
        if name not in self._seen:
            self._seen[name] = self._prepare(name)
        prepared = self._seen[name]
        return prepared is not None and bool(await work.fetch(prepared, {"id": id_, "actor_id": actor.id}))

    def _prepare(self, name: str) -> Prepared | None:
        """The question whether a row may be referred to; `None`: these roles may refer to none."""
        target = self._bound.runtime.resources.get(self._bound.references[name])
        view = target.view(self._roles) if target else None
        if target is None or view is None:
            return None
        statement = select(target.table.c.id).where(target.table.c.id == bindparam("id"))
        rule = view.rule(target.table)
        return self._bound.database.prepare(statement if rule is None else statement.where(rule))

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
