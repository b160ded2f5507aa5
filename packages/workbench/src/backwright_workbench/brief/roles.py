"""Who there is: the roles that a brief names, and the words for callers without one.

What lives here: finding roles and mentions of them. What must not: what they may do (`permissions.py`, `access.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright_workbench.brief.grammar import BREAKS, DETERMINERS, VERBS, is_plural, singular_words
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.text import Clause
from backwright_workbench.brief.things import Things

PUBLIC, SIGNED_IN, ADMIN = "public", "signed_in", "admin"

_SAME = {
    "administrator": ADMIN, "admin": ADMIN, "super admin": ADMIN, "superadmin": ADMIN, "system administrator": ADMIN, "system admin": ADMIN,
    "super user": ADMIN, "superuser": ADMIN, "admin user": ADMIN, "site admin": ADMIN, "sysadmin": ADMIN,
    "anyone": PUBLIC, "everyone": PUBLIC, "everybody": PUBLIC, "anybody": PUBLIC, "visitor": PUBLIC, "anonymous user": PUBLIC,
    "anonymous": PUBLIC, "unauthenticated user": PUBLIC, "the public": PUBLIC, "public": PUBLIC, "anonymous visitor": PUBLIC,
    "guest user": PUBLIC, "public user": PUBLIC, "unregistered user": PUBLIC,
    "user": SIGNED_IN, "authenticated user": SIGNED_IN, "registered user": SIGNED_IN, "logged in user": SIGNED_IN, "signed in user": SIGNED_IN,
    "all user": SIGNED_IN, "any user": SIGNED_IN, "every user": SIGNED_IN, "end user": SIGNED_IN, "regular user": SIGNED_IN, "normal user": SIGNED_IN,
    "standard user": SIGNED_IN,
}  # fmt: skip

KINDS = {
    "full": "manager owner supervisor director principal administrator superuser lead head coordinator".split(),
    "writer": (
        "editor staff operator agent clerk dispatcher librarian receptionist moderator accountant planner analyst_writer contributor"
        " author employee worker assistant secretary nurse registrar officer cashier planner organizer recruiter sales salesperson"
        " support developer teacher instructor doctor technician trainer curator buyer seller vendor sales_rep warehouse_worker"
        " host coach waiter chef mechanic caseworker lawyer paralegal therapist pharmacist maintainer engineer responder user scheduler"
    ).split(),
    "reader": "viewer auditor analyst reader observer guest inspector_reader stakeholder reporter_reader visitor accountant_reader".split(),
    "self": (
        "customer member patient student client tenant guest driver volunteer donor attendee candidate applicant subscriber buyer"
        " parent player passenger participant traveler resident contributor borrower renter shopper learner speaker landlord pet_owner user"
    ).split(),
}
"""What a role may do where nothing is said of it: manage, write, read, or look after what is its own."""

_DESCRIPTIONS = {
    ADMIN: "Runs the service and may do everything.",
    "full": "Manages everything but accounts.",
    "writer": "Does the daily work: adds and changes.",
    "reader": "Looks and changes nothing.",
    "self": "Sees and changes what is their own.",
}

_INTRO = re.compile(
    r"(?<!\S)(?:(?:user |different |the |following |three |two |four |five |\d |main |available |access |possible |predefined )*(?:roles|role types|user types|types of users|kinds of users|user groups|actors)|^users(?= :)|rbac|role based access control(?: \( rbac \))?|role based (?:access|permissions|authori[sz]ation)|permissions|access levels)"
    r"(?: (?:are|is|with|for|like|such|as|including|include|includes|between|of|:|\(|-|–|—|the|following|roles|user|the roles|needed|eg|users|namely|and|permissions|three|two|four|different|supporting|supports))+ ?"
)
_BEFORE = re.compile(r"(?<!\S)(?:user )?roles(?!\S)")
_STORY = re.compile(r"^(?:as|for) (?:a|an|the) ")
_CAN = re.compile(r"^(?:can|cannot|may|must|should be able|are able|is able|are allowed|is allowed|have full|has full|have read|has read|have access|has access|are read|is read|do everything|manages?|have write|only)(?!\S)")
_ONLY_BY = re.compile(r"(?<!\S)(?:only |just )?(?:by|for|to) (?:the |a |an )?")


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
            same = _SAME.get(" ".join(phrase))
            if same == SIGNED_IN and "user" in self.named:
                return "user", length
            if same:
                return same, length
        return None

    def in_clause(self, clause: Clause, first: int = 0, stop: int | None = None) -> Iterator[tuple[int, int, str]]:
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
        if role in KINDS[name] or last in KINDS[name]:
            return name
    return "writer"


def describe(role: str, usual: str | None) -> str:
    """What a role is for, in a sentence."""
    return usual or _DESCRIPTIONS[ADMIN if role == ADMIN else kind(role)]


def read_roles(page: Page, things: Things) -> Roles:
    """The roles of a brief: those it lists, and those whose rights it tells."""
    roles = Roles()
    for clause in page.clauses:
        for _, stop, _ in clause.find(_INTRO):
            _listed(page, roles, clause, stop, len(clause.words))
        for first, stop, _ in clause.find(_BEFORE):
            _listed_before(page, roles, clause, first)
        if clause.parent is not None and clause.kind in ("item", "row") and _is_label(clause.parent):
            _listed(page, roles, clause, 0, _label_end(clause))
    for clause in page.clauses:
        _by_rights(page, things, roles, clause)
    return roles


def _is_label(clause: Clause) -> bool:
    return bool(re.search(r"(?<!\S)(?:roles|permissions|user types|actors|access (?:control|rules|rights)|rbac|who can do what|authori[sz]ation)(?: (?:and|&) (?:permissions|roles|access))?(?: (?:are|the|following|:|\(|\)|rbac))*$", clause.text))


def _label_end(clause: Clause) -> int:
    for index, word in enumerate(clause.words):
        if word in (":", "-", "–", "—", "(", "can", "may", "has", "have", "cannot", "is", "are", "with", "manages", "only", "→"):
            return index
    return len(clause.words)


def _listed(page: Page, roles: Roles, clause: Clause, first: int, stop: int) -> None:
    """Take in a list of roles; it ends where something else begins."""
    index = first
    if clause.words[first : first + 1] in ((",",), (".",), ("and",)):
        return
    while index < stop:
        begin = index
        while index < stop and clause.words[index] in DETERMINERS | {"and", "or", ",", "&", "/", "-", "|", "plus"}:
            index += 1
        end = index
        while end < stop and clause.tokens[end].is_word and clause.words[end] not in BREAKS and end - index < 3:
            end += 1
        phrase = singular_words(clause.words[index:end])
        if phrase and phrase[-1] in ("role", "permission") :
            phrase, drop = singular_words(phrase[:-1]), 1
        else:
            drop = 0
        if not phrase or not page.free(clause, index, end - drop) and not _thing_or_role(page, clause, index, phrase):
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
    return page.claimed_for(clause, index, "entities.") or page.claimed_for(clause, index, "roles.") or any("_".join(phrase) in names for names in KINDS.values())


def _listed_before(page: Page, roles: Roles, clause: Clause, at: int) -> None:
    """`admin, manager and viewer roles`."""
    first = at
    while first > 0 and (clause.words[first - 1] in (",", "and", "&", "/", "or") or clause.tokens[first - 1].is_word and clause.words[first - 1] not in BREAKS):
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
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or len(name) > 40 or len(roles.named) >= 30 or name in _NO_ROLES:
        return ""
    if name not in (PUBLIC, SIGNED_IN):
        roles.named.setdefault(name, " ".join(phrase))
    return name


_NO_ROLES = frozenset("role access user_role permission different etc rbac each_role everything system api data it they we you level".split())


def _name(phrase: tuple[str, ...]) -> str:
    same = _SAME.get(" ".join(phrase))
    if same == SIGNED_IN:
        return "user"
    return same or "_".join(phrase)


def _by_rights(page: Page, things: Things, roles: Roles, clause: Clause) -> None:
    """Roles named by what they may do: `managers can …`, `As a librarian, …`, `only by admins`."""
    story = _STORY.match(clause.text)
    words = clause.words
    if story:
        first = story.group().count(" ")
        stop = next((i for i in range(first, min(first + 3, len(words))) if not clause.tokens[i].is_word or words[i] in BREAKS), first + 3)
        _role(roles, singular_words(words[first:stop])) if first < stop else None
        return
    starts = []
    for index, word in enumerate(words):
        if index and words[index - 1] in ("only", "by", "and", ",", "or", "to") and word not in BREAKS:
            starts.append(index)
    starts.append(next((i for i, w in enumerate(words) if w not in DETERMINERS | {"only", "just"}), 0))
    for first in starts:
        for length in (2, 1):
            phrase = singular_words(words[first : first + length])
            rest = " ".join(words[first + length :])
            same = _SAME.get(" ".join(phrase))
            if not phrase or first + length > len(words) or set(phrase) & (BREAKS | DETERMINERS) or not (same == ADMIN or _rolelike(phrase, things)):
                continue
            told = _CAN.match(rest) or (rest.split(" ")[0] in VERBS and is_plural(words[first + length - 1])) or re.match(r"^(?:,|and|or) (?:\w+ )?\w+ (?:can|may|have|cannot)", rest) or words[first - 1 : first] == ("by",) or (words[first - 1 : first] == ("only",))
            if told and same in (None, ADMIN):
                _role(roles, phrase)
                break


def _rolelike(phrase: tuple[str, ...], things: Things) -> bool:
    """Whether words name a role: one of the usual ones, or people that the service keeps."""
    name = "_".join(phrase)
    thing = things.meant_by(phrase)
    if thing and thing.entry.person:
        return True
    return not thing and any(name in names or (len(phrase) > 1 and phrase[-1] in names) for names in KINDS.values())
