"""The shape of the model of an application as JSON.

What lives here: one class for each kind of thing. What must not: filling them (`document.py`). A key may be added; one
that goes or means something else raises `VERSION`. Places are `path:line`. Values of settings are never told.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

VERSION: Literal[1] = 1


class Shape(BaseModel):
    """Strict keys, immutable values."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ShownPackage(Shape):
    """A package of the application's code. `level` 0 is what nobody imports; `imports` counts modules."""

    name: str
    level: int
    modules: int
    lines: int
    imports: dict[str, int]


class ShownGuard(Shape):
    """Something that runs before a handler; an optional one lets callers pass whom it does not know."""

    name: str
    purposes: tuple[str, ...]
    level: str
    optional: bool
    place: str


class ShownParameter(Shape):
    """Something that a handler takes from the request; `source` is path, query, header, cookie, body, form or file."""

    name: str
    source: str
    type: str
    schema_: str = Field(alias="schema")
    has_maximum: bool


class ShownRoute(Shape):
    """An operation that callers reach."""

    methods: tuple[str, ...]
    path: str
    handler: str
    view: str
    framework: str
    action: str
    place: str
    declared: str
    guards: tuple[ShownGuard, ...]
    parameters: tuple[ShownParameter, ...]
    answers: str
    answers_many: bool
    status: int | None
    is_reachable: bool


class ShownApp(Shape):
    """An application object; options that are called like secrets are only said to be there."""

    name: str
    framework: str
    place: str
    options: dict[str, str]


class ShownMiddleware(Shape):
    """Something that sees every request."""

    name: str
    purposes: tuple[str, ...]
    place: str
    options: dict[str, str]


class ShownErrorHandler(Shape):
    """What answers when something fails."""

    errors: tuple[str, ...]
    handler: str
    is_general: bool
    place: str


class ShownField(Shape):
    """A field of a schema."""

    name: str
    type: str
    is_required: bool
    limits: tuple[str, ...]
    read_only: bool
    write_only: bool


class ShownSchema(Shape):
    """What input or output is validated with."""

    name: str
    kind: str
    place: str
    model: str
    all_fields: bool
    allows_extra: bool
    fields: tuple[ShownField, ...]


class ShownColumn(Shape):
    """A column of a table."""

    name: str
    attribute: str
    type: str
    length: int | None
    primary: bool
    unique: bool
    indexed: bool
    nullable: bool
    foreign: str
    place: str


class ShownIndex(Shape):
    """An index or unique constraint of several columns."""

    columns: tuple[str, ...]
    unique: bool
    name: str


class ShownRelation(Shape):
    """An attribute that holds other rows."""

    name: str
    target: str
    many: bool
    loading: str


class ShownModel(Shape):
    """A table as code sees it."""

    name: str
    qualified: str
    table: str
    orm: str
    is_abstract: bool
    place: str
    columns: tuple[ShownColumn, ...]
    indexes: tuple[ShownIndex, ...]
    relations: tuple[ShownRelation, ...]


class ShownQuery(Shape):
    """Something that is asked of a database; values in a statement are not told."""

    kind: str
    via: str
    function: str
    models: tuple[str, ...]
    filters: tuple[str, ...]
    orders: tuple[str, ...]
    limited: bool
    many: bool
    eager: tuple[str, ...]
    in_loop: bool
    is_async: bool
    is_built: bool
    sql: str
    place: str


class ShownEngine(Shape):
    """Where connections are made."""

    library: str
    pooled: bool | None
    is_async: bool
    options: dict[str, str]
    place: str


class ShownMigration(Shape):
    """A file that changes the schema of the database."""

    tool: str
    path: str
    revision: str
    creates: tuple[str, ...]
    reversible: bool


class ShownSetting(Shape):
    """A name that configures the application; `is_set` says whether the code gives it a value."""

    name: str
    source: str
    environment: str
    is_set: bool
    place: str


class ShownCall(Shape):
    """A call to another server; `has_timeout` is null where the library has one by default."""

    library: str
    function: str
    has_timeout: bool | None
    is_async: bool
    place: str


class ShownLog(Shape):
    """A line that is logged or printed."""

    level: str
    place: str


class ShownSurroundings(Shape):
    """Tests, and what a project is checked and shipped with."""

    tests: int
    test_modules: int
    ci: tuple[str, ...]
    shipped: tuple[str, ...]
    locks: tuple[str, ...]
    tools: tuple[str, ...]


class Inspection(Shape):
    """The whole document."""

    version: Literal[1]
    name: str
    stack: tuple[str, ...]
    frameworks: tuple[str, ...]
    orms: tuple[str, ...]
    dependencies: dict[str, str]
    files: int
    lines: int
    roles: dict[str, int]
    packages: tuple[ShownPackage, ...]
    circles: tuple[tuple[str, ...], ...]
    conventions: tuple[str, ...]
    gaps: tuple[str, ...]
    surroundings: ShownSurroundings
    apps: tuple[ShownApp, ...]
    routes: tuple[ShownRoute, ...]
    middleware: tuple[ShownMiddleware, ...]
    error_handlers: tuple[ShownErrorHandler, ...]
    schemas: tuple[ShownSchema, ...]
    models: tuple[ShownModel, ...]
    queries: tuple[ShownQuery, ...]
    engines: tuple[ShownEngine, ...]
    migrations: tuple[ShownMigration, ...]
    settings: tuple[ShownSetting, ...]
    outgoing: tuple[ShownCall, ...]
    logs: tuple[ShownLog, ...]
    unread: dict[str, str]
    left_out: dict[str, str]
