"""What a field is called, and what is usual for one of that name.

What lives here: from words to a name, and from a name to the usual field. What must not: what the brief says
of the field (`field_items.py`).
"""

import keyword
import re

from backwright_workbench.blueprint.model import FieldModel
from backwright_workbench.blueprint.naming import plural
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import MODALS, VERBS, singular_words
from backwright_workbench.brief.identifiers import identifying
from backwright_workbench.brief.inference import infer_field
from backwright_workbench.brief.lexicon import fields as terms
from backwright_workbench.brief.lexicon.constraints import SURE_TYPES
from backwright_workbench.brief.lexicon.values import ENUM_NAMES
from backwright_workbench.brief.things import Thing

_MAX_NAME = 40


def name_end(clause: Clause, first: int, stop: int) -> int:
    """Where the words that name a field end."""
    snake = first + 1
    while snake < stop and clause.tokens[snake].glued:
        snake += 1
    if snake > first + 1:
        return snake
    open_values = {"/", "|", "or"} & set(clause.words[first + 1 : stop]) and "(" not in clause.words[
        first:stop
    ]
    if open_values and clause.words[first] in ENUM_NAMES:
        return first + 1
    formal = any(token.glued for token in clause.tokens) or bool(SURE_TYPES.keys() & {*clause.words})
    if formal and stop - first > 1 and clause.words[stop - 1] == "text":
        return stop - 1
    for index in range(first, stop):
        token, word = clause.tokens[index], clause.words[index]
        if (
            word == "of"
            and index > first
            and clause.words[index - 1] in terms.OF_HEADS
            and clause.words[first] not in ENUM_NAMES - {"type"}
        ):
            continue
        priced = clause.words[index - 1] in terms.PRICES or clause.words[index + 1 : index + 2] in terms.PER
        if word == "per" and index > first and priced:
            continue
        if word in ("in", "to") and index == first:
            continue
        following = clause.words[index + 1 : stop]
        ends = not following or following[0] in SURE_TYPES or following[0] in terms.AFTER_NAME
        if word in terms.ENDS_NAME and index > first and ends:
            return index + 1
        if not token.is_word and not (token.kind == "number" and index > first):
            return index
        if word == "up" and following[:1] != ("to",):
            continue
        if index > first and (
            word in terms.NAME_ENDS or word in SURE_TYPES or word == "of" or token.kind == "number"
        ):
            return index
    return stop


def field_name(words: tuple[str, ...], borrowed: str) -> str:
    """The words as the name of a field; empty if they cannot be one."""
    kept = [word for word in words if word not in terms.ARTICLES]
    if len(kept) > 1 and (
        kept[-1] in ("field", "column", "attribute") or (kept[-1] == "value" and kept[-2] in ENUM_NAMES)
    ):
        kept = kept[:-1]
    if kept[:3] in (["maximum", "number", "of"], ["max", "number", "of"]):
        kept = ["max", *kept[3:]]
    if kept and kept[-1] in ("dates", "times", "numbers", "addresses", "names", "prices", "amounts"):
        kept[-1] = singular_words((kept[-1],))[0]
    if borrowed:
        kept.append(borrowed)
    name = "_".join(kept).replace("email_address", "email")
    if (
        not 1 <= len(kept) <= 5
        or len(name) > _MAX_NAME
        or not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)
    ):
        return ""
    if (
        terms.NEVER_NAMED & {*kept}
        or kept[0] in MODALS - {"to"}
        or (kept[0] == "to" and kept[1:2] and kept[1] in VERBS | {"be"})
    ):
        return ""
    if len(name) == 1 or (
        kept[0] in VERBS - terms.NOUN_VERBS
        and not (len(kept) > 1 and kept[-1] in terms.SURE_HEADS)
        and words[0] not in ("a", "an")
        and infer_field(name) == infer_field("unheard")
    ):
        return ""
    if keyword.iskeyword(name) or name in terms.TAKEN:
        return f"{name}_value"
    return name


def usual(thing: Thing, name: str) -> FieldModel:
    """What is usual for a field of that name in that thing."""
    entry = thing.entry
    field = entry.fields.get(resolve(thing, name))
    if field is None or field.type == "reference":
        field = entry.stand_ins.get(name) or _inferred(name)
    return identifying(field, name, thing)


def _inferred(name: str) -> FieldModel:
    """What the name suggests; a count, price or date says so with its first word too
    (`quantity_available`).
    """
    plain = name.removesuffix("_value")
    if plain in terms.TAKEN:
        return infer_field(plain)
    field, first = infer_field(name), name.split("_")[0]
    if first in ("quantity", "number", "count", "price", "cost", "amount", "date") and field == infer_field(
        "unheard"
    ):
        return infer_field(first)
    return field


def resolve(thing: Thing, name: str) -> str:
    """The brief's word for a field, or the catalogue's where both mean the same and only number or ending
    differ.
    """
    if name in thing.entry.fields or not thing.known:
        return name
    for form in (f"{name}s", name.removesuffix("s"), plural(name)):
        field = thing.entry.fields.get(form)
        if field is not None and field.type != "reference":
            return form
    return name


def needed(field: FieldModel, name: str, thing: Thing) -> FieldModel:
    """A field that the brief lists is required where its type and name suggest that a row is worth little
    without it.
    """
    if not field.optional or (name in thing.entry.fields and thing.known):
        return field
    if field.type == "integer":
        required = name.split("_")[-1] in terms.NEEDED_COUNTS
    else:
        required = field.type in terms.NEEDED and not terms.LATER.fullmatch(name)
    return field.model_copy(update={"optional": False}) if required else field
