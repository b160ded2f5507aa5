"""Queries of document stores: PyMongo, Motor, MongoEngine, Beanie.

What lives here: which chains are queries, and what their links add. What must not: SQL.
"""

import re

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.data import Model
from backwright_workbench.codebase.frameworks.django_paths import end_of
from backwright_workbench.codebase.frameworks.query_names import columns_in, full, is_key, model_of
from backwright_workbench.codebase.frameworks.query_plan import Chain, Link, Plan
from backwright_workbench.codebase.frameworks.query_scope import Scope

KINDS = {
    "find": "select", "find_one": "select", "aggregate": "select", "distinct": "select", "insert_one": "insert",
    "insert_many": "insert", "update_one": "update", "update_many": "update", "replace_one": "update",
    "delete_one": "delete", "delete_many": "delete", "find_one_and_update": "update", "find_one_and_delete": "delete",
    "find_one_and_replace": "update", "count_documents": "count", "estimated_document_count": "count", "count": "count",
    "bulk_write": "update", "insert": "insert", "remove": "delete", "find_all": "select", "get": "get",
}  # fmt: skip
SURE = frozenset(
    name
    for name in KINDS
    if name.endswith(("_one", "_many", "_documents", "_document_count")) or "one_and" in name
)
ROWS = {
    "save": "update",
    "insert": "insert",
    "delete": "delete",
    "replace": "update",
    "modify": "update",
    "reload": "get",
}
STORES = re.compile(
    r"(?:^|_)(?:db|mongo|database|collection|coll|col|mongodb)(?:$|_)|collection$|_col$", re.I
)
NAMES = frozenset({*KINDS, *ROWS, "objects"})
LIBRARIES = (
    "pymongo", "motor", "flask-pymongo", "mongoengine", "flask-mongoengine", "beanie", "odmantic", "mongomock",
)  # fmt: skip


def start(chain: Chain, scope: Scope) -> tuple[Plan, int] | None:
    """The plan of a chain that asks a document store, and the number of the link that comes next."""
    for at, link in enumerate(chain.links):
        plan = _objects(link, scope) or _model(link, scope) or _collection(link, scope)
        if plan is not None:
            return plan, at + 1
    return None


def _document(node: s.Node | None, scope: Scope, *kinds: str) -> Model | None:
    model = model_of(node, scope)
    return model if model is not None and model.orm in kinds else None


def _objects(link: Link, scope: Scope) -> Plan | None:
    """`User.objects`, `User.objects(email=…)` of MongoEngine."""
    if link.name != "objects":
        return None
    model = _document(link.base, scope, "mongoengine")
    if model is None:
        return None
    plan = Plan(step, "select", "document", [model.qualified], entity=model.qualified, is_lazy=True)
    if link.call is not None:
        _conditions(plan, link.call, model, scope)
    return plan


def _model(link: Link, scope: Scope) -> Plan | None:
    """`User.find(User.name == x)` of Beanie; a row that is saved."""
    if link.call is None or link.base is None:
        return None
    model = _document(link.base, scope, "beanie")
    if model is not None and link.name in KINDS:
        plan = Plan(
            step, KINDS[link.name], "document", [model.qualified], entity=model.qualified, is_lazy=True
        )
        _conditions(plan, link.call, model, scope)
        if link.name in ("find_one", "get"):
            plan.one()
        elif plan.kind in ("insert", "count"):
            plan.done(plan.kind)
        return plan
    if link.name in ROWS:
        row = scope.reading.models.get(scope.kind(link.base))
        if row is not None and row.orm in ("beanie", "mongoengine"):
            plan = Plan(step, ROWS[link.name], "document", [row.qualified])
            plan.done(plan.kind)
            plan.limited = True
            return plan
    return None


def _collection(link: Link, scope: Scope) -> Plan | None:
    """`db.users.find({…})`, `db["users"].find_one(…)`, `users_collection.insert_one(…)`."""
    if link.call is None or link.base is None or link.name not in KINDS or link.name in ("get", "find_all"):
        return None
    if link.name not in SURE and not _is_store(link.base, scope):
        return None
    plan = Plan(step, KINDS[link.name], "document", [_name(_made(link.base, scope))], is_lazy=True)
    if link.name == "aggregate":
        _stages(plan, link.call)
    elif plan.kind != "insert" and link.name != "bulk_write":
        _fields(plan, link.call.argument(0, "filter") or link.call.keyword("query"))
    if link.name == "find_one":
        plan.one()
    elif link.name in ("find", "aggregate", "distinct"):
        plan.many = True
        plan.limited = link.call.keyword("limit") is not None
        plan.limited = plan.limited or (link.name == "aggregate" and _has_limit(link.call))
    else:
        plan.done(plan.kind)
    return plan


def _made(node: s.Expression, scope: Scope) -> s.Expression:
    """What a collection that a module keeps under a name was made of: `users = db["users"]`."""
    known = node.refers if isinstance(node, s.Name | s.Attribute) else ""
    value = scope.reading.app.project.value(known) if known else None
    is_named = isinstance(value, s.Item | s.Attribute) or (
        isinstance(value, s.Call) and value.name == "get_collection"
    )
    return value if value is not None and is_named else node


def _stages(plan: Plan, call: s.Call) -> None:
    """The fields that an aggregation matches, and the collections that it joins."""
    for node in s.walk(*call.args):
        for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, s.Pairs) else ():
            if s.text_of(key) == "$match":
                _fields(plan, value)
            elif s.text_of(key) in ("$lookup", "$graphLookup") and isinstance(value, s.Pairs):
                names = {
                    s.text_of(each): s.text_of(of) for each, of in zip(value.keys, value.values, strict=True)
                }
                joined = names.get("from")
                if joined and joined not in plan.models:
                    plan.models.append(joined)


def _is_store(node: s.Expression, scope: Scope) -> bool:
    node = _made(node, scope)
    kind = scope.kind(node)
    if kind.partition(".")[0] in ("pymongo", "motor", "flask_pymongo", "mongomock"):
        return True
    if kind.startswith("builtins."):
        return False
    while isinstance(node, s.Attribute | s.Item | s.Call):
        if STORES.search(s.last_name(node)):
            return True
        node = node.callee if isinstance(node, s.Call) else node.base
    return isinstance(node, s.Name) and (
        bool(STORES.search(node.id)) or node.refers.startswith(("pymongo.", "motor."))
    )


def _name(node: s.Expression) -> str:
    """The name of a collection."""
    if isinstance(node, s.Item):
        return s.text_of(node.key) or s.last_name(node)
    if isinstance(node, s.Call) and node.name == "get_collection":
        return s.text_of(node.argument(0)) or "…"
    return s.last_name(node) or "…"


def _has_limit(call: s.Call) -> bool:
    pairs = [each for each in s.walk(*call.args) if isinstance(each, s.Pairs)]
    return any(s.text_of(key) in ("$limit", "$count", "$sample") for each in pairs for key in each.keys)


def _fields(plan: Plan, node: s.Node | None) -> None:
    """The fields that a condition such as `{"email": x, "$or": […]}` compares."""
    for each in s.walk(node) if node is not None else ():
        if isinstance(each, s.Pairs):
            for key in each.keys:
                text = s.text_of(key)
                if text and not text.startswith("$"):
                    plan.filters.append(f"{plan.models[0]}.{text}")
                    plan.limited = plan.limited or text == "_id"


def _conditions(plan: Plan, call: s.Call, model: Model, scope: Scope) -> None:
    plan.filters += [full(owner, name) for owner, name in columns_in(call.args, scope)]
    for keyword in call.keywords:
        if keyword.name and model.orm == "mongoengine":
            end = end_of(keyword.name, model, scope.reading.models)
            plan.filters.append(end.name)
            plan.limited = plan.limited or (not end.operator and is_key(model, end.attribute))


def step(plan: Plan, link: Link, scope: Scope) -> None:
    """Takes in the next link."""
    name, call = link.name, link.call
    model = scope.reading.models.get(plan.models[0]) if plan.models else None
    if name == "[]":
        plan.limited = plan.limited or not isinstance(link.key, s.Range) or link.key.high is not None
    elif call is None:
        return
    elif name == "limit":
        plan.limited = True
    elif name in ("first", "get", "get_or_404", "first_or_404", "first_or_none", "next", "try_next"):
        if model is not None:
            _conditions(plan, call, model, scope)
        plan.one()
    elif name in ("to_list", "all"):
        length = s.constant(call.argument(0, "length"))
        plan.limited = plan.limited or (name == "to_list" and length not in (None, ...))
        if name == "to_list":
            plan.all()
    elif name in ("count", "count_documents"):
        plan.done("count")
    elif name in ("delete", "update", "update_one", "set", "upsert"):
        plan.done("delete" if name == "delete" else "update")
    elif name in ("filter", "__call__", "find", "exclude") and model is not None:
        _conditions(plan, call, model, scope)
    elif name in ("order_by", "sort"):
        texts = [text for each in s.walk(*call.args) if (text := s.text_of(each))]
        plan.orders += [
            full(model, t.lstrip("-+")) if model else f"{plan.models[0]}.{t.lstrip('-+')}" for t in texts
        ]
    elif name == "paginate":
        plan.limited = True
        plan.all()
