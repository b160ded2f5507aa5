"""What words mean that name no thing: `them`, `both`, `the rest`, `what was submitted`, `a draft`.

What lives here: finding the things that such words stand for. What must not: cutting sentences (`groups.py`).
"""

from collections.abc import Sequence

from backwright_workbench.brief.doings import meant
from backwright_workbench.brief.grammar import DETERMINERS
from backwright_workbench.brief.lexicon import permissions as terms
from backwright_workbench.brief.objects import Group
from backwright_workbench.brief.statements import Subject, rights
from backwright_workbench.brief.things import Thing, Things

_STATE_WORDS = 6
"""A state is named no further than this from `what`."""


def stands_for(
    things: Things, subject: Subject, groups: Sequence[Group], named: Sequence[Thing], index: int, end: int
) -> list[Thing] | None:
    """The things that the word at `index` stands for; `None` if it stands for none."""
    words = subject.clause.words
    if words[index] in terms.AGAIN:
        before = [subject.before] if subject.before else []
        if words[index] == "both":
            spoken = [
                thing for _, _, thing in things.in_clause(subject.clause, 0, index) if not thing.entry.person
            ]
            return list(dict.fromkeys(spoken))[-2:] or before
        unknown = len(groups) > 1 and not (groups[-2].things or groups[-2].everything)
        return _spoken_of(groups, named) or ([] if unknown else before)
    if words[index] == "what":
        owners = [
            t for at in range(index, min(index + _STATE_WORDS, end)) for t in _in_state(things, words, at)
        ]
        return _able(groups[-1], owners)[:1] or None
    if index and words[index - 1] in DETERMINERS and not groups[-1].fields:
        return _able(groups[-1], _in_state(things, words, index))[:1] or None
    return None


def _spoken_of(groups: Sequence[Group], named: Sequence[Thing]) -> list[Thing]:
    """What `them` means: what has such an action, else what the verbs before were about."""
    return _able(groups[-1], list(reversed(named)))[:1] or (
        list(groups[-2].things) if len(groups) > 1 else []
    )


def _able(group: Group, found: Sequence[Thing]) -> list[Thing]:
    """Those of some things with which the verbs of a group can be done."""
    return [thing for thing in found if any(meant(verb, thing) for verb in group.verbs)]


def _in_state(things: Things, words: tuple[str, ...], at: int) -> list[Thing]:
    """The things whose rows may be in the state that words name: `a draft`, `the filed ones`."""
    names = {words[at], "_".join(words[at : at + 2])}
    return [
        thing for thing in things if names & {*_values(thing)} and not things.meant_by(words[at : at + 1])
    ]


def _values(thing: Thing) -> tuple[str, ...]:
    states = thing.entry.states
    return thing.entry.fields[states.field].values if states else ()


def moved_along(things: Things, group: Group, thing: Thing) -> Thing:
    """What a verb moves that is said of something it belongs to: who checks donors in checks in their bookings."""
    if any(rights(verb, thing) for verb in group.verbs):
        return thing
    having = [
        other
        for other in things
        if other is not thing
        and any(verb in other.entry.actions for verb in group.verbs)
        and any(field.to == thing.name for field in other.entry.fields.values())
    ]
    return having[0] if len(having) == 1 else thing
