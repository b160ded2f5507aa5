"""The fields that a right to change is limited to: `update the status of …`, `change the prices`.

What lives here: finding them in what a verb governs. What must not: what verbs mean (`objects.py`).
"""

from collections.abc import Sequence

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import singular_words
from backwright_workbench.brief.things import Thing, Things


def fields_named(
    things: Things, words: tuple[str, ...], index: int, before: Sequence[Thing] = ()
) -> tuple[tuple[Thing, str], ...]:
    """The field that words mean, if only one thing has it, or that spoken of `before`: `the purchase price`."""
    for length in (3, 2, 1):
        name = "_".join(singular_words(words[index : index + length]))
        owners = [
            thing for thing in things if name in thing.fields or (length > 1 and name in thing.entry.fields)
        ]
        if len(owners) != 1:
            owners = [thing for thing in before if name in thing.entry.fields][:1]
        if len(owners) == 1 and index + length <= len(words):
            return ((owners[0], name),)
    return ()


def fields_changed(things: Things, thing: Thing, clause: Clause, first: int, stop: int) -> tuple[str, ...]:
    """The fields that a right to change is limited to: `update the status of …`, `edit only their phone`."""
    named: list[str] = []
    mentions = things.in_clause(clause, first, stop)
    whole = {index for begin, end, other in mentions if other is not thing for index in range(begin, end)}
    for index in (index for index in range(first, stop) if index not in whole):
        for length in (3, 2, 1):
            phrase = clause.words[index : index + length]
            names = ("_".join(phrase), "_".join(singular_words(phrase)))
            found = next((name for name in names if name in thing.entry.fields), "")
            if found and index + length <= stop:
                named.append(found)
                break
    return tuple(dict.fromkeys(named))
