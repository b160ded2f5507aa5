"""How long answers took under load, beyond it, and for minutes.

What lives here: from series and histograms to charts. What must not: judging.
"""

from backwright_workbench.reports.verification.figures import amount
from backwright_workbench.reports.verification.page.drawing import Limit, Series, columns, lines
from backwright_workbench.reports.verification.page.html import Html, join, tag
from backwright_workbench.reports.verification.page.parts import (
    meter,
    not_measured,
    row,
    section,
    shown,
    source,
    table,
)
from backwright_workbench.reports.verification.page.reading import (
    Row,
    data_of,
    number,
    numbers,
    rows,
    thinned,
    words,
)
from backwright_workbench.verify.verdict import Verification

LOAD, SATURATION, SOAK = "performance/load", "performance/saturation", "performance/soak"
MOST_ROWS = 300


def performance(verification: Verification) -> Html:
    """How long answers took, how that was over time and beyond the limit."""
    data, beyond = data_of(verification, LOAD), data_of(verification, SATURATION)
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
    data = data_of(verification, SOAK)
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
            shown(each, "count"),
            shown(each, "p50_ms"),
            join(shown(each, "p95_ms"), meter(100 * (number(each, "p95_ms") or 0) / slowest)),
            shown(each, "p99_ms"),
            shown(each, "errors"),
            numeric=(1, 2, 3, 4, 5),
        )
        for each in found
    ]
    head = ("Operation", "Answers", "p50 ms", "p95 ms", "p99 ms", "Errors")
    return table(head, body, label="Times by operation", kind="tall", numeric=(1, 2, 3, 4, 5))


def _drawn(verification: Verification, *checks: str) -> list[str]:
    """Those that left something to draw."""
    return [each for each in checks if data_of(verification, each)]


def _limit(verification: Verification, check: str, *called: str) -> Limit | None:
    """The limit of the figure of a check whose name begins so."""
    found = verification.get(check)
    for figure in found.figures if found else ():
        if figure.limit is not None and figure.name.lower().startswith(called):
            return Limit(f"limit {amount(figure.limit, figure.unit)}", figure.limit)
    return None
