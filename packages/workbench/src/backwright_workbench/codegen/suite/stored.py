"""Rows that the tests of a written service store by themselves: what their makers are called, and what they hold.

What lives here: names of the functions in `tests/factories.py`, values as Python objects. What must not: these
functions (`factories.py`), values as JSON (`sample_values.py`).
"""

from backwright_workbench.blueprint import naming
from backwright_workbench.blueprint.model import USER, FieldModel
from backwright_workbench.blueprint.rows import Comparison
from backwright_workbench.blueprint.sentences import article
from backwright_workbench.codegen.access import constant
from backwright_workbench.codegen.imports import Imports
from backwright_workbench.codegen.names import Names
from backwright_workbench.codegen.source import Node, call, literal
from backwright_workbench.codegen.suite.rights import OTHER
from backwright_workbench.codegen.suite.room import can_share, is_crowdable
from backwright_workbench.codegen.suite.sample_values import good
from backwright_workbench.codegen.suite.ways import Path, Way

FACTORIES = "tests.factories"


def factory(entity: str) -> str:
    """The function that stores a row: `a_work_order`."""
    thing = naming.snake(entity)
    return f"{article(thing)}_{thing}"


def owned_factory(entity: str, path: Path) -> str:
    """The function that stores a row which leads to an account: `a_work_order_by_assignee`."""
    return "_by_".join((factory(entity), "_".join(step[1] for step in path)))


def fitting_factory(entity: str, label: str) -> str:
    """The function that stores a row for which a rule holds: `a_work_order_with_same_site`."""
    return f"{factory(entity)}_with_{label.replace('.', '_')}"


def maker_of(entity: str, label: str, way: Way, names: Names, imports: Imports) -> Node:
    """What makes a row of a kind, as source text: `others(a_work_order)`, or a function of its own."""
    if label == OTHER:
        fixed = fixed_values(entity, way, names, imports)
        return call("others", imports.name(FACTORIES, factory(entity)), **fixed)
    plain = way.path is not None and not way.values
    name = owned_factory(entity, way.path or ()) if plain else fitting_factory(entity, label)
    return imports.name(FACTORIES, name)


def fixed_values(entity: str, way: Way, names: Names, imports: Imports) -> dict[str, str]:
    """Field → `Decimal("10000")`, for each field that rules compare."""
    declared = names.blueprint.entities[entity]
    found: dict[str, str] = {}
    for name, value in way.values:
        field = declared.fields[name]
        if field.type == "boolean":
            said = str(value == "true")
        elif field.type in ("decimal", "money"):
            said = f"{imports.name('decimal', 'Decimal')}({literal(value)})"
        else:
            said = constant(Comparison(name, "=", value), field, entity, names, imports)
        found[name] = said
    return found


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
