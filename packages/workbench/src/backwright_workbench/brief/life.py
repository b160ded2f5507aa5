"""The states and actions that fit the fields of a thing.

What lives here: choosing between the brief's states and the usual ones. What must not: reading text
(`states.py`).
"""

from collections.abc import Collection, Mapping

from backwright_workbench.blueprint.model import Action, FieldModel, States
from backwright_workbench.brief.courses import listed_moves, same_states, usual_moves
from backwright_workbench.brief.states import actions_for
from backwright_workbench.brief.things import Thing

_STATUS = ("status", "state", "stage")


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
    name = next((n for n in (usual.field if usual else "", *_STATUS) if _enum(fields.get(n))), "")
    if name:
        return _of_values(thing, fields, name)
    return None, _fitting({n: a for n, a in thing.entry.actions.items() if a.to is None}, fields, None)


def _of_values(
    thing: Thing, fields: dict[str, FieldModel], name: str
) -> tuple[States | None, dict[str, Action]]:
    """The moves between listed states: the usual ones if the states are, under whatever names, else along the
    list.
    """
    field, usual = fields[name], thing.entry.states
    field = fields[name] = field.model_copy(update={"default": str(field.default or field.values[0])})
    first = str(field.default)
    known: dict[str, str] = {}
    moves = None
    if usual and usual.field == name:
        known = same_states(field.values, thing.entry.fields[name].values)
        moves = usual_moves(field.values, first, usual, known)
    if moves is None and name in thing.fields:
        moves = listed_moves(field.values, first)
    others = {n: a for n, a in thing.entry.actions.items() if a.to is None}
    if not moves:
        return None, _fitting(others, fields, None)
    fields[name] = field.model_copy(update={"optional": False})
    states = States(field=name, moves=moves)
    back = {state: value for value, state in known.items()}
    named = {
        n: a.model_copy(
            update={"to": back[a.to], "from_": tuple(back[s] for s in a.from_ if s in back) or a.from_}
        )
        for n, a in thing.entry.actions.items()
        if a.to in back
    }
    moved = _renamed(usual.moves, back) if usual and known else None
    same = States(field=name, moves=moved) if moved else None
    return states, _fitting(actions_for(states, same, others | named), fields, states)


def _renamed(moves: Mapping[str, tuple[str, ...]], names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The moves between the states that have other names, under these."""
    return {
        names[state]: tuple(names[to] for to in targets if to in names)
        for state, targets in moves.items()
        if state in names
    }


def _inside(moves: Mapping[str, tuple[str, ...]], values: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The moves between these states."""
    kept = {
        state: tuple(to for to in targets if to in values)
        for state, targets in moves.items()
        if state in values
    }
    return {state: targets for state, targets in kept.items() if targets}


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
        sources = _sources(action, actions, states)
        if action.from_ and sources is None:
            continue
        fitted = action.model_copy(
            update={
                "from_": sources or (),
                "takes": tuple(n for n in action.takes if n in fields and fields[n].set is None),
                "stamps": action.stamps
                if action.stamps in fields and fields[action.stamps].type == "datetime"
                else None,
            }
        )
        if fitted.to or fitted.stamps or (fitted.takes and fitted.takes[:1] == action.takes[:1]):
            kept[name] = fitted
    return kept


def _sources(action: Action, actions: Mapping[str, Action], states: States | None) -> tuple[str, ...] | None:
    """The states in which an action may be called: those it names and that are there.

    A state that moves where the action leads and that no such action names goes to the first of them. None if nothing
    is left to it; empty if it needs to name none, because it may be called wherever its move is allowed.
    """
    if states is None or action.to is None or not action.from_:
        return ()
    leaving = [state for state, targets in states.moves.items() if action.to in targets]
    same = [other for other in actions.values() if other.to == action.to]
    named = {state for other in same for state in other.from_}
    open_ = [state for state in leaving if state not in named] if all(other.from_ for other in same) else []
    mine = tuple(s for s in leaving if s in action.from_ or (action is same[0] and s in open_))
    return (() if len(mine) == len(leaving) else mine) if mine else None


def _reachable(states: States, fields: dict[str, FieldModel]) -> set[str]:
    found: set[str] = set()
    left = [str(fields[states.field].default)]
    while left:
        for state in states.moves.get(left.pop(), ()):
            if state not in found:
                found.add(state)
                left.append(state)
    return found
