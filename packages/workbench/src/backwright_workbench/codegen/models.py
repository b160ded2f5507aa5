"""`models.py` of an area: what is stored.

What lives here: the classes and enumerations as text. What must not: the choice of types (`columns.py`) and
indexes (`indexes.py`).
"""

from collections.abc import Sequence

from backwright_workbench.blueprint import sentences
from backwright_workbench.blueprint.model import USER, Entity, FieldModel, reference_column
from backwright_workbench.codegen.columns import column_lines
from backwright_workbench.codegen.imports import Imports
from backwright_workbench.codegen.indexes import index_name
from backwright_workbench.codegen.names import Names, column
from backwright_workbench.codegen.source import (
    Group,
    Item,
    Node,
    call,
    docstring,
    lines,
    literal,
    module,
    sequence,
)
from backwright_workbench.codegen.tenancy import INHERITED, indexes_of, kept_within, unique_groups


def write_models(area: str, names: Names) -> str:
    """The text of `<area>/models.py`."""
    members = names.areas[area]
    declared = names.blueprint.entities
    own = {
        names.choices(e, f)
        for e in members
        for f, field in declared[e].fields.items()
        if field.type == "enum"
    }
    fields = {column(f, declared[e]) for e in members for f in declared[e].fields} | {
        f for e in members for f in declared[e].fields
    }
    imports = Imports(names.package, own | set(members) | fields)
    blocks: list[Sequence[str]] = []
    for at, entity in enumerate(members):
        blocks += [
            _enumeration(entity, n, f, names, imports)
            for n, f in declared[entity].fields.items()
            if f.type == "enum"
        ]
        blocks.append(_class(entity, names, imports, defined=set(members[: at + 1])))
    head = f"What is stored about {_and([names.things(entity) for entity in members])}."
    return module(head, imports.lines(), blocks)


def _enumeration(entity: str, name: str, field: FieldModel, names: Names, imports: Imports) -> list[str]:
    found = [f"class {names.choices(entity, name)}({imports.name('enum', 'StrEnum')}):"]
    return found + [f"    {value.upper()} = {literal(value)}" for value in field.values]


def _class(entity: str, names: Names, imports: Imports, defined: set[str]) -> list[str]:
    declared = names.blueprint.entities[entity]
    owner, is_tenant = names.blueprint.owner(entity), entity == names.blueprint.tenancy
    single = {index[0] for index in indexes_of(entity, names) if len(index) == 1}
    base = imports.name(*(("backwright.tenants", "Tenant") if is_tenant else ("backwright.entity", "Entity")))
    found = [f"class {entity}({base}):"]
    found += docstring(about(entity, declared, names), indent=4)
    found += ["", f"    __tablename__ = {literal(names.table(entity))}"]
    found += _table_arguments(entity, names, imports)
    found.append("")
    found += owner_lines(owner, names, imports) if owner is not None else []
    for name, field in declared.fields.items():
        if is_tenant and name in INHERITED:
            continue
        found += column_lines(entity, name, field, names, imports, index=column(name, declared) in single)
    references = [(n, f) for n, f in declared.fields.items() if f.type == "reference"]
    if references:
        found.append("")
    for name, field in references:
        found += _relationship(entity, name, field, names, imports, defined)
    return found


def about(entity: str, declared: Entity, names: Names) -> str:
    """What an entity is, for a docstring."""
    return declared.description or sentences.about(entity)


def owner_lines(owner: str, names: Names, imports: Imports) -> list[str]:
    """The column that says to which tenant a row belongs."""
    assert names.blueprint.tenancy is not None
    target = literal(f"{names.table(names.blueprint.tenancy)}.id")
    key = call(imports.name("sqlalchemy", "ForeignKey"), target, ondelete=literal("RESTRICT"))
    info = f"{imports.name('backwright.entity', 'tenant')}()"
    mapped = call(imports.name("sqlalchemy.orm", "mapped_column"), key, info=info)
    start = f"{owner}: {imports.name('sqlalchemy.orm', 'Mapped')}[{imports.name('uuid', 'UUID')}] = "
    return lines(mapped, indent=4, before=start)


def _table_arguments(entity: str, names: Names, imports: Imports) -> list[str]:
    """References within the tenant, indexes over several columns, over the standard ones, and groups that are
    unique together."""
    table, declared = names.table(entity), names.blueprint.entities[entity]
    own = {column(name, declared) for name in declared.fields}
    arguments: list[Node] = []
    for each in kept_within(entity, names):
        key = imports.name("backwright.entity", "TenantKey")
        parts = (literal(each.owner), literal(each.column), literal(each.table))
        more = {"use_alter": "True"} if each.later else {}
        arguments.append(call(key, *parts, ondelete=literal(each.rule), **more))
    for index in indexes_of(entity, names):
        if len(index) > 1 or index[0] not in own:
            columns = [literal(part) for part in index]
            arguments.append(
                call(imports.name("sqlalchemy", "Index"), literal(index_name(table, index)), *columns)
            )
    for group in unique_groups(entity, names):
        columns = [literal(part) for part in group]
        arguments.append(call(imports.name("sqlalchemy", "UniqueConstraint"), *columns))
    if not arguments:
        return []
    one = sequence(arguments)
    if len(arguments) == 1:
        return lines(one, indent=4, before="__table_args__ = ")
    return [
        "    __table_args__ = (",
        *(line for each in arguments for line in lines(each, indent=8, after=",")),
        "    )",
    ]


def _relationship(
    entity: str, name: str, field: FieldModel, names: Names, imports: Imports, defined: set[str]
) -> list[str]:
    assert field.to is not None
    target, later = _target(entity, field.to, names, imports, defined)
    options: dict[str, Node] = {}
    if _several_paths(entity, field.to, names) or _is_within_tenant(entity, field.to, names):
        options["foreign_keys"] = Group("[", (Item(reference_column(name)),), "]")
    if field.to == entity:
        options["remote_side"] = literal(f"{entity}.id")
    annotation = f"{target} | None" if field.optional else target
    annotation = literal(annotation) if later else annotation
    start = f"{name}: {imports.name('sqlalchemy.orm', 'Mapped')}[{annotation}] = "
    arguments = [literal(field.to)] if later else []
    return lines(
        call(imports.name("sqlalchemy.orm", "relationship"), *arguments, **options), indent=4, before=start
    )


def _is_within_tenant(entity: str, to: str, names: Names) -> bool:
    """Whether a second key, which keeps the reference within the tenant, joins the two tables."""
    return names.blueprint.owner(entity) is not None and names.blueprint.owner(to) is not None


def _several_paths(entity: str, to: str, names: Names) -> bool:
    """Whether the two tables are joined by more than one foreign key, in either direction."""
    back = (
        names.blueprint.entities[to].fields.values()
        if to in names.blueprint.entities and to != entity
        else ()
    )
    onward = names.blueprint.entities[entity].fields.values()
    return sum(f.to == to for f in onward) + sum(f.to == entity for f in back) > 1


def _target(entity: str, to: str, names: Names, imports: Imports, defined: set[str]) -> tuple[str, bool]:
    """The class referred to, as written here, and whether it is only known later (itself, further down, a
    circle of areas).
    """
    if to in names.blueprint.entities and names.models(to) == names.models(entity):
        return to, to not in defined or to == entity
    circular = to != USER and names.areas_reach(names.blueprint.area(to), names.blueprint.area(entity))
    return imports.name(names.models(to), to, typing_only=circular), circular


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
