"""Indexes that were never finished."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.review import live
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About("An index of the database is not valid", Severity.MEDIUM, cwe=(1061,))


def find(app: Application) -> Iterator[Seen]:
    """Each index that the database keeps, and does not use."""
    for table in live.tables(app):
        for index in table.indexes:
            if not index.is_valid:
                unique = ", nor does it keep values apart" if index.is_unique else ""
                yield Seen(
                    live.place(app, table, index.columns[0] if index.columns else ""),
                    f"the index `{index.name}` of `{table}` is not valid: making it was cut off, so no query uses "
                    f"it{unique}, and each write keeps it",
                    Confidence.HIGH,
                    fix=f"`REINDEX INDEX CONCURRENTLY {index.name}`, or drop it and make it again",
                    about=f"{table}:{index.name}",
                )
