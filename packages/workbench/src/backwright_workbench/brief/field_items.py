"""One item of a list of fields: `price (decimal, min 0)`.

What lives here: its name, type, limits and values. What must not: items that name other things (`fields.py`).
"""

import keyword
import re

from backwright_workbench.blueprint.checks.names import STANDARD_COLUMNS
from backwright_workbench.blueprint.model import FieldModel
from backwright_workbench.blueprint.naming import plural
from backwright_workbench.brief.constraints import Constraints
from backwright_workbench.brief.grammar import DETERMINERS, VERBS, singular_words
from backwright_workbench.brief.inference import infer_field
from backwright_workbench.brief.items import items
from backwright_workbench.brief.lexicon import fields as terms
from backwright_workbench.brief.lexicon.constraints import FILLER, SURE_TYPES
from backwright_workbench.brief.lexicon.values import COMPOSITE, ENUM_NAMES
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.quantities import number
from backwright_workbench.brief.states import chain
from backwright_workbench.brief.text import Clause
from backwright_workbench.brief.things import Thing
from backwright_workbench.brief.values import values_in

_MAX_NAME = 40


def field(page: Page, thing: Thing, clause: Clause, first: int, stop: int, borrowed: str) -> int:
    """Read one item; gives the number of fields it led to. Words that mean nothing stay on the page, unclaimed."""
    words = clause.words
    said = Constraints()
    begin = first
    while first < stop and words[first] in terms.LEAD:
        if words[first] in ("optional", "optionally"):
            said.flags.add("optional")
        elif words[first] in ("required", "mandatory"):
            said.flags.add("required")
        elif words[first] == "unique":
            said.flags.add("unique")
        first += 1
    if most := terms.MOST.match(" ".join(words[first:stop])):
        said.high = number(most["count"])
        said.low, said.type = 1, "integer"
        first += most.group().count(" ")
        borrowed, end = "", stop
        name = f"max_{_name(words[first:end], '')}" if _name(words[first:end], "") else ""
    else:
        end = _name_end(clause, first, stop)
        name = _name(words[first:end], borrowed)
    if words[end : end + 2] == ("/", "time") and name.endswith("_date"):
        name, end = f"{name.removesuffix('_date')}_time", end + 2
    if not name:
        return 0
    name = terms.STATUS.sub("status", name)
    if name.endswith("_flag"):
        name, said.type = name.removesuffix("_flag"), "boolean"
    if name in terms.BUILT_IN or name in STANDARD_COLUMNS or name in terms.SENSITIVE:
        element = (
            f"entities.{thing.name}.{terms.BUILT_IN.get(name, name)}"
            if name not in terms.SENSITIVE
            else "auth"
        )
        page.claim(
            clause,
            first,
            stop,
            element,
            note="every row has it" if name not in terms.SENSITIVE else "passwords belong to accounts",
        )
        return 0
    rest = " ".join(words[end:stop])
    if _composite(page, thing, clause, first, end, stop, name):
        return 2
    bracketed = words[end : end + 1] and words[end] in ("(", ":", "[", "-", "–", "=", "|", ",")
    unit = words[end + 1] if words[end : end + 1] == ("in",) and end + 1 < stop else ""
    if unit in terms.UNITS and not name.endswith(unit):
        name = f"{name}_{unit}"
    said.values = _values(name, rest, bool(bracketed))
    base = _usual(thing, name)
    field_name = _resolve(thing, name)
    if said.values:
        taken = [(0, len(rest))]
        said.read(rest, bracketed=False)
        said.type = None
        said.starts = name.split("_")[-1] in terms.STARTING
        if said.default is None and name.split("_")[-1] in ("priority", "severity", "urgency", "importance"):
            said.default = next((value for value in ("medium", "normal") if value in said.values), None)
        if "→" in rest:
            thing.states = chain(field_name, rest, said.values)
    else:
        taken = said.read(rest, bracketed=bool(bracketed))
    field = said.apply(_needed(base, field_name, said, thing))
    _merge(page, thing, clause, (first, stop), field_name, field, listed=bool(said.values))
    element = f"entities.{thing.name}.fields.{field_name}"
    page.claim(clause, begin, end, element)
    _claim_spans(page, clause, end, rest, taken, element)
    if unit in terms.UNITS | terms.MONEY_UNITS:
        page.claim(clause, end, end + 2, element)
    return 1


def _claim_spans(
    page: Page, clause: Clause, begin: int, rest: str, taken: list[tuple[int, int]], element: str
) -> None:
    at = 0
    for index, word in enumerate(rest.split(" ") if rest else ()):
        if word in FILLER or (taken and word in terms.UNITS) or any(a <= at < b for a, b in taken):
            page.claim(clause, begin + index, begin + index + 1, element)
        at += len(word) + 1


def _name_end(clause: Clause, first: int, stop: int) -> int:
    """Where the words that name a field end."""
    open_values = {"/", "|", "or"} & set(clause.words[first + 1 : stop]) and "(" not in clause.words[
        first:stop
    ]
    if open_values and clause.words[first] in ENUM_NAMES:
        return first + 1
    for index in range(first, stop):
        token, word = clause.tokens[index], clause.words[index]
        if (
            word == "of"
            and index > first
            and clause.words[index - 1] in terms.OF_HEADS
            and clause.words[first] not in ENUM_NAMES - {"type"}
        ):
            continue
        if (
            word == "per"
            and index > first
            and clause.words[index - 1]
            in ("price", "cost", "rate", "fee", "amount", "salary", "pay", "charge")
        ):
            continue
        if word in ("in", "to") and index == first:
            continue
        following = clause.words[index + 1 : stop]
        if (
            word in ("at", "on", "by")
            and index == first + 1
            and (not following or following[0] in SURE_TYPES or not clause.tokens[index + 1].is_word)
        ):
            return index + 1
        if not token.is_word and not (token.kind == "number" and index > first):
            return index
        if index > first and (
            word in terms.NAME_ENDS or word in SURE_TYPES or word == "of" or token.kind == "number"
        ):
            return index
    return stop


def _name(words: tuple[str, ...], borrowed: str) -> str:
    """The words as the name of a field; empty if they cannot be one."""
    kept = [word for word in words if word not in DETERMINERS]
    if kept and kept[-1] in ("field", "column", "attribute", "value") and len(kept) > 1:
        kept = kept[:-1]
    if kept[:3] in (["maximum", "number", "of"], ["max", "number", "of"]):
        kept = ["max", *kept[3:]]
    if kept and kept[-1] in ("dates", "times", "numbers", "addresses", "names", "prices", "amounts"):
        kept[-1] = singular_words((kept[-1],))[0]
    if borrowed:
        kept.append(borrowed)
    name = "_".join(kept)
    if (
        not 1 <= len(kept) <= 5
        or len(name) > _MAX_NAME
        or not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)
    ):
        return ""
    if len(name) == 1 or (
        kept[0] in VERBS - terms.NOUN_VERBS and infer_field(name) == infer_field("unheard")
    ):
        return ""
    if keyword.iskeyword(name) or name in (
        "metadata",
        "registry",
        "self",
        "copy",
        "json",
        "schema",
        "dict",
        "validate",
        "construct",
        "row",
        "type_annotation_map",
    ):
        return f"{name}_value"
    return name


def _composite(page: Page, thing: Thing, clause: Clause, first: int, end: int, stop: int, name: str) -> bool:
    """`address (street, city, zip)`: a bracket that lists parts makes a field of each."""
    words = clause.words
    if (
        name.split("_")[-1] not in COMPOSITE
        or words[end : end + 1] not in (("(",), (":",))
        or "," not in words[end:stop]
    ):
        return False
    close = stop - 1 if words[stop - 1] == ")" else stop
    prefix = name + "_" if name in ("name", "names") else ""
    parts = list(items(clause, end + 1, close))
    if any(not _name(words[a:b], "") for a, b in parts):
        return False
    for a, b in parts:
        part = _name(words[a:b], "")
        part = f"{part}_name" if prefix and not part.endswith("name") else part
        thing.fields[part] = infer_field(part)
        page.claim(clause, a, b, f"entities.{thing.name}.fields.{part}")
    page.claim(clause, first, end, f"entities.{thing.name}.fields")
    return True


def _values(name: str, rest: str, bracketed: bool) -> tuple[str, ...]:
    """The values of a field that can have some."""
    likely = name.split("_")[-1] in ENUM_NAMES
    usual = infer_field(name).type
    if not rest or (not likely and usual not in ("string", "enum")):
        return ()
    said = re.match(
        r"(?:,? ?(?:which|that|with|:|\(|-|–|=) ?)*(?:enum|one of|either|can be|could be|may "
        r"be|is either|values|possible values|is one of|must be one of)(?!\S)",
        rest,
    )
    if (
        bracketed
        or said
        or (likely and (rest.startswith("of ") or re.match(r"[a-z ]+ (?:/|\||,|or) ", rest)))
    ):
        if (
            not likely
            and not said
            and "|" not in rest
            and "/" not in rest
            and "→" not in rest
            and not rest.startswith("(")
        ):
            return ()
        return values_in(re.sub(r"^(?:,? ?(?:which|that|with) )*(?:is |must be )?", "", rest))
    return ()


def _usual(thing: Thing, name: str) -> FieldModel:
    """What is usual for a field of that name in that thing."""
    entry = thing.entry
    field = entry.fields.get(_resolve(thing, name))
    if field is None or field.type == "reference":
        field = entry.stand_ins.get(name) or _inferred(name)
    return field


def _inferred(name: str) -> FieldModel:
    """What the name suggests; a count, price or date says so with its first word too (`quantity_available`)."""
    field, first = infer_field(name), name.split("_")[0]
    if first in ("quantity", "number", "count", "price", "cost", "amount", "date") and field == infer_field(
        "unheard"
    ):
        return infer_field(first)
    return field


def _resolve(thing: Thing, name: str) -> str:
    """The brief's word for a field, or the catalogue's where both mean the same and only number or ending differ."""
    if name in thing.entry.fields or not thing.known:
        return name
    for form in (f"{name}s", name.removesuffix("s"), plural(name)):
        field = thing.entry.fields.get(form)
        if field is not None and field.type != "reference":
            return form
    return name


def _needed(field: FieldModel, name: str, said: Constraints, thing: Thing) -> FieldModel:
    """A field that the brief lists is required where its type and name suggest that a row is worth little without it."""
    if name in thing.entry.fields and thing.known:
        return field
    if (
        field.optional
        and field.type in terms.NEEDED
        and not terms.LATER.fullmatch(name)
        and field.type != "integer"
    ):
        return field.model_copy(update={"optional": False})
    if (
        field.optional
        and field.type == "integer"
        and name.split("_")[-1]
        in ("quantity", "rating", "capacity", "year", "duration", "stock", "minutes", "hours")
    ):
        return field.model_copy(update={"optional": False})
    return field


def _merge(
    page: Page,
    thing: Thing,
    clause: Clause,
    span: tuple[int, int],
    name: str,
    field: FieldModel,
    *,
    listed: bool,
) -> None:
    """Enter a field; two different lists of values for one field contradict each other."""
    before = thing.fields.get(name)
    quote = page.quote(clause, *span)
    if (
        before
        and before.values
        and listed
        and set(before.values) != set(field.values)
        and (thing.name, name) in page.values_at
    ):
        page.contradict(
            f"{thing.name}.{name} has two lists of values", page.values_at[thing.name, name], quote
        )
        return
    if before and before.values and not listed:
        return
    if listed:
        page.values_at.setdefault((thing.name, name), quote)
    thing.fields[name] = field
