"""`python -m <service> keys …`: the keys of encrypted fields and of tokens, from a terminal.

What lives here: arguments in, text out. What must not: what is done (`key_rotation.py`, `keyring.py`). No key is ever
printed, but for a new master key, which is made to be put into the environment.
"""

import argparse
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from fastapi import FastAPI

from backwright import secret_key
from backwright.columns import fixed_width, shortest
from backwright.context import now
from backwright.encryption_keys import DATA, StoredKey
from backwright.errors import NotFound
from backwright.key_rotation import FieldKeyRotation, newest_of
from backwright.keyring import KeyRing
from backwright.reencryption import ROWS_PER_SECOND
from backwright.runtime import Runtime

Add = Callable[[str, Callable[..., Any], str], argparse.ArgumentParser]
WithRuntime = Callable[[FastAPI, Callable[[Runtime], Awaitable[None]]], None]

PENDING: Final = 1
"""The exit status of `keys status` when `keys rotate` would change something."""


def add_to(add: Add, with_runtime: WithRuntime) -> None:
    """Add the command."""

    def run(arguments: argparse.Namespace, settings: Any, create_app: Callable[..., FastAPI]) -> int:
        status = 0
        if getattr(arguments, "master", False):
            _say(secret_key.fresh())  # before the service can start without it
            return status

        async def call(runtime: Runtime) -> None:
            nonlocal status
            status = await arguments.keys(arguments, runtime)

        with_runtime(create_app(settings), call)
        return status

    command = add("keys", run, "Look after the keys of encrypted fields and of tokens.")
    verbs = command.add_subparsers(dest="action", required=True, metavar="ACTION")

    def verb(name: str, call: Callable[..., Any], text: str, signing: str = "") -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text, description=text)
        added.set_defaults(keys=call)
        if signing:
            added.add_argument("--signing", action="store_true", help=signing)
        return added

    verb("list", show, "Every key: what it is for, since when, and under which master key it is sealed.")
    verb("status", status_of, "How many values are under which key; ends with 1 if `keys rotate` has work.")
    one = verb("create", create, "Make a key that encrypts what is written from in a minute on.")
    which = one.add_mutually_exclusive_group()
    which.add_argument("--master", action="store_true", help="print a new master key for ENCRYPTION_KEYS")
    which.add_argument("--signing", action="store_true", help="a key that signs tokens a day from now")
    one = verb(
        "rotate", rotate, "Encrypt everything under a new key while the service runs; again: go on.",
        "change the key that signs tokens, at once",
    )  # fmt: skip
    one.add_argument(
        "--rows-per-second", type=_positive, default=ROWS_PER_SECOND, metavar="N",
        help=f"how fast at most (default: {ROWS_PER_SECOND})",
    )  # fmt: skip
    one = verb("retire", retire, "Forget an old key for good.", "a key of tokens; those it signed end")
    one.add_argument("key", metavar="KEY", help="its id, as `keys list` shows it")


async def show(_: argparse.Namespace, runtime: Runtime) -> int:
    """A table of keys."""
    rotation = FieldKeyRotation(runtime)
    found = await rotation.keys()
    rows = [("KEY", "KIND", "STATE", "SINCE", "MASTER")]
    rows += [
        (each.id, each.kind, state(each, found), _text(each.active_from), _master(each, rotation))
        for each in found
    ]
    if runtime.accounts is not None:
        await runtime.accounts.keyring.load()
        rows += [
            (key.kid, "signing", word, _text(key.activated_at), "SECRET_KEY")
            for key, word in runtime.accounts.keyring.states()
        ]
    _table(rows)
    return 0


def state(key: StoredKey, keys: Sequence[StoredKey]) -> str:
    """What a key of encrypted fields does now, in a word."""
    if key.kind != DATA:
        return "indexes"
    started = [each for each in keys if each.active_from <= now()]
    if key.active_from > now():
        return "waits"
    return "encrypts" if key.id == newest_of(started).id else "decrypts"


async def status_of(_: argparse.Namespace, runtime: Runtime) -> int:
    """Values by column and key, and whether something is to be done."""
    rotation = FieldKeyRotation(runtime)
    found = await rotation.keys()
    if not found:
        _say("No field of this service is encrypted.")
        return 0
    newest, pending = newest_of(found).id, False
    rows = [("COLUMN", "KEY", "VALUES", "")]
    for column, counts in (await rotation.usage()).items():
        for key, count in sorted(counts.items()):
            if count or key == newest:
                note = "" if key == newest else ("without their blind index" if not key else "to be rotated")
                pending = pending or bool(note)
                rows.append((column, key or "-", str(count), note))
    _table(rows)
    old = [each.id for each in found if each.master != rotation.store.masters.newest]
    if old:
        _say(f"Under an older master key: {', '.join(old)}")
    return PENDING if pending or old else 0


async def create(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Make one key of the kind that is asked for."""
    if arguments.signing:
        _say(f"made {await _signing(runtime).succeed()}; it signs in a day, and is published now")
    else:
        _say(f"made {await FieldKeyRotation(runtime).create()}")
    return 0


async def rotate(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Change to another key."""
    if arguments.signing:
        _say(
            f"made {await _signing(runtime).succeed(at_once=True)}; processes sign with it within ten minutes"
        )
        return 0
    rotation = FieldKeyRotation(runtime)
    changed = await rotation.rotate(_say, rows_per_second=arguments.rows_per_second)
    _say(f"encrypted {changed} values anew")
    unreadable = sum(walk.unreadable for walk in rotation.walks.values())
    if unreadable:
        _say(f"{unreadable} values do not open and were left as they are; the log says which")
    return PENDING if unreadable else 0


async def retire(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Forget a key."""
    if arguments.signing:
        await _signing(runtime).retire(arguments.key)
    else:
        await FieldKeyRotation(runtime).retire(arguments.key)
    _say(f"{arguments.key} is forgotten")
    return 0


def _signing(runtime: Runtime) -> KeyRing:
    if runtime.accounts is None:
        raise NotFound("This service has no accounts, and signs nothing.")
    return runtime.accounts.keyring


def _master(key: StoredKey, rotation: FieldKeyRotation) -> str:
    return key.master + ("" if key.master == rotation.store.masters.newest else " (older)")


def _text(moment: Any) -> str:
    return shortest(fixed_width(moment.replace(microsecond=0)))


def _table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        _say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _positive(text: str) -> float:
    value = float(text)
    if value <= 0:
        raise argparse.ArgumentTypeError("must be more than 0")
    return value
