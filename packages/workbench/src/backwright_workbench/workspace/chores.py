"""What a written service is asked to do before it is shown: `python -m backwright_workbench.workspace.chores
PACKAGE CHORE…`, in the service's own process, with its settings and on its database.

What lives here: the chores, done one after the other in one process, because loading a service takes longer
than any of them; each is told as a line of JSON, its name, status and output. What must not: passwords on a
command line; `DEV_PASSWORD` comes by the environment.
"""

import asyncio
import inspect
import io
import json
import os
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path

from backwright import commands, configuration
from backwright.access_matrix import path_of
from backwright.lifecycle import open_database
from backwright.runtime import Runtime
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from backwright_workbench.workspace import filling, migrating

COMMANDS = {
    "environment": ("config", "explain"),
    "migrate": ("migrate", "up"),
    "seed": ("seed",),
    "derive": ("openapi",),
    "rights": ("access", "--record"),
}
"""Chores that are commands of every service."""

CALLERS = 2
"""Accounts for each role where one has to see what another must not."""


async def add_accounts(runtime: Runtime, password: str) -> dict[str, str]:
    """Makes the accounts that are missing, one per role, and returns all of them, role → address."""
    accounts = runtime.accounts
    if accounts is None:
        return {}
    await open_database(runtime.database)
    try:
        found = {str(role): commands.sample_address(str(role)) for role in accounts.declared.roles}
        for role, email in found.items():
            name = f"Sample {role.replace('_', ' ')}"
            await accounts.ensure_account(email, name=name, password=password, roles=[role])
        return found
    finally:
        await runtime.database.close()


async def add_callers(runtime: Runtime, password: str) -> dict[str, list[str]]:
    """Makes two accounts for each role, and two without one (`""`): role → their addresses."""
    accounts = runtime.accounts
    if accounts is None:
        return {}
    found: dict[str, list[str]] = {}
    await open_database(runtime.database)
    try:
        for role in ("", *map(str, accounts.declared.roles)):
            found[role] = [
                commands.sample_address(f"{role or 'nobody'}_{number}") for number in range(1, CALLERS + 1)
            ]
            for email in found[role]:
                await accounts.ensure_account(
                    email, name="Caller", password=password, roles=[role] if role else []
                )
        return found
    finally:
        await runtime.database.close()


def routes(app: FastAPI) -> list[dict[str, str]]:
    """Every route that the application really has, also those that its document does not name: method, path, and
    where its handler is written."""
    return [
        {"method": method, "path": path_of(each), "place": _place(each.endpoint)}
        for each in iter_route_contexts(app.routes)
        for method in sorted({*(each.methods or {"GET"})} - {"HEAD", "OPTIONS"})
    ]


def _place(endpoint: object) -> str:
    """`src/shop/main.py:31` for a handler in the service, else the module."""
    code = getattr(inspect.unwrap(endpoint), "__code__", None) if callable(endpoint) else None
    if code is None or not Path(code.co_filename).is_relative_to(Path.cwd()):
        return str(getattr(endpoint, "__module__", ""))
    return f"{Path(code.co_filename).relative_to(Path.cwd())}:{code.co_firstlineno}"


def do(package: str, chore: str) -> None:
    """Does one chore. Ends with `SystemExit` as the service's own command does."""
    create_app = import_module(f"{package}.main").create_app
    if chore in COMMANDS:
        commands.main(create_app, import_module(f"{package}.settings").Settings, COMMANDS[chore])
    if chore in ("up", "down"):
        to = ("migrate", chore, "--to", os.environ["TO"])
        commands.main(create_app, import_module(f"{package}.settings").Settings, to)
    app = create_app()
    if chore == "routes":
        json.dump(routes(app), sys.stdout)
        return
    runtime: Runtime = app.state.runtime
    if runtime.settings.in_production:
        sys.exit("Sample accounts do not belong into production. Nothing was changed.")
    if chore == "fill":
        asyncio.run(filling.fill(runtime, int(os.environ["ROWS"])))
        return
    if chore in migrating.CHORES:
        settings = configuration.load(import_module(f"{package}.settings").Settings)
        json.dump(migrating.CHORES[chore](runtime, settings), sys.stdout)
        return
    add = add_callers if chore == "callers" else add_accounts
    json.dump(asyncio.run(add(runtime, os.environ["DEV_PASSWORD"])), sys.stdout)


def told(package: str, chore: str) -> tuple[int, str]:
    """Does one chore: its exit status, and what it printed on either stream."""
    printed = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    status: object = 0
    with redirect_stdout(printed), redirect_stderr(printed):
        try:
            do(package, chore)
        except SystemExit as end:
            status = end.code
            if isinstance(status, str):
                printed.write(status)
        except Exception:
            status = 1
            traceback.print_exc()
    text = printed.buffer.getvalue().decode()
    return status if isinstance(status, int) else int(status is not None), text


def main(package: str, *chores: str) -> None:
    """Does the chores until one fails."""
    for chore in chores:
        status, text = told(package, chore)
        sys.stdout.write(json.dumps({"chore": chore, "status": status, "output": text}) + "\n")
        sys.stdout.flush()
        if status:
            break


if __name__ == "__main__":
    main(*sys.argv[1:])
