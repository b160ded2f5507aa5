"""What a service declares about its accounts, and the accounts that commands and test suites make."""

from enum import StrEnum
from typing import Any

import pytest
from backwright.accounts import Account, Accounts, BoundAccounts
from backwright.audit import audit_log
from backwright.database import Database
from backwright.errors import Conflict, Invalid, Unauthenticated
from sqlalchemy import select

PASSWORD = "seven quiet lamps above"


class Role(StrEnum):
    ADMIN = "admin"
    VIEWER = "viewer"


class Stranger(StrEnum):
    KING = "king"


@pytest.mark.parametrize(
    "declared",
    [
        {"roles": Role, "admin": Role.ADMIN, "register_as": Role.ADMIN},
        {"roles": Role, "admin": Stranger.KING},
        {"roles": Role, "admin": Role.ADMIN, "register_as": Stranger.KING},
    ],
)
def test_an_unsafe_declaration_is_refused(user_class: type[Account], declared: dict[str, Any]) -> None:
    """When the module is imported, not when somebody signs up."""
    with pytest.raises(TypeError):
        Accounts(user_class, **declared)


def test_the_declaration_as_a_service_writes_it(user_class: type[Account]) -> None:
    """Nobody signs up with a role unless it is said."""
    assert Accounts(user_class, roles=Role, admin=Role.ADMIN).register_as is None


async def test_an_administrator_is_made_once(accounts: BoundAccounts, database: Database) -> None:
    """By the system, on record; a second time or with a weak password it is refused and nothing happens."""
    user_id = await accounts.create_admin("Root@Example.org", PASSWORD)
    tokens = await accounts.sign_in("root@example.org", PASSWORD)
    actor = await accounts.authenticate(f"Bearer {tokens.access_token}")
    assert (actor.id, "admin" in actor.roles) == (user_id, True)
    with pytest.raises(Conflict):
        await accounts.create_admin("root@example.org", PASSWORD)
    with pytest.raises(Invalid):
        await accounts.create_admin("second@example.org", "password2026")
    log = audit_log.c
    rows = await database.fetch(
        database.prepare(select(log.object_id, log.auth_method).where(log.action == "create"))
    )
    assert rows == [(user_id, "system")]


async def test_an_account_is_ensured_as_often_as_wanted(accounts: BoundAccounts) -> None:
    """Its roles follow at once; its password is never overwritten."""
    first = await accounts.ensure_account("ada@example.org", name="Ada", password=PASSWORD, roles=["viewer"])
    tokens = await accounts.open_session(first)
    again = await accounts.ensure_account(
        "ADA@example.org", name="Ada", password="another one entirely", roles=["admin"]
    )
    assert again == first
    actor = await accounts.authenticate(f"Bearer {tokens.access_token}")
    assert "admin" in actor.roles
    await accounts.sign_in("ada@example.org", PASSWORD)
    with pytest.raises(ValueError, match="unknown role king"):
        await accounts.ensure_account("ada@example.org", name="Ada", roles=["king"])


async def test_an_account_without_a_password_cannot_sign_in(accounts: BoundAccounts) -> None:
    """Not with an empty one either."""
    await accounts.ensure_account("robot@example.org", name="Robot")
    for password in ("", "None", PASSWORD):
        with pytest.raises(Unauthenticated):
            await accounts.sign_in("robot@example.org", password)


async def test_a_role_that_the_code_no_longer_has_grants_nothing_by_itself(
    accounts: BoundAccounts, database: Database
) -> None:
    """The account stays usable; the stored role is only a word."""
    user_id = await accounts.ensure_account("ada@example.org", name="Ada")
    async with database.work() as work:
        await accounts._users.set_roles(work, user_id, ["retired-role"])
    tokens = await accounts.open_session(user_id)
    actor = await accounts.authenticate(f"Bearer {tokens.access_token}")
    assert (await accounts.describe(actor))["roles"] == ["retired-role"]
