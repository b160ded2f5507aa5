"""Secrets that are made with numbers that can be foretold."""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Standing
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.words import secret_kind, words
from backwright_workbench.review.finding import Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About("A secret can be foretold", Severity.HIGH, cwe=(330, 338), owasp=("A02:2021", "API2:2023"))

SOURCES = re.compile(
    r"^(?:random\.(?:random|randint|randrange|choice|choices|sample|getrandbits|shuffle|uniform|randbytes|Random)|"
    r"numpy\.random\.\w+|uuid\.uuid1)$"
)
PURPOSES = frozenset(
    ["token", "otp", "pin", "password", "passwd", "secret", "nonce", "csrf", "salt", "verification", "activation",
     "confirmation", "reset", "session", "invite", "invitation", "voucher", "coupon", "recovery", "captcha", "apikey"]
)  # fmt: skip
FIX = "use `secrets`: `secrets.token_urlsafe(32)`, `secrets.choice(…)`, `secrets.randbelow(10**6)` for six digits"


def find(app: Application) -> Iterator[Seen]:
    """`random` where what is made is a token, a code, a key or a password."""
    for standing in app.nodes(s.Call):
        if SOURCES.match(standing.node.refers):
            purpose = _purpose(standing)
            if purpose:
                yield Seen(
                    standing.place,
                    f"{purpose} is made with `{standing.node.refers}`, of which a few values tell all later ones",
                    fix=FIX,
                )


def _purpose(standing: Standing[s.Call]) -> str:
    """What is made, as the names around it say: the variable, the keyword, or else the function."""
    function = standing.function
    for node in function.body if function is not None else standing.module.body:
        for each in s.walk(node):
            names: list[str] = []
            if isinstance(each, s.Assign) and each.value is not None and _holds(each.value, standing.node):
                names = [_name(target) for target in each.targets]
            elif isinstance(each, s.Keyword) and _holds(each.value, standing.node):
                names = [each.name]
            for name in names:
                if _is_secret(name):
                    return f"`{name}`"
    if function is not None and _is_maker(function):
        return f"what `{function.name}` makes"
    return ""


def _name(target: s.Expression) -> str:
    return (s.text_of(target.key) or "") if isinstance(target, s.Item) else s.last_name(target)


def _holds(value: s.Node, call: s.Call) -> bool:
    return value.line <= call.line <= value.end and any(each is call for each in s.walk(value))


def _is_secret(name: str) -> bool:
    return secret_kind(name) != "" or bool(PURPOSES & set(words(name)))


def _is_maker(function: Function) -> bool:
    """`generate_otp`, `create_reset_code`: a function that makes a secret for somebody."""
    parts = words(function.name)
    made = bool(PURPOSES & set(parts[1:])) or (
        "code" in parts and bool({"verify", "auth", "sms", "email", "login"} & set(parts))
    )
    return made and parts[0] in ("generate", "create", "make", "new", "get", "gen", "random", "build", "send")
