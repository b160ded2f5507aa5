"""What a check is: a module `verify/checks/<family>/<name>.py` with a `CHECK` and a `run`.

What lives here: its declaration, and finding all that there are: the folder is the registry. What must not: any
check.
"""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from backwright_workbench.verify import checks
from backwright_workbench.verify.outcome import Outcome

if TYPE_CHECKING:
    from backwright_workbench.verify.subject import Subject


class Need(StrEnum):
    """What a check cannot do without. The values complete "needs …"."""

    SOURCE = "the files of the project"
    SERVICE = "a service written by Backwright"
    ANSWERS = "something that answers at an address"
    CONTRACT = "an OpenAPI document"
    CALLERS = "callers that are signed in"
    DATABASE = "a database that can be asked"
    PROCESS = "a process of its own, to measure and to end"


GIVEN_BY = {
    Need.SOURCE: "give the project's directory",
    Need.CONTRACT: "--openapi FILE gives it",
    Need.CALLERS: "--as ROLE='Header: value' gives them",
    Need.PROCESS: "--app MODULE:NAME starts one",
}
"""How a backend that Backwright did not write comes to have what is needed."""


class Profile(StrEnum):
    """How much is run: `quick` while working, `full` before a release."""

    QUICK = "quick"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Check:
    """The declaration of a check, `CHECK` in its module."""

    title: str
    """What is true when it passes, as a sentence without a full stop."""
    needs: frozenset[Need]
    proves: tuple[str, ...] = ()
    """What it answers of the checklists that teams use: `OWASP API1:2023`, `CWE-89`, `12factor III` …"""
    profile: Profile = Profile.QUICK
    """The smallest profile that it belongs to."""
    alone: bool = False
    """Whether it measures times, so that nothing may run beside it."""
    engine_bound: bool = False
    """Whether what it says holds for the engine only that it ran on."""
    required: bool = True
    """Whether a verdict of "ready" needs it."""
    reusable: bool = True
    """Whether the same files give the same outcome; not so where history or the world outside is asked."""
    after: str = ""
    """The check that has to be done first where both run, because this one builds upon what it finds."""
    inputs: tuple[str, ...] = ()
    """Paths (files or folders) that its outcome depends on; none: the whole tree."""


@dataclass(frozen=True, slots=True)
class Known:
    """A check by its name, `family/name`."""

    name: str
    check: Check
    run: Callable[["Subject"], Outcome]

    @property
    def family(self) -> str:
        """The folder that it lives in."""
        return self.name.partition("/")[0]


@cache
def all_checks() -> tuple[Known, ...]:
    """Every check that there is, by name."""
    found = []
    for module in pkgutil.walk_packages(checks.__path__, f"{checks.__name__}."):
        if module.ispkg:
            continue
        loaded = import_module(module.name)
        if hasattr(loaded, "CHECK"):
            name = module.name.removeprefix(f"{checks.__name__}.").replace(".", "/")
            found.append(Known(name, loaded.CHECK, loaded.run))
    return tuple(sorted(found, key=lambda each: each.name))
