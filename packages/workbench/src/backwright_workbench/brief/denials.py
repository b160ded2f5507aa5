"""What a sentence forbids and no statement says: `case notes are hidden from them`, `must never be changed`.

What lives here: finding what forbids, of whom and what it is said. What must not: statements (`permissions.py`), taking
rights away (`caution.py`).
"""

from collections.abc import Iterator, Sequence

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.lexicon import caution as terms
from backwright_workbench.brief.lexicon import right_verbs
from backwright_workbench.brief.lexicon.permissions import AGAIN, CONDITION
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.parts import part_start
from backwright_workbench.brief.restrictions import CHANGING, Limit, phrase_end
from backwright_workbench.brief.right_fields import fields_changed, fields_named
from backwright_workbench.brief.roles import ADMIN, Roles
from backwright_workbench.brief.speakers import spoken_of
from backwright_workbench.brief.statements import Statement, Subject, base_form, rights, verb_at
from backwright_workbench.brief.things import Thing, Things

_PROSE = ("sentence", "item")


def denials(
    page: Page, things: Things, roles: Roles, statements: Sequence[Statement], clause: Clause
) -> Iterator[Limit]:
    """The limits by what a clause forbids and no statement says."""
    if clause.kind in ("row", "header", "heading"):
        return
    for first, stop, match in clause.find(terms.DENIAL):
        if _told(statements, clause, first, stop):
            continue
        end = _end(things, clause, stop)
        if _at_times(things, clause, first, stop, end):
            continue
        about = _things(page, things, roles, clause, first, end)
        who = _roles(things, roles, clause, first, stop, end)
        if about and who is not None:
            sight = bool(terms.NO_SIGHT.match(match.group()))
            yield from _of_each(things, roles, clause, (first, end), about, who, sight=sight)


def _told(statements: Sequence[Statement], clause: Clause, first: int, stop: int) -> bool:
    """Whether a statement says what is forbidden here, or whose rows are meant."""
    return any(
        said.clause is clause
        and (said.denied or said.own or said.only)
        and said.place[0] - 3 <= first
        and stop <= said.place[1] + 2
        for said in statements
    )


def _end(things: Things, clause: Clause, at: int) -> int:
    """Where what is forbidden ends: at a comma, unless the next item of a list follows."""
    end = phrase_end(clause, at) if at < len(clause.words) else at
    while end < len(clause.words) and clause.words[end] == ",":
        begin = end + 1 + (clause.words[end + 1 : end + 2] in (("or",), ("nor",), ("and",), ("by",)))
        mention = things.at(clause, begin) if begin < len(clause.words) else None
        if mention is None and clause.words[begin - 1] != "by":
            break
        end = phrase_end(clause, begin + 1)
    return end


def _at_times(things: Things, clause: Clause, first: int, stop: int, end: int) -> bool:
    """Whether it is forbidden only at times, or for some rows: `cannot be changed once sent`, `a fixed defect …`."""
    rest = " ".join(clause.words[stop:end])
    before = things.in_clause(clause, 0, first)
    begin = _condition_start(clause, first)
    whole = " ".join(clause.words[begin:end])
    if (always := terms.FROM_THE_START.search(whole)) and not _a_later_state(things, clause, always["state"]):
        return False
    if terms.NOT_ALWAYS.search(rest) or any(a >= begin for a, _, _ in clause.find(CONDITION)):
        return True
    if not before:
        return False
    begin, after, thing = before[-1]
    values = {value for field in thing.entry.fields.values() for value in field.values}
    return clause.words[max(0, begin - 1)] in values or bool({"that", "which"} & {*clause.words[after:first]})


def _condition_start(clause: Clause, first: int) -> int:
    """Where the part begins that holds a word, with what is said of its time before it: `once paid, it must not …`."""
    begin = part_start(clause, first)
    before = part_start(clause, begin - 1) if begin else begin
    opens = any(a in (before, before + 1) for a, _, _ in clause.find(CONDITION))
    return before if opens and clause.words[begin - 1] == "," else begin


def _a_later_state(things: Things, clause: Clause, word: str) -> bool:
    """Whether a word is a state that rows only come to be in: `once it is sent`."""
    named = [thing for _, _, thing in things.in_clause(clause)]
    return any(word == action.to for thing in named for action in thing.entry.actions.values())


def alone(
    page: Page, things: Things, roles: Roles, statements: Sequence[Statement], clause: Clause
) -> Iterator[Limit]:
    """What is left to some, where no statement says so: `no one except the treasurer sees them`, `deletion is up to
    managers alone`.
    """
    if any(said.only and said.clause is clause for said in statements):
        return
    for first, stop, role in roles.in_clause(clause):
        before = " ".join(clause.words[max(0, first - 4) : first])
        but = any(end in (first, first - 1) for _, end, _ in clause.find(terms.NOBODY_BUT))
        left = bool(terms.LEFT_TO.search(before)) or clause.words[stop : stop + 1] in (
            ("alone",),
            ("exclusively",),
        )
        if not (but or left):
            continue
        others = tuple(name for _, _, name in roles.in_clause(clause, first))
        mentions = [thing for _, _, thing in things.in_clause(clause)]
        spoken = (
            spoken_of(page, things, clause, Subject((), clause, 0, 0, 0)) if not mentions and but else None
        )
        all_there_is = [] if {"of", "to"} & {*clause.words[1:3]} else list(things)
        for thing in dict.fromkeys(mentions or ([spoken] if spoken else all_there_is)):
            if verbs := _verbs(things, roles, clause, 0, len(clause.words), thing):
                yield Limit(
                    (), thing, tuple(dict.fromkeys(verbs)), "none", clause, (0, stop), but=(role, *others)
                )
        return


def _things(
    page: Page, things: Things, roles: Roles, clause: Clause, first: int, end: int
) -> list[tuple[Thing, tuple[str, ...]]]:
    """What is spoken of, each with the fields that are meant if not all of it."""
    if here := dict.fromkeys(thing for _, _, thing in things.in_clause(clause, first, end)):
        return [(thing, _within(thing, roles, clause, first, end)) for thing in here]
    if named := [hit for i in range(first, end) for hit in fields_named(things, clause.words, i)[:1]]:
        return [(thing, (name,)) for thing, name in named[:1]]
    start, again = part_start(clause, first), AGAIN & {*clause.words[first:end]}
    unknown = {"to", "with", "of"} & {*clause.words[first:end]} and not any(
        roles.in_clause(clause, first, end)
    )
    if unknown and not again:
        return []
    if before := things.in_clause(clause, 0, first):
        return [
            (
                before[-1][2],
                () if again or before[-1][0] < start else _within(before[-1][2], roles, clause, start, first),
            )
        ]
    people = {i for a, b, _ in roles.in_clause(clause) for i in range(a, b)}
    free = [i for i in range(start, first) if i not in people]
    if named := [hit for i in free for hit in fields_named(things, clause.words, i)[:1]]:
        return [(thing, (name,)) for thing, name in named[:1]]
    spoken = spoken_of(page, things, clause, Subject((), clause, 0, 0, 0)) if again else None
    return [(spoken, ())] if spoken else []


def _within(thing: Thing, roles: Roles, clause: Clause, first: int, end: int) -> tuple[str, ...]:
    """The fields of a thing that are named with it: `the cost of a dish`."""
    said = {*clause.words[first:end]}
    names = [name for name in thing.entry.fields if {*name.split("_")} <= said]
    return tuple(name for name in names if name != thing.snake and name not in roles.named)


def _roles(
    things: Things, roles: Roles, clause: Clause, first: int, stop: int, end: int
) -> tuple[str, ...] | None:
    """Of whom it is said; empty for everybody, `None` if that is unknown."""
    words = clause.words
    by = [i for i in range(first, end) if words[i] in terms.BY_WHOM]
    after = tuple(role for at in by for _, _, role in roles.in_clause(clause, at, end))
    if after:
        return after
    if words[first] == "no" and (one := roles.at(clause, first + 1)):
        return (one[0],)
    if (
        any(words[i + 1 : i + 2] and words[i + 1] in terms.ANYBODY for i in by)
        or words[first] in terms.ANYBODY
    ):
        return ()
    if named := _last(things, roles, clause, first):
        return named
    if (
        clause.parent is not None
        and clause.kind == "item"
        and (above := _last(things, roles, clause.parent, None))
    ):
        return above
    passive = "be" in words[stop : stop + 2] or words[first : first + 1] in (("are",), ("is",))
    return () if passive and things.in_clause(clause, 0, first) else None


def _last(things: Things, roles: Roles, clause: Clause, stop: int | None) -> tuple[str, ...]:
    """The roles named last before a word, one after another: `customers and visitors do not`."""
    found: list[tuple[int, int, str]] = []
    for first, end, role in roles.in_clause(clause, 0, stop):
        if found and things.at(clause, first) and _seen(clause, first):
            continue
        joined = found and all(
            w in (",", "and", "or", "the", "/") for w in clause.words[found[-1][1] : first]
        )
        found = [*found, (first, end, role)] if joined else [(first, end, role)]
    return tuple(role for _, _, role in found if role != ADMIN)


def _seen(clause: Clause, at: int) -> bool:
    """Whether people are what somebody else sees or changes here: `trainers look at members`."""
    before = clause.words[at - 1 : at]
    return bool(before) and before[0] not in (",", "and", "or", ";", "but", "/")


def _of_each(
    things: Things,
    roles: Roles,
    clause: Clause,
    place: tuple[int, int],
    about: Sequence[tuple[Thing, tuple[str, ...]]],
    who: tuple[str, ...],
    *,
    sight: bool,
) -> Iterator[Limit]:
    first, end = place
    for thing, fields in about:
        begin = (
            part_start(clause, first)
            if terms.AFTER_VERB.match(" ".join(clause.words[first : first + 3]))
            else first
        )
        verbs = ["everything"] if sight else _verbs(things, roles, clause, begin, end, thing)
        if not who:
            verbs = [verb for verb in verbs if verb != "create"]
        if fields:
            verbs = [verb for verb in ("read", "update") if verb in verbs or "everything" in verbs]
        elif verbs and terms.OTHERS & {*clause.words[first:end]}:
            yield Limit(who, thing, CHANGING if "everything" in verbs else tuple(verbs), "own", clause, place)
            continue
        elif (
            names := fields_changed(things, thing, clause, first, end)
            if {*verbs} <= {"read", "update"}
            else ()
        ):
            fields = names
        if verbs:
            yield Limit(who, thing, tuple(dict.fromkeys(verbs)), "none", clause, place, fields=fields)


def _verbs(things: Things, roles: Roles, clause: Clause, first: int, end: int, thing: Thing) -> list[str]:
    """The verbs of what is forbidden, as rights on a thing."""
    words = clause.words
    named = (*things.in_clause(clause, first, end), *roles.in_clause(clause, first, end))
    mentions = {i for a, b, _ in named for i in range(a, b)}
    found: list[str] = []
    for index in (i for i in range(first, end) if i not in mentions):
        if words[index] in terms.SIGHT:
            found.append("everything")
            continue
        verb = terms.DEEDS.get(words[index]) or verb_at(words, index, things, begin=index)[0]
        verb = verb or base_form(words[index], things)
        if verb in right_verbs.GIVING:
            found.append("update")
        found += [right.removeprefix("own:") for right in rights(verb, thing)]
    return (
        ["everything" if right == "read" else right for right in found]
        if not {*found} & {"act"}
        else [*found, *CHANGING[1:]]
    )
