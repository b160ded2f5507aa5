"""Passwords, keys and tokens that stand in the code."""

import re
from collections.abc import Iterator, Sequence

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Function, Module, Role
from backwright_workbench.codebase.facts.words import hidden, secret_kind, words
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.profiles import replaced_in_production
from backwright_workbench.review.rule import About
from backwright_workbench.review.secret_texts import (
    ADDRESS,
    KNOWN,
    is_harmless,
    is_purpose,
    is_real,
    is_secret,
    is_told,
    texts_of,
)

ABOUT = About("A secret stands in the code", Severity.HIGH, cwe=(798,), owasp=("A07:2021", "API8:2023"))

TOLD = frozenset(["errors", "error", "messages", "labels", "help", "hints", "descriptions", "placeholders"])
"""Mappings from names to what is said about them."""
ADDRESSES = ("url", "uri", "reverse", "href", "redirect")
"""Calls that make addresses: what is given to them stands in a link, and names a row."""
SIGNING = {"jwt.encode": 1, "jwt.decode": 1, "jose.jwt.encode": 1, "jose.jwt.decode": 1, "hmac.new": 0,
           "cryptography.fernet.Fernet": 0, "itsdangerous.URLSafeTimedSerializer": 0, "itsdangerous.Signer": 0,
           "itsdangerous.URLSafeSerializer": 0, "itsdangerous.TimestampSigner": 0}  # fmt: skip
HASHING = (
    "set_password",
    "generate_password_hash",
    "hash_password",
    "get_password_hash",
    "make_password",
    "hashpw",
)
DOCUMENTATION = frozenset(
    ["example", "examples", "openapi_examples", "schema_extra", "json_schema_extra", "description", "help", "help_text",
     "title", "label", "placeholder", "responses", "summary", "swagger", "render_kw", "error_messages", "messages"]
)  # fmt: skip
FIX = (
    "read it from the environment or a secret store without a default, and change the one that was published"
)


def find(app: Application) -> Iterator[Seen]:
    """Names that say secret with a text beside them, keys given to functions, and texts that look like keys."""
    for module in app.modules(Role.CODE, Role.SEED, Role.SCRIPT):
        if _is_for_tests(module.path):
            continue
        for node, function, owner in _nodes(module):
            yield from _look(app, module, node, function, owner)


def _is_for_tests(path: str) -> bool:
    name = path.rpartition("/")[2].removesuffix(".py")
    return any(word in ("test", "testing", "tests", "ci") for word in words(name))


def _nodes(module: Module) -> Iterator[tuple[s.Node, Function | None, Class | None]]:
    for node in _pruned(module.body):
        yield node, None, None
    for each in module.all_classes:
        if not {"test", "testing"} & set(words(each.name)):
            for node in _pruned([*each.body, *each.keywords.values()]):
                yield node, None, each
    for function in module.everything:
        for param in function.params:
            if param.default is not None:
                line = (param.line, param.line, function.column)
                yield s.Assign(*line, [s.Name(*line, param.name, "")], param.default, None, ""), None, None
        for node in _pruned([*function.decorators, *function.body]):
            yield node, function, None


def _pruned(nodes: Sequence[s.Node]) -> Iterator[s.Node]:
    """Every node but those of documentation: examples are not secrets."""
    waiting: list[s.Node] = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        match node:
            case s.Keyword(name=name) if name in DOCUMENTATION:
                continue
            case s.Assign(targets=[target]) if s.last_name(target) in DOCUMENTATION:
                continue
            case s.Do(value=s.Literal()):
                continue  # a docstring
            case s.Pairs(keys=keys) if any(
                s.text_of(key) in ("example", "$ref", "properties", "description") for key in keys
            ):
                continue
            case s.Call() if any(part in node.name.lower() for part in ADDRESSES):
                waiting.extend(
                    each
                    for each in s.children(node)
                    if not isinstance(each.value if isinstance(each, s.Keyword) else each, s.Pairs)
                )
                continue
        yield node
        waiting.extend(reversed(list(s.children(node))))


def _look(
    app: Application, module: Module, node: s.Node, function: Function | None, owner: Class | None
) -> Iterator[Seen]:
    match node:
        case s.Assign(targets=targets, value=value) if value is not None:
            for target in targets:
                name = _named(target)
                if isinstance(value, s.Pairs) and function is None and owner is None:
                    yield from _table(app, module, node, name, value)
                if isinstance(target, s.Item) and TOLD & set(words(s.last_name(target.base))):
                    continue
                if secret_kind(name) and replaced_in_production(app, module, name, owner):
                    continue
                yield from _pair(
                    app, module, node, name, value, is_own=isinstance(target, s.Name), owner=owner
                )
        case s.Keyword(name=name, value=value) if not is_purpose(name):
            yield from _pair(app, module, node, name, value)
        case s.Pairs():
            for name, value in node.entries():
                if not is_told(name, s.text_of(value) or ""):
                    yield from _pair(app, module, value, name, value)
        case s.Operation(operator="==" | "!=", operands=[left, right]):
            for one, other in ((left, right), (right, left)):
                text = s.text_of(other)
                if (
                    text
                    and len(text) > 3
                    and not re.search(r"[\s<>]", text)
                    and secret_kind(s.last_name(one)) in ("password", "key")
                    and is_real(text)
                ):
                    yield _seen(module, node, s.last_name(one), text, "is compared with a text in the code")
        case s.Call():
            yield from _call(app, module, node, function)
        case s.Literal(value=str(text)) if len(text) > 11:
            found = KNOWN.search(text)
            address = ADDRESS.search(text)
            if found:
                yield _seen(module, node, "a key", found[0], "stands in the code")
            elif address and not is_harmless(address):
                shown = address["password"]
                yield _seen(
                    module,
                    node,
                    f"the password of {address['host'] or 'a server'}",
                    shown,
                    "stands in an address",
                )


def _table(app: Application, module: Module, node: s.Node, name: str, table: s.Pairs) -> Iterator[Seen]:
    """`USERS = {"ann": "tulip44"}` if somebody's password is compared with it; `TOKENS = {"ann": "…-1234"}`."""
    parts = set(words(name))
    first = next((text for each in table.values if (text := s.text_of(each))), "")
    if not first or not is_real(first) or not all(s.text_of(each) is not None for each in table.values):
        return
    holds = parts & {"passwords", "credentials", "logins"} or (
        parts & {"users", "accounts"} and _is_compared(app, f"{module.name}.{name}")
    )
    if holds or (
        parts & {"tokens", "secrets", "keys"}
        and is_secret(first.ljust(16, "-"), name, "token", is_constant=False)
    ):
        yield _seen(module, node, name, first, "has its values in the code")


def _is_compared(app: Application, known: str) -> bool:
    """Whether what is looked up in a table is compared with a password."""
    for standing in app.nodes(s.Operation):
        if standing.node.operator in ("==", "!=") and len(standing.node.operands) == 2:
            looked_up = any(s.refers(s.root_of(each)).startswith(known) for each in standing.node.operands)
            if looked_up and any(
                secret_kind(s.last_name(each)) == "password" for each in standing.node.operands
            ):
                return True
    return False


def _named(target: s.Expression) -> str:
    return s.text_of(target.key) or "" if isinstance(target, s.Item) else s.last_name(target)


def _pair(
    app: Application,
    module: Module,
    node: s.Node,
    name: str,
    value: s.Expression,
    *,
    is_own: bool = False,
    owner: Class | None = None,
) -> Iterator[Seen]:
    kind = secret_kind(name)
    for text, how in texts_of(value):
        if not kind and not (how and secret_kind(how)):
            continue
        if how and not secret_kind(how) and kind != "password" and kind != "key":
            continue
        sure = kind or secret_kind(how)
        if is_secret(text, name, sure, is_constant=(is_own and name.isupper()) or _is_choice(app, owner)):
            said = "falls back to a text in the code" if how else "has its value in the code"
            confidence = Confidence.MEDIUM if how else Confidence.HIGH
            yield _seen(module, node, name or how, text, said, confidence)


def _is_choice(app: Application, owner: Class | None) -> bool:
    return owner is not None and app.project.inherits(owner, "enum.Enum", "enum.StrEnum", "*.TextChoices")


def _call(app: Application, module: Module, call: s.Call, function: Function | None) -> Iterator[Seen]:
    position = SIGNING.get(call.refers)
    if position is not None:
        given = call.argument(position, "key")
        for text, _ in texts_of(given) if given is not None else ():
            if is_real(text) and len(text) > 2:
                yield _seen(
                    module, call, "the key", text, f"of `{s.written(call.callee)}` stands in the code"
                )
    if call.name in HASHING and call.args:
        for text, _ in texts_of(call.args[0]):
            if is_real(text) and len(text) > 2:
                yield _seen(module, call, "the password", text, f"given to `{call.name}` stands in the code")
    for param, value in _given(app, call, function):
        if secret_kind(param) == "password":
            yield from _pair(app, module, call, param, value)


def _given(app: Application, call: s.Call, function: Function | None) -> Iterator[tuple[str, s.Expression]]:
    """What is given to a function of the project by position, with the names that it has there."""
    if not any(isinstance(each, s.Literal) for each in call.args):
        return
    found = app.types.callee(call, function)
    if isinstance(found, Class):
        found = app.project.method(found, "__init__")
    if found is not None:
        skipped = 1 if found.params and found.params[0].name in ("self", "cls") else 0
        for param, value in zip(found.params[skipped:], call.args, strict=False):
            if param.kind in ("*", "**", "keyword"):
                return
            yield param.name, value


def _seen(
    module: Module, node: s.Node, name: str, text: str, said: str, confidence: Confidence = Confidence.HIGH
) -> Seen:
    shown = f"`{name}`" if " " not in name else name
    return Seen(
        module.at(node),
        f"{shown} {said} (`{hidden(text)}`): whoever can read the code has it, and every installation has the same",
        confidence,
        fix=FIX,
        about=f"{name}:{hidden(text)}",
    )
