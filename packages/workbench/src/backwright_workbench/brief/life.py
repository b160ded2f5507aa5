"""The states and actions that fit the fields of a thing.

What lives here: choosing between the brief's states and the usual ones. What must not: reading text
(`states.py`).
"""

from collections.abc import Collection, Mapping

from backwright_workbench.blueprint.model import Action, FieldModel, States
from backwright_workbench.brief.states import actions_for
from backwright_workbench.brief.things import Thing


def life(thing: Thing, fields: dict[str, FieldModel]) -> tuple[States | None, dict[str, Action]]:
    """States that the brief tells of, else the usual ones if the field still has the usual values."""
    usual = thing.entry.states
    if thing.states and _enum(fields.get(thing.states.field)):
        field = fields[thing.states.field]
        states = thing.states.model_copy(update={"moves": _inside(thing.states.moves, field.values)})
        if not states.moves:
            return None, _fitting(
                {n: a for n, a in thing.entry.actions.items() if a.to is None}, fields, None
            )
        first = _first(states, field)
        fields[states.field] = field.model_copy(update={"default": first, "optional": False})
        usual_actions = thing.entry.actions if thing.known else {}
        return states, _fitting(actions_for(states, usual, usual_actions), fields, states)
    if usual and _enum(fields.get(usual.field)):
        values = fields[usual.field].values
        if set(values) <= set(thing.entry.fields[usual.field].values):
            return _within(thing, fields, usual)
    return None, _fitting({n: a for n, a in thing.entry.actions.items() if a.to is None}, fields, None)


def _inside(moves: Mapping[str, tuple[str, ...]], values: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The moves between these states."""
    kept = {
        state: tuple(to for to in targets if to in values)
        for state, targets in moves.items()
        if state in values
    }
    return {state: targets for state, targets in kept.items() if targets}


def _within(
    thing: Thing, fields: dict[str, FieldModel], usual: States
) -> tuple[States | None, dict[str, Action]]:
    """The usual moves between the states that the brief names, if all of these can be reached."""
    field = fields[usual.field]
    moves = {
        s: tuple(t for t in to if t in field.values) for s, to in usual.moves.items() if s in field.values
    }
    states = usual.model_copy(update={"moves": {s: to for s, to in moves.items() if to}})
    first = str(field.default) if field.default in field.values else field.values[0]
    fields[usual.field] = field.model_copy(update={"default": first, "optional": False})
    if not states.moves or _reachable(states, fields) | {first} < set(field.values):
        return None, _fitting({n: a for n, a in thing.entry.actions.items() if a.to is None}, fields, None)
    return states, _fitting(thing.entry.actions, fields, states)


def _enum(field: FieldModel | None) -> bool:
    return field is not None and field.type == "enum"


def _first(states: States, field: FieldModel) -> str:
    """The initial state: the default, if moves leave it; else the state that no move leads to."""
    reached = {state for targets in states.moves.values() for state in targets}
    starts = [state for state in field.values if state in states.moves and state not in reached]
    default = str(field.default or field.values[0])
    return default if default in states.moves else (starts or [default])[0]


def _fitting(
    actions: dict[str, Action], fields: dict[str, FieldModel], states: States | None
) -> dict[str, Action]:
    """Actions whose fields and states are there."""
    kept: dict[str, Action] = {}
    reachable = _reachable(states, fields) if states else set()
    for name, action in actions.items():
        if action.to is not None and action.to not in reachable:
            continue
        fitted = action.model_copy(
            update={
                "takes": tuple(n for n in action.takes if n in fields and fields[n].set is None),
                "stamps": action.stamps
                if action.stamps in fields and fields[action.stamps].type == "datetime"
                else None,
            }
        )
        if fitted.to or fitted.stamps or (fitted.takes and fitted.takes[:1] == action.takes[:1]):
            kept[name] = fitted
    return kept


def _reachable(states: States, fields: dict[str, FieldModel]) -> set[str]:
    found: set[str] = set()
    left = [str(fields[states.field].default)]
    while left:
        for state in states.moves.get(left.pop(), ()):
            if state not in found:
                found.add(state)
                left.append(state)
    return found
