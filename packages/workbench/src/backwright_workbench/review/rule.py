"""What a rule is: a file with `ABOUT` and `find`, and beside it a page of the same name.

What lives here: reading the folder. What must not: any rule.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import ModuleType

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.review.finding import Seen, Severity

FAMILIES = ("security", "performance", "architecture", "database")
LIVE = "database"
"""The family that asks a running database, and has nothing to say without one."""


@dataclass(frozen=True, slots=True)
class About:
    """What is always the same about a rule. `cwe` are numbers, `owasp` ids such as `API1:2023`, `A03:2021`."""

    title: str
    severity: Severity
    cwe: tuple[int, ...] = ()
    owasp: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule; its name is that of its file, with hyphens."""

    name: str
    family: str
    about: About
    find: Callable[[Application], Iterable[Seen]]
    page: str
    """Markdown: what, why, bad, good, how to fix, when it is wrong."""


@cache
def all_rules() -> tuple[Rule, ...]:
    """The rules of the folder, by family and name."""
    return tuple(_rules())


def _rules() -> Iterator[Rule]:
    for family in FAMILIES:
        package = importlib.import_module(f"backwright_workbench.review.rules.{family}")
        for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda each: each.name):
            if not found.ispkg and not found.name.startswith("_"):
                module = importlib.import_module(f"{package.__name__}.{found.name}")
                yield made_of(module, family, _page(package.__name__, found.name))


def made_of(module: ModuleType, family: str, page: str) -> Rule:
    """The rule of a module with `ABOUT` and `find`."""
    name = module.__name__.rpartition(".")[2].replace("_", "-")
    return Rule(name, family, module.ABOUT, module.find, page)


def _page(package: str, name: str) -> str:
    return resources.files(package).joinpath(f"{name}.md").read_text(encoding="utf-8")
