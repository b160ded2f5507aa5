"""What callers only say: who they are, in a plain header, parameter or field, and switches that they set themselves.

What lives here: recognising both in one body. What must not: proofs such as tokens and sessions (`callers.py`).
"""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Function, Parameter
from backwright_workbench.codebase.facts.words import phrase
from backwright_workbench.codebase.frameworks.refusals import (
    REFUSING,
    aborts,
    refuses_in_answer,
    spoken,
    stops,
)

PROVING = re.compile(
    r"\b(?:auth\w*|token|apikey|key|jwt|bearer|secret|signature|session\w*|sid|csrf|password|forwarded|remote|amzn?"
    r"|goog\w*|hash|code|otp)\b"
)
"""Words of what proves something, or what a gateway adds; what has none of them is only said."""
WHO = re.compile(
    r"\b(?:users?|username|userid|uid|account|customer|member|employee|actor|caller|owner|role|admin|identity|me)\b"
)
PARTS = frozenset(["headers", "query_params", "args", "form", "json", "values", "GET", "POST", "META"])
SAID = frozenset(["Header", "Query", "Body", "Form"])
ANSWERS = frozenset(["true", "1", "yes", "on", "y", "false", "0", "no", "off", "n", "enabled", "disabled"])
SOFTENED = frozenset(["lower", "upper", "strip", "casefold"])


def is_said(node: s.Expression | None) -> bool:
    """Whether an expression reads what a caller may write as they like: `request.headers.get("X-User-Id")`."""
    match node:
        case s.Call(callee=s.Attribute(base=inner, name=name)) if name in SOFTENED:
            return is_said(inner)
        case s.Call(args=[inner]) if node.name in ("int", "str", "bool"):
            return is_said(inner)
        case s.Call(callee=s.Attribute(base=base, name="get"), args=[key, *_]) | s.Item(base=base, key=key):
            text = s.text_of(key)
            return text is not None and _is_part(base) and not PROVING.search(phrase(text))
        case s.Awaited(value=inner) | s.Operation(operator="or", operands=[inner, *_]):
            return is_said(inner)
    return False


def _is_part(node: s.Expression) -> bool:
    if isinstance(node, s.Awaited):
        return _is_part(node.value)
    if isinstance(node, s.Call):
        return node.name in ("get_json", "json", "form") and not node.args
    return (
        isinstance(node, s.Attribute) and node.name in PARTS and s.last_name(node.base) in ("request", "req")
    )


def claimed(function: Function) -> set[str]:
    """The names of a body that hold who a caller says to be, with nothing that proves it."""
    found = {each.name for each in function.params if WHO.search(phrase(each.name)) and _is_said(each)}
    for node in function.walk():
        if isinstance(node, s.Assign) and is_said(node.value):
            found |= {
                each.id for each in node.targets if isinstance(each, s.Name) and WHO.search(phrase(each.id))
            }
    return found


def _is_said(param: Parameter) -> bool:
    given = [each for each in (param.annotation, param.default) if each is not None]
    marks = [each for each in s.walk(*given) if isinstance(each, s.Call) and each.name in SAID]
    texts = [s.text_of(each.keyword("alias")) or "" for each in marks]
    return bool(marks) and not PROVING.search(phrase(" ".join([param.name, *texts])))


def switches(function: Function) -> set[str]:
    """The names of a body that hold a yes or no which the caller sends."""
    found = {
        each.name for each in function.params if s.last_name(each.annotation) == "bool" and _is_said(each)
    }
    for node in function.walk():
        if isinstance(node, s.Assign) and node.value is not None and is_switch(node.value, found):
            found |= {each.id for each in node.targets if isinstance(each, s.Name)}
    return found


def is_switch(node: s.Expression, known: set[str]) -> bool:
    """`request.headers.get("X-Secure", "true").lower() == "true"`, or a name that holds it."""
    match node:
        case s.Name(id=name):
            return name in known
        case s.Operation(operator="not", operands=[inner]):
            return is_switch(inner, known)
        case s.Operation(operator="==" | "!=" | "in" | "not in" | "is", operands=[one, other]):
            texts = [s.constant(each) for each in s.walk(other) if isinstance(each, s.Literal)]
            return (
                (is_said(one) or is_switch(one, known))
                and bool(texts)
                and all(str(each).lower() in ANSWERS for each in texts)
            )
        case s.Call(args=[inner]) if node.name == "bool":
            return is_said(inner)
    return False


def switched(function: Function) -> Iterator[s.Branch]:
    """The branches of a body that a caller's own yes or no decides about, where one of the ways refuses nobody."""
    known = switches(function)
    for node in function.walk():
        both = isinstance(node, s.Branch) and node.orelse and stops(node.body) and stops(node.orelse)
        if isinstance(node, s.Branch) and is_switch(node.test, known) and not both:
            yield node


def switched_checks(function: Function) -> Iterator[tuple[s.Branch, bool]]:
    """Those of them that refuse callers, and whether that is for want of a right (403)."""
    for node in switched(function):
        said = [
            text
            for each in s.walk(*node.body, *node.orelse)
            if isinstance(each, s.Raise | s.Return | s.Call) and (text := _refusal(each, function))
        ]
        if said:
            yield node, any(re.search(r"403|forbidden|permission|not allowed", each) for each in said)


def _refusal(node: s.Node, function: Function) -> str:
    if isinstance(node, s.Raise) and node.value is not None:
        text = " ".join(spoken(node.value, function))
        return text if REFUSING.search(text) else ""
    if isinstance(node, s.Return) and node.value is not None and refuses_in_answer(node.value):
        return "403" if any(s.constant(each) == 403 for each in s.walk(node.value)) else "401"
    if isinstance(node, s.Call) and aborts(node):
        return " ".join(spoken(node.args[0], None)) if node.args else "403"
    return ""


def claims_only(function: Function) -> bool:
    """Whether a function that says who calls takes the caller's word for it: nothing in it looks like a proof."""
    if not claimed(function):
        return False
    for each in function.params:
        given = [node for node in (each.annotation, each.default) if node is not None]
        if any(
            isinstance(node, s.Call) and node.name in ("Depends", "Security", "Cookie")
            for node in s.walk(*given)
        ):
            return False
        if PROVING.search(phrase(each.name)):
            return False
    for node in function.walk():
        match node:
            case s.Attribute(name=name) | s.Name(id=name):
                if name in ("cookies", "session", "COOKIES") or PROVING.search(phrase(name)):
                    return False
            case s.Literal(value=str(text)) if len(text) < 30 and PROVING.search(phrase(text)):
                return False
    return True
