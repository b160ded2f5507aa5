"""Accounts that commands and suites make."""

import pytest
from backwright.errors import Conflict, Invalid
from backwright.runtime import Runtime

PASSWORD = "a long walk in the rain"


async def test_an_account_is_made_once_and_keeps_its_password(runtime: Runtime) -> None:
    """The second time only its roles are looked at."""
    accounts = runtime.accounts
    assert accounts is not None
    first = await accounts.ensure_account("Eve@example.com", name="Eve", password=PASSWORD, roles=["viewer"])
    again = await accounts.ensure_account("eve@example.com", name="Eve", password="another one 12", roles=[])
    assert again == first
    assert (await accounts.sign_in("eve@example.com", PASSWORD)).access_token
    async with runtime.database.work() as work:
        row = await accounts.find(work, first)
    assert row is not None
    assert row.roles == frozenset()


async def test_a_role_that_there_is_not_is_refused(runtime: Runtime) -> None:
    """With those that there are."""
    accounts = runtime.accounts
    assert accounts is not None
    with pytest.raises(ValueError, match="unknown role king; there are: "):
        await accounts.ensure_account("eve@example.com", name="Eve", roles=["king"])


async def test_an_administrator_is_not_made_of_somebody_else(runtime: Runtime) -> None:
    """Whoever has the address would become one."""
    accounts = runtime.accounts
    assert accounts is not None
    with pytest.raises(Invalid):
        await accounts.create_admin("root@example.com", "123")
    await accounts.create_admin("root@example.com", PASSWORD)
    with pytest.raises(Conflict):
        await accounts.create_admin("root@example.com", PASSWORD)
