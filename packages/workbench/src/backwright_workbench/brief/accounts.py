"""What a brief says that users have.

What lives here: which of it every account has anyway, and a `Profile` for the rest. What must not: sign-in
(`sign_in.py`), roles (`role_mentions.py`).
"""

from backwright_workbench.blueprint.model import USER, FieldModel, Grant, Grants
from backwright_workbench.brief.field_items import read_item
from backwright_workbench.brief.inference import generic_entity
from backwright_workbench.brief.items import items
from backwright_workbench.brief.lexicon.fields import ACCOUNT_FIELDS, ARTICLES
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.regions import Region
from backwright_workbench.brief.things import Thing, Things

PROFILE = "Profile"


def read_account_fields(page: Page, things: Things, region: Region) -> None:
    """Read a list of what users have: name, email and the like belong to accounts, the rest to a profile
    of theirs.
    """
    clause = region.clause
    for first, stop in items(clause, region.first, region.stop):
        words = [word for word in clause.words[first:stop] if word not in ARTICLES]
        name = next((n for n in ("_".join(words[:2]), *words[:1]) if n in ACCOUNT_FIELDS), "")
        if name:
            page.claim(clause, first, stop, "accounts", note="every account has it")
        elif not things.at(clause, first):
            profile = things.named(PROFILE) or _profile(things)
            if read_item(page, profile, clause, first, stop, ""):
                profile.exhaustive = True
    made = things.named(PROFILE)
    if made and not made.fields and not made.known:
        things.drop(made)
    page.claim(clause, 0, region.first, f"entities.{PROFILE}" if made and made.fields else "accounts")


def _profile(things: Things) -> Thing:
    """A new thing that holds what accounts do not; people see and change their own."""
    own = Grant(rows="account")
    entry = generic_entity(PROFILE).model_copy(
        update={
            "description": "What people say of themselves beyond their account.",
            "access": {"signed_in": Grants(read=own, create=own, update=own)},
        }
    )
    profile = Thing(PROFILE, entry, known=False, listed=True)
    profile.links["account"] = FieldModel(type="reference", to=USER, set="actor")
    return things.add(profile, [("profile",), ("user", "profile")])
