"""The tables of a service as SQLAlchemy values.

What lives here: blueprint → `MetaData`, with the same column types, names and CHECKs that the runtime gives
to the written classes. What must not: source text (`columns.py`, `migration.py`). That both say the same is
tested by running a written service.
"""

from typing import Any

from backwright import encrypted
from backwright.columns import RULES, FixedPoint, Id, Rules, Timestamp
from backwright.encrypted import Encrypted
from backwright.entity import CONVENTION, TenantKey, checks, tenant
from backwright.tenancy import TENANTS, keyed
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

from backwright_workbench.blueprint.model import Entity, FieldModel, reference_column
from backwright_workbench.codegen.columns import DECIMAL_DIGITS, DECIMAL_PLACES, NUMBERS, STRING_MAX, TEXT_MAX
from backwright_workbench.codegen.indexes import index_name
from backwright_workbench.codegen.names import Names, on_delete
from backwright_workbench.codegen.tenancy import indexes_of, kept_within, unique_groups

FORMATTED = {"email": 254, "phone": 32, "url": 2000}
"""The length of the strings that have a form of their own."""


def tables(names: Names) -> list[Table]:
    """A table for each entity, those that others refer to first."""
    metadata = MetaData(naming_convention=CONVENTION)
    return [_table(entity, names, metadata) for entity in names.ordered]


def _table(entity: str, names: Names, metadata: MetaData) -> Table:
    declared = names.blueprint.entities[entity]
    name = names.table(entity)
    owner, is_tenant = names.blueprint.owner(entity), entity == names.blueprint.tenancy
    columns = [_column(field_name, field, names, declared) for field_name, field in declared.fields.items()]
    if owner is not None:
        columns = [owner_column(owner, names), *(_without_unique(each) for each in columns)]
    if is_tenant:
        columns.append(Column("suspended_at", Timestamp(), nullable=True))
    table = Table(
        name,
        metadata,
        Column("id", Id(), primary_key=True),
        *columns,
        Column("version", Integer(), nullable=False, server_default="1"),
        Column("created_at", Timestamp(), nullable=False),
        Column("updated_at", Timestamp(), nullable=False),
        info={TENANTS: True} if is_tenant else {},
    )
    for each in encrypted.settle(table):
        table.append_column(each)
    encrypted.constrain(table)
    keyed(table)
    for kept in kept_within(entity, names):
        table.append_constraint(TenantKey(kept.owner, kept.column, kept.table, ondelete=kept.rule))
    for group in unique_groups(entity, names):
        table.append_constraint(UniqueConstraint(*group))
    for stored in table.columns:
        for short, rule in checks(stored):
            table.append_constraint(CheckConstraint(rule, name=f"{stored.name}_{short}"))
    for index in indexes_of(entity, names):
        Index(index_name(name, index), *(table.c[part] for part in index))
    return table


def owner_column(owner: str, names: Names) -> Column[Any]:
    """The column that says to which tenant a row belongs."""
    assert names.blueprint.tenancy is not None
    key = ForeignKey(f"{names.table(names.blueprint.tenancy)}.id", ondelete="RESTRICT")
    return Column(owner, Id(), key, nullable=False, info=tenant())


def _without_unique(column: Column[Any]) -> Column[Any]:
    column.unique = None  # it is unique within the tenant
    return column


def _column(name: str, field: FieldModel, names: Names, declared: Entity) -> Column[Any]:
    common: dict[str, Any] = {
        "nullable": field.optional,
        "unique": field.unique or None,
        "info": _rules(field),
    }
    if field.type == "reference":
        assert field.to is not None
        rule = on_delete(field).upper().replace("_", " ")
        return Column(
            reference_column(name), Id(), ForeignKey(f"{names.table(field.to)}.id", ondelete=rule), **common
        )
    if field.encrypted:
        common["unique"] = None  # its blind index is
        asked = name in declared.filters or field.unique
        return Column(name, Encrypted(_type(field), searchable=asked, unique=field.unique), **common)
    # Not DDL, but whether a text may be empty depends on it.
    default = field.default if field.type in ("string", "text") else None
    return Column(name, _type(field), default=default, **common)


def _type(field: FieldModel) -> TypeEngine[Any]:
    match field.type:
        case "string":
            return String(field.max or STRING_MAX)
        case "text":
            return String(field.max or TEXT_MAX)
        case "email" | "phone" | "url":
            return String(FORMATTED[field.type])
        case "integer":
            return Integer()
        case "decimal":
            return FixedPoint(DECIMAL_DIGITS, DECIMAL_PLACES if field.places is None else field.places)
        case "money":
            return FixedPoint(DECIMAL_DIGITS, 2)
        case "boolean":
            return Boolean()
        case "date":
            return Date()
        case "datetime":
            return Timestamp()
        case "enum":
            return Enum(*field.values, native_enum=False, create_constraint=False, length=63)
        case _:
            return JSON()


def _rules(field: FieldModel) -> dict[str, Any]:
    if field.type in FORMATTED:
        return {RULES: Rules(format=field.type)}
    return {RULES: Rules(minimum=field.min, maximum=field.max)} if field.type in NUMBERS else {}
