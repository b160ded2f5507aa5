"""The course of events that a list of states suggests.

What lives here: from states in the order of a brief to the moves between them: the usual ones where the states are
the usual ones under these or other names, else from each to the next. What must not: reading text (`states.py`).
"""

from collections.abc import Sequence
from itertools import pairwise

from backwright_workbench.blueprint.checks.actions import reachable
from backwright_workbench.blueprint.model import States
from backwright_workbench.brief.lexicon import courses as terms

Moves = dict[str, tuple[str, ...]]


def same_states(values: Sequence[str], usual: Sequence[str]) -> dict[str, str]:
    """The usual state that each value is: of the same name, else of the same meaning."""
    found = {value: value for value in values if value in usual}
    for value in values:
        families = [family for family in terms.SAME if value in family]
        fits = [s for s in usual if s not in found.values() and any(s in family for family in families)]
        if value not in found and fits:
            found[value] = fits[0]
    return found


def usual_moves(values: Sequence[str], first: str, usual: States, known: dict[str, str]) -> Moves | None:
    """The usual moves between the values, if each is a usual state and can be reached; else `None`."""
    if len(known) < len(values):
        return None
    back = {state: value for value, state in known.items()}
    moves = {
        back[state]: tuple(back[to] for to in targets if to in back)
        for state, targets in usual.moves.items()
        if state in back
    }
    moves = {state: targets for state, targets in moves.items() if targets}
    return moves if reachable(moves, first) | {first} >= set(values) else None


def listed_moves(values: Sequence[str], first: str) -> Moves | None:
    """The moves along a list of states; `None` if it lists no course of events."""
    if first in terms.STANDING or not {*values} & terms.COURSE:
        return None
    beside = terms.CALLED_OFF | terms.RESTING | terms.LATE
    steps = _steps([first, *(value for value in values if value != first and value not in beside)])
    going = [state for step in steps[:-1] for state in step if state not in terms.FAILED]
    moves: dict[str, list[str]] = {}
    for here, there in pairwise(steps):
        for state in here:
            if state in terms.SENT_BACK and len(here) > 1:
                before = steps[steps.index(here) - 1]
                moves[state] = list(before)
            elif state not in terms.FAILED:
                moves[state] = list(there)
    _beside(values, going, moves)
    return {state: tuple(targets) for state, targets in moves.items() if targets} or None


def _steps(values: Sequence[str]) -> list[list[str]]:
    """The states one after another; those of which a row reaches one or the other are one step."""
    steps: list[list[str]] = []
    for value in values:
        step = _rivals_of(value, steps[1:])
        if step is None:
            steps.append([value])
        else:
            step.append(value)
    return steps


def _rivals_of(value: str, steps: Sequence[list[str]]) -> list[str] | None:
    """The step whose states a row does not reach if it reaches the value: yes and no, won and lost."""
    if value in terms.SENT_BACK and steps and {*steps[-1]} & terms.DECIDED:
        return steps[-1]
    for rivals in terms.RIVALS:
        for step in reversed(steps):
            if value in rivals and {*step} & rivals and {value, *step} & terms.FAILED:
                return step
    return None


def _beside(values: Sequence[str], going: Sequence[str], moves: dict[str, list[str]]) -> None:
    """Add the states beside the course: called off, at rest, late."""
    onward = {state: list(targets) for state, targets in moves.items()}
    before: list[str] = []
    for value in values:
        if value in terms.LATE and going:
            moves[value] = list(onward.get(going[-1], ()))
            moves[going[-1]] = [*moves.get(going[-1], ()), value]
        elif value in terms.RESTING and going:
            before = [state for state in going if state in values[: values.index(value)]] or list(going)
            after = onward.get(before[-1], ()) if before else ()
            moves[value] = list(dict.fromkeys((*before, *after)))
        for state in going if value in terms.CALLED_OFF else before if value in terms.RESTING else ():
            moves[state] = [*moves.get(state, ()), value]
