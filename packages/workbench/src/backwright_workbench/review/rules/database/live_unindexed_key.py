"""Foreign keys of the running database with which no index begins."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.review import live
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About("A foreign key of the database has no index", Severity.MEDIUM, cwe=(1067,))

MANY = 1000
"""Rows from which on reading all of them is felt."""


def find(app: Application) -> Iterator[Seen]:
    """Each key whose columns begin no index."""
    for table in live.tables(app):
        for key in table.keys:
            wanted = set(key.columns)
            if any(set(each.columns[: len(wanted)]) == wanted and each.is_valid for each in table.indexes):
                continue
            size = f" ({table.rows:,} rows)" if table.rows else ""
            names = live.listed(key.columns)
            yield Seen(
                live.place(app, table, key.columns[0]),
                f"`{table}.{names}` refers to `{key.table}` and no index of the database begins with it: each deletion "
                f"there and each join reads all of `{table}`{size}",
                Confidence.HIGH if (table.rows or 0) >= MANY else Confidence.MEDIUM,
                fix=f"`CREATE INDEX CONCURRENTLY ON {table} ({names})` in a migration, and `index=True` in the model",
                about=f"{table}.{names}",
            )
