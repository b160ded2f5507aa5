"""What has to be there for a right request to be accepted: rows in the right state, and ids that lead to them.

What lives here: making it, past all access rules. What must not: judging an answer. A generated id leads nowhere and a
generated file is none, so without this most operations would only ever be seen to refuse.
"""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx2

from backwright.accounts import Account
from backwright.bound_resource import BoundResource
from backwright.entity import Entity
from backwright.sample_files import sample_file
from backwright.testing_cases import Operation

if TYPE_CHECKING:
    from backwright.testing import TestService


class Aims:
    """What the right requests of one service are aimed at."""

    def __init__(self, service: "TestService") -> None:
        self._service = service
        self._rows: dict[type[Entity], UUID] = {}
        self._attachments: dict[BoundResource, tuple[str, str]] = {}

    async def of(self, operation: Operation, helper: httpx2.AsyncClient) -> AsyncIterator[dict[str, str]]:
        """Values for the parameters in the path, to be tried in turn until one is in the right state.

        An action is given a row in each state; whatever may take a row away, a fresh one. `helper` is a caller who may
        add attachments.
        """
        bound, rest = self._bound(operation)
        if bound is None:
            if "{user_id}" in operation.path or operation.path.startswith("/users/{id}"):
                name = "user_id" if "{user_id}" in operation.path else "id"
                yield {name: str(await self._service.account())}
            else:
                yield {}
        elif "{attachment_id}" in rest:
            if operation.method == "delete" or bound not in self._attachments:
                row = await self._fresh(bound.resource.entity)
                self._attachments[bound] = str(row), await self._attachment(bound, row, helper)
            yield dict(zip(("id", "attachment_id"), self._attachments[bound], strict=True))
        elif (action := bound.actions.get(rest.removeprefix("/{id}/"))) is not None:
            for state in action.sources or _states(bound):
                values = {} if state is None else {str(bound.state): state}
                yield {"id": str((await self._service.make(bound.resource.entity, **values)).id)}
        elif rest:
            fresh = operation.method == "delete"
            yield {"id": str(await (self._fresh(bound.resource.entity) if fresh else self._row(bound)))}
        else:
            yield {}

    async def body(self, operation: Operation, body: Any) -> Any:
        """The same body, its references leading to rows that are there."""
        bound, _ = self._bound(operation)
        if bound is None or not isinstance(body, dict):
            return body
        if set(body) == {"items"} and isinstance(body["items"], list):
            return {"items": [await self.body(operation, each) for each in body["items"]]}
        filled = dict(body)
        for name in bound.references.keys() & body.keys():
            if body[name] is not None:
                filled[name] = str(await self._referred(bound, name))
        return filled

    def file(self, operation: Operation) -> tuple[str, bytes, str] | None:
        """A true file, where the operation takes one."""
        bound, rest = self._bound(operation)
        if bound is None or rest != "/{id}/attachments" or operation.method != "post":
            return None
        declared = bound.resource.attachments
        return sample_file(declared.types[0]) if declared is not None else None

    def _bound(self, operation: Operation) -> tuple[BoundResource | None, str]:
        """The resource that an operation belongs to, and the rest of its path."""
        for bound in self._service.runtime.resources.values():
            if operation.path == bound.path or operation.path.startswith(f"{bound.path}/"):
                return bound, operation.path.removeprefix(bound.path)
        return None, operation.path

    async def _row(self, bound: BoundResource) -> UUID:
        kind = bound.resource.entity
        if kind not in self._rows:
            self._rows[kind] = await self._fresh(kind)
        return self._rows[kind]

    async def _fresh(self, kind: type[Entity]) -> UUID:
        return (
            await self._service.account()
            if issubclass(kind, Account)
            else (await self._service.make(kind)).id
        )

    async def _referred(self, bound: BoundResource, name: str) -> UUID:
        kind = bound.references[name]
        if bound.table.c[name].unique or kind not in self._rows:
            self._rows[kind] = await self._fresh(kind)
        return self._rows[kind]

    async def _attachment(self, bound: BoundResource, row: UUID, helper: httpx2.AsyncClient) -> str:
        declared = bound.resource.attachments
        assert declared is not None
        files = {"file": sample_file(declared.types[0])}
        added = await helper.post(f"{bound.path}/{row}/attachments", files=files)
        return str(added.json().get("id", row))


def _states(bound: BoundResource) -> list[Any]:
    """Every state that a move leads from or to; none at all for a resource without."""
    moves = bound.transitions.items() if bound.state else ()
    return list(dict.fromkeys(each for state, targets in moves for each in (state, *targets))) or [None]
