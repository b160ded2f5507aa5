"""Which roles a brief names.

What lives here: lists of roles, and roles told by their rights. What must not: what a role is (`roles.py`),
what it may do (`permissions.py`).
"""

import re

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import (
    BREAKS,
    DETERMINERS,
    GLUE,
    VERBS,
    is_plural,
    singular_words,
    sounds_like_person,
)
from backwright_workbench.brief.lexicon import roles as terms
from backwright_workbench.brief.lexicon.permissions import PASSIVE
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.roles import ADMIN, PUBLIC, SIGNED_IN, Roles
from backwright_workbench.brief.things import Things


def read_roles(page: Page, things: Things) -> Roles:
    """The roles of a brief: those it lists, and those whose rights it tells."""
    roles = Roles()
    for clause in page.clauses:
        if clause.words[:1] == ("roles",) and clause.words[1:2] and roles_like(clause.words[1]):
            _listed(page, roles, clause, 1, len(clause.words))
        for first, stop, _ in clause.find(terms.INTRO):
            if clause.words[first] == "users" and not any(
                roles_like(w) for w in clause.words[stop : stop + 3]
            ):
                continue
            _listed(page, roles, clause, stop, len(clause.words))
        if clause.words[:1] in (("user",), ("users",)):
            for _, stop, _ in clause.find(terms.ROLE_OF_USERS):
                _listed(page, roles, clause, stop, len(clause.words))
        for first, _, _ in clause.find(terms.BEFORE):
            _listed_before(page, roles, clause, first)
        if clause.parent is not None and clause.kind in ("item", "row") and _is_label(clause.parent):
            _listed(page, roles, clause, 0, _label_end(clause))
    for clause in page.clauses:
        _by_rights(page, things, roles, clause)
    return roles


def roles_like(word: str) -> bool:
    """Whether a word is one of the usual names of roles."""
    name = singular_words((word,))[0]
    return terms.SAME.get(name) == ADMIN or any(name in names for names in terms.KINDS.values())


def _is_label(clause: Clause) -> bool:
    return bool(
        re.search(
            r"(?<!\S)(?:roles|permissions|user types|actors|access (?:control|rules|rights)|rbac"
            r"|who can do what|authori[sz]ation)(?: (?:and|&) (?:permissions|roles|access))?(?: "
            r"(?:are|the|following|:|\(|\)|rbac))*$",
            clause.text,
        )
    )


def _label_end(clause: Clause) -> int:
    for index, word in enumerate(clause.words):
        if word in (
            ":",
            "-",
            "(",
            "can",
            "may",
            "has",
            "have",
            "cannot",
            "is",
            "are",
            "with",
            "manages",
            "only",
            "→",
        ):
            return index
    return len(clause.words)


def _listed(page: Page, roles: Roles, clause: Clause, first: int, stop: int) -> None:
    """Take in a list of roles; it ends where something else begins."""
    index = first
    if clause.words[first : first + 1] in ((",",), (".",), ("and",)):
        return
    while index < stop:
        begin = index
        while index < stop and clause.words[index] in DETERMINERS | {
            "and",
            "or",
            ",",
            "&",
            "/",
            "-",
            "|",
            "plus",
        }:
            index += 1
        end = index
        while (
            end < stop and clause.tokens[end].is_word and clause.words[end] not in BREAKS and end - index < 3
        ):
            end += 1
        phrase = singular_words(clause.words[index:end])
        if phrase and phrase[-1] in ("role", "permission"):
            phrase, drop = singular_words(phrase[:-1]), 1
        else:
            drop = 0
        if not phrase or (
            not page.free(clause, index, end - drop) and not _thing_or_role(page, clause, index, phrase)
        ):
            return
        if not _role(roles, phrase):
            return
        roles.explicit = True
        page.claim(clause, begin, end - drop, f"roles.{_name(phrase)}")
        index = end
        if index < stop and clause.words[index] == "(":
            index = next((i + 1 for i in range(index, stop) if clause.words[i] == ")"), stop)
        if index >= stop or clause.words[index] not in (",", "and", "or", "&", "/", "|", "plus"):
            return


def _thing_or_role(page: Page, clause: Clause, index: int, phrase: tuple[str, ...]) -> bool:
    """Whether words that another step took may mean a role all the same: people, or a usual role."""
    taken_so = any(page.claimed_for(clause, index, prefix) for prefix in ("entities.", "roles."))
    return taken_so or roles_like(phrase[-1])


def _listed_before(page: Page, roles: Roles, clause: Clause, at: int) -> None:
    """`admin, manager and viewer roles`."""
    first = at
    while first > 0 and (
        clause.words[first - 1] in (",", "and", "&", "/", "or")
        or (clause.tokens[first - 1].is_word and clause.words[first - 1] not in BREAKS)
    ):
        first -= 1
    while first < at and clause.words[first] in (",", "and", "rbac", "different", "user"):
        first += 1
    listed = clause.words[first:at]
    words = {singular_words((word,))[0] for word in listed}
    if words & {ADMIN, "administrator", "user", "manager", "viewer", "editor", "staff"}:
        _listed(page, roles, clause, first, at)


def _role(roles: Roles, phrase: tuple[str, ...]) -> str:
    """Enter a role under its name; empty if it is none."""
    name = _name(phrase)
    if (
        not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)
        or len(name) > 40
        or len(roles.named) >= 30
        or name in terms.NO_ROLES
    ):
        return ""
    if name not in (PUBLIC, SIGNED_IN):
        roles.named.setdefault(name, " ".join(phrase))
    return name


def _name(phrase: tuple[str, ...]) -> str:
    same = terms.SAME.get(" ".join(phrase))
    if same == SIGNED_IN:
        return "user"
    return same or "_".join(phrase)


def _by_rights(page: Page, things: Things, roles: Roles, clause: Clause) -> None:
    """Roles named by what they may do: `managers can …`, `As a librarian, …`, `only by admins`."""
    _by_passive(roles, things, clause)
    story = terms.STORY.match(clause.text)
    words = clause.words
    if story:
        first = story.group().count(" ")
        stop = next(
            (
                i
                for i in range(first, min(first + 3, len(words)))
                if not clause.tokens[i].is_word or words[i] in BREAKS
            ),
            first + 3,
        )
        _role(roles, singular_words(words[first:stop])) if first < stop else None
        return
    starts = []
    for index, word in enumerate(words):
        if (
            index
            and words[index - 1] in ("only", "by", "and", ",", "or", "to", ":", "but")
            and word not in BREAKS
        ):
            starts.append(index)
        if words[index + 1 : index + 2] in (("can",), ("may",), ("should",)) and _starts_phrase(
            clause, index
        ):
            starts.append(index)
    starts.append(next((i for i, w in enumerate(words) if w not in DETERMINERS | {"only", "just"}), 0))
    for first in starts:
        for length in (2, 1):
            phrase = singular_words(words[first : first + length])
            rest = " ".join(words[first + length :])
            same = terms.SAME.get(" ".join(phrase))
            if first <= 1 and phrase and _stranger(phrase, rest, things):
                _role(roles, phrase)
                break
            if (
                not phrase
                or first + length > len(words)
                or set(phrase) & (BREAKS | DETERMINERS)
                or not (same == ADMIN or _rolelike(phrase, things))
            ):
                continue
            if words[first - 1 : first] in (("the",), ("its",), ("their",)) and phrase[-1] in terms.MAKERS:
                continue
            many = is_plural(words[first + length - 1]) or phrase[-1] in ("staff", "hr", "management")
            told = (
                terms.CAN.match(rest)
                or (many and rest.split(" ")[0] in VERBS)
                or re.match(r"^(?:,|and|or) (?:\w+ )?\w+ (?:can|may|have|cannot)", rest)
                or words[first - 1 : first] == ("by",)
                or (words[first - 1 : first] == ("only",))
            )
            if told and same in (None, ADMIN):
                _role(roles, phrase)
                break


def _starts_phrase(clause: Clause, index: int) -> bool:
    """Whether a word begins a noun phrase, rather than ending one such as `sales manager`."""
    if clause.words[index] in BREAKS:
        return False
    before = clause.tokens[index - 1] if index else None
    return before is None or not before.is_word or before.word in BREAKS | DETERMINERS


def _stranger(phrase: tuple[str, ...], rest: str, things: Things) -> bool:
    """`The office can schedule lessons`: whoever may do something and is neither a thing nor the system."""
    return bool(terms.MAY_DO.match(rest)) and _unheard(phrase, things)


def _unheard(phrase: tuple[str, ...], things: Things) -> bool:
    """Whether a phrase names nothing yet and is no word of every brief."""
    word = phrase[-1]
    plain = word.isalpha() and word.isascii() and not set(phrase) & (GLUE | BREAKS)
    return (
        plain
        and " ".join(phrase) not in terms.SAME
        and not things.meant_by(phrase)
        and not things.meant_by((word,))
    )


def _by_passive(roles: Roles, things: Things, clause: Clause) -> None:
    """`Orders can be cancelled by clerks`."""
    for _, stop, _ in clause.find(PASSIVE):
        phrase = singular_words(clause.words[stop : stop + 1])
        if phrase and _unheard(phrase, things):
            _role(roles, phrase)


def _rolelike(phrase: tuple[str, ...], things: Things) -> bool:
    """Whether words name a role: one of the usual ones, or people that the service keeps."""
    name = "_".join(phrase)
    thing = things.meant_by(phrase)
    if thing and (thing.entry.person or (not thing.known and sounds_like_person(name))):
        return True
    if not thing and len(phrase) == 1 and sounds_like_person(name):
        return True
    return not (thing and thing.known) and any(
        name in names or (len(phrase) > 1 and phrase[-1] in names) for names in terms.KINDS.values()
    )
