"""Which field the words of a filter, sort or search mean.

What lives here: matching words to fields, and adding the field that a brief wants to filter by. What must
not: finding the words (`queries.py`).
"""

import keyword
import re
from collections.abc import Sequence

from backwright_workbench.blueprint.checks.queries import LARGE, QUERY_PARAMETERS, SEARCHABLE
from backwright_workbench.blueprint.model import USER, FieldModel
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import BREAKS, VERBS, singular_words
from backwright_workbench.brief.inference import infer_field
from backwright_workbench.brief.lexicon import queries as terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.renaming import renamed
from backwright_workbench.brief.things import Thing, Things

_MOMENTS = ("created_at", "updated_at")
_TIME_ENDING = re.compile(r"_(?:date|time|at|on|day)$")
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+){0,2}")
_NO_FILTERS = QUERY_PARAMETERS | {"id", "keyword", "text"} | BREAKS - VERBS
_LONGEST_NAME = 40


def column(
    page: Page, things: Things, thing: Thing, clause: Clause, first: int, stop: int, *, key: str
) -> str:
    """The field that an item of a filter or sort means; empty if none.

    An unknown one is added for a filter, as somebody wants to filter by it.
    """
    hit = things.at(clause, first)
    if hit and set(clause.words[first + hit[1] : first + hit[1] + 1]) & terms.LEADS_IN:
        page.claim(clause, first, first + hit[1] + 1)
        first += hit[1] + 1
        hit = None
    words = tuple(word for word in clause.words[first:stop] if word not in terms.AROUND_FIELDS)
    name = field_meant(things, thing, words)
    own = first + (hit[1] if hit and hit[0] is thing else 0)
    if not name and key == "filters" and own < stop and page.free(clause, own, stop):
        name = _added(page, things, thing, "_".join(singular_words(words)))
    elif not name and key == "filters" and (other := things.meant_by(words)) and other is not thing:
        name = _linked(page, thing, other)
    if not name or (name in thing.entry.fields and thing.entry.fields[name].type in LARGE):
        return ""
    name = _spelled(thing, name, "_".join(words))
    page.claim(clause, first, stop, f"entities.{thing.name}.{key}")
    return name


def _spelled(thing: Thing, name: str, said: str) -> str:
    """A usual moment gets the name by which the brief asks for it: its `due date` is no `due_on`."""
    twins = _TIME_ENDING.sub("", name) == _TIME_ENDING.sub("", said) != said
    if (
        name == said
        or not twins
        or name in thing.fields
        or name not in thing.entry.fields
        or name in _MOMENTS
    ):
        return name
    if said in thing.entry.fields or not _NAME.fullmatch(said):
        return name
    field = thing.entry.fields[name]
    if field.type not in ("date", "datetime"):
        return name
    thing.entry = renamed(thing.entry, {name: said})
    return said


def _added(page: Page, things: Things, thing: Thing, name: str) -> str:
    """Give a thing the field that a brief filters by; empty if the name is none that one could filter by."""
    name = terms.QUALITIES.get(name, name)
    field = infer_field(name)
    if name in things.actors:
        field = FieldModel(type="reference", to=USER, optional=True)
    if not _can_be_field(name) or field.type in LARGE or name.split("_")[0] in terms.CONDITIONS:
        return ""
    if called_otherwise(thing, name):
        return name
    return _enter(page, thing, name, field, "the brief filters by it and no field says the same")


def _can_be_field(name: str) -> bool:
    """Whether a field could have such a name; no query can: `filter_by_category`."""
    if keyword.iskeyword(name) or len(name) > _LONGEST_NAME or name in _NO_FILTERS:
        return False
    return bool(_NAME.fullmatch(name)) and not terms.QUERY_WORDS & {*name.split("_")}


def _linked(page: Page, thing: Thing, other: Thing) -> str:
    """Give a thing the reference by which a brief filters it: orders of an event know their event."""
    field = FieldModel(type="reference", to=other.name, optional=True)
    return _enter(page, thing, other.snake, field, "the brief filters by it and nothing else ties the two")


def searched(page: Page, thing: Thing, name: str) -> str:
    """Give a thing a field that the brief searches by; empty if the name is none for it.

    What is no text cannot be searched, but filtered by.
    """
    field = infer_field(name)
    usable = field.type in SEARCHABLE or field != infer_field("unheard")
    if not _can_be_field(name) or not usable:
        return ""
    return (
        name
        if called_otherwise(thing, name)
        else _enter(page, thing, name, field, "the brief searches by it")
    )


def called_otherwise(thing: Thing, said: str) -> bool:
    """Give a usual field the brief's name for it, if that is only a longer or another word for the same.

    `responsible_lawyer` is the usual `lawyer`, `reference_number` the usual `number`, and a `title` the usual `name`.
    """
    for name, field in thing.entry.fields.items():
        longer = said.endswith(f"_{name}") and (field.to is not None or name == "number")
        if name in thing.fields or name in thing.links or not (longer or {name, said} == {"name", "title"}):
            continue
        thing.entry = renamed(thing.entry, {name: said})
        return True
    return False


def _enter(page: Page, thing: Thing, name: str, field: FieldModel, why: str) -> str:
    field = field.model_copy(update={"unique": False})
    thing.entry = thing.entry.model_copy(update={"fields": {**thing.entry.fields, name: field}})
    path = f"entities.{thing.name}.fields.{name}"
    said = f"type: {field.type}, to: {field.to}" if field.to else f"type: {field.type}"
    page.assume(f"{thing.name} has a field {name}", why, path, f"{name}: {{{said}}}")
    return name


def field_meant(things: Things, thing: Thing, words: Sequence[str]) -> str:
    """The field of a thing that words mean; empty if none."""
    if not words:
        return ""
    single = "_".join(singular_words(words))
    if single in terms.QUALITIES:
        words = (terms.QUALITIES[single],)
        single = words[0]
    for meant in (_by_name(thing, words), _moment(words), _reference(things, thing, words)):
        if meant:
            return meant
    return _by_part(thing, single)


def _by_name(thing: Thing, words: Sequence[str]) -> str:
    single = "_".join(singular_words(words))
    names = ("_".join(words), single, f"{single}s")
    return next((name for name in names if name in thing.entry.fields or name in _MOMENTS), "")


def _moment(words: Sequence[str]) -> str:
    """`newest first`, `creation date`."""
    rest = words[1] if len(words) > 1 else ""
    return terms.SYNONYMS.get(words[0], "") if rest in ("", *terms.OF_MOMENTS) else ""


def _reference(things: Things, thing: Thing, words: Sequence[str]) -> str:
    """`assigned technician`: the reference to the thing that the last words mean."""
    for at in range(len(words)):
        other = things.meant_by(words[at:])
        if other:
            to = [name for name, field in thing.entry.fields.items() if field.to == other.name]
            return to[0] if to else ""
    return ""


def _by_part(thing: Thing, single: str) -> str:
    """A field that the words name but for `date` and the like, or that has them at one end."""
    fields = thing.entry.fields
    stem = _TIME_ENDING.sub("", single)
    if stem != single:
        for name in fields:
            if _TIME_ENDING.sub("", name) == stem:
                return name
    if single in ("date", "time", "day", "period"):
        times = (n for n, f in fields.items() if f.type in ("date", "datetime") and not f.read_only)
        return next(times, "created_at")
    if single in terms.STANDING:
        return next((name for name in terms.STANDING if name in fields), "")
    ends = [name for name in fields if name.endswith(f"_{single}") or name.startswith(f"{single}_")]
    if len(ends) == 1:
        return ends[0]
    if single in ("user", "assignee", "owner", "author", "person"):
        return next((n for n, f in fields.items() if f.to == USER and n != "account"), "")
    return ""
