"""`backwright review PATH`: what is wrong with a backend, read and never run.

What lives here: reading, applying rules, putting together what is told. What must not: any rule, and how reports look.
"""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.commands.events import Event, Found, Notice, Output, Step, Summary
from backwright_workbench.commands.review_reports import drawn, write_reports
from backwright_workbench.review.engine import findings
from backwright_workbench.review.finding import Finding, Severity
from backwright_workbench.review.outcome import Review
from backwright_workbench.review.rule import Rule, all_rules
from backwright_workbench.review.selection import Selection, rule_named
from backwright_workbench.workspace.projects import Reading, read_project

EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line; `files` are reports by their format."""

    place: Path
    form: str = "text"
    files: dict[str, Path] = field(default_factory=dict)
    selection: Selection = EVERYTHING
    fail_on: Severity | None = Severity.HIGH
    verbose: bool = False
    colour: bool = False
    width: int = 80
    command: str = ""


def review(asked: Asked) -> Generator[Event, None, None]:
    """Reads the project, applies the rules, tells what they found. Raises `WorkbenchError` if it cannot begin."""
    since = monotonic()
    rules = asked.selection.chosen(all_rules())
    reading = yield from read(asked.place)
    app = yield from understood(reading)
    failed: dict[str, str] = {}
    found = yield from applied(app, rules, failed)
    told = [each for each in found if asked.selection.takes(each)]
    result = Review(
        reading.root.name or str(reading.root),
        app,
        rules,
        told,
        below=len(found) - len(told),
        remarks=[
            f"the rule {name} failed, which is a defect of Backwright: {why}" for name, why in failed.items()
        ],
        left_out=reading.left_out,
        odd=reading.odd,
        lines=reading.lines,
        seconds=monotonic() - since,
        command=asked.command,
    )
    yield from told_one_by_one(result)
    for what, place in write_reports(result, asked.files).items():
        yield Notice("written", f"{what}: {place}", {"format": what, "file": place})
    yield ended(result, asked)


def read(place: Path) -> Generator[Event, None, Reading]:
    """The files of the project."""
    step = Step("read", "Read the files")
    yield step.started()
    reading = read_project(place)
    left = f", {len(reading.left_out)} left out" if reading.left_out else ""
    yield step.finished(f"{len(reading.files)} files, {reading.lines:,} lines of Python{left}")
    return reading


def understood(reading: Reading) -> Generator[Event, None, Application]:
    """The model of the application."""
    step = Step("model", "Understand the application")
    yield step.started()
    app = read_application(reading.files)
    yield step.finished(f"{len(app.routes)} routes, {len(app.models)} models, {len(app.queries)} queries")
    return app


def applied(
    app: Application, rules: Iterable[Rule], failed: dict[str, str]
) -> Generator[Event, None, list[Finding]]:
    """What the rules find."""
    chosen = tuple(rules)
    step = Step("rules", "Apply the rules")
    yield step.started()
    found = findings(app, chosen, failed)
    yield step.finished(f"{len(found)} findings of {len(chosen)} rules", ok=not failed)
    return found


def told_one_by_one(result: Review) -> Iterator[Found]:
    """An event for each cause, for programs that listen."""
    for group in result.groups():
        first = group[0]
        places = tuple(str(each.place) for each in group)
        yield Found(
            first.rule,
            first.family,
            first.severity,
            first.confidence,
            first.message,
            places,
            first.fingerprint,
        )


def ended(result: Review, asked: Asked) -> Summary:
    """The report, and the exit code: 1 if something is as severe as was asked for, or a rule failed."""
    severe = result.at_least(asked.fail_on) if asked.fail_on else []
    values = {str(each): str(number) for each, number in result.by_severity().items()}
    shown = drawn(result, asked.form, colour=asked.colour, width=asked.width, verbose=asked.verbose)
    return Summary(not severe, shown, {**values, "findings": str(len(result.findings))})


def explain(name: str) -> Iterator[Event]:
    """The page of a rule."""
    yield Output(rule_named(name, all_rules()).page)


def listed() -> Iterator[Event]:
    """Every rule in a line, by family."""
    rows: list[str] = []
    for rule in all_rules():
        if f"{rule.family}:" not in rows:
            rows += ["", f"{rule.family}:"] if rows else [f"{rule.family}:"]
        rows.append(f"  {rule.name:<28} {rule.about.severity:<9} {rule.about.title}")
    yield Output("\n".join(rows) + "\n")
