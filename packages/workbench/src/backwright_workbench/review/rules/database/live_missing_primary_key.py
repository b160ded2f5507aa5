"""Tables of the running database without a primary key."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.review import live
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About("A table of the database has no primary key", Severity.MEDIUM, cwe=(1067,))


def find(app: Application) -> Iterator[Seen]:
    """Each table without one; a unique index over columns that are never NULL is as good."""
    for table in live.tables(app):
        if table.primary or not table.columns:
            continue
        if any(
            each.is_unique
            and all(name in table.columns and not table.columns[name].nullable for name in each.columns)
            for each in table.indexes
        ):
            continue
        yield Seen(
            live.place(app, table),
            f"`{table}` has no primary key: one row cannot be told from another, and logical replication refuses to "
            "change it",
            Confidence.HIGH,
            fix="give it a key: the columns that tell its rows apart, or an identity column",
            about=str(table),
        )
