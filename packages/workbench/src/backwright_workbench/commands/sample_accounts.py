"""One account per role, for development: `python -m backwright_workbench.commands.sample_accounts PACKAGE`.

What lives here: the few lines that run inside a service's own process, with its settings and on its
database. They print role and e-mail address as JSON. What must not: passwords on a command line;
`DEV_PASSWORD` comes by the environment.
"""

import asyncio
import json
import os
import sys
from importlib import import_module

from backwright.app import open_database
from backwright.runtime import Runtime

DOMAIN = "example.com"
"""Reserved for examples (RFC 2606): nobody's address."""


async def add_accounts(runtime: Runtime, password: str) -> dict[str, str]:
    """Makes the accounts that are missing and returns all of them, role → address."""
    accounts = runtime.accounts
    if accounts is None:
        return {}
    await open_database(runtime.database)
    try:
        found = {str(role): f"{str(role).replace('_', '-')}@{DOMAIN}" for role in accounts.declared.roles}
        for role, email in found.items():
            name = f"Sample {role.replace('_', ' ')}"
            await accounts.ensure_account(email, name=name, password=password, roles=[role])
        return found
    finally:
        await runtime.database.close()


if __name__ == "__main__":
    application = import_module(f"{sys.argv[1]}.main").create_app()
    runtime: Runtime = application.state.runtime
    if runtime.settings.in_production:
        sys.exit("Sample accounts do not belong into production. Nothing was changed.")
    json.dump(asyncio.run(add_accounts(runtime, os.environ["DEV_PASSWORD"])), sys.stdout)
