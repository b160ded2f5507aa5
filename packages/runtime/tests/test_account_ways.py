"""A service carries the ways to sign in that it declares, and no others."""

import subprocess
import sys

from backwright.account_ways import Ways
from backwright.bound_accounts import BoundAccounts
from backwright.entity import Entity
from backwright.runtime import Runtime

OPTIONAL = ("browser_accounts", "api_key_access", "oauth", "oidc")


def test_what_is_not_declared_is_not_loaded() -> None:
    """Each of them takes memory in every worker."""
    code = (
        "import sys, backwright.bound_accounts; print([each for each in "
        f"{OPTIONAL!r} if 'backwright.' + each in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_tables_of_all_ways_are_part_of_every_database() -> None:
    """So that a service may declare another one later, and migrations do not depend on what was imported."""
    wanted = {"browser_sessions", "api_keys", "oauth_clients", "identities"}
    assert wanted <= set(Entity.metadata.tables)


async def test_a_service_that_declares_none_has_no_routes_of_theirs(runtime: Runtime) -> None:
    """And nothing of them in its document."""
    accounts = runtime.accounts
    assert isinstance(accounts, BoundAccounts)
    ways = accounts._ways
    assert isinstance(ways, Ways)
    assert (ways.browser, ways.api_keys, ways.oauth, ways.oidc) == (None, None, None, None)
    assert ways.routes(accounts) == []
    assert ways.components() == {"securitySchemes": {}}
