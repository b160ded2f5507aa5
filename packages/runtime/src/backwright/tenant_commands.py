"""`python -m <service> tenants …`: what the operator does with tenants, whom nobody administers from within.

What lives here: arguments in, lines out. What must not: statements (`tenant_rows.py`).
"""

import argparse
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from fastapi import FastAPI

from backwright.actor import SYSTEM
from backwright.authentication import TRUSTED_SECONDS
from backwright.callers import acting_as
from backwright.errors import BadRequest, NotFound
from backwright.runtime import Runtime
from backwright.tenant_rows import TenantRows

if TYPE_CHECKING:
    from backwright.bound_accounts import BoundAccounts

Add = Callable[[str, Callable[..., Any], str], argparse.ArgumentParser]
WithRuntime = Callable[[FastAPI, Callable[[Runtime], Awaitable[None]]], None]
Create = Callable[..., FastAPI]


def add_to(add: Add, with_runtime: WithRuntime, password: Callable[[], str]) -> None:
    """Add the command. `password` asks for one."""
    command = add("tenants", partial(run, with_runtime, password), "Make, list, suspend and resume tenants.")
    command.add_argument("action", choices=("create", "list", "suspend", "resume"))
    command.add_argument("subject", nargs="?", metavar="NAME|ID", help="the name of a new tenant, else an id")
    command.add_argument(
        "--admin", metavar="EMAIL", help="create: its first administrator; the password is asked for"
    )


def run(
    with_runtime: WithRuntime,
    password: Callable[[], str],
    arguments: argparse.Namespace,
    settings: Any,
    create: Create,
) -> int:
    """Do what is asked."""
    secret = password() if arguments.action == "create" and arguments.admin else None

    async def work(runtime: Runtime) -> None:
        with acting_as(SYSTEM):
            await _ACTIONS[arguments.action](_accounts(runtime), arguments, secret)

    with_runtime(create(settings), work)
    return 0


async def chosen(accounts: "BoundAccounts", given: str | None) -> UUID | None:
    """The tenant of an account that a command makes. Raises `BadRequest` where it is missing or not wanted."""
    if accounts.tenants is None:
        if given is not None:
            raise BadRequest("Accounts of this service belong to no tenant: leave --tenant out.")
        return None
    if given is None:
        raise BadRequest(
            "Say for which tenant: --tenant ID (see: tenants list), or: tenants create NAME --admin EMAIL."
        )
    known = {row.id for row in await accounts.tenants.all()}
    if (id_ := _id(given)) not in known:
        raise NotFound("There is no tenant with this id.")
    return id_


async def _create(accounts: "BoundAccounts", arguments: argparse.Namespace, password: str | None) -> None:
    name = (arguments.subject or "").strip()
    if not 1 <= len(name) <= 200:
        raise BadRequest("Give the new tenant a name of 1 to 200 characters: tenants create NAME.")
    made = await _tenants(accounts).make(name)
    sys.stdout.write(f"{made}\n")
    if password is not None:
        await accounts.create_admin(arguments.admin, password, tenant=made)
        sys.stdout.write(f"{arguments.admin} can sign in as its administrator.\n")


async def _list(accounts: "BoundAccounts", _: argparse.Namespace, __: str | None) -> None:
    for row in await _tenants(accounts).all():
        since = f"  suspended since {row.suspended_at:%Y-%m-%d %H:%M} UTC" if row.suspended_at else ""
        many = "account" if row.accounts == 1 else "accounts"
        sys.stdout.write(f"{row.id}  {row.name}  {row.accounts} {many}{since}\n")


async def _suspend(accounts: "BoundAccounts", arguments: argparse.Namespace, _: str | None) -> None:
    await _tenants(accounts).suspend(_id(arguments.subject))
    sys.stdout.write(
        f"Suspended: within {TRUSTED_SECONDS:.0f} seconds none of its accounts gets an answer.\n"
    )


async def _resume(accounts: "BoundAccounts", arguments: argparse.Namespace, _: str | None) -> None:
    await _tenants(accounts).resume(_id(arguments.subject))
    sys.stdout.write("Its accounts are let in again.\n")


_ACTIONS = {"create": _create, "list": _list, "suspend": _suspend, "resume": _resume}


def _accounts(runtime: Runtime) -> "BoundAccounts":
    if runtime.accounts is None:
        raise BadRequest("This service has no accounts.")
    return runtime.accounts


def _tenants(accounts: "BoundAccounts") -> TenantRows:
    if accounts.tenants is None:
        raise BadRequest("Accounts of this service belong to no tenant: see docs/guide/tenants.md.")
    return accounts.tenants


def _id(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise BadRequest("Give the id of a tenant (see: tenants list).") from None
