"""Where the brief lists the fields of a thing, and the items of such a list.

What lives here: regions (`Each order has …`, `Products: …`, nested lists) and cutting them into items. What
must not: what an item means (`fields.py`).
"""

import re
from collections.abc import Iterator

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import DETERMINERS, is_plural, singular_words
from backwright_workbench.brief.lexicon import items as terms


def items(clause: Clause, first: int, stop: int) -> Iterator[tuple[int, int]]:
    """The items of a list between two words: cut at commas and `and`, but not inside brackets, ranges and
    values.
    """
    words = clause.words
    begin, depth = first, 0
    index = first
    while index < stop:
        word = words[index]
        depth = max(0, depth + (word in "([{") - (word in ")]}"))
        cut = depth == 0 and (
            word in (",", ";", "&", "+", "plus")
            or word == "and"
            or (word == "as" and words[index + 1 : index + 3] == ("well", "as"))
        )
        if cut and not _holds_together(words, begin, index, stop):
            if index > begin:
                yield begin, index
            begin = index + (3 if word == "as" else 1)
            index = begin
            continue
        index += 1
    if begin < stop:
        yield begin, stop


def _holds_together(words: tuple[str, ...], begin: int, index: int, stop: int) -> bool:
    """Whether the words on both sides of a separator are one item."""
    rest = " ".join(words[index + 1 : min(stop, index + 8)])
    if words[index] == "and" and "between" in words[max(begin, index - 3) : index]:
        return True
    if terms.QUALIFIER.match(rest):
        return True
    if rest.startswith("or ") and "→" in words[begin:index]:
        return True
    return _in_values(words, begin, index, stop)


def _in_values(words: tuple[str, ...], begin: int, index: int, stop: int) -> bool:
    """Whether the separator stands in values without brackets: `a status of draft, published or archived`."""
    before = " ".join(words[begin:index])
    if not terms.VALUES_OF.search(before) or " or " in f" {before} ":
        return False
    rest = list(words[index + 1 : stop])
    if "or" in rest[:8]:
        return True
    named = re.search(
        r"(?<!\S)(?:status|statuses|states?|stages?"
        r"|priority|type|severity|level|kind|category|values|role) (?::|=|-)|values",
        before,
    )
    rest = " ".join(rest).partition(" ( ")[0].rstrip(" .").split()
    return bool(named) and all(re.fullmatch(r"[a-z]+|,|and", word) for word in rest) and len(rest) <= 20


def paired(parts: list[tuple[int, int]], words: tuple[str, ...]) -> dict[int, str]:
    """Items that borrow the last word of the next: `start and end date` → {0: "date"}."""
    heads: dict[int, str] = {}
    for number in range(len(parts) - 1):
        own = [word for word in words[slice(*parts[number])] if word not in DETERMINERS]
        following = words[slice(*parts[number + 1])]
        last = next(
            (
                singular_words((word,))[0]
                for word in following[1:3]
                if singular_words((word,))[0] in terms.PAIR_HEADS
            ),
            "",
        )
        if "_".join(own) in terms.PAIRED and last:
            heads[number] = last
    return heads


def plural_item(words: tuple[str, ...]) -> bool:
    """Whether an item names many."""
    return bool(words) and (is_plural(words[-1]) or bool({"many", "multiple", "several"} & set(words)))
