"""Where a noun phrase begins and ends, and lists of them.

What lives here: noun phrases by closed classes of words and the catalogue, without a tagger. What must not:
whether the noun is an entity (`nouns.py`).
"""

from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import (
    AUXILIARIES,
    BREAKS,
    DETERMINERS,
    PREPOSITIONS,
    VERBS,
    is_plural,
    singular_words,
    sounds_like_person,
    verb_here,
)
from backwright_workbench.brief.lexicon import nouns as terms
from backwright_workbench.brief.lexicon.lines import ASIDE as LINES_ASIDE
from backwright_workbench.brief.page import Page

Span = tuple[int, int]


def can_be_thing(clause: Clause, span: Span) -> bool:
    phrase = singular_words(clause.words[span[0] : span[1]])
    if phrase[-1] == "service" and not is_plural(clause.words[span[1] - 1]):
        return False
    if (
        len(phrase) == 1
        and phrase[0] in terms.LISTABLE
        and (_in_list(clause, span) or _described(clause, span))
    ):
        return True
    return (
        phrase[-1] not in (terms.NOT_THINGS if len(phrase) == 1 else terms.NOT_HEADS) and len(phrase[-1]) > 1
    )


def _in_list(clause: Clause, span: Span) -> bool:
    """Whether a plural stands between commas, where it is one of several things."""
    around = (*clause.words[max(0, span[0] - 1) : span[0]], *clause.words[span[1] : span[1] + 1])
    return is_plural(clause.words[span[1] - 1]) and bool({",", "and", "&"} & set(around))


def _described(clause: Clause, span: Span) -> bool:
    """Whether it is said what such a thing has, or the plural is one that only things have."""
    word = clause.words[span[1] - 1]
    has = clause.words[span[1] : span[1] + 1] in (("has",), ("have",), ("belongs",), ("belong",))
    software = {"web", "mobile", "client", "other"} & set(clause.words[max(0, span[0] - 1) : span[0]])
    return has or (word == "applications" and not software)


def noun_phrase(
    page: Page, clause: Clause, at: int, catalogue: Catalogue, end: int | None = None
) -> Span | None:
    """The noun phrase from this word on, without its determiners; business words first, then any words up to
    a break.
    """
    words = clause.words[:end]
    while at < len(words) and words[at] in DETERMINERS:
        at += 1
    phrase = catalogue.match(clause.run(at), 0) if at < len(words) else None
    if not (phrase and phrase[1] > 1) and _verb_in_list(words, at):
        return None
    if _named_before_bracket(page, clause, at, end):
        return at, at + 1
    stop = at
    while stop < len(words) and stop - at < 4:
        if stop > at and (
            words[stop] in DETERMINERS
            or _acts(words, stop, end)
            or (words[stop] in terms.SET_WORDS and is_plural(words[stop - 1]))
        ):
            break
        hit = catalogue.match(clause.run(stop), 0)
        if (
            hit
            and stop + hit[1] <= len(words)
            and not (stop == at and hit[1] == 1 and verb_here(words, stop))
        ):
            stop += hit[1]
        elif (
            end is not None
            and stop == at
            and words[stop].endswith("ing")
            and stop + 1 < len(words)
            and is_plural(words[stop + 1])
        ) or (
            clause.tokens[stop].is_word
            and words[stop] not in BREAKS
            and page.free(clause, stop)
            and not (stop > at and _participle(words[stop]))
        ):
            stop += 1
        else:
            break
    return (at, stop) if stop > at and page.free(clause, at, stop) else None


def _named_before_bracket(page: Page, clause: Clause, at: int, end: int | None) -> bool:
    """Whether a plural stands right before a bracket with a list: `stores (name, address)` are things, and no verb."""
    words = clause.words[:end]
    if words[at + 1 : at + 2] != ("(",) or not is_plural(words[at]) or words[at] not in VERBS:
        return False
    inside = words[at + 2 : at + 2 + _past_bracket(words[at + 1 :], 0)]
    return page.free(clause, at) and "," in inside


def _acts(words: tuple[str, ...], at: int, end: int | None) -> bool:
    """Whether a word after a noun is its verb: `inspector visits the site`."""
    follows = words[at + 1 : at + 2]
    one = is_plural(words[at]) and not is_plural(words[at - 1]) and sounds_like_person(words[at - 1])
    return end is None and one and bool({*follows} & DETERMINERS)


def _participle(word: str) -> bool:
    return word.endswith("ed") and len(word) > 5


def _verb_in_list(words: tuple[str, ...], at: int) -> bool:
    """Whether a word that may be a noun goes on a list of verbs: `register owners and book visits`."""
    if at == 0 or at + 1 >= len(words) or words[at] not in terms.DOING or is_plural(words[at]):
        return False
    if (words[at], words[at + 1]) in terms.COMPOUNDS:
        return False
    return (
        words[at - 1] in ("and", ",", "or", "to") and is_plural(words[at + 1]) and words[at + 1] not in BREAKS
    )


def noun_list(
    page: Page,
    clause: Clause,
    at: int,
    catalogue: Catalogue,
    *,
    strict: bool,
    acting: bool = False,
    end: int | None = None,
) -> list[Span]:
    """The noun phrases of a list with commas and `and`; details in brackets are stepped over.

    With `strict`, a noun that the catalogue does not know must be in the plural or in a list.
    """
    spans: list[Span] = []
    words = clause.words[:end]
    while at < len(words):
        span = noun_phrase(page, clause, at, catalogue, end)
        if not span:
            break
        if can_be_thing(clause, span):
            spans.append(span)
        at = span[1]
        if (
            not acting
            and len(spans) > 1
            and spans[-1] == span
            and at < len(words)
            and words[at] in VERBS | AUXILIARIES
        ):
            spans.pop()
            break
        if at < len(words) and words[at] in ("(", "["):
            at = _past_bracket(words, at)
        at = _past_lines(words, at)
        follows = at
        while at < len(words) and words[at] in (",", "and", "&", "/", "plus", "or", "+"):
            at += 1
        if at == follows or (at < len(words) and words[at] in PREPOSITIONS):
            break
    if strict and len(spans) == 1 and not _counts(clause, spans[0], catalogue):
        return []
    return spans


def _counts(clause: Clause, span: Span, catalogue: Catalogue) -> bool:
    phrase = clause.words[span[0] : span[1]]
    return is_plural(phrase[-1])


def _past_lines(words: tuple[str, ...], at: int) -> int:
    """Past `with order lines`, where the list goes on after it."""
    match = LINES_ASIDE.match(" ".join(words[at : at + 6])) if words[at : at + 1] == ("with",) else None
    return at + match.group().strip().count(" ") + 1 if match else at


def _past_bracket(words: tuple[str, ...], at: int) -> int:
    depth = 0
    for index in range(at, len(words)):
        depth += (words[index] in "([{") - (words[index] in ")]}")
        if depth == 0:
            return index + 1
    return len(words)
