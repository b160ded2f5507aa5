"""Sentences that say what the database shall hold encrypted: `encrypt social security numbers`.

What lives here: finding such sentences, and the fields that they mean. What must not: the word `encrypted` in the
description of a field (`constraints.py`). Nothing is guessed: where no field is named, the sentence counts as not
understood, and says what to write.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from backwright_workbench.blueprint.checks.fields import ENCRYPTED
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.columns import field_meant
from backwright_workbench.brief.field_naming import field_name
from backwright_workbench.brief.grammar import DETERMINERS, singular_words
from backwright_workbench.brief.inference import infer_field
from backwright_workbench.brief.lexicon import encryption as terms
from backwright_workbench.brief.mentions import mentions, negated
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.things import Thing, Things

HINT = "say which field: “The IBAN of a customer is stored encrypted.”"
_UNKNOWN: Final[dict[str, Any]] = {"status": "not understood", "note": HINT}
HASHED = "passwords are never stored; a hash of each is (Argon2id)"


@dataclass(frozen=True)
class Sentence:
    """The words of a brief that ask for it, and what they name."""

    clause: Clause
    first: int
    stop: int
    named: tuple[tuple[str, ...], ...]


def take_encryption(page: Page, catalogue: Catalogue) -> list[Sentence]:
    """The sentences, taken off before anything else is read, so that they name no things and no fields."""
    found: list[Sentence] = []
    for clause in page.clauses:
        for first, stop, match in clause.find(terms.SAID):
            what = next(each for each in match.groupdict().values() if each)
            named = tuple(_words(part) for part in re.split(r" , and | , | and ", what))
            if any(not words or words[-1] in terms.MOVING for words in named):
                continue
            vague = all(words[-1] in terms.VAGUE for words in named)
            wanted = not negated(clause, first)
            page.claim(clause, first, stop, **(_UNKNOWN if vague and wanted else {}))
            if wanted and not vague:
                found.append(Sentence(clause, first, stop, named))
    for clause, first, stop in mentions(page, terms.GENERAL, catalogue):
        if not _describes_a_field(clause, first):
            page.claim(clause, first, stop, **({} if negated(clause, first) else _UNKNOWN))
    return found


def read_encryption(page: Page, things: Things, sentences: list[Sentence]) -> None:
    """Encrypt the fields that were named, once all things have their fields."""
    for said in sentences:
        for words in said.named:
            where, note = _encrypt(page, things, said, words)
            span = (said.clause, said.first, said.stop)
            if where:
                page.claim(*span, where)
            elif note == HASHED:
                page.claim(*span, "auth", note=note)
            else:
                page.claim(*span, status="not understood", note=note)


def settle_encryption(page: Page, things: Things) -> None:
    """Take encrypted fields out of what only plain values can do: order, search, uniqueness together with others."""
    for thing in things:
        hidden = {name for name, field in thing.entry.fields.items() if field.encrypted}
        entry = thing.entry
        for key in ("sorts", "search"):
            for name in hidden & set(getattr(entry, key)):
                path = f"entities.{thing.name}.{key}"
                page.assume(
                    f"{thing.name} has no {key[:6]} by {name}", "it is encrypted in the database", path, ""
                )
        thing.entry = entry.model_copy(
            update={
                "sorts": tuple(name for name in entry.sorts if name not in hidden),
                "search": tuple(name for name in entry.search if name not in hidden),
                "unique": tuple(group for group in entry.unique if not hidden & set(group)),
            }
        )


def _encrypt(page: Page, things: Things, said: Sentence, words: tuple[str, ...]) -> tuple[str, str]:
    """Where the field stands that was encrypted, or why there is none."""
    if words[-1] in terms.PASSWORDS:
        return "", HASHED
    if words[-1] in terms.VAGUE:
        return "", HINT
    owner, words = _owner(things, words)
    likely = [owner] if owner else [thing for thing in (_above(things, said.clause),) if thing]
    for thing in dict.fromkeys((*likely, *(() if owner else things))):
        name = _meant(things, thing, words)
        if name and name in thing.entry.fields:
            return _set(thing, name)
    alone = owner or (next(iter(things)) if len(things) == 1 else None)
    name = field_name(singular_words(words), "")
    if alone is None or not name:
        return "", HINT
    field = infer_field(name)
    thing = alone
    thing.entry = thing.entry.model_copy(update={"fields": {**thing.entry.fields, name: field}})
    path = f"entities.{thing.name}.fields.{name}"
    page.assume(
        f"{thing.name} has a field {name}",
        "the brief has it encrypted",
        path,
        f"{name}: {{type: {field.type}}}",
    )
    return _set(thing, name)


def _set(thing: Thing, name: str) -> tuple[str, str]:
    field = thing.entry.fields[name]
    if field.type not in ENCRYPTED:
        return "", f"a field of type {field.type} cannot be encrypted; its few values would be known anyway"
    field = field.model_copy(update={"encrypted": True, "default": None})
    thing.entry = thing.entry.model_copy(update={"fields": {**thing.entry.fields, name: field}})
    return f"entities.{thing.name}.fields.{name}", ""


def _meant(things: Things, thing: Thing, words: tuple[str, ...]) -> str:
    """The field of a thing, also under another word for the same."""
    found = field_meant(things, thing, words)
    if found:
        return found
    others = terms.SAME.get("_".join(singular_words(words)), ())
    return next((name for name in others if name in thing.entry.fields), "")


def _owner(things: Things, words: tuple[str, ...]) -> tuple[Thing | None, tuple[str, ...]]:
    """The thing that the words name, and the words for its field: `social security numbers of patients`."""
    if "of" in words:
        at = words.index("of")
        return things.meant_by(_words(" ".join(words[at + 1 :]))), words[:at]
    for stop in range(len(words) - 1, 0, -1):
        if thing := things.meant_by(words[:stop]):
            return thing, words[stop:]
    return None, words


def _above(things: Things, clause: Clause) -> Thing | None:
    return next((things.heads[at] for at in clause.ancestors() if at in things.heads), things.subject(clause))


def _describes_a_field(clause: Clause, first: int) -> bool:
    """Whether the word stands in what is said about one field: `iban (string, encrypted)`, `- ssn: encrypted`."""
    before = clause.words[max(0, first - 1) : first]
    return bool({"(", ",", ":", "stored", "an", "and", "-"} & set(before)) or clause.kind in ("row", "item")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split() if word not in DETERMINERS | {"all", "each", "every"})
