"""What a handler tells about the service itself: configuration, environment, keys, versions and addresses.

What lives here: which answers hold them. What must not: findings, accounts.
"""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.words import secret_kind, words
from backwright_workbench.review.access.people import is_secret

CONFIGS = re.compile(r"(^|\.)(app|current_app|application)\.config$|^flask\.current_app\.config$")
PUBLIC = frozenset(["public", "publishable", "site", "client", "maps", "recaptcha", "vapid", "csrf", "anon"])
WHOLE_SETTINGS = frozenset(["dict", "model_dump", "json", "model_dump_json"])
SYSTEM = frozenset(["server", "python", "framework", "database", "db", "os", "platform", "kernel", "internal", "sql",
                    "redis", "postgres", "mysql", "mongo", "system"])  # fmt: skip
TOLD = frozenset(["version", "info", "url", "uri", "host", "path", "ip", "ips", "user", "dsn", "config", "address",
                  "addresses", "hosts", "network", "port", "string"])  # fmt: skip
ADDRESS = re.compile(r"^(10\.|192\.168\.|127\.0\.0\.|172\.(1[6-9]|2\d|3[01])\.)[\d.]+|^\w+://\w+:[^@/]+@")
ENOUGH = 3
"""Signs of the inside of a service that one answer has to hold."""


def told(app: Application, function: Function) -> Iterator[tuple[s.Node, str]]:
    """What the answers of a handler tell, with where."""
    values = [each.value for each in function.walk() if isinstance(each, s.Return) and each.value is not None]
    names = {each.id for each in s.walk(*values) if isinstance(each, s.Name) and each.id in function.locals}
    for node in function.walk():
        if not isinstance(node, s.Assign) or node.value is None:
            continue
        is_kept = isinstance(node.value, s.Pairs | s.Each) or _is_copy(node.value)
        if is_kept and any(isinstance(each, s.Name) and each.id in names for each in node.targets):
            values.append(node.value)
    for value in values:
        found = _whole(app, function, value) or _secret(app, value) or _inside(value)
        if found is not None:
            yield found


def _is_copy(value: s.Expression) -> bool:
    return isinstance(value, s.Call) and value.name in ("dict", "copy", "vars", *WHOLE_SETTINGS)


def _whole(app: Application, function: Function, value: s.Expression) -> tuple[s.Node, str] | None:
    """The environment, or the configuration, as it is."""
    partly = set()
    for node in s.walk(value):
        if isinstance(node, s.Item | s.Attribute) and not (
            isinstance(node, s.Attribute) and node.name in ("items", "copy", *WHOLE_SETTINGS)
        ):
            partly.add(id(node.base))
        if isinstance(node, s.Operation):
            partly |= {id(each) for each in node.operands}
        if isinstance(node, s.Each) and any(clause.conditions for clause in node.clauses):
            partly |= {id(each) for each in s.walk(node)}
        if isinstance(node, s.Call) and node.name in ("len", "sorted", "keys", "list", "bool"):
            partly |= {id(each) for each in s.walk(*node.args)}
    kind = app.types.of(value, function) if isinstance(value, s.Name) else None
    if kind is not None and _is_settings_class(app, kind.name):
        return value, "all settings are in the answer"
    for node in s.walk(value):
        if id(node) in partly:
            continue
        if s.refers(node) == "os.environ":
            return node, "the whole environment is in the answer"
        if isinstance(node, s.Attribute) and CONFIGS.search(s.written(node)):
            return node, "the whole configuration is in the answer"
        if isinstance(node, s.Call) and _is_settings(app, function, node):
            return node, "all settings are in the answer"
    return None


def _is_settings(app: Application, function: Function, node: s.Call) -> bool:
    if isinstance(node.callee, s.Attribute) and node.name in WHOLE_SETTINGS and not node.keywords:
        subject: s.Expression | None = node.callee.base
    else:
        subject = node.args[0] if node.name in ("vars", "dict") and node.args else None
    kind = app.types.of(subject, function) if subject is not None else None
    return kind is not None and _is_settings_class(app, kind.name)


def _is_settings_class(app: Application, name: str) -> bool:
    owner = app.project.classes.get(name)
    return owner is not None and app.project.inherits(owner, "*.BaseSettings")


def _secret(app: Application, value: s.Expression) -> tuple[s.Node, str] | None:
    """A key or password of the service: written out, or read from where it is configured."""
    for node in s.walk(value):
        if not isinstance(node, s.Pairs):
            continue
        for key, inner in zip(node.keys, node.values, strict=False):
            name = s.text_of(key) or ""
            if key is None or not name or not _is_own_secret(name):
                continue
            text = s.text_of(inner)
            if (
                text is not None
                and len(text) > 3
                and not re.search(r"[\s*<>{}]", text)
                and not _is_word(text)
            ):
                return key, f"`{name}` of the service is in the answer"
            if _is_configured(app, inner):
                return key, f"`{name}` of the service is in the answer"
    return None


def _is_own_secret(name: str) -> bool:
    parts = set(words(name))
    if not is_secret(name) or parts & PUBLIC:
        return False
    kind = secret_kind(name)
    return kind == "password" or (
        kind == "key" and bool(parts & {"secret", "private", "signing", "encryption", "api"})
    )


def _is_word(text: str) -> bool:
    """Whether it is a word of a message, such as `required`, or a mask."""
    return text.isalpha()


def _is_configured(app: Application, node: s.Expression) -> bool:
    """`os.environ["SECRET"]`, `app.config["SECRET_KEY"]`, `settings.secret_key`, a constant of a module."""
    match node:
        case s.Call() if s.refers(node) in ("os.getenv", "os.environ.get", "decouple.config"):
            return bool(node.args) and _is_own_secret(s.text_of(node.args[0]) or "")
        case s.Call(callee=s.Attribute(name="get", base=base)) if CONFIGS.search(s.written(base)):
            return bool(node.args) and _is_own_secret(s.text_of(node.args[0]) or "")
        case s.Item(base=base, key=key) if s.refers(base) == "os.environ" or CONFIGS.search(s.written(base)):
            return _is_own_secret(s.text_of(key) or "")
        case s.Attribute(name=name, base=s.Name(id=holder)) if holder.lower() in (
            "settings",
            "config",
            "conf",
        ):
            return _is_own_secret(name)
        case s.Name(refers=known, id=name) if known and name.isupper():
            return _is_own_secret(name) and app.project.value(known) is not None
    return False


def _inside(value: s.Expression) -> tuple[s.Node, str] | None:
    """Several signs of the inside of a service in one answer: versions of its parts, internal addresses, debug."""
    for node in s.walk(value):
        if not isinstance(node, s.Pairs):
            continue
        signs = 0
        for key, inner in zip(node.keys, node.values, strict=False):
            parts = set(words(s.text_of(key) or ""))
            if parts in ({"debug"}, {"debug", "mode"}) or (parts & SYSTEM and parts & TOLD):
                signs += 1
            if any(ADDRESS.match(s.text_of(each) or "") for each in s.walk(inner)):
                signs += 1
        if signs >= ENOUGH:
            return node, "versions and addresses of the service are in the answer"
    return None
