"""The blueprint: the typed model of a service.

What lives here: the shape of a blueprint as immutable values, and the names derived from it. What must not:
reading or writing YAML (`yaml.py`), checks across entities (`validation.py`), Python source (`codegen`).

Everything the API of a service depends on is in these classes; whatever is not said takes the default that
stands here.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, StringConstraints, model_validator

from backwright_workbench.blueprint import naming
from backwright_workbench.blueprint.rows import PATTERN

EntityName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z0-9]{0,62}$")]
"""A thing, singular, in PascalCase: `WorkOrder`."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=63)]
"""A field, role, state, action or area in snake_case: `due_at`."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=50)]
"""A service's name as in a URL: `work-orders`."""

Rate = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,6}/(second|minute|hour|day)$")]
"""A limit: `100/minute`."""

Rows = Annotated[str, StringConstraints(pattern=PATTERN, max_length=500)]
"""Which rows: `all`, the path of references that leads from a row to the caller's account, comparisons, or both.

`assignee`, `order.customer`, `site = actor.technician.site and total < 10000`.
"""

Line = Annotated[
    str,
    StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]*$", max_length=2000),
]
"""A text on one line: no control characters, nothing that reorders what a reader sees.

It ends up in comments and docstrings of the written service.
"""

Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]


def _iso_date(value: object) -> object:
    """Refuses what only looks like a date: a number of seconds, a point in time."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return value
    if type(value) is date:
        return value
    raise ValueError("is not a date; write it as 2026-11-21")


Day = Annotated[date, BeforeValidator(_iso_date)]
"""A date, written `2026-11-21`."""

USER = "User"
"""The entity of accounts, which every service has; blueprints refer to it and do not declare it."""


RESERVED_AREAS = frozenset({"access", "accounts", "main", "migrations", "settings", "tests"})
"""Folders and modules that every service has beside its areas."""


class Model(BaseModel):
    """Strict keys, immutable values."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Stores(Model):
    """Where data is meant to live.

    The written service runs on the embedded stand-ins until URLs say otherwise.
    """

    database: Literal["sqlite", "postgresql", "mariadb"] = "sqlite"
    cache: Literal["memory", "redis"] = "memory"
    files: Literal["local", "s3"] = "local"


AuthMethod = Literal["password", "oauth2", "oidc", "sessions", "api_keys", "mfa"]


Registration = Literal["open", "invited", "closed"]

Provider = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=31)]
"""What a provider of identities is called; it stands in the names of its settings: `google`."""

SOME_PROVIDER = "sso"
"""What the provider is called where a blueprint says `oidc` and names none."""


class Auth(Model):
    """How callers prove who they are, and how they get an account.

    `registration`: they sign up themselves, are invited by an admin, or an admin makes the account.
    `register_as` is the role of those who sign up themselves; none: they wait for one. `providers` are those of
    the method `oidc`; their settings say the rest.
    """

    methods: tuple[AuthMethod, ...] = ("password",)
    providers: tuple[Provider, ...] = ()
    registration: Registration = "open"
    register_as: Name | None = None


class Limits(Model):
    """Bounds for every caller."""

    requests: Rate = "100/minute"
    body_kb: Annotated[Whole, Field(ge=1, le=102_400)] = 1024


class Budgets(Model):
    """What `verify` holds the service to."""

    p95_ms: Annotated[Whole, Field(ge=1, le=60_000)] = 100
    memory_mb: Annotated[Whole, Field(ge=16, le=65_536)] = 512
    error_percent: Annotated[float, Strict(), Field(ge=0, le=100)] = 0.1


FieldType = Literal[
    "string",
    "text",
    "integer",
    "decimal",
    "money",
    "boolean",
    "date",
    "datetime",
    "email",
    "phone",
    "url",
    "enum",
    "json",
    "reference",
]


class FieldModel(Model):
    """A column and what may stand in it.

    `max` is a length in characters for `string` (default 200) and `text` (default 10000), a largest value for
    numbers. `read_only` fields are written by actions only. `set: actor` fills a reference to `User` with the
    caller at creation.
    """

    type: FieldType
    description: Line = ""
    optional: Flag = False
    unique: Flag = False
    read_only: Flag = False
    encrypted: Flag = False
    """Whether the database holds it encrypted: it can be filtered for equality, and neither sorted nor searched."""
    min: Whole | None = None
    max: Whole | None = None
    places: Annotated[Whole, Field(ge=0, le=9)] | None = None
    """Digits after the point of a `decimal` (default 2)."""
    values: tuple[Name, ...] = ()
    default: Flag | Whole | Line | None = None
    to: EntityName | None = None
    on_delete: Literal["restrict", "cascade", "set_null"] | None = None
    """What happens to this row when the row referred to goes.

    Default: `set_null` if optional, else `restrict`.
    """
    set: Literal["actor"] | None = None


class States(Model):
    """The moves that a row's state may make: state → states that may follow.

    The initial state is the default of the field. A mapping without `moves` is the moves of `status`.
    """

    field: Name = "status"
    moves: Annotated[dict[Name, tuple[Name, ...]], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _moves_alone(cls, value: Any) -> Any:
        """Tells the two forms apart: `moves` has a mapping, a state of that name a list."""
        whole = not isinstance(value, Mapping) or isinstance(value.get("moves"), Mapping)
        return value if whole else {"moves": value}


class Action(Model):
    """A named use case: takes values for some fields, moves to a state, stamps a time.

    `from`: the states in which it may be called; none said, wherever its move is allowed.
    """

    description: Line = ""
    takes: tuple[Name, ...] = ()
    from_: Annotated[tuple[Name, ...], Field(alias="from")] = ()
    to: Name | None = None
    stamps: Name | None = None


def _rows_alone(value: Any) -> Any:
    """`read: assignee` says which rows; the rest takes its default."""
    return {"rows": value} if isinstance(value, str) else value


class Grant(Model):
    """Leave to do one thing: on which rows, with which fields (`None`: all that the entity exposes)."""

    _short_form = model_validator(mode="before")(_rows_alone)

    rows: Rows = "all"
    fields: tuple[Name, ...] | None = None


class ActGrant(Model):
    """Leave to call actions (`None`: all of them) on some rows."""

    _short_form = model_validator(mode="before")(_rows_alone)

    rows: Rows = "all"
    actions: tuple[Name, ...] | None = None


class Grants(Model):
    """What a role may do with an entity. What is not granted is refused.

    `refer`: the references to `User` into which the role may put any active account, although it may not read accounts.
    """

    read: Grant | None = None
    create: Grant | None = None
    update: Grant | None = None
    delete: Grant | None = None
    act: ActGrant | None = None
    refer: Grant | None = None


MediaType = Literal[
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "application/pdf",
    "text/plain",
    "text/csv",
    "application/json",
    "application/zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "video/mp4",
    "audio/mpeg",
    "image/svg+xml",
    "text/html",
]
"""The kinds of files whose content the runtime can tell from their name."""


class Attachments(Model):
    """Files that hang on a row."""

    max_mb: Annotated[Whole, Field(ge=1, le=5_120)] = 10
    max_count: Annotated[Whole, Field(ge=1, le=10_000)] = 20
    types: tuple[MediaType, ...] = (
        "image/png",
        "image/jpeg",
        "image/webp",
        "application/pdf",
        "text/plain",
        "text/csv",
    )


class Entity(Model):
    """A table's class and what the API exposes of it."""

    description: Line = ""
    tenancy: Literal["shared"] | None = None
    """`shared`: all tenants see its rows, where rows belong to tenants otherwise."""
    area: Name | None = None
    """The folder it lives in; default: its own plural (`Blueprint.area`)."""
    plural: Name | None = None
    """The table's name and, with dashes, the path; default: the English plural of the name."""
    fields: Annotated[dict[Name, FieldModel], Field(min_length=1)]
    states: States | None = None
    actions: dict[Name, Action] = Field(default_factory=dict)
    filters: tuple[Name, ...] = ()
    sorts: tuple[Name, ...] = ()
    search: tuple[Name, ...] = ()
    embeds: tuple[Name, ...] = ()
    attachments: Attachments | None = None
    cache: Annotated[Whole, Field(ge=1, le=86_400)] | None = None
    """Seconds that a read may be answered from the cache."""
    bulk: Annotated[Whole, Field(ge=1, le=1_000)] | None = None
    """Rows that one request may create at once."""
    limit: Rate | None = None
    unique: tuple[tuple[Name, ...], ...] = ()
    """Groups of fields whose values together occur once."""
    access: dict[Name, Literal["everything"] | Grants]


Capability = Literal[
    "graphql",
    "websockets",
    "jobs",
    "webhooks",
    "notifications",
    "payments",
    "feature_flags",
    "message_broker",
    "tracing",
    "kubernetes",
    "full_text_engine",
    "import_export",
    "reports",
]
"""What a brief may ask for and this version does not build: carried, and said so."""


class Blueprint(Model):
    """A whole service."""

    backwright: Literal[1] = 1
    service: Slug
    title: Annotated[Line, Field(min_length=1, max_length=100)]
    description: Line = ""
    created: Day
    """Dates the first migration, so that writing the same blueprint again gives the same bytes."""
    stores: Stores = Stores()
    auth: Auth = Auth()
    tenancy: EntityName | None = None
    """The entity that is the tenant: rows of all others belong to one, and no tenant sees those of another."""
    roles: dict[Name, Line]
    """Role → what it is for. One of them must be `admin`."""
    limits: Limits = Limits()
    budgets: Budgets = Budgets()
    wanted: tuple[Capability, ...] = ()
    entities: Annotated[dict[EntityName, Entity], Field(min_length=1)]

    @property
    def package(self) -> str:
        """The Python package of the service: `work_orders`."""
        return self.service.replace("-", "_")

    def plural(self, entity: str) -> str:
        """The table of an entity: `work_orders`. Raises `KeyError` for a name that is not declared."""
        return self.entities[entity].plural or naming.plural(entity)

    def path(self, entity: str) -> str:
        """The URL path of an entity below the API's root: `/work-orders`."""
        return "/" + self.plural(entity).replace("_", "-")

    def area(self, entity: str) -> str:
        """The folder of an entity: the one it names, else its plural.

        Where the service has a module of that name (`accounts`), it is the singular.
        """
        named = self.entities[entity].area
        if named is not None:
            return named
        plural = self.plural(entity)
        return naming.snake(entity) if plural in RESERVED_AREAS else plural

    def owner(self, entity: str) -> str | None:
        """The column that says to which tenant a row of an entity, or an account, belongs: `organization_id`.

        `None` for the tenants themselves, for shared entities, and where there are no tenants.
        """
        if self.tenancy is None or entity == self.tenancy:
            return None
        shared = entity in self.entities and self.entities[entity].tenancy == "shared"
        return None if shared else reference_column(naming.snake(self.tenancy))

    def areas(self) -> tuple[str, ...]:
        """Every area once, those that others refer to first; where areas refer to each other, as declared."""
        needs: dict[str, set[str]] = {self.area(name): set() for name in self.entities}
        for name, entity in self.entities.items():
            for target in references(entity.fields):
                if target in self.entities:
                    needs[self.area(name)].add(self.area(target))
        ordered: list[str] = []
        while needs:
            free = next(
                (area for area, wanted in needs.items() if not (wanted - {area}) & needs.keys()), None
            )
            ordered.append(free or next(iter(needs)))
            del needs[ordered[-1]]
        return tuple(ordered)


def references(fields: Mapping[str, FieldModel]) -> Iterable[str]:
    """The entities that the fields refer to, one for each reference."""
    return (field.to for field in fields.values() if field.type == "reference" and field.to is not None)


def reference_column(field_name: str) -> str:
    """The column and API name of a reference: `assignee` → `assignee_id`."""
    return f"{field_name}_id"


def account_path(entities: Mapping[str, Entity], entity: str, rows: str) -> tuple[tuple[str, str], ...]:
    """The steps (entity, reference field) from a row of `entity` to `User`; the last one is found by itself.

    `("WorkOrder", "assignee")` continues over `Technician`'s one reference to `User`. Raises `LookupError`
    with a sentence when the path does not lead to an account.
    """
    steps: list[tuple[str, str]] = []
    at = entity
    for part in rows.split("."):
        field = entities[at].fields.get(part) if at in entities else None
        if field is None or field.type != "reference" or field.to is None:
            raise LookupError(f"{at} has no reference called {part!r}")
        steps.append((at, part))
        at = field.to
    while at != USER:
        onward = (
            [n for n, f in entities[at].fields.items() if f.type == "reference" and f.to == USER]
            if at in entities
            else []
        )
        if len(onward) != 1:
            raise LookupError(
                f"{at} has {len(onward)} references to {USER}; one is needed to know whose rows these are"
            )
        steps.append((at, onward[0]))
        at = USER
    return tuple(steps)
