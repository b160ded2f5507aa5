"""A review as JSON, for programs, whose shape stays.

What lives here: that shape, once, as a model that its JSON Schema is derived from. What must not: judging. A key may
be added; one that goes or means something else raises `VERSION`.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.stack import stack
from backwright_workbench.reports.review.frames import frame
from backwright_workbench.reports.review.words import remedy, title
from backwright_workbench.review.finding import Confidence, Finding, Severity, Step
from backwright_workbench.review.outcome import Review

VERSION: Literal[1] = 1
DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Shape(BaseModel):
    """Strict keys, immutable values."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReportedPlace(Shape):
    """Lines of a file; lines and columns count from 1."""

    path: str
    line: int
    end: int
    column: int


class ReportedStep(Shape):
    """A place on the way from the cause to the effect, or one that belongs to it."""

    place: ReportedPlace
    what: str


class ReportedLine(Shape):
    """A line of code, secrets shortened."""

    number: int
    text: str


class ReportedFinding(Shape):
    """What a rule found at one place. Findings with the same `cause` are one thing to mend."""

    rule: str
    family: str
    title: str
    severity: Severity
    confidence: Confidence
    cwe: tuple[int, ...]
    owasp: tuple[str, ...]
    place: ReportedPlace
    message: str
    fix: str
    cause: str
    steps: tuple[ReportedStep, ...]
    also: tuple[ReportedStep, ...]
    code: tuple[ReportedLine, ...]
    tools: tuple[str, ...]
    fingerprint: str
    state: Literal["new", "known", "suppressed"]
    reason: str = Field(description="Why it is suppressed.")


class ReportedFile(Shape):
    """A file or folder, and what is said of it."""

    path: str
    why: str


class Report(Shape):
    """The whole document."""

    version: Literal[1]
    name: str
    command: str
    stack: tuple[str, ...]
    routes: int
    models: int
    files: int
    lines: int
    seconds: float
    rules: tuple[str, ...]
    since: str
    counts: dict[Severity, int]
    findings: tuple[ReportedFinding, ...]
    below: int
    remarks: tuple[str, ...]
    left_out: tuple[ReportedFile, ...]
    odd: tuple[ReportedFile, ...]


def document(review: Review) -> str:
    """The text of the document."""
    return report(review).model_dump_json(indent=1) + "\n"


def report(review: Review) -> Report:
    """The review in that shape."""
    app = review.app
    found = [
        *(_finding(review, each, "new") for each in review.findings),
        *(_finding(review, each, "known") for each in review.known),
        *(_finding(review, each.finding, "suppressed", each.reason) for each in review.suppressed),
    ]
    left_out = [*review.left_out, *((path, f"cannot be parsed: {why}") for path, why in app.unread.items())]
    return Report(
        version=VERSION,
        name=review.name,
        command=review.command,
        stack=tuple(str(each) for each in stack(app)),
        routes=len(app.routes),
        models=len(app.models),
        files=len(app.files),
        lines=review.lines,
        seconds=round(review.seconds, 3),
        rules=tuple(each.name for each in review.rules),
        since=review.since,
        counts=review.by_severity(),
        findings=tuple(found),
        below=review.below,
        remarks=tuple(review.remarks),
        left_out=tuple(ReportedFile(path=path, why=why) for path, why in left_out),
        odd=tuple(ReportedFile(path=path, why=why) for path, why in review.odd),
    )


def _finding(
    review: Review, finding: Finding, state: Literal["new", "known", "suppressed"], reason: str = ""
) -> ReportedFinding:
    seen = finding.seen
    return ReportedFinding(
        rule=finding.rule,
        family=finding.family,
        title=title(review, finding),
        severity=finding.severity,
        confidence=finding.confidence,
        cwe=finding.cwe,
        owasp=finding.owasp,
        place=_place(finding.place),
        message=finding.message,
        fix=remedy(review, finding),
        cause=seen.cause,
        steps=tuple(map(_step, seen.steps)),
        also=tuple(map(_step, seen.also)),
        code=tuple(ReportedLine(number=each.number, text=each.text) for each in frame(review, finding)),
        tools=finding.tools,
        fingerprint=finding.fingerprint,
        state=state,
        reason=reason,
    )


def _place(place: Place) -> ReportedPlace:
    return ReportedPlace(path=place.path, line=place.line, end=place.end, column=place.column + 1)


def _step(step: Step) -> ReportedStep:
    return ReportedStep(place=_place(step.place), what=step.what)


def review_schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    return {"$schema": DIALECT, **Report.model_json_schema()}
