"""Who there is: the roles that a brief names, and the words for callers without one.

What lives here: finding roles and mentions of them. What must not: what they may do (`permissions.py`,
`access.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import (
    singular_words,
)
from backwright_workbench.brief.lexicon import role_phrases
from backwright_workbench.brief.lexicon import roles as role_terms

PUBLIC, SIGNED_IN, ADMIN = "public", "signed_in", "admin"
EVERYBODY, ALL_STAFF = "every_role_named", "all_staff"
"""All roles of the list, and those of them that are staff: `all staff can see dogs`."""
MAKER = "the_maker"
"""Whoever made the row: `only the author can edit`."""


@dataclass
class Roles:
    """The roles named, and each word that means one."""

    named: dict[str, str] = field(default_factory=dict)
    """Role → the brief's words for it."""
    listed: set[str] = field(default_factory=set)
    """Those that the brief lists, rather than naming them in passing."""
    others: dict[str, str] = field(default_factory=dict)
    """Names that mean callers without a role: `guest` → `public`."""
    speaker: str = ADMIN
    """Whoever writes the brief, as in `only I can delete`."""
    closed: set[str] = field(default_factory=set)
    """Those of whom the brief says that they may do no more than it says: `…, nothing else`."""
    unclear: set[str] = field(default_factory=set)
    """Those of whom it says something that no right follows from."""

    def enter(self, phrase: tuple[str, ...], *, listed: bool = False) -> str:
        """Enter a role under its name; empty if it is none."""
        if not listed and (longer := self._longer(phrase)):
            return longer
        if not listed and " ".join(phrase) in self.others:
            return ""
        name = role_name(phrase if listed else _without_group(phrase))
        legal = re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) and len(name) <= 40
        if not legal or len(self.named) >= 30 or name in role_terms.NO_ROLES:
            return ""
        if name not in (PUBLIC, SIGNED_IN):
            self.named.setdefault(name, " ".join(phrase))
            self.listed |= {name} if listed else set()
        return name

    def at(self, clause: Clause, index: int) -> tuple[str, int] | None:
        """The role, or `public` or `signed_in`, that words mean, and how many words."""
        words = clause.words
        if words[index] in role_terms.FIRST_PERSON and words[index - 1 : index] in (("only",), ("just",)):
            close = (
                words.index(")", index)
                if words[index + 1 : index + 2] == ("(",) and ")" in words[index:]
                else index
            )
            return self.speaker, close + 1 - index
        if whoever := role_phrases.WHOEVER_SIGNED_IN.match(" ".join(words[index : index + 8])):
            return SIGNED_IN if "user" not in self.named else "user", whoever.group().count(" ") + 1
        for length in (3, 2, 1):
            phrase = singular_words(tuple(w for w in words[index : index + length]))
            if index + length > len(words) or not phrase:
                continue
            name = "_".join(phrase)
            if name in self.named:
                return name, length
            if (short := "_".join(_without_group(phrase))) in self.named:
                return short, length
            if length == 1 and (longer := self._longer(phrase)):
                return longer, length
            if self.listed and " ".join(phrase) in role_terms.ALL_ROLES:
                return EVERYBODY, length
            same = self.others.get(name) or role_terms.SAME.get(" ".join(phrase))
            if same == SIGNED_IN and "user" in self.named:
                return "user", length
            if same in (PUBLIC, SIGNED_IN, ADMIN, ALL_STAFF) or same in self.named:
                return same, length
            if (
                phrase[0] in role_terms.MAKERS
                and length == 1
                and words[index - 1 : index] in (("the",), ("its",), ("their",))
            ):
                return MAKER, length
        return None

    def spelled_out(self, role: str) -> tuple[str, ...]:
        """The roles that a word for several of them stands for."""
        if role == EVERYBODY:
            return tuple(self.named)
        if role == ALL_STAFF:
            return tuple(
                name for name in self.named if name != ADMIN and kind(name) not in ("self", "reader")
            )
        return (role,)

    def _longer(self, phrase: tuple[str, ...]) -> str:
        """The one listed role that a word is short for: `reps` are the sales reps of the list."""
        if len(phrase) != 1 or phrase[0] in self.named:
            return ""
        longer = [role for role in self.listed if role.endswith(f"_{phrase[0]}")]
        return longer[0] if len(longer) == 1 else ""

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


def roles_like(word: str) -> bool:
    """Whether a word is one of the usual names of roles."""
    name = singular_words((word,))[0]
    return role_terms.SAME.get(name) == ADMIN or any(name in names for names in role_terms.KINDS.values())


def role_name(phrase: tuple[str, ...]) -> str:
    """What a role is called that a phrase in the singular means."""
    same = role_terms.SAME.get(" ".join(phrase))
    return "user" if same == SIGNED_IN else same or "_".join(phrase)


def _without_group(phrase: tuple[str, ...]) -> tuple[str, ...]:
    """The words for people without that for all of them together: `fulfilment team`."""
    return phrase[:-1] if len(phrase) > 1 and phrase[-1] in role_terms.ROLE_GROUP else phrase


def is_staff(role: str) -> bool:
    """Whether a role is usually that of staff, who record what others do: librarians lend, they do not borrow."""
    last = role.split("_")[-1]
    return last not in role_terms.KINDS["self"] and any(
        last in role_terms.KINDS[name] for name in ("full", "writer")
    )


def kind(role: str) -> str:
    """What a role is for, by its name: `full`, `writer`, `reader` or `self`; `writer` if nothing is known."""
    last = role.split("_")[-1]
    for name in ("self", "full", "reader", "writer"):
        if role in role_terms.KINDS[name] or last in role_terms.KINDS[name]:
            return name
    return "writer"
