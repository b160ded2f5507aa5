"""Writing: create, update and delete as single statements that carry the access rules themselves.

A `Writer` belongs to one resource and one set of roles. What lives here: the three statements and what they
refuse. What must not: business rules (`service.py`). The row rule, the expected version and the state that
a move starts from stand in the statement's WHERE, so nothing can change between a check and the write. What
a statement would not touch is explained by one read before it: not there, changed meanwhile, not allowed,
or not in the right state.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Table,
    and_,
    bindparam,
    delete,
    false,
    insert,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from backwright.access import Grant, Operation, condition
from backwright.actor import Actor
from backwright.context import now
from backwright.database import Work
from backwright.database_errors import BrokenReference
from backwright.encrypted import stored
from backwright.errors import (
    Conflict,
    FieldError,
    Forbidden,
    NotFound,
    PreconditionFailed,
    Unauthenticated,
)
from backwright.fields import STANDARD
from backwright.one_statement import OneStatement
from backwright.references import References
from backwright.statement import Prepared
from backwright.tenancy import tenant_of
from backwright.views import MAX_SHAPES

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource


class Writer:
    """What one set of roles may write of one resource. Made once, kept by `BoundResource.writer`."""

    def __init__(self, bound: "BoundResource", roles: frozenset[str]) -> None:
        self.bound = bound
        self.roles = roles
        self.table: Table = bound.table
        self.view = bound.view(roles)
        self.references = References(bound, roles)
        self._shapes: dict[Any, Prepared] = {}
        self._grants: dict[tuple[str, ...], list[list[Grant]]] = {}

    def grants(self, operation: Operation, names: Sequence[str] = ()) -> list[list[Grant]]:
        """For each name the grants that cover it.

        Raises `Forbidden` if there are none, naming the fields at fault. A field that no client can send is
        set by the service's own code, which needs no grant.
        """
        key = (operation, *names)
        found = self._grants.get(key)
        if found is None:
            found = self._covering(operation, names)
            if len(self._grants) >= MAX_SHAPES:
                self._grants.clear()
            self._grants[key] = found
        return found

    def _covering(self, operation: Operation, names: Sequence[str]) -> list[list[Grant]]:
        given = self.bound.policy.grants(self.roles, operation)
        if not given:
            raise Forbidden(f"Your roles may not {operation} {self.bound.title_plural}.")
        sent = [name for name in names if name in self.bound.sendable]
        covering = [[grant for grant in given if grant.covers(name)] for name in sent]
        refused = [name for name, found in zip(sent, covering, strict=True) if not found]
        if refused:
            faults = [FieldError("your roles may not set this field", pointer=f"/{name}") for name in refused]
            raise Forbidden(f"Your roles may not {operation} every field that was sent.", errors=faults)
        return covering or [list(given)]

    def action_grants(self, action: str) -> list[Grant]:
        """The grants to call an action. Raises `Forbidden` if there are none."""
        given = [each for each in self.bound.policy.grants(self.roles, Operation.ACT) if each.covers(action)]
        if not given:
            raise Forbidden(f"Your roles may not {action} {self.bound.title_plural}.")
        return given

    def rule(
        self, covering: Sequence[Sequence[Grant]], table: FromClause | None = None
    ) -> ColumnElement[bool] | None:
        """The rows (of the table, or of what stands for it) on which every list of grants holds; `None`: all."""
        place = self.table if table is None else table
        rules = [rule for rule in (condition(grants, place) for grants in covering) if rule is not None]
        return self.bound.within(place, and_(*rules) if rules else None)

    @cached_property
    def at_once(self) -> OneStatement:
        """Plain creates and updates as one statement each, where the engine can do that."""
        return OneStatement(self)

    async def create(self, work: Work, actor: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
        """Insert a row and return it as these roles see it."""
        names = sorted(values)
        covering = self.grants(Operation.CREATE, names)
        row = self.complete(actor, values)
        await self.references.check(work, actor, values)
        key = ("create", tuple(names))
        prepared = self._shapes.get(key) or self._keep(key, self._insert(row, self.rule(covering)))
        params = {f"v_{name}": value for name, value in row.items()}
        found = (await work.fetch(prepared, {**params, **actor.parameters}))[0]
        if not found[-1]:
            raise Forbidden("The new row would lie outside the rows that your roles may create.")
        shown = self.shown(found)
        await self._record(work, "create", row["id"], {name: row[name] for name in names})
        return shown

    async def update(
        self, work: Work, actor: Actor, id_: UUID, changes: Mapping[str, Any], version: int | None
    ) -> dict[str, Any]:
        """Change a row and return it as these roles see it. `version`: the one the caller has seen, if they say."""
        names = sorted(changes)
        covering = self.grants(Operation.UPDATE, names)
        rule = self.rule(covering)
        before = await self._before(work, actor, id_, names, rule, version)
        if not changes and self.view is not None:
            return await self.view.written(work, actor, id_) or {}
        await self.references.check(work, actor, changes)
        sources = self._sources(changes, before)
        key = ("update", tuple(names), version is not None, sources)
        written = self.bound.encrypted.sealed(id_, changes) if self.bound.encrypted else changes
        prepared = self._shapes.get(key) or self._keep(
            key, self._update(sorted(written), rule, version is not None, sources)
        )
        params = {f"v_{name}": value for name, value in written.items()}
        context = {"id": id_, **actor.parameters, "expected": version, "v_updated_at": now()}
        found = await work.fetch(prepared, {**params, **context})
        if not found:
            raise PreconditionFailed("The row was changed in the meantime. Read it again.")
        if not found[0][-1]:
            raise Forbidden("The row would then lie outside the rows that your roles may change.")
        differences = {name: [before[name], changes[name]] for name in names if before[name] != changes[name]}
        await self._record(work, "update", id_, differences)
        return self.shown(found[0])

    async def delete(self, work: Work, actor: Actor, id_: UUID, version: int | None) -> None:
        """Delete a row. Raises `Conflict` while other rows refer to it."""
        rule = self.rule(self.grants(Operation.DELETE))
        before = await self._before(work, actor, id_, list(self.bound.fields), rule, version)
        key = ("delete", version is not None)
        prepared = self._shapes.get(key)
        if prepared is None:
            statement = (
                delete(self.table).where(*self._where(rule, version is not None)).returning(self.table.c.id)
            )
            prepared = self._keep(key, statement)
        await self.bound.forget_attachments(work, id_)
        try:
            async with work.savepoint():  # the question who refers to it is asked after the refusal
                gone = await work.fetch(prepared, {"id": id_, **actor.parameters, "expected": version})
        except BrokenReference as error:
            referring = " and ".join(await self.references.referring(work, id_)) or "other rows"
            raise Conflict(f"There are {referring} that refer to this {self.bound.title}.") from error
        if not gone:
            raise PreconditionFailed("The row was changed in the meantime. Read it again.")
        await self._record(
            work, "delete", id_, {name: value for name, value in before.items() if value is not None}
        )

    async def may_update(self, actor: Actor, id_: UUID) -> bool:
        """Whether these roles may change something of the row."""
        given = self.bound.policy.grants(self.roles, Operation.UPDATE)
        if not given or self.view is None:
            return False
        prepared = self._shapes.get("updatable")
        if prepared is None:
            rules = [self.view.rule(self.table), condition(given, self.table)]
            where = [self.table.c.id == bindparam("id"), *(rule for rule in rules if rule is not None)]
            prepared = self._keep("updatable", select(self.table.c.id).where(*where))
        return bool(await self.bound.database.fetch(prepared, {"id": id_, **actor.parameters}))

    def complete(self, actor: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
        """All columns of a new row: what was sent, what the actor sets, what defaults."""
        row = {**self.bound.defaults(values), **values}
        row["updated_at"] = row["created_at"]
        if self.bound.is_owned:
            row[cast(str, self.bound.tenant_column)] = tenant_of(actor, self.bound.title_plural)
        account = None if actor.method == "client" else actor.id  # a program has an id and no account
        for name in self.bound.set_by_actor:
            if account is None and not self.table.c[name].nullable:
                if actor.method == "client":
                    raise Forbidden("This takes the account of a person, and a program has none.")
                raise Unauthenticated()
            row[name] = account
        return self.bound.encrypted.sealed(row["id"], row) if self.bound.encrypted else row

    def _insert(self, names: Iterable[str], rule: ColumnElement[bool] | None) -> ReturningInsert[Any]:
        columns = {name: bindparam(f"v_{name}", type_=self.table.c[name].type) for name in names}
        return insert(self.table).values(columns).returning(*self.returned(), self._permitted(rule))

    def _update(
        self,
        names: Sequence[str],
        rule: ColumnElement[bool] | None,
        versioned: bool,
        sources: tuple[Any, ...],
    ) -> ReturningUpdate[Any]:
        c = self.table.c
        changed: dict[Any, Any] = {c[name]: bindparam(f"v_{name}", type_=c[name].type) for name in names}
        changed[c.version] = c.version + 1
        changed[c.updated_at] = bindparam("v_updated_at", type_=c.updated_at.type)
        where = self._where(rule, versioned)
        state = self.bound.state
        if sources and state is not None:
            where.append(c[state].in_(sources))
        return (
            update(self.table)
            .where(*where)
            .values(changed)
            .returning(*self.returned(), self._permitted(rule))
        )

    def _where(self, rule: ColumnElement[bool] | None, versioned: bool) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [self.table.c.id == bindparam("id")]
        if versioned:
            found.append(self.table.c.version == bindparam("expected"))
        return found if rule is None else [*found, rule]

    def returned(self) -> list[ColumnElement[Any]]:
        """The columns of a row that has been written which its writer gets to see."""
        return self.view.columns(self.table) if self.view else [self.table.c[name] for name in STANDARD]

    def _permitted(self, rule: ColumnElement[bool] | None) -> ColumnElement[bool]:
        return (true() if rule is None else rule).label("permitted")

    def shown(self, row: Sequence[Any]) -> dict[str, Any]:
        """What a statement gave for `returned` as the object that the API shows."""
        return self.view.shown(row) if self.view else dict(zip(STANDARD, row, strict=False))

    async def _before(
        self,
        work: Work,
        actor: Actor,
        id_: UUID,
        names: Sequence[str],
        rule: ColumnElement[bool] | None,
        version: int | None,
    ) -> dict[str, Any]:
        """The row as it is, or the reason why it will not be written."""
        state = self.bound.state
        wanted = [*names, *([state] if state and state not in names else [])]
        key = ("before", tuple(wanted), rule is None)
        prepared = self._shapes.get(key)
        if prepared is None:
            seen = self.view.rule(self.table) if self.view else false()
            permitted = (literal(True) if rule is None else rule).label("permitted")
            statement = select(
                self.table.c.version, permitted, *(stored(self.table.c[name]) for name in wanted)
            )
            statement = statement.where(self.table.c.id == bindparam("id"))
            statement = statement if seen is None else statement.where(seen)
            locked = statement.with_for_update(key_share=True, of=self.table)  # what is recorded stays true
            prepared = self._keep(key, locked, wire=False)
        rows = await work.fetch(prepared, {"id": id_, **actor.parameters})
        if not rows:
            raise NotFound(f"There is no such {self.bound.title}.")
        found_version, permitted, *values = rows[0]
        if not permitted:
            raise Forbidden(f"Your roles may not do this with this {self.bound.title}.")
        if version is not None and version != found_version:
            raise PreconditionFailed("The row was changed in the meantime. Read it again.")
        return dict(zip(wanted, values, strict=True))

    def _sources(self, changes: Mapping[str, Any], before: Mapping[str, Any]) -> tuple[Any, ...]:
        """The states from which the move in `changes` may start; empty if no move is made. Raises `Conflict`."""
        state = self.bound.state
        if state is None or state not in changes or changes[state] == before[state]:
            return ()
        self.bound.check_move(before[state], changes[state])
        return tuple(
            source for source, targets in self.bound.transitions.items() if changes[state] in targets
        )

    async def _record(self, work: Work, action: str, id_: UUID, changes: Mapping[str, object]) -> None:
        await self.bound.runtime.audit.record(
            work, action=action, object_type=self.bound.name, object_id=id_, changes=changes
        )

    def _keep(self, key: Any, statement: Any, *, wire: bool = True) -> Prepared:
        if len(self._shapes) >= MAX_SHAPES:
            self._shapes.pop(next(iter(self._shapes)))
        prepared = self._shapes[key] = self.bound.database.prepare(statement, wire=wire)
        return prepared
