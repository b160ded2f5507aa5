"""Which expressions are sessions and connections of SQLAlchemy, and what changes through them.

What lives here: telling `session.add(row)` from the `add` of a set. What must not: what statements ask.
"""

import re

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.frameworks.query_plan import Link
from backwright_workbench.codebase.frameworks.query_scope import Scope

SQLALCHEMY = ("sqlalchemy", "sqlmodel", "flask_sqlalchemy", "databases")
OTHERS = (
    "builtins", "flask", "requests", "httpx", "aiohttp", "redis", "starlette", "pymongo", "motor", "boto3",
)  # fmt: skip
LEGACY = frozenset(
    {"filter", "filter_by", "all", "get", "first", "order_by", "paginate", "get_or_404", "first_or_404", "options",
     "join", "with_entities", "count", "limit", "outerjoin", "group_by", "delete", "update", "offset", "one"}
)  # fmt: skip
SESSIONS = frozenset(
    {"Session", "AsyncSession", "scoped_session", "async_scoped_session", "sessionmaker", "async_sessionmaker",
     "SQLAlchemy", "Connection", "AsyncConnection", "SignallingSession", "SessionTransaction",
     "AsyncSessionTransaction", "sessionlocal", "create_session"}
)  # fmt: skip
NAMED = re.compile(
    r"(?:^|_)(?:db_?)?(?:sess|session|dbsession|sessionlocal|localsession)(?:_?maker|_?factory)?$|^(?:db|s)$|(?:^|_)db$",
    re.I,
)
CONNECTIONS = re.compile(
    r"(?:^|_)(?:conn|connection|engine|database|tx|transaction|cur|curs|cursor|crsr|cnx|dbc|pool|pg)$", re.I
)


def is_session(node: s.Expression, scope: Scope) -> bool | None:
    """Whether an expression is a session or connection: by its class, else (None: perhaps) not known."""
    kind = scope.kind(node)
    if not kind or kind == "builtins.NoneType":
        return None
    top, last = kind.partition(".")[0], kind.rpartition(".")[2]
    if top in SQLALCHEMY:
        return True
    if top in OTHERS:
        return False
    project = scope.reading.app.project
    made = project.value(kind)
    if isinstance(made, s.Call):
        return True if made.name in SESSIONS else None
    owner = project.classes.get(kind)
    if owner is not None:
        return (
            True if any(name.rpartition(".")[2] in SESSIONS for name, _ in project.lineage(owner)) else None
        )
    return True if last in SESSIONS else None


def is_named(node: s.Expression) -> bool:
    """Whether it is called as people call a session."""
    return bool(NAMED.search(s.last_name(node).lstrip("_")))


def may_change(link: Link, call: s.Call, scope: Scope) -> bool:
    """Whether `add`, `delete`, `commit` … are those of a session: sets and requests have such methods too."""
    base = link.base
    if base is None or isinstance(base, s.Literal):
        return False
    session = is_session(base, scope)
    if session is not None:
        return session
    if link.name in ("add", "delete", "merge", "refresh", "add_all"):
        first = call.args[0] if call.args else None
        if not is_named(base) or first is None or isinstance(first, s.Literal | s.Text):
            return False
        return scope.kind(first) != "builtins.str"
    if link.name == "commit":
        return is_named(base) or bool(CONNECTIONS.search(s.last_name(base).lstrip("_")))
    return is_named(base)
