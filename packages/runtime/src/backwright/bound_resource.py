"""A resource at work in one service.

What lives here: what follows from a declaration once the service is known: models, filters, views and
writers for each set of roles, and the door for routes, services and attachments. What must not: SQL
(`views.py`, `pages.py`, `writes.py`), HTTP (`routes.py`).
"""

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, FromClause, Table, inspect
from sqlalchemy.orm import RelationshipProperty
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

from backwright import declaration_checks, filters, limits, tenancy
from backwright.access import Operation, Policy
from backwright.actor import Actor
from backwright.columns import rules_of
from backwright.database import Database, Work
from backwright.encrypted_rows import EncryptedRows
from backwright.entity import Entity
from backwright.errors import Conflict, FieldError
from backwright.fields import ResourceField, create_model_for, field_of, strict_model, update_model_for
from backwright.paging import Sealer
from backwright.service import Action, Service, actions_of
from backwright.views import Embed, View
from backwright.writes import Writer

if TYPE_CHECKING:
    from fastapi.routing import APIRoute

    from backwright.resource import Resource
    from backwright.runtime import Runtime


MAX_BULK: Final = 10_000
"""Items of one bulk request that are read before they are counted against the resource's own limit."""


class BoundResource:
    """A resource in one running service."""

    def __init__(self, resource: "Resource", runtime: "Runtime") -> None:
        table = resource.entity.__table__
        assert isinstance(table, Table)
        self.resource = resource
        self.runtime = runtime
        self.table = table
        self.tenant_column = tenancy.column_of(table)
        """The column that says which tenant a row belongs to, if rows belong to one."""
        self.name = resource.name
        self.path = resource.path
        self.title_plural = self.name.replace("_", " ")
        self.title = _words(resource.entity.__name__)
        self.policy = Policy(resource.access)
        self.limit = (
            limits.Policy.parse(resource.limit, self.name.replace("_", "-")) if resource.limit else None
        )
        runtime.audit.encrypted[self.name] = self.encrypted.names
        self._views: dict[frozenset[str], View | None] = {}
        self._writers: dict[frozenset[str], Writer] = {}

    @cached_property
    def encrypted(self) -> EncryptedRows:
        """The encrypted columns; false if there are none."""
        return EncryptedRows(self.table)

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

    def within(self, table: FromClause, rule: ColumnElement[bool] | None) -> ColumnElement[bool] | None:
        """A rule about rows of this resource (`None`: all), kept to the caller's tenant where rows belong to one."""
        return tenancy.owned_within(self.tenant_column, table, rule)

    @property
    def is_owned(self) -> bool:
        """Whether a row belongs to a tenant, and is not one itself."""
        return self.tenant_column is not None and self.tenant_column != "id"

    def cursors(self, actor: Actor) -> Sealer:
        """What seals cursors for this caller: of use within their tenant."""
        return self.sealer if self.tenant_column is None else self.sealer.within(str(actor.tenant))

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
            if key.column.table in by_table and column.key != self.tenant_column
        }

    @cached_property
    def embeds(self) -> dict[str, Embed]:
        """The declared embeds: a relationship's name → how to join its one row."""
        relations = inspect(self.resource.entity).relationships
        return {name: self._embed(name, relations[name]) for name in self.relations() if name in relations}

    def _embed(self, name: str, relation: RelationshipProperty[Any]) -> Embed:
        (column,) = relation.local_columns
        return Embed(name, self.table.c[str(column.key)], relation.mapper.class_)

    def relations(self) -> list[str]:
        """The relations that the declaration names, to embed or to filter through."""
        through = [path.split(".")[0] for path in self.resource.filters if "." in path]
        return list(dict.fromkeys((*self.resource.embeds, *through)))

    @cached_property
    def filters(self) -> dict[str, filters.Filter]:
        """Every filter parameter by its name."""
        found: dict[str, filters.Filter] = {}
        for path in self.resource.filters:
            relation, _, name = path.rpartition(".")
            table = self.embeds[relation].target.__table__ if relation else self.table
            for each in filters.filters_for(path, table.c[name], relation or None):
                found[each.parameter] = each
        return found

    @cached_property
    def writable(self) -> tuple[list[ResourceField], list[ResourceField]]:
        """The fields that a client may send at creation, and those of a change."""
        closed = {*self.resource.read_only, *self.set_by_actor}
        open_ = [field for name, field in self.fields.items() if name not in closed]
        return [field for field in open_ if field.name != self.state], open_

    @cached_property
    def sendable(self) -> frozenset[str]:
        """The fields that a client may send at all."""
        return frozenset(field.name for field in self.writable[1])

    @cached_property
    def create_model(self) -> type[BaseModel]:
        """The body of a create."""
        return create_model_for(self.resource.entity.__name__, self.writable[0])

    @cached_property
    def update_model(self) -> type[BaseModel]:
        """The body of a merge patch."""
        return update_model_for(self.resource.entity.__name__, self.writable[1])

    @cached_property
    def bulk_model(self) -> type[BaseModel]:
        """The body of a bulk create: `{"items": […]}`. More than `MAX_BULK` are not even read."""
        items: Any = list[self.create_model]  # type: ignore[name-defined]
        shape = {"items": (items, Field(min_length=1, max_length=MAX_BULK))}
        return strict_model(f"{self.resource.entity.__name__}Bulk", shape)

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
        open_ = self.transitions.get(state, ())
        if to not in open_:
            possible = ", ".join(sorted(str(each) for each in open_)) or "no other state"
            detail = f"The {self.title} is {state} and cannot become {to}; possible: {possible}."
            raise Conflict(detail, errors=[FieldError(detail, pointer=f"/{self.state}")])

    def defaults(self, given: Collection[str] = ()) -> dict[str, Any]:
        """The values of a new row's columns beside `given`; those that the database fills in itself are left out."""
        found = {name: value for name, value in self._constants.items() if name not in given}
        for name, make in self._made.items():
            if name not in given:
                found[name] = make(None)  # SQLAlchemy hands in its execution context; here is none
        return found

    @cached_property
    def _constants(self) -> dict[str, Any]:
        """Columns that are NULL, or the same on each new row, where nothing is given. Raises `TypeError`."""
        found: dict[str, Any] = {}
        for column in self.table.columns:
            default = column.default
            if isinstance(default, ScalarElementColumnDefault):
                found[column.key] = default.arg
            elif default is None and column.server_default is None:
                found[column.key] = None
            elif default is not None and not isinstance(default, CallableColumnDefault):
                place = f"{column.table.name}.{column.name}"
                raise TypeError(f"{place}: a default of the kind {default!r} is not known")
        return found

    @cached_property
    def _made(self) -> dict[str, Callable[[Any], Any]]:
        """Columns with a value of their own on each new row, and what makes it."""
        return {
            column.key: cast(Callable[[Any], Any], column.default.arg)
            for column in self.table.columns
            if isinstance(column.default, CallableColumnDefault)
        }

    @cached_property
    def known_roles(self) -> frozenset[str]:
        """Every role that some resource says something about. Any other one changes nothing."""
        return frozenset(role for bound in self.runtime.resources.values() for role in bound.policy.access)

    def view(self, roles: frozenset[str]) -> View | None:
        """What these roles see; `None` if they may not read at all."""
        roles = roles & self.known_roles
        if roles not in self._views:
            grants = self.policy.grants(roles, Operation.READ)
            self._views[roles] = View(self, roles, grants) if grants else None
        return self._views[roles]

    def writer(self, roles: frozenset[str]) -> Writer:
        """What these roles may write."""
        roles = roles & self.known_roles
        if roles not in self._writers:
            self._writers[roles] = Writer(self, roles)
        return self._writers[roles]

    def is_plain(self, operation: Operation) -> bool:
        """Whether the service's own code has no say in creates or updates."""
        return operation in self._plain

    @cached_property
    def _plain(self) -> frozenset[Operation]:
        mine, base = self.resource.service, Service
        same = {Operation.CREATE: mine.create is base.create, Operation.UPDATE: mine.update is base.update}
        return frozenset(each for each, is_same in same.items() if is_same)

    def service(self, actor: Actor, work: Work) -> Service[Any]:
        """The service for one caller and one unit of work."""
        return self.resource.service(self, actor, work)

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
        """Raise `Refused` if the declaration is unsafe or inconsistent. `roles`: those that the service knows."""
        declaration_checks.check(self, roles)


def _words(name: str) -> str:
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
