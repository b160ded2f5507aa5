"""`backwright verify DIR`: is this ready for production? Checks that run, each with its evidence.

What lives here: opening, running, keeping, reporting. What must not: any check, and how reports look.
"""

from collections.abc import Generator, Iterator
from pathlib import Path
from time import monotonic

from backwright_workbench.commands.events import Checked, Event, Step, Summary
from backwright_workbench.errors import UserError
from backwright_workbench.reports.verification import summary
from backwright_workbench.verify.check import Profile, all_checks
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.opening import Opened, open_service
from backwright_workbench.verify.runner import Begun, Chosen, Done, Runner, Said, Told
from backwright_workbench.verify.store import FOLDER, Store
from backwright_workbench.verify.verdict import Verdict, Verification, in_order

NOT_PROVEN = 4
"""The exit code when nothing failed, but something that is required was not run."""


def verify(
    directory: Path,
    *,
    full: bool = False,
    only: tuple[str, ...] = (),
    skip: tuple[str, ...] = (),
    again: bool = False,
) -> Generator[Event, None, None]:
    """Runs the checks and keeps their evidence. Raises `WorkbenchError` if they cannot be run at all."""
    refuse_unknown(only + skip)
    profile = Profile.FULL if full else Profile.QUICK
    store = Store(directory.resolve() / FOLDER)
    began = monotonic()
    step = Step("verify", "Verify")
    yield step.started()
    with open_service(directory, profile) as opened, store.held():
        opened.keeper.folder(store.partial)
        asked = " ".join(["backwright", "verify", str(directory), *(["--full"] if full else [])])
        runner = Runner(opened.subject, store, all_checks(), Chosen(only, skip), asked, again, opened.secrets)
        evidence = yield from told(runner.run(), step)
        verification = verified(opened, evidence, profile, monotonic() - began, asked)
    yield Summary(
        verification.verdict is Verdict.READY,
        summary(verification),
        {"verdict": verification.verdict},
        exit_code=NOT_PROVEN if verification.verdict is Verdict.NOT_PROVEN else 1,
    )


def told(events: Iterator[Told], step: Step) -> Generator[Event, None, list[Evidence]]:
    """What a run tells, as it is shown; returns its evidence."""
    found: list[Evidence] = []
    running: dict[str, str] = {}
    for event in events:
        match event:
            case Begun(check=name):
                running[name] = ""
            case Said(check=name, text=text):
                running[name] = text
            case Done(evidence=evidence):
                running.pop(evidence.check, None)
                found.append(evidence)
                yield checked(evidence)
        yield step.progress(", ".join(f"{name} {text}".rstrip() for name, text in running.items()))
    return found


def checked(evidence: Evidence) -> Checked:
    """One check, as it is shown."""
    faults = tuple(
        f"{fault.place}: {fault.what}" if fault.place else fault.what for fault in evidence.faults[:5]
    )
    left = len(evidence.faults) - len(faults)
    return Checked(
        evidence.check,
        evidence.status,
        evidence.summary,
        evidence.seconds,
        evidence.required,
        (*faults, *([f"… and {left} more"] if left else [])),
        evidence.reused,
    )


def verified(
    opened: Opened, evidence: list[Evidence], profile: Profile, seconds: float, command: str
) -> Verification:
    """All of it as one value."""
    subject = opened.subject
    return Verification(
        opened.name, in_order(evidence), profile, subject.stands.engine, subject.meant_for, seconds, command
    )


def refuse_unknown(names: tuple[str, ...]) -> None:
    """Raises `UserError` for a check that there is not."""
    known = {check.name for check in all_checks()} | {check.family for check in all_checks()}
    for name in names:
        if name not in known:
            raise UserError(
                f"there is no check {name}",
                why=f"there are {', '.join(sorted(known))}",
                next_step="give one of these",
            )
