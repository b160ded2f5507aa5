"""What is said of somebody in a sentence about rights: verbs, and the things that they govern.

What lives here: from predicate to statements. What must not: who is spoken of (`permissions.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.brief.grammar import DETERMINERS, singular_words
from backwright_workbench.brief.lexicon import permissions as terms
from backwright_workbench.brief.lexicon.relations import ASSOCIATIONS
from backwright_workbench.brief.lexicon.states import STATE_VERBS
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.roles import SIGNED_IN
from backwright_workbench.brief.text import Clause
from backwright_workbench.brief.things import Thing, Things

EVERY_ROLE = "every_role"
"""Nobody in particular: `bids cannot be changed`."""


@dataclass(frozen=True)
class Statement:
    """Some roles may, or may not, do something with a thing; `thing` is `None` for all of them."""

    roles: tuple[str, ...]
    verbs: tuple[str, ...]
    """`read create update delete act everything`, or `act:NAME`."""
    thing: Thing | None
    own: bool = False
    fields: tuple[str, ...] = ()
    only: bool = False
    """Whether nobody else may."""
    denied: bool = False
    clause: Clause | None = None
    place: tuple[int, int] = (0, 0)


def predicates(
    page: Page, things: Things, clause: Clause, subjects: tuple[str, ...], begin: int, end: int, *, only: bool
) -> Iterator[Statement]:
    """What is said of the subjects between two words."""
    text = " ".join(clause.words[begin:end])
    mentions = things.in_clause(clause, begin, end)
    if match := terms.SEE_ALL.search(text):
        yield Statement(subjects, ("read",), None, clause=clause, place=(begin, end))
        _claim_match(page, clause, begin, text, match)
        _claim_rest(page, clause, begin, end)
        return
    about: list[Thing | None] = [thing for _, _, thing in mentions] or [None]
    if match := terms.EVERYTHING.search(text):
        for thing in about:
            yield Statement(subjects, ("everything",), thing, only=only, clause=clause, place=(begin, end))
        _claim_match(page, clause, begin, text, match)
        _claim_rest(page, clause, begin, end)
        return
    if match := terms.READ_ONLY.search(text):
        if not mentions or not re.search(r"only (?:read|view|see)", match.group()) or "own" not in text:
            for thing in about:
                yield Statement(
                    subjects,
                    ("read",),
                    thing,
                    only=False,
                    clause=clause,
                    place=(begin, end),
                    own=bool(terms.OWN.search(text)),
                )
            _claim_match(page, clause, begin, text, match)
            _claim_rest(page, clause, begin, end)
            return
    for first, stop, _ in clause.find(terms.REASON):
        if not begin <= first < end:
            continue
        page.claim(clause, first, stop, note="a reason")
        end = first
    mentions = [mention for mention in mentions if mention[0] < end]
    yield from _groups(page, things, clause, subjects, begin, end, only=only, mentions=mentions)


def _groups(
    page: Page,
    things: Things,
    clause: Clause,
    subjects: tuple[str, ...],
    begin: int,
    end: int,
    *,
    only: bool,
    mentions: list[tuple[int, int, Thing]],
) -> Iterator[Statement]:
    """Verbs and the things they govern: `create and edit orders, and view products`."""
    words = clause.words[:end]
    starts = {first: (stop, thing) for first, stop, thing in mentions}
    index, at = begin, begin
    verbs: list[str] = []
    denied = False
    objects: list[Thing] = []
    last: list[Thing] = []
    pending: list[str] = []
    out: list[tuple[list[str], list[Thing], bool, int, int]] = []
    while index < len(words):
        word = words[index]
        if terms.DENY.match(" ".join(words[index : index + 4])):
            if verbs and objects:
                out.append((verbs, objects, denied, at, index))
                verbs, objects, at = [], [], index
            denied = True
        if word in ("can", "may") and denied and index and words[index - 1] in ("and", "but", ","):
            denied = False
        if index in starts and objects and _qualifies(words, index, begin):
            index = starts[index][0]
            continue
        if index in starts:
            objects.append(starts[index][1])
            index = starts[index][0]
            continue
        if (
            (word in terms.VERBS or action(word, things))
            and words[index - 1 : index] != ("of",)
            and (index == 0 or words[index - 1] not in DETERMINERS)
        ):
            if objects:
                out.append((verbs, objects, denied, at, index))
                last, verbs, objects, at = objects, [], [], index
            verbs.append(word)
        elif word in ("them", "it", "these", "those") and verbs and not objects and last:
            objects = list(last)
        elif (
            word in ("everything", "anything", "all")
            and verbs
            and not objects
            and words[index + 1 : index + 2] != ("their",)
            and not any(i >= index for i in starts)
        ):
            pending = list(verbs)
        index += 1
    if verbs:
        out.append((verbs, objects, denied, at, len(words)))
    for verbs_, things_, denied_, first, stop in out:
        chosen: list[Thing | None] = list(dict.fromkeys(things_)) if things_ else ([None] if pending else [])
        if not chosen and out[-1][1] and (first, stop) != (out[-1][3], out[-1][4]):
            chosen = list(dict.fromkeys(out[-1][1]))
        phrase = " ".join(words[first:stop])
        made = bool(
            {"author", "owner", "creator", "uploader"} & set(words[max(0, begin - 3) : begin])
        ) and subjects == (SIGNED_IN,)
        own = made or bool(terms.OWN.search(phrase)) or (bool(terms.THEIR.search(phrase)) and bool(things_))
        for number, thing in enumerate(chosen):
            done = next((noun for verb in verbs_ if (noun := ASSOCIATIONS.get(verb))), "")
            recorded = things.meant_by(tuple(done.split())) if done else None
            if recorded and thing and recorded is not thing:
                yield Statement(
                    subjects,
                    ("create",),
                    recorded,
                    own=True,
                    only=only,
                    denied=denied_,
                    clause=clause,
                    place=(first, stop),
                )
                yield Statement(subjects, ("read",), thing, clause=clause, place=(first, stop))
                continue
            ops = tuple(op for verb in verbs_ for op in ops(verb, thing, things))
            if not ops:
                continue
            fields = _fields(thing, clause, first, stop, ops) if number == len(chosen) - 1 else ()
            yield Statement(
                subjects,
                ops,
                thing,
                own=own,
                fields=fields,
                only=only,
                denied=denied_,
                clause=clause,
                place=(first, stop),
            )
        if chosen:
            _claim_verbs(page, clause, first, stop, verbs_)
            for a, b, thing in mentions:
                if first <= a < stop:
                    page.claim(clause, a, b, f"entities.{thing.name}.access")


def _qualifies(words: tuple[str, ...], at: int, begin: int) -> bool:
    """Whether a thing is only said to tell whose the one before it is: `grades of their courses`."""
    index = at - 1
    while index > begin and words[index] in DETERMINERS | {"own", "only", "assigned"}:
        index -= 1
    return words[index] in ("for", "of", "in", "on", "to", "from", "at", "by", "with", "within")


def action(word: str, things: Things) -> bool:
    return word in ("publish", "share") or any(
        word in thing.entry.actions or _changes_state(word, thing) for thing in things
    )


def ops(verb: str, thing: Thing | None, things: Things) -> tuple[str, ...]:
    """What a verb means for a thing: its action of that name, else one of the common five."""
    if thing is not None and verb in thing.entry.actions:
        return (f"act:{verb}",)
    if verb in ("publish", "share", "list", "sell") and thing is not None:
        return ("create",)
    if verb not in terms.VERBS and thing is not None and _changes_state(verb, thing):
        return ("update",)
    return terms.VERBS.get(verb, ())


def _changes_state(verb: str, thing: Thing) -> bool:
    """Whether a verb leads to a state that a thing without declared moves may be in: to cancel it, change its status."""
    states = {state for state, word in STATE_VERBS.items() if word == verb}
    return any(states & set(field.values) for field in thing.entry.fields.values())


def _fields(
    thing: Thing | None, clause: Clause, first: int, stop: int, ops: tuple[str, ...]
) -> tuple[str, ...]:
    """The fields that a right to change is limited to: `update the status of …`, `edit only their phone`."""
    if thing is None or "update" not in ops:
        return ()
    named = []
    for index in range(first, stop):
        for length in (3, 2, 1):
            name = "_".join(clause.words[index : index + length])
            name = (
                name
                if name in thing.entry.fields
                else "_".join(singular_words(clause.words[index : index + length]))
            )
            if name in thing.entry.fields and index + length <= stop:
                named.append(name)
                break
    return tuple(dict.fromkeys(named))


def _claim_match(page: Page, clause: Clause, begin: int, text: str, match: re.Match[str]) -> None:
    first = begin + text[: match.start()].count(" ")
    page.claim(clause, first, first + match.group().count(" ") + 1, "access")


def _claim_rest(page: Page, clause: Clause, begin: int, end: int) -> None:
    for index in range(begin, end):
        if (clause.words[index] in terms.PLAIN or clause.words[index] in terms.VERBS) and page.free(
            clause, index
        ):
            page.claim(clause, index, index + 1, "access")


def _claim_verbs(page: Page, clause: Clause, first: int, stop: int, verbs: list[str]) -> None:
    text = " ".join(clause.words[first:stop])
    for index in range(first, stop):
        if clause.words[index] in verbs or clause.words[index] in (
            "cannot",
            "only",
            "own",
            "everything",
            "anything",
            "all",
            "them",
            "assigned",
            "belonging",
        ):
            page.claim(clause, index, index + 1, "access")
    for pattern in (terms.OWN, terms.DENY):
        for match in pattern.finditer(text):
            _claim_match(page, clause, first, text, match)
