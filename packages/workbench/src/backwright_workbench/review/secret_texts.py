"""Texts in the code that are secrets, and texts that only look like one.

What lives here: judging a text by itself and by the name that it has. What must not: where such texts stand.
"""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.words import secret_kind, words

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
    r"enter .*|example|yes|no|true|false|on|off|wrong.*|invalid.*|not[-_ ].*|placeholder|dummy.*|empty|"
    r"https?://.*|[\w.]+@[\w.]+)$", re.I)  # fmt: skip
VARIABLE = re.compile(r"^(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z]*(?:PASSWORD|PASSWD|SECRET|TOKEN))$")
"""The name of a variable of the environment, which is no secret."""
RESERVED = re.compile(r"(?:^|\.)(?:example\.(?:com|org|net)|example|test|invalid)$|^your", re.I)
"""Hosts that never exist: they stand for another."""
PRETENDED = frozenset(["fake", "dummy", "mock", "placeholder", "sample", "example"])
FORM = frozenset(["user", "username", "password", "pass", "passwd", "pwd", "host", "hostname", "server", "example.com",
                  "database-host", "db_host", ""])  # fmt: skip
ENVIRONMENT = ("getenv", "get", "config", "env", "str", "environ", "get_env", "secret", "pop", "setdefault")


def is_harmless(address: re.Match[str]) -> bool:
    """An address that only shows its form; the password of every tutorial still opens the database it is used for."""
    parts = {address["user"].lower(), address["password"].lower(), address["host"].lower().rstrip("[")}
    if re.search(r"[|()\\*+?]", address["password"] + address["user"]) and not address["host"]:
        return True  # a regular expression
    is_form = address["password"].isupper() and address["user"].isupper()
    is_nowhere = is_form or RESERVED.search(address["host"]) is not None
    return is_nowhere or bool(PLACEHOLDER.match(address["password"])) or parts <= FORM


def texts_of(value: s.Expression) -> Iterator[tuple[str, str]]:
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
            yield from texts_of(base)
        case s.Call() if value.name in ("Field", "SecretStr", "SecretBytes", "b64decode"):
            inner = value.argument(0, "default")
            if inner is not None:
                yield from texts_of(inner)


def _is_fallback(call: s.Call, asked: str) -> bool:
    """Whether the second argument is what is taken if nothing is set; of a `ConfigParser` it names an option."""
    is_environment = "environ" in s.written(call.callee) or call.name in ("getenv", "get_env")
    return (
        is_environment or call.keyword("default") is not None or asked.isupper() or bool(secret_kind(asked))
    )


def is_purpose(name: str) -> bool:
    """A salt that is given to a function of signing or deriving keys says what for, and is no secret."""
    return words(name)[-1:] == ("salt",) and "password" not in words(name)


def _variable(node: s.Expression) -> str:
    if isinstance(node, s.Call) and node.args:
        return s.text_of(node.args[0]) or ""
    return s.text_of(node.key) or "" if isinstance(node, s.Item) else s.last_name(node)


def is_told(name: str, text: str) -> bool:
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


def is_secret(text: str, name: str, kind: str, *, is_constant: bool) -> bool:
    """Whether a text under a name that says `kind` is a secret, and not the name of a field or a message."""
    if (
        not is_real(text)
        or "{}" in text
        or "%s" in text
        or VARIABLE.match(text)
        or text.startswith(("(", "[", "^", f"{name} "))
        or (is_purpose(name) and not name.isupper())
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


def is_real(text: str) -> bool:
    """Whether it is a value, and neither empty nor a place for one."""
    return bool(text.strip()) and not PLACEHOLDER.match(text.strip())
