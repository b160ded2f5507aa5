"""Tables that are in good part rows that are no longer there."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.review import live
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About("A table of the database is full of dead rows", Severity.LOW, cwe=(1176,))

MANY = 10_000
SHARE = 0.3
"""Autovacuum begins at a fifth."""


def find(app: Application) -> Iterator[Seen]:
    """Each table of which a third or more is dead."""
    for table in live.tables(app):
        dead, rows = table.dead or 0, table.rows or 0
        if dead >= MANY and dead >= SHARE * (dead + rows):
            yield Seen(
                live.place(app, table),
                f"`{table}` has {dead:,} dead rows beside {rows:,} that live: every scan reads them, and vacuum does "
                "not keep up (a transaction that stays open holds it back)",
                Confidence.MEDIUM,
                fix=f"look for transactions that stay open, then `VACUUM (ANALYZE) {table}`; tune autovacuum for it",
                about=str(table),
            )
