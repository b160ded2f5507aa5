"""Passwords that are compared as texts: who can do that has stored them readable.

What lives here: comparisons in code, in conditions of queries and in the text of statements. What must not: hashes.
"""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Standing
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.words import secret_kind, words
from backwright_workbench.review.finding import Seen
from backwright_workbench.review.passwords import HASHING, is_hashed, is_password, is_raw, name_of
from backwright_workbench.review.stored_passwords import column_of, named_values, readable

AGAIN = frozenset(
    ["confirm", "confirmation", "confirmed", "repeat", "repeated", "again", "2", "verify", "retype", "old", "new"]
)  # fmt: skip
REAL = frozenset(["real", "stored", "actual", "saved", "db", "existing", "correct"])
IN_SQL = re.compile(
    r"\bwhere\b.*\b(?:password|passwd|pwd|pass)\s*=\s*(?:'?\x00|'?%s|'?\{|\?|:\w|\$\d|'$)", re.I | re.S
)
"""A condition on a password with a value to be put in; `\\x00` stands for a value of an f-string."""


def asked(app: Application, standing: Standing[s.Call]) -> Iterator[Seen]:
    """`filter_by(name=name, password=password)`: who asks for a row by its password has it stored readable."""
    for name, value in named_values(standing.node):
        if secret_kind(name) == "password" and _is_plain(value, standing.function):
            yield readable(standing, "a row is asked for by its password")
            owner = app.project.classes.get(_asked_class(standing.node))
            if owner is not None and owner.qualified in app.models:
                yield from column_of(app, owner, name)
            return


def _is_plain(value: s.Expression, function: Function | None) -> bool:
    is_value = isinstance(value, s.Name | s.Item | s.Attribute)
    return is_value and is_password(value) and not is_hashed(value, function)


def _asked_class(call: s.Call) -> str:
    """`User` of `User.query.filter_by(…)` and `session.query(User).filter_by(…)`."""
    root = s.root_of(call)
    if s.refers(root):
        return s.refers(root)
    inner = next((each for each in s.calls_in(call) if each.name == "query" and each.args), None)
    return s.refers(inner.args[0]) if inner is not None else ""


def in_statement(standing: Standing[s.Text] | Standing[s.Literal]) -> Iterator[Seen]:
    """`SELECT … WHERE name = ? AND password = ?`, where nothing in the function hashes."""
    node, function = standing.node, standing.function
    first = function.body[0] if function is not None and function.body else None
    if isinstance(first, s.Do) and first.value is node:
        return  # what is said of the function
    if function is None or any(
        HASHING.search(call.name) for call in s.calls_in(*function.body) if call.name != "encode"
    ):
        return
    if isinstance(node, s.Text):
        text = "".join(s.text_of(part) or "\0" for part in node.parts)
    else:
        text = node.value if isinstance(node.value, str) else ""
    if IN_SQL.search(text):
        yield readable(standing, "a statement asks for a row by its password")


def compared(app: Application, standing: Standing[s.Operation]) -> Iterator[Seen]:
    """`user.password == password`, in code or in a condition of a query."""
    if standing.node.operator not in ("==", "!=") or len(standing.node.operands) != 2:
        return
    left, right = standing.node.operands
    for stored, given in ((left, right), (right, left)):
        if _are_both(stored, given) and not is_hashed(given, standing.function):
            yield readable(
                standing,
                f"`{s.written(stored)}` is compared with `{s.written(given)}`: it is stored readable",
            )
            return
        if _is_table(stored) and is_raw(app, given, standing.function):
            yield readable(standing, f"`{s.written(stored)}` holds passwords as they are")
            return
        if not isinstance(stored, s.Attribute | s.Item) or secret_kind(name_of(stored)) != "password":
            continue
        if set(words(name_of(stored)) + words(name_of(given))) & AGAIN or not _is_stored(
            app, stored, standing.function
        ):
            continue
        if is_raw(app, given, standing.function) or (
            isinstance(given, s.Name)
            and secret_kind(given.id) == "password"
            and not is_hashed(given, standing.function)
        ):
            yield readable(
                standing,
                f"`{s.written(stored)}` is compared with what the caller sends: it is stored readable",
            )
            return


def _is_table(node: s.Expression) -> bool:
    """`USERS[name]`, `users.get(name)`: passwords by the name of their owner."""
    base = node.base if isinstance(node, s.Item) else None
    if isinstance(node, s.Call) and node.name == "get" and isinstance(node.callee, s.Attribute):
        base = node.callee.base
    return isinstance(base, s.Name) and bool(
        {"users", "accounts", "passwords", "credentials"} & set(words(base.id))
    )


def _are_both(stored: s.Expression, given: s.Expression) -> bool:
    """`password == real_password`."""
    if not (isinstance(stored, s.Name) and isinstance(given, s.Name)):
        return False
    return is_password(stored) and is_password(given) and bool(set(words(stored.id)) & REAL)


def _is_stored(app: Application, node: s.Attribute | s.Item, function: Function | None) -> bool:
    """Whether it belongs to a row: a model, or something that is called like one."""
    kind = app.types.of(node.base, function)
    if kind is not None and kind.name in app.project.classes:
        return kind.name in app.models
    if isinstance(node.base, s.Name | s.Attribute) and node.base.refers in app.models:
        return True
    parts = set(words(s.last_name(node.base)))
    return bool(
        parts & {"user", "account", "row", "record", "admin", "found", "existing", "member", "customer", "u"}
    ) and (
        not parts
        & {"form", "data", "request", "schema", "credentials", "payload", "body", "in", "input", "create"}
    )
