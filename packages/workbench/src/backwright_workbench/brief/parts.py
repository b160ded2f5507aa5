"""Parts of a clause: between commas, and to the end of a list.

What lives here: where they begin and end. What must not: what they mean.
"""

from collections.abc import Iterator

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.items import items
from backwright_workbench.brief.lexicon.queries import LIST_ENDS


def list_end(clause: Clause, begin: int) -> int:
    depth = 1 if clause.words[begin - 1 : begin] == ("(",) else 0
    for index in range(begin, len(clause.words)):
        word = clause.words[index]
        depth += (word in "([{") - (word in ")]}")
        if depth < 0 or (clause.words[begin - 1 : begin] == ("(",) and depth == 0):
            return index
        if depth == 0 and word in LIST_ENDS:
            return index
    return len(clause.words)


def alternatives(clause: Clause, first: int, stop: int) -> Iterator[tuple[int, int]]:
    """Items of a list, cut at `or` and `/` too."""
    for a, b in items(clause, first, stop):
        begin = a
        for index in range(a, b):
            if clause.words[index] in ("or", "/"):
                if index > begin:
                    yield begin, index
                begin = index + 1
        if begin < b:
            yield begin, b


def part_start(clause: Clause, at: int) -> int:
    """Where the phrase between commas that holds a word begins."""
    return next((i + 1 for i in range(at - 1, -1, -1) if clause.words[i] in (",", ";")), 0)


def part_end(clause: Clause, at: int) -> int:
    return next(
        (i for i in range(at, len(clause.words)) if clause.words[i] in (",", ";", ".")), len(clause.words)
    )
