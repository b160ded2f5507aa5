"""Which field the words of a filter, sort or search mean.

What lives here: matching words to fields, and adding the field that a brief wants to filter by. What must
not: finding the words (`queries.py`).
"""

import keyword
import re

from backwright_workbench.blueprint.checks.queries import LARGE
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import singular_words
from backwright_workbench.brief.inference import infer_field
from backwright_workbench.brief.lexicon import queries as terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.things import Thing, Things


def column(
    page: Page, things: Things, thing: Thing, clause: Clause, first: int, stop: int, *, key: str
) -> str:
    """The field that an item of a filter means; an unknown one is added, as somebody wants to filter by
    it.
    """
    words = tuple(
        w
        for w in clause.words[first:stop]
        if w
        not in (
            "(",
            ")",
            "the",
            "a",
            "an",
            "and",
            ".",
            "range",
            "ranges",
            "by",
            "their",
            "its",
            "ascending",
            "descending",
            "asc",
            "desc",
            "then",
            "of",
            "[",
            "]",
        )
    )
    hit = things.at(clause, first)
    if hit and "by" in clause.words[first + hit[1] : stop]:
        page.claim(clause, first, first + hit[1] + 1)
        words = tuple(w for w in clause.words[first + hit[1] + 1 : stop] if w not in ("the", "a", "."))
    name = field_meant(things, thing, words)
    if not name:
        name = "_".join(singular_words(words))
        if (
            not words
            or len(words) > 3
            or keyword.iskeyword(name)
            or not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)
            or not page.free(clause, first, stop)
            or len(name) > 40
        ):
            return ""
        if (
            key != "filters"
            or infer_field(name).type in LARGE
            or name in ("limit", "cursor", "sort", "q", "embed", "total", "id", "keyword", "text")
        ):
            return ""
        field = infer_field(name).model_copy(update={"unique": False})
        thing.entry = thing.entry.model_copy(update={"fields": {**thing.entry.fields, name: field}})
        page.assume(
            f"{thing.name} has a field {name}",
            "the brief filters by it and no field says the same",
            f"entities.{thing.name}.fields.{name}",
            f"{name}: {{type: {field.type}}}",
        )
    field_ = thing.entry.fields.get(name)
    if field_ is not None and field_.type in LARGE:
        return ""
    page.claim(clause, first, stop, f"entities.{thing.name}.{key}")
    return name


def field_meant(things: Things, thing: Thing, words: tuple[str, ...]) -> str:
    """The field of a thing that words mean; empty if none."""
    fields = thing.entry.fields
    if not words:
        return ""
    plain, single = "_".join(words), "_".join(singular_words(words))
    for name in (plain, single, f"{single}s"):
        if name in fields or name in ("created_at", "updated_at"):
            return name
    if words[0] in terms.SYNONYMS and (
        len(words) == 1 or words[1] in ("date", "at", "time", "first", "on", "added")
    ):
        return terms.SYNONYMS[words[0]]
    for length in range(len(words)):
        other = things.meant_by(words[length:])
        if other:
            names = [n for n, f in fields.items() if f.to == other.name]
            if names:
                return names[0]
    stem = re.sub(r"_(?:date|time|at|on|day)$", "", single)
    for name in fields:
        if re.sub(r"_(?:date|time|at|on|day)$", "", name) == stem and stem != single:
            return name
    if single in ("date", "time", "day", "period"):
        return next(
            (n for n, f in fields.items() if f.type in ("date", "datetime") and not f.read_only), "created_at"
        )
    ends = [n for n in fields if n.endswith(f"_{single}") or n.startswith(f"{single}_")]
    if len(ends) == 1:
        return ends[0]
    if single in ("user", "assignee", "owner", "author", "person"):
        return next((n for n, f in fields.items() if f.to == "User" and n != "account"), "")
    return ""


def missing(page: Page, thing: Thing, name: str) -> str:
    """Give a thing a text that the brief searches by and that it does not have; empty if the name is none for
    a text.
    """
    if name not in ("title", "name", "description", "content", "body", "notes", "summary", "email"):
        return ""
    field = infer_field(name).model_copy(update={"unique": False})
    thing.entry = thing.entry.model_copy(update={"fields": {**thing.entry.fields, name: field}})
    page.assume(
        f"{thing.name} has a field {name}",
        "the brief searches by it",
        f"entities.{thing.name}.fields.{name}",
        f"{name}: {{type: {field.type}}}",
    )
    return name
