"""Limits and budgets: how often, how large, how fast.

What lives here: reading numbers that bound every caller or that `verify` measures against. What must not:
lengths and ranges of fields (`constraints.py`).
"""

import re

from backwright_workbench.blueprint.model import Budgets, Limits
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.lexicon import limits as terms
from backwright_workbench.brief.page import Page
from backwright_workbench.brief.parts import part_end, part_start
from backwright_workbench.brief.quantities import (
    RATE,
    megabytes,
    milliseconds,
    number,
    rate,
)
from backwright_workbench.brief.things import Things
from backwright_workbench.brief.trace import Quote


def read_limits(page: Page, things: Things) -> Limits:
    """The bound on every caller's requests; bounds for one entity go to that entity. Two different ones
    contradict.
    """
    said: dict[str, Quote] = {}
    body_kb = _body(page)
    for clause in page.clauses:
        for first, stop, _ in list(clause.find(terms.CAPACITY)):
            page.claim(clause, first, stop, status="not understood", note=terms.UNHELD)
        for first, stop, match in list(clause.find(RATE)):
            if not page.free(clause, first) or not _limits_requests(clause, first, stop):
                continue
            _read_rate(page, things, clause, first, stop, match, said)
        for first, stop, _ in clause.find(terms.RATE_WORDS):
            if any(page.free(clause, index) for index in range(first, stop)) and _about_rates(
                clause, first, stop
            ):
                page.claim(clause, first, stop, "limits.requests")
                _claim_whom(page, clause)
    return Limits(requests=next(iter(said), Limits().requests), body_kb=body_kb)


def _limits_requests(clause: Clause, first: int, stop: int) -> bool:
    """Whether a rate bounds requests, rather than describing the business (`two visits per day`)."""
    if terms.CAPACITY_VERBS & set(clause.words[max(0, first - 4) : first]):
        return False
    if set(clause.words[part_start(clause, first) : part_end(clause, stop)]) <= set(clause.words[first:stop]):
        return True
    around = " ".join([clause.text, *(parent.text[:200] for parent in clause.ancestors())])
    return bool(
        terms.REQUESTS.search(" ".join(clause.words[first:stop])) or re.search(r"limit|throttl|quota", around)
    )


def _about_rates(clause: Clause, first: int, stop: int) -> bool:
    return bool(
        re.search(r"rate|throttl|request limit|quota", " ".join(clause.words[first:stop]))
        or RATE.search(clause.text)
    )


def _read_rate(
    page: Page,
    things: Things,
    clause: Clause,
    first: int,
    stop: int,
    match: re.Match[str],
    said: dict[str, Quote],
) -> None:
    found = rate(match)
    quote = page.quote(clause, first, stop)
    nearby = " ".join(clause.words[part_start(clause, first) : part_end(clause, stop)])
    if found is None:
        page.claim(
            clause, first, stop, status="not understood", note="a limit is a whole number from 1 to 9,999,999"
        )
        return
    value, exact = found
    if terms.LOGIN.search(nearby):
        page.claim(
            clause,
            first,
            stop,
            "auth",
            status="partly",
            note="sign-in has limits of its own, by account and address",
        )
        _claim_found(page, clause, terms.LOGIN, "auth")
        _claim_whom(page, clause)
        return
    if terms.ANONYMOUS.search(nearby) and said:
        page.claim(
            clause,
            first,
            stop,
            "limits.requests",
            status="partly",
            note="there is one limit for every caller",
        )
        return
    if thing := things.named_after(clause, stop):
        thing.limit = value
        page.claim(clause, first, stop, f"entities.{thing.name}.limit")
        return
    page.claim(clause, first, stop, "limits.requests")
    for index in range(max(0, first - 4), first):
        if clause.words[index] in ("max", "maximum", "limit", "limits", "limited", "allow"):
            page.claim(clause, index, index + 1, "limits.requests")
    _claim_whom(page, clause)
    if not exact:
        page.assume(
            f"{quote.phrase} is taken as {value}",
            "a limit counts over one unit of time",
            "limits.requests",
            f"requests: {value}",
        )
    for other, before in said.items():
        if other != value:
            page.contradict("two limits for the same callers", before, quote)
    said.setdefault(value, quote)


def _claim_whom(page: Page, clause: Clause) -> None:
    _claim_found(page, clause, terms.WHOM, "limits.requests")


def _claim_found(page: Page, clause: Clause, pattern: re.Pattern[str], element: str) -> None:
    for first, stop, _ in clause.find(pattern):
        if page.free(clause, first, stop):
            page.claim(clause, first, stop, element)


def _body(page: Page) -> int:
    for clause in page.clauses:
        for first, stop, match in clause.find(terms.BODY):
            size = round(megabytes(match["count"], match["unit"]) * 1024)
            if page.free(clause, first, stop) and 1 <= size <= 102_400:
                page.claim(clause, first, stop, "limits.body_kb")
                return size
    return Limits().body_kb


def read_budgets(page: Page) -> Budgets:
    """What `verify` will measure against; the stricter of two percentiles counts as p95."""
    p95: list[int] = []
    memory: list[int] = []
    errors: list[float] = []
    for clause in page.clauses:
        for pattern in (terms.LATENCY, terms.LATENCY_TURNED):
            for first, stop, match in clause.find(pattern):
                value = milliseconds(match["count"], match["unit"])
                if page.free(clause, first, stop) and 1 <= value <= 60_000:
                    page.claim(clause, first, stop, "budgets.p95_ms")
                    p95.append(value)
        for first, stop, match in clause.find(terms.MEMORY):
            value = round(megabytes(match["count"] or match["count2"], match["unit"] or match["unit2"]))
            if page.free(clause, first, stop) and 16 <= value <= 65_536:
                page.claim(clause, first, stop, "budgets.memory_mb")
                memory.append(value)
        for first, stop, match in clause.find(terms.ERRORS):
            if page.free(clause, first, stop) and number(match["count"]) <= 100:
                page.claim(clause, first, stop + 1, "budgets.error_percent")
                errors.append(number(match["count"]))
    default = Budgets()
    return Budgets(
        p95_ms=min(p95, default=default.p95_ms),
        memory_mb=min(memory, default=default.memory_mb),
        error_percent=min(errors, default=default.error_percent),
    )
