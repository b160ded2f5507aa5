"""What the modules of a project define and import, and the full names that follow from it.

What lives here: names between files. What must not: what stands in functions.
"""

import ast
import builtins
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

BUILTIN = frozenset(dir(builtins))
KNOWN = frozenset(
    ["fastapi", "starlette", "flask", "django", "rest_framework", "litestar", "aiohttp", "tornado", "sanic", "celery",
     "sqlalchemy", "sqlmodel", "pydantic", "marshmallow", "jwt", "jose", "requests", "httpx", "redis", "alembic"]
)  # fmt: skip
"""Libraries that projects like to call a folder after; an import of one is never such a folder deep in a project."""
DEEPEST = 12
"""Re-exports that are followed one after the other; a cycle ends there."""


@dataclass(slots=True)
class Header:
    """The names of one module."""

    imports: dict[str, str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    defined: set[str] = field(default_factory=set)


class Names:
    """The modules of a project by their dotted names, and what a name in one of them refers to.

    `external` are the distributions that the project declares: an import of such a name, or of one of the standard
    library, is never taken for a file of the project that happens to be called the same.
    """

    def __init__(self, paths: Iterable[str], external: Collection[str] = ()) -> None:
        self.names = {path: dotted(path) for path in paths}
        self.paths = {name: path for path, name in self.names.items()}
        self.headers: dict[str, Header] = {}
        self._external = (
            {each.replace("-", "_").lower() for each in external} | sys.stdlib_module_names | KNOWN
        )
        self._packages = {PurePosixPath(p).parent.as_posix() for p in self.names if p.endswith("__init__.py")}
        self._ends: dict[str, list[str]] = {}
        for name in self.paths:
            parts = name.split(".")
            for start in range(len(parts)):
                self._ends.setdefault(".".join(parts[start:]), []).append(name)
        self._folders = {
            ".".join(name.split(".")[:count])
            for name in self.paths
            for count in range(1, name.count(".") + 1)
        }

    def module(self, written: str, importer: str) -> str:
        """The full name of the module that an import in the file `importer` means; as written if it is another's."""
        found = [each for each in self._ends.get(written, ()) if self._is_root(each, written, importer)]
        if not found:
            return written
        folders = importer.split("/")[:-1]

        def shared(name: str) -> int:
            other = self.paths[name].split("/")[:-1]
            return next(
                (at for at, (a, b) in enumerate(zip(folders, other, strict=False)) if a != b),
                min(len(folders), len(other)),
            )

        return max(found, key=lambda name: (shared(name), -len(name)))

    def _is_root(self, name: str, written: str, importer: str) -> bool:
        """Whether the folder above what is written can be one in which Python looks for modules."""
        root = name[: -len(written)].rstrip(".").replace(".", "/")
        first = written.partition(".")[0]
        if first.lower() in self._external and name != written:
            return False
        if root and root in self._packages:
            return PurePosixPath(importer).parent.as_posix() == root and first.lower() not in self._external
        return True

    def read(self, path: str, tree: ast.Module) -> Header:
        """Remembers what the module at `path` defines and imports."""
        header = self.headers[self.names[path]] = Header()
        package = self.names[path] if path.endswith("__init__.py") else self.names[path].rpartition(".")[0]
        for node in _statements(tree):
            match node:
                case ast.Import(names=names):
                    for each in names:
                        whole = self.module(each.name, path)
                        if each.asname:
                            header.imports[each.asname] = whole
                        else:
                            first = each.name.partition(".")[0]
                            header.imports.setdefault(first, self._first(first, whole, each.name))
                case ast.ImportFrom():
                    base = self._base(node, package, path)
                    for each in node.names:
                        if each.name == "*":
                            header.stars.append(base)
                        else:
                            header.imports[each.asname or each.name] = self._member(base, each.name)
        header.defined = set(_defined(tree.body))
        return header

    def _first(self, first: str, whole: str, written: str) -> str:
        return whole[: len(whole) - len(written) + len(first)] if whole.endswith(written) else first

    def base(self, node: ast.ImportFrom, module: str, path: str) -> str:
        """The full name of the module or package from which a module takes names."""
        package = module if path.endswith("__init__.py") else module.rpartition(".")[0]
        return self._base(node, package, path)

    def _base(self, node: ast.ImportFrom, package: str, path: str) -> str:
        if not node.level:
            name = node.module or ""
            whole = self.module(name, path)
            if whole == name and name not in self.paths:  # a folder without __init__.py
                ends = [each for each in self._folders if each == name or each.endswith("." + name)]
                first = name.partition(".")[0].lower()
                if len(ends) == 1 and first not in self._external:
                    return ends[0]
            return whole
        parts = package.split(".") if package else []
        kept = parts[: len(parts) - (node.level - 1)] if node.level > 1 else parts
        return ".".join([*kept, *((node.module or "").split(".") if node.module else [])])

    def _member(self, base: str, name: str) -> str:
        return f"{base}.{name}" if base else name

    def canonical(self, name: str) -> str:
        """A dotted name with re-exports followed: where it is defined, or its name outside of the project."""
        for _ in range(DEEPEST):
            module, rest = self._split(name)
            if module is None and (below := self._below(name)) != name:
                name = below
                continue
            if module is None or not rest:
                return name
            header = self.headers.get(module)
            if header is None:
                return name
            first, _, more = rest.partition(".")
            target = header.imports.get(first)
            if target is None and first not in header.defined:
                target = self._starred(header, first, set())
            if target is None or target == f"{module}.{first}":
                return name
            name = f"{target}.{more}" if more else target
        return name

    def _below(self, name: str) -> str:
        """Where a folder without `__init__.py` has a name in one of its modules only: it may be re-exported by a file
        that is not here."""
        folder, _, last = name.rpartition(".")
        if folder not in self._folders or not last[:1].isupper():
            return name
        found = [
            module
            for module, header in self.headers.items()
            if module.rpartition(".")[0] == folder and last in header.defined
        ]
        return f"{found[0]}.{last}" if len(found) == 1 else name

    def _starred(self, header: Header, name: str, seen: set[str]) -> str | None:
        for star in header.stars:
            other = self.headers.get(star)
            if other is None or star in seen:
                continue
            seen.add(star)
            if name in other.defined or name in other.imports:
                return f"{star}.{name}"
            deeper = self._starred(other, name, seen)
            if deeper:
                return deeper
        return None

    def _split(self, name: str) -> tuple[str | None, str]:
        """The module of the project that a dotted name begins with, and the rest."""
        module = name
        while module:
            if module in self.paths:
                return module, name[len(module) + 1 :]
            module = module.rpartition(".")[0]
        return None, name

    def refers(self, module: str, name: str) -> str:
        """What a name at the level of a module refers to; empty if nothing gives it a meaning."""
        header = self.headers[module]
        if name in header.imports:
            return self.canonical(header.imports[name])
        if name in header.defined:
            return f"{module}.{name}"
        starred = self._starred(header, name, set())
        if starred:
            return self.canonical(starred)
        return f"builtins.{name}" if name in BUILTIN else ""


def dotted(path: str) -> str:
    """`src/app/main.py` → `src.app.main`; a package is called by its folder."""
    parts = list(PurePosixPath(path).with_suffix("").parts)
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(part.replace(".", "_") for part in parts)


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Every statement, those in functions and classes too."""
    waiting: list[ast.AST] = list(reversed(tree.body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt):
            yield node
        for name in ("finalbody", "orelse", "handlers", "cases", "body"):
            below = getattr(node, name, None)
            if isinstance(below, list):
                waiting.extend(reversed(below))


def _defined(body: list[ast.stmt]) -> Iterator[str]:
    """Names that a module gives a value to at its own level."""
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                for target in targets:
                    yield from (each.id for each in ast.walk(target) if isinstance(each, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.AugAssign(target=ast.Name(id=name)):
                yield name
            case ast.For(target=target):
                yield from (each.id for each in ast.walk(target) if isinstance(each, ast.Name))
            case ast.With(items=items):
                for item in items:
                    if isinstance(item.optional_vars, ast.Name):
                        yield item.optional_vars.id
        if type(node).__name__ == "TypeAlias":
            yield node.name.id  # type: ignore[attr-defined]
        for name in ("body", "orelse", "finalbody"):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from _defined(getattr(node, name, []))
        for handler in getattr(node, "handlers", []):
            yield from _defined(handler.body)
