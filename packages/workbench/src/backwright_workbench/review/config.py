"""What a project wants of its review: `[tool.backwright.review]` of its pyproject.toml, or a file of its own.

What lives here: reading that table, strictly. What must not: files, and carrying out what it says.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from backwright_workbench.codebase.facts.code import Role
from backwright_workbench.codebase.facts.roles import role_of
from backwright_workbench.errors import InputError, Problem
from backwright_workbench.review.finding import Confidence, Severity

TABLE = "tool.backwright.review"
NEVER = "never"


@dataclass(frozen=True, slots=True)
class Config:
    """The table; `source` is the file, empty if there is none."""

    source: str = ""
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    severity: Severity | None = None
    confidence: Confidence | None = None
    fail_on: str = ""
    """A severity, or `never`."""
    exclude: tuple[str, ...] = ()
    """Patterns of paths that are not looked at."""
    ignore: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Patterns of paths, with the rules or families that say nothing there."""
    roles: Mapping[str, Role] = field(default_factory=dict)
    """Patterns of paths, with what those files are for."""
    baseline: str = ""
    rules: tuple[str, ...] = ()
    """Folders of rules of one's own."""

    def role(self, path: str, text: str) -> Role:
        """What a file is for: as configured, else as its path and text tell."""
        for pattern, role in self.roles.items():
            if fits(path, pattern):
                return role
        return role_of(path, text)

    def excludes(self, path: str) -> bool:
        """Whether a path is not to be looked at."""
        return any(fits(path, pattern) for pattern in self.exclude)

    def ignored(self, path: str, rule: str, family: str) -> str:
        """The pattern for which a rule says nothing about a file; empty if there is none."""
        for pattern, names in self.ignore.items():
            if (rule in names or family in names) and fits(path, pattern):
                return pattern
        return ""


def fits(path: str, pattern: str) -> bool:
    """Whether a path, or a folder that it is in, fits a pattern: `tests/`, `app/legacy/**`, `*_pb2.py`."""
    parts = path.split("/")
    heads = ("/".join(parts[: number + 1]) for number in range(len(parts)))
    wanted = pattern.rstrip("/").removesuffix("/**")
    return any(fnmatchcase(head, wanted) for head in heads)


def config_of(text: str, source: str) -> Config:
    """The configuration in a TOML text: the table of a pyproject.toml, or the whole of another file.

    Raises `InputError` with every problem.
    """
    try:
        found: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"{source} is not TOML", where=source, why=str(error), next_step="mend the file"
        ) from None
    table: Any = found
    if source.endswith("pyproject.toml") or "tool" in found:
        for part in TABLE.split("."):
            table = table.get(part, {}) if isinstance(table, dict) else {}
    problems: list[str] = []
    values = dict(_values(table if isinstance(table, dict) else {}, problems))
    if problems:
        raise InputError(
            f"the configuration of the review is wrong in {source}",
            [Problem(each) for each in problems],
            where=f"[{TABLE}]",
            next_step="docs/guide/review.md lists all keys",
        )
    return Config(source, **values) if table else Config()


def _values(table: Mapping[str, Any], problems: list[str]) -> Iterable[tuple[str, Any]]:
    for key, value in table.items():
        reader = READERS.get(key)
        if reader is None:
            near = get_close_matches(key, READERS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(READERS)}"
            problems.append(f"{key}: there is no such key; {hint}")
            continue
        try:
            yield key.replace("-", "_"), reader(value)
        except ValueError as error:
            problems.append(f"{key}: {error}")


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError("a list of texts is wanted")
    return tuple(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is wanted")
    return value


def _one_of(known: Iterable[str]) -> Callable[[Any], str]:
    words = tuple(known)

    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"{value!r} is none of {', '.join(words)}")
        return str(value)

    return read


def _ignore(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise ValueError('a table is wanted: "tests/" = ["hardcoded-secret"]')
    return {pattern: _texts(names) for pattern, names in value.items()}


def _roles(value: Any) -> dict[str, Role]:
    if not isinstance(value, dict):
        raise ValueError('a table is wanted: "tools/" = "script"')
    read = _one_of(Role)
    return {pattern: Role(read(role)) for pattern, role in value.items()}


READERS: dict[str, Callable[[Any], Any]] = {
    "only": _texts,
    "skip": _texts,
    "severity": lambda value: Severity(_one_of(Severity)(value)),
    "confidence": lambda value: Confidence(_one_of(Confidence)(value)),
    "fail-on": _one_of((*Severity, NEVER)),
    "exclude": _texts,
    "ignore": _ignore,
    "roles": _roles,
    "baseline": _text,
    "rules": _texts,
}
