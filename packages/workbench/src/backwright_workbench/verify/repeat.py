"""Evidence put to the proof: is each record whole, is it about these files, and does the check say the same again?

What lives here: that comparison. What must not: running checks (`runner.py`), and how the answer is shown. A record
that was changed or is about other files is not repeated: there is nothing to compare with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backwright_workbench.verify.check import Known, Profile
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.fingerprint import changes, fingerprint_of, part
from backwright_workbench.verify.machine import machine, versions
from backwright_workbench.verify.outcome import Figure, Status
from backwright_workbench.verify.repeated import Answer, Repeated
from backwright_workbench.verify.runner import Runner
from backwright_workbench.verify.store import Store

COUNTS = 0.05
"""By which share a number that counts may differ: rows and cases are made anew each time."""
POINTS = 2.0
"""By how many points a share that has a limit may differ."""
MEASURED = frozenset({"ms", "s", "µs", "MB", "KB", "requests/s", "/s"})
"""Units of what no two runs measure alike; such figures are compared by their limits."""
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known without running anything, and the records that are to be repeated."""

    known: tuple[Repeated, ...]
    repeat: Mapping[str, Evidence]


def profile_of(store: Store) -> Profile:
    """The profile that repeats all of them: the full one if one of them is from there."""
    full = any(each.profile == Profile.FULL for each in store.all())
    return Profile.FULL if full else Profile.QUICK


def planned(store: Store, checks: Sequence[Known], runner: Runner) -> Plan:
    """Looks at every record, and at every check that should have one. `runner` says what can run here."""
    root, files = runner.subject.root, runner.files
    known, repeat = [], {}
    for check in checks:
        possible = runner.impossible(check) is None
        required = possible and check.check.required
        damage = store.damage(check.name)
        found = store.get(check.name)
        if check.name not in store.names():
            answer = Answer.MISSING if possible else Answer.NOT_NEEDED
            known.append(Repeated(check.name, answer, required))
        elif found is None:
            known.append(Repeated(check.name, Answer.BROKEN, required, (damage,)))
        elif root is not None and fingerprint_of(part(files, check.check.inputs)) != found.inputs:
            reasons = _stale(store, found, check, files)
            known.append(Repeated(check.name, Answer.STALE, required, reasons, was=found.status))
        else:
            repeat[check.name] = found
    return Plan(tuple(known), repeat)


def compared(was: Evidence, now: Evidence) -> Repeated:
    """Whether a check says the same again. What passed then and was not run now has not been reproduced."""
    reasons = []
    if was.status is not now.status:
        reasons.append(f"was {was.status}, is {now.status}: {now.summary}")
        reasons += [f"{each.place}: {each.what}" if each.place else each.what for each in now.faults[:SHOWN]]
    elif was.profile == now.profile:
        reasons += _figures(was.figures, now.figures)
    answer = Answer.DIFFERS if reasons else Answer.REPRODUCED
    if reasons and now.status is Status.NOT_RUN:
        answer = Answer.NOT_RUN
    notes = (*_circumstances(was), *_apart(was.figures, now.figures))
    required = now.required or (was.required and was.status is Status.FAILED)
    return Repeated(was.check, answer, required, tuple(reasons), notes, was.status, now.status)


def _stale(store: Store, found: Evidence, check: Known, files: Mapping[str, str]) -> tuple[str, ...]:
    before = store.tree(found.tree)
    if before is None:
        return ("its files changed since; which ones is not known",)
    inputs = check.check.inputs
    said = changes(part(before, inputs), part(files, inputs))
    if not said:
        return ("the record names other files than it was made from",)
    more = len(said) - SHOWN
    return (*said[:SHOWN], f"… and {more} more") if more > 0 else said


def _figures(was: Sequence[Figure], now: Sequence[Figure]) -> list[str]:
    """What differs by more than two runs may."""
    after = {each.name: each for each in now}
    found = []
    for each in was:
        other = after.get(each.name)
        if other is None:
            found.append(f"{each.name} was {_told(each)}, is not told any more")
        elif each.holds != other.holds or not _alike(each, other):
            found.append(f"{each.name} was {_told(each)}, is {_told(other)}")
    return found


def _alike(was: Figure, now: Figure) -> bool:
    if was.unit != now.unit:
        return False
    if was.unit in MEASURED or (was.unit == "%" and was.limit is None):
        return True
    if was.unit == "%":
        return abs(was.value - now.value) <= POINTS
    return abs(was.value - now.value) <= COUNTS * max(abs(was.value), abs(now.value))


def _apart(was: Sequence[Figure], now: Sequence[Figure]) -> list[str]:
    """What was measured at more than twice as much or less: no contradiction, and worth a look."""
    after = {each.name: each for each in now}
    found = []
    for each in was:
        other = after.get(each.name)
        if other is not None and each.unit in MEASURED and other.unit == each.unit:
            low, high = sorted((abs(each.value), abs(other.value)))
            if high > 2 * low:
                found.append(f"{each.name} was {_told(each)}, is {_told(other)}")
    return found


def _told(figure: Figure) -> str:
    return f"{figure.value:g} {figure.unit}".rstrip()


def _circumstances(was: Evidence) -> tuple[str, ...]:
    """What is otherwise than when the record was made, and may be why it differs."""
    found = []
    if was.machine != machine():
        there = ", ".join(str(each) for each in was.machine.values())
        found.append(f"made on another machine: {there}")
    others = [f"{name} {number}" for name, number in was.versions.items() if versions().get(name) != number]
    if others:
        found.append(f"made with {', '.join(others)}")
    return tuple(found)
