"""Protection against requests of other sites that the project itself switches off for what changes something.

What lives here: methods that are declared safe, and paths that are let off as a whole. What must not: which handlers.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.words import words

UNSAFE = frozenset(["POST", "PUT", "PATCH", "DELETE"])
METHODS = frozenset(
    [
        "safe_methods",
        "exempt_methods",
        "ignored_methods",
        "ignore_methods",
        "csrf_safe_methods",
        "skip_methods",
    ]
)
PATHS = frozenset(["exclude", "exempt_urls", "exclude_urls", "exempt_paths", "exclude_paths", "exempt"])
EVERYTHING = frozenset(["/", ".*", "/.*", "^/", "^/.*", "^.*", "*", "/*", ".*$", "^.*$", "^/.*$"])


@dataclass(frozen=True, slots=True)
class Waiver:
    """Where it stands, and the methods that it lets off."""

    place: Place
    methods: frozenset[str]


def waivers(app: Application) -> list[Waiver]:
    """What lets methods off that change something, in the order of the files."""
    return [each for each in [*_configured(app), *_written(app)] if each.methods]


def _configured(app: Application) -> Iterator[Waiver]:
    """`CSRFConfig(safe_methods={"GET", "POST"})`, `add_middleware(CSRFMiddleware, exempt_urls=["/"])`."""
    for each in app.nodes(s.Call):
        call = each.node
        if call.name in ("add_middleware", "Middleware", "DefineMiddleware") and call.args:
            named = s.last_name(call.args[0])
        else:
            named = call.name
        if not call.keywords or not {"csrf", "xsrf"} & set(words(named)):
            continue
        for keyword in call.keywords:
            texts = _texts(app, keyword.value)
            if keyword.name in METHODS:
                yield Waiver(_line(each.place), UNSAFE & {text.upper() for text in texts})
            elif keyword.name in PATHS and EVERYTHING & texts:
                yield Waiver(_line(each.place), UNSAFE)


def _written(app: Application) -> Iterator[Waiver]:
    """`SAFE_METHODS = (…, "POST")` in a middleware of the project that is there against requests of other sites."""
    for owner in app.project.classes.values():
        if not {"csrf", "xsrf"} & set(words(owner.name)) or owner.module.role.value != "code":
            continue
        for scope in (owner, owner.module):
            for name, assign in scope.assigned():
                if name.lower() in METHODS and assign.value is not None:
                    texts = _texts(app, assign.value)
                    yield Waiver(_line(owner.module.at(assign)), UNSAFE & {text.upper() for text in texts})


def _texts(app: Application, value: s.Expression) -> set[str]:
    if isinstance(value, s.Name | s.Attribute) and value.refers:
        value = app.project.value(value.refers) or value
    return {text for each in s.walk(value) if (text := s.text_of(each)) is not None}


def _line(place: Place) -> Place:
    return Place(place.path, place.line, place.line, place.column)
