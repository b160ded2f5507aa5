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

ABOUT = About("A secret stands in the code", Severity.HIGH, cwe=(798,), owasp=("A07:2021", "API8:2023"))

KNOWN = re.compile(
    r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|sk_live_\w{16,}|rk_live_\w{16,}|"
    r"xox[abpr]-[\w-]{10,}|AIza[\w-]{35}|SG\.[\w-]{16,}\.[\w-]{16,}|glpat-[\w-]{20}|sk-(?:proj-)?[A-Za-z0-9]{20,})|"
    r"-----BEGIN (?:RSA |EC |OPENSSH |DSA )?PRIVATE KEY-----|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"
)
ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.]*://(?P<user>[^:/@\s{}$<>%]*):(?P<password>[^:/@\s{}$<>%]+)@(?P<host>[^/\s:]*)"
)
PLACEHOLDER = re.compile(
    r"^(?:<.*>|\$.*|\{\{.*|x{3,}|\*+|\.{3,}|n/?a|none|null|string|str|todo|your[-_ ].*|.*_here|"
    r"enter .*|example|yes|no|true|false|on|off|wrong.*|invalid.*|not[-_ ].*|placeholder|dummy.*|"
    r"https?://.*|[\w.]+@[\w.]+)$", re.I)  # fmt: skip
VARIABLE = re.compile(r"^(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z]+(?:PASSWORD|PASSWD|SECRET|TOKEN))$")
"""The name of a variable of the environment, which is no secret."""
RESERVED = re.compile(r"(?:^|\.)(?:example\.(?:com|org|net)|example|test|invalid)$|^your", re.I)
"""Hosts that never exist: they stand for another."""
PRETENDED = frozenset(["fake", "dummy", "mock", "placeholder", "sample", "example"])
TOLD = frozenset(["errors", "error", "messages", "labels", "help", "hints", "descriptions", "placeholders"])
"""Mappings from names to what is said about them."""
ADDRESSES = ("url", "uri", "reverse", "href", "redirect")
"""Calls that make addresses: what is given to them stands in a link, and names a row."""
FORM = frozenset(["user", "username", "password", "pass", "passwd", "pwd", "host", "hostname", "server", "example.com",
                  "database-host", "db_host", ""])  # fmt: skip
ENVIRONMENT = ("getenv", "get", "config", "env", "str", "environ", "get_env", "secret", "pop", "setdefault")
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
                if isinstance(target, s.Item) and TOLD & set(words(s.last_name(target.base))):
                    continue
                if secret_kind(name) and replaced_in_production(app, module, name, owner):
                    continue
                yield from _pair(
                    app, module, node, name, value, is_own=isinstance(target, s.Name), owner=owner
                )
        case s.Keyword(name=name, value=value) if not _is_purpose(name):
            yield from _pair(app, module, node, name, value)
        case s.Pairs(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                name = s.text_of(key) or ""
                if not _is_told(name, s.text_of(value) or ""):
                    yield from _pair(app, module, value, name, value)
        case s.Operation(operator="==" | "!=", operands=[left, right]):
            for one, other in ((left, right), (right, left)):
                text = s.text_of(other)
                if (
                    text
                    and len(text) > 3
                    and not re.search(r"[\s<>]", text)
                    and secret_kind(s.last_name(one)) in ("password", "key")
                    and _is_real(text)
                ):
                    yield _seen(module, node, s.last_name(one), text, "is compared with a text in the code")
        case s.Call():
            yield from _call(app, module, node, function)
        case s.Literal(value=str(text)) if len(text) > 11:
            found = KNOWN.search(text)
            address = ADDRESS.search(text)
            if found:
                yield _seen(module, node, "a key", found[0], "stands in the code")
            elif address and not _is_harmless(address):
                shown = address["password"]
                yield _seen(
                    module,
                    node,
                    f"the password of {address['host'] or 'a server'}",
                    shown,
                    "stands in an address",
                )


def _named(target: s.Expression) -> str:
    return s.text_of(target.key) or "" if isinstance(target, s.Item) else s.last_name(target)


def _is_harmless(address: re.Match[str]) -> bool:
    """An address that only shows its form; the password of every tutorial still opens the database it is used for."""
    parts = {address["user"].lower(), address["password"].lower(), address["host"].lower().rstrip("[")}
    is_form = address["password"].isupper() and address["user"].isupper()
    is_nowhere = is_form or RESERVED.search(address["host"]) is not None
    return is_nowhere or bool(PLACEHOLDER.match(address["password"])) or parts <= FORM


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
    for text, how in _texts(value):
        if not kind and not (how and secret_kind(how)):
            continue
        if how and not secret_kind(how) and kind != "password" and kind != "key":
            continue
        sure = kind or secret_kind(how)
        if _is_secret(text, name, sure, is_constant=(is_own and name.isupper()) or _is_choice(app, owner)):
            said = "falls back to a text in the code" if how else "has its value in the code"
            confidence = Confidence.MEDIUM if how else Confidence.HIGH
            yield _seen(module, node, name or how, text, said, confidence)


def _is_choice(app: Application, owner: Class | None) -> bool:
    return owner is not None and app.project.inherits(owner, "enum.Enum", "enum.StrEnum", "*.TextChoices")


def _texts(value: s.Expression) -> Iterator[tuple[str, str]]:
    """The texts that a value is or may be, each with the name of the variable that it stands in for."""
    match value:
        case s.Literal(value=str(text)):
            yield text, ""
        case s.Literal(value=bytes(data)):
            yield data.decode("latin-1"), ""
        case s.Operation(operator="or", operands=[first, *rest]):
            for each in rest:
                if (fallback := s.text_of(each)) is not None:
                    yield fallback, _variable(first)
        case s.Call(args=args) if value.name in ENVIRONMENT and args and isinstance(args[0], s.Literal):
            default, asked = s.text_of(value.argument(1, "default")), s.text_of(args[0]) or ""
            if default is not None and _is_fallback(value, asked):
                yield default, asked
        case s.Call(callee=s.Attribute(base=base)) if value.name == "encode":
            yield from _texts(base)
        case s.Call() if value.name in ("Field", "SecretStr", "SecretBytes", "b64decode"):
            inner = value.argument(0, "default")
            if inner is not None:
                yield from _texts(inner)


def _is_fallback(call: s.Call, asked: str) -> bool:
    """Whether the second argument is what is taken if nothing is set; of a `ConfigParser` it names an option."""
    is_environment = "environ" in s.written(call.callee) or call.name in ("getenv", "get_env")
    return (
        is_environment or call.keyword("default") is not None or asked.isupper() or bool(secret_kind(asked))
    )


def _is_purpose(name: str) -> bool:
    """A salt that is given to a function of signing or deriving keys says what for, and is no secret."""
    return words(name)[-1:] == ("salt",) and "password" not in words(name)


def _variable(node: s.Expression) -> str:
    if isinstance(node, s.Call) and node.args:
        return s.text_of(node.args[0]) or ""
    return s.text_of(node.key) or "" if isinstance(node, s.Item) else s.last_name(node)


def _call(app: Application, module: Module, call: s.Call, function: Function | None) -> Iterator[Seen]:
    position = SIGNING.get(call.refers)
    if position is not None:
        given = call.argument(position, "key")
        for text, _ in _texts(given) if given is not None else ():
            if _is_real(text) and len(text) > 2:
                yield _seen(
                    module, call, "the key", text, f"of `{s.written(call.callee)}` stands in the code"
                )
    if call.name in HASHING and call.args:
        for text, _ in _texts(call.args[0]):
            if _is_real(text) and len(text) > 2:
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
            yield param.name, value


def _is_told(name: str, text: str) -> bool:
    """Whether an entry of a mapping tells about a secret: its label, its name elsewhere, a message."""
    is_name = re.fullmatch(r"[A-Za-z_][\w-]*", name) is not None
    is_path = re.fullmatch(r"[A-Za-z_]\w*(?:\.\w+)+", text) is not None
    is_title = text == name.title()
    return (
        not is_name
        or is_path
        or is_title
        or text.count(" ") > 1
        or any(secret_kind(each) for each in text.split()[1:])
    )


def _is_secret(text: str, name: str, kind: str, *, is_constant: bool) -> bool:
    if (
        not _is_real(text)
        or "{}" in text
        or "%s" in text
        or VARIABLE.match(text)
        or text.startswith(("(", "[", "^", f"{name} "))
        or (_is_purpose(name) and not name.isupper())
        or PRETENDED & set(words(name))
    ):
        return False
    if is_constant and words(name)[-1:] == ("key",) and "token" in words(name) and text.isalpha():
        return False  # CSRF_TOKEN_KEY = "csrftoken": under which name it is stored
    same = "".join(words(text)) == "".join(words(name))
    if is_constant and (same or (set(words(text)) <= set(words(name)) and kind != "key")):
        return False  # PASSWORD = "password": the name of a field
    if kind == "token":
        return len(text) >= 16 and " " not in text and _is_mixed(text)
    if kind == "password":
        return (
            3 <= len(text) <= 80
            and text.count(" ") < 2
            and not text.endswith((".", ":", "!", "?"))
            and not (same and is_constant)
        )
    return (
        3 <= len(text) <= 4000 and text.count(" ") < 8 and not text.startswith("/") and not text.endswith(":")
    )


def _is_mixed(text: str) -> bool:
    """Whether it looks made by chance: letters and digits, not words with dots or underscores."""
    digits = sum(each.isdigit() for each in text)
    return (
        digits >= 2
        and any(each.isalpha() for each in text)
        and not re.fullmatch(r"[a-z]+([._:/-][a-z]+)+\d?", text)
    )


def _is_real(text: str) -> bool:
    return bool(text.strip()) and not PLACEHOLDER.match(text.strip())


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
