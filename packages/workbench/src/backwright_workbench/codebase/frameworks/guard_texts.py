"""What a guard says of itself: its name, the texts it is given, what is switched off.

What lives here: small questions about one guard. What must not: joining them with what a body does (`purposes.py`).
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function, Parameter
from backwright_workbench.codebase.facts.web import Purpose
from backwright_workbench.codebase.facts.words import phrase
from backwright_workbench.codebase.frameworks.callers import COOKIES, PROOFS
from backwright_workbench.codebase.frameworks.depends import metadata
from backwright_workbench.codebase.frameworks.wording import TOLD, named_purposes

Guarding = Function | Class | s.Expression | str


def said_by(what: s.Expression) -> set[Purpose]:
    """What the words of a call say together with the texts it is given: `require("admin")`."""
    if not isinstance(what, s.Call):
        return set(named_purposes(s.last_name(what)))
    texts = [each.value for each in what.args if isinstance(each, s.Literal) and isinstance(each.value, str)]
    return set(named_purposes(what.name)) | set(named_purposes("_".join([what.name, *texts[:2]])) & TOLD)


def switched_off(call: s.Call) -> bool:
    """`auto_error=False`, `required=False`, `optional=True`: unknown callers pass."""
    return any(
        (
            each.name in ("auto_error", "required", "raise_exception", "strict")
            and s.constant(each.value) is False
        )
        or (each.name in ("optional", "allow_anonymous", "is_optional") and s.constant(each.value) is True)
        for each in call.keywords
    )


def is_proof(app: Application, param: Parameter) -> bool:
    """Whether a parameter is a token or key of a header or cookie: `x_api_key: str = Header(…)`."""
    _, more = metadata(app.project, param.annotation)
    names = {each.name for each in (*more, param.default) if isinstance(each, s.Call)}
    spoken = phrase(param.name)
    return bool(
        ("Header" in names and PROOFS.search(spoken)) or ("Cookie" in names and COOKIES.search(spoken))
    )


def gives_nothing(function: Function) -> bool:
    """Whether a function may end without a value: a guard that does so and never raises lets everybody pass."""
    told = function.returns
    if told is not None and (
        s.last_name(told) == "Optional" or any(s.constant(each) is None for each in s.walk(told))
    ):
        return True
    values = [node.value for node in function.walk() if isinstance(node, s.Return | s.Yielded)]
    return not values or any(each is None or s.constant(each) is None for each in values)


def with_wrapped(function: Function) -> list[Function]:
    """A function with those that are defined in it: the wrapper of a decorator."""
    found = [function]
    for each in found:
        found.extend(each.functions)
    return found


def guard_name(what: Guarding) -> str:
    """What it is called."""
    if isinstance(what, str):
        return what
    return what.name if isinstance(what, Function | Class) else s.last_name(what)
