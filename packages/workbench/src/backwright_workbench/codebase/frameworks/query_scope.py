"""One function, from its first statement to its last: which queries stand in it, and what its variables hold of them.

What lives here: following statements, variables, loops, comprehensions. What must not: how a library spells a query.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Class, Function, Module
from backwright_workbench.codebase.facts.data import Query
from backwright_workbench.codebase.facts.types import Type
from backwright_workbench.codebase.frameworks.query_plan import Chain, Plan, chain_of
from backwright_workbench.codebase.frameworks.sql_building import Built, built, is_innocent

if TYPE_CHECKING:
    from backwright_workbench.codebase.frameworks.query_reading import Reading

BOUNDED = re.compile(
    r"(?:^|_)(?:one|first|scalar|single|exists|count|paginate|paginated|page|paginator|limit)(?:_|$)", re.I
)
"""Functions of such names take no more rows of a statement that they get than they need."""
TAKING_PARTS = frozenset(
    {"Subquery", "Exists", "Prefetch", "ArraySubquery", "exists", "in_", "notin_", "not_in", "any_", "all_", "aliased",
     "union", "union_all", "intersect", "except_", "not_", "and_", "or_", "literal", "column_property"}
)  # fmt: skip
"""Calls that take a query as a part of another one."""
Start = Callable[[Chain, "Scope"], tuple[Plan, int] | None]


class Scope:
    """Follows a body. `outer` is the scope of the function around it."""

    def __init__(
        self,
        reading: "Reading",
        module: Module,
        function: Function | None,
        outer: "Scope | None" = None,
        owner: Class | None = None,
    ) -> None:
        self.reading = reading
        self.module = module
        self.function = function
        self.owner = owner or (function.owner if function else None)
        self.held: dict[str, Plan] = dict(outer.held) if outer else {}
        self.aliases: dict[str, str] = dict(outer.aliases) if outer else {}
        self.texts: dict[str, Built] = dict(outer.texts) if outer else {}
        """What variables hold that are texts, as far as it is known where we are."""
        self.pieces: dict[str, list[Built]] = dict(outer.pieces) if outer else {}
        """What has been put into lists of texts."""
        self.innocent: set[str] = set(outer.innocent) if outer else set()
        """Variables that only go through what is written out."""
        self.given_back: Plan | None = None
        self.is_quiet = 0
        """Above 0 inside of a query, where statements are parts of it."""
        self.in_loop = False
        self._branches = 0
        self._seen: dict[s.Expression, Plan | None] = {}

    # Statements

    def body(self, statements: list[s.Statement], in_loop: bool = False) -> None:
        """Follows statements in the order of the text."""
        for each in statements:
            self.statement(each, in_loop)

    def statement(self, node: s.Statement, in_loop: bool) -> None:
        """Follows one."""
        match node:
            case s.Assign(targets=targets, value=value, operator=operator):
                if value is not None:
                    self._texts(targets[0], value, operator)
                    self._assign(targets, value, in_loop)
            case s.Do(value=value):
                self._pieces(value)
                self.value(value, in_loop)
            case s.Return(value=value):
                found = self.value(value, in_loop) if value is not None else None
                if found is not None:
                    self._give_back(found)
            case s.Branch(test=test, body=body, orelse=orelse):
                self.use(self.value(test, in_loop))
                self._branch(body, orelse, in_loop)
            case s.Loop(target=target, subject=subject, body=body, orelse=orelse):
                self.iterate(self.value(subject, in_loop or target is None))
                self._through(target, subject)
                self.body(body, True)
                self.body(orelse, in_loop)
            case s.Attempt(body=body, handlers=handlers, orelse=orelse, final=final):
                for part in (body, *(each.body for each in handlers), orelse, final):
                    self.body(part, in_loop)
            case s.Using(items=items, body=body):
                for item in items:
                    self._hold(item.target, self.value(item.value, in_loop))
                self.body(body, in_loop)
            case s.Raise() | s.Other():
                for below in s.children(node):
                    if isinstance(below, s.Expression):
                        self.use(self.value(below, in_loop))

    def _branch(self, body: list[s.Statement], orelse: list[s.Statement], in_loop: bool) -> None:
        """Both ways; afterwards a variable holds what it does in either, unless one of them leaves."""
        before = dict(self.held)
        self._branches += 1
        self.body(body, in_loop)
        after, self.held = self.held, dict(before)
        self.body(orelse, in_loop)
        self._branches -= 1
        if body and isinstance(body[-1], s.Return | s.Raise):
            return
        if orelse and isinstance(orelse[-1], s.Return | s.Raise):
            self.held = after
            return
        for name, plan in after.items():
            other = self.held.get(name)
            if other is not None and other is not plan and plan.query is None and other.query is None:
                self.held[name] = plan.either(other)
            elif other is None or plan is not before.get(name):
                self.held[name] = plan

    def _assign(self, targets: list[s.Expression], value: s.Expression, in_loop: bool) -> None:
        if (
            isinstance(value, s.Call)
            and value.name in ("aliased", "alias")
            and isinstance(targets[0], s.Name)
        ):
            inner = value.args[0] if value.args else value.callee
            known = s.refers(inner) or s.refers(getattr(inner, "base", None))
            if known in self.reading.models:
                self.aliases[targets[0].id] = known
        found = self.value(value, in_loop)
        for target in targets:
            self._hold(target, found)
            if not isinstance(target, s.Name):
                for below in s.children(target):
                    if isinstance(below, s.Expression):
                        self.value(below, in_loop)

    def _texts(self, target: s.Expression, value: s.Expression, operator: str) -> None:
        """A variable holds a text from now on; in a branch it may also hold what it held before."""
        if not isinstance(target, s.Name | s.Attribute):
            return
        name = s.written(target)
        found, before = built(value, self), self.texts.get(name)
        if operator == "+" and before is not None:
            piece = found or Built("{}", not is_innocent(value, self))
            self.texts[name] = before + piece
        elif found is not None:
            was_built = bool(self._branches and before and before.is_built)
            self.texts[name] = Built(found.text, found.is_built or was_built)
        elif not self._branches:
            self.texts.pop(name, None)
        if isinstance(value, s.Group) and value.kind == "list":
            self.pieces[name] = [each for item in value.items if (each := built(item, self)) is not None]
        self.innocent.discard(name)
        if found is None and not operator and is_innocent(value, self):
            self.innocent.add(name)

    def _pieces(self, value: s.Expression) -> None:
        """`conditions.append("name = %s")`."""
        if (
            isinstance(value, s.Call)
            and value.name in ("append", "insert")
            and isinstance(value.callee, s.Attribute)
        ):
            name = s.written(value.callee.base)
            if name in self.pieces and value.args:
                found = built(value.args[-1], self)
                self.pieces[name] = [*self.pieces[name], found or Built("{}", True)]

    def _through(self, target: s.Expression | None, subject: s.Expression) -> None:
        names = [each.id for each in s.walk(target) if isinstance(each, s.Name)] if target is not None else []
        if is_innocent(subject, self):
            self.innocent.update(names)
        else:
            self.innocent.difference_update(names)

    def _hold(self, target: s.Expression | None, found: Plan | None) -> None:
        """What a variable holds from now on."""
        if isinstance(target, s.Name | s.Attribute):
            name = s.written(target)
            if found is None or found.is_rows:
                self.held.pop(name, None)
            else:
                self.held[name] = found
        elif found is not None:
            self.use(found)

    def _give_back(self, found: Plan) -> None:
        if found.has_run or found.query is not None:
            self.use(found)
        elif not found.is_part:
            before = self.given_back
            self.given_back = found if before is None or before is found else before.either(found)

    # Expressions

    def value(self, node: s.Expression, in_loop: bool) -> Plan | None:
        """Follows an expression; gives the plan that is its value, if it is one."""
        match node:
            case s.Literal():
                return None
            case s.Name(id=name):
                return self.held.get(name) if not node.refers or self.function is None else None
            case s.Call() | s.Attribute() | s.Item() | s.Awaited():
                if node not in self._seen:
                    self._seen[node] = self._chain(node, in_loop)
                return self._seen[node]
            case s.Each():
                self._each(node, in_loop)
                return None
            case s.Spread(value=value):
                self.iterate(self.value(value, in_loop))
                return None
            case s.Choice(test=test, yes=yes, no=no):
                self.use(self.value(test, in_loop))
                first, second = self.value(yes, in_loop), self.value(no, in_loop)
                return first or second
            case s.Bound(target=target, value=value):
                found = self.value(value, in_loop)
                self._hold(target, found)
                return found
            case s.Operation(operator=operator, operands=operands):
                plans = [each for operand in operands if (each := self.value(operand, in_loop)) is not None]
                if operator in ("or", "and", "|", "&"):
                    return plans[0] if plans else None
                for plan in plans:
                    self.use(plan)
                return None
        for below in s.children(node):
            self._below(below, in_loop)
        return None

    def _below(self, node: s.Node, in_loop: bool) -> None:
        if isinstance(node, s.Expression):
            self.use(self.value(node, in_loop))
        else:
            for below in s.children(node):
                self._below(below, in_loop)

    def _each(self, node: s.Each, in_loop: bool) -> None:
        for at, clause in enumerate(node.clauses):
            self._through(clause.target, clause.iterable)
            self.iterate(self.value(clause.iterable, in_loop or at > 0))
            for condition in clause.conditions:
                self.use(self.value(condition, True))
        for part in (node.key, node.element):
            if part is not None:
                self.use(self.value(part, True))

    def _chain(self, node: s.Expression, in_loop: bool) -> Plan | None:
        chain = chain_of(node)
        kept, self.in_loop = self.in_loop, in_loop
        started = self._started(chain)
        self.in_loop = kept
        if started is None:
            self._arguments(chain, in_loop)
            return None
        plan, at = started
        plan.is_async = plan.is_async or chain.is_awaited
        self.is_quiet += 1
        self._arguments(chain, in_loop)
        self.is_quiet -= 1
        last = next((link.call for link in reversed(chain.links[:at]) if link.call is not None), None)
        for link in chain.links[at:]:
            if plan.is_rows:
                break
            plan.step(plan, link, self)
            last = link.call or last
        if chain.is_awaited and plan.is_lazy and not plan.has_run:
            plan.all()
        if plan.query is None:
            bare = s.Call(node.line, node.end, node.column, node, [], [])  # `User.query`, without any call
            plan.call, plan.in_loop = last or plan.call or bare, in_loop
        self._remember(last, plan)
        if plan.has_run:
            self.emit(plan)
        plan.tell()
        return None if plan.is_rows else plan

    def _started(self, chain: Chain) -> tuple[Plan, int] | None:
        """The plan that a chain begins with, and the link that comes next."""
        for at in range(len(chain.links), -1, -1):
            prefix = chain.links[at - 1].node if at else chain.root
            if isinstance(prefix, s.Name | s.Attribute):
                held = self.held.get(s.written(prefix))
                if held is not None and (self.function is None or not s.refers(prefix)):
                    if at == len(chain.links):
                        return held, at
                    return (held, at) if held.query is not None else (held.copy(), at)
        return self.reading.started(chain, self)

    def _arguments(self, chain: Chain, in_loop: bool) -> None:
        if not isinstance(chain.root, s.Name | s.Call):
            self._below(chain.root, in_loop)
        for link in chain.links:
            if link.key is not None:
                self._below(link.key, in_loop)
            if link.call is not None:
                bounded = bool(BOUNDED.search(link.name))
                self.is_quiet += link.name in TAKING_PARTS
                for each in (*link.call.args, *(keyword.value for keyword in link.call.keywords)):
                    self.use(self.value(each, in_loop), bounded)
                self.is_quiet -= link.name in TAKING_PARTS

    # What happens to plans

    def use(self, plan: Plan | None, bounded: bool = False) -> None:
        """Somebody takes the plan: a queryset asks now, a statement is executed by somebody else."""
        if plan is None or self.is_quiet or plan.is_part:
            return
        if plan.query is None:
            plan.many = not plan.is_one and plan.kind == "select"
            plan.limited = plan.limited or bounded
            self.emit(plan)
        elif not plan.is_rows and plan.kind in ("select", "other") and not plan.is_one:
            plan.many = True
            plan.tell()
        elif bounded:
            plan.limited = True
            plan.tell()

    def iterate(self, plan: Plan | None) -> None:
        """Somebody goes through its rows."""
        if plan is None or self.is_quiet:
            return
        if not plan.is_one:
            plan.many = plan.kind in ("select", "other")
        if plan.query is None:
            self.emit(plan)
        plan.tell()

    def emit(self, plan: Plan) -> None:
        """There is a query."""
        model = self.reading.models.get(plan.entity)
        if model is not None and model.ordering and plan.many and not plan.is_sorted and plan.query is None:
            plan.orders += [f"{model.qualified}.{each}" for each in model.ordering if each in model.columns]
        if plan.query is None and plan.call is not None:
            is_async = plan.is_async
            place = self.module.at(plan.call)
            plan.query = Query(
                plan.kind, plan.via, place, self.function, plan.call, in_loop=plan.in_loop, is_async=is_async
            )
            self.reading.app.queries.append(plan.query)
        plan.tell()

    def _remember(self, call: s.Call | None, plan: Plan) -> None:
        """What kind of object the value is, for whoever asks later."""
        if plan.entity and call is not None and not plan.is_part and not plan.is_tuples:
            row = Type(plan.entity)
            self.reading.app.types.known[call] = row if plan.is_one else Type("builtins.list", row)

    # What expressions are

    def kind(self, node: s.Expression | None) -> str:
        """The full name of the class of an expression; empty if nothing tells."""
        found = self.reading.app.types.of(node, self.function)
        return found.name if found else ""
