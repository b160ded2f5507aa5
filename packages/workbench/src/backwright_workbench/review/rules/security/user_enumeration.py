"""Answers that tell strangers which accounts there are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.review.access.endpoints import Endpoint, endpoints
from backwright_workbench.review.access.intents import Intent
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About
from backwright_workbench.review.words import secret_kind, words

ABOUT = About(
    "Answers tell which accounts exist", Severity.LOW, cwe=(204, 203), owasp=("A07:2021", "API2:2023")
)

SOMEBODY = frozenset(["user", "account", "member", "customer", "admin", "person", "row", "result", "record",
     "u", "usr", "student",
                      "employee", "teacher", "client", "patient", "data", "doctor"])  # fmt: skip
CHECKS = re.compile(r"check|verify|compare|match|bcrypt|valid|authenticate|hash")
ANSWERS = frozenset(["flash", "error", "warning", "jsonify", "add_error"])
FIX = 'one answer and status for both ("wrong name or password"); check a made-up hash if nobody was found'


@dataclass(slots=True, eq=False)
class Answer:
    """What is answered in a branch: its texts and codes."""

    node: s.Node
    said: set[str] = field(default_factory=set)


def find(app: Application) -> Iterator[Seen]:
    """Logins that answer differently for an unknown name and a wrong password, and resets that tell who is known."""
    told: set[Function] = set()
    for endpoint in endpoints(app).all:
        if endpoint.intent not in (Intent.LOGIN, Intent.TOKEN, Intent.RESET) or endpoint.handler is None:
            continue
        for function in endpoint.reached:
            if function in told:
                continue
            pair = _pair(function, endpoint)
            if pair is not None:
                told.add(function)
                yield _seen(endpoint, function, *pair)


def _pair(function: Function, endpoint: Endpoint) -> tuple[Answer, Answer] | None:
    """The answers for somebody unknown and for a wrong password (or a mail that was sent), if they differ."""
    unknown: list[Answer] = []
    wrong: list[Answer] = []
    for node in function.walk():
        match node:
            case s.Branch(test=test, body=body, orelse=orelse):
                checks = _checks_password(test)
                if _is_unknown(test) and not checks:
                    unknown += _answers(body)
                elif _is_known(test) and not checks:
                    unknown += _answers(orelse)
                elif checks and _is_negative(test):
                    wrong += _answers(body) if not _mixes(test) else []
                elif checks and orelse and not _mixes(test):
                    wrong += _answers(orelse)
            case s.Attempt(handlers=handlers):
                for each in handlers:
                    if any(
                        s.last_name(kind) in ("DoesNotExist", "NoResultFound", "NotFound")
                        for kind in each.types
                    ):
                        unknown += _answers(each.body)
    if endpoint.intent is Intent.RESET and function is endpoint.handler:
        wrong += _last(function)
    for one in unknown:
        for other in wrong:
            if one.said and other.said and not one.said & other.said and one.node is not other.node:
                return one, other
    return None


def _mixes(test: s.Expression) -> bool:
    """`if not user or not check(…)`: both cases have one answer."""
    return any(isinstance(each, s.Operation) and each.operator == "or" for each in s.walk(test))


def _is_unknown(test: s.Expression) -> bool:
    match test:
        case s.Operation(operator="not", operands=[inner]):
            return _is_known(inner)
        case s.Operation(operator="is" | "==", operands=[inner, s.Literal(value=None)]):
            return _is_known(inner)
        case s.Operation(operator="not in", operands=[_, other]):
            return "users" in words(s.last_name(other)) or "accounts" in words(s.last_name(other))
    return False


def _is_known(test: s.Expression) -> bool:
    match test:
        case s.Name(id=name):
            return bool(set(words(name)) & SOMEBODY) and not set(words(name)) & {
                "input",
                "form",
                "in",
                "login",
            }
        case s.Operation(operator="is not" | "!=", operands=[inner, s.Literal(value=None)]):
            return _is_known(inner)
        case s.Call(callee=s.Attribute(name="exists"), args=[]):
            return True
    return False


def _checks_password(test: s.Expression) -> bool:
    """Whether a condition compares a password."""
    for node in s.walk(test):
        if isinstance(node, s.Call) and CHECKS.search(" ".join(words(node.name))):
            given = [*node.args, *(each.value for each in node.keywords), node.callee]
            if any(_is_password(inner) for each in given for inner in s.walk(each)) or "password" in words(
                node.name
            ):
                return True
        if (
            isinstance(node, s.Operation)
            and node.operator in ("==", "!=")
            and any(map(_is_password, s.walk(node)))
        ):
            return True
    return False


def _is_password(node: s.Node) -> bool:
    match node:
        case s.Name(id=name) | s.Attribute(name=name):
            return "password" in words(name) or secret_kind(name) == "password" or "pw" in words(name)
        case s.Literal(value=str(text)):
            return secret_kind(text) == "password"
    return False


def _is_negative(test: s.Expression) -> bool:
    if isinstance(test, s.Operation) and test.operator == "and":
        return any(_is_negative(each) for each in test.operands)
    return isinstance(test, s.Operation) and test.operator in ("not", "!=")


def _answers(body: list[s.Statement]) -> list[Answer]:
    """What a branch answers at its own level: what it returns, raises, or shows."""
    found: list[Answer] = []
    for each in body:
        match each:
            case s.Return(value=value) | s.Raise(value=value) if value is not None:
                found.append(Answer(each, _said(value)))
            case s.Do(value=s.Call() as call) if call.name in ANSWERS or call.name == "abort":
                found.append(Answer(each, _said(call)))
            case s.Assign(targets=[s.Name(id=name)], value=value) if value is not None and set(
                words(name)
            ) & {"error", "msg", "message", "errors"}:
                found.append(Answer(each, _said(value)))
    if len(found) > 1:  # `flash("…")` and a redirect to the same page
        texts = [each for each in found if not isinstance(each.node, s.Return) and each.said]
        return texts[:1] or found[:1]
    return [each for each in found if each.said]


def _said(value: s.Expression) -> set[str]:
    """The sentences in an answer, or names of constants that hold them; codes where there is none."""
    sentences: set[str] = set()
    codes: set[str] = set()
    for node in s.walk(value):
        match node:
            case s.Literal(value=str(text)) if re.search(r"[a-z]{2}.*\s\S", text, re.I) and not text.endswith(
                ".html"
            ):
                sentences.add(" ".join(text.lower().split()))
            case s.Literal(value=int(number)) if 399 < number < 500:
                codes.add(str(number))
            case s.Attribute(name=name) if name.isupper() and not name.startswith("HTTP_"):
                sentences.add(name)
            case s.Attribute(name=name) if name.startswith("HTTP_4"):
                codes.add(name)
            case s.Name(id=name) if name.isupper():
                sentences.add(name)
    return sentences or codes


def _last(function: Function) -> list[Answer]:
    """What a reset answers when all went well."""
    last = function.body[-1] if function.body else None
    if isinstance(last, s.Return) and last.value is not None:
        return [Answer(last, {each for each in _said(last.value) if not each.isdigit()})]
    return []


def _seen(endpoint: Endpoint, function: Function, unknown: Answer, wrong: Answer) -> Seen:
    first, last = sorted((unknown.node.line, wrong.node.line))
    end = last if last - first < 40 else first
    shown = " / ".join(f'"{min(each.said)[:40]}"' for each in (unknown, wrong))
    other = "the mail was sent" if endpoint.intent is Intent.RESET else "the password is wrong"
    return Seen(
        Place(function.module.path, first, end, unknown.node.column),
        f"`{endpoint.title}` tells whether nobody has that name or {other} ({shown}): names can be tried",
        Confidence.MEDIUM if endpoint.intent is Intent.RESET else Confidence.HIGH,
        fix=FIX,
        about=f"{function.name}",
    )
