"""The imports of a written module: collected while its text is made, then sorted as the linter wants them.

What lives here: names that a module takes from others, and what they are called in it. What must not: what
they are for.
"""

import re
import sys
from collections.abc import Iterable

from backwright_workbench.codegen.source import Group, Item, lines


class Imports:
    """What one module imports. `own` are the names that it defines itself: whatever clashes with them gets
    another name.
    """

    def __init__(self, package: str, own: Iterable[str] = ()) -> None:
        self._package = package
        self._taken = dict.fromkeys(own, "")
        self._found: dict[str, dict[str, str]] = {}
        self._typing_only: dict[str, dict[str, str]] = {}
        self._modules: set[str] = set()

    def name(self, module: str, name: str, *, typing_only: bool = False, alias: str = "") -> str:
        """What `module.name` is called here; it is imported from now on."""
        known = self._found.get(module, {}).get(name)
        if known:
            return known
        if typing_only:
            self.name("typing", "TYPE_CHECKING")
            self._typing_only.setdefault(module, {})[name] = name
            return name
        free = self._taken.get(name, module) == module
        local = alias or (name if free else _alias(module, name))
        self._taken[local] = module
        self._found.setdefault(module, {})[name] = local
        return local

    def module(self, name: str) -> None:
        """Import a whole module: `import pytest`."""
        self._modules.add(name)

    def lines(self) -> list[str]:
        """The import statements: standard library, libraries, then the service itself."""
        sections: list[list[str]] = [[], [], []]
        for module in sorted(self._modules):
            sections[self._section(module)].append(f"import {module}")
        for module in sorted(self._found, key=str.lower):
            sections[self._section(module)] += _statement(module, self._found[module])
        found: list[str] = []
        for section in filter(None, sections):
            found += ([""] if found else []) + section
        if self._typing_only:
            found += ["", "if TYPE_CHECKING:"]
            for module in sorted(self._typing_only, key=str.lower):
                found += _statement(module, self._typing_only[module], indent=4)
        return found

    def _section(self, module: str) -> int:
        root = module.partition(".")[0]
        if root in (self._package, "tests"):
            return 2
        return 0 if root in sys.stdlib_module_names else 1


def _alias(module: str, name: str) -> str:
    root = module.partition(".")[0]
    if name.islower():
        return f"{name}_type" if root in sys.stdlib_module_names else f"{name}_{module.rpartition('.')[2]}"
    return {"backwright": "Runtime", "sqlalchemy": "Sql"}.get(root, root.capitalize()) + name


def _statement(module: str, names: dict[str, str], indent: int = 0) -> list[str]:
    items = [
        name if name == local else f"{name} as {local}"
        for name, local in sorted(names.items(), key=_member_order)
    ]
    flat = f"{' ' * indent}from {module} import {', '.join(items)}"
    if len(flat) <= 110:
        return [flat]
    group = Group(f"from {module} import (", tuple(Item(item) for item in items), ")")
    return lines(group, indent=indent)


def _member_order(pair: tuple[str, str]) -> tuple[int, list[tuple[str, int]]]:
    """Constants, classes, then functions, numbers by their size: the order that ruff's isort rules keep."""
    name = pair[0]
    parts = [(words, int(digits or 0)) for words, digits in re.findall(r"(\D*)(\d*)", name)]
    if name.isupper() and len(name) > 1:
        return 0, parts
    return (1 if name[0].isupper() else 2), parts
