"""Sentences about how things relate.

What lives here: from two things and the words between them to a reference. What must not: lists of fields
(`fields.py`), relations that are things of their own (`associations.py`).
"""

from dataclasses import dataclass
from itertools import pairwise

from backwright_workbench.blueprint.model import USER
from backwright_workbench.brief.associations import join, joins, knows, many_to_many, reference_to, trees
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import is_plural, sounds_like_person
from backwright_workbench.brief.lexicon import relations as terms
from backwright_workbench.brief.lexicon.items import QUERIES
from backwright_workbench.brief.links import link
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.pairs import Mention, between, mentions_in, verb_of
from backwright_workbench.brief.things import Thing, Things


@dataclass(frozen=True)
class _Sentence:
    page: Page
    things: Things
    clause: Clause
    mentions: list[Mention]


def read_relations(page: Page, things: Things) -> None:
    """Give things the references that sentences tell of."""
    subjects: dict[int, Thing] = {}
    for clause in page.clauses:
        trees(page, things, clause)
        mentions = mentions_in(clause, things)
        goes_on = terms.TO_ONE.match(clause.text) or terms.IT_HAS_MANY.match(clause.text)
        if goes_on and clause.block in subjects:
            mentions = [Mention(0, 0, subjects[clause.block]), *mentions]
        elif mentions and mentions[0].thing:
            subjects[clause.block] = mentions[0].thing
        sentence = _Sentence(page, things, clause, mentions)
        _subject_goes_on(sentence)
        for here, there in pairwise(mentions):
            if not QUERIES & {*clause.words[: here.first]} and not _defining(clause, mentions[0], here):
                _relate(sentence, here, there)
        _links_two(sentence)
        many_to_many(page, things, clause, mentions)
        _again(sentence)


def _defining(clause: Clause, subject: Mention, here: Mention) -> bool:
    """Whether words only say what the subject is: `stay = a boat lies in a berth` ties no boat to its berth."""
    return here is not subject and clause.words[subject.stop : subject.stop + 1] == ("=",)


def _relate(sentence: _Sentence, here: Mention, there: Mention) -> None:
    """Read one pair by the first form that the words between have, and claim these words."""
    words = between(sentence.clause, here, there)
    for form in (_to_one, _to_many, _by_preposition, _by_making):
        if form(sentence, here, there, words):
            inside = sentence.clause.words[here.stop : there.first]
            if "(" not in inside:
                named = [f"entities.{m.thing.name}" for m in (here, there) if m.thing]
                sentence.page.claim(sentence.clause, here.stop, there.first, *named)
            return


def _to_one(sentence: _Sentence, here: Mention, there: Mention, words: str) -> bool:
    """`A comment belongs to a post`, `tickets are assigned to an agent`, and the list before the verb
    shares it.
    """
    match = terms.TO_ONE.fullmatch(words)
    if not match and not terms.MANY_TO_ONE.fullmatch(words):
        return False
    verb = (match["verb"] or "") if match else ""
    if verb in terms.QUERIED:
        return False
    if verb == "assigned" and there.thing and _is_person(here.thing) and not _is_person(there.thing):
        _refer(sentence, there, here, "assigned", optional=True)
        return True
    optional = _optional(sentence.clause, words, there)
    for subject in _listed_before(sentence, here):
        _refer(sentence, subject, there, verb, optional=optional, duty=not verb)
    return True


def _to_many(sentence: _Sentence, here: Mention, there: Mention, words: str) -> bool:
    """`Customers have many orders`: each order refers to its customer, unless another thing ties the two."""
    counted = bool(terms.ONE_TO_MANY.fullmatch(words))
    many = counted or is_plural(sentence.clause.words[there.stop - 1])
    if not many or there.thing in (None, here.thing) or not (counted or terms.TO_MANY.fullmatch(words)):
        return False
    if here.thing is not None and words.startswith("with"):
        return False
    ends = (here.thing, there.thing)
    tied = here.thing and any(joins(t, here.thing, there.thing) for t in sentence.things if t not in ends)
    if not counted and here.thing is not None and _both_many(here.thing, there.thing, words):
        join(sentence.things, there.thing, here.thing, sentence.page)
    elif not tied:
        _refer(sentence, there, here, "", optional=False, duty=True)
    return True


def _both_many(here: Thing, there: Thing, words: str) -> bool:
    """Whether each of two has many of the other: `a candidate has many skills, and a skill has many candidates`."""
    return "many" in words.split() and any(field.to == there.name for field in here.links.values())


def _by_preposition(sentence: _Sentence, here: Mention, there: Mention, words: str) -> bool:
    """`comments on posts`, `rooms in a hotel`."""
    one, two = here.thing, there.thing
    if one is None or two is None or one is two or not terms.PREPOSITION.fullmatch(words):
        return False
    if (
        sentence.clause.words[here.first - 1 : here.first]
        and sentence.clause.words[here.first - 1] in terms.ASSOCIATIONS
    ):
        return True
    if terms.IS_FOR.search(" ".join(sentence.clause.words[: here.first])):
        return True
    if not knows(one, two) and not knows(two, one) and here.stop > here.first:
        _refer(sentence, here, there, "", optional=False)
    return True


def _by_making(sentence: _Sentence, here: Mention, there: Mention, words: str) -> bool:
    """`Customers place orders`: what is made refers to whoever makes it."""
    maker, made = here.thing, there.thing
    if made is None or maker is made or verb_of(words) not in terms.MAKES:
        return False
    if maker is not None and not maker.entry.person:
        return False
    if maker is None or not knows(made, maker):
        _refer(sentence, there, here, "" if maker else "owned", optional=False)
    return True


def _optional(clause: Clause, words: str, there: Mention) -> bool:
    return bool(terms.OPTIONAL.search(words)) or "optional" in clause.words[there.stop : there.stop + 2]


def _is_person(thing: Thing | None) -> bool:
    """Whether a thing keeps people; one that the catalogue does not know may sound like it."""
    return thing is not None and (thing.entry.person or (not thing.known and sounds_like_person(thing.snake)))


def _listed_before(sentence: _Sentence, last: Mention) -> list[Mention]:
    """A mention and those listed right before it: `laptops, phones and licenses`."""
    listed = [last]
    for mention in reversed(sentence.mentions[: sentence.mentions.index(last)]):
        joint = sentence.clause.words[mention.stop : listed[0].first]
        if not joint or not set(joint) <= {",", "and", "&", "or"} or mention.thing is None:
            break
        listed.insert(0, mention)
    return listed


def _refer(
    sentence: _Sentence, here: Mention, there: Mention, verb: str, *, optional: bool, duty: bool = False
) -> None:
    """Let the thing at `here` refer to that at `there`, and claim both.

    `duty` is said where the words leave no choice (`belongs to`), whatever is usual.
    """
    if here.thing is None:
        return
    thing, other = here.thing, there.thing
    name, always_optional = _called(thing, other, verb)
    known = reference_to(thing, other) if other and verb != "assigned" else ""
    if known:
        usual = thing.entry.fields[known].optional
        optional = optional or (usual and not duty and "must" not in sentence.clause.words)
    name = link(thing, known or name, other.name if other else USER, optional=optional or always_optional)
    for mention in (here, there):
        sentence.page.claim(
            sentence.clause, mention.first, mention.stop, f"entities.{thing.name}.fields.{name}"
        )


def _called(thing: Thing, other: Thing | None, verb: str) -> tuple[str, bool]:
    """The name of a reference, and whether it is optional by its meaning."""
    role = terms.PASSIVE.get(verb, "")
    if verb == "assigned":
        return role, True
    if other is thing:
        return ("manager" if thing.entry.person else "parent"), True
    if other is not None:
        return other.snake, False
    mine = next((name for name, field in thing.entry.fields.items() if field.set == "actor"), "")
    if mine and role in ("", "owner", "creator", "author"):
        return mine, False
    if role or not verb:
        return role or "user", False
    return f"{verb}_by", True


def _subject_goes_on(sentence: _Sentence) -> None:
    """`Products have a price and belong to a category`: the second half is about the first noun too."""
    clause, mentions = sentence.clause, sentence.mentions
    for there in mentions[1:]:
        subject = mentions[0]
        match = terms.GOES_ON.fullmatch(" ".join(clause.words[subject.stop : there.first]))
        same = subject.thing is there.thing or there.first <= subject.stop
        if match and subject.first <= 2 and not same and match["verb"] not in terms.QUERIED:
            optional = bool(terms.OPTIONAL.search(match["rest"]))
            verb = match["verb"] or ""
            _refer(sentence, subject, there, verb, optional=optional, duty=not verb)
            first = there.first - match["rest"].count(" ") - 1
            named = [f"entities.{subject.thing.name}"] if subject.thing else []
            sentence.page.claim(clause, first, there.first, *named)


def _links_two(sentence: _Sentence) -> None:
    """`A rental links a customer to a tool`."""
    mentions, clause = sentence.mentions, sentence.clause
    for one, two, three in zip(mentions, mentions[1:], mentions[2:], strict=False):
        if one.thing and terms.LINKS & {*clause.words[one.stop : two.first]}:
            for there in (two, three):
                _refer(sentence, one, there, "", optional=False)
            sentence.page.claim(clause, one.stop, three.first, f"entities.{one.thing.name}")


def _again(sentence: _Sentence) -> None:
    """The second half of `a comment belongs to a post and (to) a user`: same thing, next reference."""
    clause, mentions = sentence.clause, sentence.mentions
    at = next((i for i, word in enumerate(clause.words) if word in terms.BELONGING), None)
    if at is None or len(mentions) < 3:
        return
    before = [mention for mention in mentions if mention.stop <= max(at, mentions[0].stop)]
    after = [mention for mention in mentions if mention.first > at]
    optional = bool(before) and _optional(
        clause, " ".join(clause.words[before[-1].stop : at + 1]), before[-1]
    )
    for previous, mention in pairwise(after if before else []):
        if not terms.AND_TO.fullmatch(" ".join(clause.words[previous.stop : mention.first])):
            return
        _refer(
            sentence, before[-1], mention, "", optional=optional, duty=clause.words[at].startswith("belong")
        )
        sentence.page.claim(
            clause, previous.stop, mention.first, f"entities.{mention.thing and mention.thing.name}"
        )
