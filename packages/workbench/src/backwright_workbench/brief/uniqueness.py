"""Sentences that say which values no two rows share: `a digital address must be unique`.

What lives here: finding such sentences, and the fields that they mean. What must not: the word `unique` in the
description of a field (`constraints.py`).
"""

import re
from dataclasses import dataclass

from backwright_workbench.blueprint.checks.fields import MAX_UNIQUE_LENGTH
from backwright_workbench.blueprint.model import FieldModel
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.columns import called_otherwise, field_meant
from backwright_workbench.brief.field_naming import field_name
from backwright_workbench.brief.grammar import DETERMINERS, singular_words
from backwright_workbench.brief.inference import infer_field
from backwright_workbench.brief.lexicon import uniqueness as terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.things import Thing, Things

_LONG = ("text", "json", "boolean", "enum")
"""Types of which no value identifies a row."""


@dataclass(frozen=True)
class Together:
    """Fields of a thing that together tell its rows apart."""

    thing: Thing
    fields: tuple[tuple[str, ...], ...]


def take_together(page: Page, things: Things) -> list[Together]:
    """The sentences about several fields or rows at once; taken off before fields are read, so that they name none."""
    found: list[Together] = []
    before: Thing | None = None
    for clause in page.clauses:
        for first, stop, match in (*clause.find(terms.TOGETHER), *clause.find(terms.NO_TWO)):
            said = match.groupdict()
            listed = next(said[key] for key in ("what", "both", "listed") if said.get(key))
            listed, _, whose = listed.partition(" of ")
            thing = things.meant_by(_words(said.get("rows") or said.get("pair") or whose)) or _above(
                things, clause
            )
            thing = thing or things.subject(clause) or before
            names = tuple(_words(part) for part in re.split(r" , and | , | and | \+ ", listed))
            if thing is not None and all(names):
                found.append(Together(thing, names))
                page.claim(clause, first, stop, f"entities.{thing.name}.fields.{'_'.join(names[0])}")
        before = things.subject(clause) or before
    return found


def read_uniqueness(page: Page, things: Things, together: list[Together]) -> None:
    """Make the fields unique that sentences say are, once all things have their fields."""
    for said in together:
        thing = said.thing
        group = tuple(field_meant(things, thing, words) or _entered(thing, words) for words in said.fields)
        if len(group) == 1:
            _unique(thing, group[0])
        elif len(set(group)) == len(group) and all(group):
            _unique_together(thing, group)
    before: Thing | None = None
    for clause in page.clauses:
        for first, stop, match in clause.find(terms.ALONE):
            at = first + clause.words[first:stop].index("unique")
            if page.free(clause, at):
                _alone(page, things, clause, (first, stop), match["what"], match["per"] or "", before)
        before = things.subject(clause) or before


def _alone(
    page: Page,
    things: Things,
    clause: Clause,
    span: tuple[int, int],
    what: str,
    per: str,
    before: Thing | None,
) -> None:
    """One field, or two of which each is unique; with `per`, it is so among the rows of what it refers to."""
    for part in what.split(" and "):
        words = _words(part)
        thing, words = _owner(things, clause, words, before)
        if thing is None or not words:
            continue
        name = field_meant(things, thing, words) or _entered(thing, words)
        if name not in thing.entry.fields:
            continue
        within = field_meant(things, thing, _words(per)) if per else ""
        if within and within != name:
            _change(thing, name, thing.entry.fields[name].model_copy(update={"unique": False}))
            _unique_together(thing, (within, name))
        elif not per:
            _unique(thing, name)
        page.claim(clause, *span, f"entities.{thing.name}.fields.{name}")


def _owner(
    things: Things, clause: Clause, words: tuple[str, ...], before: Thing | None
) -> tuple[Thing | None, tuple[str, ...]]:
    """The thing whose field is meant, and the words for the field alone: `serial number of a device`."""
    if "of" in words:
        at = words.index("of")
        if thing := things.meant_by(_words(" ".join(words[at + 1 :]))):
            return thing, words[:at]
    for stop in range(len(words) - 1, 0, -1):
        if thing := things.meant_by(words[:stop]):
            return thing, words[stop:]
    name = "_".join(singular_words(words))
    likely = [thing for thing in (_above(things, clause), before) if thing is not None]
    having = [thing for thing in (*likely, *things) if name in thing.entry.fields]
    return next(iter(having or likely), None), words


def _above(things: Things, clause: Clause) -> Thing | None:
    return next((things.heads[at] for at in clause.ancestors() if at in things.heads), None)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split() if word not in DETERMINERS)


def _entered(thing: Thing, words: tuple[str, ...]) -> str:
    """A field that nothing else tells of."""
    name = field_name(singular_words(words), "")
    if name and not called_otherwise(thing, name):
        _change(thing, name, infer_field(name))
    return name


def _unique(thing: Thing, name: str) -> None:
    field = thing.entry.fields.get(name)
    if field is None or field.type in _LONG:
        return
    longest = min(field.max or MAX_UNIQUE_LENGTH, MAX_UNIQUE_LENGTH) if field.type == "string" else field.max
    _change(thing, name, field.model_copy(update={"unique": True, "optional": False, "max": longest}))


def _change(thing: Thing, name: str, field: FieldModel) -> None:
    thing.entry = thing.entry.model_copy(update={"fields": {**thing.entry.fields, name: field}})


def _unique_together(thing: Thing, group: tuple[str, ...]) -> None:
    groups = dict.fromkeys((*thing.entry.unique, group))
    thing.entry = thing.entry.model_copy(update={"unique": tuple(groups)})
