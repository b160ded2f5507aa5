"""Checks that make a value harmless: lists of what is allowed, patterns, comparisons, functions that say "safe".

What lives here: what is true of values after a test. What must not: branches (`statements.py`).
"""

import re

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.flow.binding import bind
from backwright_workbench.codebase.flow.cleaning import SAFE_NAME, UNRELATED
from backwright_workbench.codebase.flow.expressions import evaluate
from backwright_workbench.codebase.flow.frame import KEPT, Frame
from backwright_workbench.codebase.flow.given import Given
from backwright_workbench.codebase.flow.parts import element
from backwright_workbench.codebase.flow.passing import filled, is_bound
from backwright_workbench.codebase.flow.values import Value

Checked = list[tuple[Value, frozenset[str]]]
ALL = frozenset(["*"])
PATH = frozenset(["path"])
PLACE = frozenset(["path", "url", "redirect"])
RESTRICTED = frozenset(["path", "url", "redirect", "sql", "command", "process", "code", "import", "template"])
CHARACTERS = frozenset(["isdigit", "isalnum", "isnumeric", "isdecimal", "isidentifier", "isalpha"])
LOOSE = re.compile(r"(?<!\\)(?<!\[)\.[*+]")
VALIDATORS = frozenset(
    ["ip_address", "ip_network", "UUID", "int", "float", "ObjectId", "fromisoformat", "strptime", "Decimal"]
)


def checked(frame: Frame, test: s.Node, truth: bool, depth: int = 0) -> Checked:
    """What is harmless if the test came out like that."""
    if depth > 6:
        return []
    match test:
        case s.Operation(operator="not", operands=[inner]):
            return checked(frame, inner, not truth, depth + 1)
        case s.Operation(operator="and" | "or" as operator, operands=operands):
            sides = [checked(frame, each, truth, depth + 1) for each in operands]
            if (operator == "and") == truth:
                return [found for side in sides for found in side]
            return _common(sides)
        case s.Operation(operator="in" | "not in" as operator, operands=[left, right]):
            return _contained(frame, left, right, truth == (operator == "in"))
        case s.Operation(operator="==" | "!=" | "is" as operator, operands=[left, right]):
            return _equal(frame, left, right) if truth == (operator != "!=") else []
        case s.Operation(operator="case", operands=[subject, *wanted]):
            if truth and wanted and all(isinstance(each, s.Literal) for each in wanted):
                return [(evaluate(frame, subject), ALL)]
        case s.Operation(operator="is not", operands=[left, s.Literal(value=None)]) if truth:
            return checked(frame, left, True, depth + 1) if isinstance(left, s.Call) else []
        case s.Awaited(value=inner) | s.Bound(value=inner):
            return checked(frame, inner, truth, depth + 1)
        case s.Call():
            return _called(frame, test, truth, depth)
    return []


def _common(sides: list[Checked]) -> Checked:
    """What every side says."""
    if not sides or not all(sides):
        return []
    origins = [{taint.origin for value, _ in side for taint in value.all_taints()} for side in sides]
    shared = set.intersection(*origins)
    return [
        (Value(tuple(t for t in value.all_taints() if t.origin in shared)), kinds)
        for value, kinds in sides[0]
    ]


def _contained(frame: Frame, left: s.Expression, right: s.Expression, is_in: bool) -> Checked:
    container = evaluate(frame, right)
    if any(each.origin.kind not in KEPT for each in container.all_taints()):
        text = s.text_of(left)
        if not is_in and text is not None and (".." in text or "/" in text):
            return [(container, PATH)]
        return []
    if not is_in or container.text is not None:
        return []
    return [(evaluate(frame, left), ALL)]


def _equal(frame: Frame, left: s.Expression, right: s.Expression) -> Checked:
    one, other = evaluate(frame, left), evaluate(frame, right)
    found: Checked = []
    for value, against, node in ((one, other, right), (other, one, left)):
        if value.all_taints() and not against.all_taints() and s.constant(node) is not None:
            found.append((value, ALL))
    return found


def _called(frame: Frame, test: s.Call, truth: bool, depth: int) -> Checked:
    name = test.name
    if name in ("all", "any") and test.args and isinstance(test.args[0], s.Each):
        return _every(frame, test.args[0], name == "all", truth, depth)
    receiver = (
        evaluate(frame, test.callee.base)
        if isinstance(test.callee, s.Attribute) and not test.refers
        else None
    )
    first = evaluate(frame, test.args[0]) if test.args else Value()
    if receiver is not None and receiver.all_taints():
        if name in CHARACTERS:
            return [(receiver, ALL)] if truth else []
        if name == "startswith":
            start = s.text_of(test.args[0]) if test.args else None
            if truth:
                return (
                    []
                    if start is not None and start.rstrip("/:").lower() in ("http", "https", "")
                    else [(receiver, PLACE)]
                )
            return [(receiver, PATH)] if start in ("/", "..", "../") else []
        if name in ("is_relative_to", "match"):
            return [(receiver, PATH)] if truth else []
    if name in ("match", "fullmatch", "search") and truth:
        return _matched(frame, test, first)
    if test.refers == "builtins.isinstance" and truth and len(test.args) > 1:
        kinds = test.args[1].items if isinstance(test.args[1], s.Group) else [test.args[1]]
        if all(s.last_name(each) in ("int", "float", "bool", "UUID", "datetime", "date") for each in kinds):
            return [(first, ALL)]
        general = any(s.last_name(each) in ("Exception", "BaseException") for each in kinds)
        return [(first, frozenset(["nosql"] if general else ["nosql", "answer"]))]
    if truth and (known := _own_check(frame, test)) is not None:
        return known
    given = [*test.args, *(each.value for each in test.keywords)]
    if SAFE_NAME.search(name) and not UNRELATED.search(name.lower()) and truth:
        return [(evaluate(frame, each), RESTRICTED) for each in given]
    if (
        SAFE_NAME.search(name)
        and re.search(r"private|internal|blocked|unsafe|dangerous|invalid", name)
        and not truth
    ):
        return [(evaluate(frame, each), RESTRICTED) for each in given]
    return []


def _own_check(frame: Frame, test: s.Call) -> Checked | None:
    """What a function of the project has checked where it says yes; None if it is not one of the project's."""
    callee = frame.analysis.callee(test, frame.function)
    summary = frame.analysis.summaries.get(callee) if isinstance(callee, Function) else None
    if summary is None or not isinstance(callee, Function):
        return None
    found = _told(frame, callee, test, summary.checks)
    if not found and SAFE_NAME.search(callee.name) and not UNRELATED.search(callee.name.lower()):
        return [(evaluate(frame, each), PLACE) for each in test.args]
    return found


def _told(frame: Frame, callee: Function, test: s.Call, checks: dict[str, frozenset[str]]) -> Checked:
    if not checks:
        return []
    values = [evaluate(frame, each) for each in test.args]
    named = {each.name: evaluate(frame, each.value) for each in test.keywords if each.name}
    given = Given(test, Value(), values, named, Value())
    filling = filled(frame, callee, given, is_bound(callee, test, frame))
    return [(filling[name], kinds) for name, kinds in checks.items() if name in filling]


def _matched(frame: Frame, test: s.Call, first: Value) -> Checked:
    """`re.match(pattern, value)` or `PATTERN.match(value)`: a pattern that says which characters there may be."""
    is_module = test.refers.startswith(("re.", "regex."))
    subject = test.args[1] if is_module and len(test.args) > 1 else test.args[0] if test.args else None
    if subject is None:
        return []
    pattern = first.text if is_module else None
    if is_module and pattern is None:
        return []
    if pattern is not None:
        ends = pattern.endswith(("$", r"\Z")) or test.name == "fullmatch"
        starts = test.name != "search" or pattern.startswith(("^", r"\A"))
        if not (ends and starts) or LOOSE.search(pattern):
            return []
    return [(evaluate(frame, subject), ALL)]


def _every(frame: Frame, each: s.Each, is_all: bool, truth: bool, depth: int) -> Checked:
    """`all(c in ALLOWED for c in x)`, `not any(c in BAD for c in x)`, `any(x.startswith(p) for p in ALLOWED)`."""
    found: Checked = []
    kept = dict(frame.env)
    for clause in each.clauses:
        over = evaluate(frame, clause.iterable)
        if over.all_taints() and is_all == truth:
            found.append((over, ALL))
        bind(frame, clause.target, element(over))
    inner = each.element
    is_denial = isinstance(inner, s.Operation) and inner.operator in ("in", "==") and not truth
    if not is_denial:
        found += checked(frame, inner, truth, depth + 1)
    frame.env = kept
    return found


def asserted(frame: Frame, given: Given) -> None:
    """A call that raises if a value is not harmless: from here on it is."""
    node = given.node
    if node.name == "relative_to" and given.receiver.all_taints():
        frame.trust([(given.receiver, PATH)])
    elif node.name in VALIDATORS and node.refers and given.args:
        frame.trust([(given.args[0], ALL)])
    callee = frame.analysis.callee(node, frame.function)
    summary = frame.analysis.summaries.get(callee) if isinstance(callee, Function) else None
    if summary is not None and isinstance(callee, Function):
        if summary.assures:
            frame.trust(_told(frame, callee, node, summary.assures))
        elif (
            frame.statement is node
            and SAFE_NAME.search(node.name)
            and not UNRELATED.search(node.name.lower())
        ):
            frame.trust([(each, PLACE) for each in given.args])
    elif (
        frame.statement is node
        and SAFE_NAME.search(node.name)
        and not UNRELATED.search(node.name.lower())
        and given.args
    ):
        frame.trust([(each, RESTRICTED) for each in given.args])
