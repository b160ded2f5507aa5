"""One item of a list of fields: `price (decimal, min 0)`.

What lives here: its name, type, limits and values. What must not: items that name other things (`fields.py`).
"""

import re
from dataclasses import dataclass

from backwright_workbench.blueprint.checks.names import STANDARD_COLUMNS
from backwright_workbench.blueprint.model import FieldModel
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.constraints import Constraints
from backwright_workbench.brief.field_naming import field_name, name_end, needed, resolve, usual
from backwright_workbench.brief.grammar import singular_words
from backwright_workbench.brief.inference import infer_field
from backwright_workbench.brief.items import items
from backwright_workbench.brief.lexicon import fields as terms
from backwright_workbench.brief.lexicon.constraints import FILLER
from backwright_workbench.brief.lexicon.items import STANDS_ON, WHETHER, YES_OR_NO
from backwright_workbench.brief.lexicon.values import COMPOSITE, ENUM_NAMES
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.quantities import number
from backwright_workbench.brief.states import chain
from backwright_workbench.brief.things import Thing
from backwright_workbench.brief.values import values_in


@dataclass
class _Item:
    """An item while it is read: its words from `begin` to `stop`, of which those before `end` name the
    field.
    """

    clause: Clause
    begin: int
    end: int
    stop: int
    name: str
    said: Constraints

    @property
    def rest(self) -> str:
        """The words after the name."""
        return " ".join(self.clause.words[self.end : self.stop])

    @property
    def bracketed(self) -> bool:
        """Whether what follows the name describes it formally: in brackets, after a colon."""
        snake = self.end > self.begin and self.clause.tokens[self.end - 1].glued
        return (snake or self.clause.words[self.end : self.end + 1] in _FORMAL) and self.end < self.stop


_FORMAL = tuple((mark,) for mark in ("(", ":", "[", "{", "-", "=", "|", ","))


def read_item(page: Page, thing: Thing, clause: Clause, first: int, stop: int, borrowed: str) -> int:
    """Read one item; gives the number of fields it led to. Words that mean nothing stay on the page,
    unclaimed.

    `borrowed` is the last word of the name if the next item says it for both (`start and end date`).
    """
    if whether := WHETHER.match(" ".join(clause.words[first:stop])):
        return _whether(page, thing, clause, first, stop, whether)
    item = _named(clause, first, stop, borrowed)
    if not item.name:
        return 0
    if _built_in(page, thing, item):
        return 0
    if _composite(page, thing, item):
        return 2
    unit = _unit(item)
    name = resolve(thing, item.name)
    taken = _read_rest(thing, item, name)
    if "unique" in item.said.flags and (per := terms.UNIQUE_PER.search(item.rest)):
        item.said.flags.discard("unique")
        thing.unique.append(("_".join(singular_words(tuple(per["whole"].split()))), name))
        taken.append(per.span())
    field = item.said.apply(needed(usual(thing, item.name), name, thing))
    if field.unique and "unique" not in item.said.flags and name in terms.SHARED:
        field = field.model_copy(update={"unique": False})
    _merge(page, thing, item, name, field)
    element = f"entities.{thing.name}.fields.{name}"
    page.claim(clause, item.begin, item.end, element)
    _claim_spans(page, item, taken, element)
    if unit:
        page.claim(clause, item.end, item.end + 2, element)
    return 1


def _named(clause: Clause, first: int, stop: int, borrowed: str) -> _Item:
    """The item with its name, and what stands before it: `optional`, `unique`, `at most 20`."""
    words, said, begin = clause.words, Constraints(), first
    if YES_OR_NO.match(" ".join(words[first:stop])):
        end = words.index("(", first)
        return _Item(clause, begin, end, stop, "_".join(words[first:end]), said)
    if stands := STANDS_ON.match(" ".join(words[first:stop])):
        first += stands.group().count(" ")
    if words[first : first + 2] in (("how", "many"), ("how", "much")):
        first += 2
        said.type = "integer" if infer_field("_".join(words[first:stop])) == infer_field("unheard") else None
    while first < stop and words[first] in terms.LEAD | {"certain"}:
        if flag := _FLAGS.get(words[first]):
            said.flags.add(flag)
        first += 1
    if words[first : first + 2] == ("list", "of"):
        first += 2
    if moment := terms.MOMENT.match(" ".join(words[first:stop])):
        ending = "on" if moment["unit"] in ("date", "day") else "at"
        return _Item(clause, begin, stop, stop, f"{moment['done']}_{ending}", said)
    if most := terms.MOST.match(" ".join(words[first:stop])):
        said.high, said.low, said.type = number(most["count"]), 1, "integer"
        counted = field_name(words[first + most.group().count(" ") : stop], "")
        return _Item(clause, begin, stop, stop, counted and f"max_{counted}", said)
    end = stop if borrowed else name_end(clause, first, stop)
    name = terms.STATUS.sub("status", field_name(words[first:end], borrowed))
    name = _ONE_OF_STATES.get(name, name)
    if words[end : end + 2] == ("/", "time") and name.endswith("_date"):
        name, end = f"{name.removesuffix('_date')}_time", end + 2
    if name.endswith("_flag"):
        name, said.type = name.removesuffix("_flag"), "boolean"
    return _Item(clause, begin, end, stop, name, said)


_ONE_OF_STATES = {"states": "status", "stages": "stage", "phases": "phase"}
_FLAGS = {
    "optional": "optional",
    "optionally": "optional",
    "required": "required",
    "mandatory": "required",
    "unique": "unique",
    "encrypted": "encrypted",
}


def _built_in(page: Page, thing: Thing, item: _Item) -> bool:
    """Whether the field is one that every row has, or a secret that belongs to accounts."""
    column = terms.BUILT_IN.get(item.name, item.name)
    if column in STANDARD_COLUMNS:
        page.claim(
            item.clause, item.begin, item.stop, f"entities.{thing.name}.{column}", note="every row has it"
        )
    elif item.name in terms.SENSITIVE:
        page.claim(item.clause, item.begin, item.stop, "auth", note="passwords belong to accounts")
    else:
        return False
    return True


def _whether(page: Page, thing: Thing, clause: Clause, first: int, stop: int, match: re.Match[str]) -> int:
    """`whether it contains nuts or gluten`: yes or no, of each."""
    prefix = "" if match["verb"] in ("is", "are", "was", "has been") else f"{match['verb']}_"
    names = [f"{prefix}{'_'.join(each.split())}" for each in re.split(r" or | and ", match["what"])]
    for name in names:
        thing.fields[name] = FieldModel(type="boolean", default=False)
    page.claim(clause, first, stop, *(f"entities.{thing.name}.fields.{name}" for name in names))
    return len(names)


def _unit(item: _Item) -> str:
    """The unit that the item is said to be in; it becomes part of the name, but for money."""
    words = item.clause.words
    unit = (
        words[item.end + 1] if words[item.end : item.end + 1] == ("in",) and item.end + 1 < item.stop else ""
    )
    if unit in terms.UNITS and not item.name.endswith(unit):
        item.name = f"{item.name}_{unit}"
    return unit if unit in terms.UNITS | terms.MONEY_UNITS else ""


def _read_rest(thing: Thing, item: _Item, name: str) -> list[tuple[int, int]]:
    """Read what follows the name: values, or types and limits. Gives the character spans that were
    understood.
    """
    said, rest, last = item.said, item.rest, item.name.split("_")[-1]
    said.values = _values(item)
    taken = said.read(rest, bracketed=item.bracketed and not said.values)
    if said.default is not None:
        thing.defaults.add(name)
    if not said.values:
        return taken
    said.type = None
    said.starts = last in terms.STARTING
    if said.default is None and last in ("priority", "severity", "urgency", "importance"):
        said.default = next((value for value in ("medium", "normal") if value in said.values), None)
    if "→" in rest:
        thing.states = chain(name, rest, said.values)
    return [(0, len(rest))]


def _claim_spans(page: Page, item: _Item, taken: list[tuple[int, int]], element: str) -> None:
    """Claim the words after the name that were understood, and those that only hold them together."""
    at = 0
    for index, word in enumerate(item.rest.split(" ") if item.rest else ()):
        if word in FILLER or (taken and word in terms.UNITS) or any(a <= at < b for a, b in taken):
            page.claim(item.clause, item.end + index, item.end + index + 1, element)
        at += len(word) + 1


def _composite(page: Page, thing: Thing, item: _Item) -> bool:
    """`address (street, city, zip)`: a bracket that lists parts makes a field of each."""
    clause, words, end = item.clause, item.clause.words, item.end
    lists_parts = words[end : end + 1] in (("(",), (":",)) and "," in words[end : item.stop]
    if item.name.split("_")[-1] not in COMPOSITE or not lists_parts:
        return False
    close = item.stop - 1 if words[item.stop - 1] == ")" else item.stop
    parts = {(a, b): field_name(words[a:b], "") for a, b in items(clause, end + 1, close)}
    if not all(parts.values()):
        return False
    for (a, b), part in parts.items():
        if item.name in ("name", "names") and not part.endswith("name"):
            part = f"{part}_name"
        thing.fields[part] = infer_field(part)
        page.claim(clause, a, b, f"entities.{thing.name}.fields.{part}")
    page.claim(clause, item.begin, end, f"entities.{thing.name}.fields")
    return True


def _values(item: _Item) -> tuple[str, ...]:
    """The values of a field that can have some."""
    rest, likely = item.rest, item.name.split("_")[-1] in ENUM_NAMES
    chosen = bool(terms.CHOSEN.match(rest))
    kinds = ("string", "enum", "text") if chosen else ("string", "enum")
    if not rest or (not likely and infer_field(item.name).type not in kinds):
        return ()
    said = terms.ONE_OF.match(rest)
    formal = item.bracketed and (likely or rest.startswith("(") or any(mark in rest for mark in "|/→"))
    loose = likely and (rest.startswith("of ") or terms.ALTERNATIVES.match(rest))
    if not (said or formal or loose or chosen):
        return ()
    return values_in(terms.WHICH_IS.sub("", rest))


def _merge(page: Page, thing: Thing, item: _Item, name: str, field: FieldModel) -> None:
    """Enter a field; two different lists of values for one field contradict each other."""
    before, listed = thing.fields.get(name), bool(item.said.values)
    quote = page.quote(item.clause, item.begin, item.stop)
    if before and before.values:
        first = page.values_at.get((thing.name, name))
        if listed and first and set(before.values) != set(field.values):
            page.contradict(f"{thing.name}.{name} has two lists of values", first, quote)
            return
        if not listed:
            return
    if listed:
        page.values_at.setdefault((thing.name, name), quote)
    thing.fields[name] = field
