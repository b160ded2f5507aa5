"""Indexes that do what another index does as well."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.live import LiveIndex
from backwright_workbench.review import live
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About("Two indexes of the database do the same", Severity.LOW, cwe=(1071,))


def find(app: Application) -> Iterator[Seen]:
    """Each index that is another one again, or the beginning of another one."""
    for table in live.tables(app):
        gone: set[str] = set()
        for index in table.indexes:
            other = next(
                (each for each in table.indexes if each.name not in gone and _covers(each, index)), None
            )
            if other is None or index.is_needed:
                continue
            gone.add(index.name)
            same = other.columns == index.columns
            what = "has the same columns as" if same else "is the beginning of"
            yield Seen(
                live.place(app, table, index.columns[0]),
                f"the index `{index.name}` of `{table}` ({live.listed(index.columns)}) {what} "
                f"`{other.name or 'the primary key'}` ({live.listed(other.columns)}): each write keeps both",
                Confidence.HIGH if same else Confidence.MEDIUM,
                fix=f"drop `{index.name}`, and `index=True` or the migration that makes it",
                about=f"{table}:{index.name}",
            )


def _covers(other: LiveIndex, index: LiveIndex) -> bool:
    """Whether a search with `index` is as fast with `other`."""
    if (
        other is index
        or "" in index.columns
        or not other.is_valid
        or (index.is_unique and other.columns != index.columns)
    ):
        return False
    if index.is_unique and not other.is_unique:
        return False
    return _alike(other, index) and other.columns[: len(index.columns)] == index.columns


def _alike(other: LiveIndex, index: LiveIndex) -> bool:
    """Whether both are of one kind; of a longer one what counts is said by its first columns."""
    if other.columns == index.columns or not index.kind:
        return other.kind == index.kind
    number, mine, theirs = len(index.columns), index.kind.split(" "), other.kind.split(" ")
    if mine[0] != "btree" or theirs[0] != "btree":
        return mine == theirs and mine[0].lower() == "btree"
    return (
        mine[1 : 1 + number] == theirs[1 : 1 + number]
        and mine[1 + number : 1 + 2 * number]
        == theirs[1 + len(other.columns) : 1 + len(other.columns) + number]
        and mine[1 + 2 * number :] == theirs[1 + 2 * len(other.columns) :]
    )
