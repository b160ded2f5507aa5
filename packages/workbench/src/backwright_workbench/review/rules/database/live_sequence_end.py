"""Counters of keys that come to their end."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.review import live
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About("A counter of the database comes to its end", Severity.HIGH, cwe=(190,))

SHARE = 0.7


def find(app: Application) -> Iterator[Seen]:
    """Each sequence, or column that counts up, of which most is used."""
    if app.live is None:
        return
    for sequence in app.live.sequences:
        if sequence.most and sequence.last >= SHARE * sequence.most:
            table = app.live.table(sequence.table) if sequence.table else None
            what = (
                f"`{sequence.table}.{sequence.column}`"
                if sequence.table
                else f"the sequence `{sequence.name}`"
            )
            yield Seen(
                live.place(app, table, sequence.column)
                if table
                else Place(f"{live.FOLDER}/{sequence.name}", 1, 1),
                f"{what} has counted to {sequence.last:,} of {sequence.most:,} "
                f"({sequence.last / sequence.most:.0%}): when it is there, each insert fails",
                Confidence.HIGH,
                severity=Severity.CRITICAL if sequence.last >= 0.95 * sequence.most else None,
                fix="make the column (and those that refer to it) `bigint` in time: on a large table that takes days",
                about=sequence.name,
            )
