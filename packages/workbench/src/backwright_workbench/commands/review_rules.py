"""Rules that users add: from packages that are installed beside Backwright, and from a folder that they name.

What lives here: loading them. What must not: deciding whether a folder may be loaded (`review_config.py`); any rule.
These are programs of whoever named them: the only code of theirs that a review runs.
"""

import importlib.util
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from backwright_workbench.errors import UserError
from backwright_workbench.review.rule import FAMILIES, About, Rule

GROUP = "backwright.rules"
OWN = "own"
"""The family of rules that name none."""


def installed_rules() -> Iterator[Rule]:
    """The rules that installed packages offer: an entry point for each, which names a module."""
    for point in entry_points(group=GROUP):
        yield _rule(_loaded(point), point.name, f"entry point {point.name}")


def folder_rules(folder: Path) -> Iterator[Rule]:
    """The rules of a folder, a file each; one in `security/` is of that family. Raises `UserError`."""
    if not folder.is_dir():
        raise UserError(
            "there is no folder of rules", where=str(folder), next_step="check `rules` in the configuration"
        )
    for place in sorted(folder.rglob("*.py")):
        if not place.name.startswith("_") and not place.is_symlink():
            module = _imported(place)
            family = place.parent.name if place.parent.name in FAMILIES else ""
            yield _rule(module, place.stem.replace("_", "-"), str(place), family)


def _loaded(point: EntryPoint) -> ModuleType:
    try:
        found = point.load()
    except Exception as error:
        raise _broken(f"entry point {point.name}", error) from error
    if not isinstance(found, ModuleType):
        raise UserError(f"the rule {point.name} is no module", where=point.value, next_step="name a module")
    return found


def _imported(place: Path) -> ModuleType:
    name = f"backwright_own_rules.{place.stem}"
    spec = importlib.util.spec_from_file_location(name, place)
    if spec is None or spec.loader is None:
        raise UserError("a rule cannot be loaded", where=str(place), next_step="check the file")
    module = importlib.util.module_from_spec(spec)
    before = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise _broken(str(place), error) from error
    finally:
        sys.dont_write_bytecode = before
    return module


def _rule(module: ModuleType, name: str, where: str, family: str = "") -> Rule:
    about, find = getattr(module, "ABOUT", None), getattr(module, "find", None)
    if not isinstance(about, About) or not callable(find):
        raise UserError(
            f"{name} is no rule",
            where=where,
            why="a rule has `ABOUT`, which is an `About`, and a function `find(app)`",
            next_step="docs/guide/review.md has an example",
        )
    page = Path(module.__file__ or "").with_suffix(".md")
    text = (
        page.read_text(encoding="utf-8")
        if page.is_file()
        else f"# {name}\n\n{module.__doc__ or about.title}\n"
    )
    return Rule(name.replace("_", "-"), family or getattr(module, "FAMILY", OWN), about, find, text)


def _broken(where: str, error: Exception) -> UserError:
    return UserError(
        "a rule cannot be loaded",
        where=where,
        why=f"{type(error).__name__}: {error}",
        next_step="mend it, or take it out of the configuration",
    )
