"""Lines about rights in short: `staff -> orders (read, update status)`, `guest: books (read), loans (own: read)`.

What lives here: recognising such lines. Like tables about rights they are off the page while things and fields are
looked for: what stands in their brackets are no fields. What must not: tables (`grids.py`), sentences
(`permissions.py`).
"""

from collections.abc import Iterator, Sequence

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.doings import third_person
from backwright_workbench.brief.grammar import DETERMINERS, LABELS, singular_words
from backwright_workbench.brief.lexicon.grids import OWN, RIGHT_WORDS, WORDS
from backwright_workbench.brief.lexicon.role_phrases import RIGHTS_LABEL
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.roles import role_name
from backwright_workbench.brief.statements import Statement, rights, verb_at
from backwright_workbench.brief.things import Thing, Things

_APART = (",", "and", "/", "&", "own", ":")
_MARKS = ("→", ":", "-")
_LONGEST_NAME = 3


def take_right_lines(page: Page) -> list[Clause]:
    """The lines about rights in short; they are taken off the page."""
    lines = [clause for clause in page.clauses if clause.kind in ("item", "sentence") and _is_one(clause)]
    page.clauses = [clause for clause in page.clauses if clause not in lines]
    return lines


def return_right_lines(page: Page, lines: Sequence[Clause]) -> None:
    """Put the lines back where they stood."""
    page.clauses = sorted((*page.clauses, *lines), key=lambda clause: clause.tokens[0].start)


def roles_of(lines: Sequence[Clause]) -> Iterator[tuple[str, ...]]:
    """The words for the roles that the lines begin with."""
    for clause in lines:
        yield singular_words(clause.words[: _label(clause)])


def read_right_lines(page: Page, things: Things, lines: Sequence[Clause]) -> Iterator[Statement]:
    """The statements that the brackets make of the things before them."""
    for clause in lines:
        begin = _label(clause)
        role = role_name(singular_words(clause.words[:begin]))
        done = begin
        for first, stop in _brackets(clause, begin):
            named = [thing for _, _, thing in things.in_clause(clause, done, first)]
            about: list[Thing | None] = [*named]
            if {"everything", "all"} & {*clause.words[done:first]}:
                about = [None]
            for thing in about:
                yield from _said(page, things, clause, role, thing, first, stop)
            done = stop
        page.claim(clause, 0, begin, f"roles.{role}", "access")


def _said(
    page: Page, things: Things, clause: Clause, role: str, thing: Thing | None, first: int, stop: int
) -> Iterator[Statement]:
    """What a bracket lets a role do with a thing."""
    words, own = clause.words, False
    for at in range(first, stop):
        own = own or words[at] in OWN
        verb = verb_at(words, at, things, begin=at)[0] if at == first or words[at - 1] in _APART else ""
        verbs = WORDS.get(third_person(words[at])) or (rights(verb, thing) if verb else ())
        if words[at] in ("all", "crud") or "no" in words[first:at]:
            verbs = ("everything",) if words[at] in ("all", "crud") else ()
        if verbs and (at == first or words[at - 1] in _APART):
            fields = _fields(thing, words, at + 1, stop) if "update" in verbs else ()
            page.claim(clause, at, stop, f"entities.{thing.name}.access" if thing else "access")
            yield Statement((role,), verbs, thing, clause, (at, stop), own, fields)


def _fields(thing: Thing | None, words: Sequence[str], first: int, stop: int) -> tuple[str, ...]:
    """The field that a right to change is limited to: `update status`."""
    end = next((i for i in range(first, stop) if words[i] in _APART), stop)
    name = "_".join(words[first:end])
    return (name,) if thing and name in thing.entry.fields else ()


def _label(clause: Clause) -> int:
    """How many words name somebody before an arrow or colon; 0 if none do."""
    names = [index for index, word in enumerate(clause.words) if word in _MARKS]
    at = names[0] if names else 0
    named = all(token.is_word for token in clause.tokens[:at])
    people = (
        named
        and not RIGHTS_LABEL.match(clause.text)
        and not {*clause.words[:at]} & LABELS
        and clause.words[0] not in DETERMINERS
    )
    return at if 0 < at <= _LONGEST_NAME and people else 0


def _is_one(clause: Clause) -> bool:
    """Whether a label, things and brackets of nothing but rights are all of a clause."""
    begin = _label(clause)
    brackets = list(_brackets(clause, begin)) if begin else []
    outside = [clause.words[i] for i in range(begin + 1, len(clause.words)) if not _inside(i, brackets)]
    names = [word for word in outside if word.isalpha()]
    rights = [_says_rights(clause.words[first:stop]) for first, stop in brackets]
    return bool(brackets) and all(rights) and 0 < len(names) <= 3 * len(brackets)


def _brackets(clause: Clause, begin: int) -> Iterator[tuple[int, int]]:
    """The words inside each bracket: first, and after the last."""
    first = -1
    for index in range(begin, len(clause.words)):
        if clause.words[index] == "(":
            first = index + 1
        elif clause.words[index] == ")" and first >= 0:
            yield first, index
            first = -1


def _inside(index: int, brackets: Sequence[tuple[int, int]]) -> bool:
    return any(first <= index < stop for first, stop in brackets)


def _says_rights(words: Sequence[str]) -> bool:
    """Whether each part of a list begins with a right: `read, update status`."""
    parts = " ".join(words).replace(" and ", " , ").replace(" / ", " , ").replace(" & ", " , ").split(",")
    heads = [next(iter(part.split()), "") for part in parts]
    return all(third_person(head) in RIGHT_WORDS or head in RIGHT_WORDS for head in heads)
