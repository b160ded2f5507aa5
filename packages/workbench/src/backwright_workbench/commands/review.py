"""`backwright review PATH`: what is wrong with a backend, read and never run.

What lives here: reading, applying rules, putting together what is told. What must not: any rule, and how reports look.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from time import monotonic
from types import MappingProxyType

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.commands.events import Event, Found, Notice, Output, Step, Summary
from backwright_workbench.commands.review_config import Asked, Wanted, wanted
from backwright_workbench.commands.review_live import asked_for
from backwright_workbench.commands.review_reports import drawn, write_reports
from backwright_workbench.commands.review_tools import LARGEST, by_tools
from backwright_workbench.review.baseline import baseline, fingerprints
from backwright_workbench.review.engine import findings, line_of
from backwright_workbench.review.finding import Finding
from backwright_workbench.review.merge import Told, merged, results
from backwright_workbench.review.outcome import Review
from backwright_workbench.review.rule import Rule, all_rules
from backwright_workbench.review.selection import rule_named
from backwright_workbench.review.suppress import Sorted, suppress
from backwright_workbench.workspace.history import read_commit
from backwright_workbench.workspace.projects import Reading, read_project
from backwright_workbench.workspace.trees import read_file, write_file

SAME: Mapping[str, str] = MappingProxyType({})
"""No file has another name."""


def review(asked: Asked, today: date) -> Generator[Event, None, None]:
    """Reads the project, applies the rules, tells what they found. Raises `WorkbenchError` if it cannot begin."""
    since = monotonic()
    want = wanted(asked)
    reading = yield from read(asked.place, want)
    failed: dict[str, str] = {}
    app = yield from understood(reading, want, failed)
    if asked.database:
        app.live = yield from asked_for(asked.database)
    found = yield from applied(app, want.rules, failed)
    others = yield from by_others(asked, reading)
    found = merged(app, found, others, want.known, want.selection)
    result = Review(
        reading.root.name or str(reading.root),
        app,
        want.rules,
        [],
        remarks=[*want.remarks, *map(_defect, failed.items())],
        left_out=reading.left_out,
        odd=reading.odd,
        lines=reading.lines,
        command=asked.command,
    )
    left = sorted_out(app, found, want, today, result)
    if asked.since:
        left = yield from brought_since(asked, reading, want, today, left, result)
    if want.baseline is not None:
        left = against_baseline(want.baseline, asked, left, result)
    result.findings = [each for each in left if want.selection.takes(each)]
    result.below = len(left) - len(result.findings)
    result.seconds = monotonic() - since
    yield from told_one_by_one(result)
    for what, place in write_reports(result, asked.files).items():
        yield Notice("written", f"{what}: {place}", {"format": what, "file": place})
    if asked.fix:
        from backwright_workbench.commands.review_fix import fix  # what edits code takes a while to load

        yield from fix(asked, reading, result, want)
    else:
        yield ended(result, asked, want)


def by_others(asked: Asked, reading: Reading) -> Generator[Event, None, list[Told]]:
    """What other tools say: in reports that were given, and those that are to be run."""
    found: list[Told] = []
    for place in asked.merge:
        found += results(read_file(place, what="report", limit=LARGEST), str(place), str(reading.root))
    found += yield from by_tools(asked.tools, reading.root)
    return found


def sorted_out(
    app: Application, found: list[Finding], want: Wanted, today: date, result: Review | None = None
) -> list[Finding]:
    """What comments and configuration leave of the findings; what they take goes into the result."""
    names = [rule.name for rule in want.known]
    parts: Sorted = suppress(app, found, want.config, want.rules, today, names)
    if result is not None:
        result.suppressed += parts.suppressed
        result.remarks += parts.remarks
    return parts.told


def brought_since(
    asked: Asked, reading: Reading, want: Wanted, today: date, found: list[Finding], result: Review
) -> Generator[Event, None, list[Finding]]:
    """The findings that are not in the commit which was named; that commit is reviewed as well."""
    step = Step("compare", "Compare with the commit")
    yield step.started()
    single = reading.root / next(iter(reading.files), "") if asked.place.is_file() else None
    commit = read_commit(reading.root, asked.since, want.config.excludes)
    files = commit.reading.files
    if single is not None:
        files = {path: text for path, text in files.items() if path == single.name}
    before = read_application(files, want.config.role, {})
    known = sorted_out(before, findings(before, want.rules, {}, commit.renamed), want, today)
    prints = {each.fingerprint for each in known}
    prints |= {
        each.fingerprint
        for each in found
        if each.is_foreign and _stood_there(result.app, each, before, commit.renamed)
    }
    new = [each for each in found if each.fingerprint not in prints]
    result.known += [each for each in found if each.fingerprint in prints]
    result.since = commit.name
    yield step.finished(f"{commit.name}: {len(known)} findings there, {len(new)} new ones here")
    return new


def _stood_there(app: Application, finding: Finding, before: Application, renamed: Mapping[str, str]) -> bool:
    """Whether the line that another tool speaks of is in the file as it was: such a tool reads lines only."""
    path = next((old for old, new in renamed.items() if new == finding.place.path), finding.place.path)
    words = line_of(app, finding.place).split()
    return any(line.split() == words for line in before.files.get(path, "").splitlines())


def against_baseline(place: Path, asked: Asked, found: list[Finding], result: Review) -> list[Finding]:
    """The findings that the baseline does not have; written anew, it has all of them."""
    if asked.write_baseline:
        write_file(place, baseline(found))
        result.remarks.append(
            f"{len(found)} findings were written to {place}; from now on only others are told"
        )
        known = {each.fingerprint for each in found}
    else:
        known = set(fingerprints(read_file(place, what="baseline", limit=50_000_000), str(place)))
    gone = known - {each.fingerprint for each in found}
    if gone and not asked.since and not asked.only:
        result.remarks.append(
            f"{len(gone)} findings of the baseline are gone; --write-baseline takes them out"
        )
    result.known += [each for each in found if each.fingerprint in known]
    result.since = " and ".join(filter(None, (result.since, f"baseline {place}")))
    return [each for each in found if each.fingerprint not in known]


def _defect(failed: tuple[str, str]) -> str:
    return f"{failed[0]} failed, which is a defect of Backwright (or of a rule of your own): {failed[1]}"


def read(place: Path, want: Wanted) -> Generator[Event, None, Reading]:
    """The files of the project."""
    step = Step("read", "Read the files")
    yield step.started()
    reading = read_project(place, want.config.excludes)
    left = f", {len(reading.left_out)} left out" if reading.left_out else ""
    yield step.finished(f"{len(reading.files)} files, {reading.lines:,} lines of Python{left}")
    return reading


def understood(reading: Reading, want: Wanted, failed: dict[str, str]) -> Generator[Event, None, Application]:
    """The model of the application."""
    step = Step("model", "Understand the application")
    yield step.started()
    app = read_application(reading.files, want.config.role, failed)
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


def ended(result: Review, asked: Asked, want: Wanted) -> Summary:
    """The report, and the exit code: 1 if something is as severe as was asked for, and 0 if nothing is."""
    severe = result.at_least(want.fail_on) if want.fail_on else []
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
