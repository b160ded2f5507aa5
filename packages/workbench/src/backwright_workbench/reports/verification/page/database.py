"""What the database is asked: the slowest statements with their plans, and how many a request costs.

What lives here: these lists. What must not: judging.
"""

import re

from backwright_workbench.reports.verification.figures import amount
from backwright_workbench.reports.verification.page.html import Html, join, tag
from backwright_workbench.reports.verification.page.parts import (
    FAILED,
    folded,
    icon,
    not_measured,
    row,
    section,
    shown,
    source,
    table,
)
from backwright_workbench.reports.verification.page.reading import (
    Row,
    block,
    data_of,
    mapping,
    names,
    number,
    rows,
    words,
)
from backwright_workbench.verify.verdict import Verification

PLANS, STATEMENTS = "database/plans", "database/statements"
MOST_ROWS = 300
MOST_PLANS = 15
COLUMNS = re.compile(r"SELECT .{40,}? FROM ")
"""What a statement asks for is long, and the same in most of them."""


def database(verification: Verification) -> Html:
    """The slowest statements with their plans, and how many statements a request costs."""
    plans, counts = data_of(verification, PLANS), data_of(verification, STATEMENTS)
    found = sorted(rows(plans, "statements"), key=lambda each: -(number(each, "ms") or 0))
    costs = rows(counts, "operations")[:MOST_ROWS]
    parts: list[Html] = []
    if found:
        sizes = [
            f"{table_}: {amount(float(size))}"
            for table_, size in list(mapping(plans, "rows").items())[:30]
            if isinstance(size, (int, float))
        ]
        parts += [tag("h3", "Slowest statements"), *(_statement(each) for each in found[:MOST_PLANS])]
        parts.append(tag("p", f"Rows: {', '.join(sizes)}.", class_="muted") if sizes else Html())
        parts.append(source(verification, PLANS))
    else:
        parts.append(not_measured(verification, PLANS))
    if costs:
        body = [
            row(
                tag("code", words(each, "operation")),
                shown(each, "statements_1"),
                _grown(each),
                numeric=(1, 2),
            )
            for each in costs
        ]
        head = ("Operation", "With 1 row", "With 100 rows")
        parts += [
            tag("h3", "Statements for one request"),
            table(head, body, label="Statements for one request", kind="tall", numeric=(1, 2)),
        ]
        parts.append(source(verification, STATEMENTS))
    else:
        parts.append(not_measured(verification, STATEMENTS))
    return section("database", "Database", parts)


def _statement(found: Row) -> Html:
    taken = number(found, "ms")
    faults = names(found, "faults")
    title = join(
        tag("span", amount(taken, "ms") if taken is not None else "not timed", class_="time"),
        tag("span", icon(FAILED), class_="state failed") if faults else None,
        tag("span", words(found, "operation", 60), class_="muted"),
        tag("code", COLUMNS.sub("SELECT … FROM ", words(found, "sql", 2_000))[:160], class_="one-line"),
    )
    return folded(
        title,
        [tag("p", icon(FAILED), each, class_="state failed") for each in faults[:10]],
        tag("pre", block(found, "sql", 3_000)),
        tag("pre", block(found, "plan") or "no plan was kept"),
    )


def _grown(found: Row) -> Html:
    one, many = number(found, "statements_1"), number(found, "statements_100")
    said = shown(found, "statements_100")
    if one is not None and many is not None and many > one:
        return tag("span", icon(FAILED), said, class_="state failed")
    return tag("span", said)
