"""Mentions of things and users in a clause, in order, and the words between two of them.

What lives here: finding them. What must not: what the words between them say (`relations.py`,
`associations.py`).
"""

import re
from dataclasses import dataclass

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import DETERMINERS
from backwright_workbench.brief.lexicon import relations as terms
from backwright_workbench.brief.things import Thing, Things


@dataclass(frozen=True)
class Mention:
    """Words that mean a thing; `None` is a user."""

    first: int
    stop: int
    thing: Thing | None


def mentions_in(clause: Clause, things: Things) -> list[Mention]:
    """All mentions of a clause."""
    found = [Mention(first, stop, thing) for first, stop, thing in things.in_clause(clause)]
    taken = {index for mention in found for index in range(mention.first, mention.stop)}
    users = [i for i, word in enumerate(clause.words) if word in ("user", "users") and i not in taken]
    return sorted((*found, *(Mention(i, i + 1, None) for i in users)), key=lambda mention: mention.first)


def between(clause: Clause, here: Mention, there: Mention) -> str:
    """The words between two mentions, without brackets."""
    return re.sub(r"\( [^()]* \) ?", "", " ".join(clause.words[here.stop : there.first])).strip()


def verb_of(words: str) -> str:
    """The verb that words between two nouns consist of, with little more; empty if they say more than
    that.
    """
    plain = [word for word in terms.MAY.sub("", words).split() if word not in DETERMINERS]
    return plain[0] if 1 <= len(plain) <= 2 else ""
