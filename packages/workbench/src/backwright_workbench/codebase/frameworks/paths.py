"""Paths of routes as texts: constants, joins, parameters.

What lives here: what several frameworks share. What must not: which calls declare a route.
"""

import re

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.code import Function
from backwright_workbench.codebase.facts.project import Project
from backwright_workbench.codebase.facts.web import RouteParameter

CONVERTER = re.compile(r"<(?:([a-zA-Z_]\w*)(?:\([^)]*\))?:)?([a-zA-Z_]\w*)>")
BRACES = re.compile(r"\{([a-zA-Z_]\w*)(?::([a-zA-Z_]\w*))?\}")
GROUP = re.compile(r"\(\?P<(\w+)>((?:[^()]|\([^()]*\))*)\)")
TYPES = {
    "int": "builtins.int", "float": "builtins.float", "uuid": "uuid.UUID", "string": "builtins.str",
    "str": "builtins.str", "slug": "slug", "path": "path", "": "builtins.str",
}  # fmt: skip
"""What converters give; `path` may hold slashes, `slug` holds letters, digits and hyphens only."""
DEEPEST = 6


def text_of(node: s.Node | None, project: Project, depth: int = 0) -> str | None:
    """A text that is written out, or made of constants of the project; None if something in it is not known."""
    if depth > DEEPEST:
        return None
    match node:
        case s.Literal(value=str(value)):
            return value
        case s.Name(refers=known) | s.Attribute(refers=known) if known:
            return text_of(project.value(known), project, depth + 1)
        case s.Text(parts=parts):
            found = [text_of(each, project, depth + 1) for each in parts]
        case s.Operation(operator="+", operands=parts):
            found = [text_of(each, project, depth + 1) for each in parts]
        case _:
            return None
    return "".join(each or "" for each in found) if any(each is not None for each in found) else None


def join(*parts: str) -> str:
    """Prefixes and a path as one: slashes are not doubled, the first is there."""
    whole = ""
    for part in parts:
        if part:
            whole = (
                f"{whole.rstrip('/')}/{part.lstrip('/')}"
                if part != "/" or not whole
                else f"{whole.rstrip('/')}/"
            )
    return whole if whole.startswith("/") else f"/{whole}"


def braced(path: str) -> str:
    """`/users/<int:id>` → `/users/{id}`."""
    return CONVERTER.sub(lambda match: f"{{{match[2]}}}", path)


def converted(path: str, handler: Function | None) -> list[RouteParameter]:
    """The parameters of a path with converters, with the type that the handler annotates or the converter gives."""
    line = handler.line if handler else 0
    return [
        RouteParameter(name, "path", TYPES.get(kind or "", kind or ""), line=line)
        for kind, name in CONVERTER.findall(path)
    ]


def unregexed(pattern: str) -> str:
    """A regular expression as a path: `^users/(?P<id>[0-9]+)/$` → `users/{id}/`."""
    path = GROUP.sub(lambda match: f"{{{match[1]}}}", pattern)
    path = re.sub(r"\(\?:([^()]*)\)[?*]?", r"\1", path)
    return re.sub(
        r"\\(.)", r"\1", path.removeprefix("^").replace("\\Z", "").removesuffix("$").replace("/?", "/")
    )


def grouped(pattern: str, handler: Function | None) -> list[RouteParameter]:
    """The parameters of a regular expression."""
    line = handler.line if handler else 0
    return [
        RouteParameter(
            name,
            "path",
            "builtins.int" if re.fullmatch(r"(\[0-9\]|\\d)[+*{}\d,]*", inner) else "builtins.str",
            line=line,
        )
        for name, inner in GROUP.findall(pattern)
    ]
