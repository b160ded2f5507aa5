"""Secrets that a handler answers and that are in no table: records in memory, and bodies that are given back.

What lives here: which expressions hold a whole record with a password in it. What must not: findings, tables.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.types import Type
from backwright_workbench.review.access.outputs import ANSWERS
from backwright_workbench.review.access.people import is_credential

DEEPEST = 6
"""Names and calls that are followed from an answer."""
CARRYING = frozenset(["get", "values", "items", "copy", "pop", "setdefault"])
COLLECTING = frozenset(
    ["list", "dict", "tuple", "next", "sorted", "reversed", "filter", "jsonable_encoder", "deepcopy"]
)
DUMPING = frozenset(["dict", "model_dump", "json", "model_dump_json", "copy", "model_copy"])
WRAPPING = ANSWERS | {"success_response", "api_response", "success"}


def kept_records(app: Application) -> dict[str, str]:
    """Lists and mappings at the level of a module whose records hold a credential: full name, and its key."""
    found: dict[str, str] = {}
    for module in app.modules():
        for node in module.body:
            if isinstance(node, s.Assign) and isinstance(node.value, s.Pairs | s.Group):
                key = _credential_in(node.value, 0)
                for target in node.targets if key else ():
                    if isinstance(target, s.Name) and (not target.id.isupper() or _is_people(target.id)):
                        found[f"{module.name}.{target.id}"] = key
    return found


def _is_people(name: str) -> bool:
    return any(
        each in name.lower() for each in ("user", "account", "member", "people", "customer", "db", "admin")
    )


def _credential_in(node: s.Expression, depth: int) -> str:
    """The key of a password in a record with something else in it."""
    if isinstance(node, s.Pairs):
        if len(node.keys) > 1:
            for written, value in zip(node.keys, node.values, strict=False):
                name = s.text_of(written) or ""
                if name and is_credential(name) and _is_value(value):
                    return name
        inner = node.values
    elif isinstance(node, s.Group):
        inner = node.items
    else:
        return ""
    return next((key for each in inner[:20] if depth < 3 and (key := _credential_in(each, depth + 1))), "")


def _is_value(value: s.Expression) -> bool:
    """Whether it looks like a password or its hash, not like a message or a type."""
    text = s.text_of(value)
    if text is not None:
        return (
            bool(text) and " " not in text and text not in ("string", "str", "text", "password", "required")
        )
    return isinstance(value, s.Call)


class Answered:
    """The answers of one handler, and what whole records are in them."""

    def __init__(self, app: Application, handler: Function) -> None:
        self._app = app
        self._kept = app.once(kept_records)
        self._removed: dict[Function, bool] = {}
        self._handler = handler

    def found(self) -> Iterator[tuple[s.Return, str]]:
        """Every `return` that gives a whole record, with the name of what is secret in it."""
        for node in self._handler.walk():
            if isinstance(node, s.Return) and node.value is not None:
                for value in _inner(node.value):
                    name = self._whole(value, self._handler, 0)
                    if name and not self._is_removed(self._handler):
                        yield node, name
                        break

    def _whole(self, node: s.Expression, function: Function, depth: int) -> str:
        """The secret in what an expression gives; empty if it is no whole record."""
        if depth > DEEPEST:
            return ""
        match node:
            case s.Awaited(value=inner) | s.Bound(value=inner):
                return self._whole(inner, function, depth)
            case s.Choice(yes=yes, no=no):
                return self._whole(yes, function, depth + 1) or self._whole(no, function, depth + 1)
            case s.Operation(operator="or", operands=operands):
                return next(
                    (name for each in operands if (name := self._whole(each, function, depth + 1))), ""
                )
            case s.Attribute(refers=known) if known in self._kept:
                return self._kept[known]
            case s.Name():
                return self._named(node, function, depth)
            case s.Item(base=base, key=key):
                name = self._whole(base, function, depth + 1)
                return name if name and (s.text_of(key) is None or _is_top(base, key)) else ""
            case s.Each(element=s.Name(id=target), clauses=clauses):
                over = [
                    each for each in clauses if isinstance(each.target, s.Name) and each.target.id == target
                ]
                return self._through(over[-1].iterable, function, depth + 1) if over else ""
            case s.Each(element=s.Call() as element, clauses=clauses) if element.name in DUMPING:
                return self._whole(element, function, depth + 1)
            case s.Call():
                return self._called(node, function, depth)
        return ""

    def _named(self, node: s.Name, function: Function, depth: int) -> str:
        if node.refers:
            return self._kept.get(node.refers, "") or self._typed(node, function)
        for each in function.walk():
            values: list[s.Expression] = []
            if isinstance(each, s.Assign) and each.value is not None and not each.operator:
                values = [each.value] if any(_is_name(target, node.id) for target in each.targets) else []
            elif isinstance(each, s.Loop) and each.target is not None:
                is_record = _is_record_of(each, node.id) and not self._is_mapping(each.subject)
                values = [each.subject] if is_record else []
            for value in values:
                if name := self._whole(value, function, depth + 1):
                    return name
        return self._typed(node, function)

    def _called(self, node: s.Call, function: Function, depth: int) -> str:
        if (
            isinstance(node.callee, s.Attribute)
            and node.name in DUMPING
            and not node.keywords
            and not node.args
        ):
            name = self._typed(node.callee.base, function)
            if name:
                return name
        if isinstance(node.callee, s.Attribute) and node.name in CARRYING:
            name = self._whole(node.callee.base, function, depth + 1)
            return name if name and (not node.args or s.text_of(node.args[0]) is None) else ""
        if node.name in COLLECTING and node.args and not node.keywords:
            given = node.args[-1 if node.name == "filter" else 0]
            if node.name in ("dict", "jsonable_encoder", "deepcopy", "next"):
                return self._whole(given, function, depth + 1)
            return self._through(given, function, depth + 1)
        called = self._app.types.callee(node, function)
        if isinstance(called, Function) and called is not function and not self._is_removed(called):
            for each in called.walk():
                if isinstance(each, s.Return) and each.value is not None:
                    name = self._whole(each.value, called, depth + 2)
                    if name:
                        return name
        return ""

    def _through(self, node: s.Expression, function: Function, depth: int) -> str:
        """The secret in what going through an expression gives: of a mapping only its keys."""
        return "" if self._is_mapping(node) else self._whole(node, function, depth)

    def _is_mapping(self, node: s.Expression) -> bool:
        known = s.refers(node)
        return bool(known) and isinstance(self._app.project.value(known), s.Pairs)

    def _typed(self, node: s.Expression, function: Function) -> str:
        """The secret of the schema of which an expression is an instance, or a list of instances."""
        kind = self._app.types.of(node, function)
        return self._secret(kind) or self._secret(kind.item if kind is not None else None)

    def _secret(self, kind: Type | None) -> str:
        schema = self._app.schemas.get(kind.name) if kind is not None else None
        if schema is None or schema.kind not in ("pydantic", "sqlmodel", "dataclass", "struct", "msgspec"):
            return ""
        for each in schema.fields:
            if is_credential(each.name) and not each.write_only and "Secret" not in each.type:
                return each.name
        return ""

    def _is_removed(self, function: Function) -> bool:
        """Whether a function takes secrets out before it answers: `del user["password"]`, `user.pop("password")`."""
        known = self._removed.get(function)
        if known is None:
            known = self._removed[function] = any(_removes(each) for each in function.walk())
        return known


def _inner(value: s.Expression) -> list[s.Expression]:
    """What an answer is made of: the values of a mapping, the argument of `jsonify`."""
    if isinstance(value, s.Group) and value.items:
        return _inner(value.items[0])
    if isinstance(value, s.Call) and value.name in WRAPPING:
        given = [
            *value.args[:1],
            *(each.value for each in value.keywords if each.name not in ("status_code", "status")),
        ]
        return [found for each in given for found in _inner(each)]
    if isinstance(value, s.Pairs):
        return [found for each in value.values for found in _inner(each)]
    return [value]


def _is_name(target: s.Expression, name: str) -> bool:
    return isinstance(target, s.Name) and target.id == name


def _is_record_of(loop: s.Loop, name: str) -> bool:
    """Whether a loop gives a name its records: `for user in users`, `for key, user in users.items()`."""
    if isinstance(loop.target, s.Group):
        return bool(loop.target.items) and _is_name(loop.target.items[-1], name)
    return loop.target is not None and _is_name(loop.target, name)


def _is_top(base: s.Expression, key: s.Expression) -> bool:
    """Whether a key that is written out names a list of records: `db["users"]`."""
    return isinstance(base, s.Name | s.Attribute) and _is_people(s.text_of(key) or "")


def _removes(node: s.Node) -> bool:
    if isinstance(node, s.Call) and node.name in ("pop", "delattr", "exclude", "discard") and node.args:
        return any(is_credential(s.text_of(each) or "") for each in node.args)
    if isinstance(node, s.Other) and node.kind == "delete":
        return any(
            isinstance(each, s.Item) and is_credential(s.text_of(each.key) or "") for each in node.values
        )
    if isinstance(node, s.Assign):
        return any(
            isinstance(each, s.Item | s.Attribute)
            and is_credential((s.text_of(each.key) or "") if isinstance(each, s.Item) else each.name)
            and isinstance(node.value, s.Literal)
            for each in node.targets
        )
    return False
