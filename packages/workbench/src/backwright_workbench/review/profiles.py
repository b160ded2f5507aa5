"""Settings for one environment and for another: what production says instead.

What lives here: whether a value of a base or development profile is replaced in production. What must not: rules.
"""

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Module
from backwright_workbench.codebase.facts.words import words

PRODUCTION = frozenset(["prod", "production", "live", "deploy", "deployment", "heroku", "staging"])


def replaced_in_production(app: Application, module: Module, name: str, owner: Class | None = None) -> bool:
    """Whether a profile for production builds on this one and sets the name itself, to something that is not a text."""
    if owner is not None:
        below = (each for each in app.project.subclasses(owner.qualified) if _is_production(each.name))
        return any(_is_set(each.value(name)) for each in below)
    return any(
        _is_production(each.path.rpartition("/")[2].removesuffix(".py"))
        and _builds_on(app, each, module.name)
        and any(_is_set(assign.value) for key, assign in each.assigned() if key == name)
        for each in app.project.modules.values()
    )


def _is_production(name: str) -> bool:
    return bool(PRODUCTION & set(words(name)))


def _builds_on(app: Application, module: Module, name: str) -> bool:
    """Whether a module takes everything of another, perhaps by way of a third."""
    seen: set[str] = set()
    waiting = [module.name]
    while waiting:
        current = app.project.modules.get(waiting.pop())
        if current is None or current.name in seen:
            continue
        seen.add(current.name)
        if name in current.stars:
            return True
        waiting.extend(current.stars)
    return False


def _is_set(value: s.Expression | None) -> bool:
    return value is not None and not (
        isinstance(value, s.Literal) and isinstance(value.value, str) and bool(value.value)
    )
