"""Reading the signs of one body: who asks, who is refused, who owns what.

What lives here: one pass over a function, and what each of its nodes shows. What must not: what several functions show
together (`conclusions.py`), frameworks.
"""

import re

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.words import phrase
from backwright_workbench.codebase.frameworks.callers import (
    DECODERS,
    IDENTITY_CALLS,
    STORES,
    Callers,
    is_request,
    key_of,
    written_text,
)
from backwright_workbench.codebase.frameworks.claims import switched
from backwright_workbench.codebase.frameworks.refusals import (
    OTHER_MEANING,
    REFUSING,
    aborts,
    names_in,
    refuses_in_answer,
    spoken,
    stops,
)
from backwright_workbench.codebase.frameworks.signs import (
    CAREFUL,
    COLLECTION,
    OWNERS,
    QUERIES,
    RIGHTS,
    SELF_PARTS,
    SQL_OWNER,
    STRICT_CALLS,
    VERDICTS,
    Signs,
)


class Reader(Callers):
    """Reads the signs of one body. `callers` are names of it that hold the caller from the beginning."""

    def __init__(self, function: Function, callers: frozenset[str], trusts_params: bool) -> None:
        super().__init__(function, callers)
        self._trusts_params = trusts_params
        self._params = {each.name for each in function.params}
        self._is_caught = any(isinstance(each, s.Attempt) for each in function.walk())
        self.signs = Signs()

    def read(self) -> Signs:
        """Goes through the body once."""
        stored = {
            id(each) for branch in switched(self.function) for each in s.walk(*branch.body, *branch.orelse)
        }  # what the caller may switch off is no check
        asked: s.Node | None = None
        fills_session = False
        for node in self.function.walk():
            if id(node) in stored:
                continue
            match node:
                case s.Assign(targets=targets, value=value):
                    for target in targets:
                        self.signs.headers |= key_of(target).lower() in CAREFUL
                        fills_session |= isinstance(target, s.Item) and s.refers(target.base) in STORES
                        stored.update(id(each) for each in s.walk(target))
                    if value is not None and self.is_caller(value):
                        self.names.update(names_in(targets))
                case s.Bound(target=s.Name(id=name), value=value) if self.is_caller(value):
                    self.names.add(name)
                case s.Branch(test=test, body=body, orelse=orelse):
                    self._test(node, test, body, orelse)
                case s.Choice(test=test):
                    self._compared(test)
                case s.Other(kind="assert", values=[test, *_]):
                    self._compared(test)
                case s.Raise(value=value):
                    self._raised(node, value)
                case s.Return(value=value) if value is not None:
                    self._returned(node, value)
                case s.Attempt(handlers=handlers):
                    broad = [each for each in handlers if not each.types or _is_broad(each)]
                    self.signs.catches |= any(
                        isinstance(n, s.Return) for n in s.walk(*(x for h in broad for x in h.body))
                    )
                case s.Literal(value=str() as text) if text.lower() in CAREFUL:
                    self.signs.headers = True
                case s.Literal(value=429):
                    self.signs.limits = True
                case s.Operation(operator="==" | "!=" | "in" | "is" | "not in"):
                    self._owned(node, is_test=False)
                    asked = node if node.operator == "in" and self.is_kept_in(node) else asked
                case s.Call():
                    self._called(node)
                case s.Attribute(name="HTTP_429_TOO_MANY_REQUESTS" | "TOO_MANY_REQUESTS"):
                    self.signs.limits = True
                case s.Expression():
                    self._seen(node)
        if not fills_session:  # a login asks that too, before it fills the session
            self.signs.identity = self.signs.identity or asked
        self._bypasses()
        return self.signs

    def _bypasses(self) -> None:
        """Forgets an owner that is asked for only on one of two ways to the data, where the caller does not choose."""
        owner = self.signs.owner
        if owner is None:
            return
        for node in self.function.walk():
            if (
                isinstance(node, s.Branch)
                and node.body
                and node.orelse
                and not any(self.is_caller(each) for each in s.walk(node.test))
            ):
                arms = [any(each is owner for each in s.walk(*arm)) for arm in (node.body, node.orelse)]
                other = node.orelse if arms[0] else node.body
                if any(arms) and any(call.name in QUERIES for call in s.calls_in(*other)):
                    self.signs.owner = None

    def _seen(self, node: s.Node) -> None:
        if (
            self.signs.identity is None
            and isinstance(node, s.Attribute | s.Item | s.Name)
            and self.is_caller(node)
        ):
            self.signs.identity = node
        if isinstance(node, s.Attribute) and node.name in ("is_authenticated", "is_anonymous"):
            self.signs.identity = self.signs.identity or node
            self.signs.proof = True
        if isinstance(node, s.Item) and self.is_caller(node):
            self.signs.proof = True
            if s.refers(node.base) in STORES:
                self.signs.strict = self.signs.strict or node  # KeyError where nobody is logged in

    # What it does with it

    def _called(self, call: s.Call) -> None:
        signs = self.signs
        given = any(self.holds(each) for each in (*call.args, *(each.value for each in call.keywords)))
        signs.calls.append((call, given))
        if self.is_caller(call) and (
            call.refers in DECODERS or call.name in IDENTITY_CALLS or call.name == "get"
        ):
            signs.identity = signs.identity or call
            signs.proof = True
        if call.refers in DECODERS or call.name in STRICT_CALLS:
            signs.identity = signs.identity or call
            signs.strict = signs.strict or (
                call if call.name in STRICT_CALLS or not self._is_caught else None
            )
        if aborts(call):
            signs.refusal = signs.refusal or call
        if call.name in QUERIES and signs.owner is None:
            for each in call.keywords:
                name = phrase(each.name.partition("__")[0])
                if each.name and OWNERS.match(name) and self._is_self(each.value, in_query=True):
                    signs.owner = call
        for given_one in call.args if call.name in QUERIES else ():
            found = given_one if isinstance(given_one, s.Pairs) else None
            pairs = zip(found.keys, found.values, strict=True) if found else ()
            for key, value in pairs:  # `items.find_one({"_id": id, "owner": user["id"]})`
                if OWNERS.match(phrase(s.text_of(key) or "")) and self._is_self(value, in_query=True):
                    signs.owner = signs.owner or call
        if isinstance(call.callee, s.Attribute) and call.name in {*QUERIES, *COLLECTION}:
            base = call.callee.base
            if isinstance(base, s.Attribute) and not is_request(base.base) and self.is_person(base.base):
                signs.owner = signs.owner or call
        texts = [each for each in call.args if isinstance(each, s.Literal | s.Text | s.Operation)]
        if texts and given and any(SQL_OWNER.search(written_text(each)) for each in texts):
            signs.owner = signs.owner or call

    def _is_self(self, node: s.Expression, in_query: bool) -> bool:
        """Whether an expression is the caller, or what the caller is told apart by."""
        if isinstance(node, s.Call) and node.name in ("str", "int", "UUID", "ObjectId") and node.args:
            return self._is_self(node.args[0], in_query)
        if self.is_caller(node):
            return not isinstance(node, s.Attribute) or in_query or self._tells_apart(node)
        if not self._trusts_params:
            return False
        root = s.root_of(node)
        return isinstance(root, s.Name) and root.id in self._params and bool(OWNERS.match(phrase(root.id)))

    def _tells_apart(self, node: s.Attribute) -> bool:
        return bool(SELF_PARTS.match(phrase(node.name))) or self.is_caller_itself(node)

    def _owned(self, node: s.Operation, is_test: bool) -> None:
        if self.signs.owner is not None or len(node.operands) != 2:
            return
        for one, other in (node.operands, reversed(node.operands)):
            if isinstance(other, s.Literal) or not self._is_self(one, in_query=not is_test):
                continue
            if isinstance(other, s.Call) and other.name in ("str", "int", "UUID") and other.args:
                other = other.args[0]
            if is_test and _is_sent(other):
                continue
            name = phrase(s.last_name(other) or key_of(other))
            in_owner = isinstance(other, s.Attribute | s.Item) and bool(OWNERS.match(name))
            named = is_test and bool(OWNERS.match(name) or SELF_PARTS.match(name))
            if in_owner or (named and not self.is_caller(other)):
                self.signs.owner = node

    def _compared(self, test: s.Expression) -> None:
        for node in s.walk(test):
            if isinstance(node, s.Operation) and node.operator in (
                "==",
                "!=",
                "in",
                "not in",
                "is",
                "is not",
            ):
                self._owned(node, is_test=True)
            word = s.last_name(node) if isinstance(node, s.Attribute) else key_of(node)
            if self.signs.role is None and word and RIGHTS.search(phrase(word)) and self._of_somebody(node):
                self.signs.role = node

    def _of_somebody(self, node: s.Node) -> bool:
        """Whether a right is somebody's, not a field of what was sent."""
        if self.is_caller(node):
            return True
        root = s.root_of(node)
        name = phrase(root.id) if isinstance(root, s.Name) else ""
        return bool(
            re.search(r"\b(?:user|admin|member|account|me|payload|claims|token|identity|self|g)\b", name)
        ) and not (name.endswith((" in", " data", " create", " update")) or name in ("user data",))

    def _test(
        self, node: s.Branch, test: s.Expression, body: list[s.Statement], orelse: list[s.Statement]
    ) -> None:
        role = self.signs.role
        is_same = isinstance(test, s.Operation) and test.operator == "=="
        if not (
            is_same and stops(body)
        ):  # `if user == author: raise` is no right: nobody may do it to themselves
            self._compared(test)
        if role is None and self.signs.role is not None and stops(body):
            self.signs.refusal = self.signs.refusal or node
        if self.signs.refusal is None and self._is_unknown(test) and stops(body):
            self.signs.refusal = node
            self.signs.identity = self.signs.identity or test

    def _is_unknown(self, test: s.Expression) -> bool:
        """`not user`, `user is None`, `"user_id" not in session`, with the caller in it."""
        match test:
            case s.Operation(operator="not", operands=[inner]):
                return self.is_caller(inner) or (isinstance(inner, s.Operation) and self.is_kept_in(inner))
            case s.Operation(operator="is" | "==", operands=[inner, s.Literal(value=None | False)]):
                return self.is_caller(inner)
            case s.Operation(operator="not in"):
                return self.is_kept_in(test)
            case s.Operation(operator="or" | "and", operands=operands):
                return any(self._is_unknown(each) for each in operands)
            case (
                s.Attribute(base=base, name="is_anonymous")
                | s.Call(callee=s.Attribute(base=base, name="is_anonymous"))
            ):
                return self.is_caller(base)
        return False

    def _returned(self, node: s.Return, value: s.Expression) -> None:
        if refuses_in_answer(value):
            self.signs.refusal = self.signs.refusal or node
        if VERDICTS.match(phrase(self.function.name)):
            self._compared(value)
            if self.signs.role or self.signs.owner:
                self.signs.refusal = self.signs.refusal or node

    def _raised(self, node: s.Raise, value: s.Expression | None) -> None:
        if value is None:
            return
        texts = " ".join(spoken(value, self.function))
        if REFUSING.search(texts):
            self.signs.refusal = self.signs.refusal or node
        elif not OTHER_MEANING.search(texts):
            self.signs.raises = True


SENT = re.compile(
    r"\b(?:update|updated|create|in|data|payload|form|request|body|new|input|schema|dto|args|json|values)$"
)


def _is_sent(node: s.Node) -> bool:
    """Whether a value was sent along, so that it is compared for what it changes: `form.email.data`."""
    root = s.root_of(node)
    is_part = isinstance(node, s.Attribute | s.Item) and isinstance(root, s.Name)
    return is_part and isinstance(root, s.Name) and bool(SENT.search(phrase(root.id)))


def _is_broad(handler: s.Handler) -> bool:
    return any(s.last_name(each) in ("Exception", "BaseException") for each in handler.types)
