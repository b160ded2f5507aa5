"""Runs checks: what can run beside each other does, what measures times runs alone; each leaves its evidence.

What lives here: choosing, order, reuse, and turning whatever happens into a record. What must not: any check.
"""

import queue
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from time import monotonic

from backwright_workbench.errors import WorkbenchError
from backwright_workbench.verify.check import GIVEN_BY, Known, Need, Profile
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.fingerprint import contents, fingerprint_of, part
from backwright_workbench.verify.machine import machine, versions
from backwright_workbench.verify.outcome import Fault, NotRun, Outcome, Status
from backwright_workbench.verify.stand.databases import naming
from backwright_workbench.verify.store import Recorder, Store
from backwright_workbench.verify.subject import Subject
from backwright_workbench.workspace.processes import NO_MORE

LANES = 3
"""Checks that run beside each other: they wait for the backend about half of the time."""

ORDER = tuple(Profile)

TRIES = 3
"""How often a check is run again that Python itself has broken off."""

ELSEWHERE = "not run on "
"""How the summary begins of a check that passed on another engine than the one that the service is meant for."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A check has begun."""

    check: str


@dataclass(frozen=True, slots=True)
class Said:
    """A check tells how far it has come."""

    check: str
    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """A check has left its evidence."""

    evidence: Evidence


Told = Begun | Said | Done


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which checks are asked for: names or families; `skipped` are listed as not run."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    def holds(self, check: Known) -> bool:
        """Whether it is asked for."""
        return not self.only or _named(check, self.only)

    def leaves_out(self, check: Known) -> bool:
        """Whether it is left out on purpose."""
        return _named(check, self.skip)


@dataclass
class Runner:
    """One verification of one subject."""

    subject: Subject
    store: Store
    checks: Sequence[Known]
    chosen: Chosen = field(default_factory=Chosen)
    asked: str = "backwright verify"
    """The command line that this verification was asked with, without `--only`."""
    afresh: bool = False
    """Whether evidence is made anew although nothing has changed."""
    secrets: set[str] = field(default_factory=set)
    _told: "queue.SimpleQueue[Told]" = field(default_factory=queue.SimpleQueue)

    def run(self) -> Iterator[Told]:
        """Runs what is asked for, and tells. Every check that is asked for ends in one `Done`."""
        waiting = []
        for check in self.asked_for():
            known = self._without_running(check)
            if known is None:
                waiting.append(check)
            else:
                yield Done(known)
        yield from self._side_by_side([check for check in waiting if not check.check.alone])
        for check in waiting:
            if check.check.alone:
                yield from self._side_by_side([check])

    def asked_for(self) -> list[Known]:
        """The checks that are asked for."""
        return [check for check in self.checks if self.chosen.holds(check)]

    def remembered(self) -> Iterator[Evidence]:
        """What is known about those that are not asked for: what they said about the same inputs, or nothing."""
        for check in self.checks:
            if not self.chosen.holds(check):
                yield (
                    self.impossible(check)
                    or self._same(check)
                    or self._not_run(check, "not asked for", f"{self.asked} --only {check.name}")
                )

    def _side_by_side(self, checks: list[Known]) -> Iterator[Told]:
        names = {check.name for check in checks}
        held = [check for check in checks if check.check.after in names]
        awaited = {check.check.after for check in held}
        left: queue.SimpleQueue[Known] = queue.SimpleQueue()
        for check in sorted(checks, key=lambda each: each.name not in awaited):
            if check not in held:
                left.put(check)

        def carry_out(check: Known) -> None:
            self._carry_out(check)
            for each in held:
                if each.check.after == check.name:
                    carry_out(each)

        def work() -> None:
            with suppress(queue.Empty):
                while not NO_MORE.is_set():
                    try:
                        carry_out(left.get_nowait())
                    except OSError:
                        if not NO_MORE.is_set():  # else its folder is tidied up already
                            raise

        for _ in range(min(LANES, len(checks))):
            threading.Thread(target=work, daemon=True).start()
        done = 0
        while done < len(checks):
            told = self._told.get()
            done += isinstance(told, Done)
            yield told

    def _without_running(self, check: Known) -> Evidence | None:
        """What is known without running it: that it cannot run, or what it said about the same inputs."""
        found = self.impossible(check)
        if found is None and self.chosen.leaves_out(check):
            found = self._not_run(check, "left out by --skip")
        if found is not None or self.afresh:
            return found
        known = self._same(check)
        return known if known is not None and known.status is not Status.FAILED else None

    def impossible(self, check: Known) -> Evidence | None:
        """That it cannot run on this subject, or does not belong to this profile."""
        missing = [need for need in Need if need in check.check.needs and need not in self.subject.has]
        if missing:
            helps = "; ".join(GIVEN_BY[need] for need in missing if need in GIVEN_BY)
            if Need.SERVICE in missing:
                helps = ""  # nothing that could be given makes it one
            return self._not_run(check, "needs " + " and ".join(missing), helps, required=False)
        if ORDER.index(check.check.profile) > ORDER.index(self.subject.profile):
            return self._not_run(check, "only in the full profile", f"{self.asked} --full", required=False)
        return None

    def _same(self, check: Known) -> Evidence | None:
        """What it said about the same inputs, at the same place."""
        found = self.store.get(check.name) if check.check.reusable and self.subject.recalls else None
        if found is None or self.subject.root is None:
            return None
        if found.status is Status.NOT_RUN and not found.summary.startswith(ELSEWHERE):
            return None
        same = (
            found.inputs == self._inputs(check)
            and found.versions == versions()
            and found.machine == machine()
            and found.engine == self.subject.stands.engine
            and ORDER.index(Profile(found.profile)) >= ORDER.index(self.subject.profile)
        )
        return replace(found, reused=True) if same else None

    def _carry_out(self, check: Known) -> None:
        self._told.put(Begun(check.name))
        outputs = self.store.begin()
        record = Recorder(outputs, self.secrets)
        subject = replace(
            self.subject, record=record, say=lambda text: self._told.put(Said(check.name, text))
        )
        began, since = datetime.now(UTC), monotonic()
        next_step, required = "", check.check.required
        try:
            outcome = _said(check, subject)
        except NotRun as reason:
            outcome, next_step = Outcome(Status.NOT_RUN, reason.reason), reason.next_step
            required = required and reason.required
        except WorkbenchError as error:
            outcome = _failed(error)
        # backwright: ignore[broad-except] a check that fails is told as broken, with its stack, and the others go on
        except Exception:
            outcome = _broken(check, record)
        if self._is_elsewhere(check, outcome):
            outcome, next_step = self._elsewhere(outcome), naming(self.subject.meant_for)
        evidence = replace(
            self._evidence(check, outcome, began, next_step),
            required=required,
            seconds=round(monotonic() - since, 3),
            outputs=tuple(record.outputs),
        )
        self.store.put(evidence, outputs)
        self._told.put(Done(evidence))

    def _is_elsewhere(self, check: Known, outcome: Outcome) -> bool:
        """Whether it passed on another engine than the one that the service is meant for; what fails has failed."""
        meant, here = self.subject.meant_for, self.subject.stands.engine
        return check.check.engine_bound and outcome.status is Status.PASSED and meant not in ("", here)

    def _elsewhere(self, outcome: Outcome) -> Outcome:
        """There it proves nothing for this one."""
        subject = self.subject
        said = (
            f"{ELSEWHERE}{subject.meant_for}; on {subject.stands.engine or 'no database'}: {outcome.summary}"
        )
        return replace(outcome, status=Status.NOT_RUN, summary=said)

    def _not_run(self, check: Known, reason: str, next_step: str = "", *, required: bool = True) -> Evidence:
        outcome = Outcome(Status.NOT_RUN, reason)
        evidence = self._evidence(check, outcome, datetime.now(UTC), next_step)
        return replace(evidence, required=required and check.check.required)

    def _evidence(self, check: Known, outcome: Outcome, began: datetime, next_step: str) -> Evidence:
        clean = Recorder(Path(), self.secrets).clean
        return Evidence(
            check=check.name,
            title=check.check.title,
            status=outcome.status,
            summary=clean(outcome.summary),
            required=check.check.required,
            command=f"{self.asked} --only {check.name}",
            began=began.isoformat(timespec="seconds"),
            seconds=0.0,
            profile=self.subject.profile,
            engine=self.subject.stands.engine,
            tree=self.tree,
            inputs=self._inputs(check),
            versions=versions(),
            machine=machine(),
            faults=tuple(
                Fault(*map(clean, (each.what, each.place, each.why, each.next_step)))
                for each in outcome.faults
            ),
            figures=outcome.figures,
            notes=tuple(map(clean, outcome.notes)),
            next_step=next_step,
            proves=check.check.proves,
            data=outcome.data,
        )

    @cached_property
    def files(self) -> Mapping[str, str]:
        """The files of the copy by their hashes, looked at once: no check changes them. Empty: there are none."""
        return {} if self.subject.root is None else contents(self.subject.root)

    @property
    def tree(self) -> str:
        """The fingerprint of the files; empty: there are none to look at."""
        return "" if self.subject.root is None else fingerprint_of(self.files)

    def _inputs(self, check: Known) -> str:
        return "" if self.subject.root is None else fingerprint_of(part(self.files, check.check.inputs))


def _named(check: Known, names: tuple[str, ...]) -> bool:
    return check.name in names or check.family in names


def _said(check: Known, subject: Subject) -> Outcome:
    """What a check says. Python 3.11 may stumble when two threads parse code at once: it is asked again then."""
    for _ in range(TRIES):
        try:
            return check.run(subject)
        except SystemError as error:
            if "recursion depth mismatch" not in str(error):
                raise
            subject.record.outputs.clear()
    return check.run(subject)


def _failed(error: WorkbenchError) -> Outcome:
    """A backend that cannot be prepared or started has failed."""
    fault = Fault(error.what, error.where or "", error.why or "", error.next_step or "")
    return Outcome(Status.FAILED, error.what, (fault,))


def _broken(check: Known, record: Recorder) -> Outcome:
    """A check that breaks off proves nothing, so it has failed; the stack is kept as its output."""
    text = traceback.format_exc()
    record.keep("broken.txt", text, command=check.name)
    fault = Fault(
        "the check broke off",
        why=text.strip().splitlines()[-1][:500],
        next_step="see broken.txt beside its evidence; report it, because a check must not break off",
    )
    return Outcome(Status.FAILED, fault.what, (fault,))
