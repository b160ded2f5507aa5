"""States that a brief only implies: `managers approve requests`, `mark a signup as attended or missed`.

What lives here: giving a status to things of which the brief tells moves and lists no states. What must not: states
that it lists (`states.py`).
"""

import re
from collections.abc import Iterator

from backwright_workbench.blueprint.checks.actions import reachable
from backwright_workbench.blueprint.model import FieldModel, States
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.courses import listed_moves
from backwright_workbench.brief.doings import base, third_person
from backwright_workbench.brief.grammar import DETERMINERS
from backwright_workbench.brief.lexicon import courses as terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.things import Thing, Things

_STATE = re.compile(r"[a-z]+(?:_[a-z]+)?")


def imply_states(page: Page, things: Things) -> None:
    """Give a status to every thing that somebody approves, cancels or completes and that has none."""
    for thing in [thing for thing in things if not _has_states(thing)]:
        states = dict.fromkeys(
            state
            for clause in page.clauses
            if clause.kind != "heading"
            for first, stop, other in _mentions(page, clause, things)
            if other is thing
            for state in (*_done(clause, first), *_marked(clause, first, stop), *_undergone(clause, stop))
        )
        begins = (
            state
            for clause in page.clauses
            for first, _, other in _mentions(page, clause, things)
            if other is thing and (state := _awaited(clause, first)) not in ("", *states)
        )
        if states:
            _enter(page, thing, list(states), next(begins, ""))


def _mentions(page: Page, clause: Clause, things: Things) -> list[tuple[int, int, Thing]]:
    """The mentions of things, and `it` and `them` for the last one before that is nobody, in this clause or the one
    before it in the same block.
    """
    named = things.in_clause(clause)
    found = list(named)
    for index in (i for i, word in enumerate(clause.words) if word in ("it", "them")):
        before = [
            thing
            for first, stop, thing in named
            if stop <= index and not thing.entry.person and clause.words[first - 1] not in ("their", "own")
        ]
        before = before or _just_before(page, clause, things)
        if before:
            found.append((index, index + 1, before[-1]))
    return found


def _just_before(page: Page, clause: Clause, things: Things) -> list[Thing]:
    """What the clause before one in the same block is about, if it is about one thing."""
    at = page.clauses.index(clause)
    earlier = page.clauses[at - 1] if at else None
    if earlier is None or earlier.block != clause.block:
        return []
    named = list(dict.fromkeys(t for _, _, t in things.in_clause(earlier) if not t.entry.person))
    return named if len(named) == 1 else []


def _has_states(thing: Thing) -> bool:
    """Whether a thing has a status, by the brief or usually."""
    usual = thing.entry.states is not None or bool(thing.entry.actions)
    said = any(name in thing.fields for name in ("status", "state", "stage"))
    return said or thing.states is not None or (usual and not thing.exhaustive)


def _done(clause: Clause, first: int) -> Iterator[str]:
    """The states that the verbs right before a thing lead to: `approve or reject the requests`."""
    words, index = clause.words, first - 1
    while index >= 0 and (words[index] in DETERMINERS | {"own"} or _awaited(clause, index + 1)):
        index -= 1
    while index >= 0:
        verb = words[index] if words[index] in terms.TARGETS else third_person(words[index])
        if verb not in terms.TARGETS:
            return
        yield terms.TARGETS[verb]
        index -= 1
        if index < 0 or words[index] not in ("and", "or", ",", "/"):
            return
        while index >= 0 and words[index] in ("and", "or", ",", "/"):
            index -= 1


def _awaited(clause: Clause, first: int) -> str:
    """The state right before a thing in which something is done with it: `confirm a reported absence`."""
    word = clause.words[first - 1] if first else ""
    if word in ("pending", "open", "new", "draft") or (word.endswith("ed") and base(word) != word):
        return word if third_person(word) not in terms.TARGETS else ""
    return ""


def _marked(clause: Clause, first: int, stop: int) -> Iterator[str]:
    """`mark a signup as attended or missed`."""
    words = clause.words
    if not {"mark", "marks", "set", "sets"} & set(words[max(0, first - 4) : first]):
        return
    if words[stop : stop + 1] not in (("as",), ("to",)):
        return
    rest = re.split(r" [.,;(] | by | when | if | so ", f"{' '.join(words[stop + 1 :])} . ")[0]
    for part in re.split(r" or |/|,", rest):
        state = "_".join(part.split())
        if _STATE.fullmatch(state):
            yield state


def _undergone(clause: Clause, stop: int) -> Iterator[str]:
    """`requests are approved or rejected by managers`."""
    text = " ".join(clause.words[stop:])
    if match := terms.UNDERGONE.match(text):
        for participle in re.split(r" or | and | , ", match["states"]):
            if (verb := base(participle)) in terms.TARGETS:
                yield terms.TARGETS[verb]


def _enter(page: Page, thing: Thing, states: list[str], begin: str) -> None:
    """Enter the states in the order in which a row passes them, after one in which it begins."""
    first = begin or next((begin for begin, after in terms.BEGINS if after & {*states}), "open")
    order = [state for state in terms.ORDER if state in states]
    values = tuple(dict.fromkeys((first, *order, *states)))
    moves = listed_moves(values, first) or {}
    if reachable(moves, first) | {first} < {*values}:
        moves = {first: values[1:]}
    usual = thing.entry.states
    if usual and {*states} <= {*thing.entry.fields[usual.field].values}:
        thing.fields[usual.field] = thing.entry.fields[usual.field]
        return
    thing.fields["status"] = FieldModel(type="enum", values=values, default=first)
    thing.states = States(field="status", moves=moves)
    chain = ", ".join(f"{state}: [{', '.join(to)}]" for state, to in moves.items())
    page.assume(
        f"{thing.name} has a status: {', '.join(values)}",
        "the brief tells what is done with it and lists no states",
        f"entities.{thing.name}.states",
        f"{{{chain}}}",
    )
