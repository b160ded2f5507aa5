"""`python -m <service> audit …`: looking at the audit log from a terminal.

What lives here: arguments in, text out. What must not: how seals are made (`audit_sealer.py`) and checked
(`audit_verify.py`).
"""

import argparse
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from sqlalchemy import text

from backwright.audit_checkpoints import Checkpoint, forged, parsed
from backwright.audit_export import write_entries
from backwright.audit_grants import TABLES, statements
from backwright.audit_retention import prune
from backwright.audit_sealer import AuditSealer, sealer
from backwright.audit_verify import Verification, Verifier
from backwright.columns import fixed_width
from backwright.errors import Error, Kind
from backwright.runtime import Runtime

Add = Callable[[str, Callable[..., Any], str], argparse.ArgumentParser]
WithRuntime = Callable[[FastAPI, Callable[[Runtime], Awaitable[None]]], None]

UNSOUND: Final = 1
"""The exit status when the log is not what was sealed."""

_SHOWN: Final = 50


def add_to(add: Add, with_runtime: WithRuntime) -> None:
    """Add the command."""

    def run(arguments: argparse.Namespace, settings: Any, create_app: Callable[..., FastAPI]) -> int:
        status = 0

        async def call(runtime: Runtime) -> None:
            nonlocal status
            try:
                status = await arguments.audit(arguments, runtime)
            except Error as error:
                if error.kind is not Kind.INTERNAL:
                    raise
                raise ValueError(
                    "The audit log cannot be read; bring the database up to date: migrate up"
                ) from error

        with_runtime(create_app(settings), call)
        return status

    command = add("audit", run, "Look at the audit log: whether it is what it was, and what it says.")
    verbs = command.add_subparsers(dest="action", required=True, metavar="ACTION")

    def verb(name: str, call: Callable[..., Any], text: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text, description=text)
        added.set_defaults(audit=call)
        return added

    verb("seal", seal, "Seal what is not sealed yet, and print the checkpoint.")
    one = verb(
        "verify", verify, "Find entries that were changed, deleted or inserted; ends with 1 if any was."
    )
    one.add_argument(
        "--checkpoints", type=Path, metavar="FILE", help="checkpoints kept elsewhere, one on each line"
    )
    one = verb(
        "prune", prune_, "Archive and drop the entries of old seals; what is left can still be verified."
    )
    one.add_argument("--before", type=_moment, metavar="DATE", required=True, help="sealed before this day")
    one.add_argument(
        "--archive", type=Path, metavar="FILE", required=True, help="a new file for what is dropped"
    )
    one = verb(
        "grants", grants, "Print the statements with which ACCOUNT can write the log and not change it."
    )
    one.add_argument("account", help="the database account of the service; it must not own the tables")
    one = verb("export", export, "Write entries as lines of JSON; that is an entry itself.")
    one.add_argument("--since", type=_moment, metavar="DATE", help="from this day or moment (UTC) on")
    one.add_argument("--until", type=_moment, metavar="DATE", help="before this day or moment (UTC)")
    one.add_argument("--output", type=Path, metavar="FILE", help="where to; standard output without it")


async def prune_(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Archive and drop old entries."""
    found = sealer(runtime)
    try:
        with arguments.archive.open("xb") as file:
            done = await prune(runtime, found, arguments.before, file)
        if done is not None and (last := await found.newest()) is not None:
            await found.keep(last)
    except OSError as error:
        raise ValueError(f"{arguments.archive} cannot be written: {error.strerror}") from None
    finally:
        await found.close()
    if done is None:
        arguments.archive.unlink()
        sys.stdout.write("No seal is that old. Nothing was dropped.\n")
        return 0
    sys.stdout.write(
        f"{done.entries} entries of the seals to {done.through} are in {arguments.archive} and dropped.\n"
    )
    sys.stdout.write(f"sha256: {done.sha256}\n")
    return 0


async def grants(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Print the statements; nothing is run."""
    engine = runtime.database.dialect.name
    there = runtime.database.prepare(text(TABLES.get(engine, "SELECT name FROM sqlite_master")))
    names = [str(name) for (name,) in await runtime.database.fetch(there)]
    found = statements(engine, arguments.account, names)
    sys.stdout.write("".join(f"{each};\n" for each in found))
    return 0


async def seal(_: argparse.Namespace, runtime: Runtime) -> int:
    """Seal everything that is there. The checkpoint on standard output can be kept anywhere."""
    found = sealer(runtime)
    try:
        while (made := await found.seal()) is not None:
            await found.keep(made)
        last = await found.newest()
    finally:
        await found.close()
    if last is None:
        sys.stderr.write("There is nothing to seal.\n")
        return 0
    sys.stdout.write(Checkpoint.of(runtime.settings.service, last).line() + "\n")
    return 0


async def verify(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Compare the log with its seals and its checkpoints, and say what differs."""
    found = sealer(runtime)
    try:
        checkpoints = [*(await found.place.read() if found.place is not None else ())]
    finally:
        await found.close()
    if arguments.checkpoints is not None:
        try:
            lines = arguments.checkpoints.read_text().splitlines()
        except OSError as error:
            raise ValueError(f"{arguments.checkpoints} cannot be read: {error.strerror}") from None
        checkpoints += parsed(lines, str(arguments.checkpoints))
    checkpoints = [each for each in checkpoints if each.service == runtime.settings.service]
    wrong = forged(checkpoints, found.keys)
    result = await Verifier(runtime.database, found.keys, checkpoints).verify()
    result.findings[:0] = wrong
    sys.stdout.write(told(result, found, has_checkpoints=bool(checkpoints)))
    return UNSOUND if result.findings else 0


def told(result: Verification, found: AuditSealer, *, has_checkpoints: bool) -> str:
    """What was found, as lines."""
    last = result.last
    lines = [f"{result.entries} entries are as they were sealed"]
    if last is None:
        lines[0] = "nothing is sealed yet"
    else:
        lines[0] += f", in {last.sequence} seals; the last one of {fixed_width(last.sealed_at)}"
        lines.append(f"seal {last.sequence} has the hash {last.hash} (key {last.key_id})")
    if result.dropped:
        lines.append(
            f"{result.dropped} entries were archived and dropped, as seal {last and last.sequence} says"
        )
    if result.unsealed and result.unsealed_since is not None:
        lines.append(
            f"{result.unsealed} entries since {fixed_width(result.unsealed_since)} are not sealed yet"
        )
    if has_checkpoints:
        lines.append(f"{result.checkpoints} checkpoints agree")
    else:
        lines.append(
            "no checkpoint was given, so nobody can tell whether the end was cut off: AUDIT_CHECKPOINTS"
        )
    for each in result.findings[:_SHOWN]:
        lines.append(f"WRONG  {each}")
    if len(result.findings) > _SHOWN:
        lines.append(f"WRONG  and {len(result.findings) - _SHOWN} more")
    lines.append("The audit log is NOT what it was." if result.findings else "The audit log is sound.")
    return "\n".join(lines) + "\n"


async def export(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Write entries, the oldest first."""
    if arguments.output is None:
        await write_entries(runtime, sys.stdout, arguments.since, arguments.until)
        return 0
    try:
        with arguments.output.open("x", encoding="utf-8") as file:
            count = await write_entries(runtime, file, arguments.since, arguments.until)
    except OSError as error:
        raise ValueError(f"{arguments.output} cannot be written: {error.strerror}") from None
    sys.stderr.write(f"{count} entries are in {arguments.output}.\n")
    return 0


def _moment(value: str) -> datetime:
    """A day or a moment; without a time zone it is UTC."""
    with suppress(ValueError):
        found = datetime.fromisoformat(value)
        return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    raise argparse.ArgumentTypeError(f"{value!r} is no date; write 2026-01-31 or 2026-01-31T08:00:00")
