"""A project: its modules, and finding what a dotted name refers to."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright_workbench.codebase.facts.code import Class, Function, Module
from backwright_workbench.codebase.facts.syntax import Assign, Expression, refers

DEEPEST = 30
"""Bases of bases that are followed; a cycle ends there."""


@dataclass(slots=True)
class Project:
    """All modules of a project, whatever they are for."""

    modules: dict[str, Module] = field(default_factory=dict)
    paths: dict[str, Module] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, Class] = field(default_factory=dict)
    values: dict[str, list[tuple[Module, Assign]]] = field(default_factory=dict)
    """What modules assign at their own level, by full name: every assignment, in order."""

    _lineages: dict[Class, list[tuple[str, Class | None]]] = field(default_factory=dict)
    _heirs: dict[str, list[Class]] = field(default_factory=dict)

    def add(self, module: Module) -> None:
        """Takes a module in."""
        self._lineages.clear()
        self._heirs.clear()
        self.modules[module.name] = module
        self.paths[module.path] = module
        for function in module.everything:
            self.functions[function.qualified] = function
        for each in module.all_classes:
            self.classes[each.qualified] = each
        for name, assign in module.assigned():
            self.values.setdefault(f"{module.name}.{name}", []).append((module, assign))

    def definition(self, name: str) -> Function | Class | None:
        """The function or class of a full dotted name; a method that a class inherits is found too."""
        found = self.functions.get(name) or self.classes.get(name)
        if found is not None:
            return found
        above, _, last = name.rpartition(".")
        owner = self.classes.get(above)
        return self.method(owner, last) if owner else None

    def value(self, name: str) -> Expression | None:
        """What the project last assigns to a full dotted name at the level of a module or a class; None if nothing."""
        found = self.values.get(name)
        if found:
            return next((assign.value for _, assign in reversed(found) if assign.value is not None), None)
        above, _, last = name.rpartition(".")
        owner = self.classes.get(above)
        return owner.value(last) if owner else None

    def lineage(self, each: Class) -> Iterator[tuple[str, Class | None]]:
        """A class with all that it inherits from, nearest first: the full name, and the class if it is ours."""
        found = self._lineages.get(each)
        if found is None:
            found = self._lineages[each] = list(self._lineage(each))
        return iter(found)

    def _lineage(self, each: Class) -> Iterator[tuple[str, Class | None]]:
        waiting: list[tuple[str, Class | None]] = [(each.qualified, each)]
        seen: set[str] = set()
        while waiting and len(seen) < DEEPEST:
            name, found = waiting.pop(0)
            if name in seen:
                continue
            seen.add(name)
            yield name, found
            if found is not None:
                for base in found.bases:
                    known = refers(base) or refers(getattr(base, "base", None))
                    if known:
                        waiting.append((known, self.classes.get(known)))

    def inherits(self, each: Class, *names: str) -> bool:
        """Whether a class inherits from one of these full names; `*.Model` stands for any name with that end."""
        ends = tuple(name[1:] for name in names if name.startswith("*"))
        return any(
            name in names or (ends and name.endswith(ends))
            for name, _ in self.lineage(each)
            if name != each.qualified
        )

    def method(self, each: Class, name: str) -> Function | None:
        """The method of that name, its own or inherited."""
        for _, found in self.lineage(each):
            if found is not None and name in found.methods:
                return found.methods[name]
        return None

    def attribute(self, each: Class, name: str) -> tuple[Class, Expression] | None:
        """What the body of a class, or of one that it inherits from, assigns to a name; with that class."""
        for _, found in self.lineage(each):
            value = found.value(name) if found is not None else None
            if found is not None and value is not None:
                return found, value
        return None

    def subclasses(self, name: str) -> Iterator[Class]:
        """The classes of the project that inherit from a full name, at any depth."""
        if not self._heirs:
            for each in self.classes.values():
                for above, _ in self.lineage(each):
                    if above != each.qualified:
                        self._heirs.setdefault(above, []).append(each)
        return iter(self._heirs.get(name, ()))
