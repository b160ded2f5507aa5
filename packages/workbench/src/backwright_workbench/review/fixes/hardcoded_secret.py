"""A secret comes from the environment, and without it the service does not start."""

import re

import libcst as cst

from backwright_workbench.codebase.facts.words import hidden, words
from backwright_workbench.review.mending.edit import Mend
from backwright_workbench.review.mending.source import last_name, text_in
from backwright_workbench.review.mending.spot import Spot

CONNECTS = {
    "connect": "DATABASE",
    "create_engine": "DATABASE",
    "create_async_engine": "DATABASE",
    "create_pool": "DATABASE",
    "Redis": "REDIS",
    "StrictRedis": "REDIS",
    "SMTP": "SMTP",
    "login": "SMTP",
    "Flask": "FLASK",
    "SessionMiddleware": "SESSION",
    "add_middleware": "SESSION",
    "Middleware": "SESSION",
}
"""What is given a secret, and how that is called in the environment."""
BARE = frozenset(["PASSWORD", "PASSWD", "PASS", "PWD", "SECRET", "KEY", "TOKEN", "USER"])
NAME = re.compile(r"^[A-Z][A-Z0-9_]*$")


def mend(spot: Spot) -> Mend | None:
    """Of constants, settings and arguments of connections; a text elsewhere has no name that could be taken."""
    for value in spot.nodes(cst.SimpleString, cst.ConcatenatedString):
        if not _is_meant(spot, value):
            continue
        parent = spot.source.parents.get(value)
        name = ""
        if isinstance(parent, cst.Arg):
            call = spot.source.parents.get(parent)
            if isinstance(call, cst.Call):
                if _reads(spot, call) and len(call.args) == 2:
                    return _required(spot, call)
                name = _of_argument(call, parent)
        elif isinstance(parent, cst.Assign):
            name = _of_target(spot, parent.targets[0].target)
        elif isinstance(parent, cst.AnnAssign):
            if _is_of_settings(spot):
                return _declared(spot, parent, value)
            name = _of_target(spot, parent.target)
        elif isinstance(parent, cst.DictElement):
            name = _of_key(spot, parent)
        if name:
            read = f'os.environ["{name}"]'
            encoded = "b" in getattr(value, "prefix", "")
            text = f"{read}.encode()" if encoded else read
            return spot.mend(spot.source.replace(value, text), imports=("os",), note=_note(name))
    return None


def _is_meant(spot: Spot, value: cst.BaseString) -> bool:
    """Whether it is the text that the finding speaks of: the secret, or an address with it."""
    text = value.evaluated_value if isinstance(value, cst.SimpleString | cst.ConcatenatedString) else None
    said = text.decode("latin-1") if isinstance(text, bytes) else text or ""
    return hidden(said) == spot.finding.seen.about.rpartition(":")[2] or "://" in said


def _note(name: str) -> str:
    return f"set {name} wherever the service or its tests run, and change the secret that was published"


def _reads(spot: Spot, call: cst.Call) -> bool:
    return spot.refers(call) in ("os.getenv", "os.environ.get", "os.environ.setdefault")


def _required(spot: Spot, call: cst.Call) -> Mend | None:
    """`os.getenv("NAME", "secret")` without what it falls back to."""
    name = text_in(call.args[0].value) or ""
    func = spot.source.code(call.func)
    base = func.rpartition(".")[0].removesuffix(".environ")
    if not NAME.match(name) or func.endswith("setdefault") or not base:
        return None
    return spot.mend(spot.source.replace(call, f'{base}.environ["{name}"]'), note=_note(name))


def _of_argument(call: cst.Call, arg: cst.Arg) -> str:
    """The name for what is given to a connection by name."""
    about = CONNECTS.get(last_name(call.func))
    if about is None:
        return ""
    if arg.keyword is None:
        return "DATABASE_URL" if last_name(call.func).startswith("create_") and call.args[0] is arg else ""
    return _whole(arg.keyword.value.upper(), about)


def _of_target(spot: Spot, target: cst.BaseExpression) -> str:
    """`SECRET_KEY`, `app.config["SECRET_KEY"]`, `app.secret_key`; not a variable of a function."""
    if isinstance(target, cst.Subscript) and len(target.slice) == 1:
        index = target.slice[0].slice
        key = text_in(index.value) if isinstance(index, cst.Index) else None
        is_config = last_name(target.value) in ("config", "conf", "settings", "environ")
        return _whole(key or "", "APP") if is_config and key and last_name(target.value) != "environ" else ""
    if isinstance(target, cst.Attribute):
        return "SECRET_KEY" if target.attr.value == "secret_key" else ""
    name = target.value if isinstance(target, cst.Name) else ""
    if spot.function is not None and not NAME.match(name):
        return ""
    return _whole(name.upper(), "APP")


def _of_key(spot: Spot, element: cst.DictElement) -> str:
    """`"PASSWORD": "…"` in the settings of a file; a mapping in a function may be anything."""
    key = text_in(element.key) or ""
    if spot.function is not None or not NAME.match(key):
        return ""
    pairs = spot.source.parents.get(element)
    keys = {text_in(each.key) for each in getattr(pairs, "elements", ()) if isinstance(each, cst.DictElement)}
    return _whole(key, "DATABASE" if {"ENGINE", "HOST", "NAME"} & keys else "APP")


def _whole(name: str, about: str) -> str:
    """A name that says whose secret it is; empty if it can be none of a variable."""
    name = "_".join(words(name)).upper() if not NAME.match(name) else name
    return "" if not NAME.match(name) else f"{about}_{name}" if name in BARE else name


def _is_of_settings(spot: Spot) -> bool:
    place = spot.finding.place
    return any(
        each.line <= place.line <= each.end and spot.app.project.inherits(each, "*BaseSettings")
        for each in spot.module.all_classes
    )


def _declared(spot: Spot, node: cst.AnnAssign, value: cst.BaseExpression) -> Mend | None:
    """A field of Pydantic's settings without a default has to be in the environment."""
    start, end = spot.source.span(node.annotation.annotation)[1], spot.source.whole(value)[1]
    if "#" in spot.source.text[start:end] or not isinstance(node.target, cst.Name):
        return None
    edit = spot.source.insert(start, "")
    return spot.mend(type(edit)(edit.path, start, end, ""), note=_note(node.target.value.upper()))
