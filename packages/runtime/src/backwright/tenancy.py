"""Rows that belong to a tenant: one company sees nothing of another, and neither does the database mix them up.

What lives here: how a model says to whom its rows belong, and what follows for every statement. What must not: the
tenants themselves (`tenants.py`), the session of hand-written code (`tenant_sessions.py`).

A class whose rows belong to a tenant has one column more:

    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"), info=tenant())

From then on every statement that the runtime makes of the class asks for the tenant of the caller, and callers
without one get nothing. The second layer is the database's: references between such tables are `TenantKey`s, so a
row that points into another tenant cannot be written, whatever the code does.
"""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    FromClause,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
)
from sqlalchemy.ext.compiler import compiles

from backwright.actor import Actor
from backwright.columns import RULES, Id, Rules, rules_of
from backwright.errors import Forbidden, Unauthenticated

ACTOR_TENANT: Final = bindparam("actor_tenant", type_=Id())
"""Stands for the caller's tenant in every compiled rule. For callers without one it is NULL, which equals nothing."""

TENANTS: Final = "backwright.tenants"
"""The key under which the `info` of the tenants' own table says that it is the one."""


NAMES: Final[set[str]] = set()
"""What the columns are called that say to which tenant a row belongs."""


def tenant() -> dict[str, object]:
    """The tenant that a row belongs to: never in the API, set from the caller, part of every statement."""
    return {RULES: Rules(tenant=True)}


class TenantKey(ForeignKeyConstraint):
    """A reference within the tenant.

    `TenantKey("company_id", "asset_id", "assets")` is (company_id, asset_id) → assets (company_id, id). It stands in
    `__table_args__` beside the ordinary `ForeignKey` of the column, which the ORM goes by, and has the same
    `ondelete`. With SET NULL the row keeps its tenant: PostgreSQL empties the one column; on the other engines the
    ordinary key does, before this one is looked at.
    """

    def __init__(self, tenant: str, column: str, table: str, **options: Any) -> None:
        super().__init__([tenant, column], [f"{table}.{tenant}", f"{table}.id"], **options)
        self.column = column


@compiles(TenantKey, "postgresql")
def _on_postgresql(element: TenantKey, compiler: Any, **options: Any) -> str:
    text: str = compiler.visit_foreign_key_constraint(element, **options)
    return text.replace(
        "ON DELETE SET NULL", f"ON DELETE SET NULL ({compiler.preparer.quote(element.column)})"
    )


@compiles(TenantKey, "sqlite")
@compiles(TenantKey, "mariadb")
def _elsewhere(element: TenantKey, compiler: Any, **options: Any) -> str:
    text: str = compiler.visit_foreign_key_constraint(element, **options)
    return text.replace(" ON DELETE SET NULL", "")


def create_tenant_key(
    op: Any, tenant: str, column: str, source: str, table: str, *, ondelete: str | None = None
) -> None:
    """Add a `TenantKey` to a table that is there; for migrations, where two tables refer to each other."""
    engine = op.get_context().dialect.name
    if ondelete == "SET NULL":
        ondelete = f"SET NULL ({column})" if engine == "postgresql" else None
    name = op.f(f"fkt_{source}_{column}")
    op.create_foreign_key(name, source, table, [tenant, column], [tenant, "id"], ondelete=ondelete)


def column_of(table: Table) -> str | None:
    """The column that says which tenant a row belongs to; of the tenants themselves their id."""
    if table.info.get(TENANTS):
        return "id"
    return next((column.key for column in table.columns if is_tenant(column)), None)


def is_tenant(column: Column[Any]) -> bool:
    """Whether a column says which tenant a row belongs to."""
    return rules_of(column.info).tenant


def keyed(table: Table) -> None:
    """Let `TenantKey`s of other tables refer to rows of this one; for `Entity`, when a class is made."""
    found = next((column for column in table.columns if is_tenant(column)), None)
    if found is not None:
        NAMES.add(found.name)
        table.append_constraint(UniqueConstraint(found, table.c.id))


def tenant_of(actor: Actor, rows: str) -> UUID:
    """The tenant to which a new row of the caller belongs. Raises `Unauthenticated`, or `Forbidden` for callers
    without one."""
    if actor.tenant is not None:
        return actor.tenant
    if actor.is_anonymous:
        raise Unauthenticated()
    raise Forbidden(f"There are {rows} within a tenant only, and you belong to none.")


def owned_within(
    column: str | None, table: FromClause, rule: ColumnElement[bool] | None
) -> ColumnElement[bool] | None:
    """The rows of the caller's tenant among those of a rule (`None`: all), where the table belongs to tenants."""
    if column is None:
        return rule
    mine: ColumnElement[bool] = table.c[column] == ACTOR_TENANT
    return mine if rule is None else and_(mine, rule)
