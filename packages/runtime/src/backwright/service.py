"""The rules of an area: what may be done with a resource beyond reading it.

What lives here: the base class of business code, and how it declares actions. What must not: HTTP; business
code raises `backwright.errors`. A `Service` is made for one request: it knows the caller and the unit of
work. Override `create`, `update` or `delete` to add a rule; add an `@action` for a named use case.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from inspect import Parameter, signature
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Table, false, inspect, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from backwright.access import condition
from backwright.actor import Actor
from backwright.database import Work
from backwright.entity import Entity
from backwright.errors import Conflict, FieldError, Forbidden, NotFound, PreconditionFailed
from backwright.fields import STANDARD, argument, describe, strict_model

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource

T = TypeVar("T", bound=Entity)
Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True)
class Action:
    """A named use case: its path segment, the method that carries it out, the model of its body if it takes one,
    and the states in which it may be called (none said: in all).
    """

    name: str
    method: str
    summary: str
    body: type[BaseModel] | None
    sources: tuple[Any, ...] = ()


def action(name: str, *, from_: Collection[Any] = ()) -> Callable[[Method], Method]:
    """Expose a method as `POST /{resource}/{id}/{name}`.

    The first parameter after `self` is the row; the others become the body, typed and strict. A parameter
    that is named like a column takes the column's rules. Who may call it is said in the resource's `access`
    (`allow.act(name)`). `from_` names the states in which it may be called, where a move that is allowed is
    not enough to go by: to start is not to resume.
    """

    def mark(method: Method) -> Method:
        method.__backwright_action__ = name, tuple(from_)  # type: ignore[attr-defined]
        return method

    return mark


class Service(Generic[T]):
    """What can be done with the rows of one resource, by one caller, in one unit of work."""

    state: ClassVar[InstrumentedAttribute[Any] | None] = None
    """The column that holds a row's state, if moves between states are restricted."""

    transitions: ClassVar[Mapping[Any, Collection[Any]]] = {}
    """State → the states that may follow it."""

    def __init__(self, bound: "BoundResource", actor: Actor, work: Work) -> None:
        self.bound = bound
        self.actor = actor
        self.work = work

    @property
    def session(self) -> AsyncSession:
        """The ORM session of this unit of work. Never commit it: the request does."""
        return self.work.session

    async def create(self, values: dict[str, Any]) -> dict[str, Any]:
        """Insert a row from checked values and return it as the caller sees it."""
        return await self.bound.writer(self.actor.roles).create(self.work, self.actor, values)

    async def update(
        self, id_: UUID, changes: dict[str, Any], *, version: int | None = None
    ) -> dict[str, Any]:
        """Change a row and return it as the caller sees it. `version` is the one that the caller has seen."""
        return await self.bound.writer(self.actor.roles).update(self.work, self.actor, id_, changes, version)

    async def delete(self, id_: UUID, *, version: int | None = None) -> None:
        """Delete a row."""
        await self.bound.writer(self.actor.roles).delete(self.work, self.actor, id_, version)

    def move(self, row: T, state: Any) -> None:
        """Put `row` into `state`. Raises `Conflict` if that move is not among the transitions."""
        column = self.bound.state
        assert column is not None, "a service with moves says which column holds the state"
        self.bound.check_move(getattr(row, column), state)
        setattr(row, column, state)

    async def act(
        self, action: Action, id_: UUID, arguments: Mapping[str, Any], *, version: int | None = None
    ) -> dict[str, Any]:
        """Carry out an action on a row: load it, call the method, check and record what changed."""
        row = await self._load(action, id_, version)
        self._check_source(action, row)
        columns = [key for key in inspect(row).dict if key in self.bound.table.c]
        before = {key: getattr(row, key) for key in columns}
        await getattr(self, action.method)(row, **arguments)
        after = {key: getattr(row, key) for key in columns}
        changes = {key: [before[key], after[key]] for key in columns if before[key] != after[key]}
        writer = self.bound.writer(self.actor.roles)
        with self.session.no_autoflush:  # a reference that leads nowhere is refused here, not by the database
            await writer.references.check(self.work, self.actor, {key: after[key] for key in changes})
        await self.work.flush()
        await self.record(
            action.name, id_, {key: each for key, each in changes.items() if key not in STANDARD}
        )
        view = self.bound.view(self.actor.roles)
        assert view is not None, "the row was seen before the action"
        shown = await view.written(self.work, self.actor, id_)
        return shown or {name: getattr(row, name) for name in view.names if view.shows_always(name)}

    async def record(self, name: str, id_: UUID, changes: Mapping[str, object]) -> None:
        """Write an audit entry in this unit of work."""
        await self.bound.runtime.audit.record(
            self.work, action=name, object_type=self.bound.name, object_id=id_, changes=changes
        )

    def _check_source(self, action: Action, row: T) -> None:
        """Raise `Conflict` unless the row is in a state in which the action may be called."""
        column = self.bound.state
        if not action.sources or column is None or (state := getattr(row, column)) in action.sources:
            return
        possible = ", ".join(sorted(map(str, action.sources)))
        detail = f"The {self.bound.title} is {state}; {action.name} is possible from: {possible}."
        raise Conflict(detail, errors=[FieldError(detail, pointer=f"/{column}")])

    async def _load(self, action: Action, id_: UUID, version: int | None) -> T:
        """The row, if the caller may see it and may act on it."""
        model, table, roles = self.bound.resource.entity, self.bound.table, self.actor.roles
        rule = self.bound.within(table, condition(self.bound.writer(roles).action_grants(action.name), table))
        view = self.bound.view(roles)
        statement = select(model, literal(True) if rule is None else rule).where(table.c.id == id_)
        seen = view.rule(table) if view else false()
        statement = statement if seen is None else statement.where(seen)
        statement = statement.with_for_update(
            key_share=True, of=table
        )  # of two at once, the second sees the first
        found = (await self.session.execute(statement, dict(self.actor.parameters))).one_or_none()
        if found is None:
            raise NotFound(f"There is no such {self.bound.title}.")
        row, permitted = found
        if not permitted:
            raise Forbidden(f"Your roles may not {action.name} this {self.bound.title}.")
        if version is not None and version != row.version:
            raise PreconditionFailed("The row was changed in the meantime. Read it again.")
        return cast(T, row)


def actions_of(service: type[Service[Any]], entity: type[Entity]) -> dict[str, Action]:
    """The actions that a service class declares, by name.

    Raises `TypeError` for a parameter without a type, and for `from_` where no column holds a state.
    """
    found: dict[str, Action] = {}
    for attribute in dir(service):
        method = getattr(service, attribute)
        marked = getattr(method, "__backwright_action__", None)
        if marked is not None:
            name, sources = marked
            if sources and service.state is None:
                raise TypeError(
                    f"{service.__name__}.{attribute}: from_ needs `state`, the column that holds it"
                )
            summary = (method.__doc__ or name).strip().splitlines()[0]
            found[name] = Action(name, attribute, summary, _body(service, name, method, entity), sources)
    return found


def _body(service: type, name: str, method: Any, entity: type[Entity]) -> type[BaseModel] | None:
    hints = get_type_hints(method, include_extras=True)
    columns = cast(Table, entity.__table__).c
    shape: dict[str, Any] = {}
    for parameter in list(signature(method).parameters.values())[2:]:
        if parameter.name not in hints:
            raise TypeError(f"{service.__name__}.{method.__name__}: {parameter.name} needs a type")
        hint, optional = _without_none(hints[parameter.name])
        kind = describe(columns[parameter.name]) if parameter.name in columns else argument(hint)
        default = ... if parameter.default is Parameter.empty else parameter.default
        shape[parameter.name] = (kind | None if optional else kind, default)
    title = "".join(part.capitalize() for part in name.replace("-", "_").split("_"))
    return strict_model(f"{entity.__name__}{title}", shape) if shape else None


def _without_none(hint: Any) -> tuple[Any, bool]:
    """A hint without `| None`, and whether it had that."""
    if get_origin(hint) not in (Union, UnionType) or type(None) not in get_args(hint):
        return hint, False
    return Union[tuple(each for each in get_args(hint) if each is not type(None))], True  # noqa: UP007
