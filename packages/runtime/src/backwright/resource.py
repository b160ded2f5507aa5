"""What the API exposes of an entity: the declaration, and its form bound to a running service.

A `Resource` is a value that says everything: fields, filters, sorts, search, embeds, access, limits. Nothing is exposed
that is not named, and what is inconsistent is refused when the service starts (`Refused`, all faults at once).
`BoundResource` holds what follows from it: compiled views and writers for each set of roles, and the routes.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Table, inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import RelationshipProperty

from backwright import filters, limits
from backwright.access import Access, Operation, Policy
from backwright.actor import PUBLIC, SIGNED_IN, Actor
from backwright.cache import Cache
from backwright.columns import rules_of
from backwright.database import Database, Work
from backwright.entity import Entity
from backwright.errors import Conflict, FieldError
from backwright.fields import STANDARD, ResourceField, create_model_for, field_of, update_model_for
from backwright.paging import Sealer
from backwright.service import Action, Service, actions_of
from backwright.views import Embed, View
from backwright.writes import Writer

if TYPE_CHECKING:
    from fastapi.routing import APIRoute

    from backwright.attachments import Attachments
    from backwright.runtime import Runtime


class Refused(Exception):
    """A declaration that cannot be served safely. The message lists every fault with what to change."""


class Resource:
    """A declaration; see the parameters. It does nothing until an application binds it.

    - `fields`: the columns that the API shows and takes; every other column must be in `hidden`.
    - `read_only`: those of `fields` that no client writes.
    - `filters`, `sorts`, `search`, `embeds`: what a list may be asked for; `asset.criticality` filters through a relation.
    - `access`: role → `allow.…`; roles that are not named may nothing.
    - `attachments`, `cache`, `limit` (`"100/minute"` for each caller), `bulk` (rows that one request may create).
    - `require_match`: changes need `If-Match` (428 without).
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

    @property
    def name(self) -> str:
        """The table's name, which also names the resource in audit entries and cache tags."""
        return self.entity.__tablename__

    @property
    def path(self) -> str:
        """Where it is served: `/work-orders`."""
        return "/" + self.name.replace("_", "-")

    def bind(self, runtime: "Runtime") -> "BoundResource":
        """The resource at work in one service; also registers it there."""
        bound = BoundResource(self, runtime)
        runtime.resources[self.entity] = bound
        return bound


class BoundResource:
    """A resource in one running service."""

    def __init__(self, resource: Resource, runtime: "Runtime") -> None:
        table = resource.entity.__table__
        assert isinstance(table, Table)
        self.resource = resource
        self.runtime = runtime
        self.table = table
        self.name = resource.name
        self.path = resource.path
        self.title_plural = self.name.replace("_", " ")
        self.title = _words(resource.entity.__name__)
        self.policy = Policy(resource.access)
        self.limit = (
            limits.Policy.parse(resource.limit, self.name.replace("_", "-")) if resource.limit else None
        )
        self._views: dict[frozenset[str], View | None] = {}
        self._writers: dict[frozenset[str], Writer] = {}

    @property
    def database(self) -> Database:
        """The service's database."""
        return self.runtime.database

    @cached_property
    def sealer(self) -> Sealer:
        """Seals cursors with the service's secret."""
        return Sealer(self.runtime.settings.secret_key.get_secret_value().encode())

    @cached_property
    def fields(self) -> dict[str, ResourceField]:
        """The exposed fields by name, in the declared order."""
        return {name: field_of(self.table.c[name]) for name in self.resource.fields}

    @cached_property
    def set_by_actor(self) -> tuple[str, ...]:
        """Columns that a new row gets from whoever creates it."""
        return tuple(column.key for column in self.table.columns if rules_of(column.info).set_by_actor)

    @cached_property
    def references(self) -> dict[str, type[Entity]]:
        """Foreign keys of this table: column → the entity referred to."""
        by_table = {mapper.local_table: mapper.class_ for mapper in Entity.registry.mappers}
        return {
            column.key: by_table[key.column.table]
            for column in self.table.columns
            for key in column.foreign_keys
            if key.column.table in by_table
        }

    @cached_property
    def embeds(self) -> dict[str, Embed]:
        """The declared embeds: a relationship's name → how to join its one row."""
        relations = inspect(self.resource.entity).relationships
        return {name: _embed(name, relations[name]) for name in self._relations() if name in relations}

    def _relations(self) -> list[str]:
        through = [path.split(".")[0] for path in self.resource.filters if "." in path]
        return [
            *self.resource.embeds,
            *(name for name in dict.fromkeys(through) if name not in self.resource.embeds),
        ]

    @cached_property
    def filters(self) -> dict[str, filters.Filter]:
        """Every filter parameter by its name."""
        found: dict[str, filters.Filter] = {}
        for path in self.resource.filters:
            relation, _, name = path.rpartition(".")
            table = self.embeds[relation].target.__table__ if relation else self.table
            found.update(
                {each.parameter: each for each in filters.filters_for(path, table.c[name], relation or None)}
            )
        return found

    @cached_property
    def writable(self) -> tuple[list[ResourceField], list[ResourceField]]:
        """The fields that a client may send at creation, and those of a change."""
        open_ = [
            f for name, f in self.fields.items() if name not in (*self.resource.read_only, *self.set_by_actor)
        ]
        return [f for f in open_ if f.name != self.state], open_

    @cached_property
    def create_model(self) -> type[BaseModel]:
        """The body of a create."""
        return create_model_for(self.resource.entity.__name__, self.writable[0])

    @cached_property
    def update_model(self) -> type[BaseModel]:
        """The body of a merge patch."""
        return update_model_for(self.resource.entity.__name__, self.writable[1])

    @cached_property
    def actions(self) -> dict[str, Action]:
        """The actions of the service class."""
        return actions_of(self.resource.service, self.resource.entity)

    @cached_property
    def state(self) -> str | None:
        """The column with the restricted state, if there is one."""
        declared = self.resource.service.state
        return declared.key if declared is not None else None

    @property
    def transitions(self) -> Mapping[Any, Any]:
        """State → the states that may follow."""
        return self.resource.service.transitions

    def check_move(self, state: Any, to: Any) -> None:
        """Raise `Conflict` unless a row in `state` may go to `to`."""
        if to not in self.transitions.get(state, ()):
            possible = (
                ", ".join(sorted(str(each) for each in self.transitions.get(state, ()))) or "no other state"
            )
            detail = f"A {self.title} that is {state} cannot become {to}; possible: {possible}."
            raise Conflict(detail, errors=[FieldError(detail, pointer=f"/{self.state}")])

    def defaults(self) -> dict[str, Any]:
        """The values of a new row's columns where the request says nothing."""
        found: dict[str, Any] = {}
        for column in self.table.columns:
            default = column.default
            if default is None:
                found[column.key] = None
            else:
                found[column.key] = default.arg(None) if default.is_callable else default.arg  # type: ignore[attr-defined]
        return found

    def view(self, roles: frozenset[str]) -> View | None:
        """What these roles see; `None` if they may not read at all."""
        if roles not in self._views:
            grants = self.policy.grants(roles, Operation.READ)
            self._views[roles] = View(self, roles, grants) if grants else None
        return self._views[roles]

    def writer(self, roles: frozenset[str]) -> Writer:
        """What these roles may write."""
        if roles not in self._writers:
            self._writers[roles] = Writer(self, roles)
        return self._writers[roles]

    def service(self, actor: Actor, work: Work) -> Service[Any]:
        """The service for one caller and one unit of work."""
        return self.resource.service(self, actor, work)

    def invalidate(self) -> None:
        """Let every cached answer that shows rows of this resource go."""
        self.runtime.cache.invalidate((self.name,))

    async def visible(self, actor: Actor, id_: UUID) -> bool:
        """Whether the caller may see the row."""
        view = self.view(actor.roles)
        return view is not None and await view.get(actor, id_) is not None

    async def updatable(self, actor: Actor, id_: UUID) -> bool:
        """Whether the caller may change something of the row, and so its attachments."""
        return await self.writer(actor.roles).may_update(actor, id_)

    async def forget_attachments(self, work: Work, id_: UUID) -> None:
        """Let the attachments of a row go with it."""
        if self.resource.attachments is not None:
            from backwright import attachments

            await attachments.forget(self.runtime, work, self.name, id_)

    def routes(self) -> "list[APIRoute]":
        """Ordinary FastAPI routes, one for each operation."""
        from backwright.routes import routes_of

        return routes_of(self)

    def components(self) -> dict[str, Any]:
        """The parts of the OpenAPI document that this resource adds."""
        from backwright.contract import components

        return components(self)

    def check(self, roles: frozenset[str]) -> None:
        """Raise `Refused` if the declaration is unsafe or inconsistent. `roles` are those that the service knows."""
        faults = [f"{self.resource.entity.__name__}: {fault}" for fault in _faults(self, roles)]
        if faults:
            raise Refused("\n".join(faults))
        try:
            for role in (*roles, PUBLIC, SIGNED_IN):
                view = self.view(frozenset({role}))
                if view is not None:
                    view.compile()
        except (SQLAlchemyError, KeyError, AttributeError) as error:
            raise Refused(
                f"{self.resource.entity.__name__}: an access rule does not compile: {error}"
            ) from error


def _embed(name: str, relation: RelationshipProperty[Any]) -> Embed:
    (column,) = relation.local_columns
    return Embed(name, column, relation.mapper.class_)


def _words(name: str) -> str:
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()


def _faults(bound: BoundResource, roles: frozenset[str]) -> list[str]:
    """What is wrong with a declaration, each with what to change."""
    resource, columns = bound.resource, set(bound.table.c.keys()) - set(STANDARD)
    relations = inspect(resource.entity).relationships
    readable = {*resource.fields, *STANDARD}
    faults = [
        f"{name!r} is not a column; take it out of fields" for name in resource.fields if name not in columns
    ]
    faults += [
        f"the column {name!r} is neither in fields nor in hidden; say which"
        for name in sorted(columns - {*resource.fields, *resource.hidden})
    ]
    faults += [
        f"{name!r} is both in fields and in hidden" for name in resource.fields if name in resource.hidden
    ]
    for what in ("filters", "sorts", "search", "read_only"):
        for name in getattr(resource, what):
            if "." not in name and name not in readable:
                faults.append(f"{what} names {name!r}, which is not in fields")
    for name in bound._relations():
        relation = relations.get(name)
        if relation is None or relation.uselist or len(relation.local_columns) != 1:
            faults.append(f"embeds names {name!r}, which is not a relationship to one row")
        elif relation.mapper.class_ not in bound.runtime.resources:
            faults.append(f"embeds names {name!r}, but {relation.mapper.class_.__name__} has no resource")
    for role in resource.access:
        if str(role) not in {*roles, PUBLIC, SIGNED_IN}:
            faults.append(f"access names the role {str(role)!r}, which the service does not have")
    if not any(access.grants for access in resource.access.values()):
        faults.append("access grants nothing to anybody; say who may read it")
    known = {*resource.fields, *bound.actions}
    for role, access in resource.access.items():
        for grant in access.grants:
            for name in sorted((grant.names or frozenset()) - known):
                faults.append(
                    f"access of {str(role)!r} names {name!r}, which is neither a field nor an action"
                )
    if resource.service.transitions and resource.service.state is None:
        faults.append("the service has transitions and does not say which column holds the state")
    return faults
