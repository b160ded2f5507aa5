"""What makes a declaration unsafe or inconsistent, each with what to change.

What lives here: the checks of a resource before a service starts. What must not: checks of single requests.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import Enum, String, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from backwright import access_lint, filters, tenant_checks
from backwright.access import ACCOUNTS, Operation
from backwright.actor import PUBLIC, SIGNED_IN
from backwright.blind_index import BlindIndex
from backwright.columns import rules_of
from backwright.encrypted import Encrypted, refusal
from backwright.fields import STANDARD, describe

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource


class Refused(Exception):
    """A declaration that cannot be served safely. The message lists every fault with what to change."""


def check(bound: "BoundResource", roles: frozenset[str]) -> None:
    """Raise `Refused` with all faults of a declaration. `roles`: those that the service knows."""
    name = bound.resource.entity.__name__
    faults = list(_fields(bound)) or [*_queries(bound), *_relations(bound), *_access(bound, roles)]
    if not faults:
        faults = [*_rules(bound), *_state(bound), *tenant_checks.faults(bound)]
    if not faults:
        faults = list(access_lint.faults(bound))
    if faults:
        raise Refused("\n".join(f"{name}: {fault}" for fault in faults))


def _fields(bound: "BoundResource") -> Iterator[str]:
    """Every column is either shown or hidden, and has a form in the API if it is shown."""
    indexes = {each.key for each in bound.table.columns if isinstance(each.type, BlindIndex)}
    resource, columns = bound.resource, set(bound.table.c.keys()) - {*STANDARD, *indexes}
    owner = bound.tenant_column if bound.is_owned else None
    for name in resource.fields:
        if name not in columns:
            yield f"{name!r} is not a column; take it out of fields"
        elif name in resource.hidden:
            yield f"{name!r} is both in fields and in hidden"
        elif name == owner:
            yield f"{name!r} says to which tenant a row belongs, which callers cannot choose; take it out of fields"
        else:
            try:
                describe(bound.table.c[name])
            except TypeError as error:
                yield f"{error}; move {name!r} to hidden"
    for name in sorted(columns - {*resource.fields, *resource.hidden, owner}):
        yield f"the column {name!r} is neither in fields nor in hidden; say which"
    for name in sorted(set(resource.hidden) - columns):
        yield f"{name!r} is not a column; take it out of hidden"


def _queries(bound: "BoundResource") -> Iterator[str]:
    """What a list may be asked for is shown, and can be compared or searched."""
    resource, readable = bound.resource, {*bound.resource.fields, *STANDARD}
    for what in ("filters", "sorts", "search", "read_only"):
        for name in getattr(resource, what):
            if "." not in name and name not in readable:
                yield f"{what} names {name!r}, which is not in fields"
            elif what in ("filters", "sorts") and "." not in name:
                try:
                    filters.operators(bound.table.c[name])
                except TypeError as error:
                    yield f"{error}; take it out of {what}"
                else:
                    kind = bound.table.c[name].type
                    if what == "sorts" and isinstance(kind, Encrypted):
                        yield f"sorts names {name!r}, which is encrypted; {refusal(kind)}"
            elif what == "search" and not _is_text(bound, name):
                yield f"search names {name!r}, which is not a text"


def _is_text(bound: "BoundResource", name: str) -> bool:
    kind = bound.table.c[name].type
    return isinstance(kind, String) and not isinstance(kind, Enum)


def _relations(bound: "BoundResource") -> Iterator[str]:
    """Embeds and filters through relations lead to one row of a resource, to fields that it shows."""
    relations = inspect(bound.resource.entity).relationships
    for name in bound.relations():
        relation = relations.get(name)
        if relation is None or relation.uselist or len(relation.local_columns) != 1:
            yield f"embeds or filters name {name!r}, which is not a relationship to one row"
        elif relation.mapper.class_ not in bound.runtime.resources:
            yield f"embeds or filters name {name!r}, but {relation.mapper.class_.__name__} has no resource"
        elif next(iter(relation.local_columns)).key not in bound.resource.fields:
            yield f"embeds or filters name {name!r}, but the column that leads there is not in fields"
        else:
            target = bound.runtime.resources[relation.mapper.class_]
            for path in bound.resource.filters:
                field = path.removeprefix(f"{name}.")
                if field != path and field not in (*target.resource.fields, *STANDARD):
                    yield f"filters names {path!r}, which {target.resource.entity.__name__} does not show"


def _access(bound: "BoundResource", roles: frozenset[str]) -> Iterator[str]:
    """Rules name roles, fields and actions that there are, and grant something."""
    resource = bound.resource
    for role, access in bound.policy.access.items():
        if role not in {*roles, PUBLIC, SIGNED_IN}:
            yield f"access names the role {role!r}, which the service does not have"
        for grant in access.grants:
            acts = grant.operation is Operation.ACT
            known = set(bound.actions) if acts else set(resource.fields)
            for name in sorted((grant.names or frozenset()) - known):
                what = "an action" if acts else "a field"
                yield f"access of {role!r} names {name!r} for {grant.operation}, which is not {what}"
        for grant in access.grants:
            if grant.operation is Operation.REFER:
                yield from _referring(bound, role, grant.names or frozenset())
    if not any(access.grants for access in resource.access.values()):
        yield "access grants nothing to anybody; say who may read it"


def _referring(bound: "BoundResource", role: str, names: frozenset[str]) -> Iterator[str]:
    """Leave to refer to accounts is about references to accounts, and for callers who have one."""
    for name in sorted(names & set(bound.table.c.keys())):
        if not any(key.target_fullname == f"{ACCOUNTS}.id" for key in bound.table.c[name].foreign_keys):
            yield f"access of {role!r} names {name!r} for refer, which does not refer to accounts"
    if names and role == PUBLIC:
        yield f"access of {role!r} grants refer; callers without an account may not name one"


def _rules(bound: "BoundResource") -> Iterator[str]:
    """Every row rule becomes SQL about the rows that it is given, under whatever name their table has."""
    table = bound.table.alias("rows")
    for role, access in bound.policy.access.items():
        for grant in access.grants:
            if grant.where is None:
                continue
            place = f"the rule of {role!r} for {grant.operation}"
            try:
                statement = select(table.c.id).where(grant.where.on(table))
                bound.database.prepare(statement)
            except (SQLAlchemyError, KeyError, AttributeError, TypeError) as error:
                yield f"{place} does not compile: {error}"
            else:
                if len(statement.get_final_froms()) > 1:
                    yield f"{place} speaks of a class; write matching(lambda row: row.field == …)"


def _state(bound: "BoundResource") -> Iterator[str]:
    """Moves have a column, new rows have their values, and who sets a column is somebody."""
    service = bound.resource.service
    if service.transitions and service.state is None:
        yield "the service has transitions and does not say which column holds the state"
    try:
        bound.defaults()
    except TypeError as error:
        yield f"{error}; give a Python value or function"
    for column in bound.table.columns:
        if rules_of(column.info).set_by_actor and not column.foreign_keys:
            yield f"{column.key!r} is set by the actor, but does not refer to the accounts"
