"""`backwright verify DIR --check`: does the evidence that lies there hold?

What lives here: opening, repeating, reporting. What must not: comparing (`verify/repeat.py`), and how it looks. The
evidence stays as it is; what the checks say now is kept beside it, in `repeated/`.
"""

from collections.abc import Generator
from pathlib import Path

from backwright_workbench.commands.events import Event, Step, Summary
from backwright_workbench.commands.verify import NOT_PROVEN, asked_with, opening, told
from backwright_workbench.errors import UserError
from backwright_workbench.reports.verification.repetition import repetition
from backwright_workbench.verify.check import Profile, all_checks
from backwright_workbench.verify.repeat import compared, planned, profile_of
from backwright_workbench.verify.repeated import Repeated, contradicted, proven
from backwright_workbench.verify.runner import Chosen, Runner
from backwright_workbench.verify.store import FOLDER, Store
from backwright_workbench.verify.target import Target


def verify_again(
    directory: Path, *, target: Target | None = None, full: bool = False
) -> Generator[Event, None, None]:
    """Puts every record to the proof. Raises `WorkbenchError` if there is none, or it cannot begin."""
    store = Store(directory.resolve() / FOLDER)
    if not store.names():
        raise UserError("there is no evidence", str(directory), next_step=f"backwright verify {directory}")
    profile = Profile.FULL if full else profile_of(store)
    asked = asked_with(directory, target, profile)
    yield Step("verify", "Repeat").started()
    with opening(directory, target, profile) as opened, store.held():
        beside = Store(store.root / "repeated")
        beside.clear()
        opened.keeper.folder(beside.partial)
        runner = Runner(
            opened.subject, beside, all_checks(), asked=asked, afresh=True, secrets=opened.secrets
        )
        plan = planned(store, all_checks(), runner)
        answers = list(plan.known)
        if plan.repeat:
            runner.chosen = Chosen(only=tuple(plan.repeat))
            evidence = yield from told(runner)
            answers += [compared(plan.repeat[each.check], each) for each in evidence]
    yield closing(opened.name, answers, asked)


def closing(name: str, answers: list[Repeated], asked: str) -> Summary:
    """The end: 0 if all that is required was reproduced as passed, 1 if something contradicts, else not proven."""
    values = {each.check: str(each.answer) for each in answers}
    code = 1 if contradicted(answers) else NOT_PROVEN
    return Summary(proven(answers), repetition(name, answers, asked), values, exit_code=code)
