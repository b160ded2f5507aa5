"""The settings of a Django project, as far as they bear on routes: middleware, defaults of REST framework, root URLs.

What lives here: finding the settings modules, joining their lists. What must not: judging a setting.
"""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.code import Class, Module, Role
from backwright_workbench.codebase.facts.place import Place

TELLING = frozenset(["INSTALLED_APPS", "MIDDLEWARE", "MIDDLEWARE_CLASSES", "ROOT_URLCONF"])
DEEPEST = 6


class DjangoSettings:
    """What all settings modules of a project say together; what the test settings say does not count."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._values: dict[str, list[tuple[Module, s.Assign]]] = {}
        self.place: Place | None = None
        """Where the applications are listed."""
        for holder, module in self._holders():
            for name, assign in holder.assigned():
                self._values.setdefault(name, []).append((module, assign))
        for name in ("INSTALLED_APPS", "ROOT_URLCONF", "MIDDLEWARE"):
            if self.place is None and name in self._values:
                module, assign = self._values[name][0]
                self.place = module.at(assign)

    def _holders(self) -> Iterator[tuple[Module | Class, Module]]:
        for module in self._app.project.modules.values():
            if module.role in (Role.TEST, Role.VENDORED, Role.MIGRATION):
                continue
            names = {name for name, _ in module.assigned()}
            parts = module.path.removesuffix(".py").split("/")
            if names & TELLING or (len(parts) > 1 and "settings" in parts[-2:]):
                yield module, module
            for each in module.classes.values():
                if {name for name, _ in each.assigned()} & TELLING:
                    yield each, module

    @property
    def is_found(self) -> bool:
        """Whether there are settings at all."""
        return bool(self._values)

    def value(self, name: str) -> s.Expression | None:
        """What is last assigned to a setting."""
        found = [assign.value for _, assign in self._values.get(name, ()) if assign.value is not None]
        return found[-1] if found else None

    def texts(self, *names: str) -> list[tuple[str, Place]]:
        """The texts in the lists of these settings, wherever they are added, with their places; each once."""
        found: dict[str, Place] = {}
        for name in names:
            for module, assign in self._values.get(name, ()):
                for node in self._items(assign.value):
                    text = s.text_of(node)
                    if text:
                        found.setdefault(text, module.at(node))
        for each in self._app.calls("append", "insert", "extend"):
            callee = each.node.callee
            if isinstance(callee, s.Attribute) and s.last_name(callee.base) in names and each.node.args:
                for node in self._items(each.node.args[-1], single=True):
                    text = s.text_of(node)
                    if text:
                        found.setdefault(text, each.place)
        return list(found.items())

    def mapping(self, name: str) -> dict[str, s.Expression]:
        """The entries of settings that are mappings (`REST_FRAMEWORK`), updates counted."""
        found: dict[str, s.Expression] = {}
        for _, assign in self._values.get(name, ()):
            for node in s.walk(assign.value) if assign.value is not None else ():
                if isinstance(node, s.Pairs):
                    found |= _entries(node)
                    break
                if isinstance(node, s.Call) and node.refers == "builtins.dict":
                    found |= {each.name: each.value for each in node.keywords if each.name}
                    break
        for each in self._app.nodes(s.Assign):
            for target in each.node.targets:
                if (
                    isinstance(target, s.Item)
                    and s.last_name(target.base) == name
                    and each.node.value is not None
                ):
                    key = s.text_of(target.key)
                    if key:
                        found.setdefault(key, each.node.value)
        return found

    def names_in(self, node: s.Expression | None) -> list[str]:
        """The texts of a list, or of one text."""
        return [text for each in self._items(node, single=True) if (text := s.text_of(each))]

    def _items(self, node: s.Node | None, depth: int = 0, single: bool = False) -> Iterator[s.Node]:
        if depth > DEEPEST:
            return
        match node:
            case s.Group(items=items):
                for each in items:
                    yield from self._items(each, depth + 1, single=True)
            case s.Operation(operator="+" | "or", operands=operands):
                for each in operands:
                    yield from self._items(each, depth + 1)
            case s.Spread(value=value):
                yield from self._items(value, depth + 1)
            case s.Call(args=args) if args:
                yield from self._items(args[-1], depth + 1)
            case s.Choice(yes=yes, no=no):
                yield from self._items(yes, depth + 1)
                yield from self._items(no, depth + 1)
            case s.Name(refers=known) | s.Attribute(refers=known) if known:
                yield from self._items(self._app.project.value(known), depth + 1, single)
            case s.Literal() if single:
                yield node


def _entries(node: s.Pairs) -> dict[str, s.Expression]:
    return {
        text: value for key, value in zip(node.keys, node.values, strict=True) if (text := s.text_of(key))
    }
