"""Who there is: the roles that a brief names, and the words for callers without one.

What lives here: finding roles and mentions of them. What must not: what they may do (`permissions.py`,
`access.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import (
    singular_words,
)
from backwright_workbench.brief.lexicon import roles as terms

PUBLIC, SIGNED_IN, ADMIN = "public", "signed_in", "admin"
MAKER = "the_maker"
"""Whoever made the row: `only the author can edit`."""


@dataclass
class Roles:
    """The roles named, and each word that means one."""

    named: dict[str, str] = field(default_factory=dict)
    """Role → the brief's words for it."""
    explicit: bool = False
    """Whether the brief lists roles, rather than naming some in passing."""

    def at(self, clause: Clause, index: int) -> tuple[str, int] | None:
        """The role, or `public` or `signed_in`, that words mean, and how many words."""
        words = clause.words
        for length in (3, 2, 1):
            phrase = singular_words(tuple(w for w in words[index : index + length]))
            if index + length > len(words) or not phrase:
                continue
            name = "_".join(phrase)
            if name in self.named:
                return name, length
            same = terms.SAME.get(" ".join(phrase))
            if same == SIGNED_IN and "user" in self.named:
                return "user", length
            if same:
                return same, length
            if (
                phrase[0] in terms.MAKERS
                and length == 1
                and words[index - 1 : index] in (("the",), ("its",), ("their",))
            ):
                return MAKER, length
        return None

    def in_clause(
        self, clause: Clause, first: int = 0, stop: int | None = None
    ) -> Iterator[tuple[int, int, str]]:
        """All mentions of roles between two words."""
        index, end = first, len(clause.words) if stop is None else stop
        while index < end:
            hit = self.at(clause, index)
            if hit and index + hit[1] <= end:
                yield index, index + hit[1], hit[0]
                index += hit[1]
            else:
                index += 1


def kind(role: str) -> str:
    """What a role is for, by its name: `full`, `writer`, `reader` or `self`; `writer` if nothing is known."""
    last = role.split("_")[-1]
    for name in ("self", "full", "reader", "writer"):
        if role in terms.KINDS[name] or last in terms.KINDS[name]:
            return name
    return "writer"


def describe(role: str, usual: str | None) -> str:
    """What a role is for, in a sentence."""
    return usual or terms.DESCRIPTIONS[ADMIN if role == ADMIN else kind(role)]
