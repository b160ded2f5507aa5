"""What a name leads to: through imports, aliases and constants, to a library's name or to a definition in
the package.

What lives here: resolving names and evaluating constant expressions. What must not: running anything;
knowing what a resource or an entity is.
"""

import ast
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from backwright_workbench.codebase.readback.modules import Import, Module

HOPS = 20
"""Imports and aliases that are followed before a name counts as going in circles."""


class NotConstant(Exception):
    """An expression whose value cannot be told without running it."""

    def __init__(self, module: Module, node: ast.AST) -> None:
        super().__init__(ast.unparse(node))
        self.module = module
        self.node = node


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of code and the module that it stands in: names in it mean what they mean there."""

    node: ast.AST
    module: Module


@dataclass(frozen=True, slots=True)
class Code:
    """The modules of a package."""

    package: str
    modules: Mapping[str, Module]
    _open: set[tuple[str, int]] = field(default_factory=set)
    """Expressions that are being evaluated: one that needs itself has no value."""

    def qualified(self, node: ast.AST, module: Module) -> str:
        """The full name that an expression stands for (`backwright.access.own`); empty when it is not a
        name.
        """
        return self._qualified(node, module, HOPS)

    def definition(self, name: str) -> Found | None:
        """The class, function or value that a full name is bound to in this package."""
        owner, rest = self._owner(name)
        if owner is None or not rest:
            return None
        bound = owner.bindings.get(rest[0])
        module = owner
        for attribute in rest[1:]:
            if not isinstance(bound, ast.ClassDef):
                return None
            module = owner.within(bound)
            bound = (module.local or {}).get(attribute)
        return None if bound is None or isinstance(bound, Import) else Found(bound, module)

    def value(self, node: ast.AST, module: Module) -> Found:
        """The expression that a name stands for, followed to where it is written; else the node itself."""
        for _ in range(HOPS):
            here = module.value(node) if isinstance(node, ast.Name) else None
            if here is not None:
                node = here
                continue
            found = self.definition(self.qualified(node, module))
            if found is None or not isinstance(found.node, ast.expr):
                break
            node, module = found.node, found.module
        return Found(node, module)

    def constant(self, node: ast.AST, module: Module) -> Any:
        """The value of a constant expression; lists and sets come as tuples, in the order in which they are
        written.

        Members of enumerations are their values. Raises `NotConstant`.
        """
        with self._evaluating("value", node, module):
            match node:
                case ast.Constant(value=value):
                    return value
                case ast.Tuple() | ast.List() | ast.Set():
                    return tuple(self.constant(each.node, each.module) for each in self.items(node, module))
                case ast.UnaryOp(op=ast.USub(), operand=operand):
                    number = self.constant(operand, module)
                    if isinstance(number, int | float):
                        return -number
                case ast.BinOp(op=ast.Add(), left=left, right=right):
                    first, second = self.constant(left, module), self.constant(right, module)
                    if type(first) is type(second) and isinstance(first, str | tuple):
                        return first + second
                case ast.Call() if self._collection(node, module):
                    return tuple(self.constant(node.args[0], module)) if node.args else ()
                case ast.Name() | ast.Attribute():
                    return self._named(node, module)
            raise NotConstant(module, node)

    def items(self, node: ast.AST, module: Module) -> list[Found]:
        """The items of a tuple, list or set that is written out, `*others` and `+ others` included.

        Raises `NotConstant`.
        """
        found = self.value(node, module)
        at = found.module
        with self._evaluating("items", found.node, at):
            match found.node:
                case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                    said: list[Found] = []
                    for item in items:
                        said += (
                            self.items(item.value, at) if isinstance(item, ast.Starred) else [Found(item, at)]
                        )
                    return said
                case ast.BinOp(op=ast.Add(), left=left, right=right):
                    return self.items(left, at) + self.items(right, at)
                case ast.Call() if self._collection(found.node, at):
                    return [each for argument in found.node.args for each in self.items(argument, at)]
            raise NotConstant(at, found.node)

    def pairs(self, node: ast.AST, module: Module) -> list[tuple[Found, Found]]:
        """The keys and values of a dictionary that is written out, `**others` and `| others` included.

        Raises `NotConstant`.
        """
        found = self.value(node, module)
        at = found.module
        with self._evaluating("items", found.node, at):
            match found.node:
                case ast.Dict(keys=keys, values=values):
                    said: list[tuple[Found, Found]] = []
                    for key, value in zip(keys, values, strict=True):
                        said += self.pairs(value, at) if key is None else [(Found(key, at), Found(value, at))]
                    return said
                case ast.BinOp(op=ast.BitOr(), left=left, right=right):
                    return self.pairs(left, at) + self.pairs(right, at)
            raise NotConstant(at, found.node)

    @contextmanager
    def _evaluating(self, as_: str, node: ast.AST, module: Module) -> Iterator[None]:
        key = (as_, id(node))
        if key in self._open:
            raise NotConstant(module, node)
        self._open.add(key)
        try:
            yield
        finally:
            self._open.remove(key)

    def _collection(self, call: ast.Call, module: Module) -> bool:
        """Whether a call is `tuple(…)`, `list(…)`, `set(…)` or `frozenset(…)`."""
        return self.qualified(call.func, module) in COLLECTIONS and len(call.args) < 2 and not call.keywords

    def _named(self, node: ast.Name | ast.Attribute, module: Module) -> Any:
        name = self.qualified(node, module).removesuffix(".value")
        if name in WORDS:
            return WORDS[name]
        found: Found | None = self.value(node, module)
        if found is not None and found.node is node:
            found = self.definition(name)
        if (
            found is None
            or not isinstance(found.node, ast.expr)
            or isinstance(found.node, ast.Name | ast.Attribute)
        ):
            raise NotConstant(module, node)
        if isinstance(found.node, ast.Call) and self.qualified(found.node.func, found.module) == "enum.auto":
            return name.rpartition(".")[2].lower()
        return self.constant(found.node, found.module)

    def _qualified(self, node: ast.AST, module: Module, hops: int) -> str:
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or not hops:
            return ""
        rest = attributes[::-1]
        bound = (module.local or {}).get(node.id)
        if bound is None:
            return self._canonical(f"{module.name}.{node.id}", rest, hops) or ".".join(
                ["builtins", node.id, *rest]
            )
        if isinstance(bound, Import):
            return self._canonical(".".join(filter(None, (bound.module, bound.name))), rest, hops)
        if isinstance(bound, ast.Name | ast.Attribute) and bound is not node:
            inner = self._qualified(bound, module, hops - 1)
            return ".".join([inner, *rest]) if inner else ""
        return ""

    def _canonical(self, name: str, rest: list[str], hops: int) -> str:
        """The name at the end of imports and aliases; empty for a name that its module does not bind."""
        full = ".".join([name, *rest])
        owner, parts = self._owner(full)
        if owner is None or not parts or not hops:
            return full
        bound = owner.bindings.get(parts[0])
        if isinstance(bound, Import):
            return self._canonical(".".join(filter(None, (bound.module, bound.name))), parts[1:], hops - 1)
        if isinstance(bound, ast.Name | ast.Attribute):
            inner = self._qualified(bound, owner, hops - 1)
            return ".".join([inner, *parts[1:]])
        if bound is not None:
            return full
        for star in owner.stars:
            target = self.modules.get(star)
            if target is not None and parts[0] in target.bindings:
                return self._canonical(f"{star}.{parts[0]}", parts[1:], hops - 1)
            if target is None and star.partition(".")[0] != self.package:
                return f"{star}.{'.'.join(parts)}"
        return ""

    def _owner(self, name: str) -> tuple[Module | None, list[str]]:
        """The module that a full name belongs to, and what is left of the name."""
        parts = name.split(".")
        for cut in range(len(parts), 0, -1):
            module = self.modules.get(".".join(parts[:cut]))
            if module is not None:
                return module, parts[cut:]
        return None, parts


COLLECTIONS = frozenset(f"builtins.{name}" for name in ("tuple", "list", "set", "frozenset"))
WORDS = {"backwright.actor.PUBLIC": "public", "backwright.actor.SIGNED_IN": "signed_in"}
"""Constants of the runtime that stand in declarations."""


def of_backwright(name: str, *words: str) -> bool:
    """Whether a full name is one of these words of the runtime, whichever of its modules it was imported
    from.
    """
    head, _, tail = name.rpartition(".")
    return tail in words and head.partition(".")[0] == "backwright"
