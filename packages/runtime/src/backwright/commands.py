"""`python -m <service> …`: what is done with a service from a terminal.

What lives here: reading arguments, calling, printing. What must not: how any of it works. A user's mistake
ends in one message and status 2, a database that cannot be reached in one and status 69, and neither in a
stack.
"""

import argparse
import asyncio
import getpass
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from fastapi import FastAPI
from sqlalchemy import select

from backwright import (
    access_commands,
    api_key_commands,
    audit_commands,
    configuration,
    encryption_start,
    key_commands,
    oauth_commands,
    revisions,
    secret_commands,
    serving,
    tenant_commands,
)
from backwright import logging as logs
from backwright.errors import Error, Kind
from backwright.guard import RouteWithoutRule, check
from backwright.lifecycle import open_database
from backwright.openapi_yaml import as_yaml
from backwright.resource import Refused
from backwright.revisions import MigrationError
from backwright.runtime import Runtime
from backwright.serving import ServerError
from backwright.settings import Settings
from backwright.storage import greet

if TYPE_CHECKING:
    from backwright.migrations import Status

Factory = Callable[..., FastAPI]
USER_ERROR = 2
STATUSES = {Kind.UNAVAILABLE: 69}
"""Kinds of errors that are nobody's mistake: trying again later may help (`sysexits.h`)."""


def main(create_app: Factory, settings: type[Settings], argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command in `argv` (the process's arguments if not given) and exit with its status."""
    arguments = parser().parse_args(argv)
    if arguments.command == "config" and arguments.action == "example":
        sys.stdout.write(configuration.example(settings))
        raise SystemExit(0)
    workers = getattr(arguments, "workers", None)
    loaded = configuration.load(settings, **({} if workers is None else {"workers": workers}))
    try:
        raise SystemExit(arguments.run(arguments, loaded, create_app) or 0)
    except Error as error:
        details = [each.detail for each in error.errors]
        fail(str(error) or str(error.kind), *details, status=STATUSES.get(error.kind, USER_ERROR))
    except (MigrationError, Refused, RouteWithoutRule, ServerError, ValueError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def fail(message: str, *details: str, status: int = USER_ERROR) -> NoReturn:
    """Print one message and end with a status."""
    sys.stderr.write("\n  ".join([message, *details]) + "\n")
    raise SystemExit(status)


def parser() -> argparse.ArgumentParser:
    """The commands and their arguments."""
    found = argparse.ArgumentParser(
        prog=f"python -m {_package()}", description="Run and look after the service."
    )
    commands = found.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Callable[..., Any], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    command = add("serve", serve, "Serve requests until told to stop.")
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    command.add_argument("--port", type=int, default=8000, help="port to listen on (default: 8000)")
    command.add_argument("--workers", type=int, help="processes behind the port (default: WORKERS)")
    command = add("migrate", migrate, "Bring the database up to date, back, or tell where it stands.")
    command.add_argument("action", choices=("up", "down", "status"), nargs="?", default="up")
    command.add_argument("--to", metavar="REVISION", help="how far (default: head for up, one step for down)")
    command = add("create-admin", create_admin, "Make an administrator. The password is asked for.")
    command.add_argument("email", nargs="?", help="address to sign in with (asked for if not given)")
    command.add_argument("--name", default="")
    command.add_argument("--tenant", metavar="ID", help="where accounts belong to tenants: which one")
    command = add("seed", seed, "Fill empty tables with sample rows, in development.")
    command.add_argument("--rows", type=int, default=20, help="rows for each table (default: 20)")
    oauth_commands.add_to(add, _with_runtime)
    tenant_commands.add_to(add, _with_runtime, _password)
    key_commands.add_to(add, _with_runtime)
    api_key_commands.add_to(add, _with_runtime)
    access_commands.add_to(add)
    audit_commands.add_to(add, _with_runtime)
    secret_commands.add_to(add, _with_runtime)
    command = add("openapi", openapi, "Print the OpenAPI document as YAML.")
    command.add_argument("--output", type=Path, help="write it to this file instead")
    command = add("config", explain, "Show the settings: example (what can be set), explain (what is set).")
    command.add_argument("action", choices=("example", "explain"))
    return found


def serve(arguments: argparse.Namespace, settings: Settings, create_app: Factory) -> int:
    """Serve until told to stop. What cannot be opened is one message before, and no stack in a server's log."""
    app = create_app(settings)
    check(app.routes)
    logs.configure(settings)
    try:
        _with_runtime(app, partial(_look_around, settings))
        return serving.serve(app, create_app, settings, host=arguments.host, port=arguments.port)
    finally:
        logs.release()


async def _look_around(settings: Settings, runtime: Runtime) -> None:
    """See that files can be kept, and that a replica is one; warn of a database that is behind: the service
    starts, and is not ready."""
    await greet(runtime.storage)
    if (replica := runtime.database.replica) is not None:
        await replica.start()
        await replica.close()
    if (settings.migrations / "env.py").exists():
        newest = revisions.head(settings.migrations)
        if newest != await runtime.database.revision():
            sys.stderr.write(f"The database is behind the code; run: python -m {_package()} migrate up\n")


def migrate(arguments: argparse.Namespace, settings: Settings, _: Factory) -> int:
    """Move the database, or tell where it stands; `status` ends with 1 when something is pending."""
    from backwright import migrations  # here, so that a process that only serves does not load Alembic

    if arguments.action == "up":
        say(migrations.upgrade(settings, arguments.to or "head"))
        return 0
    if arguments.action == "down":
        say(migrations.downgrade(settings, arguments.to or "-1"))
        return 0
    found = migrations.status(settings)
    say(found)
    return 0 if found.is_current else 1


def say(found: "Status") -> None:
    """Print where the database stands."""
    lines = [f"database: {found.current or 'empty'}", f"newest:   {found.head or 'none'}"]
    lines += [f"pending:  {revision}" for revision in found.pending]
    sys.stdout.write("\n".join(lines) + "\n")


def create_admin(arguments: argparse.Namespace, settings: Settings, create_app: Factory) -> int:
    """Make an administrator; the password comes from the terminal or the first line of standard input."""
    email = arguments.email or _ask("E-mail address: ")
    password = _password()

    async def make(runtime: Runtime) -> None:
        if runtime.accounts is None:
            raise ServerError("This service has no accounts.")
        tenant = await tenant_commands.chosen(runtime.accounts, arguments.tenant)
        await runtime.accounts.create_admin(email, password, name=arguments.name, tenant=tenant)

    _with_runtime(create_app(settings), make)
    sys.stdout.write(f"{email} can sign in as an administrator.\n")
    return 0


def seed(arguments: argparse.Namespace, settings: Settings, create_app: Factory) -> int:
    """Fill empty tables with sample rows. Refused in production."""
    if settings.in_production:
        raise ServerError("Sample rows do not belong into production. Nothing was changed.")

    from backwright.samples import seed as fill_tables

    password = secrets.token_urlsafe(12)
    made: list[str] = []

    async def fill(runtime: Runtime) -> None:
        made.extend(await sample_accounts(runtime, password))
        await fill_tables(runtime.database, list(runtime.resources), rows=arguments.rows)

    _with_runtime(create_app(settings), fill)
    sys.stdout.write("Tables that were empty have sample rows now.\n")
    if made:
        # backwright: ignore[sensitive-logging] of sample accounts, for the person at the terminal who asked
        sys.stdout.write(f"Sign in as {', '.join(made)} with the password {password}\n")
    return 0


def sample_address(role: str) -> str:
    """The address of a role's sample account, in a domain that is nobody's (RFC 2606)."""
    return f"{role.replace('_', '-')}@example.com"


async def sample_accounts(runtime: Runtime, password: str) -> list[str]:
    """Make an account for each role that has none, `<role>@example.com`: the addresses of the new ones."""
    accounts = runtime.accounts
    if accounts is None:
        return []
    users = accounts.declared.user
    known = {row[0] for row in await runtime.database.fetch(runtime.database.prepare(select(users.email)))}
    made = []
    for role in map(str, accounts.declared.roles):
        address = sample_address(role)
        if address not in known:
            name = role.replace("_", " ").capitalize()
            await accounts.ensure_account(address, name=name, password=password, roles=[role])
            made.append(address)
    return made


def openapi(arguments: argparse.Namespace, settings: Settings, create_app: Factory) -> int:
    """Print the OpenAPI document as YAML, in an order that does not change."""
    text = as_yaml(create_app(settings).openapi()).encode()
    if arguments.output is None:
        sys.stdout.buffer.write(text)
        sys.stdout.flush()
    else:
        arguments.output.write_bytes(text)
    return 0


def explain(_: argparse.Namespace, settings: Settings, __: Factory) -> int:
    """Show each setting with its value and source."""
    sys.stdout.write(configuration.explain(settings) + "\n")
    return 0


def _ask(question: str) -> str:
    """One line: asked for at a terminal, else the next line of standard input."""
    if sys.stdin.isatty():
        sys.stderr.write(question)
        sys.stderr.flush()
    return sys.stdin.readline().strip()


def _password() -> str:
    """A password that never stood on a command line, where other users could read it."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    given = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != given:
        raise ServerError("The two passwords differ. Nothing was changed.")
    return given


def _with_runtime(app: FastAPI, work: Callable[[Runtime], Awaitable[None]]) -> None:
    """Run `work` with the parts of the application, without serving."""
    runtime: Runtime = app.state.runtime

    async def run() -> None:
        await open_database(runtime.database)
        try:
            await encryption_start.start(runtime)
            await work(runtime)
        finally:
            await runtime.storage.close()
            await runtime.database.close()

    asyncio.run(run())


def _package() -> str:
    """The name after `python -m`, for messages."""
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    return spec.name.removesuffix(".__main__") if spec is not None else "service"
