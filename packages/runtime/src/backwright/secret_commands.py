"""`python -m <service> secrets reseal`: carrying over what is kept when `SECRET_KEY` was replaced.

What lives here: arguments in, text out. What must not: what is carried over (`resealing.py`).
"""

import argparse
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI

from backwright import resealing
from backwright.runtime import Runtime

Add = Callable[[str, Callable[..., Any], str], argparse.ArgumentParser]
WithRuntime = Callable[[FastAPI, Callable[[Runtime], Awaitable[None]]], None]


def add_to(add: Add, with_runtime: WithRuntime) -> None:
    """Add the command."""

    def run(_: argparse.Namespace, settings: Any, create_app: Callable[..., FastAPI]) -> int:
        found: list[resealing.Resealed] = []

        async def call(runtime: Runtime) -> None:
            found.extend(await resealing.reseal(runtime.database, runtime.settings.secrets))

        with_runtime(create_app(settings), call)
        for each in found:
            lost = f", {each.lost} open with neither secret" if each.lost else ""
            sys.stdout.write(f"{each.table}: {each.resealed} sealed anew{lost}\n")
        return 1 if any(each.lost for each in found) else 0

    command = add("secrets", run, "Seal under SECRET_KEY what was sealed under SECRET_KEY_PREVIOUS.")
    command.add_argument("action", choices=("reseal",))
