"""Queries through SQLAlchemy: sessions, statements, `Model.query`, tables; SQLModel and `databases` too.

What lives here: which chains are queries. What must not: what their links add (`sqlalchemy_links.py`), texts of SQL.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.data import Model
from backwright_workbench.codebase.frameworks import sql_plans, sqlalchemy_links
from backwright_workbench.codebase.frameworks.query_names import column_of, model_of
from backwright_workbench.codebase.frameworks.query_plan import Chain, Link, Plan
from backwright_workbench.codebase.frameworks.query_scope import Scope
from backwright_workbench.codebase.frameworks.sqlalchemy_sessions import (
    CONNECTIONS,
    LEGACY,
    is_named,
    is_session,
    may_change,
)

LIBRARIES = ("sqlalchemy.", "sqlmodel.", "flask_sqlalchemy.")
STATEMENTS = {
    "select": "select",
    "insert": "insert",
    "update": "update",
    "delete": "delete",
    "exists": "select",
}
UNIONS = frozenset({"union", "union_all", "intersect", "except_"})
CHANGES = {
    "add": "insert", "add_all": "insert", "merge": "insert", "bulk_save_objects": "insert", "delete": "delete",
    "bulk_insert_mappings": "insert", "bulk_update_mappings": "update", "commit": "commit", "flush": "other",
    "refresh": "get",
}  # fmt: skip
RUNNERS = frozenset(
    {"execute", "scalars", "scalar", "exec", "stream", "stream_scalars", "fetch_all", "fetch_one", "fetch_val",
     "iterate"}
)  # fmt: skip
NAMES = frozenset(
    {*STATEMENTS, *UNIONS, *CHANGES, *RUNNERS, "query", "get", "get_one", "get_query", "get_or_404"}
)


def start(chain: Chain, scope: Scope) -> tuple[Plan, int] | None:
    """The plan of a chain of SQLAlchemy, and the number of the link that comes next."""
    for at, link in enumerate(chain.links):
        plan = _link(chain, at, link, scope)
        if plan is not None:
            return plan, at + 1
    return None


def _link(chain: Chain, at: int, link: Link, scope: Scope) -> Plan | None:
    if link.call is None:
        following = chain.links[at + 1].name if at + 1 < len(chain.links) else ""
        return _flask(link, following, scope) if link.name == "query" else None
    if link.name in STATEMENTS or link.name in UNIONS:
        plan = _statement(link, link.call, scope)
        if plan is not None:
            return plan
    if link.name == "get_query" and link.base is not None:
        return _graphene(link.base, scope)
    if link.name == "query" and _takes_entities(link, link.call, scope):
        return sqlalchemy_links.selecting(link.call.args, scope)
    if link.name in RUNNERS and link.base is not None:
        return _run(link, link.call, scope)
    if link.name in CHANGES and link.base is not None and may_change(link, link.call, scope):
        return _change(link, link.call, scope)
    if link.name in ("get", "get_one", "get_or_404") and link.base is not None and len(link.call.args) > 1:
        model = model_of(link.call.args[0], scope)
        if model is not None and is_session(link.base, scope) is not False:
            plan = Plan(sqlalchemy_links.step, "get", models=[model.qualified], entity=model.qualified)
            plan.eager = sqlalchemy_links.eager(link.call.keyword("options"), scope)
            plan.one()
            return plan
    return None


def _takes_entities(link: Link, call: s.Call, scope: Scope) -> bool:
    """Whether `query(…)` is that of a session."""
    if link.base is None or not call.args or s.text_of(call.args[0]) is not None:
        return False
    session = is_session(link.base, scope)
    if session is None:
        return is_named(link.base) or _names_model(call, scope)
    return session


def _graphene(base: s.Expression, scope: Scope) -> Plan | None:
    """`UserObject.get_query(info)` of graphene-sqlalchemy: the model stands in the class `Meta` of the type."""
    owner = scope.reading.app.project.classes.get(s.refers(base))
    meta = owner.classes.get("Meta") if owner else None
    model = model_of(meta.value("model"), scope) if meta else None
    if model is None or model.orm not in ("sqlalchemy", "sqlmodel"):
        return None
    return Plan(sqlalchemy_links.step, models=[model.qualified], entity=model.qualified)


def _flask(link: Link, following: str, scope: Scope) -> Plan | None:
    """`User.query` of Flask-SQLAlchemy."""
    base = link.base
    model = model_of(base, scope)
    if (
        model is None
        and isinstance(base, s.Name | s.Attribute)
        and s.last_name(base) in ("cls", "self", "__class__")
    ):
        model = scope.reading.models.get(scope.kind(base)) if scope.kind(base) else None
    if model is None:
        known = s.refers(base)
        is_class = (bool(known) and s.last_name(base)[:1].isupper()) or "model" in s.last_name(base).lower()
        if following not in LEGACY or not is_class or is_named(base or link.node):
            return None
        return Plan(sqlalchemy_links.step, models=[known] if known else [])
    if model.orm not in ("sqlalchemy", "sqlmodel"):
        return None
    return Plan(sqlalchemy_links.step, models=[model.qualified], entity=model.qualified)


def _statement(link: Link, call: s.Call, scope: Scope) -> Plan | None:
    """`select(User)`, `sa.update(User)`, `users.insert()`, `union(a, b)`."""
    known = call.refers
    is_library = known.startswith(LIBRARIES) or _is_extension(link, call, scope)
    if link.name in UNIONS:
        plans = [found for each in call.args if (found := scope.value(each, scope.in_loop)) is not None]
        return plans[0].copy() if plans and is_library else None
    if link.base is not None and not is_library:
        model = model_of(link.base, scope)
        if (
            model is None
            or model.orm != "sqlalchemy"
            or (model.owner is not None and "__table__" not in s.written(link.base))
        ):
            return None
        plan = Plan(
            sqlalchemy_links.step, STATEMENTS[link.name], "core", [model.qualified], entity=model.qualified
        )
        plan.filters = sqlalchemy_links.filters(call.args, plan, scope) if link.name != "insert" else []
        return plan
    if not is_library and not (not known and link.base is None and _names_model(call, scope)):
        return None
    if STATEMENTS[link.name] == "select":
        return sqlalchemy_links.selecting(call.args, scope)
    model = model_of(call.argument(0, "table"), scope)
    return Plan(sqlalchemy_links.step, STATEMENTS[link.name], models=[model.qualified] if model else [])


def _is_extension(link: Link, call: s.Call, scope: Scope) -> bool:
    """`db.select(User)` of Flask-SQLAlchemy, whose object holds the names of SQLAlchemy."""
    return link.base is not None and _names_model(call, scope) and is_session(link.base, scope) is not False


def _names_model(call: s.Call, scope: Scope) -> bool:
    return any(model_of(each, scope) or column_of(each, scope) for each in call.args[:1])


def _run(link: Link, call: s.Call, scope: Scope) -> Plan | None:
    """A statement that is executed: one that was put together here, a text, or one that came from elsewhere."""
    given = (
        call.argument(0)
        or call.keyword("statement")
        or call.keyword("query")
        or call.keyword("clauseelement")
    )
    if given is None or link.base is None or call.refers.startswith(LIBRARIES):
        return None
    statement = scope.value(given, scope.in_loop)
    if statement is not None and statement.query is None:
        plan = statement.copy()
        plan.is_part = False
        sqlalchemy_links.executed(plan, link.name)
        return plan
    session = is_session(link.base, scope)
    text = sql_plans.of_text(given, scope, sqlalchemy_links.step)
    if text is not None:
        return _executed(text, link, scope)
    looks = is_named(link.base) or CONNECTIONS.search(s.last_name(link.base).lstrip("_"))
    if (session is True and link.name not in ("fetch_all",)) or (
        session is None and looks and link.name != "iterate"
    ):
        model = model_of(given, scope)
        return _executed(
            Plan(sqlalchemy_links.step, "other", models=[model.qualified] if model else []), link, scope
        )
    return None


def _executed(plan: Plan, link: Link, scope: Scope) -> Plan:
    """It has run; what is fetched from the same cursor afterwards belongs to it."""
    sqlalchemy_links.executed(plan, link.name)
    scope.held[f"@{s.written(link.base)}"] = plan
    return plan


def _change(link: Link, call: s.Call, scope: Scope) -> Plan:
    plan = Plan(sqlalchemy_links.step, CHANGES[link.name], "orm")
    first = call.args[0] if call.args else None
    if first is not None:
        scope.value(first, scope.in_loop)
    model = model_of(first, scope) or _row(first, scope)
    if model is not None:
        plan.add_model(model.qualified)
    plan.done(plan.kind)
    return plan


def _row(node: s.Expression | None, scope: Scope) -> Model | None:
    """The model of which an expression is a row (or a list of rows)."""
    found = scope.reading.app.types.of(node, scope.function)
    if found is None:
        return None
    return scope.reading.models.get(found.name) or (
        scope.reading.models.get(found.item.name) if found.item is not None else None
    )
