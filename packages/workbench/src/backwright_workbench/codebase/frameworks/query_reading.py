"""What the readers of all libraries share while the queries of a project are found.

What lives here: which model is meant, which library takes a chain, what functions give back. What must not: how a
library spells a query.
"""

from collections.abc import Sequence

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function, Module
from backwright_workbench.codebase.facts.data import Model
from backwright_workbench.codebase.frameworks.query_plan import Chain, Plan
from backwright_workbench.codebase.frameworks.query_scope import Scope, Start

DEEPEST = 12
"""Functions that are followed from one into the next for what they give back."""


class Reading:
    """One pass over a project."""

    def __init__(
        self, app: Application, starts: Sequence[tuple[frozenset[str], Start]], wrapped: Start
    ) -> None:
        self.app = app
        self.models: dict[str, Model] = app.models
        self.named: dict[str, list[Model]] = {}
        """By the last part of their names."""
        for model in app.models.values():
            self.named.setdefault(model.name, []).append(model)
        self.user_model = ""
        self.has_named_texts = app.depends_on("aiosql")
        self.named_texts: dict[str, tuple[str, str]] = {}
        """Texts of SQL that code calls by their name, each with the mark of what it gives."""
        self.tables = {model.table.lower(): model for model in app.models.values() if not model.is_abstract}
        self._starts = starts
        self._wrapped = wrapped
        self._names = frozenset().union(*(names for names, _ in starts))
        self._scopes: dict[Function, Scope | None] = {}
        self._taken: set[Function] = set()
        self._depth = 0

    def started(self, chain: Chain, scope: Scope) -> tuple[Plan, int] | None:
        """The plan that a chain begins with, and the number of the link that comes next."""
        names = {link.name for link in chain.links}
        if (
            self.has_named_texts
            or not names.isdisjoint(self._names)
            or any(name.endswith("_set") for name in names)
        ):
            for wanted, start in self._starts:
                if self.has_named_texts or not names.isdisjoint(wanted):
                    found = start(chain, scope)
                    if found is not None:
                        return found
        return self._given(chain, scope)

    def _given(self, chain: Chain, scope: Scope) -> tuple[Plan, int] | None:
        """A chain that begins with a function of the project which gives back a plan."""
        taking = self._wrapped(chain, scope)
        if taking is not None:
            return taking
        for at, link in enumerate(chain.links):
            if link.call is None:
                continue
            found = self.app.types.callee(link.call, scope.function)
            if isinstance(found, Function):
                plan = self.given_back(found)
                if plan is not None:
                    self._taken.add(found)
                    return plan.copy(), at + 1
        return None

    def given_back(self, function: Function) -> Plan | None:
        """The plan that a function returns without having run it."""
        scope = self.scope(function)
        return scope.given_back if scope else None

    def scope(self, function: Function) -> Scope | None:
        """The scope of a function, followed to its end; None while that is under way."""
        if function in self._scopes:
            return self._scopes[function]
        if self._depth > DEEPEST:
            return None
        self._scopes[function] = None
        outer = self.scope(function.inside) if function.inside else None
        made = Scope(self, function.module, function, outer)
        self._depth += 1
        made.body(function.body)
        self._depth -= 1
        self._scopes[function] = made
        return made

    def module(self, module: Module) -> None:
        """Everything of a file."""
        Scope(self, module, None).body(module.body)
        for each in module.all_classes:
            self._class(each)
        for function in module.everything:
            self.scope(function)

    def _class(self, each: Class) -> None:
        scope = Scope(self, each.module, None, owner=each)
        scope.body(each.body)
        for plan in scope.held.values():
            if plan.is_lazy:
                scope.use(plan)

    def finish(self) -> None:
        """What functions give back and nobody here takes goes to a framework, which asks it."""
        for function, scope in self._scopes.items():
            plan = scope.given_back if scope else None
            is_taken = function in self._taken and function.name != "get_queryset"
            if scope is not None and plan is not None and not is_taken:
                scope.use(plan)
