"""States and the moves between them, as values.

What lives here: from a chain of states in words to moves, and the actions that make them. What must not: finding such
chains in a brief (`moves.py`), the values of other fields.
"""

import itertools
import re
from collections.abc import Mapping

from backwright_workbench.blueprint.checks.actions import RESERVED_ACTIONS
from backwright_workbench.blueprint.model import Action, States
from backwright_workbench.brief.doings import verb_of
from backwright_workbench.brief.lexicon.courses import CALLED_OFF, ENDED
from backwright_workbench.brief.values import values_in


def merged(one: States | None, other: States | None) -> States | None:
    """The moves of both."""
    if one is None or other is None:
        return one or other
    moves = dict(one.moves)
    for state, targets in other.moves.items():
        moves[state] = tuple(dict.fromkeys((*moves.get(state, ()), *targets)))
    return States(field=one.field, moves=moves)


def chain(field: str, text: str, values: tuple[str, ...]) -> States | None:
    """The moves along the arrows of a text: each state to the next; a branch (`a → b / c → d`) to each of its
    states. What is called off (`…, or cancelled`) is so from every state before the end.
    """
    steps = [_branch(step, values) for step in text.split("→")]
    moves: dict[str, tuple[str, ...]] = {}
    for here, there in itertools.pairwise(steps):
        for state in here:
            add = tuple(s for s in there if s != state)
            if add:
                moves[state] = tuple(dict.fromkeys((*moves.get(state, ()), *add)))
    if re.search(r"[,;] ?(?:or|else|otherwise)(?!\S)", text.split("→")[-1]):
        for state in moves:
            beside = (end for end in steps[-1] if end in CALLED_OFF)
            moves[state] = tuple(dict.fromkeys((*moves[state], *beside)))
    return States(field=field, moves=moves) if moves else None


def _branch(step: str, values: tuple[str, ...]) -> tuple[str, ...]:
    words = "_".join(re.findall(r"[a-z0-9]+", step))
    if words in values:
        return (words,)
    found = [value for value in values_in(step) or () if value in values]
    return (
        tuple(found)
        or tuple(value for value in values if re.search(rf"(?<![a-z]){value}(?![a-z])", words))[-1:]
    )


def actions_for(
    states: States, usual_states: States | None, usual: Mapping[str, Action]
) -> dict[str, Action]:
    """An action for every state that can be reached; those that are usual keep their names and fields.

    Where a state is reached from others than usual, what the catalogue says of the action need not be true.
    """
    reached = dict.fromkeys(state for targets in states.moves.values() for state in targets)
    actions: dict[str, Action] = {}
    for name, action in usual.items():
        if action.to is None or action.to in reached:
            same = usual_states is not None and _sources(states, action.to) == _sources(
                usual_states, action.to
            )
            told = action.description if same or action.to is None else _told(action.to)
            actions[name] = action.model_copy(update={"description": told})
    for state in reached:
        if all(action.to != state for action in actions.values()):
            verb = "open" if state == "open" and _first_time(states, state) else verb_of(state)
            name = verb if verb not in RESERVED_ACTIONS and verb not in actions else f"mark_{state}"
            actions[name] = Action(to=state, description=_told(state))
    return actions


def _sources(states: States, to: str | None) -> set[str]:
    """The states from which one may move to a state."""
    return {state for state, targets in states.moves.items() if to in targets}


def _first_time(states: States, state: str) -> bool:
    """Whether no state that ends a course leads to a state: what was planned is opened, what was closed is reopened."""
    return not _sources(states, state) & ENDED


def _told(state: str) -> str:
    return f"Move to {state.replace('_', ' ')}."
