"""How a project is put together: its packages, who imports whom, and in which order they stand.

What lives here: that order, and the circles in it. What must not: judging, and what frameworks make of a package.
"""

from collections import Counter
from dataclasses import dataclass, field

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Module, Role

MOST = 18
"""Packages that are still an overview; deeper ones count to the package above them."""
DEEPEST = 4


@dataclass(slots=True, eq=False)
class Package:
    """A folder of modules (or a module, where all lie in one folder). `imports` counts what is taken from others."""

    name: str
    modules: list[Module] = field(default_factory=list)
    imports: Counter[str] = field(default_factory=Counter)
    level: int = 0
    """0 for what nobody imports; a package stands above all that it imports."""

    @property
    def lines(self) -> int:
        """Lines of all its modules."""
        return sum(len(each.lines) for each in self.modules)


@dataclass(slots=True)
class Architecture:
    """The packages, the highest first; each circle is a group of packages that import each other."""

    packages: list[Package]
    circles: list[list[str]]


def architecture(app: Application) -> Architecture:
    """The packages of the application's own code."""
    modules = app.modules(Role.CODE)
    packages: dict[str, Package] = {}
    homes = _homes(modules)
    for module in modules:
        packages.setdefault(homes[module.name], Package(homes[module.name])).modules.append(module)
    for module in modules:
        here = packages[homes[module.name]]
        for there in _imported(app, module):
            home = homes.get(there)
            if home is not None and home != here.name:
                here.imports[home] += 1
    circles = _circles(packages)
    _set_levels(packages, circles)
    ordered = sorted(packages.values(), key=lambda each: (each.level, -each.lines, each.name))
    return Architecture(ordered, sorted(sorted(each) for each in circles if len(each) > 1))


def _homes(modules: list[Module]) -> dict[str, str]:
    """The package of each module: as deep as an overview allows."""
    found = {module.name: module.name for module in modules}
    if len(found) <= MOST:
        return found
    for depth in range(DEEPEST, 0, -1):
        found = {module.name: ".".join(_folder(module)[:depth]) or module.name for module in modules}
        if len(set(found.values())) <= MOST:
            return found
    return {name: home.partition(".")[0] for name, home in found.items()}


def _folder(module: Module) -> list[str]:
    return module.package.split(".") if module.package else []


def _imported(app: Application, module: Module) -> set[str]:
    """The modules of the project that a module imports something from."""
    found = set()
    for target in (*module.imports.values(), *module.stars):
        name = target
        while name and name not in app.project.modules:
            name = name.rpartition(".")[0]
        if name and name != module.name:
            found.add(name)
    return found


def _circles(packages: dict[str, Package]) -> list[list[str]]:
    """Groups of packages that reach each other (Tarjan), every package in one; without recursion."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    inside: set[str] = set()
    found: list[list[str]] = []
    for start in packages:
        if start in index:
            continue
        work = [(start, iter(sorted(packages[start].imports)))]
        index[start] = low[start] = len(index)
        stack.append(start)
        inside.add(start)
        while work:
            name, left = work[-1]
            other = next(left, None)
            if other is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    at = stack.index(name)
                    found.append(stack[at:])
                    inside.difference_update(stack[at:])
                    del stack[at:]
            elif other not in index:
                index[other] = low[other] = len(index)
                stack.append(other)
                inside.add(other)
                work.append((other, iter(sorted(packages[other].imports))))
            elif other in inside:
                low[name] = min(low[name], index[other])
    return found


def _set_levels(packages: dict[str, Package], circles: list[list[str]]) -> None:
    """The longest way from the top; what imports each other stands on one level.

    `circles` come in the order in which nothing is imported by what stands before it.
    """
    for group in reversed(circles):
        top = max(packages[name].level for name in group)
        for name in group:
            packages[name].level = top
        for name in group:
            for other in packages[name].imports:
                if other not in group:
                    packages[other].level = max(packages[other].level, top + 1)
