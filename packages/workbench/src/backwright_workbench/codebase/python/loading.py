"""The texts of a project → its modules.

What lives here: parsing without a crash, whatever the files hold. What must not: what the modules mean.
"""

import ast
import warnings
from collections.abc import Callable, Collection, Mapping

from backwright_workbench.codebase.facts.code import Module, Role
from backwright_workbench.codebase.facts.project import Project
from backwright_workbench.codebase.python.converting import Converter
from backwright_workbench.codebase.python.headers import Names
from backwright_workbench.codebase.python.needs import needed
from backwright_workbench.codebase.python.newer import restored, rewritten
from backwright_workbench.codebase.python.older import is_python_2

KEPT = 6_000_000
"""Characters of a project whose trees are kept between both passes; those of a larger one are parsed again."""
PYTHON_2 = "it is Python 2"


def load(
    files: Mapping[str, str], role: Callable[[str, str], Role], external: Collection[str] = ()
) -> Project:
    """Reads the Python files among `files` (paths to texts).

    `role` says what a file is for; `external` are the distributions that the project depends on. A file that cannot be
    read is a module with its `trouble` told and nothing in it.
    """
    texts = {path: text for path, text in files.items() if path.endswith(".py")}
    names = Names(texts, external)
    troubles: dict[str, str] = {}
    readable: dict[str, str] = {}
    trees: dict[str, ast.Module] = {}
    is_small = sum(map(len, texts.values())) <= KEPT
    for path, text in texts.items():
        try:
            try:
                tree = parsed(text)
            except SyntaxError as error:
                readable[path] = _older(text, error)
                tree = parsed(readable[path])
            names.read(path, tree)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            troubles[path] = _trouble(error, text)
        else:
            if is_small:
                trees[path] = tree
    project = Project()
    for path, text in texts.items():
        module = Module(
            path, names.names[path], role(path, text), text.splitlines(), trouble=troubles.get(path, "")
        )
        if not module.trouble:
            try:
                tree = trees.pop(path) if path in trees else parsed(readable.get(path, text))
                Converter(module, names).fill(tree)
                module.needs = list(needed(tree, path, names))
            except RecursionError:
                module = Module(
                    path, module.name, module.role, module.lines, trouble="it is nested too deeply"
                )
        project.add(module)
    return project


def parsed(text: str) -> ast.Module:
    """A file as Python's parser sees it. Raises `SyntaxError`, `ValueError`, `RecursionError` or `MemoryError`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return restored(ast.parse(text), text)


def _older(text: str, error: SyntaxError) -> str:
    """The text in syntax that this interpreter may know. Raises `SyntaxError` if there is nothing to be done."""
    if is_python_2(text, error):
        raise SyntaxError(PYTHON_2) from error
    older = rewritten(text)
    if older == text:
        raise error
    return older


def _trouble(error: BaseException, text: str) -> str:
    if isinstance(error, SyntaxError):
        if error.msg == PYTHON_2 or is_python_2(text, error):
            return PYTHON_2
        return f"line {error.lineno}: {error.msg}"
    if isinstance(error, RecursionError | MemoryError):
        return "it is nested too deeply"
    return str(error)
