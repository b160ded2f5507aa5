"""Decorators and the like as guards.

What lives here: which of them are guards at all, and what their arguments add. What must not: where a framework puts
them; what a name or a body says (`purposes.py`).
"""

import re
from collections.abc import Iterable

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Module
from backwright_workbench.codebase.facts.project import Project
from backwright_workbench.codebase.facts.web import Guard, Level, Purpose
from backwright_workbench.codebase.frameworks.purposes import Purposes

SILENT = frozenset(
    ["route", "output", "get", "post", "put", "patch", "delete", "head", "options", "websocket", "expose", "doc",
     "response", "marshal_with", "marshal_list_with", "swag_from", "staticmethod", "classmethod", "property",
     "abstractmethod", "errorhandler", "alt_response", "paginate", "produces", "consumes", "after_request",
     "hide", "exempt",
          "extend_schema", "extend_schema_view", "swagger_auto_schema", "action", "api_view", "register", "receiver",
     "require_http_methods", "require_POST", "require_GET", "require_safe", "csrf_exempt", "renderer_classes",
     "parser_classes", "permission_classes", "authentication_classes", "throttle_classes", "xframe_options_exempt",
     "field", "mutation", "query", "subscription", "convert_kwargs_to_snake_case", "type", "input", "strawberry_type"]
)  # fmt: skip
"""Decorators that declare or describe, and guard nothing."""
RIGHTS = frozenset(
    ["role", "roles", "permission", "permissions", "perm", "scope", "scopes", "required_roles", "groups"]
)
MAY = frozenset({Purpose.AUTHENTICATION, Purpose.AUTHORIZATION})
CHECKS = MAY | {Purpose.RATE_LIMIT, Purpose.CSRF}
ASKING = frozenset(
    ["require", "required", "requires", "protect", "check", "has", "allow", "can", "test", "enforce"]
)
PROTECTING = frozenset(["protect", "protected", "has_access", "has_access_api", "secured"])
"""Decorators of libraries that let nobody pass without the right to it (Flask-AppBuilder and the like)."""
RIGHTFUL = re.compile(
    r"permission|role|acl|admin|polic|privilege|auth|allow|moderator|owner|staff|need|login", re.I
)
"""What the owner of such a decorator is called: `admin_permission.require(403)`."""
INVERSE = re.compile(
    r"(?:^|_)(?:unauthenticated|not_authenticated|not_logged_in|logged_out|logout_required|guests?_only|guest_required"
    r"|anonymous_(?:required|only)|redirect_(?:if_)?(?:authenticated|logged)\w*|(?:check|redirect)_if_logged_in)",
    re.I,
)
"""Guards that let pass whom they do not know, and send the others away."""
WAIVING = re.compile(
    r"(?:^|_)(?:public|exempt|anonymous|no_?auth\w*|skip|unprotected|not_required|allow_any|open)(?:_|$)",
    re.I,
)


def guards_of(
    purposes: Purposes, decorators: Iterable[s.Expression], level: Level, module: Module
) -> list[Guard]:
    """The guards among decorators (or what is put around a view in another way), in their order."""
    return [guard_of(purposes, each, level, module) for each in decorators if s.last_name(each) not in SILENT]


def guard_of(purposes: Purposes, decorator: s.Expression, level: Level, module: Module) -> Guard:
    """One guard; an argument such as `role="admin"` makes it ask for a right too."""
    made = purposes.guard(decorator, level, module.at(decorator))
    if not made.purposes & CHECKS and made.name in ASKING and RIGHTFUL.search(_said(decorator)):
        made.purposes = MAY
    if not made.purposes & CHECKS and made.name in PROTECTING and made.function is None:
        made.purposes = MAY
    if INVERSE.search(made.name):
        made.purposes = frozenset({Purpose.OTHER})
    asks = isinstance(decorator, s.Call) and any(each.name in RIGHTS for each in decorator.keywords)
    if asks and Purpose.AUTHENTICATION in made.purposes:
        made.purposes |= {Purpose.AUTHORIZATION}
    return made


def _said(decorator: s.Expression) -> str:
    """A decorator as it is written, with the names of what it is given."""
    given = decorator.args if isinstance(decorator, s.Call) else []
    return " ".join([s.written(decorator), *(s.last_name(each) for each in given)])


def permission_guard(
    purposes: Purposes, project: Project, node: s.Expression, level: Level, module: Module
) -> Guard:
    """A class that stands among permissions: it is one, unless all it does is to return True."""
    return as_permission(guard_of(purposes, node, level, module), project.classes.get(s.refers(node)))


def as_permission(made: Guard, own: Class | None) -> Guard:
    """The guard of a permission, which is `own` where that is of the project."""
    if always_true(own):
        made.purposes = frozenset({Purpose.OTHER})
    elif not made.purposes & MAY:
        made.purposes |= MAY
    return made


def always_true(found: Class | None) -> bool:
    """Whether a permission lets everybody pass: its only statement is `return True`."""
    method = found.methods.get("has_permission") if found else None
    returned = [each for each in method.walk() if isinstance(each, s.Return)] if method else []
    return bool(returned) and all(s.constant(each.value) is True for each in returned)


def waives(decorators: Iterable[s.Expression], what: str = "") -> bool:
    """Whether one of the decorators takes the handler out of a guard; `what` must be in it, if given."""
    return any(WAIVING.search(s.last_name(each)) and what in s.written(each).lower() for each in decorators)
