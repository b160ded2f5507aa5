"""When something may be done: `cancel an order until it is shipped`, `withdraw them while they are drafts`.

What lives here: from a condition to the states in which an action may be called. What must not: moves between states
that no right is about (`moves.py`), conditions on anything but states, which nobody understands (`predicates.py`).
"""

import re
from collections.abc import Sequence

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import AUXILIARIES, DETERMINERS, PRONOUNS, singular_words
from backwright_workbench.brief.lexicon.permissions import CONDITION_HINT
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.statements import Statement
from backwright_workbench.brief.things import Thing, Things

_BEFORE = re.compile(
    r"(?:(?:and|but|or|,) )*(?:only )?(?:until|till|before|not (?:after|once|when|if|while)|unless)(?!\S)"
)
_THEN = re.compile(r"(?:(?:and|but|or|,) )*(?:only )?(?:while|as long as|if|when)(?!\S)")
_FILL = (
    DETERMINERS
    | PRONOUNS
    | AUXILIARIES
    | {"still", "yet", "status", "state", "in", "as", "of", "long", "already"}
)
_NOT = frozenset({"not", "never", "no", "nobody", "isnt", "arent"})


def states_said(things: Things, thing: Thing, clause: Clause, first: int, stop: int) -> tuple[str, ...]:
    """The states of a thing that a condition leaves; nothing if it says more than states, or other states."""
    states = thing.entry.states
    values = thing.entry.fields[states.field].values if states else ()
    text = " ".join(clause.words[first:stop])
    opening = _BEFORE.match(text) or _THEN.match(text)
    if not opening or not values:
        return ()
    begin = first + opening.group().count(" ") + 1
    named = _named(things, thing, values, clause, begin, stop)
    if not named:
        return ()
    before = opening.re is _BEFORE
    if _NOT & {*clause.words[begin:stop]}:
        return tuple(value for value in values if value not in named) if not before else ()
    if not before:
        return named
    if "unless" in opening.group().split():
        return tuple(value for value in values if value not in named)
    return values[: min(values.index(value) for value in named)]


def _named(
    things: Things, thing: Thing, values: Sequence[str], clause: Clause, begin: int, stop: int
) -> tuple[str, ...]:
    """The states that words name, if they name nothing else."""
    found: list[str] = []
    index = begin
    while index < stop:
        lengths = (n for n in (3, 2, 1) if index + n <= stop)
        hit = next(((n, v) for n in lengths if (v := _state(clause.words[index : index + n], values))), None)
        mention = things.at(clause, index)
        if hit:
            found.append(hit[1])
            index += hit[0]
        elif mention and mention[0] is thing:
            index += mention[1]
        elif clause.words[index] in _FILL | {"or", "and", ","} or not clause.tokens[index].is_word:
            index += 1
        else:
            return ()
    return tuple(dict.fromkeys(found))


def _state(words: Sequence[str], values: Sequence[str]) -> str:
    names = ("_".join(words), "_".join(singular_words(tuple(words))))
    return next((name for name in names if name in values), "")


def limit_actions(page: Page, statements: Sequence[Statement]) -> None:
    """Let actions be called in those states alone that the conditions leave, as long as nobody may call them without a
    condition; a condition that nothing can say so is a rule of the business.
    """
    for said in (s for s in statements if s.states and s.thing):
        thing, first, stop = said.thing, *said.condition
        names = [verb.removeprefix("act:") for verb in said.verbs if verb.startswith("act:")]
        free = [name for name in names if thing and _unconditional(statements, thing, name)]
        if thing is None or free or not names or len(names) < len(said.verbs):
            page.claim(said.clause, first, stop, status="not understood", note=CONDITION_HINT)
            continue
        for name in names:
            _limit(thing, name, said.states)
        page.claim(said.clause, first, stop, *(f"entities.{thing.name}.actions.{name}" for name in names))


def _unconditional(statements: Sequence[Statement], thing: Thing, name: str) -> bool:
    """Whether the brief lets somebody do something at any time."""
    about = [s for s in statements if s.thing is thing and not s.denied and not s.states]
    return any(f"act:{name}" in s.verbs for s in about)


def _limit(thing: Thing, name: str, states: tuple[str, ...]) -> None:
    """Enter the states in which an action may be called, of those from which its move is allowed."""
    action, moves = thing.entry.actions[name], thing.entry.states
    leaving = {at for at, to in moves.moves.items() if action.to in to} if moves and action.to else {*states}
    kept = tuple(state for state in states if state in leaving)
    if kept and {*kept} != leaving:
        limited = action.model_copy(update={"from_": kept})
        thing.entry = thing.entry.model_copy(update={"actions": {**thing.entry.actions, name: limited}})
