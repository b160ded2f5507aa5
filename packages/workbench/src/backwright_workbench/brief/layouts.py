"""Things that the layout of a brief defines, whatever the words mean.

What lives here: the four layouts that say “this is an entity”: a list of tables, a call (`team(name, city)`), a heading
above fields, a table whose rows are fields. What must not: sentences (`definitions.py`), and the fields themselves.

Such a thing has exactly the name that stands there.
"""

from collections.abc import Iterator

from backwright_workbench.brief.actors import tells_of_rights
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.field_lines import fields_below
from backwright_workbench.brief.grammar import DETERMINERS, GLUE, LABELS, is_plural, singular_words
from backwright_workbench.brief.lexicon import items as item_terms
from backwright_workbench.brief.lexicon import layouts as terms
from backwright_workbench.brief.lexicon.constraints import SURE_TYPES
from backwright_workbench.brief.lexicon.nouns import TABLE_HEADS
from backwright_workbench.brief.lexicon.values import COMPOSITE, ENUM_NAMES
from backwright_workbench.brief.noun_phrases import can_be_thing
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.region_starts import closing

Span = tuple[int, int]
_LONGEST_NAME = 3


def laid_out(page: Page) -> Iterator[tuple[Clause, Span]]:
    """Where a layout defines things: the clause, and the words that name one."""
    for clause in page.clauses:
        if clause.entity_stop:
            yield clause, (0, clause.entity_stop)
        elif clause.kind == "row" and clause.parent and clause.parent.words[0] in TABLE_HEADS:
            stop = clause.words.index(":") if ":" in clause.words[: _LONGEST_NAME + 1] else 0
            if stop and page.free(clause, 0, stop):
                yield clause, (0, stop)
        elif clause.kind == "heading":
            span = _heading(page, clause)
            if span:
                yield clause, span
        elif not clause.lists_fields and clause.kind != "header":
            yield from ((clause, span) for span in (*_calls(clause), *_tables(page, clause)))


def _heading(page: Page, clause: Clause) -> Span | None:
    """A heading of a few words above a list of fields."""
    stop = len(clause.words)
    while stop and (not clause.tokens[stop - 1].is_word or clause.words[stop - 1] in terms.KIND_WORDS):
        stop -= 1
    first = next((i for i in range(stop) if clause.words[i] not in DETERMINERS | terms.KIND_WORDS), stop)
    if clause.words[first : first + 1] == (":",):
        first += 1
    plain = all(token.is_word for token in clause.tokens[first:stop])
    named = plain and 0 < stop - first <= _LONGEST_NAME and can_be_thing(clause, (first, stop))
    return (first, stop) if named and fields_below(page, clause) else None


def _calls(clause: Clause) -> Iterator[Span]:
    """`team(name unique, city)`: a bracket right at a name, with more than one word's worth in it."""
    words, tokens, depth = clause.words, clause.tokens, 0
    for at, word in enumerate(words):
        if (
            word == "("
            and depth == 0
            and at
            and tokens[at - 1].is_word
            and tokens[at - 1].end == tokens[at].start
        ):
            first = _name_start(clause, at)
            inside = words[at + 1 : closing(words, at + 1)]
            if first < at and _lists_fields(words[first:at], inside):
                yield first, at
        depth = max(0, depth + (word in "([{") - (word in ")]}"))


def _name_start(clause: Clause, stop: int) -> int:
    first = stop - 1
    while first and stop - first < _LONGEST_NAME and clause.tokens[first - 1].is_word:
        if clause.words[first - 1] in GLUE | LABELS | terms.NOT_CALLED:
            break
        first -= 1
    return first


def _lists_fields(name: tuple[str, ...], inside: tuple[str, ...]) -> bool:
    last = singular_words(name)[-1]
    if (
        "," not in inside
        or last in ENUM_NAMES | COMPOSITE | SURE_TYPES.keys()
        or set(name) & terms.NOT_CALLED
    ):
        return False
    return not item_terms.FILE_LIMITS.search(" ".join(inside)) and "read" not in inside


def _tables(page: Page, clause: Clause) -> Iterator[Span]:
    """`MySQL database with a, b & c`, `Mongo collections: a, b`, `DB (a, b)`: what a database holds."""
    for _, stop, match in clause.find(terms.HOLDS):
        spans = plain_list(clause, stop, labelled=bool(terms.SETS & {*match.group().split()}))
        if (
            len(spans) >= 2
            and not tells_of_rights(clause, 1)
            and any(is_plural(clause.words[b - 1]) for _, b in spans)
        ):
            yield from spans
            return


def _closes(words: tuple[str, ...], at: int) -> bool:
    """Whether `tables` and the like close a list here, rather than end a name: `maintenance records tables`."""
    if words[at] not in terms.SETS or {*words[at + 1 : at + 2]} & terms.SETS:
        return False
    return words[at] != "records" or is_plural(words[at - 1])


def plain_list(clause: Clause, at: int, *, labelled: bool = False) -> list[Span]:
    """Nouns between separators, each of a few words, up to the first word that goes on otherwise.

    After a label (`tables: dining tables, guests`), the word of the label is part of a name where it comes again.
    """
    spans: list[Span] = []
    words = clause.words
    first = at
    while at <= len(words):
        word = words[at] if at < len(words) else "."
        ended = word in terms.ENDS or (at > first and not labelled and _closes(words, at))
        if word == "(" and at > first:
            spans.append((first, at))
            at = first = closing(words, at + 1) + 1
            continue
        if word in terms.SEPARATORS or ended:
            if at > first:
                spans.append((first, at))
            first = at + 1
            if ended:
                break
        elif word in DETERMINERS and at == first:
            first = at + 1
        at += 1
    kept = [
        s for s in spans if s[1] - s[0] <= _LONGEST_NAME and all(t.is_word for t in clause.tokens[slice(*s)])
    ]
    return kept if len(kept) == len(spans) else []
