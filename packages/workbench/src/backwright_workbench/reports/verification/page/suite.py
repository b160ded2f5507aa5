"""What the service's own tests cover, whether they notice, and what made-up requests met.

What lives here: these tables. What must not: judging.
"""

from backwright_workbench.reports.verification.figures import amount
from backwright_workbench.reports.verification.page.html import Html, join, tag
from backwright_workbench.reports.verification.page.parts import (
    folded,
    meter,
    not_measured,
    row,
    section,
    shown,
    source,
    table,
)
from backwright_workbench.reports.verification.page.reading import Row, data_of, number, numbers, rows, words
from backwright_workbench.verify.verdict import Verification

SUITE, MUTATION, FUZZ = "tests/suite", "tests/mutation", "contract/fuzz"
MOST_ROWS = 300


def suite(verification: Verification) -> Html:
    """What the service's own tests cover, and whether they notice."""
    data, mutants = data_of(verification, SUITE), rows(data_of(verification, MUTATION), "mutants")
    covered = [each for each in rows(data, "files") if number(each, "percent") is not None]
    parts: list[Html] = []
    if covered:
        covered.sort(key=lambda each: number(each, "percent") or 0)
        body = [_file(each) for each in covered[:MOST_ROWS]]
        head = ("File", "Covered", "Lines", "Branches", "Lines that no test runs")
        parts += [
            tag("h3", "Coverage, least first"),
            table(head, body, label="Coverage by file", kind="tall", numeric=(1, 2, 3)),
        ]
    slowest = rows(data, "slowest")[:10]
    if slowest:
        body = [
            row(tag("code", words(each, "test")), shown(each, "seconds"), numeric=(1,)) for each in slowest
        ]
        parts.append(
            folded("Slowest tests", table(("Test", "Seconds"), body, label="Slowest tests", numeric=(1,)))
        )
    parts.append(source(verification, SUITE) if covered or slowest else not_measured(verification, SUITE))
    parts += (
        [_mutants(mutants), source(verification, MUTATION)]
        if mutants
        else [not_measured(verification, MUTATION)]
    )
    fuzz = rows(data_of(verification, FUZZ), "operations")[:MOST_ROWS]
    parts += [_fuzz(fuzz), source(verification, FUZZ)] if fuzz else [not_measured(verification, FUZZ)]
    return section("tests", "Tests", parts)


def _file(found: Row) -> Html:
    percent = number(found, "percent") or 0.0
    critical = tag("span", "critical", class_="pill") if found.get("critical") is True else None
    missing = ", ".join(amount(each).replace(",", "") for each in numbers(found, "missing")[:12])
    return row(
        join(tag("code", words(found, "file")), critical),
        join(f"{percent:.1f} %", meter(percent)),
        _of(found, "covered", "lines"),
        _of(found, "branches_covered", "branches"),
        missing or "-",
        numeric=(1, 2, 3),
    )


def _mutants(found: list[Row]) -> Html:
    killed = [each for each in found if each.get("killed") is True]
    alive = [each for each in found if each.get("killed") is not True]
    squares = [
        tag(
            "i",
            title=f"{words(each, 'place')}: {words(each, 'change')}",
            class_="mutant killed" if each.get("killed") is True else "mutant alive",
        )
        for each in [*killed, *alive][:400]
    ]
    said = f"{len(killed)} of {len(found)} changes that make the code wrong were noticed by a test."
    rows_ = [row(tag("code", words(each, "place")), words(each, "change")) for each in alive[:50]]
    table_ = table(("Place", "Not noticed"), rows_, label="Changes that no test noticed") if rows_ else None
    field = tag("div", squares, class_="mutants", role="img", aria_label=said)
    return join(tag("h3", "Mutation"), tag("p", said), field, table_)


def _fuzz(found: list[Row]) -> Html:
    keys = ("cases", "accepted", "refused", "failed")
    body = [
        row(
            tag("code", words(each, "operation")),
            words(each, "role", 40),
            *(shown(each, key) for key in keys),
            numeric=(2, 3, 4, 5),
        )
        for each in found
    ]
    head = ("Operation", "As", "Requests", "Accepted", "Refused", "Surprises")
    title = f"Generated requests: {len(found)} rows"
    return join(
        tag("h3", "Generated requests"),
        folded(title, table(head, body, label="Generated requests", kind="tall", numeric=(2, 3, 4, 5))),
    )


def _of(found: Row, part: str, whole: str) -> str:
    one, other = number(found, part), number(found, whole)
    return f"{amount(one)} of {amount(other)}" if one is not None and other is not None else "-"
