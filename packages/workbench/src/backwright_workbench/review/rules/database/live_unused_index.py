"""Indexes that nothing has used for as long as the database counts."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.review import live
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About("An index of the database is never used", Severity.LOW, cwe=(1071,))

DAYS = 14.0
"""Less says nothing: some work is done once a week."""
MANY = 1000
SMALL = 100_000
"""Bytes of an index that nobody notices."""


def find(app: Application) -> Iterator[Seen]:
    """Each index that was not scanned once, and that no constraint needs, on tables that are in use."""
    days = app.live.days if app.live is not None else None
    if days is None or days < DAYS:
        return
    for table in live.tables(app):
        if (table.rows or 0) < MANY or not any(each.scans for each in table.indexes):
            continue
        keys = [each.columns for each in table.keys]
        for index in table.indexes:
            for_key = any(index.columns[: len(each)] == each for each in keys)
            if index.scans == 0 and not index.is_needed and not for_key and index.size >= SMALL:
                yield Seen(
                    live.place(app, table, index.columns[0] if index.columns else ""),
                    f"the index `{index.name}` of `{table}` was not used once in {days:.0f} days, and each write keeps "
                    f"its {index.size / 1_000_000:,.1f} MB up to date",
                    Confidence.MEDIUM,
                    fix=f"ask the copies of the database too, then `DROP INDEX CONCURRENTLY {index.name}`",
                    about=f"{table}:{index.name}",
                )
