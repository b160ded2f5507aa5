"""What FastAPI and Starlette call things: classes, verbs, decorators that register, codes of answers.

What lives here: names and small questions about one expression. What must not: reading routes (`fastapi.py`).
"""

import re

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application

KINDS = {
    "fastapi.FastAPI": "app", "fastapi.applications.FastAPI": "app", "starlette.applications.Starlette": "app",
    "fastapi.APIRouter": "router", "fastapi.routing.APIRouter": "router", "fastapi.routers.APIRouter": "router",
    "starlette.routing.Router": "router", "fastapi_utils.inferring_router.InferringRouter": "router",
    "fastapi_restful.inferring_router.InferringRouter": "router", "fastapi_crudrouter.SQLAlchemyCRUDRouter": "router",
    "fastapi_restful.Api": "router", "fastapi_utils.Api": "router", "fastapi_versioning.VersionedFastAPI": "app",
}  # fmt: skip
VERBS = frozenset(["get", "post", "put", "patch", "delete", "head", "options", "trace"])
MANY = frozenset(["api_route", "route", "add_api_route", "add_route"])
SOCKETS = frozenset(["websocket", "websocket_route", "add_api_websocket_route", "add_websocket_route"])
COLLECTIONS = frozenset(["Page", "LimitOffsetPage", "CursorPage", "Paginated", "PaginatedResponse"])
LISTS = frozenset(["list", "sequence", "tuple", "set", "iterable", "page", "asynciterator"])


def registers(decorator: s.Expression) -> bool:
    """Whether a decorator registers a route, an event or the like rather than standing in front of one."""
    if not isinstance(decorator, s.Call) or not isinstance(decorator.callee, s.Attribute):
        return False
    return decorator.callee.name in VERBS | SOCKETS | MANY and isinstance(
        decorator.callee.base, s.Name | s.Attribute
    )


def status(node: s.Expression | None) -> int | None:
    """The code that `status_code=` says, as a number or as a name of Starlette."""
    value = s.constant(node)
    if isinstance(value, int):
        return value
    found = re.search(r"_(\d{3})_", s.last_name(node))
    names = {"CREATED": 201, "OK": 200, "NO_CONTENT": 204, "ACCEPTED": 202}
    return int(found.group(1)) if found else names.get(s.last_name(node))


def is_foreign(app: Application, child: s.Expression | None) -> bool:
    """Whether what is included comes from a library: `fastapi_users.get_auth_router(…)`, `admin.router`."""
    root = s.root_of(child) if child is not None else None
    known = s.refers(root)
    return bool(known) and not any(
        known == name or known.startswith(f"{name}.") for name in app.project.modules
    )
