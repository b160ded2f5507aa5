"""Sentences that list what a field may be: `Difficulty is easy, medium or hard`, `a booking can be open or closed`.

What lives here: finding them and whose field they mean. What must not: lists in the description of a field
(`field_items.py`), moves from one value to the next (`states.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.blueprint.model import FieldModel
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import DETERMINERS, singular_words
from backwright_workbench.brief.inference import infer_field
from backwright_workbench.brief.lexicon import choices as terms
from backwright_workbench.brief.lexicon.values import ENUM_NAMES
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.things import Thing, Things
from backwright_workbench.brief.values import values_in

_STATUS = "status"


@dataclass(frozen=True)
class _Choice:
    """Words that name something, and the values that they say it may have."""

    clause: Clause
    first: int
    verb: int
    stop: int
    values: tuple[str, ...]

    @property
    def name(self) -> tuple[str, ...]:
        """What is named, in the singular."""
        words = tuple(w for w in self.clause.words[self.first : self.verb] if w not in DETERMINERS)
        return singular_words(words)


def read_choices(page: Page, things: Things) -> None:
    """Give fields the values that sentences of their own list, before things are shaped."""
    before: Thing | None = None
    for clause in page.clauses:
        for choice in _choices(page, clause):
            if meant := _field_meant(things, choice, before):
                thing, name = meant
                _enter(page, thing, name, choice)
        _standing(page, things, clause, before)
        before = things.subject(clause) or before


def _standing(page: Page, things: Things, clause: Clause, before: Thing | None) -> None:
    """The states that a sentence gives to what it is about, without a name for them."""
    for first, stop, match in clause.find(terms.STANDING):
        begin = stop - match["values"].count(" ") - 1
        named = things.in_clause(clause, first, begin)
        subject = named[-1:] or things.in_clause(clause, 0, first)[:1]
        thing = subject[0][2] if subject and not (named and "it" in clause.words[first:begin]) else before
        _states_of(page, thing, _Choice(clause, begin, begin, stop, values_in(match["values"])))
    for first, stop, match in clause.find(terms.STATES_FOR):
        hit = things.at(clause, stop)
        end = first + match["values"].count(" ") + 1
        if hit:
            _states_of(page, hit[0], _Choice(clause, first, end, stop + hit[1], values_in(match["values"])))


def _states_of(page: Page, thing: Thing | None, choice: _Choice) -> None:
    listed = choice.values
    plain = not any({*value.split("_")[:1]} & terms.NO_STATES for value in listed)
    if thing is None or thing.entry.person or len(listed) < terms.LEAST_STATES or not plain:
        return
    own = [name for name in terms.STATUS if name in thing.fields and not thing.fields[name].values]
    if not any(thing.fields[name].values for name in terms.STATUS if name in thing.fields):
        _enter(page, thing, own[0] if own else _STATUS, choice)


def settle_choices(page: Page, things: Things) -> None:
    """The same for fields that only a filter or search has led to."""
    for clause in page.clauses:
        for choice in _choices(page, clause):
            name = "_".join(choice.name)
            thing = next((t for t in things if name in t.entry.fields), None)
            moved = thing and thing.entry.states and thing.entry.states.field == name
            if thing and not moved and thing.entry.fields[name].type in ("string", "integer"):
                usual = thing.entry.fields[name]
                field = FieldModel(type="enum", values=choice.values, optional=usual.optional)
                thing.entry = thing.entry.model_copy(update={"fields": {**thing.entry.fields, name: field}})
                _claim(page, thing, name, choice)


def choice_spans(clause: Clause) -> list[tuple[int, int]]:
    """The words of a clause that only name a field and its values: no things are meant by them."""
    spans = []
    for first, stop, match in clause.find(terms.CHOICE):
        name = singular_words(tuple(w for w in match["name"].split() if w not in DETERMINERS))
        if name and name[-1] in ENUM_NAMES and _are_values(name, values_in(match["values"])):
            spans.append((first + match["name"].count(" ") * (len(name) > 1), stop))
    return spans


def _are_values(name: tuple[str, ...], listed: tuple[str, ...]) -> bool:
    """Whether words are values rather than fields: `name, price, stock` are fields."""
    if name[-1:] and name[-1] in terms.SURE:
        return len(listed) >= 2
    if any(value.split("_")[0] in terms.DEEDS for value in listed if "_" in value):
        return False
    fields = sum(infer_field(value) != infer_field("unheard") for value in listed)
    return len(listed) >= 2 and 2 * fields < len(listed)


def _choices(page: Page, clause: Clause) -> Iterator[_Choice]:
    for first, stop, match in clause.find(terms.CHOICE):
        verb = first + match["name"].count(" ") + 1
        listed = match["values"]
        values = values_in(listed)
        free = sum(page.free(clause, index) for index in range(stop - listed.count(" ") - 1, stop))
        name = singular_words(tuple(match["name"].split()))
        if (
            _are_values(name, values)
            and free >= len(values)
            and not set(match["name"].split()) & terms.NO_NAMES
        ):
            yield _Choice(clause, first, verb, stop, values)


def _field_meant(things: Things, choice: _Choice, before: Thing | None) -> tuple[Thing, str] | None:
    """The field that a choice is about: named with its thing, or alone; a thing alone means its status."""
    name = choice.name
    if "of" in name and (thing := things.meant_by(name[name.index("of") + 1 :])):
        said = singular_words(name[: name.index("of")])[0]
        return thing, _status_of(thing, said) if said in terms.STATUS else said
    if thing := things.meant_by(name):
        owners = [t for t in things if "_".join(name) in t.fields]
        if owners:
            return owners[0], "_".join(name)
        return (thing, _STATUS) if len(choice.values) >= terms.LEAST_STATES else None
    for at in range(len(name) - 1, 0, -1):
        if thing := things.meant_by(name[:at]):
            return thing, "_".join(name[at:])
    field = "_".join(name)
    named = [t for t in (before, *things) if t is not None and field in t.fields]
    usual = [t for t in (before, *things) if t is not None and field in t.entry.fields]
    if named or usual:
        return (named or usual)[0], field
    return (before, _STATUS) if before is not None and field in terms.STATUS else None


def _status_of(thing: Thing, said: str) -> str:
    """The field that says where a row stands, under the name that it has by now."""
    return next((name for name in terms.STATUS if name in thing.fields), said)


def _enter(page: Page, thing: Thing, name: str, choice: _Choice) -> None:
    """Enter the values of a field; one that has values from the brief keeps them."""
    known = thing.fields.get(name)
    if (thing.name, name) in page.values_at:
        return
    said = known or thing.entry.fields.get(name)
    if said is not None and said.type not in ("string", "enum", "text", "reference"):
        return
    starts = name in terms.STATUS
    thing.fields[name] = FieldModel(
        type="enum",
        values=choice.values,
        default=choice.values[0] if starts else None,
        optional=bool(said and said.optional) and not starts,
    )
    page.values_at.setdefault((thing.name, name), page.quote(choice.clause, choice.first, choice.stop))
    _claim(page, thing, name, choice)


def _claim(page: Page, thing: Thing, name: str, choice: _Choice) -> None:
    page.claim(choice.clause, choice.first, choice.stop, f"entities.{thing.name}.fields.{name}")
