"""What the API exposes of an entity: the declaration.

What lives here: `Resource`, a value that says everything: fields, filters, sorts, search, embeds, access,
limits. What must not: anything that runs. It is at work as a `BoundResource`, and `declaration_checks.py`
says what is refused.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backwright.access import Access
from backwright.bound_resource import BoundResource
from backwright.cache import Cache
from backwright.declaration_checks import Refused
from backwright.entity import Entity
from backwright.service import Service

if TYPE_CHECKING:
    from backwright.attachments import Attachments
    from backwright.runtime import Runtime

__all__ = ["BoundResource", "Refused", "Resource"]


class Resource:
    """A declaration; see the parameters. It does nothing until an application binds it.

    - `fields`: the columns that the API shows and takes; every other column must be in `hidden`.
    - `read_only`: those of `fields` that no client writes.
    - `filters`, `sorts`, `search`, `embeds`: what a list may be asked for; `asset.criticality` filters through a
      relation.
    - `access`: role → `allow.…`; roles that are not named may nothing.
    - `attachments`, `cache`, `limit` (`"100/minute"` for each caller), `bulk` (rows that one request may create).
    - `require_match`: changes need `If-Match` (428 without).
    - `require_idempotency_key`: creating, acting and uploading need `Idempotency-Key` (400 without).
    """

    def __init__(
        self,
        entity: type[Entity],
        *,
        fields: Sequence[str],
        access: Mapping[Any, Access],
        service: type[Service[Any]] = Service,
        hidden: Sequence[str] = (),
        read_only: Sequence[str] = (),
        filters: Sequence[str] = (),
        sorts: Sequence[str] = (),
        search: Sequence[str] = (),
        embeds: Sequence[str] = (),
        attachments: "Attachments | None" = None,
        cache: Cache | None = None,
        limit: str | None = None,
        bulk: int = 0,
        require_match: bool = False,
        require_idempotency_key: bool = False,
    ) -> None:
        self.entity = entity
        self.fields = tuple(fields)
        self.access = dict(access)
        self.service = service
        self.hidden = tuple(hidden)
        self.read_only = tuple(read_only)
        self.filters = tuple(filters)
        self.sorts = tuple(sorts)
        self.search = tuple(search)
        self.embeds = tuple(embeds)
        self.attachments = attachments
        self.cache = cache
        self.limit = limit
        self.bulk = bulk
        self.require_match = require_match
        self.require_idempotency_key = require_idempotency_key

    @property
    def name(self) -> str:
        """The table's name, which also names the resource in audit entries and cache tags."""
        return str(self.entity.__tablename__)

    @property
    def path(self) -> str:
        """Where it is served: `/work-orders`."""
        return "/" + self.name.replace("_", "-")

    def bind(self, runtime: "Runtime") -> "BoundResource":
        """The resource at work in one service; also registers it there."""
        bound = BoundResource(self, runtime)
        runtime.resources[self.entity] = bound
        return bound
