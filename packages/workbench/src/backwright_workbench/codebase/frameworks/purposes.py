"""What a guard is for, decided by its name and, where it is of the project, by what it does.

What lives here: joining the signs of a body with those of what it calls and depends on. What must not: where a
framework attaches guards (its own reader), and the words (`wording.py`, `signs.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Guard, Level, Purpose
from backwright_workbench.codebase.facts.words import phrase
from backwright_workbench.codebase.frameworks.claims import claims_only
from backwright_workbench.codebase.frameworks.conclusions import body_guard, concluded
from backwright_workbench.codebase.frameworks.depends import givers
from backwright_workbench.codebase.frameworks.guard_texts import (
    Guarding,
    gives_nothing,
    guard_name,
    is_proof,
    said_by,
    switched_off,
    with_wrapped,
)
from backwright_workbench.codebase.frameworks.sign_reading import Reader
from backwright_workbench.codebase.frameworks.signs import Signs
from backwright_workbench.codebase.frameworks.wording import (
    TOLD,
    demands,
    is_check,
    is_optional_name,
    named_purposes,
)

DEEPEST = 3
"""Calls of calls that are followed in a body."""
CHAIN = 6
"""Dependencies of dependencies, and values of names, that are followed."""
METHODS = (
    "__call__", "has_permission", "has_object_permission", "authenticate", "dispatch", "test_func", "check", "handle",
    "process_request", "process_view", "process_response", "process_exception", "before_request",
    "authenticate_request", "dispatch_request", "__init__", "get_permission_required", "on_request", "intercept",
)  # fmt: skip
STRONG = (
    "auth", "jwt", "token", "current", "required", "logged", "login", "protected", "key", "admin", "identity",
)  # fmt: skip
"""Words that let the name of a guard speak for itself, whatever its body looks like."""


@dataclass(slots=True)
class Found:
    """What a guard is for, and whether it lets callers pass whom it does not know."""

    purposes: set[Purpose] = field(default_factory=set)
    refuses: bool = False
    opens: bool = False
    """Whether something shows that it can let pass: it may give nothing back, or errors are switched off."""


class Purposes:
    """Answers for one application; remembers what it found, so a reader makes one and keeps it."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._signs: dict[tuple[Function, bool], Signs] = {}
        self._found: dict[Function | Class, Found] = {}
        self._callers: dict[Function, frozenset[str]] = {}

    def of(self, what: Guarding) -> frozenset[Purpose]:
        """What a guard is for: a function, a class, an expression (`Depends`' argument, a decorator), or a name."""
        found = self._of(what, 0).purposes
        return frozenset(found or {Purpose.OTHER})

    def is_optional(self, what: Guarding) -> bool:
        """Whether it lets callers pass whom it does not know: `auto_error=False`, returns None and never raises."""
        if is_optional_name(guard_name(what)):
            return True
        if isinstance(what, s.Call) and switched_off(what):
            return True
        found = self._of(what, 0)
        is_open = bool(found.purposes & TOLD) and found.opens and not found.refuses
        return is_open and not demands(guard_name(what))

    def definition(self, what: Guarding) -> Function | Class | None:
        """The function or class of the project that a guard is, or that makes it."""
        if isinstance(what, Function | Class):
            return what
        if isinstance(what, str):
            return self._app.project.definition(what)
        if isinstance(what, s.Call):
            if what.name == "partial" and what.args:
                return self.definition(what.args[0])
            return self._app.types.callee(what, None)
        known = s.refers(what)
        found = self._app.project.definition(known) if known else None
        if found is None and isinstance(what, s.Attribute):
            owner = self._app.types.of(what.base, None)
            each = self._app.project.classes.get(owner.name) if owner else None
            return self._app.project.method(each, what.name) if each else None
        return found

    def guard(self, what: s.Expression | Function | Class, level: Level, place: Place) -> Guard:
        """A guard as it is attached at a place: what readers of frameworks put into a route."""
        found = self.definition(what)
        function = self._app.project.method(found, "__call__") if isinstance(found, Class) else found
        return Guard(guard_name(what), self.of(what), level, place, function, self.is_optional(what))

    # A guard

    def _of(self, what: Guarding, depth: int) -> Found:
        if depth > CHAIN:
            return Found()
        if isinstance(what, str):
            named = self.definition(what)
            return self._of(named, depth) if named else Found(set(named_purposes(what)), True)
        if isinstance(what, Function | Class):
            return self._defined(what, depth)
        name = s.refers(what) or s.written(what)
        made = self.definition(what)
        if made is not None:
            found = self._defined(made, depth)
            is_claim = isinstance(made, Function) and not found.purposes & TOLD and claims_only(made)
            said = set() if is_claim else said_by(what)
            joined = Found(found.purposes | said, found.refuses, found.opens)
            if isinstance(what, s.Call):
                joined.purposes |= self._arguments(what, depth)
            return joined
        value = self._app.project.value(s.refers(what)) if not isinstance(what, s.Call) else None
        if value is not None:
            inner = self._of(value, depth + 1)
            optional = isinstance(value, s.Call) and switched_off(value)
            return Found(
                inner.purposes | named_purposes(name),
                inner.refuses and not optional,
                inner.opens or optional,
            )
        purposes = set(named_purposes(name)) | said_by(what)
        if isinstance(what, s.Call):
            purposes |= self._arguments(what, depth)
            return Found(purposes, not switched_off(what), switched_off(what))
        return Found(purposes, True)

    def _arguments(self, call: s.Call, depth: int) -> set[Purpose]:
        """What is said by functions that are handed to a guard: `user_passes_test(is_manager)`."""
        found: set[Purpose] = set()
        for each in call.args:
            if isinstance(each, s.Name | s.Attribute) and isinstance(self.definition(each), Function):
                found |= self._of(each, depth + 1).purposes & TOLD
        return found

    def _defined(self, what: Function | Class, depth: int) -> Found:
        known = self._found.get(what)
        if known is None:
            self._found[what] = Found(set(named_purposes(what.name)), True)  # where it depends on itself
            known = self._class(what, depth) if isinstance(what, Class) else self._function(what, depth)
            self._found[what] = known
        return known

    def _class(self, what: Class, depth: int) -> Found:
        found = Found(set(named_purposes(what.name)))
        for name, each in self._app.project.lineage(what):
            if each is None:
                found.purposes |= named_purposes(name)
                found.refuses = found.refuses or bool(named_purposes(name) & TOLD)
        for name in METHODS:
            method = self._app.project.method(what, name)
            if method is not None:
                inner = self._function(method, depth + 1)
                found.purposes |= inner.purposes
                found.refuses = found.refuses or inner.refuses
                found.opens = found.opens or (inner.opens and name not in ("__init__", "process_response"))
        return found

    def _function(self, what: Function, depth: int) -> Found:
        chain = list(self._chain(what, with_inner=True))
        body, refuses = concluded(chain, is_guard=True)
        named = set(named_purposes(what.name))
        if not body & TOLD and not any(word in phrase(what.name) for word in STRONG):
            named -= TOLD
        found = Found(named | body, refuses, gives_nothing(what))
        for each in with_wrapped(what):
            for param in each.params:
                for call, provider in givers(self._app.project, param):
                    inner = self._of(provider, depth + 1)
                    is_open = self.is_optional(provider)
                    found.purposes |= inner.purposes - {Purpose.DATABASE, Purpose.OTHER}
                    found.refuses = found.refuses or (bool(inner.purposes & TOLD) and not is_open)
                    found.opens = found.opens or (is_open and bool(inner.purposes & TOLD))
                    if call.name == "Security" and call.keyword("scopes") is not None:
                        found.purposes |= TOLD
            for other in self._returned(each):
                inner = self._defined(other, depth + 1)
                found.purposes |= inner.purposes & TOLD
                found.refuses = found.refuses or inner.refuses
            for decorator in each.decorators:
                found.purposes |= self._of(decorator, depth + 1).purposes & TOLD if depth < 2 else set()
        if found.purposes & TOLD and not body & TOLD and claims_only(what):
            found.purposes -= TOLD  # who the caller says to be
        return found

    def _returned(self, factory: Function) -> Iterator[Function]:
        """The functions of the project that one returns: a factory of dependencies chooses between them."""
        for node in factory.walk():
            if isinstance(node, s.Return):
                choices = (
                    [node.value.yes, node.value.no] if isinstance(node.value, s.Choice) else [node.value]
                )
                for each in choices:
                    found = self.definition(each) if isinstance(each, s.Name | s.Attribute) else None
                    if isinstance(found, Function):
                        yield found

    def _chain(self, what: Function, with_inner: bool) -> Iterator[tuple[s.Call | None, Function, Signs]]:
        """The signs of a function and of what it calls; with each the call in the first through which it is reached."""
        waiting: list[tuple[s.Call | None, Function, bool, int]] = [
            (None, each, False, 0) for each in (with_wrapped(what) if with_inner else [what])
        ]
        seen: set[Function] = set()
        while waiting:
            via, function, is_given, depth = waiting.pop(0)
            if function in seen:
                continue
            seen.add(function)
            signs = self._own(function, is_given)
            yield via, function, signs
            if depth >= DEEPEST:
                continue
            for call, given in signs.calls:
                called = self._called(call, function)
                if called is not None and called not in seen:
                    waiting.append((via or call, called, given or is_given, depth + 1))

    def _called(self, call: s.Call, function: Function) -> Function | None:
        """The function that a call runs; for an object that is called, what its class says: `Checker(…)(request)`."""
        found = self._app.types.callee(call, function)
        if found is None and isinstance(call.callee, s.Call):
            made = self._app.types.callee(call.callee, function)
            return self._app.project.method(made, "__call__") if isinstance(made, Class) else None
        return found if isinstance(found, Function) else None

    def _own(self, function: Function, is_given: bool) -> Signs:
        key = (function, is_given)
        if key not in self._signs:
            self._signs[key] = Reader(function, self.callers(function), is_given).read()
        return self._signs[key]

    def callers(self, function: Function) -> frozenset[str]:
        """The parameters of a function that hold who calls, as what they depend on authenticates."""
        known = self._callers.get(function)
        if known is None:
            self._callers[function] = frozenset()
            known = self._callers[function] = frozenset(
                param.name
                for param in function.params
                for _, provider in givers(self._app.project, param)
                if Purpose.AUTHENTICATION in self._of(provider, 1).purposes and self._gives_caller(provider)
            ) | {param.name for param in function.params if is_proof(self._app, param)}
        return known

    def _gives_caller(self, provider: s.Expression) -> bool:
        """Whether a dependency gives who calls, and not another thing for which it asks who calls: `get_article`."""
        if named_purposes(s.last_name(provider)) & TOLD:
            return True
        found = self.definition(provider)
        return isinstance(found, Function) and self._own(found, False).proof

    # A handler

    def body_guards(self, function: Function) -> list[Guard]:
        """The checks of the caller that a handler makes itself, or that the functions make which it calls."""
        chain = list(self._chain(function, with_inner=False))
        made: list[Guard] = []
        refuses = self._own(function, False).refusal is not None
        for call, _ in self._own(function, False).calls:
            purposes = is_check(s.refers(call) or call.name)
            called = self._app.types.callee(call, function)
            if isinstance(called, Class):
                purposes = frozenset()
            elif called is not None and not (self._defined(called, 1).refuses or refuses):
                purposes &= {Purpose.AUTHORIZATION}
            if purposes:
                own = called if isinstance(called, Function) else None
                made.append(Guard(s.written(call.callee), purposes, Level.BODY, function.at(call), own))
        purposes = frozenset(concluded(chain, is_guard=False)[0] & {*TOLD, Purpose.RATE_LIMIT})
        missing = purposes - {each for guard in made for each in guard.purposes}
        if missing:
            made.append(body_guard(function, chain, frozenset(missing)))
        return made
