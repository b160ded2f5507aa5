"""What a method such as `get_permissions` or `get_serializer_class` gives back for one action.

What lives here: following its branches for an action and method. What must not: what permissions mean.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.project import Project

SAFE = frozenset(["GET", "HEAD", "OPTIONS"])
DEEPEST = 8


class Chooser:
    """Answers for one view, action and HTTP method. What cannot be decided takes both ways."""

    def __init__(self, project: Project, view: Class, action: str, verb: str) -> None:
        self._project = project
        self._view = view
        self._action = action
        self._verb = verb.upper()
        self._local: dict[str, list[s.Expression]] = {}

    def returned(self, function: Function, attribute: str) -> list[s.Expression]:
        """The items that a method returns; `attribute` is what its parent would look at."""
        self._local = {}
        found: list[s.Expression] = []
        self._run(function.body, attribute, found, 0)
        return found

    def items(self, node: s.Node | None, attribute: str, depth: int = 0) -> list[s.Expression]:
        """The classes in a list, however it is made."""
        if node is None or depth > DEEPEST:
            return []
        match node:
            case s.Group(items=items):
                return [found for each in items for found in self.items(each, attribute, depth + 1)]
            case s.Each(element=element, clauses=[first, *_]) if _is_made_of(element, first.target):
                return self.items(first.iterable, attribute, depth + 1)
            case s.Operation(operator="+", operands=operands):
                return [found for each in operands for found in self.items(each, attribute, depth + 1)]
            case s.Operation(operator="or", operands=[first, *rest]):
                return self.items(first, attribute, depth + 1) or [
                    found for each in rest for found in self.items(each, attribute, depth + 1)
                ]
            case s.Choice(test=test, yes=yes, no=no):
                verdict = self.decided(test)
                chosen = [yes, no] if verdict is None else [yes] if verdict else [no]
                return [found for each in chosen for found in self.items(each, attribute, depth + 1)]
            case s.Item(base=base, key=key):
                return self._picked(base, key, None, attribute, depth)
            case s.Call(callee=s.Attribute(base=base, name="get"), args=[key, *rest]):
                return self._picked(base, key, rest[0] if rest else None, attribute, depth)
            case s.Call(callee=s.Attribute(base=s.Call() as base)) if base.refers == "builtins.super":
                return self._of_class(attribute, depth)
            case s.Call(callee=s.Name(refers=known)) if known in (
                "builtins.list",
                "builtins.tuple",
                "builtins.map",
            ):
                return self.items(node.args[-1] if node.args else None, attribute, depth + 1)
            case s.Call(args=[]) if s.refers(node):
                return [node.callee]
            case s.Name(id=name, refers="") if name in self._local:
                return self._local[name]
            case s.Attribute(base=s.Name(id="self"), name=name):
                if name in self._local:
                    return self._local[name]
                return self._of_class(name, depth)
            case s.Name() | s.Attribute():
                value = self._project.value(s.refers(node)) if s.refers(node) else None
                is_list = isinstance(value, s.Group | s.Operation)
                return self.items(value, attribute, depth + 1) if is_list else [node]
            case s.Operation() | s.Call():
                return [node]
        return []

    def _of_class(self, name: str, depth: int) -> list[s.Expression]:
        found = self._project.attribute(self._view, name)
        return self.items(found[1], name, depth + 1) if found else []

    def _picked(
        self, base: s.Expression, key: s.Expression, default: s.Expression | None, attribute: str, depth: int
    ) -> list[s.Expression]:
        """`self.permissions_by_action[self.action]`."""
        value: s.Expression | None = None
        if isinstance(base, s.Attribute) and isinstance(base.base, s.Name) and base.base.id == "self":
            found = self._project.attribute(self._view, base.name)
            value = found[1] if found else None
        elif isinstance(base, s.Pairs):
            value = base
        wanted = self._action if s.last_name(key) == "action" else self._verb
        if isinstance(value, s.Pairs):
            for name in (wanted, wanted.lower(), "default"):
                for each, item in zip(value.keys, value.values, strict=True):
                    if s.text_of(each) == name:
                        return self.items(item, attribute, depth + 1)
        return self.items(default, attribute, depth + 1) if default else self._of_class(attribute, depth)

    def _run(self, body: list[s.Statement], attribute: str, found: list[s.Expression], depth: int) -> bool:
        """Follows statements; True where it has returned for certain."""
        for each in body:
            match each:
                case s.Return(value=value):
                    found += self.items(value, attribute)
                    return True
                case s.Assign(targets=targets, value=value, operator=operator) if value is not None:
                    for target in targets:
                        name = s.last_name(target)
                        kept = self._local.get(name, []) if operator else []
                        self._local[name] = [*kept, *self.items(value, attribute)]
                case s.Do(
                    value=s.Call(callee=s.Attribute(base=base, name="append" | "extend"), args=[given])
                ):
                    self._local.setdefault(s.last_name(base), []).extend(self.items(given, attribute))
                case s.Branch(test=test, body=inner, orelse=orelse) if depth < DEEPEST:
                    if self._branched(test, inner, orelse, attribute, found, depth):
                        return True
                case s.Attempt(body=inner) | s.Using(body=inner) if depth < DEEPEST:
                    if self._run(inner, attribute, found, depth + 1):
                        return True
        return False

    def _branched(
        self,
        test: s.Expression,
        body: list[s.Statement],
        orelse: list[s.Statement],
        attribute: str,
        found: list[s.Expression],
        depth: int,
    ) -> bool:
        verdict = self.decided(test)
        if verdict is not None:
            return self._run(body if verdict else orelse, attribute, found, depth + 1)
        before = dict(self._local)
        ends = self._run(body, attribute, found, depth + 1)
        after, self._local = self._local, before
        ends = self._run(orelse, attribute, found, depth + 1) and ends
        for name, values in after.items():
            mine = self._local.get(name, [])
            self._local[name] = [*mine, *(each for each in values if each not in mine)]
        return ends

    def decided(self, test: s.Expression) -> bool | None:
        """Whether a test on the action or the method holds; None if it is about something else."""
        match test:
            case s.Operation(operator="not", operands=[inner]):
                verdict = self.decided(inner)
                return None if verdict is None else not verdict
            case s.Operation(operator="and" | "or" as operator, operands=operands):
                verdicts = [self.decided(each) for each in operands]
                decisive = operator == "or"
                if decisive in verdicts:
                    return decisive
                return None if None in verdicts else not decisive
            case s.Operation(operator="==" | "!=" | "in" | "not in" as operator, operands=[one, other]):
                mine = self._subject(one)
                if mine is None:
                    return None
                holds = mine in set(self._texts(other))
                return holds == (operator in ("==", "in"))
        return None

    def _subject(self, node: s.Expression) -> str | None:
        if isinstance(node, s.Attribute) and node.name in ("action", "method"):
            return self._action if node.name == "action" else self._verb
        return None

    def _texts(self, node: s.Expression) -> Iterator[str]:
        match node:
            case s.Literal(value=str(text)):
                yield text
            case s.Group(items=items):
                for each in items:
                    yield from self._texts(each)
            case s.Name() | s.Attribute():
                if s.last_name(node) == "SAFE_METHODS":
                    yield from SAFE
                value = self._project.value(s.refers(node))
                if value is not None and not isinstance(value, s.Name):
                    yield from self._texts(value)


def _is_made_of(element: s.Expression, target: s.Expression) -> bool:
    inner = element.callee if isinstance(element, s.Call) else element
    return isinstance(inner, s.Name) and isinstance(target, s.Name) and inner.id == target.id
