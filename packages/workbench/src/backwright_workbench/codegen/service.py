"""`service.py` of an area: the moves of a state, and the actions.

What lives here: the classes as text. What must not: how moves are checked (the runtime does) or who may act
(`access.py`).
"""

from collections.abc import Sequence

from backwright_workbench.blueprint import sentences
from backwright_workbench.blueprint.model import Action, FieldModel, States, reference_column
from backwright_workbench.codegen.imports import Imports
from backwright_workbench.codegen.names import Names, column
from backwright_workbench.codegen.source import (
    Group,
    Item,
    Node,
    docstring,
    lines,
    literal,
    mapping,
    module,
)

PLAIN = {"string": "str", "text": "str", "integer": "int", "boolean": "bool"}
"""Field types whose Python type needs no import."""

IMPORTED = {
    "decimal": ("decimal", "Decimal"),
    "date": ("datetime", "date"),
    "datetime": ("datetime", "datetime"),
    "reference": ("uuid", "UUID"),
    "email": ("backwright.entity", "Email"),
    "phone": ("backwright.entity", "Phone"),
    "url": ("backwright.entity", "Url"),
    "money": ("backwright.entity", "Money"),
}


def write_service(area: str, names: Names) -> str:
    """The text of `<area>/service.py`; call it for areas with rules only."""
    members = [entity for entity in names.areas[area] if names.has_service(entity)]
    own = {names.service(entity) for entity in members}
    own |= {
        column(f, names.blueprint.entities[e])
        for e in members
        for a in names.blueprint.entities[e].actions.values()
        for f in a.takes
    }
    own |= {name for entity in members for name in names.blueprint.entities[entity].actions}
    imports = Imports(names.package, own)
    blocks = [_class(entity, names, imports) for entity in members]
    things = " and ".join(names.things(entity) for entity in members)
    return module(
        f"The rules of {things}: the moves that a state may make, and the actions.", imports.lines(), blocks
    )


def _class(entity: str, names: Names, imports: Imports) -> Sequence[str]:
    declared = names.blueprint.entities[entity]
    model = imports.name(names.models(entity), entity)
    base = f"{imports.name('backwright.service', 'Service')}[{model}]"
    found = [f"class {names.service(entity)}({base}):"]
    text = f"What can be done with {names.one(entity)} beyond create, read, update and delete."
    found += docstring(text, indent=4)
    if declared.states is not None:
        found += [
            "",
            f"    state = {model}.{declared.states.field}",
            *_transitions(entity, declared.states, names, imports),
        ]
    for name, action in declared.actions.items():
        found += ["", *_action(entity, name, action, names, imports)]
    return found


def _transitions(entity: str, states: States, names: Names, imports: Imports) -> list[str]:
    if not states.moves:
        return ["    transitions = {}"]
    choices = imports.name(names.models(entity), names.choices(entity, states.field))
    pairs: list[tuple[str, Node]] = []
    for start, ends in states.moves.items():
        members = tuple(Item(f"{choices}.{end.upper()}") for end in ends)
        pairs.append((f"{choices}.{start.upper()}", Group("{", members, "}") if members else "set()"))
    found = ["    transitions = {"]
    for item in mapping(pairs).items:
        found += lines(item.node, indent=8, before=item.before, after=",")
    return [*found, "    }"]


def _action(entity: str, name: str, action: Action, names: Names, imports: Imports) -> list[str]:
    declared = names.blueprint.entities[entity]
    model = imports.name(names.models(entity), entity)
    taken = sorted(
        action.takes,
        key=lambda field: declared.fields[field].optional and not required(field, action, declared.fields),
    )
    parameters: list[Node] = ["self", f"row: {model}"]
    for field in taken:
        parameters.append(_parameter(entity, field, action, names, imports))
    signature = Group(f"async def {name}(", tuple(Item(parameter) for parameter in parameters), ") -> None")
    found = lines(_mark(entity, name, action, names, imports), indent=4, before="@")
    found += lines(signature, indent=4, after=":")
    found += docstring(action.description or sentences.about_action(name, entity), indent=8)
    for field in action.takes:
        target = column(field, declared)
        if required(field, action, declared.fields):
            found.append(f"        row.{target} = {target}")
        else:
            found += [f"        if {target} is not None:", f"            row.{target} = {target}"]
    if action.stamps:
        found.append(f"        row.{action.stamps} = {imports.name('backwright.context', 'now')}()")
    if action.to and declared.states is not None:
        choices = imports.name(names.models(entity), names.choices(entity, declared.states.field))
        found.append(f"        self.move(row, {choices}.{action.to.upper()})")
    return found


def _mark(entity: str, name: str, action: Action, names: Names, imports: Imports) -> Node:
    """`action("start", from_=(Status.ASSIGNED,))`."""
    items = [Item(literal(name))]
    states = names.blueprint.entities[entity].states
    if action.from_ and states is not None:
        choices = imports.name(names.models(entity), names.choices(entity, states.field))
        members = tuple(Item(f"{choices}.{state.upper()}") for state in action.from_)
        items.append(Item(Group("{", members, "}"), "from_="))
    return Group(f"{imports.name('backwright.service', 'action')}(", tuple(items), ")")


def required(field: str, action: Action, fields: dict[str, FieldModel]) -> bool:
    """Whether a call must give the value: what points somewhere or is never empty must be said, a remark may
    be left out.
    """
    return not fields[field].optional or fields[field].type == "reference"


def _parameter(entity: str, field: str, action: Action, names: Names, imports: Imports) -> str:
    declared = names.blueprint.entities[entity].fields
    kind = _python_type(entity, field, declared[field], names, imports)
    target = reference_column(field) if declared[field].type == "reference" else field
    return f"{target}: {kind}" if required(field, action, declared) else f"{target}: {kind} | None = None"


def _python_type(entity: str, name: str, field: FieldModel, names: Names, imports: Imports) -> str:
    if field.type == "enum":
        return imports.name(names.models(entity), names.choices(entity, name))
    if field.type == "json":
        return f"dict[str, {imports.name('typing', 'Any')}]"
    if field.type in PLAIN:
        return PLAIN[field.type]
    return imports.name(*IMPORTED[field.type])
