"""States and the moves between them.

What lives here: chains of states in words and arrows, and the actions that make the moves. What must not: the
values of other fields.
"""

import itertools
import re
from collections.abc import Mapping

from backwright_workbench.blueprint.checks.actions import RESERVED_ACTIONS
from backwright_workbench.blueprint.model import Action, FieldModel, States
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.lexicon import states as terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.things import Thing, Things
from backwright_workbench.brief.values import values_in

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def read_moves(page: Page, things: Things) -> None:
    """`Orders can be cancelled until shipped`, `moves from draft to published`, arrows outside brackets."""
    for clause in page.clauses:
        mentions = things.in_clause(clause)
        thing = mentions[0][2] if mentions else things.subject(clause)
        if thing is None:
            continue
        for first, stop, _ in clause.find(terms.ARROWS):
            if page.free(clause, first, stop):
                _along(page, thing, clause, first, stop, " ".join(clause.words[first:stop]))
        for first, stop, match in clause.find(terms.FROM_TO):
            if " to " in match["steps"]:
                _along(
                    page,
                    thing,
                    clause,
                    first,
                    stop,
                    re.sub(r"(?: ,)?(?: and| then)? to ", " → ", match["steps"]),
                )
        for first, stop, match in clause.find(terms.UNTIL):
            if _until(thing, _word(match["to"]), _word(match["stop"])):
                page.claim(clause, first, stop, f"entities.{thing.name}.states")
        for first, stop, match in clause.find(terms.WHEN):
            if _when(thing, _word(match["to"]), _word(match["at"])):
                page.claim(clause, first, stop, f"entities.{thing.name}.states")


def _word(text: str) -> str:
    return text.replace(" ", "_")


def _along(page: Page, thing: Thing, clause: Clause, first: int, stop: int, text: str) -> None:
    """Take a chain of states for the thing's status, with the states that it names as its values if they are
    new.
    """
    names = [_word(part.strip()) for step in text.split("→") for part in re.split(r" or | / ", step)]
    if not all(_NAME.fullmatch(name) for name in names):
        return
    name = next(
        (n for n in (*thing.fields, *thing.entry.fields) if n in ("status", "state", "stage")), "status"
    )
    field = thing.fields.get(name)
    values = field.values if field and field.values else ()
    if values and not {*names} & {*values}:
        return
    values = tuple(dict.fromkeys((*values, *names)))
    states = chain(name, text, values)
    thing.fields[name] = FieldModel(type="enum", values=values, default=names[0])
    thing.states = merged(thing.states, states)
    page.claim(clause, first, stop, f"entities.{thing.name}.states")
    for index, word in enumerate(clause.words):
        if word in ("status", "state", "workflow", "lifecycle", "goes", "moves", "flow") and page.free(
            clause, index
        ):
            page.claim(clause, index, index + 1, f"entities.{thing.name}.states")


def merged(one: States | None, other: States | None) -> States | None:
    """The moves of both."""
    if one is None or other is None:
        return one or other
    moves = dict(one.moves)
    for state, targets in other.moves.items():
        moves[state] = tuple(dict.fromkeys((*moves.get(state, ()), *targets)))
    return States(field=one.field, moves=moves)


def _until(thing: Thing, to: str, end: str) -> bool:
    """A move from every state before `end` to `to`."""
    field, name = _field(thing)
    if field is None or end not in field.values:
        return False
    before: list[str] = []
    for state in field.values:
        if state == end:
            break
        before.append(state)
    return _enter(thing, field, name, {state: (to,) for state in before if state != to}, to)


def _when(thing: Thing, to: str, at: str) -> bool:
    field, name = _field(thing)
    if field is None or at not in field.values:
        return False
    return _enter(thing, field, name, {at: (to,)}, to)


def _field(thing: Thing) -> tuple[FieldModel | None, str]:
    """The status of a thing and its name: that which the brief gives it, else the usual one."""
    name = next((n for n in ("status", "state", "stage") if n in thing.fields and thing.fields[n].values), "")
    if name:
        return thing.fields[name], name
    usual = thing.entry.states
    return (
        (thing.entry.fields.get(usual.field), usual.field) if usual and not thing.exhaustive else (None, "")
    )


def _enter(thing: Thing, field: FieldModel, name: str, moves: dict[str, tuple[str, ...]], to: str) -> bool:
    if not _NAME.fullmatch(to) or not moves:
        return False
    values = tuple(dict.fromkeys((*field.values, to)))
    thing.fields[name] = field.model_copy(update={"values": values})
    before = thing.states or (thing.entry.states if not thing.exhaustive else None)
    thing.states = merged(before, States(field=name, moves=moves))
    return True


def chain(field: str, text: str, values: tuple[str, ...]) -> States | None:
    """The moves along the arrows of a text: each state to the next; a branch (`a → b / c → d`) to each of its
    states.
    """
    steps = [_branch(step, values) for step in text.split("→")]
    moves: dict[str, tuple[str, ...]] = {}
    for here, there in itertools.pairwise(steps):
        for state in here:
            add = tuple(s for s in there if s != state)
            if add:
                moves[state] = tuple(dict.fromkeys((*moves.get(state, ()), *add)))
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
            verb = terms.STATE_VERBS.get(state, f"mark_{state}")
            name = verb if verb not in RESERVED_ACTIONS and verb not in actions else f"mark_{state}"
            actions[name] = Action(to=state, description=_told(state))
    return actions


def _sources(states: States, to: str | None) -> set[str]:
    """The states from which one may move to a state."""
    return {state for state, targets in states.moves.items() if to in targets}


def _told(state: str) -> str:
    return f"Move to {state.replace('_', ' ')}."
