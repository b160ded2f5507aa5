"""Answers that tell strangers which accounts there are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function, blocks
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.words import secret_kind, words
from backwright_workbench.review.access.endpoints import Endpoint, endpoints
from backwright_workbench.review.access.intents import Intent
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About(
    "Answers tell which accounts exist", Severity.LOW, cwe=(204, 203), owasp=("A07:2021", "API2:2023")
)

SOMEBODY = frozenset(["user", "account", "member", "customer", "admin", "person", "row", "result", "record",
     "u", "usr", "student",
                      "employee", "teacher", "client", "patient", "data", "doctor"])  # fmt: skip
LOOKUPS = frozenset(
    ["find_one", "first", "fetchone", "one_or_none", "scalar_one_or_none", "get_or_none", "fetch_one", "fetchrow",
     "find_first"]
)  # fmt: skip
"""What gives one row, or nothing."""
CHECKS = re.compile(r"check|verify|compare|match|bcrypt|valid|authenticate|hash")
ANSWERS = frozenset(["flash", "error", "warning", "jsonify", "add_error"])
FIX = 'one answer and status for both ("wrong name or password"); check a made-up hash if nobody was found'


@dataclass(slots=True, eq=False)
class Answer:
    """What is answered in a branch: its texts and codes."""

    node: s.Node
    said: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)


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
            elif endpoint.intent is Intent.LOGIN and (place := _crash(function)) is not None:
                told.add(function)
                yield Seen(
                    place,
                    f"`{endpoint.title}` ends in an error where nobody has that name, and in an answer where the "
                    "password is wrong: names can be tried",
                    Confidence.MEDIUM,
                    fix=FIX,
                    about=function.name,
                )


def _pair(function: Function, endpoint: Endpoint) -> tuple[Answer, Answer] | None:
    """The answers for somebody unknown and for a wrong password (or a mail that was sent), if they differ."""
    unknown: list[Answer] = []
    wrong: list[Answer] = []
    for node, rest in _statements(function.body):
        match node:
            case s.Branch(test=test, body=body, orelse=orelse):
                checks = _checks_password(test, function)
                after = orelse or (rest if _leaves(body) else [])
                if _is_unknown(test, function) and not checks:
                    unknown += _answers(body)
                elif _is_known(test, function) and not checks:
                    unknown += _answers(after)
                elif checks and _is_negative(test):
                    wrong += _answers(body) if not _mixes(test) else []
                elif checks and not _mixes(test):
                    wrong += _answers(after)
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
            if one.node is not other.node and _differ(one, other):
                return one, other
    return None


def _crash(function: Function) -> Place | None:
    """Where the password of a row is compared though nobody may have been found: `first()` and no look at it."""
    tested = {
        each.id
        for node in function.walk()
        for inner in (
            [node.test]
            if isinstance(node, s.Branch | s.Choice)
            else [node]
            if isinstance(node, s.Operation)
            and node.operator in ("and", "or", "not", "is", "is not", "==", "!=")
            else []
        )
        for each in s.walk(inner)
        if isinstance(each, s.Name)
    }
    if any(isinstance(node, s.Attempt) for node in function.walk()):
        return None
    for node in function.walk():
        if isinstance(node, s.Call) and CHECKS.search(" ".join(words(node.name))):
            for given in (*node.args, *(each.value for each in node.keywords)):
                root = s.root_of(given)
                is_part = isinstance(given, s.Attribute | s.Item | s.Call) and any(
                    map(_is_password, s.walk(given))
                )
                if (
                    is_part
                    and isinstance(root, s.Name)
                    and root.id not in tested
                    and _is_looked_up(root.id, function)
                ):
                    return function.at(node)
    return None


def _differ(one: Answer, other: Answer) -> bool:
    """Whether their texts have nothing in common, or their codes where the texts are the same."""
    if not one.said or not other.said:
        return False
    return not one.said & other.said or bool(one.codes and other.codes and not one.codes & other.codes)


def _statements(body: list[s.Statement]) -> Iterator[tuple[s.Statement, list[s.Statement]]]:
    """Every statement of a body, with what comes after it at its own level."""
    for at, each in enumerate(body):
        yield each, body[at + 1 :]
        for inner in blocks(each):
            yield from _statements(inner)


def _leaves(body: list[s.Statement]) -> bool:
    return bool(body) and isinstance(body[-1], s.Return | s.Raise)


def _mixes(test: s.Expression) -> bool:
    """`if not user or not check(…)`: both cases have one answer."""
    return any(isinstance(each, s.Operation) and each.operator == "or" for each in s.walk(test))


def _is_unknown(test: s.Expression, function: Function) -> bool:
    match test:
        case s.Operation(operator="not", operands=[inner]):
            return _is_known(inner, function)
        case s.Operation(operator="is" | "==", operands=[inner, s.Literal(value=None)]):
            return _is_known(inner, function)
        case s.Operation(operator="==" | "<", operands=[inner, other]) if _is_nobody(other):
            return _is_part_of_somebody(inner, function)
        case s.Operation(operator="not in", operands=[_, other]):
            return "users" in words(s.last_name(other)) or "accounts" in words(s.last_name(other))
    return False


def _is_known(test: s.Expression, function: Function) -> bool:
    match test:
        case s.Name(id=name):
            said = set(words(name))
            named = bool(said & SOMEBODY) and not said & {"input", "form", "in", "login"}
            return named or _is_looked_up(name, function)
        case s.Operation(operator="is not" | "!=", operands=[inner, s.Literal(value=None)]):
            return _is_known(inner, function)
        case s.Operation(operator=">" | "!=", operands=[inner, other]) if _is_nobody(other):
            return _is_part_of_somebody(inner, function)
        case s.Call(callee=s.Attribute(name="exists"), args=[]):
            return True
    return False


def _is_nobody(node: s.Expression) -> bool:
    """`0`, `-1`, `""`: what stands for nobody."""
    if isinstance(node, s.Operation) and node.operator == "neg":
        return True
    value = s.constant(node)
    return value is not False and value in (0, "")


def _is_part_of_somebody(node: s.Expression, function: Function) -> bool:
    """`user.id`, `user[0]`, `len(users)`: compared with what nobody has."""
    match node:
        case s.Attribute(base=s.Name() as base, name=name):
            return words(name)[-1:] in (("id",), ("pk",)) and _is_known(base, function)
        case s.Call(refers="builtins.len", args=[s.Name() as base]):
            return _is_known(base, function)
    return False


def _is_looked_up(name: str, function: Function) -> bool:
    """Whether a local name holds what a query found."""
    for value in function.values_of(name):
        inner = value.value if isinstance(value, s.Awaited) else value
        if isinstance(inner, s.Call) and inner.name in LOOKUPS:
            return True
    return False


def _checks_password(test: s.Expression, function: Function, depth: int = 0) -> bool:
    """Whether a condition compares a password, or holds what came of comparing one."""
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
            and not _is_repeated(node)
        ):
            return True
        if isinstance(node, s.Name) and node.id in function.locals and depth == 0:
            values = function.values_of(node.id)
            if any(_checks_password(each, function, 1) for each in values if not isinstance(each, s.Name)):
                return True
    return False


def _is_repeated(test: s.Operation) -> bool:
    """Whether two passwords of one form are compared, that were meant to be the same."""
    roots = [s.root_of(each) for each in test.operands]
    names = {each.id for each in roots if isinstance(each, s.Name)}
    said = {word for each in s.walk(test) for word in words(s.last_name(each))}
    return (
        all(any(map(_is_password, s.walk(each))) for each in test.operands)
        and len(names) == 1
        and len(roots) == len([each for each in roots if isinstance(each, s.Name)])
        and not all(isinstance(each, s.Name) for each in test.operands)
    ) or bool(said & {"confirm", "repeat", "repeated", "again", "retype", "confirmation", "password2", "pw2"})


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
    if isinstance(test, s.Operation) and test.operator in ("is", "=="):
        return any(isinstance(each, s.Literal) and each.value in (None, False) for each in test.operands)
    return isinstance(test, s.Operation) and test.operator in ("not", "!=")


def _answers(body: list[s.Statement]) -> list[Answer]:
    """What a branch answers at its own level: what it returns, raises, or shows."""
    found: list[Answer] = []
    for each in body:
        match each:
            case s.Return(value=value) | s.Raise(value=value) if value is not None:
                found.append(_answer(each, value))
            case s.Do(value=s.Call() as call) if call.name in ANSWERS or call.name == "abort":
                found.append(_answer(each, call))
            case s.Assign(targets=[s.Name(id=name)], value=value) if value is not None and set(
                words(name)
            ) & {"error", "msg", "message", "errors"}:
                found.append(_answer(each, value))
    if len(found) > 1:  # `flash("…")` and a redirect to the same page
        texts = [each for each in found if not isinstance(each.node, s.Return) and each.said]
        return texts[:1] or found[:1]
    return [each for each in found if each.said]


def _answer(node: s.Node, value: s.Expression) -> Answer:
    sentences, codes = _said(value)
    return Answer(node, sentences or codes, codes)


def _said(value: s.Expression) -> tuple[set[str], set[str]]:
    """The sentences in an answer, or names of constants that hold them; and its codes."""
    sentences: set[str] = set()
    codes: set[str] = set()
    for node in s.walk(value):
        match node:
            case s.Literal(value=str(text)) if re.search(r"\w{2}.*\s\S", text) and not text.endswith(".html"):
                sentences.add(" ".join(text.lower().split()))
            case s.Literal(value=int(number)) if 399 < number < 500:
                codes.add(str(number))
            case s.Attribute(name=name) if name.startswith("HTTP_4"):
                codes.add(name[5:8])
            case s.Attribute(base=base, name=name) if s.last_name(base) == "HTTPStatus":
                codes.add(name)
            case s.Attribute(name=name) if name.isupper() and not name.startswith("HTTP_"):
                sentences.add(name)
            case s.Name(id=name) if name.isupper():
                sentences.add(name)
    return sentences, codes


def _last(function: Function) -> list[Answer]:
    """What a reset answers when all went well."""
    last = function.body[-1] if function.body else None
    if isinstance(last, s.Return) and last.value is not None:
        return [Answer(last, _said(last.value)[0])]
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
