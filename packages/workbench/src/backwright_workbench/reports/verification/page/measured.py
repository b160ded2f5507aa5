"""What was measured, drawn: answers by role, load, statements, tests.

What lives here: from the data that checks left to tables and charts. What must not: judging. Whatever is missing or of
another shape is "not measured".
"""

import re

from backwright_workbench.reports.verification.figures import amount
from backwright_workbench.reports.verification.page.drawing import Limit, Series, columns, lines
from backwright_workbench.reports.verification.page.html import Html, join, tag
from backwright_workbench.reports.verification.page.parts import (
    FAILED,
    OPEN,
    PASSED,
    folded,
    icon,
    meter,
    not_measured,
    row,
    section,
    source,
    table,
)
from backwright_workbench.reports.verification.page.reading import (
    Row,
    block,
    mapping,
    names,
    number,
    numbers,
    rows,
    thinned,
    words,
)
from backwright_workbench.verify.verdict import Verification

MATRIX, FUZZ = "access/matrix", "contract/fuzz"
LOAD, SATURATION, SOAK = "performance/load", "performance/saturation", "performance/soak"
PLANS, STATEMENTS = "database/plans", "database/statements"
SUITE, MUTATION = "tests/suite", "tests/mutation"
MOST_ROWS = 300
MOST_ROLES = 24
MOST_PLANS = 15
COLUMNS = re.compile(r"SELECT .{40,}? FROM ")
"""What a statement asks for is long, and the same in most of them."""


def access(verification: Verification) -> Html:
    """Who got what: a row for each operation, a column for each role."""
    data = _data(verification, MATRIX)
    roles, found = names(data, "roles")[:MOST_ROLES], rows(data, "rows")
    if not roles or not found:
        return section("access", "Access matrix", not_measured(verification, MATRIX))
    body = [_answers(each, roles) for each in found[:MOST_ROWS]]
    lead = (
        "What each role was answered, on its own rows and on those of others. A tick lets in, a dash refuses; "
        "a cross is not what the rules say."
    )
    head = ("Operation", "Row", *roles)
    left = len(found) - MOST_ROWS
    more = tag("p", f"… and {left} more in the record.", class_="muted") if left > 0 else None
    return section(
        "access",
        "Access matrix",
        table(head, body, label="Access matrix", kind="tall matrix"),
        more,
        source(verification, MATRIX),
        lead=lead,
    )


def _answers(found: Row, roles: list[str]) -> Html:
    expected, answers = mapping(found, "expected"), mapping(found, "answers")
    cells = []
    for role in roles:
        said, meant = words(answers, role, 12), words(expected, role, 12)
        if said and meant and said != meant:
            cells.append(tag("span", icon(FAILED), f"{said}, not {meant}", class_="state failed"))
        elif said:
            kind = PASSED if said[:1] in "123" else OPEN
            cells.append(tag("span", icon(kind), said, class_=f"cell {kind}"))
        else:
            cells.append(tag("span", "-", class_="muted"))
    return row(tag("code", words(found, "operation")), words(found, "whose", 30), *cells)


def performance(verification: Verification) -> Html:
    """How long answers took, how that was over time and beyond the limit."""
    data, beyond = _data(verification, LOAD), _data(verification, SATURATION)
    charts = [*_load_charts(verification, data), *_saturation_charts(beyond), *_soak_charts(verification)]
    operations = _operations(data)
    if not charts and operations is None:
        return section("performance", "Performance", not_measured(verification, LOAD, SATURATION))
    parts = [
        tag("div", charts, class_="plots"),
        operations,
        source(verification, *_drawn(verification, LOAD, SATURATION, SOAK)),
    ]
    if not beyond:
        parts.append(not_measured(verification, SATURATION))
    if not data:
        parts.append(not_measured(verification, LOAD))
    rate, cpu = number(data, "rate"), number(data, "cpu_seconds")
    lead = [f"{amount(rate)} requests a second were sent, whether answers came or not." if rate else ""]
    lead += [f"The processes used {amount(cpu, 's')} of processor time." if cpu else ""]
    return section("performance", "Performance", parts, lead=" ".join(filter(None, lead)))


def _load_charts(verification: Verification, data: Row) -> list[Html]:
    charts = []
    budget = _limit(verification, LOAD, "p95")
    buckets = [each for each in rows(data, "histogram") if number(each, "ms") is not None][:80]
    if len(buckets) > 1:
        labels = [amount(number(each, "ms") or 0) for each in buckets]
        counts = Series("answers", [number(each, "count") for each in buckets])
        charts.append(columns("How long answers took", labels, [counts], across="up to … ms", up="answers"))
    series = thinned([each for each in rows(data, "series") if number(each, "second") is not None])
    if len(series) > 1:
        at = [number(each, "second") or 0 for each in series]
        seen = [
            Series(name, [number(each, key) for each in series])
            for name, key in (("arrived", "arrived"), ("answered", "answered"), ("errors", "errors"))
        ]
        charts.append(lines("Requests a second", at, seen, across="seconds", up="requests"))
        slow = Series("p95", [number(each, "p95_ms") for each in series])
        charts.append(
            lines("95 of 100 answers came within", at, [slow], across="seconds", up="ms", limit=budget)
        )
    memory = thinned(numbers(data, "rss_mb"))
    if len(memory) > 1:
        held = Series("memory", memory)
        limit = _limit(verification, LOAD, "memory", "rss")
        charts.append(
            lines(
                "Memory",
                [float(n) for n in range(len(memory))],
                [held],
                across="samples",
                up="MB",
                limit=limit,
            )
        )
    return charts


def _saturation_charts(data: Row) -> list[Html]:
    steps = [each for each in rows(data, "steps") if number(each, "rate") is not None][:60]
    if len(steps) < 2:
        return []
    labels = [amount(number(each, "rate") or 0) for each in steps]
    seen = [
        Series(name, [number(each, name) or 0 for each in steps]) for name in ("answered", "shed", "errors")
    ]
    slow = Series("p95", [number(each, "p95_ms") for each in steps])
    at = [number(each, "rate") or 0 for each in steps]
    return [
        columns(
            "Beyond the limit: what became of requests",
            labels,
            seen,
            across="requests a second",
            up="a second",
        ),
        lines("Beyond the limit: p95", at, [slow], across="requests a second", up="ms"),
    ]


def _soak_charts(verification: Verification) -> list[Html]:
    data = _data(verification, SOAK)
    found = []
    for name, key, unit in (("Memory", "rss_mb", "MB"), ("Open descriptors", "descriptors", "descriptors")):
        seen = thinned(numbers(data, key))
        if len(seen) > 1:
            at = [float(n) for n in range(len(seen))]
            found.append(lines(f"{name} over minutes", at, [Series(name, seen)], across="samples", up=unit))
    return found


def _operations(data: Row) -> Html | None:
    found = rows(data, "operations")[:MOST_ROWS]
    if not found:
        return None
    slowest = max((number(each, "p95_ms") or 0 for each in found), default=0) or 1
    body = [
        row(
            tag("code", words(each, "operation")),
            _amount(each, "count"),
            _amount(each, "p50_ms"),
            join(_amount(each, "p95_ms"), meter(100 * (number(each, "p95_ms") or 0) / slowest)),
            _amount(each, "p99_ms"),
            _amount(each, "errors"),
            numeric=(1, 2, 3, 4, 5),
        )
        for each in found
    ]
    head = ("Operation", "Answers", "p50 ms", "p95 ms", "p99 ms", "Errors")
    return table(head, body, label="Times by operation", kind="tall", numeric=(1, 2, 3, 4, 5))


def database(verification: Verification) -> Html:
    """The slowest statements with their plans, and how many statements a request costs."""
    plans, counts = _data(verification, PLANS), _data(verification, STATEMENTS)
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
                _amount(each, "statements_1"),
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
    said = _amount(found, "statements_100")
    if one is not None and many is not None and many > one:
        return tag("span", icon(FAILED), said, class_="state failed")
    return tag("span", said)


def suite(verification: Verification) -> Html:
    """What the service's own tests cover, and whether they notice."""
    data, mutants = _data(verification, SUITE), rows(_data(verification, MUTATION), "mutants")
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
            row(tag("code", words(each, "test")), _amount(each, "seconds"), numeric=(1,)) for each in slowest
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
    fuzz = rows(_data(verification, FUZZ), "operations")[:MOST_ROWS]
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
            *(_amount(each, key) for key in keys),
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


def _drawn(verification: Verification, *checks: str) -> list[str]:
    """Those that left something to draw."""
    return [each for each in checks if _data(verification, each)]


def _of(found: Row, part: str, whole: str) -> str:
    one, other = number(found, part), number(found, whole)
    return f"{amount(one)} of {amount(other)}" if one is not None and other is not None else "-"


def _amount(found: Row, key: str) -> str:
    value = number(found, key)
    return amount(value) if value is not None else "-"


def _limit(verification: Verification, check: str, *called: str) -> Limit | None:
    """The limit of the figure of a check whose name begins so."""
    found = verification.get(check)
    for figure in found.figures if found else ():
        if figure.limit is not None and figure.name.lower().startswith(called):
            return Limit(f"limit {amount(figure.limit, figure.unit)}", figure.limit)
    return None


def _data(verification: Verification, check: str) -> Row:
    found = verification.get(check)
    return found.data if found is not None else {}
