"""A database as it really is: what it answers when it is asked, beside what the code says of it.

What lives here: tables, columns, indexes, keys and sequences of a running database. What must not: asking it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LiveColumn:
    """A column. `type` is one of the plain words of `facts.data.Column`, `declared` as the database writes it."""

    name: str
    type: str
    declared: str
    nullable: bool


@dataclass(frozen=True, slots=True)
class LiveIndex:
    """An index. `columns` are in order, with an empty name for an expression."""

    name: str
    columns: tuple[str, ...]
    is_unique: bool = False
    is_primary: bool = False
    is_needed: bool = False
    """Whether a constraint lives from it: primary key, unique, exclusion."""
    is_valid: bool = True
    kind: str = ""
    """What two indexes need to have in common to do the same: method, condition, order, prefix lengths."""
    scans: int | None = None
    """How often it was used since the statistics began; None where the database does not count."""
    size: int = 0


@dataclass(frozen=True, slots=True)
class LiveKey:
    """A foreign key."""

    columns: tuple[str, ...]
    table: str


@dataclass(frozen=True, slots=True)
class LiveTable:
    """A table; numbers of rows are estimates, None where the database has none."""

    name: str
    schema: str = ""
    columns: dict[str, LiveColumn] = field(default_factory=dict)
    indexes: tuple[LiveIndex, ...] = ()
    keys: tuple[LiveKey, ...] = ()
    rows: int | None = None
    dead: int | None = None
    is_analysed: bool | None = None

    @property
    def primary(self) -> tuple[str, ...]:
        """The columns of its primary key."""
        return next((each.columns for each in self.indexes if each.is_primary), ())

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema not in ("", "public") else self.name


@dataclass(frozen=True, slots=True)
class LiveSequence:
    """A counter that makes keys: the last value, and the largest that fits (into its column, too)."""

    name: str
    table: str
    column: str
    last: int
    most: int


@dataclass(frozen=True, slots=True)
class Live:
    """A database. `days` says for how long it has counted what indexes are used for; None if it does not."""

    dialect: str
    tables: tuple[LiveTable, ...] = ()
    sequences: tuple[LiveSequence, ...] = ()
    days: float | None = None

    def table(self, name: str) -> LiveTable | None:
        """The table of a name (`schema.name` or `name`), whatever its case."""
        wanted = name.lower().rpartition(".")[2]
        schema = name.lower().rpartition(".")[0]
        found = [each for each in self.tables if each.name.lower() == wanted]
        exact = [each for each in found if each.schema.lower() == (schema or "public")]
        return next(iter(exact or found), None)

    def __iter__(self) -> Iterator[LiveTable]:
        return iter(self.tables)
