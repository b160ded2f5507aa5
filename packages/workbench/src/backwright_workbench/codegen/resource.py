"""`resource.py` of an area: what the API exposes of it, and to whom.

What lives here: the declaration as text. What must not: rules themselves (`access.py`).
"""

from collections.abc import Sequence

from backwright_workbench.blueprint.model import Attachments, Entity
from backwright_workbench.codegen.access import access, row_rules, rule_of
from backwright_workbench.codegen.columns import number
from backwright_workbench.codegen.imports import Imports
from backwright_workbench.codegen.names import Names, column
from backwright_workbench.codegen.source import Group, Item, Node, call, lines, literal, module, strings


def write_resource(area: str, names: Names) -> str:
    """The text of `<area>/resource.py`."""
    members = names.areas[area]
    imports = Imports(names.package, {names.variable(entity) for entity in members})
    blocks: list[Sequence[str]] = []
    for entity in members:
        rules = row_rules(entity, names, alone=len(members) == 1)
        for rule in {rule.variable: rule for rule in rules.values()}.values():
            blocks.append(lines(rule_of(rule, names, imports), before=f"{rule.variable} = "))
        blocks.append(_declaration(entity, names, imports))
    things = " and ".join(names.things(entity) for entity in members)
    return module(f"What the API exposes of {things}, and to whom.", imports.lines(), blocks)


def exposed(declared: Entity) -> tuple[str, ...]:
    """The columns that the API shows, in the order of the blueprint."""
    return tuple(column(name, declared) for name in declared.fields)


def read_only(declared: Entity) -> tuple[str, ...]:
    """The columns that only actions and the service itself write."""
    return tuple(column(name, declared) for name, field in declared.fields.items() if field.read_only)


def _declaration(entity: str, names: Names, imports: Imports) -> list[str]:
    declared = names.blueprint.entities[entity]
    rules = row_rules(entity, names, alone=len(names.areas[names.blueprint.area(entity)]) == 1)
    options: dict[str, Node] = {}
    if names.has_service(entity):
        service = names.service(entity)
        options["service"] = imports.name(f"{names.package}.{names.blueprint.area(entity)}.service", service)
    options["fields"] = strings(exposed(declared))
    for name, columns in (
        ("hidden", ("suspended_at",) if entity == names.blueprint.tenancy else ()),
        ("read_only", read_only(declared)),
        ("filters", tuple(column(name, declared) for name in declared.filters)),
        ("sorts", tuple(column(name, declared) for name in declared.sorts)),
        ("search", declared.search),
        ("embeds", declared.embeds),
    ):
        if columns:
            options[name] = strings(columns)
    options["access"] = Group("{", access(entity, rules, names, imports).items, "}")
    if declared.attachments is not None:
        options["attachments"] = _attachments(declared.attachments, imports)
    if declared.cache is not None:
        options["cache"] = f"{imports.name('backwright.cache', 'Cache')}(seconds={number(declared.cache)})"
    if declared.limit is not None:
        options["limit"] = literal(declared.limit)
    if declared.bulk is not None:
        options["bulk"] = number(declared.bulk)
    model = imports.name(names.models(entity), entity)
    head = f"{imports.name('backwright.resource', 'Resource')}("
    items = [Item(model), *(Item(value, f"{name}=") for name, value in options.items())]
    return _exploded(names.variable(entity), head, items)


def _exploded(variable: str, head: str, items: Sequence[Item]) -> list[str]:
    """A declaration always stands one option a line, and its access one role a line, so that changes show as
    lines.
    """
    found = [f"{variable} = {head}"]
    for item in items:
        if item.before == "access=" and isinstance(item.node, Group):
            found.append("    access={")
            for role in item.node.items:
                found += lines(role.node, indent=8, before=role.before, after=",")
            found.append("    },")
        else:
            found += lines(item.node, indent=4, before=item.before, after=",")
    return [*found, ")"]


def _attachments(declared: Attachments, imports: Imports) -> Group:
    return call(
        imports.name("backwright.attachments", "Attachments"),
        max_mb=number(declared.max_mb),
        max_count=number(declared.max_count),
        types=strings(declared.types),
    )
