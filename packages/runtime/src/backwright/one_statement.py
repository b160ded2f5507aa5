"""Plain creates and updates as one statement that is its own transaction.

What lives here: the statement that checks references and rules, writes the row and writes the audit entry. What
must not: explaining a refusal. Where it writes nothing, nothing has happened, and the caller goes the long way
(`writes.py`), which decides anew and says why. So what this module takes for granted can cost time, never a wrong
answer: it only has to refuse whatever the long way would refuse.

It needs an engine whose statements can write to several tables at once (`Engine.writes_at_once`). Left to the long
way are also deletes, values kept as JSON, and changes of columns that the caller's rule for the row reads.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Table,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.sql import visitors
from sqlalchemy.sql.expression import CTE
from sqlalchemy.sql.schema import Column

from backwright.access import Grant, Operation
from backwright.actor import Actor
from backwright.audit import LOGGED, audit_log, is_secret
from backwright.audit_values import as_logged, can_be_logged
from backwright.context import now
from backwright.database_errors import Collision
from backwright.errors import Conflict, Invalid
from backwright.statement import Prepared

if TYPE_CHECKING:
    from backwright.writes import Writer

Where = list[ColumnElement[bool]]
_REFUSED = (Conflict, Invalid, Collision)
"""What undoes a statement for a reason that the long way says in its own words, or after another try."""


class OneStatement:
    """The statements of one writer. A shape that cannot be written in one is remembered as `None`."""

    def __init__(self, writer: "Writer") -> None:
        self._writer = writer
        self._table: Table = writer.table
        self._shapes: dict[Any, Prepared | None] = {}

    async def create(self, actor: Actor, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """The new row as its author sees it; `None`: nothing was written."""
        writer, names = self._writer, tuple(sorted(values))
        covering = writer.grants(Operation.CREATE, names)
        row = writer.complete(actor, values)
        referring = self._referring(values)
        shape: tuple[Any, ...] = ("create", names, referring)
        if shape not in self._shapes:
            self._keep(shape, self._insert(tuple(row), covering, referring))
        entry = self._entry("create", row["id"], {name: row[name] for name in names})
        return await self._run(shape, {f"v_{name}": value for name, value in row.items()}, entry, actor)

    async def update(
        self, actor: Actor, id_: UUID | str, changes: Mapping[str, Any], version: int | None
    ) -> dict[str, Any] | None:
        """The changed row as the caller sees it; `None`: nothing was written."""
        writer, names = self._writer, tuple(sorted(changes))
        covering = writer.grants(Operation.UPDATE, names)
        referring = self._referring(changes)
        sources = self._sources(changes)
        shape = ("update", names, referring, version is not None, sources)
        if shape not in self._shapes:
            self._keep(shape, self._update(names, writer.rule(covering), shape[1:]))
        entry = self._entry("update", id_, changes)
        params = {f"v_{name}": value for name, value in changes.items()}
        params |= {"id": id_, "expected": version, "v_updated_at": now()}
        return await self._run(shape, params, entry, actor)

    async def _run(
        self, shape: Any, params: dict[str, Any], entry: dict[str, Any], actor: Actor
    ) -> dict[str, Any] | None:
        prepared = self._shapes.get(shape)
        if prepared is None:
            return None
        try:
            rows = await self._writer.bound.database.at_once(
                prepared, {**params, **entry, **actor.parameters}
            )
        except _REFUSED:
            return None
        return self._writer.shown(rows[0]) if rows else None

    def _referring(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The references in `values` that have to lead to a row which the caller may see."""
        references = self._writer.references.sendable
        return tuple(name for name in references if values.get(name) is not None)

    def _sources(self, changes: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The states from which the move in `changes` may start; `None`: no state is named."""
        bound = self._writer.bound
        if bound.state is None or bound.state not in changes:
            return None
        to = changes[bound.state]
        return (to, *(source for source, targets in bound.transitions.items() if to in targets))

    def _entry(self, action: str, id_: UUID | str, changes: Mapping[str, Any]) -> dict[str, Any]:
        bound = self._writer.bound
        return bound.runtime.audit.entry(
            action=action, object_type=bound.name, object_id=id_, changes=changes
        )

    def _insert(
        self, names: Sequence[str], covering: Sequence[Sequence[Grant]], referring: Sequence[str]
    ) -> Select[Any] | None:
        where = self._references(referring)
        if where is None:
            return None
        row = select(*(self._value(name).label(name) for name in names)).subquery("row")
        try:
            permitted = self._writer.rule(covering, row)
        except (KeyError, AttributeError):  # the rule reads a column that the database fills in
            return None
        if permitted is not None:
            where.append(permitted)
        source = select(*(row.c[name] for name in names)).where(*where)
        done = (
            insert(self._table)
            .from_select(list(names), source, include_defaults=False)
            .returning(*self._writer.returned())
            .cte("done")
        )
        return self._logged(done, done, bindparam(f"{LOGGED}changes", type_=audit_log.c.changes.type))

    def _update(
        self, names: Sequence[str], rule: ColumnElement[bool] | None, shape: tuple[Any, ...]
    ) -> Select[Any] | None:
        """The row is locked as it is first, so that what the entry says of it is what was overwritten."""
        _, referring, versioned, sources = shape
        table, view = self._table, self._writer.view
        where = self._references(referring)
        wanted = [table.c[name] for name in names]
        if where is None or view is None or not names or not all(map(can_be_logged, wanted)):
            return None
        if rule is not None and _reads(rule, table) & {*names, "version", "updated_at"}:
            return None  # it must hold after the change as well
        where += [
            table.c.id == bindparam("id"),
            *(each for each in (rule, view.rule(table)) if each is not None),
        ]
        if versioned:
            where.append(table.c.version == bindparam("expected"))
        if sources is not None:
            where.append(table.c[cast(str, self._writer.bound.state)].in_(sources))
        before = (
            select(table.c.id, *wanted).where(*where).with_for_update(key_share=True, of=table).cte("before")
        )
        changed: dict[Any, Any] = {table.c[name]: self._value(name) for name in names}
        changed[table.c.version] = table.c.version + 1
        changed[table.c.updated_at] = bindparam("v_updated_at", type_=table.c.updated_at.type)
        done = (
            update(table)
            .where(table.c.id == before.c.id)
            .values(changed)
            .returning(*self._writer.returned())
            .cte("done")
        )
        return self._logged(done, before, self._differences(before, names))

    def _differences(self, before: FromClause, names: Iterable[str]) -> ColumnElement[Any]:
        """What `audit` is told of an update, of the fields that it changes: the old value and the new one."""
        kind = audit_log.c.changes.type
        after = bindparam(f"{LOGGED}changes", type_=kind)
        found: ColumnElement[Any] = literal_column("'{}'::jsonb", kind)
        for name in names:
            key: ColumnElement[str] = literal_column("'" + name.replace("'", "''") + "'")
            new = after.op("->", return_type=kind)(key)
            said = (
                new  # the word that stands for it
                if is_secret(name)
                else func.jsonb_build_array(as_logged(before.c[name], self._table.c[name]), new)
            )
            differs = before.c[name].is_distinct_from(self._value(name))
            nothing = literal_column("'{}'::jsonb", kind)
            found = found.op("||", return_type=kind)(
                case((differs, func.jsonb_build_object(key, said)), else_=nothing)
            )
        return found

    def _logged(self, done: CTE, source: CTE, changes: ColumnElement[Any]) -> Select[Any]:
        """The rows of `done`, and beside them the audit entry, which is there exactly if they are."""
        columns = [each for each in audit_log.columns if each.name != "changes"]
        told = [bindparam(f"{LOGGED}{each.name}", type_=each.type) for each in columns]
        entry = select(*told, changes).select_from(source)
        if source is not done:
            entry = entry.where(exists(select(literal(1)).select_from(done)))
        names = [*(each.name for each in columns), "changes"]
        logged = insert(audit_log).from_select(names, entry, include_defaults=False).cte("logged")
        return select(*done.c).add_cte(logged)

    def _references(self, names: Iterable[str]) -> Where | None:
        """That each of these leads to a row which the caller may see; `None`: one cannot."""
        found: Where = []
        for name in names:
            question = self._writer.references.question(name, self._value(name))
            if question is None:
                return None
            found.append(exists(question))
        return found

    def _value(self, name: str) -> ColumnElement[Any]:
        return bindparam(f"v_{name}", type_=self._table.c[name].type)

    def _keep(self, shape: Any, statement: Select[Any] | None) -> None:
        from backwright.views import MAX_SHAPES

        if len(self._shapes) >= MAX_SHAPES:
            self._shapes.pop(next(iter(self._shapes)))
        if statement is None:
            self._shapes[shape] = None
            return
        prepared = self._writer.bound.database.prepare(statement, wire=True)
        prepared.changes = frozenset({self._table.name, audit_log.name})
        self._shapes[shape] = prepared


def _reads(rule: ColumnElement[bool], table: FromClause) -> set[str]:
    """The columns of `table` that a rule reads."""
    found = (each for each in visitors.iterate(rule) if isinstance(each, Column))
    return {each.key for each in found if each.table is table}
