"""States and actions: moves use the values of their field, actions the fields that exist."""

import keyword
from collections.abc import Iterator, Mapping

from backwright_workbench.blueprint.checks.service import repeated
from backwright_workbench.blueprint.fault import Fault, Path, did_you_mean
from backwright_workbench.blueprint.model import Action, Blueprint, Entity, States

_ACTIONS = """
actor attachments bool bulk create delete dict get int list move patch post put read row self session state str
transitions update
"""
RESERVED_ACTIONS = frozenset(_ACTIONS.split())
"""Methods of every service class, types of their parameters, and routes below every resource."""


def check(blueprint: Blueprint) -> Iterator[Fault]:
    """Faults in states and actions."""
    for name, entity in blueprint.entities.items():
        path: Path = ("entities", name)
        if entity.states is not None:
            yield from _states(entity, entity.states, (*path, "states"))
        for action_name, action in entity.actions.items():
            yield from _action(entity, action_name, action, (*path, "actions", action_name))


def _states(entity: Entity, states: States, path: Path) -> Iterator[Fault]:
    field = entity.fields.get(states.field)
    enums = [name for name, each in entity.fields.items() if each.type == "enum"]
    if field is None or field.type != "enum":
        advice = did_you_mean(states.field, enums) or "add an enum field for the state"
        yield Fault((*path, "field"), f"no enum field is called {states.field!r}", advice)
        return
    if field.default is None:
        where = ("entities", path[1], "fields", states.field)
        yield Fault(
            where, "a field with states needs a default: the initial state", "for example the first value"
        )
    if field.read_only or field.optional:
        where = ("entities", path[1], "fields", states.field)
        yield Fault(where, "every row has a state, and moves change it", "leave optional and read_only out")
    for state, targets in states.moves.items():
        here = (*path, "moves", state)
        if state not in field.values:
            yield Fault(
                here, f"{state!r} is not a value of {states.field}", did_you_mean(state, field.values)
            )
        yield from repeated(targets, here)
        for index, target in enumerate(targets):
            if target not in field.values:
                hint = did_you_mean(target, field.values)
                yield Fault((*here, index), f"{target!r} is not a value of {states.field}", hint)


def reachable(moves: Mapping[str, tuple[str, ...]], start: str) -> set[str]:
    """The states that some moves lead to from `start`."""
    found: set[str] = set()
    left = [start]
    while left:
        for target in moves.get(left.pop(), ()):
            if target not in found:
                found.add(target)
                left.append(target)
    return found


def _action(entity: Entity, name: str, action: Action, path: Path) -> Iterator[Fault]:
    if name in RESERVED_ACTIONS or keyword.iskeyword(name):
        yield Fault(path, f"{name!r} is taken by every service", "choose another verb")
    state_field = entity.states.field if entity.states else None
    yield from repeated(action.takes, (*path, "takes"))
    for index, taken in enumerate(action.takes):
        here = (*path, "takes", index)
        field = entity.fields.get(taken)
        if field is None:
            yield Fault(here, f"no field is called {taken!r}", did_you_mean(taken, entity.fields))
        elif taken == state_field:
            yield Fault(here, f"{taken!r} changes by moves only", "say `to` instead")
        elif field.set is not None:
            yield Fault(here, f"{taken!r} is filled with the caller", "leave it out")
        elif taken == "row":
            yield Fault(
                here, "'row' is what an action calls the row itself", "choose another word for the field"
            )
    yield from _from(entity, action, path)
    yield from _to(entity, action, path)
    stamped = entity.fields.get(action.stamps) if action.stamps else None
    if action.stamps and (stamped is None or stamped.type != "datetime"):
        times = [n for n, field in entity.fields.items() if field.type == "datetime"]
        hint = did_you_mean(action.stamps, times) or "add a datetime field"
        yield Fault((*path, "stamps"), f"no datetime field is called {action.stamps!r}", hint)
    elif action.stamps in action.takes and action.stamps:
        yield Fault((*path, "stamps"), f"{action.stamps!r} is both taken and stamped", "keep one")


def _from(entity: Entity, action: Action, path: Path) -> Iterator[Fault]:
    here, states = (*path, "from"), entity.states
    if states is None:
        if action.from_:
            yield Fault(here, "the entity has no states to be called in", "add `states`, or leave `from` out")
        return
    yield from repeated(action.from_, here)
    field = entity.fields.get(states.field)
    for index, state in enumerate(action.from_):
        if field is not None and state not in field.values:
            hint = did_you_mean(state, field.values)
            yield Fault((*here, index), f"{state!r} is not a value of {states.field}", hint)
        elif action.to and action.to not in states.moves.get(state, ()):
            said = f"no move leads from {state!r} to {action.to!r}"
            yield Fault((*here, index), said, "add the move to `states`")


def _to(entity: Entity, action: Action, path: Path) -> Iterator[Fault]:
    if action.to is None:
        return
    here = (*path, "to")
    if entity.states is None:
        yield Fault(here, "the entity has no states to move between", "add `states`, or leave `to` out")
        return
    field = entity.fields.get(entity.states.field)
    if field is None or field.type != "enum" or not isinstance(field.default, str):
        return
    if action.to not in field.values:
        hint = did_you_mean(action.to, field.values)
        yield Fault(here, f"{action.to!r} is not a value of {entity.states.field}", hint)
    elif action.to not in reachable(entity.states.moves, field.default):
        yield Fault(
            here, f"no moves lead from {field.default!r} to {action.to!r}", "add the move to `states`"
        )
