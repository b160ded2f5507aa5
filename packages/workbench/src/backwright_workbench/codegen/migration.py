"""The first migration: everything that a service stores, made and taken back.

What lives here: tables as Alembic operations in source text. What must not: which tables there are
(`tables.py`).
"""

import hashlib
from collections.abc import Collection, Sequence
from typing import Any

from backwright.columns import FixedPoint, bounds
from backwright.encrypted_storage import Envelope, Fingerprint
from backwright.entity import TenantKey
from backwright.tenancy import TENANTS
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Constraint,
    Enum,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.elements import BinaryExpression
from sqlalchemy.types import TypeEngine

from backwright_workbench.blueprint.model import USER
from backwright_workbench.codegen.imports import Imports
from backwright_workbench.codegen.names import Names
from backwright_workbench.codegen.runtime_tables import runtime_tables, users_table
from backwright_workbench.codegen.source import Node, call, lines, literal, module, strings
from backwright_workbench.codegen.tables import owner_column, tables

RUNTIME_TYPES = ("FixedPoint", "Id", "Timestamp")
"""Types that mean the same on every engine; a migration names them rather than one engine's."""

APPEND_ONLY = ("", ', "audit_seals"')
"""The arguments that name the tables which the database lets nobody change; the audit log without them."""

DIALECT: Any = sqlite.dialect()
"""What prints the conditions that are the same text on every engine."""
DIALECT.identifier_preparer.reserved_words = {
    *DIALECT.identifier_preparer.reserved_words,
    *postgresql.dialect().identifier_preparer.reserved_words,  # type: ignore[no-untyped-call]
}


def revision(names: Names) -> str:
    """The id of the first revision: the same blueprint gives the same one."""
    seed = f"{names.blueprint.service} {names.blueprint.created.isoformat()}"
    return hashlib.sha256(seed.encode()).hexdigest()[:12]


def migration_path(names: Names) -> str:
    """Where the first migration stands: dated, so that two branches do not fight over a number."""
    return f"migrations/versions/{names.blueprint.created:%Y%m%d}_create_{names.package}.py"


def write_migration(names: Names) -> str:
    """The text of the first migration."""
    imports = Imports(names.package, {"upgrade", "downgrade"})
    made = ordered_tables(names)
    circle = closing(made)
    up = [line for table in made for line in _create(table, imports, circle)]
    up += _if_altered([_add(each, imports) for each in circle])
    up += [f"    {imports.name('backwright.audit', 'create_triggers')}(op{of})" for of in APPEND_ONLY]
    down = [f"    {imports.name('backwright.audit', 'drop_triggers')}(op{of})" for of in APPEND_ONLY]
    for entity in names.ordered:
        searched = names.blueprint.entities[entity].search
        if searched:
            create, drop = (
                imports.name("backwright.search", "create_index"),
                imports.name("backwright.search", "drop_index"),
            )
            up += lines(call(create, "op", literal(names.table(entity)), strings(searched)), indent=4)
            down.append(f"    {drop}(op, {literal(names.table(entity))})")
    down += _if_altered([_drop(each) for each in circle])
    down += [f"    op.drop_table({literal(table.name)})" for table in reversed(made)]
    imports.name("alembic", "op")
    imports.module("sqlalchemy as sa")
    header = [
        f"revision = {literal(revision(names))}",
        "down_revision = None",
        "branch_labels = None",
        "depends_on = None",
    ]
    upgrade = ["def upgrade() -> None:", '    """Make every table, index and trigger."""', *up]
    downgrade = ["def downgrade() -> None:", '    """Take all of it back, with every row in it."""', *down]
    head = f"Create the tables of {names.blueprint.title}."
    return module(head, imports.lines(), [header, upgrade, downgrade])


def ordered_tables(names: Names) -> list[Table]:
    """Every table of a service: tenants before the accounts that belong to them, then what refers to accounts."""
    own, owner = tables(names), names.blueprint.owner(USER)
    if owner is None:
        return [users_table(), *runtime_tables(), *own]
    tenants = [table for table in own if table.info.get(TENANTS)]
    users = users_table(owner_column(owner, names))
    return [*tenants, users, *runtime_tables(), *(table for table in own if table not in tenants)]


def closing(made: Sequence[Table]) -> list[ForeignKeyConstraint]:
    """The references to tables that are made later: those that close a circle.

    SQLite takes them with their table and cannot add them afterwards; other engines want both tables first.
    """
    places = {table.name: at for at, table in enumerate(made)}
    return [
        each
        for table in made
        for each in sorted(table.foreign_key_constraints, key=_name)
        if places[_target(each)] > places[table.name]
    ]


def _target(constraint: ForeignKeyConstraint) -> str:
    return constraint.elements[0].target_fullname.partition(".")[0]


def _if_altered(calls: list[Node]) -> list[str]:
    if not calls:
        return []
    return [
        "    if op.get_context().dialect.supports_alter:",
        *(line for each in calls for line in lines(each, indent=8)),
    ]


def _add(constraint: ForeignKeyConstraint, imports: Imports) -> Node:
    options: dict[str, Node] = {"ondelete": literal(constraint.ondelete)} if constraint.ondelete else {}
    columns = [literal(column.name) for column in constraint.columns]
    if isinstance(constraint, TenantKey):
        parts = (*columns, literal(constraint.table.name), literal(_target(constraint)))
        return call(f"{imports.name('backwright.tenancy', 'create_tenant_key')}", "op", *parts, **options)
    targets = [literal(element.target_fullname.partition(".")[2]) for element in constraint.elements]
    return call(
        "op.create_foreign_key",
        f"op.f({literal(_name(constraint))})",
        literal(constraint.table.name),
        literal(_target(constraint)),
        f"[{', '.join(columns)}]",
        f"[{', '.join(targets)}]",
        **options,
    )


def _drop(constraint: ForeignKeyConstraint) -> Node:
    name, table = f"op.f({literal(_name(constraint))})", literal(constraint.table.name)
    return call("op.drop_constraint", name, table, type_=literal("foreignkey"))


def _create(table: Table, imports: Imports, circle: Collection[Constraint]) -> list[str]:
    parts: list[Node] = [literal(table.name)]
    parts += [_column(column, imports) for column in table.columns]
    constraints = sorted(table.constraints, key=_order)
    parts += [_constraint(each, imports, later=each in circle) for each in constraints if not _empty(each)]
    found = ["    op.create_table("]
    for part in parts:
        found += lines(part, indent=8, after=",")
    found.append("    )")
    for index in sorted(table.indexes, key=lambda each: str(each.name)):
        columns = ", ".join(literal(column.name) for column in index.columns)
        options = {"unique": "True"} if index.unique else {}
        create = call(
            "op.create_index", literal(str(index.name)), literal(table.name), f"[{columns}]", **options
        )
        found += lines(create, indent=4)
    return found


def _column(column: Column[Any], imports: Imports) -> Node:
    options: dict[str, Node] = {"nullable": str(column.nullable)}
    if column.server_default is not None:
        options["server_default"] = literal(str(column.server_default.arg))  # type: ignore[attr-defined]
    return call("sa.Column", literal(column.name), _type(column.type, imports), **options)


def _type(kind: TypeEngine[Any], imports: Imports) -> str:
    name = type(kind).__name__
    if isinstance(kind, Envelope | Fingerprint):
        plain = Envelope if isinstance(kind, Envelope) else Fingerprint
        return f"{imports.name('backwright.encrypted_storage', plain.__name__)}()"
    if name in RUNTIME_TYPES:
        local = imports.name("backwright.columns", name)
        return f"{local}({kind.precision}, {kind.places})" if name == "FixedPoint" else f"{local}()"  # type: ignore[attr-defined]
    if isinstance(kind, JSON):
        return f"{imports.name('backwright.columns', 'Json')}()"
    if isinstance(kind, Enum):
        return f"sa.String({kind.length})"
    if isinstance(kind, BigInteger) and "sqlite" in kind._variant_mapping:
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    length = getattr(kind, "length", None)
    return f"sa.{name}({length})" if length else f"sa.{name}()"


def _order(constraint: Constraint) -> tuple[int, str]:
    kinds = (PrimaryKeyConstraint, UniqueConstraint, ForeignKeyConstraint, CheckConstraint)
    return next(at for at, kind in enumerate(kinds) if isinstance(constraint, kind)), _name(constraint)


def _empty(constraint: Constraint) -> bool:
    return isinstance(constraint, PrimaryKeyConstraint) and not constraint.columns


def _name(constraint: Constraint) -> str:
    """The name that the convention gives, as the database will know it."""
    assert constraint.table is not None
    formatted = DIALECT.identifier_preparer.format_constraint(constraint)
    return str(formatted).strip('"')


def _constraint(constraint: Constraint, imports: Imports, *, later: bool) -> Node:
    name = f"op.f({literal(_name(constraint))})"
    if isinstance(constraint, CheckConstraint):
        return call("sa.CheckConstraint", _condition(constraint, imports), name=name)
    columns = [literal(column.name) for column in constraint.columns]  # type: ignore[attr-defined]
    if isinstance(constraint, ForeignKeyConstraint):
        targets = ", ".join(literal(element.target_fullname) for element in constraint.elements)
        options: dict[str, Node] = {"name": name}
        if constraint.ondelete:
            options["ondelete"] = literal(constraint.ondelete)
        if later:
            options["use_alter"] = "True"
        if isinstance(constraint, TenantKey):
            key = imports.name("backwright.entity", "TenantKey")
            return call(key, *columns, literal(_target(constraint)), **options)
        return call("sa.ForeignKeyConstraint", f"[{', '.join(columns)}]", f"[{targets}]", **options)
    kind = "PrimaryKeyConstraint" if isinstance(constraint, PrimaryKeyConstraint) else "UniqueConstraint"
    return call(f"sa.{kind}", *columns, name=name)


def _condition(constraint: CheckConstraint, imports: Imports) -> Node:
    """The condition as text; as an expression where engines write the values differently."""
    rule = constraint.sqltext
    column = rule.left if isinstance(rule, BinaryExpression) else None
    if isinstance(column, Column) and isinstance(column.type, Boolean):
        return f"sa.column({literal(column.name)}, sa.Boolean()).in_((False, True))"
    if isinstance(column, Column) and isinstance(column.type, FixedPoint):
        low, high = (literal(str(each)) for each in bounds(column))
        return f"sa.column({literal(column.name)}, {_type(column.type, imports)}).between({low}, {high})"
    text = str(rule.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))
    return literal(_unqualified(text, constraint))


def _unqualified(text: str, constraint: CheckConstraint) -> str:
    """The condition without the table's name: a CHECK sees one row of one table."""
    name = constraint.table.name
    return text.replace(f'"{name}".', "").replace(f"{name}.", "")
