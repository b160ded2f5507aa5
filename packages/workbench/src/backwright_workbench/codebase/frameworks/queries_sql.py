"""Queries as texts: DB-API cursors, asyncpg, `databases`, texts inside of ORM queries, functions that take SQL.

What lives here: which calls take a text of SQL. What must not: how texts are built or read.
"""

import re
from collections.abc import Mapping

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.frameworks.query_plan import Chain, Link, Plan
from backwright_workbench.codebase.frameworks.query_scope import Scope
from backwright_workbench.codebase.frameworks.sql_building import WRAPPERS, Built, built
from backwright_workbench.codebase.frameworks.sql_plans import fill, of_text
from backwright_workbench.codebase.frameworks.sql_reading import looks_like_sql
from backwright_workbench.codebase.frameworks.sqlalchemy_links import step

ONE = frozenset({"fetchrow", "fetchval", "query_one", "fetch_one", "fetch_val", "queryone", "get_one"})
MANY = frozenset(
    {"fetch", "read_sql", "read_sql_query", "query_all", "fetch_all", "execute_query", "execute_query_dict",
     "execute_fetchall"}
)  # fmt: skip
PLAIN = frozenset(
    {"executemany", "executescript", "execute_many", "exec_driver_sql", "execute_sql", "execute_script",
     "prepare", "cursor", "copy_expert", "raw"}
)  # fmt: skip
TAKES = re.compile(r"quer|exec|fetch|select|sql|run|insert|update|delete|read|find|get_", re.I)
NOT_TAKING = re.compile(
    r"log|print|debug|info|warn|error|flash|message|describe|label|help|sub$|match|search|compile|format",
    re.I,
)
KINDS = {
    "add": "insert", "create": "insert", "insert": "insert", "update": "update", "set": "update", "delete": "delete",
    "remove": "delete", "count": "count",
}  # fmt: skip
"""What the first word of a name says where its text is not known."""
CONNECTION = re.compile(r"(?:^|_)(?:conn|connection|pool|db|database|tx|transaction|pg)$", re.I)
PLURAL = re.compile(r"(?:^|_)(?:all|list|many)(?:_|$)|^(?:get|find|fetch|select|load)_[a-z]+[^s_]s(?:_|$)")
SINGLE = re.compile(r"(?:^|_)(?:one|first|single|row|scalar|val|value)(?:$|_)|fetch_?(?:one|row|val)", re.I)
NAME = re.compile(r"^--\s*name:\s*([\w-]+)(\^|\$|<!|!|\*!|#)?.*$", re.M)
RESULTS = frozenset({"fetchone", "fetchall", "fetchmany", "fetchval"})
SQL_NAMES = ONE | MANY | PLAIN | RESULTS


def start(chain: Chain, scope: Scope) -> tuple[Plan, int] | None:
    """The plan of a call that takes SQL, or of a fetch from a cursor that has executed some."""
    for at, link in enumerate(chain.links):
        if link.call is None:
            continue
        if link.base is not None and scope.reading.has_named_texts:
            plan = _named(link, link.call, scope)
            if plan is not None:
                return plan, at + 1
        if link.name in RESULTS and link.base is not None:
            held = scope.held.get(f"@{s.written(link.base)}")
            if held is not None:
                return held, at
        if link.name in SQL_NAMES and link.base is not None:
            plan = _driver(link, link.call, scope)
            if plan is not None:
                return plan, at + 1
    return None


def _named(link: Link, call: s.Call, scope: Scope) -> Plan | None:
    """`queries.get_user(connection, id=1)` of aiosql: the text stands in a file of SQL."""
    made = scope.reading.app.project.value(s.refers(link.base))
    if not isinstance(made, s.Call) or not made.refers.startswith("aiosql."):
        return None
    mark, text = scope.reading.named_texts.get(link.name, ("", ""))
    plan = Plan(step, KINDS.get(link.name.partition("_")[0], "select"), "sql")
    if text:
        fill(plan, Built(text), scope)
    if mark in ("^", "$", "<!"):
        plan.one()
    elif text and not mark:
        plan.all()
        plan.many = plan.kind in ("select", "other")
    elif not text:
        plan.many = plan.kind == "select" and bool(PLURAL.search(link.name))
    plan.has_run = plan.is_rows = True
    return plan


def named_texts(files: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The texts of files for aiosql by name, with the mark that says what they give: `-- name: get-user^`."""
    found: dict[str, tuple[str, str]] = {}
    for path, text in files.items():
        if path.endswith(".sql") and "-- name:" in text:
            parts = NAME.split(text)
            for name, mark, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
                found[name.replace("-", "_")] = (mark, body)
    return found


def _driver(link: Link, call: s.Call, scope: Scope) -> Plan | None:
    given = call.argument(0, "query") or call.keyword("sql")
    plan = of_text(given, scope, step) if given is not None else None
    if plan is None and given is not None and link.name in ONE | {"fetch", "fetch_all"}:
        is_connection = CONNECTION.search(s.last_name(link.base)) and not isinstance(given, s.Literal)
        plan = Plan(step, "other", "sql") if is_connection else None
    if plan is None:
        return None
    if link.name in ONE:
        plan.one()
    elif link.name in MANY:
        plan.all()
        plan.many = plan.kind in ("select", "other")
    plan.has_run = True
    scope.held[f"@{s.written(link.base)}"] = plan
    return plan


def wrapped(chain: Chain, scope: Scope) -> tuple[Plan, int] | None:
    """A function of the project's own that takes SQL: `query_db("select …", [user_id], one=True)`."""
    for at, link in enumerate(chain.links):
        call = link.call
        if (
            call is None
            or link.name in WRAPPERS
            or NOT_TAKING.search(link.name)
            or call.refers.startswith(("builtins.", "logging.", "re."))
        ):
            continue
        for given in call.args[:2]:
            if isinstance(given, s.Literal) and not isinstance(given.value, str):
                continue
            text = built(given, scope)
            if text is None or not looks_like_sql(text.text, strongly=True):
                continue
            found = scope.reading.app.types.callee(call, scope.function)
            if isinstance(found, Function) or TAKES.search(link.name):
                plan = Plan(step, "other", "sql")
                fill(plan, text, scope)
                is_one = any(s.constant(each.value) is True and "one" in each.name for each in call.keywords)
                is_one = is_one or bool(SINGLE.search(link.name))
                plan.limited = plan.limited or is_one
                plan.many = plan.kind == "select" and not is_one
                plan.has_run = plan.is_rows = True
                return plan, at + 1
    return None
