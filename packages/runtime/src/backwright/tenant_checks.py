"""What makes a declaration leak between tenants, each with what to change.

What lives here: the checks of one resource before a service starts. What must not: what happens at run time.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sqlalchemy import Table, UniqueConstraint

from backwright.access import ACCOUNTS, Operation
from backwright.actor import PUBLIC
from backwright.tenancy import TenantKey, column_of, is_tenant

if TYPE_CHECKING:
    from backwright.bound_resource import BoundResource


def faults(bound: "BoundResource") -> Iterator[str]:
    """Everything that is wrong with a resource where rows belong to tenants."""
    if bound.is_owned:
        yield from _owner(bound)
        yield from _references(bound)
        yield from _unique(bound)
    elif bound.tenant_column is not None:
        yield from _tenants(bound)
    else:
        yield from _shared(bound)


def _owner(bound: "BoundResource") -> Iterator[str]:
    """A row has one tenant, and callers can have one, too."""
    owners = [column for column in bound.table.columns if is_tenant(column)]
    if len(owners) > 1:
        yield f"{' and '.join(each.name for each in owners)} both say to which tenant a row belongs; leave one"
    owner = owners[0]
    if owner.nullable:
        yield f"{owner.name!r} may be NULL; a row without a tenant would be seen by nobody: Mapped[UUID]"
    targets = [key.column.table for key in owner.foreign_keys if key.column.name == "id"]
    if not any(column_of(table) == "id" for table in targets):
        yield f"{owner.name!r} does not refer to a class of tenants; subclass backwright.tenants.Tenant for it"
    if PUBLIC in bound.policy.access:
        yield "access grants something to the public, which belongs to no tenant and would see nothing"
    accounts = bound.runtime.accounts
    if accounts is not None and column_of(_table(accounts.declared.user)) is None:
        yield "rows belong to a tenant and accounts do not; give the class of the accounts the same column"


def _references(bound: "BoundResource") -> Iterator[str]:
    """The database itself keeps references within the tenant."""
    kept = {each.column for each in bound.table.constraints if isinstance(each, TenantKey)}
    for name, target in bound.references.items():
        table = _table(target)
        owner = column_of(table)
        if owner not in (None, "id") and name not in kept:
            key = f'TenantKey("{bound.tenant_column}", "{name}", "{table.name}")'
            yield f"{name!r} may refer to a row of another tenant; add {key} to __table_args__"


def _unique(bound: "BoundResource") -> Iterator[str]:
    """A value that is taken in another tenant is free in this one: else the refusal would tell of it."""
    groups = [each.columns for each in bound.table.constraints if isinstance(each, UniqueConstraint)]
    groups += [each.columns for each in bound.table.indexes if each.unique]
    for group in groups:
        names = [column.name for column in group]
        if bound.tenant_column in names or any(name in bound.references for name in names):
            continue
        if bound.table.name == ACCOUNTS and names == ["email"]:
            continue  # the one name under which somebody signs in, before it is known where they belong
        listed = ", ".join(f'"{name}"' for name in (str(bound.tenant_column), *names))
        yield f"{' and '.join(names)} must be unique over all tenants; write UniqueConstraint({listed})"


def _tenants(bound: "BoundResource") -> Iterator[str]:
    """Who belongs to a tenant neither makes one nor deletes it."""
    for role, access in bound.policy.access.items():
        for operation in (Operation.CREATE, Operation.DELETE):
            if any(grant.operation is operation for grant in access.grants):
                yield f"access of {role!r} grants {operation}; tenants are made with: python -m … tenants create"


def _shared(bound: "BoundResource") -> Iterator[str]:
    """Rows that all tenants see do not lead into one of them, and nobody of one changes them for the others."""
    for name, target in bound.references.items():
        if column_of(_table(target)) is not None:
            yield f"{name!r} refers to rows of tenants and all tenants see these rows; let them belong to one"

    accounts = bound.runtime.accounts
    if accounts is None or column_of(_table(accounts.declared.user)) is None:
        return
    for role, access in bound.policy.access.items():
        changes = sorted({grant.operation for grant in access.grants} & _CHANGES)
        if changes:
            verbs = " and ".join(changes)
            yield f"access of {role!r} grants {verbs}, and all tenants see these rows; leave {role!r} to read them"


_CHANGES: Final = frozenset({Operation.CREATE, Operation.UPDATE, Operation.DELETE, Operation.ACT})


def _table(entity: type) -> Table:
    table = entity.__table__  # type: ignore[attr-defined]
    assert isinstance(table, Table)
    return table
