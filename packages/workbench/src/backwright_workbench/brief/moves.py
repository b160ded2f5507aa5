"""Sentences about moves between states: `orders can be cancelled until shipped`, `(draft → submitted)`.

What lives here: finding them and entering the states and moves. What must not: what actions follow (`states.py`),
states that nobody lists (`implied.py`).
"""

import re

from backwright_workbench.blueprint.model import FieldModel, States
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import is_plural
from backwright_workbench.brief.implied import imply_states
from backwright_workbench.brief.lexicon import states as terms
from backwright_workbench.brief.lexicon.courses import CALLED_OFF
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.states import chain, merged
from backwright_workbench.brief.things import Thing, Things

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def read_moves(page: Page, things: Things) -> None:
    """`Orders can be cancelled until shipped`, `moves from draft to published`, arrows outside brackets."""
    for clause in page.clauses:
        mentions = things.in_clause(clause)
        thing = mentions[0][2] if mentions else things.subject(clause) or _last(page, things, clause)
        for first, stop, _ in clause.find(terms.ARROWS):
            text = " ".join(clause.words[first:stop])
            about = _moving(page, things, clause, first, thing)
            if _only_named(page, things, clause, first, stop) and (having := _having(things, about, text)):
                _along(page, having, clause, first, stop, text)
        _listed_for(page, things, clause)
        if thing is None:
            continue
        for first, stop, match in clause.find(terms.TOLD):
            if _only_named(page, things, clause, first, stop):
                about = _moving(page, things, clause, first, thing) or thing
                _along(page, about, clause, first, stop, terms.THEN.sub(" → ", match["steps"]))
        for first, stop, match in clause.find(terms.FROM_TO):
            if " to " in match["steps"]:
                _along(
                    page,
                    _moving(page, things, clause, first, thing) or thing,
                    clause,
                    first,
                    stop,
                    re.sub(r"(?: ,)?(?: and| then)? to ", " → ", match["steps"]),
                )
        for first, stop, match in clause.find(terms.ONLY_TO):
            moved = next((t for _, _, t in mentions if not t.entry.person), thing)
            if _to(moved, clause, _word(match["to"])):
                page.claim(clause, first, stop, f"entities.{moved.name}.states")
        for first, stop, match in clause.find(terms.UNTIL):
            if _until(thing, _word(match["to"]), _word(match["stop"])):
                page.claim(clause, first, stop, f"entities.{thing.name}.states")
        for first, stop, match in clause.find(terms.WHEN):
            if _when(thing, _word(match["to"]), _word(match["at"])):
                page.claim(clause, first, stop, f"entities.{thing.name}.states")
    imply_states(page, things)


def _last(page: Page, things: Things, clause: Clause) -> Thing | None:
    """What was spoken of last where moves are listed that name nothing: `Transitions: new → paid; paid → sent`."""
    before = page.clauses[: page.clauses.index(clause)]
    block = [other for other in before if other.block == clause.block]
    if not any(terms.MOVES_LABEL.match(each.text) for each in (clause, *block)):
        return None
    named = ([t for _, _, t in things.in_clause(each) if not t.entry.person] for each in reversed(before))
    return next((found[0] for found in named if found), None)


def _or_else(thing: Thing, states: States, clause: Clause, stop: int) -> int:
    """Enter how else a course may end: called off from every state before the end, or instead of the last one; gives
    the word after it.
    """
    match = terms.OR_ELSE.match(" ".join(clause.words[stop:]))
    names = [_word(part) for part in re.split(r" or | / ", match["states"])] if match else []
    if not match or not all(_NAME.fullmatch(name) for name in names):
        return stop
    field = thing.fields[states.field]
    for name in names:
        leaving = list(states.moves) if name in CALLED_OFF else list(states.moves)[-1:]
        _enter(thing, field, states.field, dict.fromkeys((s for s in leaving if s != name), (name,)), name)
        field = thing.fields[states.field]
    return stop + match.group().strip().count(" ") + 1


def _only_named(page: Page, things: Things, clause: Clause, first: int, stop: int) -> bool:
    """Whether words are taken for nothing, or at most for the name of a thing: `under review`."""
    return page.free(clause, first, stop) or (
        page.free(clause, first)
        and not any(
            page.claimed_for(clause, index, f"entities.{thing.name}.")
            for thing in things
            for index in range(first, stop)
        )
    )


def _having(things: Things, thing: Thing | None, text: str) -> Thing | None:
    """The thing whose states a chain names: the one spoken of, unless only another has them."""
    names = {_word(part.strip()) for step in text.split("→") for part in re.split(r" or | / ", step)}
    having = [other for other in things if any(names <= {*field.values} for field in other.fields.values())]
    return thing if thing in having or len(having) != 1 else having[0]


def _listed_for(page: Page, things: Things, clause: Clause) -> None:
    """`Draft / in review / published states for articles`: the values of their status."""
    for first, stop, match in clause.find(terms.LISTED_FOR):
        hit = things.at(clause, stop)
        names = [_word(part) for part in re.split(r" (?:,|/|\||or|and)(?: or| and)? ", match["values"])]
        if not hit or not page.free(clause, first) or not all(_NAME.fullmatch(name) for name in names):
            continue
        thing = hit[0]
        name = next((n for n in ("status", "state", "stage") if n in thing.fields), "status")
        if not (name in thing.fields and thing.fields[name].values):
            values = tuple(dict.fromkeys(names))
            thing.fields[name] = FieldModel(type="enum", values=values, default=values[0])
            page.claim(clause, first, stop + hit[1], f"entities.{thing.name}.fields.{name}")


def _moving(page: Page, things: Things, clause: Clause, at: int, thing: Thing | None) -> Thing | None:
    """What moves where a sentence speaks of `it` or `them`: what is named in the plural before, or what the sentence
    before was about, and nobody who acts.
    """
    if "them" in clause.words[:at]:
        named = [m for m in things.in_clause(clause, 0, clause.words.index("them")) if not m[2].entry.person]
        many = [other for _, stop, other in named if is_plural(clause.words[stop - 1])]
        return many[-1] if many else thing
    if "it" not in clause.words[:at] or any(
        not t.entry.person for _, _, t in things.in_clause(clause, 0, at)
    ):
        return thing
    before = page.clauses[: page.clauses.index(clause)]
    earlier = (
        other
        for each in reversed(before)
        if each.block == clause.block
        for _, _, other in things.in_clause(each)
        if not other.entry.person
    )
    return next(earlier, thing)


def _to(thing: Thing, clause: Clause, to: str) -> bool:
    """A move to a state from those that the sentence names: `withdraw it as long as it is draft (→ withdrawn)`."""
    field, name = _field(thing)
    values = field.values if field else ()
    named = [value for value in values if value != to and value.replace("_", " ") in clause.text]
    return field is not None and _enter(thing, field, name, dict.fromkeys(named, (to,)), to)


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
    default = field.default or field.values[0] if field and field.values else names[0]
    thing.fields[name] = FieldModel(type="enum", values=values, default=default)
    thing.states = merged(thing.states, states)
    stop = _or_else(thing, states, clause, stop) if states else stop
    page.claim(clause, first, stop, f"entities.{thing.name}.states")
    for index, word in enumerate(clause.words):
        if word in ("status", "state", "workflow", "lifecycle", "goes", "moves", "flow") and page.free(
            clause, index
        ):
            page.claim(clause, index, index + 1, f"entities.{thing.name}.states")


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
