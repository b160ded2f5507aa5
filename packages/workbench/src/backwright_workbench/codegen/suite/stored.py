"""Rows that the tests of a written service store by themselves: `tests/factories.py`.

What lives here: the factories' text, and values as Python objects. What must not: values as JSON
(`sample_values.py`), tests.
"""

from collections.abc import Sequence

from backwright_workbench.blueprint import naming
from backwright_workbench.blueprint.model import USER, FieldModel, reference_column
from backwright_workbench.blueprint.sentences import article
from backwright_workbench.codegen.imports import Imports
from backwright_workbench.codegen.names import Names
from backwright_workbench.codegen.source import Group, Item, docstring, lines, module
from backwright_workbench.codegen.suite.fields import needed
from backwright_workbench.codegen.suite.rights import Path, Rights
from backwright_workbench.codegen.suite.room import can_share, is_crowdable
from backwright_workbench.codegen.suite.sample_values import good

FACTORIES = "tests.factories"


def factory(entity: str) -> str:
    """The function that stores a row: `a_work_order`."""
    thing = naming.snake(entity)
    return f"{article(thing)}_{thing}"


def owned_factory(entity: str, path: Path) -> str:
    """The function that stores a row which leads to an account: `a_work_order_by_assignee`."""
    return "_by_".join((factory(entity), "_".join(step[1] for step in path)))


def sharing_factory(entity: str) -> str:
    """The function that gives a row which may be there already: `some_tier`."""
    return f"some_{naming.snake(entity)}"


def referred(entity: str, name: str, names: Names) -> str:
    """The function that gives a row for a reference to another entity. Where few can exist, rows share them."""
    entities = names.blueprint.entities
    to = entities[entity].fields[name].to or ""
    shares = not is_crowdable(to, entities) and can_share(entity, name, entities)
    return sharing_factory(to) if shares else factory(to)


def stored_value(
    entity: str, name: str, field: FieldModel, number: int, names: Names, imports: Imports
) -> str:
    """The value that `good` gives as JSON, as the Python object that a row holds. References: an `await`
    expression.
    """
    value = good(name, field, number)
    match field.type:
        case "enum":
            member = field.values[(number - 1) % len(field.values)]
            return f"{imports.name(names.models(entity), names.choices(entity, name))}.{member.upper()}"
        case "decimal" | "money":
            return f"{imports.name('decimal', 'Decimal')}({value})"
        case "date":
            return f"{imports.name('datetime', 'date')}(2026, 3, {number})"
        case "datetime":
            utc = imports.name("datetime", "UTC")
            return f"{imports.name('datetime', 'datetime')}(2026, 3, {number}, 9, 30, tzinfo={utc})"
        case "reference":
            return reference(entity, name, names, imports)
        case _:
            return value


def reference(entity: str, name: str, names: Names, imports: Imports) -> str:
    """The id of a row that a reference can lead to, a new one as far as there can be many."""
    if names.blueprint.entities[entity].fields[name].to == USER:
        return f"await {imports.name(FACTORIES, 'an_account')}(service)"
    return f"(await {imports.name(FACTORIES, referred(entity, name, names))}(service)).id"


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
