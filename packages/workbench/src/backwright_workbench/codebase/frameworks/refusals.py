"""Refusing a caller: 401, 403, the login page, errors that say it.

What lives here: what an answer, an error or the end of a branch means. What must not: who is refused (`callers.py`).
"""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.words import phrase

REFUSING = re.compile(
    r"\b(?:401|403|unauthori[sz]ed|forbidden|permission denied|not authenticated|not authori[sz]ed|access denied"
    r"|auth\w* (?:error|exception|failed|required)|authentication failed|invalid token|credentials? (?:error|exception)"
    r"|invalid credentials?|no authorization|token (?:error|expired)"
    r"|(?:permission|login|role) (?:error|required|exception)"
    r"|not permitted|unauthenticated|insufficient \w+|no permission|wrong \w+ scope|http 401\w*|http 403\w*)\b"
)
OTHER_MEANING = re.compile(
    r"\b(?:4(?:00|04|05|09|10|13|15|22|29)|5\d\d|not found|bad request|conflict|value|not exist|no result|no row"
    r"|integrity|already exists?)\b"
)
SAID = re.compile(
    r"\bnot (?:logged in|authenticated|authori[sz]ed)\b|\blog ?in (?:is )?required|\bmust (?:be logged|log) in\b"
    r"|\bauthentication (?:is )?required|\bunauthori[sz]ed\b|\bpermission denied\b|\baccess denied\b",
    re.I,
)
"""What a sentence says to those who are refused."""
LOGIN_PAGE = re.compile(r"\b(?:log ?in|sign ?in|auth|unauthori[sz]ed|forbidden|denied|authenticate)\b")


def names_in(targets: list[s.Expression]) -> Iterator[str]:
    for target in targets:
        for each in s.walk(target):
            if isinstance(each, s.Name):
                yield each.id


def stops(body: list[s.Statement]) -> bool:
    """Whether a branch leaves the function, or aborts."""
    last = body[-1] if body else None
    return isinstance(last, s.Return | s.Raise) or (
        isinstance(last, s.Do) and any(aborts(c) for c in s.calls_in(last))
    )


def aborts(call: s.Call) -> bool:
    if call.name == "abort" and call.args:
        return any(REFUSING.search(each) for each in spoken(call.args[0], None))
    return call.name in ("unauthorized", "HttpResponseForbidden", "redirect_to_login", "handle_no_permission")


def refuses_in_answer(value: s.Expression) -> bool:
    """`… , 401`, `JSONResponse(…, status_code=403)`, `redirect(url_for("login"))`."""
    if isinstance(value, s.Group) and value.items:
        if any(s.constant(each) in (401, 403) for each in value.items[1:]):
            return True
        return any(REFUSING.search(phrase(s.last_name(each))) for each in value.items[1:])
    if not isinstance(value, s.Call):
        return False
    if REFUSING.search(phrase(value.name)):
        return True
    given = [value.keyword(name) for name in ("status", "status_code", "code", "http_status")] + value.args[
        1:
    ]
    if any(
        s.constant(each) in (401, 403) or REFUSING.search(phrase(s.last_name(each))) for each in given if each
    ):
        return True
    if "redirect" in value.name.lower() and (value.args or value.keywords):
        texts = " ".join(spoken(value.argument(0, "url") or value.keywords[0].value, None))
        return bool(LOGIN_PAGE.search(texts))
    return False


def spoken(value: s.Expression, function: Function | None) -> Iterator[str]:
    """The names and codes in what is raised or answered; a local name is looked up."""
    for node in s.walk(value):
        match node:
            case s.Name(id=name):
                yield phrase(name)
                if function is not None and name in function.locals:
                    for each in function.walk():
                        if (
                            isinstance(each, s.Assign)
                            and name in names_in(each.targets)
                            and each.value is not None
                        ):
                            yield from spoken(each.value, None)
            case s.Attribute(name=name):
                yield phrase(name)
            case s.Literal(value=int() as number):
                yield str(number)
            case s.Literal(value=str() as text) if len(text) < 60 and " " not in text:
                yield phrase(text)
            case s.Literal(value=str() as text) if SAID.search(text):
                yield "unauthorized"
