"""Tables of which the database knows nothing when it plans queries."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.review import live
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About("A table of the database has no statistics", Severity.LOW, cwe=(1176,))

MANY = 1000


def find(app: Application) -> Iterator[Seen]:
    """Each table with rows that was never analysed."""
    for table in live.tables(app):
        if table.is_analysed is False and (table.rows or 0) >= MANY:
            yield Seen(
                live.place(app, table),
                f"`{table}` has about {table.rows:,} rows and was never analysed: the planner guesses how many a query "
                "finds, and takes a wrong way",
                Confidence.MEDIUM,
                fix=f"`ANALYZE {table}`, and see whether autovacuum is on for it",
                about=str(table),
            )
