"""The packages that a project runs on, and how firmly it says so.

What lives here: reading lock files, requirements and pyproject. What must not: what is known about a package.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

NAME = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?")
PINNED = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*={2,3}\s*([0-9][^\s;,#\\*]*)\s*(?:[;#\\].*)?"
)
REQUIREMENTS = re.compile(r"requirements[\w.-]*\.(?:txt|lock)")


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """One package at one version, and where that is said."""

    name: str
    version: str
    source: str


def locked(root: Path) -> tuple[list[Package], list[str]]:
    """The packages whose version is fixed, and notes on what is not."""
    found: list[Package] = []
    notes: list[str] = []
    for name in ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"):
        if (root / name).is_file():
            found += _of_lock(root / name, name)
    for place in sorted(
        [*root.glob("requirements*.txt"), *root.glob("requirements/*.txt"), *root.glob("requirements*.lock")]
    ):
        if REQUIREMENTS.fullmatch(place.name) or place.parent.name == "requirements":
            pinned, loose = _of_requirements(place, place.relative_to(root).as_posix())
            found += pinned
            notes += loose
    return list({(each.name, each.version): each for each in found}.values()), notes


def installed(root: Path) -> list[Package]:
    """Where nothing is fixed: the installed versions of what the project asks for, and of what that needs."""
    found: dict[str, Package] = {}
    waiting = [(name, extras, "pyproject.toml") for name, extras in wanted(root)]
    while waiting:
        name, extras, source = waiting.pop()
        try:
            at = version(name)
        except PackageNotFoundError:
            continue
        if name not in found:
            found[name] = Package(name, at, source)
            waiting += [(*_parsed(each), name) for each in requires(name) or () if _applies(each, extras)]
        elif extras:
            waiting += [
                (*_parsed(each), name)
                for each in requires(name) or ()
                if "extra ==" in each and _applies(each, extras) and _parsed(each)[0] not in found
            ]
    return sorted(found.values())


def wanted(root: Path) -> Iterator[tuple[str, frozenset[str]]]:
    """What `pyproject.toml` asks for when it runs."""
    place = root / "pyproject.toml"
    if place.is_file():
        try:
            content = tomllib.loads(place.read_text(encoding="utf-8"))
        except ValueError:
            return
        for each in content.get("project", {}).get("dependencies", ()):
            yield _parsed(each)


def _parsed(text: str) -> tuple[str, frozenset[str]]:
    match = NAME.match(text.strip())
    if match is None:
        return "", frozenset()
    extras = frozenset(part.strip() for part in (match[2] or "[]")[1:-1].split(",") if part.strip())
    return normal(match[1]), extras


def _applies(requirement: str, extras: frozenset[str]) -> bool:
    """Whether something is needed here: its marker, with the extras that were asked for."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        marker = Requirement(requirement).marker
    except InvalidRequirement:
        return False
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in (extras or {""}))


def normal(name: str) -> str:
    """A name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _of_lock(place: Path, source: str) -> Iterator[Package]:
    try:
        content = tomllib.loads(place.read_text(encoding="utf-8"))
    except ValueError:
        return
    for each in content.get("package", content.get("packages", ())):
        local = (
            {"editable", "virtual", "directory", "path"} & set(each.get("source") or {})
            if isinstance(each.get("source"), dict)
            else set()
        )
        if each.get("version") and not local:
            yield Package(normal(each["name"]), str(each["version"]), source)


def _of_requirements(place: Path, source: str) -> tuple[list[Package], list[str]]:
    found, notes = [], []
    for number, raw in enumerate(place.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith(("#", "-", "git+", "http", ".", "/")):
            continue
        if (match := PINNED.fullmatch(line)) is not None:
            found.append(Package(normal(match[1]), match[2], f"{source}:{number}"))
        else:
            notes.append(f"{source}:{number}: {_parsed(line)[0] or line[:40]} is not pinned")
    return found, notes


def loose(root: Path) -> Sequence[str]:
    """Dependencies of `pyproject.toml` that may become any version."""
    place = root / "pyproject.toml"
    if not place.is_file():
        return ()
    try:
        asked = tomllib.loads(place.read_text(encoding="utf-8")).get("project", {}).get("dependencies", ())
    except ValueError:
        return ()
    return [
        f"pyproject.toml: {_parsed(each)[0]} has no bound" for each in asked if not re.search(r"[<>=~]", each)
    ]
