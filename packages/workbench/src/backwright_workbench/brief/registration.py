"""Which role people get who sign up themselves.

What lives here: choosing it. What must not: the roles' rights.
"""

from collections.abc import Mapping

from backwright_workbench.brief.page import Page
from backwright_workbench.brief.roles import ADMIN, kind


def read_registration(page: Page, roles: Mapping[str, str]) -> str | None:
    """The role of the public that the service is for (a customer, a member); nobody if all roles are
    staff.
    """
    own = [
        role
        for role in roles
        if role not in (ADMIN, "driver", "landlord", "contributor") and kind(role) == "self"
    ]
    chosen = own[0] if len(own) == 1 or (own and own[0] in ("customer", "user", "member")) else None
    if chosen:
        page.assume(
            f"who signs up becomes {chosen}",
            "the role looks after its own rows only",
            "auth.register_as",
            f"register_as: {chosen}",
        )
    else:
        page.assume(
            "who signs up has no role until an admin gives one",
            "no role is meant for strangers",
            "auth.register_as",
            "register_as: null",
        )
    return chosen
