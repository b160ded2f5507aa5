"""Where a password in the code comes from, and whether anything was done to it.

What lives here: telling a password as it was typed from a hash. What must not: what is wrong with either.
"""

import re

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.words import secret_kind

HASHING = re.compile(
    r"hash|crypt|argon|pbkdf|scrypt|digest|encod|derive|protect|make_password|set_password", re.I
)
HASHES = re.compile(r"^(?:Password|Hashed\w*|\w*Password)(?:Type|Field)$")
"""Types of columns that hash what is put into them."""
READING = frozenset(["get", "get_secret_value", "strip", "str", "pop", "getlist"])
DEEPEST = 3
"""Assignments that are followed from a name to where its value comes from."""


def name_of(node: s.Expression) -> str:
    """What a value is called: the key of an item, the argument of `data.get("…")`, else its last name."""
    if isinstance(node, s.Item):
        return s.text_of(node.key) or ""
    if isinstance(node, s.Call) and node.args:
        return s.text_of(node.args[0]) or ""
    return s.last_name(node)


def is_password(node: s.Expression) -> bool:
    """Whether it is called a password."""
    return secret_kind(name_of(node)) == "password"


def is_raw(app: Application, value: s.Expression, function: Function | None, depth: int = 0) -> bool:
    """Whether a value is a password that nothing was done to: taken from a request, a form or a schema."""
    match value:
        case s.Awaited(value=inner):
            return is_raw(app, inner, function, depth)
        case s.Item():
            return is_password(value)
        case s.Attribute(name="data", base=base):
            return is_password(base)
        case s.Attribute(name=name):
            return is_password(value) and not HASHING.search(name)
        case s.Call(args=args, callee=callee) if value.name in READING:
            if args:
                return is_password(value)
            return isinstance(callee, s.Attribute) and is_raw(app, callee.base, function, depth + 1)
        case s.Name(id=name, refers="") if function is not None and depth < DEEPEST:
            sources = function.values_of(name)
            if sources:
                return all(is_raw(app, each, function, depth + 1) for each in sources)
            return function.param(name) is not None and is_password(value) and _is_handler(app, function)
    return False


def _is_handler(app: Application, function: Function) -> bool:
    return any(route.handler is function for route in app.routes)


def is_hashed(value: s.Expression, function: Function | None) -> bool:
    """Whether a local value was made by a call that hashes."""
    if not isinstance(value, s.Name) or function is None:
        return False
    return any(
        HASHING.search(call.name) for each in function.values_of(value.id) for call in s.calls_in(each)
    )


def hashes_itself(app: Application, owner: Class) -> bool:
    """Whether a setter, validator, type or constructor of the class hashes what it gets."""
    for _, each in app.project.lineage(owner):
        setters = _setters(each) if each is not None else set()
        if any(HASHES.search(name) for name in setters):
            return True
        for method in each.methods.values() if each is not None else ():
            decorated = " ".join(s.written(one) for one in method.decorators)
            takes = method.name in ("__init__", "save") or "setter" in decorated or "validates" in decorated
            takes = takes or method.name in setters
            if takes and any(HASHING.search(call.name) for call in s.calls_in(*method.body)):
                return True
    return False


def _setters(owner: Class) -> set[str]:
    """The names behind an attribute for a password: `property(get, set)`, `synonym("_password", …)`, its type."""
    return {
        s.last_name(node)
        for name, each in owner.assigned()
        if secret_kind(name) == "password" and isinstance(each.value, s.Call)
        for node in s.walk(each.value)
        if isinstance(node, s.Name | s.Attribute)
    }
