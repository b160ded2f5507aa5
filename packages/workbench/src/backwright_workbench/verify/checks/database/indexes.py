"""Every reference and every declared filter, sort and search has an index, and no index is there for nothing.

Red: a table without a primary key; a reference, filter, sort or search without an index that begins with its columns;
an index that another one makes unnecessary; a reference that does not say what happens when its row goes.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.database.catalogue import Index, Reference, Relation, relations
from backwright_workbench.verify.checks.database.migrations import of_service
from backwright_workbench.verify.checks.database.places import declared_at
from backwright_workbench.verify.checks.database.wanted import Wanted, searched, wanted
from backwright_workbench.verify.outcome import Fault, Figure, Outcome, judged
from backwright_workbench.verify.subject import Subject
from backwright_workbench.workspace.schemas import schema

CHECK = Check(
    title="References, filters, sorts and searches have an index, and no index is there for nothing",
    needs=frozenset({Need.SOURCE, Need.SERVICE, Need.DATABASE}),
    proves=("CWE-1067",),
)


def run(subject: Subject) -> Outcome:
    """Read the catalogues of the migrated database, and compare with what is declared."""
    database = of_service(subject).template()
    found = relations(database)
    faults = [fault for table in found.values() for fault in of_table(table)]
    if subject.stands.engine == "mariadb":  # it does not tell RESTRICT, which is its default
        faults = [each for each in faults if "does not say what happens" not in each.what]
    assert subject.blueprint is not None
    faults += list(of_declared(subject.blueprint, found, list(schema(database))))
    indexes = [index for table in found.values() for index in table.indexes]
    listing = [
        f"{name}: {', '.join(each.columns)} ({each.name})" for name, t in found.items() for each in t.indexes
    ]
    subject.record.keep("indexes.txt", "\n".join(listing), command="the catalogues of the migrated database")
    return judged(
        f"{len(found)} tables, {sum(len(table.references) for table in found.values())} references, "
        f"{len(wanted(subject.blueprint))} declared filters and sorts, {len(indexes)} indexes",
        [_placed(each, subject.files()) for each in faults],
        figures=(Figure("indexes", len(indexes)),),
    )


def of_table(table: Relation) -> Iterator[Fault]:
    """What is wrong with one table in itself."""
    if not table.key:
        yield Fault(
            "the table has no primary key",
            place=table.name,
            why="rows cannot be told apart, and replication and tools refuse it",
            next_step="give it one",
        )
    for reference in table.references:
        yield from _of_reference(table, reference)
    yield from unnecessary(table)


def _of_reference(table: Relation, reference: Reference) -> Iterator[Fault]:
    listed = ", ".join(reference.columns)
    if table.begins(reference.columns) is None and not _is_within(table, reference):
        yield Fault(
            f"the reference to {reference.to} has no index that begins with {listed}",
            place=f"{table.name}.{listed}",
            why=f"each row of {reference.to} that is deleted reads all of {table.name}, and so do questions for them",
            next_step=f"Index({_quoted(('', *reference.columns))}) in the model, and a migration for it",
        )
    if not reference.on_delete or reference.on_delete.upper() == "NO ACTION":
        yield Fault(
            f"the reference to {reference.to} does not say what happens when that row is deleted",
            place=f"{table.name}.{listed}",
            why="what is left to the default is decided by nobody",
            next_step='ForeignKey(…, ondelete="RESTRICT"), "CASCADE" or "SET NULL"',
        )


def _is_within(table: Relation, reference: Reference) -> bool:
    """Whether it says the same as another one, which has an index (a reference within a tenant)."""
    return any(
        set(other.columns) < set(reference.columns) and table.begins(other.columns) is not None
        for other in table.references
    )


def unnecessary(table: Relation) -> Iterator[Fault]:
    """Indexes that another one makes unnecessary: the same columns, or the first ones of it."""
    plain = [each for each in table.indexes if each.serves]
    for at, index in enumerate(plain):
        for other in plain:
            if other is index or other.columns[: len(index.columns)] != index.columns:
                continue
            same = len(other.columns) == len(index.columns)
            if (index.unique and not (same and other.unique)) or (same and _is_kept(index, other, at, plain)):
                continue
            listed = ", ".join(index.columns)
            yield Fault(
                f"{index.name} ({listed}) is unnecessary beside {other.name} ({', '.join(other.columns)})",
                place=f"{table.name}.{listed}",
                why="each write pays for it, and no question needs it",
                next_step=f"drop {index.name} in the model and in a migration",
            )
            break


def _is_kept(index: Index, other: Index, at: int, among: Sequence[Index]) -> bool:
    """Of two that say the same, the unique one is kept, else the first."""
    if index.unique != other.unique:
        return index.unique
    return at < list(among).index(other)


def of_declared(blueprint: Blueprint, found: dict[str, Relation], names: list[str]) -> Iterator[Fault]:
    """Filters, sorts and searches that the blueprint declares and no index serves."""
    for each in wanted(blueprint):
        table = found.get(each.table)
        if table is None or each.column not in table.columns:
            continue  # another check says that it is missing
        if _served(table, each):
            continue
        yield Fault(
            f"{each.why} of {each.column} is declared, and no index begins with it",
            place=f"{each.table}.{each.column}",
            why="each such request reads the whole table",
            next_step=f'Index("ix_{each.table}_{each.column}_id", "{each.column}", "id") in the model, and a migration',
        )
    for table_name in searched(blueprint):
        if table_name in found and not any(_is_search(name, table_name) for name in names):
            yield Fault(
                "a search is declared, and there is no index for words",
                place=table_name,
                why="each search reads the whole table, or fails",
                next_step="create_index(op, …) of backwright.search in a migration",
            )


def _served(table: Relation, each: Wanted) -> bool:
    columns = (each.tenant, each.column) if each.tenant in table.columns else (each.column,)
    return table.begins((each.column,)) is not None or table.begins(columns) is not None


def _is_search(name: str, table: str) -> bool:
    kind, _, what = name.partition(" ")
    return what in (f"{table}.ix_{table}_search", f"{table}_search.ix_{table}_search") or (
        kind == "table" and what == f"{table}_fts"
    )


def _quoted(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{each}"' if each else '"ix_…"' for each in columns)


def _placed(fault: Fault, root: Path) -> Fault:
    table, _, column = fault.place.partition(".")
    line = declared_at(root, table, column.split(",")[0])
    return Fault(fault.what, f"{fault.place} ({line})" if line else fault.place, fault.why, fault.next_step)
