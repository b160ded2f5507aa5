"""What configures an application: settings modules, `app.config`, settings classes, the environment.

What lives here: names with where they get their values. What must not: which value is good.
"""

import re
from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Setting, Standing
from backwright_workbench.codebase.facts.code import Class, Module, Role

ENVIRONMENTS = {
    "development": re.compile(r"(?:^|[/_.])(?:dev|devel|development|local|debug)(?:$|[/_.])", re.I),
    "test": re.compile(r"(?:^|[/_.])(?:test|tests|testing|ci|pytest)(?:$|[/_.])", re.I),
    "production": re.compile(r"(?:^|[/_.])(?:prod|production|live|staging|deploy)(?:$|[/_.])", re.I),
}
CLASSES = re.compile(r"^(Dev|Devel|Development|Local|Debug|Test|Testing|Prod|Production|Staging)[A-Z_]?\w*$")
CLASS_WORDS = {
    "dev": "development", "loc": "development", "deb": "development", "tes": "test", "pro": "production",
    "sta": "production",
}  # fmt: skip
FILES = re.compile(
    r"(?:^|/)(?:[\w-]*(?:settings?|config(?:uration)?s?|conf|constants?))(?:/[^/]+)?\.py$", re.I
)
READERS = frozenset(
    {"os.environ.get", "os.getenv", "os.environ.pop", "os.environ.setdefault", "decouple.config", "environ.get",
     "os.getenvb"}
)  # fmt: skip
TYPED = frozenset(
    {"str", "bool", "int", "list", "float", "url", "db", "db_url", "json", "dict", "cache", "cache_url", "path",
     "get_value"}
)  # fmt: skip
ATTRIBUTES = {
    "secret_key": "SECRET_KEY",
    "debug": "DEBUG",
    "testing": "TESTING",
    "jwt_secret_key": "JWT_SECRET_KEY",
}
BASES = (
    "pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.env_settings.BaseSettings",
    "pydantic_settings.main.BaseSettings", "pydantic.v1.BaseSettings",
)  # fmt: skip


def read(app: Application) -> None:
    """Fills `app.settings`."""
    for module in app.modules(Role.CODE, Role.SCRIPT):
        app.settings += _of_module(module)
        for each in module.all_classes:
            app.settings += _of_class(each, app)
    for standing in app.nodes(s.Call):
        app.settings += _of_call(standing, app)
    for standing_item in app.nodes(s.Item):
        name = s.text_of(standing_item.node.key)
        if name and s.refers(standing_item.node.base) == "os.environ":
            app.settings.append(Setting(name, None, standing_item.place, "env"))
    for standing_assign in app.nodes(s.Assign):
        app.settings += _of_assign(standing_assign)


def environment(path: str) -> str:
    """For which environment a file is, as its name or folder tells; empty if for all."""
    words = path.removesuffix(".py")
    last = "/".join(words.split("/")[-2:])
    return next((name for name, pattern in ENVIRONMENTS.items() if pattern.search(last)), "")


def _of_module(module: Module) -> Iterator[Setting]:
    """Constants of a module."""
    place = environment(module.path) if FILES.search(module.path) else ""
    for name, assign in module.assigned():
        if name.isupper() or (name.strip("_").upper() == name and name):
            yield Setting(name, assign.value, module.at(assign), "module", place)


def _of_class(each: Class, app: Application) -> Iterator[Setting]:
    """Fields of a settings class."""
    is_pydantic = app.project.inherits(each, *BASES)
    looks = each.name.endswith(("Config", "Settings", "Configuration")) or each.name == "config"
    looks = looks or bool(FILES.search(each.module.path) and CLASSES.match(each.name))
    if not (is_pydantic or looks):
        return
    matched = CLASSES.match(each.name)
    word = CLASS_WORDS.get(matched.group(1)[:3].lower(), "") if matched else environment(each.module.path)
    for name, assign in each.assigned():
        if name.startswith("_") or name in ("model_config", "Config") or not (is_pydantic or name.isupper()):
            continue
        value = assign.value
        if isinstance(value, s.Call) and value.name == "Field":
            value = value.argument(0, "default")
            value = None if s.constant(value) is ... and isinstance(value, s.Literal) else value
        yield Setting(name, value, each.module.at(assign), "class", word)


def _of_call(standing: Standing[s.Call], app: Application) -> Iterator[Setting]:
    call = standing.node
    first = s.text_of(call.args[0]) if call.args else None
    if first is not None and _reads_environment(call, app):
        yield Setting(first, call.argument(1, "default"), standing.place, "env")
    elif call.name in ("update", "from_mapping", "setdefault") and isinstance(call.callee, s.Attribute):
        base = call.callee.base
        if s.last_name(base) != "config" and call.name != "from_mapping":
            return
        for keyword in call.keywords:
            if keyword.name.isupper():
                yield Setting(keyword.name, keyword.value, standing.module.at(keyword), "config")
        for each in call.args:
            if isinstance(each, s.Pairs):
                for key, value in zip(each.keys, each.values, strict=False):
                    text = s.text_of(key)
                    if text:
                        yield Setting(text, value, standing.module.at(value), "config")
        if call.name == "setdefault" and first and len(call.args) > 1:
            yield Setting(first, call.args[1], standing.place, "config")


def _reads_environment(call: s.Call, app: Application) -> bool:
    known = call.refers
    if known in READERS:
        return True
    reader, _, last = known.rpartition(".")
    for name in (known, reader if last in TYPED or last == "get" else ""):
        made = app.project.value(name) if name else None
        if isinstance(made, s.Call) and made.refers in (
            "environ.Env", "environs.Env", "starlette.config.Config", "decouple.Config", "environs.EnvParser",
            "decouple.AutoConfig",
        ):  # fmt: skip
            return True
    return False


def _of_assign(standing: Standing[s.Assign]) -> Iterator[Setting]:
    """`app.config["X"] = value`, `app.secret_key = value`."""
    node = standing.node
    for target in node.targets:
        if isinstance(target, s.Item) and s.last_name(target.base) == "config":
            name = s.text_of(target.key)
            if name:
                yield Setting(name, node.value, standing.place, "config")
        elif isinstance(target, s.Attribute) and target.name in ATTRIBUTES:
            base = s.last_name(target.base).lower()
            if base in ("app", "application", "server", "flask_app", "api", "current_app", "config"):
                yield Setting(ATTRIBUTES[target.name], node.value, standing.place, "config")
        elif (
            isinstance(target, s.Attribute) and target.name.isupper() and s.last_name(target.base) == "config"
        ):
            yield Setting(target.name, node.value, standing.place, "config")
