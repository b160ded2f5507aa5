"""Which functions of the tests can fail a test, looked up through calls and imports.

What lives here: finding what a name means, in the tests and in the runtime's tools for them. What must not: what a
test function does with it (`assertions.py`).
"""

import ast
import importlib.util
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath

from backwright_workbench.verify.suites.inventory import Function
from backwright_workbench.verify.suites.sources import holds_tests, python_files, tree

RUNTIME = "backwright"
SPEAKING = ("assert", "expect", "should", "verify", "check", "ensure", "must", "validate")
"""How functions begin that fail: believed only of those that cannot be looked up."""
PYTEST = {"fail", "raises", "warns", "deprecated_call"}


@dataclass(slots=True)
class File:
    """What a file defines and imports, by name."""

    place: Path
    functions: dict[str, Function] = field(default_factory=dict)
    methods: dict[str, list[Function]] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Name here → (module, name there); `""`: the module itself."""


class Helpers:
    """Everything that the tests of a project may call to fail."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._paths = [
            path for path in python_files(root) if holds_tests(path) or path.endswith("conftest.py")
        ]
        self._known: dict[int, bool] = {}
        self._methods: dict[str, list[tuple[Function, File]]] = {}
        for path in self._paths:
            file = read(root / path)
            for name, nodes in file.methods.items():
                self._methods.setdefault(name, []).extend((node, file) for node in nodes)

    def file(self, path: str) -> File:
        """What is in a file of the project."""
        return read(self._root / path)

    def fixture(self, name: str) -> bool:
        """Whether a fixture of this name fails tests."""
        for path in self._paths:
            file = read(self._root / path)
            node = file.functions.get(name)
            if node is not None and any("fixture" in ast.unparse(each) for each in node.decorator_list):
                return self.fails(node, file)
        return False

    def called(self, call: ast.Call, file: File, parameters: frozenset[str] = frozenset()) -> bool:
        """Whether a call can fail a test. What cannot be looked up is believed by its name."""
        match call.func:
            case ast.Name(id=name) if name in parameters:
                return True  # a function that the test is given: the cases of a parametrized test for one
            case ast.Name(id=name):
                found = self.found(name, file)
                if found is not None:
                    return self.fails(*found)
                if name in file.imports and file.imports[name][0] == "pytest":
                    return name in PYTEST
                return name.startswith(SPEAKING)
            case ast.Attribute(value=ast.Name(id="pytest"), attr=name):
                return name in PYTEST
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in file.imports:
                module = _module_of(file.imports[owner])
                there = self._file_of(module, file)
                node = there.functions.get(name) if there else None
                return self.fails(node, there) if node and there else name.startswith(SPEAKING)
            case ast.Attribute(attr=name):
                local = self._methods.get(name, [])
                fails = any(self.fails(node, there) for node, there in local)
                return fails or name == "raise_for_status" or (not local and name.startswith(SPEAKING))
        return False

    def found(self, name: str, file: File, depth: int = 5) -> tuple[Function, File] | None:
        """The function that a name means in a file, through as many imports as it takes."""
        if name in file.functions:
            return file.functions[name], file
        if name not in file.imports or depth == 0:
            return None
        module, there = file.imports[name]
        target = self._file_of(module, file)
        return self.found(there, target, depth - 1) if target is not None and there else None

    def fails(self, node: Function, file: File) -> bool:
        """Whether a function can fail a test: it asserts, raises an assertion, or calls one that does."""
        if id(node) not in self._known:
            self._known[id(node)] = False  # one that calls itself
            self._known[id(node)] = any(self._is_failing(each, file) for each in ast.walk(node))
        return self._known[id(node)]

    def _is_failing(self, node: ast.AST, file: File) -> bool:
        if isinstance(node, ast.Call):
            return self.called(node, file)
        raising = isinstance(node, ast.Raise) and node.exc is not None
        return isinstance(node, ast.Assert) or (raising and "Assertion" in ast.unparse(node))

    def _file_of(self, module: str, file: File) -> File | None:
        if module == RUNTIME or module.startswith(f"{RUNTIME}.testing"):
            place = _runtime() / f"{module.partition('.')[2] or '__init__'}.py"
            return read(place) if place.is_file() else None
        ending = module.lstrip(".").replace(".", "/")
        wanted = (f"{ending}.py", f"{ending}/__init__.py")
        near = [path for path in self._paths if any(f"/{path}".endswith(f"/{each}") for each in wanted)]
        beside = file.place.parent
        near.sort(
            key=lambda path: (PurePosixPath(self._root / path).parent != PurePosixPath(beside), len(path))
        )
        return read(self._root / near[0]) if ending and near else None


@cache
def read(place: Path) -> File:
    """What a file defines and imports."""
    found = File(place)
    module = tree(place)
    for node in ast.walk(module) if module is not None else ():
        if isinstance(node, ast.ClassDef):
            for each in node.body:
                if isinstance(each, Function):
                    found.methods.setdefault(each.name, []).append(each)
        elif isinstance(node, ast.ImportFrom):
            module_name = "." * node.level + (node.module or "")
            for alias in node.names:
                found.imports[alias.asname or alias.name] = (module_name, alias.name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                found.imports[alias.asname or alias.name.partition(".")[0]] = (alias.name, "")
    for node in module.body if module is not None else ():
        if isinstance(node, Function):
            found.functions[node.name] = node
    return found


def _module_of(imported: tuple[str, str]) -> str:
    module, name = imported
    return f"{module}.{name}" if name else module


@cache
def _runtime() -> Path:
    """Where the runtime's own modules are."""
    spec = importlib.util.find_spec(RUNTIME)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations)))
