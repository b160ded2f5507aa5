"""A verification as JSON, for programs: `report.json`, whose shape stays.

What lives here: that shape, once, as a model that its JSON Schema is derived from. What must not: judging. A key may
be added; one that goes or means something else raises `VERSION`.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from backwright_workbench.reports.verification.checklists import Mark, checklists
from backwright_workbench.verify.evidence import Evidence
from backwright_workbench.verify.outcome import Status
from backwright_workbench.verify.verdict import Verdict, Verification

VERSION: Literal[1] = 1
DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Shape(BaseModel):
    """Strict keys, immutable values."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReportedFault(Shape):
    """One thing that is wrong: what, where, why it matters, what to do next."""

    what: str
    place: str
    why: str
    next_step: str


class ReportedFigure(Shape):
    """A number that was measured. `limit` is the most, or with `least` the least, that is allowed."""

    name: str
    value: float
    unit: str
    limit: float | None
    least: bool
    holds: bool


class ReportedOutput(Shape):
    """A file beside the record of a check: what was printed or sent, with its hash and the command that shows it."""

    file: str
    sha256: str
    command: str
    exit_code: int | None


class ReportedCheck(Shape):
    """One check with what it saw. `evidence` is the path of its record, relative to this document."""

    check: str
    family: str
    title: str
    status: Status
    required: bool
    summary: str
    reused: bool
    began: str
    seconds: float
    engine: str
    command: str
    next_step: str
    faults: tuple[ReportedFault, ...]
    figures: tuple[ReportedFigure, ...]
    notes: tuple[str, ...]
    proves: tuple[str, ...]
    evidence: str | None
    outputs: tuple[ReportedOutput, ...]


class ReportedItem(Shape):
    """An item of a checklist, and the checks that speak for it."""

    item: str
    title: str
    state: Mark
    checks: tuple[str, ...]


class ReportedList(Shape):
    """A checklist that teams use."""

    checklist: str
    title: str
    items: tuple[ReportedItem, ...]


class ReportedStatus(Shape):
    """The same in the words that programs which lead several agents expect."""

    agent: str
    status: Verdict
    phase: str
    completed: tuple[str, ...]
    pending: tuple[str, ...]


class Report(Shape):
    """A verification of a service: the verdict, and every check that there is."""

    version: Literal[1] = VERSION
    name: str
    title: str
    verdict: Verdict
    profile: str
    engine: str
    meant_for: str
    began: str
    seconds: float
    command: str
    commit: str
    tree: str
    versions: dict[str, str]
    machine: dict[str, str | int]
    counts: dict[str, int] = Field(description="Checks by how they ended, and those that are required.")
    checks: tuple[ReportedCheck, ...]
    checklists: tuple[ReportedList, ...]
    agent_status: ReportedStatus


def document(verification: Verification) -> str:
    """The text of `report.json`."""
    return report(verification).model_dump_json(indent=1) + "\n"


def report(verification: Verification) -> Report:
    """The verification in the shape that stays."""
    counts = {str(status): len(verification.of(status)) for status in Status}
    return Report(
        name=verification.name,
        title=verification.title or verification.name,
        verdict=verification.verdict,
        profile=verification.profile,
        engine=verification.engine,
        meant_for=verification.meant_for,
        began=verification.began,
        seconds=round(verification.seconds, 3),
        command=verification.command,
        commit=verification.commit,
        tree=verification.tree,
        versions=dict(verification.versions),
        machine=dict(verification.machine),
        counts={**counts, "required": len(verification.required)},
        checks=tuple(_check(each, kept=each.check in verification.kept) for each in verification.evidence),
        checklists=tuple(
            ReportedList(
                checklist=each.name,
                title=each.title,
                items=tuple(
                    ReportedItem(
                        item=one.item.name,
                        title=one.item.title,
                        state=one.mark,
                        checks=tuple(found.check for found in one.evidence),
                    )
                    for one in each.items
                ),
            )
            for each in checklists(verification)
        ),
        agent_status=_status(verification),
    )


def report_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `report.json`."""
    return {"$schema": DIALECT, **Report.model_json_schema(mode="serialization")}


def _check(evidence: Evidence, *, kept: bool) -> ReportedCheck:
    return ReportedCheck(
        check=evidence.check,
        family=evidence.family,
        title=evidence.title,
        status=evidence.status,
        required=evidence.required,
        summary=evidence.summary,
        reused=evidence.reused,
        began=evidence.began,
        seconds=evidence.seconds,
        engine=evidence.engine,
        command=evidence.command,
        next_step=evidence.next_step,
        faults=tuple(
            ReportedFault(what=each.what, place=each.place, why=each.why, next_step=each.next_step)
            for each in evidence.faults
        ),
        figures=tuple(
            ReportedFigure(
                name=each.name,
                value=each.value,
                unit=each.unit,
                limit=each.limit,
                least=each.least,
                holds=each.holds,
            )
            for each in evidence.figures
        ),
        notes=evidence.notes,
        proves=evidence.proves,
        evidence=f"evidence/{evidence.check}/result.json" if kept else None,
        outputs=tuple(
            ReportedOutput(
                file=f"evidence/{evidence.check}/{each.file}",
                sha256=each.sha256,
                command=each.command,
                exit_code=each.exit_code,
            )
            for each in evidence.outputs
            if kept
        ),
    )


def _status(verification: Verification) -> ReportedStatus:
    left = {each.check for each in verification.of(Status.NOT_RUN)}
    return ReportedStatus(
        agent="backwright",
        status=verification.verdict,
        phase="verdict",
        completed=tuple(sorted(each.check for each in verification.evidence if each.check not in left)),
        pending=tuple(sorted(each.check for each in verification.required if each.check in left)),
    )
