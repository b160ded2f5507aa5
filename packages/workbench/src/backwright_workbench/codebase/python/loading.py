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
    for path, text in texts.items():
        try:
            names.read(path, parsed(text))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            troubles[path] = _trouble(error)
    project = Project()
    for path, text in texts.items():
        module = Module(
            path, names.names[path], role(path, text), text.splitlines(), trouble=troubles.get(path, "")
        )
        if not module.trouble:
            try:
                Converter(module, names).fill(parsed(text))
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
        return ast.parse(text)


def _trouble(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    if isinstance(error, RecursionError | MemoryError):
        return "it is nested too deeply"
    return str(error)
