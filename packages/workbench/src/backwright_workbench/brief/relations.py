"""Sentences about how things relate.

What lives here: from two things and the words between them to a reference. What must not: lists of fields (`fields.py`),
what the catalogue knows about the two anyway (`shape.py` keeps that).
"""

import itertools
import re

from backwright_workbench.blueprint.model import USER
from backwright_workbench.brief.associations import associate, joins, knows, many_to_many, reference_to, trees
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import DETERMINERS, is_plural, sounds_like_person
from backwright_workbench.brief.lexicon import relations as terms
from backwright_workbench.brief.links import link
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.pairs import Mention, mentions_in
from backwright_workbench.brief.things import Thing, Things


def read_relations(page: Page, things: Things, catalogue: Catalogue) -> None:
    """Give things the references that sentences tell of."""
    subjects: dict[int, Thing] = {}
    for clause in page.clauses:
        trees(page, things, clause)
        mentions = mentions_in(clause, things)
        if re.match(terms.TO_ONE.pattern, clause.text) and clause.block in subjects:
            mentions = [Mention(0, 0, subjects[clause.block]), *mentions]
        elif mentions and mentions[0].thing:
            subjects.setdefault(clause.block, mentions[0].thing)
        _subject_goes_on(page, clause, mentions)
        for here, there in itertools.pairwise(mentions):
            between = re.sub(r"\( [^()]* \) ?", "", " ".join(clause.words[here.stop : there.first])).strip()
            if _relate(page, things, catalogue, clause, here, there, between):
                named = [f"entities.{m.thing.name}" for m in (here, there) if m.thing]
                if "(" not in clause.words[here.stop : there.first]:
                    page.claim(clause, here.stop, there.first, *named)
        _links_two(page, clause, mentions)
        many_to_many(page, things, catalogue, clause, mentions)
        _again(page, things, clause, mentions)


def _subject_goes_on(page: Page, clause: Clause, mentions: list[Mention]) -> None:
    """`Products have a price and belong to a category`: the second half is about the first noun too."""
    for there in mentions[1:]:
        between = " ".join(clause.words[mentions[0].stop : there.first])
        match = terms.GOES_ON.fullmatch(between)
        if (
            match
            and mentions[0].first <= 2
            and there.first > mentions[0].stop
            and mentions[0].thing is not there.thing
        ):
            first = there.first - match["rest"].count(" ") - 1
            optional = bool(terms.OPTIONAL.search(match["rest"]))
            _refer(
                page,
                clause,
                mentions[0],
                there,
                match["verb"] or "",
                optional=optional,
                between=(first, there.first),
                whole=False,
            )


def _relate(
    page: Page,
    things: Things,
    catalogue: Catalogue,
    clause: Clause,
    here: Mention,
    there: Mention,
    between: str,
) -> bool:
    """Read one pair. Gives whether the words between told of a relation."""
    many = is_plural(clause.words[there.stop - 1])
    optional = bool(terms.OPTIONAL.search(between)) or "optional" in clause.words[there.stop : there.stop + 2]
    if match := terms.TO_ONE.fullmatch(between):
        person = here.thing and here.thing.entry.person and not (there.thing and there.thing.entry.person)
        if match["verb"] == "assigned" and there.thing and (person or _doer(here.thing)):
            here, there = there, here
            between_ = (min(here.stop, there.stop), max(here.first, there.first))
            _refer(page, clause, here, there, "assigned", optional=True, between=between_)
            return True
        _refer(
            page,
            clause,
            here,
            there,
            match["verb"] or "",
            optional=optional,
            between=(here.stop, there.first),
        )
        return True
    if here.thing is there.thing:
        return False
    plain = re.sub(
        r"^(?:(?:,|i|we|they|you|can|may|must|should|will|could|also|want|wants|to|be|able"
        r"|would|like|need) )+",
        "",
        between,
    )
    if (
        many
        and there.thing
        and terms.TO_MANY.fullmatch(between)
        and (here.thing is None or not between.startswith("with"))
    ):
        if here.thing and any(
            joins(t, here.thing, there.thing) for t in things if t not in (here.thing, there.thing)
        ):
            page.claim(clause, here.stop, there.first, f"entities.{here.thing.name}")
            return True
        _refer(page, clause, there, here, "", optional=False, between=(here.stop, there.first))
        return True
    if terms.PREPOSITION.fullmatch(between) and here.thing and there.thing:
        if (
            not knows(here.thing, there.thing)
            and not knows(there.thing, here.thing)
            and here.stop - here.first
        ):
            _refer(page, clause, here, there, "", optional=False, between=(here.stop, there.first))
        return True
    verb = next((word for word in plain.split() if word not in DETERMINERS), "")
    short = len([word for word in plain.split() if word not in DETERMINERS]) <= 2
    if verb in terms.ASSOCIATIONS and short and there.thing and here.thing:
        return associate(page, things, catalogue, clause, here, there, terms.ASSOCIATIONS[verb])
    if verb in terms.MAKES and short and there.thing and (here.thing is None or here.thing.entry.person):
        if here.thing is None or not knows(there.thing, here.thing):
            name = "owner" if here.thing is None else ""
            _refer(
                page,
                clause,
                there,
                here,
                "owned" if name else "",
                optional=False,
                between=(here.stop, there.first),
            )
        return True
    return False


def _doer(thing: Thing | None) -> bool:
    """Whether a thing that the catalogue does not know sounds like a person."""
    return thing is not None and not thing.known and sounds_like_person(thing.snake)


def _refer(
    page: Page,
    clause: Clause,
    here: Mention,
    there: Mention,
    verb: str,
    *,
    optional: bool,
    between: tuple[int, int],
    whole: bool = True,
) -> None:
    """Let the thing at `here` refer to that at `there`, and claim the words that said so."""
    if here.thing is None:
        return
    thing, other = here.thing, there.thing
    to = other.name if other else USER
    role = terms.PASSIVE.get(verb, "")
    mine = next((n for n, f in thing.entry.fields.items() if f.set == "actor"), "")
    if other is None and mine and role in ("", "owner", "creator", "author"):
        link(thing, mine, USER, optional=False)
        page.claim(clause, *between, f"entities.{thing.name}.fields.{mine}")
        page.claim(clause, here.first, here.stop, f"entities.{thing.name}.fields.{mine}")
        page.claim(clause, there.first, there.stop, f"entities.{thing.name}.fields.{mine}")
        return
    name = other.snake if other else "user"
    if verb == "assigned" or (other is None and role):
        name = role
    elif other is None and verb:
        name, optional = f"{verb}_by", True
    elif other is thing:
        name = "manager" if thing.entry.person else "parent"
        optional = True
    known = other and reference_to(thing, other)
    if known and verb != "assigned":
        usual = thing.entry.fields[known].optional
        name = link(thing, known, to, optional=optional or (usual and "must" not in clause.words))
    else:
        name = link(thing, name, to, optional=optional or verb == "assigned")
    element = f"entities.{thing.name}.fields.{name}"
    bracket = max((i + 1 for i in range(*between) if clause.words[i] == ")"), default=between[0])
    page.claim(clause, bracket, between[1], element)
    for mention in (here, there) if whole else (there,):
        page.claim(clause, mention.first, mention.stop, element)


def _links_two(page: Page, clause: Clause, mentions: list[Mention]) -> None:
    """`A rental links a customer to a tool`."""
    if len(mentions) < 3 or not terms.LINKS & set(clause.words[mentions[0].stop : mentions[1].first]):
        return
    for there in mentions[1:3]:
        _refer(
            page,
            clause,
            mentions[0],
            there,
            "",
            optional=False,
            between=(mentions[0].stop, there.first),
            whole=False,
        )


def _again(page: Page, things: Things, clause: Clause, mentions: list[Mention]) -> None:
    """The second half of `a comment belongs to a post and (to) a user`: same thing, next reference."""
    at = next(
        (
            i
            for i, word in enumerate(clause.words)
            if word in ("belongs", "belong", "linked", "related", "references")
        ),
        None,
    )
    if at is None or len(mentions) < 3:
        return
    before = [mention for mention in mentions if mention.stop <= max(at, mentions[0].stop)]
    after = [mention for mention in mentions if mention.first > at]
    if not before or len(after) < 2:
        return
    for previous, mention in itertools.pairwise(after):
        between = " ".join(clause.words[previous.stop : mention.first])
        if not re.fullmatch(
            r"(?:, )?(?:and )?(?:also )?(?:to )?(?:a|an|the|one|exactly one)?",
            between.strip() + ("" if between.endswith(" ") else ""),
        ):
            return
        _refer(page, clause, before[-1], mention, "", optional=False, between=(previous.stop, mention.first))
