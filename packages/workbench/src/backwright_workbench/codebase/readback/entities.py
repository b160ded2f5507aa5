"""Classes of stored things → tables: their columns, and what is unique together.

What lives here: which classes are entities, and what each declares. What must not: one column
(`columns.py`), what the API shows (`exposure.py`).
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from backwright_workbench.blueprint.model import USER, FieldModel
from backwright_workbench.codebase.readback.calls import argument, calls
from backwright_workbench.codebase.readback.classes import ancestry, bases, classes
from backwright_workbench.codebase.readback.columns import NO_WORD, Column, Columns
from backwright_workbench.codebase.readback.notes import Notes, Unreadable
from backwright_workbench.codebase.readback.scope import Code, Found, NotConstant, of_backwright
from backwright_workbench.codebase.readback.texts import docstring

STANDARD = ("id", "version", "created_at", "updated_at")
"""Columns that every entity has."""


@dataclass(slots=True)
class Table:
    """An entity as its class declares it. `columns` are by their names in the database and the API."""

    name: str
    table: str
    found: Found
    description: str
    columns: dict[str, Column] = field(default_factory=dict)
    unique: list[tuple[str, ...]] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Columns that no blueprint can say."""
    is_tenant: bool = False
    owner: str | None = None
    """The column that says to which tenant a row belongs."""

    def field_of(self, column: str) -> str | None:
        """The field of a column; standard columns are their own."""
        if column in STANDARD:
            return column
        return self.columns[column].field_name if column in self.columns else None


def tables(code: Code, notes: Notes) -> dict[str, Table]:
    """The entities of a package by the full names of their classes; that of accounts is called `User`."""
    found: dict[str, Table] = {}
    for name, cls in classes(code):
        above = bases(cls, code)
        account = any(of_backwright(base, "Account") for base in above)
        is_tenant = any(of_backwright(base, "Tenant") for base in above)
        if not (account or is_tenant or any(of_backwright(base, "Entity") for base in above)):
            continue
        table = _table_name(cls, code)
        if table is not None:
            assert isinstance(cls.node, ast.ClassDef)
            short = USER if account else cls.node.name
            found[name] = Table(short, table, cls, docstring(cls.node.body, cls.module), is_tenant=is_tenant)
    columns = Columns(code, notes, {name: each.table for name, each in found.items()})
    for each in found.values():
        if each.is_tenant:
            each.columns["name"] = Column("name", "name", FieldModel(type="string"), each.found)
        _fill(each, columns, notes)
        if each.owner is not None:
            _free(each, each.owner)
    return found


def _table_name(cls: Found, code: Code) -> str | None:
    for each in reversed(ancestry(cls, code)):
        assert isinstance(each.node, ast.ClassDef)
        for name, _, value, _ in attributes(each.node):
            if name == "__tablename__" and value is not None:
                try:
                    return str(code.constant(value, each.module.within(each.node)))
                except NotConstant:
                    return None
    return None


def attributes(cls: ast.ClassDef) -> Iterator[tuple[str, ast.expr | None, ast.expr | None, ast.stmt]]:
    """Name, annotation, value and statement of each attribute that a class sets."""
    for node in cls.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                yield name, annotation, value, node
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, None, value, node
            case _:
                pass


def _fill(table: Table, columns: Columns, notes: Notes) -> None:
    for each in ancestry(table.found, columns.code):
        assert isinstance(each.node, ast.ClassDef)
        inside = each.module.within(each.node)
        for name, annotation, value, node in attributes(each.node):
            if name == "__table_args__" and value is not None:
                _table_arguments(table, Found(value, inside), columns.code, notes)
            elif value is not None and columns.says_owner(Found(value, inside)):
                table.owner = name
            elif not name.startswith("__") and table.name == USER:
                why = "accounts have no fields in a blueprint"
                notes.leave(each.module, node, f"{name!r} of the accounts", why)
            elif not name.startswith("__"):
                try:
                    column = columns.read(name, annotation, value, Found(node, inside))
                except Unreadable as unreadable:
                    table.unread.add(name)
                    notes.leave(each.module, node, f"the column {name!r}", unreadable.why)
                else:
                    table.columns |= {name: column} if column else {}


def _table_arguments(table: Table, value: Found, code: Code, notes: Notes) -> None:
    try:
        items = code.items(value.node, value.module)
    except NotConstant as error:
        notes.leave(error.module, error.node, f"__table_args__ of {table.name}", "it is computed")
        return
    for item in items:
        each = code.value(item.node, item.module)
        kind = calls(each, code)
        if kind in ("UniqueConstraint", "Index") and isinstance(each.node, ast.Call):
            _unique(table, each, kind, code, notes)
        elif kind != "TenantKey" and not isinstance(each.node, ast.Dict):
            notes.leave(
                item.module, item.node, f"{kind or 'an argument'} of the table {table.table}", NO_WORD
            )


def _unique(table: Table, found: Found, kind: str, code: Code, notes: Notes) -> None:
    """Groups that are unique together. Plain indexes follow from the queries and are not said."""
    assert isinstance(found.node, ast.Call)
    try:
        only = argument(found.node, None, "unique")
        if kind == "Index" and not (only is not None and code.constant(only, found.module) is True):
            return
        given = found.node.args[1:] if kind == "Index" else found.node.args
        group = tuple(_column_name(each, found, code) for each in given)
    except NotConstant as error:
        notes.leave(error.module, error.node, f"{kind} of the table {table.table}", f"{error} is computed")
        return
    table.unique.append(group)


def _free(table: Table, owner: str) -> None:
    """What is unique within a tenant, as a blueprint says it: the tenant goes without saying."""
    within = [group[1:] for group in table.unique if group[:1] == (owner,)]
    table.unique = [group for group in table.unique if group[:1] != (owner,)]
    table.unique += [group for group in within if len(group) > 1]
    for name in (group[0] for group in within if len(group) == 1):
        if (column := table.columns.get(name)) is not None:
            said = column.field.model_copy(update={"unique": True})
            table.columns[name] = replace(column, field=said)


def _column_name(node: ast.expr, found: Found, code: Code) -> str:
    """`"asset_id"`, or the name of the attribute itself."""
    if isinstance(node, ast.Name) and node.id in (found.module.local or {}):
        return node.id
    return str(code.constant(node, found.module))
