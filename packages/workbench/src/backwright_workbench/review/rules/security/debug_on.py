"""Debugging that is on where it is served."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Standing
from backwright_workbench.codebase.facts.code import Class, Module
from backwright_workbench.codebase.facts.words import words
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.profiles import replaced_in_production
from backwright_workbench.review.rule import About

ABOUT = About("Debugging is on", Severity.HIGH, cwe=(489, 215), owasp=("A05:2021", "API8:2023"))

PROFILES = frozenset(
    ["dev", "develop", "development", "local", "test", "testing", "tests", "ci", "debug", "docker"]
)
TRUE = frozenset(["true", "1", "yes", "on"])
ENVIRONMENT = frozenset(
    ["getenv", "get", "config", "env", "bool", "env_bool", "strtobool", "get_bool", "cast"]
)
APPLICATIONS = frozenset(
    ["FastAPI", "Flask", "Starlette", "Litestar", "Quart", "Sanic", "FlaskApp", "Application"]
)
FIX = 'take it from the environment and let it be off by default: `debug = os.getenv("DEBUG") == "1"`'


def find(app: Application) -> Iterator[Seen]:
    """Settings, applications and servers with debugging on, outside of profiles that are for development."""
    for standing in app.nodes(s.Call):
        yield from _call(app, standing)
    for module in app.modules():
        if not _is_profile(module.path):
            yield from _settings(app, module)


def _call(app: Application, standing: Standing[s.Call]) -> Iterator[Seen]:
    call = standing.node
    given = call.keyword("debug")
    if given is None or _is_profile(standing.module.path):
        return
    if call.name in APPLICATIONS or call.name == "run":
        on = _is_on(app, given)
        if on:
            what = "the server is started" if call.name == "run" else f"`{call.name}` is made"
            yield _seen(standing.module, given, f"{what} with `debug=True`", on)


def _settings(app: Application, module: Module) -> Iterator[Seen]:
    for name, assign in module.assigned():
        if not replaced_in_production(app, module, name):
            yield from _setting(app, module, name, assign)
    for each in module.all_classes:
        if not _is_development(each) and _is_settings(app, each):
            for name, assign in each.assigned():
                if not replaced_in_production(app, module, name, each):
                    yield from _setting(app, module, name, assign)
    for function in [None, *module.everything]:
        for node in s.walk(*(module.body if function is None else function.body)):
            if isinstance(node, s.Assign) and not isinstance(node.targets[0], s.Name):
                target = node.targets[0]
                name = (s.text_of(target.key) or "") if isinstance(target, s.Item) else s.last_name(target)
                if isinstance(target, s.Item) or name == "debug":
                    yield from _setting(app, module, name, node)


def _setting(app: Application, module: Module, name: str, assign: s.Assign) -> Iterator[Seen]:
    parts = words(name)
    if (
        not parts
        or parts[-1] != "debug"
        or {"toolbar", "sql", "log", "logging"} & set(parts)
        or assign.value is None
    ):
        return
    on = _is_on(app, assign.value)
    if on and (name.isupper() or name.lower() == "debug"):
        said = "is on" if on is Confidence.HIGH else "is on unless something says otherwise"
        yield _seen(module, assign, f"`{name}` {said}", on)


def _is_on(app: Application, value: s.Expression) -> Confidence | None:
    """Whether it is on: HIGH if it is written so, MEDIUM if that is what it falls back to."""
    match value:
        case s.Literal(value=True):
            return Confidence.HIGH
        case s.Name(refers=known) | s.Attribute(refers=known) if known in app.project.values:
            found = app.project.value(known)
            return (
                Confidence.MEDIUM
                if found is not None and isinstance(found, s.Literal) and found.value is True
                else None
            )
        case s.Choice(yes=yes, no=no):
            return _is_on(app, no) or (_is_on(app, yes) if not isinstance(no, s.Literal) else None)
        case s.Operation(operator="==" | "in", operands=[first, *_]):
            return Confidence.MEDIUM if _default(first) else None
        case s.Operation(operator="or", operands=operands):
            return Confidence.MEDIUM if s.constant(operands[-1]) is True else None
        case s.Call():
            inner = next((each for each in s.calls_in(value) if each.name in ENVIRONMENT), value)
            return Confidence.MEDIUM if _default(inner) else None
    return None


def _default(node: s.Expression) -> bool:
    """Whether what a variable falls back to says yes."""
    while (
        isinstance(node, s.Call)
        and isinstance(node.callee, s.Attribute)
        and node.name in ("lower", "strip", "upper")
    ):
        node = node.callee.base
    if not isinstance(node, s.Call):
        return False
    if node.name == "Field":
        return s.constant(node.argument(0, "default")) is True
    given = s.constant(node.argument(1, "default"))
    return node.name in ENVIRONMENT and (given is True or given == 1 or str(given).lower() in TRUE)


def _is_settings(app: Application, each: Class) -> bool:
    known = app.project.inherits(each, "*BaseSettings", "*.Base", "*Config", "*Settings")
    return known or bool(
        {"config", "configuration", "settings", "production", "prod"} & set(words(each.name))
    )


def _is_development(each: Class) -> bool:
    return bool(PROFILES & set(words(each.name)))


def _is_profile(path: str) -> bool:
    """Whether the file is for development or tests only: `settings/dev.py`, `config_test.py`."""
    return bool(PROFILES & set(words(path.rpartition("/")[2].removesuffix(".py"))))


def _seen(module: Module, node: s.Node, message: str, confidence: Confidence) -> Seen:
    return Seen(
        module.at(node),
        f"{message}: errors show code and values to everybody, and some frameworks a console",
        confidence,
        fix=FIX,
    )
