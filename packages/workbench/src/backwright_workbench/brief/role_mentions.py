"""Which roles a brief names.

What lives here: lists of roles. What must not: roles told by their rights (`doers.py`), what a role is (`roles.py`),
what it may do (`permissions.py`).
"""

import re
from collections.abc import Iterable

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.doers import by_rights
from backwright_workbench.brief.grammar import BREAKS, DETERMINERS, singular_words
from backwright_workbench.brief.grammar import VERBS as COMMON_VERBS
from backwright_workbench.brief.lexicon import role_phrases
from backwright_workbench.brief.lexicon import roles as role_terms
from backwright_workbench.brief.lexicon.permissions import DENY
from backwright_workbench.brief.lexicon.right_verbs import VERBS
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.people import rolelike
from backwright_workbench.brief.role_heads import above_rights, name_end
from backwright_workbench.brief.role_labels import labels, rights_begin
from backwright_workbench.brief.roles import ADMIN, ALL_STAFF, PUBLIC, Roles, role_name, roles_like
from backwright_workbench.brief.statements import verb_at
from backwright_workbench.brief.things import Things

_JOINING = {"", "register", "sign_up", "create", "make"}
"""What whoever has no account yet does to get one."""


def read_roles(page: Page, things: Things, tables: Iterable[tuple[str, ...]] = ()) -> Roles:
    """The roles of a brief: those it lists, and those whose rights it tells.

    `tables` are the words for roles in tables about rights.
    """
    roles = Roles()
    for phrase in tables:
        roles.enter(phrase, listed=True)
    for clause in page.clauses:
        for label in labels(page, clause):
            phrase = singular_words(clause.words[label.first : label.stop])
            if roles.enter(phrase, listed=True):
                page.claim(clause, label.first, label.stop, f"roles.{role_name(phrase)}")
        for at in (i for i, word in enumerate(clause.words[:-1]) if word == "roles"):
            if roles_like(clause.words[at + 1]):
                _listed(page, roles, clause, at + 1, len(clause.words))
        for first, stop, _ in clause.find(role_phrases.INTRO):
            if clause.words[first] == "users" and not any(
                roles_like(w) for w in clause.words[stop : stop + 3]
            ):
                continue
            _listed(page, roles, clause, stop, len(clause.words))
        if clause.words[:1] in (("user",), ("users",)):
            for _, stop, _ in clause.find(role_phrases.ROLE_OF_USERS):
                _listed(page, roles, clause, stop, len(clause.words))
        for first, _, _ in clause.find(role_phrases.BEFORE):
            _listed_before(page, roles, clause, first)
        if clause.parent is not None and clause.kind in ("item", "row") and _is_label(clause.parent):
            _listed(page, roles, clause, 0, name_end(things, clause))
        if phrase := above_rights(page, things, clause):
            page.claim(clause, 0, len(clause.words), f"roles.{roles.enter(phrase, listed=True)}")
    if len(roles.listed - {ADMIN}) > 1:
        words = (word for word in role_terms.STAFF_WORDS if role_name((word,)) not in roles.named)
        roles.others |= {word: ALL_STAFF for word in words if not any(r.endswith(word) for r in roles.named)}
    for clause in page.clauses:
        by_rights(things, roles, clause, told=rights_begin(page, clause) >= 0)
        _by_speaker(page, things, roles, clause)
    for role in [role for role in roles.named if role != ADMIN and _no_user(page, roles, role)]:
        del roles.named[role]
    if "guest" in roles.named.keys() - roles.listed and not _guests_act(page, things):
        del roles.named["guest"]
        roles.others["guest"] = PUBLIC
    things.roles = {*roles.named}
    return roles


def _no_user(page: Page, roles: Roles, role: str) -> bool:
    """Whether a brief says of people that they do not sign in: `customers: none (no login)`."""
    for clause in page.clauses:
        for first, stop, named in roles.in_clause(clause):
            if named == role and (match := role_phrases.NO_USER.match(" ".join(clause.words[stop:]))):
                page.claim(clause, first, stop + match.group().strip().count(" ") + 1, "roles")
                return True
    return False


def _by_speaker(page: Page, things: Things, roles: Roles, clause: Clause) -> None:
    """`I'm the owner`, `me (the boss)`: what whoever writes the brief is called, if it says what they may do."""
    for first, stop, _ in clause.find(role_phrases.SPEAKER):
        phrase = next(
            (p for n in (2, 1) if rolelike(p := singular_words(clause.words[stop : stop + n]), things)), ()
        )
        says = any(True for other in page.clauses for _ in other.find(role_phrases.SPEAKS))
        if phrase and (says or clause.words[max(0, first - 1) : first] == ("only",)):
            roles.speaker = roles.enter(phrase) or roles.speaker


def _guests_act(page: Page, things: Things) -> bool:
    """Whether guests are people with an account, who book or order, rather than anybody who looks in."""
    if things.meant_by(("guest",)):
        return True
    for clause in page.clauses:
        for at in (i for i, word in enumerate(clause.words) if singular_words((word,)) == ("guest",)):
            nouns = {i for first, stop, _ in things.in_clause(clause) for i in range(first, stop)}
            turn = (i for i in range(at + 1, len(clause.words)) if clause.words[i : i + 2] == ("but", "only"))
            end = next(turn, len(clause.words))
            rest = (index for index in range(at + 1, end) if index not in nouns)
            verbs = {verb_at(clause.words, index, things, begin=at + 1)[0] for index in rest}
            denied = DENY.search(" ".join(clause.words[at:end]))
            if not denied and any(VERBS.get(verb, ("read",)) != ("read",) for verb in verbs - _JOINING):
                return True
    return False


def _is_label(clause: Clause) -> bool:
    return bool(
        re.search(
            r"(?<!\S)(?:roles|permissions|user types|actors|access (?:control|rules|rights)|rbac"
            r"|who can do what|authori[sz]ation)(?: (?:and|&) (?:permissions|roles|access))?(?: "
            r"(?:are|the|following|:|\(|\)|rbac))*$",
            clause.text,
        )
    )


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
            end < stop and clause.tokens[end].is_word and not _breaks(clause, index, end) and end - index < 3
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
        if not roles.enter(phrase, listed=True):
            return
        page.claim(clause, begin, end - drop, f"roles.{role_name(phrase)}")
        index = end
        if index < stop and clause.words[index] == "(":
            index = next((i + 1 for i in range(index, stop) if clause.words[i] == ")"), stop)
        elif index < stop and clause.words[index] in (":", "=") and "(" in clause.words[:first]:
            index = next((i for i in range(index, stop) if _next_label(clause, i, stop)), stop)
        if index >= stop or clause.words[index] not in (",", "and", "or", "&", "/", "|", "plus"):
            return


def _breaks(clause: Clause, first: int, at: int) -> bool:
    """Whether a word cannot belong to a name that begins at `first`; the `IT` of `IT support` can."""
    word, follows = clause.words[at], clause.words[at + 1 : at + 2]
    if word in COMMON_VERBS - role_terms.NO_NAMES and (
        not follows or not clause.tokens[at + 1].is_word or follows == ("and",)
    ):
        return False
    it = at == first and follows and (follows[0] not in BREAKS or follows[0] in role_terms.COLLECTIVE)
    return word in BREAKS and not (
        it and follows[0].isalpha() if word == "it" else word in role_terms.COLLECTIVE
    )


def _next_label(clause: Clause, at: int, stop: int) -> bool:
    """Whether a comma leads to the next of several roles that each have their rights after a colon."""
    if clause.words[at] not in (",", "and", ";"):
        return False
    name = clause.run(at + 1)
    end = at + 1 + len(name)
    return 0 < len(name) <= 3 and "and" not in name and end < stop and clause.words[end] in (":", "=")


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
