"""Texts of SQL become plans: whole queries, and pieces inside of ORM queries.

What lives here: what a text adds to a plan. What must not: which calls take texts (`queries_sql.py`).
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.frameworks.query_names import full, is_key
from backwright_workbench.codebase.frameworks.query_plan import Plan, Step
from backwright_workbench.codebase.frameworks.query_scope import Scope
from backwright_workbench.codebase.frameworks.sql_building import Built, built
from backwright_workbench.codebase.frameworks.sql_reading import asked, looks_like_sql

TEXTS = frozenset({"text", "literal_column", "RawSQL", "literal"})


def of_text(node: s.Expression, scope: Scope, step: Step) -> Plan | None:
    """The plan of a text of SQL, if an expression is one."""
    text = built(node, scope)
    if text is None or not (text.is_built or looks_like_sql(text.text)):
        return None
    plan = Plan(step, "other", "sql")
    fill(plan, text, scope)
    return plan


def fill(plan: Plan, text: Built, scope: Scope) -> None:
    """What a text says of the query that it is."""
    plan.sql, plan.is_built, plan.via = text.text, text.is_built, "sql"
    said = asked(text.text)
    plan.kind, plan.limited = said.kind, said.limited
    tables = scope.reading.tables
    for table in said.tables:
        model = tables.get(table)
        plan.add_model(model.qualified if model else table)
    plan.filters = [_named(*each, plan, scope) for each in said.filters]
    plan.orders = [_named(*each, plan, scope) for each in said.orders]
    for table, name in said.equal:
        model = tables.get(table)
        column = model.column(name) if model else None
        if model is not None and column is not None and is_key(model, column.attribute):
            plan.limited = plan.limited or table == said.tables[0]
        plan.limited = plan.limited or (model is None and name.lower() == "id" and len(said.tables) == 1)


def _named(table: str, column: str, plan: Plan, scope: Scope) -> str:
    """A column by the full name of its model, where there is one; else by its table."""
    model = scope.reading.tables.get(table)
    if model is None and not table:
        owners = [
            found
            for name in plan.models
            if (found := scope.reading.models.get(name)) and found.column(column)
        ]
        model = owners[0] if len(owners) == 1 else None
    if model is not None:
        known = model.column(column)
        return full(model, known.attribute if known else column)
    return f"{table}.{column}" if table else column


def inside(node: s.Node, plan: Plan, scope: Scope) -> None:
    """Texts that are put into an ORM query: `filter(text(f"…"))`, `order_by("…")`, `filter("name = '%s'" % x)`."""
    for each in s.walk(node):
        if isinstance(each, s.Call) and each.name in TEXTS and each.args:
            _piece(built(each.args[0], scope), plan)
    if isinstance(node, s.Text | s.Call) or (isinstance(node, s.Operation) and node.operator in ("%", "+")):
        found = built(node, scope)
        if found is not None and found.is_built:
            _piece(found, plan)


def _piece(found: Built | None, plan: Plan) -> None:
    if found is not None and (not plan.sql or (found.is_built and not plan.is_built)):
        plan.sql, plan.is_built = found.text, found.is_built
