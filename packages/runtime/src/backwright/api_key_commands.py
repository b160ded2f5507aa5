"""`python -m <service> api-keys …`: keys from a terminal, for whoever runs the service.

What lives here: arguments in, keys out. What must not: the life of a key (`api_keys.py`).

Whoever can start this command can read the database. So it makes keys for people too, and gives any key a rate of
its own, which over HTTP only service accounts get. Each step is in the audit log, as the system's.
"""

import argparse
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from fastapi import FastAPI

from backwright.actor import SYSTEM, system_of
from backwright.api_key_access import KeyAccess
from backwright.api_key_request import GRACE_HOURS, MAX_GRACE_HOURS, KeyRequest
from backwright.api_keys import NewKey
from backwright.callers import acting_as
from backwright.errors import NotFound
from backwright.runtime import Runtime
from backwright.tenant_commands import chosen

Add = Callable[[str, Callable[..., Any], str], argparse.ArgumentParser]
WithRuntime = Callable[[FastAPI, Callable[[Runtime], Awaitable[None]]], None]


def add_to(add: Add, with_runtime: WithRuntime) -> None:
    """Add the command."""

    def run(arguments: argparse.Namespace, settings: Any, create_app: Callable[..., FastAPI]) -> int:
        async def call(runtime: Runtime) -> None:
            if runtime.accounts is None or runtime.accounts.api_keys is None:
                raise NotFound("This service has no API keys: declare Accounts(…, api_keys=True).")
            actor = SYSTEM
            if "tenant" in arguments and (tenant := await chosen(runtime.accounts, arguments.tenant)):
                actor = system_of(tenant)
            with acting_as(actor):
                await arguments.keys(arguments, runtime.accounts.api_keys)

        with_runtime(create_app(settings), call)
        return 0

    command = add("api-keys", run, "Make, list, replace and revoke the keys of programs.")
    verbs = command.add_subparsers(dest="action", required=True, metavar="ACTION")

    def verb(name: str, call: Callable[..., Any], text: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text, description=text)
        added.set_defaults(keys=call)
        return added

    one = verb("create", create, "Make a key. It is printed once.")
    one.add_argument("name", help="what it is for")
    _owner(one, needed=True)
    one.add_argument(
        "--role", action="append", default=[], help="of a service account that is new; may be given again"
    )
    again = "a role of the owner that the key has, or signed_in; may be given again"
    one.add_argument("--scope", action="append", required=True, help=again)
    one.add_argument("--days", type=int, help="days until it ends (default: API_KEY_DAYS)")
    where = "where it may be used from (CIDR); may be given again (default: everywhere)"
    one.add_argument("--network", action="append", default=[], help=where)
    one.add_argument(
        "--rate", help="requests that it has for itself, such as 600/minute (default: its owner's)"
    )
    one = verb("list", show, "List keys, those that ended within 30 days included.")
    _owner(one, needed=False)
    one = verb("rotate", rotate, "Make a key that takes the place of another. It is printed once.")
    one.add_argument("id", type=UUID, help="the id of the old key")
    grace = f"hours that the old key goes on, at most {MAX_GRACE_HOURS} (default: {GRACE_HOURS})"
    one.add_argument(
        "--grace-hours", type=int, default=GRACE_HOURS, choices=range(MAX_GRACE_HOURS + 1), metavar="HOURS", help=grace
    )  # fmt: skip
    one = verb("revoke", revoke, "End a key. All processes know within 10 seconds.")
    one.add_argument("id", type=UUID, help="the id of the key")


def _owner(command: argparse.ArgumentParser, *, needed: bool) -> None:
    owner = command.add_mutually_exclusive_group(required=needed)
    owner.add_argument("--owner", metavar="EMAIL", help="the account of a person")
    owner.add_argument("--service-account", metavar="NAME", help="the account of a machine")
    command.add_argument("--tenant", metavar="ID", help="where accounts belong to tenants: which one")


async def create(arguments: argparse.Namespace, access: KeyAccess) -> None:
    """Make a key; for a service account that is not there, make that first."""
    owner = await access.find(_address(arguments, access) or "")
    if owner is None and arguments.service_account is not None:
        made = await access.service_accounts.create(arguments.service_account, arguments.role)
        owner = made["id"]
    if owner is None:
        raise NotFound("There is no account with this address.")
    wanted = KeyRequest(
        arguments.name, tuple(arguments.scope), arguments.days, tuple(arguments.network), arguments.rate
    )
    _print(await access.keys.create(owner, wanted))


async def show(arguments: argparse.Namespace, access: KeyAccess) -> None:
    """One line for each key."""
    address = _address(arguments, access)
    owner = None if address is None else await access.find(address)
    if address is not None and owner is None:
        raise NotFound("There is no account with this address.")
    for key in await access.keys.list(owner):
        sys.stdout.write(_line(key) + "\n")


async def rotate(arguments: argparse.Namespace, access: KeyAccess) -> None:
    """Make the successor of a key, whoever owns it."""
    owner = await access.keys.owner_of(arguments.id)
    _print(await access.keys.rotate(owner, arguments.id, arguments.grace_hours))


async def revoke(arguments: argparse.Namespace, access: KeyAccess) -> None:
    """End a key, whoever owns it."""
    await access.keys.revoke(arguments.id)
    sys.stdout.write(f"{arguments.id} is revoked.\n")


def _address(arguments: argparse.Namespace, access: KeyAccess) -> str | None:
    name: str | None = arguments.service_account
    found: str | None = arguments.owner if name is None else access.service_accounts.address(name)
    return found


def _print(made: NewKey) -> None:
    sys.stdout.write(f"id: {made.row['id']}\nexpires: {made.row['expires_at']:%Y-%m-%d}\nkey: {made.text}\n")


def _line(key: Mapping[str, Any]) -> str:
    state = "revoked" if key["revoked_at"] else f"until {key['expires_at']:%Y-%m-%d}"
    used = f"used {key['last_used_at']:%Y-%m-%d %H:%M} UTC" if key["last_used_at"] else "never used"
    return f"{key['id']}  {key['start']}  {state}  {used}  {','.join(key['scopes'])}  {key['name']}"
