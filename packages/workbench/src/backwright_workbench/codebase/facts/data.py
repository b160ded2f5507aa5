"""Tables, what is asked of them, and the connections to the database.

What lives here: models, columns, indexes, relations, queries, engines, migrations. What must not: how an ORM
spells them.
"""

from dataclasses import dataclass, field

from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.syntax import Call


@dataclass(slots=True, eq=False)
class Column:
    """A column of a table."""

    name: str
    attribute: str
    """Its name in code; `author` for Django's `author_id`."""
    type: str
    """string, text, integer, boolean, datetime, date, float, decimal, uuid, json, binary, enum or other."""
    place: Place
    primary: bool = False
    unique: bool = False
    indexed: bool = False
    """Whether an index begins with it, whatever makes it: primary key, unique, `index=True`, composite, the ORM."""
    foreign: str = ""
    """`table.column` or the full name of the model that it refers to."""
    nullable: bool = True
    length: int | None = None


@dataclass(slots=True, eq=False)
class Index:
    """An index or unique constraint of several columns; `columns` are attribute names in order."""

    columns: tuple[str, ...]
    unique: bool
    place: Place
    name: str = ""


@dataclass(slots=True, eq=False)
class Relation:
    """An attribute that holds other rows. `loading` is lazy, eager, raise or dynamic."""

    name: str
    target: str
    """Full name of the other model where it is known, else as written."""
    many: bool
    loading: str
    place: Place
    column: str = ""
    """The foreign key behind it, where it is on this side."""


@dataclass(slots=True, eq=False)
class Model:
    """A table as code sees it."""

    name: str
    qualified: str
    table: str
    orm: str
    """sqlalchemy, sqlmodel, django, tortoise, peewee, mongoengine; migration if only a migration tells of it."""
    place: Place
    owner: Class | None
    columns: dict[str, Column] = field(default_factory=dict)
    """By attribute name."""
    indexes: list[Index] = field(default_factory=list)
    relations: dict[str, Relation] = field(default_factory=dict)
    is_abstract: bool = False
    ordering: tuple[str, ...] = ()
    """Attributes by which its rows are sorted where a query says nothing."""

    def column(self, name: str) -> Column | None:
        """By attribute or by column name."""
        found = self.columns.get(name)
        return found or next((each for each in self.columns.values() if each.name == name), None)


@dataclass(slots=True, eq=False)
class Query:
    """Something that is asked of a database.

    `kind` is select, insert, update, delete, count, get (by primary key), commit, ddl or other; `via` is orm, core, sql
    (a text) or document (MongoDB and the like).
    """

    kind: str
    via: str
    place: Place
    function: Function | None
    """None at the level of a module."""
    call: Call
    """The outermost call of the chain: `session.query(A).filter(…).all()`."""
    models: tuple[str, ...] = ()
    """Full names of the models, or names of tables for a text."""
    filters: tuple[str, ...] = ()
    """Columns that are compared: `Model.attribute`, or as written."""
    orders: tuple[str, ...] = ()
    limited: bool = False
    """Whether the number of rows is bounded: limit, slice, pagination, first, one, get, by unique key, count."""
    many: bool = False
    """Whether it gives a list of rows."""
    eager: tuple[str, ...] = ()
    """Relations that it loads along."""
    sql: str = ""
    """The text, with `{}` where a value is put in."""
    is_built: bool = False
    """Whether values are put into the text instead of being bound."""
    in_loop: bool = False
    """Whether it stands in a loop or comprehension of its function."""
    is_async: bool = False


@dataclass(slots=True, eq=False)
class Engine:
    """Where a connection (or a pool of them) is made. `pooled` is None where the library decides by itself."""

    library: str
    place: Place
    function: Function | None
    pooled: bool | None
    options: dict[str, object] = field(default_factory=dict)
    is_async: bool = False
    url: str = ""
    """As written, credentials left out; empty if it comes from settings."""


@dataclass(slots=True, eq=False)
class Migration:
    """A file that changes the schema. `tool` is alembic, django, aerich, yoyo or other."""

    tool: str
    path: str
    revision: str = ""
    creates: tuple[str, ...] = ()
    """Tables."""
    reversible: bool = True
