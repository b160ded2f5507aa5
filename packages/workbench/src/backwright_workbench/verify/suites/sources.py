"""The Python files of a project, told apart: tests, and what they test.

What lives here: that distinction, and parsing. What must not: what is in them.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

from backwright_workbench.verify.fingerprint import files_of

TEST_FOLDERS = {"test", "tests", "testing"}
ASIDE = {"migrations", "alembic", "docs", "examples", "scripts", "benchmarks", "tools", "dist", "build"}
"""Folders whose code is not what the suite is about: migrations are judged where databases are."""
TOOLS = {"setup.py", "conftest.py", "noxfile.py", "manage.py", "tasks.py"}


def python_files(root: Path) -> Iterator[str]:
    """The path of every Python file under `root`; an environment that was left there is not the project's."""
    environments = [place.parent for place in root.glob("*/pyvenv.cfg")]
    for place in files_of(root):
        if place.suffix == ".py" and not any(place.is_relative_to(each) for each in environments):
            yield place.relative_to(root).as_posix()


def holds_tests(path: str) -> bool:
    """Whether a file belongs to the tests, by its folder or by its name."""
    pure = PurePosixPath(path)
    return bool(TEST_FOLDERS & set(pure.parts[:-1])) or named_for_tests(path)


def named_for_tests(path: str) -> bool:
    """Whether pytest looks for tests in a file of this name."""
    name = PurePosixPath(path).name
    return name.startswith("test_") or name.endswith("_test.py") or name == "tests.py"


def holds_business(path: str) -> bool:
    """Whether a file is code of the project that the suite has to run."""
    pure = PurePosixPath(path)
    return not holds_tests(path) and pure.name not in TOOLS and not ASIDE & set(pure.parts[:-1])


def parsed(root: Path, path: str) -> ast.Module | None:
    """The tree of a file; none if this Python cannot read it."""
    return tree(root / path)


@cache
def tree(place: Path) -> ast.Module | None:
    """The tree of a file, read once: what is verified does not change meanwhile."""
    try:
        return ast.parse(place.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
