"""What one file of Python does that lets an attacker in, as far as its text shows.

What lives here: rules that general linters do not have, or have with too many false alarms. What must not: reading
files, or calling linters (`static.py`).
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.verify.checks.security.static_statements import built_statements, last

OPEN = ("verify", "ssl", "verify_ssl", "check_hostname", "verify_signature", "tls_verify")
NAMES = re.compile(
    r"(?:^|_)(?:password|passwd|secret|secret_key|api_key|private_key|jwt_key|signing_key)$", re.I
)
WEAK = re.compile(
    r"(?:change[-_ ]?me|secret|password|admin|test|dev|default|insecure|123456|qwerty|letmein)", re.I
)


@dataclass(frozen=True, slots=True)
class Weakness:
    """One dangerous thing in a file: where, what, why, and what to write instead."""

    line: int
    what: str
    why: str
    next_step: str
    cwe: str


def weaknesses(source: str) -> Iterator[Weakness]:
    """Everything dangerous in one file. Raises `SyntaxError`."""
    tree = ast.parse(source)
    seen: set[tuple[int, str]] = set()
    for found in (*_statements(tree), *_calls(tree), *_values(tree)):
        if (found.line, found.cwe) not in seen:
            seen.add((found.line, found.cwe))
            yield found


def _statements(tree: ast.Module) -> Iterator[Weakness]:
    for line in built_statements(tree):
        yield Weakness(
            line,
            "a statement is put together from values",
            "whoever controls a value controls the statement (SQL injection)",
            'give values as parameters: text("… where id = :id"), {"id": id}',
            "CWE-89",
        )


def _calls(tree: ast.Module) -> Iterator[Weakness]:
    """Code that is run from a text, shells, and what parses more than data."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Return)
            and node.value
            and re.search(r"\bformat_exc(?:eption)?\(", ast.unparse(node.value))
        ):
            yield Weakness(
                node.lineno,
                "a stack is sent to the caller",
                "it shows files, versions and values to whoever asks",
                "let the error pass: it is logged with its stack, and answered without",
                "CWE-209",
            )
        if isinstance(node, ast.Name) and node.id in ("eval", "exec") and isinstance(node.ctx, ast.Load):
            yield _code(node)
        if not isinstance(node, ast.Call):
            continue
        name, whole = last(node.func), ast.unparse(node.func)
        if name == "getattr" and len(node.args) > 1 and _constant(node.args[1]) in ("eval", "exec", "system"):
            yield _code(node)
        if (
            whole == "__import__"
            and node.args
            and _constant(node.args[0]) in ("os", "subprocess", "builtins")
        ):
            yield _code(node)
        if whole in ("os.system", "os.popen", "asyncio.create_subprocess_shell", "create_subprocess_shell"):
            yield _shell(node)
        if name == "load" and whole == "yaml.load" and "Safe" not in ast.unparse(node):
            yield Weakness(
                node.lineno,
                "YAML is loaded in a way that makes objects of any class",
                "a document can then run code",
                "yaml.safe_load",
                "CWE-502",
            )
        if whole in (
            "pickle.loads",
            "pickle.load",
            "marshal.loads",
            "dill.loads",
            "jsonpickle.decode",
            "shelve.open",
        ):
            yield Weakness(
                node.lineno,
                f"{whole} reads what others may have written",
                "what it reads can run code",
                "JSON, and a model that it is validated with",
                "CWE-502",
            )
        for keyword in node.keywords:
            if keyword.arg == "shell" and _constant(keyword.value) is True:
                yield _shell(node)


def _code(node: ast.expr) -> Weakness:
    return Weakness(
        node.lineno,
        "a text is run as code",
        "whoever controls the text controls the service",
        "ast.literal_eval or JSON for data; a mapping from names to functions for choices",
        "CWE-95",
    )


def _shell(node: ast.expr) -> Weakness:
    return Weakness(
        node.lineno,
        "a command is run by a shell",
        "a value with ; or $( in it is a command of its own",
        "give a list of arguments, without shell=True",
        "CWE-78",
    )


def _values(tree: ast.Module) -> Iterator[Weakness]:
    """Switches that turn a protection off, and passwords that stand in the code."""
    for node in ast.walk(tree):
        for name, value in _named(node):
            where = getattr(value, "lineno", 0)
            if name in OPEN and _constant(value) is False:
                yield Weakness(
                    where,
                    f"{name} is off",
                    "whoever is between can read and change what passes",
                    "leave it on, and give the certificate of your own authority if you have one",
                    "CWE-295",
                )
            elif name.lower() == "debug" and _constant(value) is True:
                yield Weakness(
                    where,
                    "debugging is on in the code",
                    "errors show their stacks, and some frameworks a console",
                    "take it from the environment, off by default",
                    "CWE-489",
                )
            elif NAMES.search(name) and _is_password(_text_of(value), name):
                yield Weakness(
                    where,
                    f"{name} has a value in the code",
                    "everybody who can read the code knows it, and every installation has the same",
                    "no default: refuse to start without it",
                    "CWE-798",
                )


def _named(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Each name with the value that it is given here: assignments, defaults, keywords, and keys of a mapping."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield last(target), node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield last(node.target), node.value
    elif isinstance(node, ast.Call):
        yield from ((each.arg, each.value) for each in node.keywords if each.arg)
    elif isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        yield from ((str(_constant(key)), value) for key, value in pairs if key is not None)
    elif isinstance(node, ast.arguments):
        named = [*node.posonlyargs, *node.args][len(node.posonlyargs) + len(node.args) - len(node.defaults) :]
        yield from ((each.arg, value) for each, value in zip(named, node.defaults, strict=True))


def _is_password(value: str, name: str) -> bool:
    """Whether a text is a password, and neither empty nor the name of something."""
    if (
        len(value) < 4
        or re.search(r"[\s\\\[(]", value)
        or value.lower() == name.lower()
        or value.startswith(("/", "http", "$", "{"))
    ):
        return False
    if re.fullmatch(r"[A-Za-z]+", value):
        return bool(WEAK.fullmatch(value)) and "dev" not in value.lower()
    return bool(re.search(r"[0-9]", value)) or bool(
        WEAK.search(value) and not re.fullmatch(r"[a-z_]+", value)
    )


def _text_of(node: ast.expr) -> str:
    """The text that a value is, or that is put into the call which makes it: `SecretStr("…")`, `Field("…")`."""
    if (
        isinstance(node, ast.Call)
        and node.args
        and last(node.func) in ("SecretStr", "Field", "getenv", "get")
    ):
        if last(node.func) in ("getenv", "get"):  # the first is a name, the second is used without it
            return _text_of(node.args[1]) if len(node.args) > 1 else ""
        return _text_of(node.args[0])
    value = _constant(node)
    return value if isinstance(value, str) else ""


def _constant(node: ast.AST | None) -> object:
    return node.value if isinstance(node, ast.Constant) else None
