"""`backwright verify DIR`: is this ready for production? Checks that run, each with its evidence.

What lives here: opening, running, keeping, reporting. What must not: any check, and how reports look.
"""

from collections.abc import Generator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from time import monotonic

from backwright_workbench.commands.events import AgentStatus, Checked, Checking, Event, Step, Summary
from backwright_workbench.commands.verify_reports import write_reports
from backwright_workbench.errors import UserError
from backwright_workbench.reports.verification.closing import summary
from backwright_workbench.verify.check import Profile, all_checks
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.foreign import open_foreign
from backwright_workbench.verify.machine import machine, versions
from backwright_workbench.verify.opening import Opened, open_service
from backwright_workbench.verify.runner import Begun, Chosen, Done, Runner, Said
from backwright_workbench.verify.store import FOLDER, Store
from backwright_workbench.verify.target import Target
from backwright_workbench.verify.verdict import Verdict, Verification, in_order
from backwright_workbench.workspace.git import commit_of

NOT_PROVEN = 4
"""The exit code when nothing failed, but something that is required was not run."""

AGENT = "backwright"


def verify(
    directory: Path,
    *,
    target: Target | None = None,
    full: bool = False,
    only: tuple[str, ...] = (),
    skip: tuple[str, ...] = (),
    junit: Path | None = None,
    sarif: Path | None = None,
) -> Generator[Event, None, None]:
    """Runs the checks, keeps their evidence, writes the reports. Raises `WorkbenchError` if it cannot begin.

    `target` is a backend that Backwright did not write; `directory` is then where its evidence is kept.
    The exit code is about the checks that were asked for; the verdict is about all of them.
    """
    refuse_unknown(only + skip)
    profile = Profile.FULL if full else Profile.QUICK
    asked = asked_with(directory, target, profile)
    chosen = Chosen(only, skip)
    verification = yield from verification_of(directory, profile, asked, target=target, chosen=chosen)
    files = write_reports(verification, directory / FOLDER, junit_file=junit, sarif_file=sarif)
    yield status_at_end(verification)
    yield Summary(
        verification.answer is Verdict.READY,
        summary(verification, files),
        {"verdict": verification.verdict, **files},
        exit_code=NOT_PROVEN if verification.answer is Verdict.NOT_PROVEN else 1,
    )


def verification_of(
    directory: Path, profile: Profile, asked: str, *, target: Target | None = None, chosen: Chosen
) -> Generator[Event, None, Verification]:
    """Opens the service in `directory` or the backend that was named, runs what is chosen, and keeps the evidence.

    `asked` is the command line that repeats all of it.
    """
    store = Store(directory.resolve() / FOLDER)
    began, since = datetime.now(UTC), monotonic()
    yield Step("verify", "Verify").started()
    with opening(directory, target, profile) as opened, store.held():
        opened.keeper.folder(store.partial)
        runner = Runner(opened.subject, store, all_checks(), chosen, asked, secrets=opened.secrets)
        evidence = yield from told(runner)
        evidence += runner.remembered()
        if opened.subject.root is not None:
            store.keep_tree(runner.files)
            store.forget_trees()
        return replace(
            verified(opened, evidence, profile, monotonic() - since, asked),
            tree=runner.tree,
            began=began.isoformat(timespec="seconds"),
            asked=frozenset(check.name for check in runner.asked_for()) if chosen.only else frozenset(),
            kept=frozenset(each.check for each in evidence if is_kept(each, store)),
        )


def opening(directory: Path, target: Target | None, profile: Profile) -> AbstractContextManager[Opened]:
    """A service of ours, or the backend that was named."""
    return open_service(directory, profile) if target is None else open_foreign(target, profile)


def asked_with(directory: Path, target: Target | None, profile: Profile) -> str:
    """The command line that asks for the same checks."""
    full = profile is Profile.FULL
    if target is not None:
        return target.command(full=full)
    return f"backwright verify {quote(str(directory))}" + (" --full" if full else "")


def told(runner: Runner) -> Generator[Event, None, list[Evidence]]:
    """Runs, and tells what happens as it is shown; returns the evidence."""
    found: list[Evidence] = []
    running: dict[str, str] = {}
    pending = [check.name for check in runner.asked_for()]
    total = len(pending)
    for event in runner.run():
        match event:
            case Begun(check=name):
                running[name] = ""
            case Said(check=name, text=text):
                running[name] = text
            case Done(evidence=evidence):
                running.pop(evidence.check, None)
                pending.remove(evidence.check)
                found.append(evidence)
                yield checked(evidence)
                completed = tuple(each.check for each in found)
                yield AgentStatus(AGENT, "verifying", evidence.family, completed, tuple(pending))
        yield Checking(dict(running), len(found), total)
    return found


def status_at_end(verification: Verification) -> AgentStatus:
    """The verdict in the words that programs which lead several agents expect."""
    done = tuple(each.check for each in verification.evidence if each.status != "not run")
    left = tuple(each.check for each in verification.required if each.check not in done)
    return AgentStatus(AGENT, verification.verdict, "verdict", done, left)


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
    blueprint = subject.blueprint
    return Verification(
        opened.name,
        in_order(evidence),
        profile,
        subject.stands.engine,
        subject.meant_for,
        seconds,
        command,
        title=blueprint.title if blueprint else "",
        commit=commit_of(subject.origin) if subject.origin else "",
        versions=versions(),
        machine=machine(),
        blueprint=blueprint,
    )


def is_kept(evidence: Evidence, store: Store) -> bool:
    """Whether its record is the one that lies in the store."""
    found = store.get(evidence.check)
    return found is not None and (found.began, found.status) == (evidence.began, evidence.status)


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
