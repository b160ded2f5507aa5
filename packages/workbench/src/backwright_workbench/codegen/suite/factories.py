"""`tests/factories.py`: one function for each entity and for each kind of row that its rules tell apart.

What lives here: the functions' text. What must not: their names and the values (`stored.py`), tests.
"""

from collections.abc import Sequence

from backwright_workbench.blueprint import naming
from backwright_workbench.blueprint.checks.rows import profile
from backwright_workbench.blueprint.model import USER, reference_column
from backwright_workbench.codegen.imports import Imports
from backwright_workbench.codegen.names import Names, column
from backwright_workbench.codegen.source import Group, Item, docstring, lines, literal, module
from backwright_workbench.codegen.suite.fields import needed
from backwright_workbench.codegen.suite.rights import OTHER, Rights
from backwright_workbench.codegen.suite.stored import (
    factory,
    fitting_factory,
    fixed_values,
    owned_factory,
    referred,
    sharing_factory,
    stored_value,
)
from backwright_workbench.codegen.suite.ways import Path, Way


def write_factories(names: Names) -> str:
    """The text of `tests/factories.py`."""
    own = {make(entity) for entity in names.ordered for make in (factory, sharing_factory)} | {"an_account"}
    imports = Imports(names.package, own)
    service = imports.name("backwright.testing", "TestService")
    blocks: list[Sequence[str]] = [_account(service, imports)]
    shared = {
        referred(entity, name, names)
        for entity in names.ordered
        for name, field in names.blueprint.entities[entity].fields.items()
        if field.type == "reference" and field.to != USER
    }
    for entity in names.ordered:
        blocks.append(_factory(entity, names, imports, service))
        if sharing_factory(entity) in shared:
            blocks.append(_sharing(entity, names, imports, service))
    for entity in names.ordered:
        for path in owned_paths(names)[entity]:
            blocks.append(_owned(entity, path, names, imports, service))
    for entity in names.ordered:
        for label, way in Rights(entity, names).ways().items():
            if label != OTHER and way.values + way.same:
                blocks.append(_fitting(entity, label, way, names, imports, service))
    head = (
        "Stored rows for the tests, one function for each entity: what a row must refer to is made with it."
    )
    return module(head, imports.lines(), blocks)


def owned_paths(names: Names) -> dict[str, list[Path]]:
    """Entity → the ways in which its rows lead to an account, those that other entities' ways go through
    included.
    """
    found: dict[str, list[Path]] = {entity: [] for entity in names.ordered}
    for entity in names.ordered:
        for path in Rights(entity, names).paths().values():
            for at in range(len(path)):
                start = path[at:]
                if start not in found[start[0][0]]:
                    found[start[0][0]].append(start)
    return found


def _account(service: str, imports: Imports) -> list[str]:
    uuid = imports.name("uuid", "UUID")
    return [
        f"async def an_account(service: {service}) -> {uuid}:",
        '    """The id of a new account without roles."""',
        "    return await service.account()",
    ]


def _factory(entity: str, names: Names, imports: Imports, service: str) -> list[str]:
    model = imports.name(names.models(entity), entity)
    declared = names.blueprint.entities[entity]
    values = f"**values: {imports.name('typing', 'Any')}"
    signature = Group(
        f"async def {factory(entity)}(",
        (Item(f"service: {service}"), Item("/"), Item(values)),
        f") -> {model}",
    )
    found = lines(signature, after=":")
    found += docstring(f"{names.one(entity).capitalize()}.", indent=4)
    for name, field in needed(declared).items():
        target = reference_column(name)
        found.append(f'    if "{target}" not in values:')
        value = (
            "await an_account(service)"
            if field.to == USER
            else f"(await {referred(entity, name, names)}(service)).id"
        )
        found.append(f'        values["{target}"] = {value}')
    found.append(f"    return await service.make({model}, **values)")
    return found


def _sharing(entity: str, names: Names, imports: Imports, service: str) -> list[str]:
    model = imports.name(names.models(entity), entity)
    signature = Group(
        f"async def {sharing_factory(entity)}(", (Item(f"service: {service}"),), f") -> {model}"
    )
    found = lines(signature, after=":")
    doc = f"{names.one(entity).capitalize()} that is there already, else a new one: only few can exist."
    found += docstring(doc, indent=4)
    found.append(f"    there = await service.first({model})")
    found.append(f"    return await {factory(entity)}(service) if there is None else there")
    return found


def _owned(entity: str, path: Path, names: Names, imports: Imports, service: str) -> list[str]:
    model = imports.name(names.models(entity), entity)
    step = path[0][1]
    items = (
        Item(f"service: {service}"),
        Item(f"account_id: {imports.name('uuid', 'UUID')}"),
        Item("/"),
        Item(f"**values: {imports.name('typing', 'Any')}"),
    )
    found = lines(Group(f"async def {owned_factory(entity, path)}(", items, f") -> {model}"), after=":")
    way = ", ".join(naming.title(part[1]).lower() for part in path)
    thing = names.one(entity).capitalize()
    found += docstring(f"{thing} that is this account's own, over its {way}.", indent=4)
    column = reference_column(step)
    if len(path) == 1:
        found.append(f"    return await {factory(entity)}(service, {column}=account_id, **values)")
        return found
    owner = owned_factory(path[1][0], path[1:])
    found.append(f"    owner = await {owner}(service, account_id)")
    found.append(f"    return await {factory(entity)}(service, {column}=owner.id, **values)")
    return found


def _fitting(entity: str, label: str, way: Way, names: Names, imports: Imports, service: str) -> list[str]:
    """A row for which a rule holds, and what the caller must have for that."""
    model = imports.name(names.models(entity), entity)
    items = (
        Item(f"service: {service}"),
        Item(f"account_id: {imports.name('uuid', 'UUID')}"),
        Item("/"),
        Item(f"**values: {imports.name('typing', 'Any')}"),
    )
    found = lines(Group(f"async def {fitting_factory(entity, label)}(", items, f") -> {model}"), after=":")
    found += docstring(f"{names.one(entity).capitalize()} with {label.replace('_', ' ')}.", indent=4)
    fixed = {literal(name): value for name, value in fixed_values(entity, way, names, imports).items()}
    declared = names.blueprint.entities[entity]
    profiles = dict.fromkeys(each.actor[0] for each in way.same if each.actor is not None)
    for at, snake in enumerate(profiles):
        own_row = profile(names.blueprint.entities, snake)
        assert own_row is not None, "the blueprint was checked"
        other = names.blueprint.entities[own_row[0]]
        here = [each for each in way.same if each.actor is not None and each.actor[0] == snake]
        wanted = []
        for each in here:
            assert each.actor is not None
            name = each.actor[1]
            stored = _own_value(own_row[0], name, names, imports)
            wanted.append(f"{column(name, other)}={stored}")
            fixed[literal(column(each.field, declared))] = f"own_{at}.{column(name, other)}"
        arguments = ["service", f"{reference_column(own_row[1])}=account_id", *wanted]
        made = Group(f"await {factory(own_row[0])}(", tuple(Item(each) for each in arguments), ")")
        found += lines(made, indent=4, before=f"own_{at} = ")
    maker = factory(entity) if way.path is None else owned_factory(entity, way.path)
    who = "service" if way.path is None else "service, account_id"
    given = Group("{", tuple(Item(value, f"{name}: ") for name, value in fixed.items()), "}")
    found += lines(given, indent=4, before="fixed = ", after=" | values")
    found.append(f"    return await {maker}({who}, **fixed)")
    return found


def _own_value(entity: str, name: str, names: Names, imports: Imports) -> str:
    """A value of a field, within this module."""
    field = names.blueprint.entities[entity].fields[name]
    if field.type == "reference":
        return f"(await {referred(entity, name, names)}(service)).id"
    return stored_value(entity, name, field, 1, names, imports)
