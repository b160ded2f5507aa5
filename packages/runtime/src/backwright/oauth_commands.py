"""`python -m <service> oauth-client …`: registering a program from a terminal, before there is an administrator.

What lives here: arguments in, the secret out. What must not: what may be registered (`oauth_clients.py`).
"""

import argparse
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from fastapi import FastAPI

from backwright.actor import SYSTEM
from backwright.callers import acting_as
from backwright.errors import NotFound
from backwright.oauth_registration import CODE, GRANTS, ClientRegistration
from backwright.runtime import Runtime

Add = Callable[[str, Callable[..., Any], str], argparse.ArgumentParser]
WithRuntime = Callable[[FastAPI, Callable[[Runtime], Awaitable[None]]], None]


def add_to(add: Add, with_runtime: WithRuntime) -> None:
    """Add the command."""
    command = add(
        "oauth-client",
        partial(register, with_runtime),
        "Register a program that may get tokens. Its secret is shown once.",
    )
    command.add_argument("name", help="what people see when they are asked to allow it")
    command.add_argument("--public", action="store_true", help="it cannot keep a secret: a page or an app")
    grants = f"one of {', '.join(GRANTS)}; may be given again (default: {CODE})"
    command.add_argument("--grant", action="append", choices=GRANTS, metavar="GRANT", help=grants)
    command.add_argument("--scope", action="append", default=[], help="may be given again")
    command.add_argument(
        "--redirect-uri",
        action="append",
        default=[],
        help="where people are sent back to; may be given again",
    )
    command.add_argument(
        "--logout-uri", action="append", default=[], help="where people are sent after a logout"
    )


def register(
    with_runtime: WithRuntime,
    arguments: argparse.Namespace,
    settings: Any,
    create_app: Callable[..., FastAPI],
) -> int:
    """Register a client and print its id and secret, each on a line of its own."""
    wanted = ClientRegistration(
        arguments.name,
        arguments.public,
        tuple(arguments.grant or (CODE,)),
        tuple(arguments.scope),
        tuple(arguments.redirect_uri),
        tuple(arguments.logout_uri),
    )

    async def make(runtime: Runtime) -> None:
        if runtime.accounts is None or runtime.accounts.oauth is None:
            raise NotFound("This service issues no tokens to programs: declare Accounts(…, oauth=True).")
        with acting_as(SYSTEM):
            client, secret = await runtime.accounts.oauth.clients.register(wanted)
        sys.stdout.write(f"client_id: {client.id}\n")
        if secret is not None:
            # backwright: ignore[sensitive-logging] shown once, to the person at the terminal who made it
            sys.stdout.write(f"client_secret: {secret}\n")

    with_runtime(create_app(settings), make)
    return 0
