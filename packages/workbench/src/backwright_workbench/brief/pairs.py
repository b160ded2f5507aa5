"""Mentions of things and users in a clause, in order.

What lives here: finding them for pairs. What must not: what the words between them say (`relations.py`).
"""

from dataclasses import dataclass

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.things import Thing, Things


@dataclass(frozen=True)
class Mention:
    first: int
    stop: int
    thing: Thing | None
    """`None` is a user."""


def mentions_in(clause: Clause, things: Things) -> list[Mention]:
    found = [Mention(first, stop, thing) for first, stop, thing in things.in_clause(clause)]
    taken = {index for m in found for index in range(m.first, m.stop)}
    users = [
        Mention(i, i + 1, None)
        for i, word in enumerate(clause.words)
        if word in ("user", "users") and i not in taken
    ]
    return sorted((*found, *users), key=lambda mention: mention.first)
