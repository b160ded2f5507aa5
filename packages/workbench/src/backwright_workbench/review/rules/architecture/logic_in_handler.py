"""Handlers that decide and compute what belongs to the business."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.data import Query
from backwright_workbench.codebase.facts.web import Route
from backwright_workbench.review.finding import Confidence, Seen, Severity, Step
from backwright_workbench.review.reach import reach_of
from backwright_workbench.review.rule import About
from backwright_workbench.review.wiring import handlers

ABOUT = About("Business rules stand in a handler", Severity.LOW, cwe=(1061,))

WRITES = frozenset(["insert", "update", "delete"])
ORDERS = frozenset(["<", ">", "<=", ">="])
HTTP = frozenset(
    ["method", "status_code", "headers", "content_type", "args", "form", "json", "filename", "content_length", "size",
     "mimetype", "data", "cookies", "query_params", "GET", "POST", "FILES", "user", "current_user"]
)  # fmt: skip
"""Attributes that belong to the request, not to the business."""
ENOUGH = 3
SURE = 5
SHORTEST = 10
FIX = "move the rules to a service that knows nothing of HTTP and raises errors of its own; the handler calls it once"


@dataclass(slots=True)
class Rules:
    """What a handler decides, as points with the places that earn them."""

    points: int = 0
    what: list[str] = field(default_factory=list)
    places: list[Step] = field(default_factory=list)

    def add(self, points: int, what: str, step: Step | None = None) -> None:
        """Takes a sign in."""
        self.points += points
        if what not in self.what:
            self.what.append(what)
        if step is not None:
            self.places.append(step)


def find(app: Application) -> Iterator[Seen]:
    """Each handler in which decisions, computations and changes of several tables come together."""
    reach = app.once(reach_of)
    for handler, route in handlers(app).items():
        if handler.end - handler.line < SHORTEST:
            continue
        queries = reach.queries(handler)
        if not queries and not _calls_project(app, handler):
            continue
        rules = _rules(handler, queries)
        if rules.points >= ENOUGH:
            yield _seen(handler, route, rules)


def _calls_project(app: Application, handler: Function) -> bool:
    return len({found.qualified for _, found in app.once(reach_of).callees(handler)}) > 2


def _rules(handler: Function, queries: list[Query]) -> Rules:
    rules = Rules()
    _changes(handler, queries, rules)
    _computes(handler, rules)
    _decides(handler, queries, rules)
    return rules


def _changes(handler: Function, queries: list[Query], rules: Rules) -> None:
    """Changes of several rows or tables that belong together, and what is asked for them."""
    writes = [each for each in queries if each.kind in WRITES]
    if len({_object(each) for each in writes}) > 1:
        rules.add(2, "changes several tables", Step(handler.at(writes[1].call), "changes another row"))
        if len({name for each in queries for name in each.models}) > 1:
            rules.add(1, "knows how tables belong together")


def _object(query: Query) -> str:
    """What is changed: the variable that is handed over, or the table."""
    given = query.call.args[0] if query.call.args else None
    return s.written(given) if isinstance(given, s.Name) else ",".join(query.models)


def _computes(handler: Function, rules: Rules) -> None:
    """Amounts: `stock.quantity -= order.quantity`, `price * quantity`, sums in loops."""
    counted = False
    for node in handler.walk():
        if (
            isinstance(node, s.Assign)
            and node.operator in ("+", "-", "*", "/")
            and s.constant(node.value) != 1
        ):
            target = node.targets[0]
            if isinstance(target, s.Attribute) and not counted:
                counted = True
                rules.add(2, "computes amounts", Step(handler.at(node), "computes"))
        elif isinstance(node, s.Operation) and node.operator in ("*", "/") and _has_attribute(node):
            rules.add(1, "computes amounts", Step(handler.at(node), "computes"))
    for node in handler.walk():
        if isinstance(node, s.Loop) and node.target is not None and _accumulates(node):
            rules.add(
                1, "goes through rows and sums up or chooses", Step(handler.at(node), "goes through rows")
            )
            break


def _has_attribute(node: s.Operation) -> bool:
    return any(isinstance(each, s.Attribute) for each in node.operands)


def _accumulates(loop: s.Loop) -> bool:
    for node in s.walk(*loop.body):
        if isinstance(node, s.Assign) and node.operator == "+":
            return True
        if isinstance(node, s.Branch) and _compares(node.test):
            return True
    return False


def _decides(handler: Function, queries: list[Query], rules: Rules) -> None:
    """Branches on values of the business, not on the request or on who asks."""
    decisions = 0
    guards = 0
    for node in handler.walk():
        if isinstance(node, s.Branch | s.Choice):
            if _compares(node.test) and decisions < ENOUGH:
                decisions += 1
                rules.add(1, "decides by values", Step(handler.at(node.test), "decides"))
            elif isinstance(node, s.Branch) and not _is_form(node.test):
                guards += 1
    if decisions + guards >= 3 and any(each.kind in WRITES for each in queries):
        rules.add(1, "branches before it writes")


def _compares(test: s.Node) -> bool:
    """`order.quantity < 1`, `kind == "sale"` of a value that is not of the request."""
    for node in s.walk(test):
        if not isinstance(node, s.Operation) or any(_is_http(each) for each in node.operands):
            continue
        if node.operator in ORDERS and any(
            isinstance(each, s.Attribute | s.Name | s.Call) for each in node.operands
        ):
            return True
        written = [each for each in node.operands if _is_value(s.constant(each))]
        if (
            node.operator in ("==", "!=")
            and written
            and any(isinstance(each, s.Attribute) for each in node.operands)
        ):
            return True
        if node.operator == "!=" and all(isinstance(each, s.Name) for each in node.operands):
            return True
    return False


def _is_value(value: object) -> bool:
    """A text or a number, not a yes or no."""
    return (isinstance(value, str) and bool(value)) or (
        isinstance(value, int | float) and not isinstance(value, bool)
    )


def _is_http(node: s.Node) -> bool:
    return any(
        (isinstance(each, s.Attribute) and each.name in HTTP)
        or (isinstance(each, s.Name) and each.id in ("request", "current_user", "user", "response"))
        for each in s.walk(node)
    )


def _is_form(test: s.Node) -> bool:
    return any(
        call.name in ("is_valid", "validate_on_submit", "validate") for call in s.calls_in(test)
    ) or _is_http(test)


def _seen(handler: Function, route: Route, rules: Rules) -> Seen:
    what = ", ".join(rules.what[:3])
    return Seen(
        handler.head,
        f"`{route}` {what}: these rules can be tested through HTTP only, and whoever needs them elsewhere copies them",
        Confidence.HIGH if rules.points >= SURE else Confidence.MEDIUM,
        fix=FIX,
        also=tuple(rules.places[:5]),
        cause=handler.module.path,
        about=handler.qualified,
    )
