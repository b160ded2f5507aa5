"""What an application answers, and what stands before each answer.

What lives here: routes, guards, middleware, error handlers, schemas. What must not: how a framework spells them.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.place import Place


class Purpose(StrEnum):
    """What a guard, decorator, dependency or middleware is there for."""

    AUTHENTICATION = "authentication"  # who is it
    AUTHORIZATION = "authorization"  # may they: roles, permissions, ownership
    RATE_LIMIT = "rate limit"
    CSRF = "csrf"
    CORS = "cors"
    HEADERS = "security headers"
    ERRORS = "errors"
    CACHE = "cache"
    SESSION = "session"
    VALIDATION = "validation"
    DATABASE = "database"
    TRANSACTION = "transaction"
    LOGGING = "logging"
    OTHER = "other"


class Level(StrEnum):
    """Where a guard is attached."""

    ROUTE = "route"
    CLASS = "class"
    ROUTER = "router"
    APP = "app"
    BODY = "body"  # called in the handler itself: `current_user()`, `if not user.is_admin: abort(403)`


@dataclass(slots=True, eq=False)
class Guard:
    """Something that runs before a handler. `name` as a person would call it (`current_user`, `login_required`)."""

    name: str
    purposes: frozenset[Purpose]
    level: Level
    place: Place
    function: Function | None = None
    """What runs, where it is of the project."""
    optional: bool = False
    """Whether it lets callers pass whom it does not know."""


@dataclass(slots=True, eq=False)
class RouteParameter:
    """Something that a handler takes from the request. `source` is path, query, header, cookie, body, form or file."""

    name: str
    source: str
    type: str
    """Full name of its class, or a plain word: `builtins.int`; empty if nothing says."""
    schema: Class | None = None
    """The class of the project that it is validated with."""
    has_maximum: bool = False
    line: int = 0
    has_minimum: bool = False
    """Whether a number below zero is refused before the handler sees it."""


@dataclass(slots=True, eq=False)
class Route:
    """An operation that callers reach. For a class-based view there is one for each of its methods."""

    methods: tuple[str, ...]
    """Upper case; `("*",)` where any is answered; `QUERY`, `MUTATION` for GraphQL, `WEBSOCKET`."""
    path: str
    """With all prefixes, parameters as `{name}`; empty if nothing says it."""
    handler: Function | None
    """None where the framework provides it (a DRF viewset's `list`)."""
    view: Class | None
    """The class of a class-based view or resolver."""
    place: Place
    """The handler, or else the view: without decorators."""
    declared: Place
    """Where it is registered: its decorator, `path(…)`, `add_url_rule(…)`."""
    framework: str
    guards: list[Guard] = field(default_factory=list)
    parameters: list[RouteParameter] = field(default_factory=list)
    answers: Class | None = None
    """The schema that answers are filtered through (`response_model`, serializer), where there is one."""
    answers_many: bool = False
    status: int | None = None
    app: str = ""
    """Full name of the application or router that it hangs on."""
    is_reachable: bool = True
    """Whether its router is included somewhere."""
    action: str = ""
    """What it does in the words of REST: list, retrieve, create, update, delete; empty if it is something else."""
    is_paginated: bool = False
    """Whether the framework gives the answer in pages: `pagination_class`, `paginate_by`, the settings."""

    def __str__(self) -> str:
        """As people write it: `POST /users/{id}`."""
        return f"{'|'.join(self.methods)} {self.path}".strip()

    @property
    def is_write(self) -> bool:
        """Whether a method changes something."""
        return bool({"POST", "PUT", "PATCH", "DELETE", "MUTATION", "*"} & set(self.methods))

    def guarded(self, purpose: Purpose) -> list[Guard]:
        """The guards with that purpose that do not let everybody pass."""
        return [each for each in self.guards if purpose in each.purposes and not each.optional]


@dataclass(slots=True, eq=False)
class Middleware:
    """Something that sees every request of an application; `options` are its literal settings."""

    name: str
    purposes: frozenset[Purpose]
    place: Place
    options: dict[str, object] = field(default_factory=dict)
    app: str = ""


@dataclass(slots=True, eq=False)
class ErrorHandler:
    """What answers when something fails. `errors` are names of exceptions or status codes as texts."""

    errors: tuple[str, ...]
    handler: Function | None
    place: Place
    is_general: bool = False
    """Whether it takes every exception (or 500)."""


@dataclass(slots=True, eq=False)
class WebApp:
    """An application object: `FastAPI()`, `Flask()`, a Django project."""

    name: str
    framework: str
    place: Place
    options: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class SchemaField:
    """A field of what is taken or given; `limits` are the names of constraints (`max_length`, `ge`, …)."""

    name: str
    type: str
    place: Place
    is_required: bool = True
    limits: tuple[str, ...] = ()
    read_only: bool = False
    write_only: bool = False


@dataclass(slots=True, eq=False)
class Schema:
    """A class that input or output is validated with: Pydantic, marshmallow, serializer, form, dataclass, struct."""

    name: str
    kind: str
    owner: Class
    fields: list[SchemaField] = field(default_factory=list)
    model: str = ""
    """Full name of the database model that it is made of (`Meta.model`, `from_attributes`)."""
    all_fields: bool = False
    """Whether it takes whatever the model has: `fields = "__all__"`, `exclude = …`."""
    allows_extra: bool = False
