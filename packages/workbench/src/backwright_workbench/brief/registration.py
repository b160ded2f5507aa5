"""How people get an account, and which role those get who sign up themselves.

What lives here: choosing it. What must not: the roles' rights.
"""

import re
from collections.abc import Mapping

from backwright_workbench.blueprint.model import Registration
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import singular_words
from backwright_workbench.brief.lexicon import registration as terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.roles import ADMIN, kind
from backwright_workbench.brief.things import Things

MODES: dict[Registration, re.Pattern[str]] = {"invited": terms.INVITED, "closed": terms.CLOSED}
"""How people get an account where they do not sign up by themselves."""


def read_registration(
    page: Page, things: Things, roles: Mapping[str, str]
) -> tuple[Registration, str | None]:
    """How people get an account, and the role that the brief gives to who signs up, else that of the public that the
    service is for (a customer, a member); none if all roles are staff.
    """
    how, told = _told(page, roles)
    if how is not None:
        return how, None
    if told:
        return "open", told
    own = [
        role
        for role in roles
        if role not in (ADMIN, "driver", "landlord", "contributor")
        and kind(role) == "self"
        and not _changes_all(things, role)
    ]
    chosen = own[0] if len(own) == 1 or (own and own[0] in ("customer", "user", "member")) else None
    if chosen:
        what, why = f"who signs up becomes {chosen}", "the role looks after its own rows only"
    else:
        what, why = "who signs up has no role until an admin gives one", "no role is meant for strangers"
    page.assume(what, why, "auth.register_as", f"register_as: {chosen or 'null'}")
    return "open", chosen


def _changes_all(things: Things, role: str) -> bool:
    """Whether a role changes rows that are not its own: it is for people whom somebody knows."""
    for thing in things:
        given = thing.entry.access.get(role)
        if given == "everything":
            return True
        grants = (given.update, given.delete, given.act) if given else ()
        if any(grant and grant.rows == "all" for grant in grants):
            return True
    return False


def _told(page: Page, roles: Mapping[str, str]) -> tuple[Registration | None, str]:
    """How the brief keeps people from signing up, if it does, and the role that it gives them if it names one."""
    how: Registration | None = None
    told = ""
    for clause in page.clauses:
        for mode, pattern in MODES.items():
            for first, stop, _ in clause.find(pattern):
                page.claim(clause, first, stop, "auth.registration")
                how = how or mode
        for first, stop, match in clause.find(terms.BECOMES):
            name = "_".join(singular_words(tuple((match["role"] or match["default"]).split())))
            if name in roles:
                page.claim(clause, first, stop, "auth.register_as")
                told = name
        for first, stop, _ in clause.find(terms.OPEN):
            page.claim(clause, first, stop, "auth.register_as")
            told = told or _named(clause, first, stop, roles)
    return how, told


def _named(clause: Clause, first: int, stop: int, roles: Mapping[str, str]) -> str:
    """The role that is said to sign up; never `admin`."""
    for index in range(first, stop):
        for length in (2, 1):
            name = "_".join(singular_words(clause.words[index : index + length]))
            if name in roles and name != ADMIN:
                return name
    return ""
