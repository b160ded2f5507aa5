"""The text files of a project that somebody else wrote: all of them, and nothing outside.

What lives here: walking a directory that may hold anything. What must not: what the files mean; running any of them.
Symbolic links are not followed, devices are not opened, and what was not read is told with its reason.
"""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from backwright_workbench.errors import UserError
from backwright_workbench.workspace.git import ignored
from backwright_workbench.workspace.texts import Unreadable, decoded, most, refuse_by_name, refuse_by_size

MOST_FILES = 50_000
MOST_BYTES = 400_000_000
MOST_ENTRIES = 1_000_000
"""Bounds for all of it: a project is not a disk."""

OF_TOOLS = """
    .git .hg .svn .bzr .jj node_modules bower_components __pycache__ site-packages __pypackages__ .venv .tox .nox
    .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .eggs .cache .idea .vscode .terraform
    .backwright .yarn .pnpm-store .next .nuxt .svelte-kit .parcel-cache .gradle .ipynb_checkpoints
"""
TOOLS = frozenset(OF_TOOLS.split())
"""Folders of tools, whoever has put them there."""

MADE = frozenset(("build", "dist", "htmlcov", "env", "venv", "ENV", "virtualenv"))
"""Folders that are usually made by a tool; where git is asked, it knows better."""

DEPENDENCIES = "dependencies, caches and folders of tools"


@dataclass(slots=True)
class Reading:
    """What was read. Paths are relative to `root`, with `/`; bytes of a name that are no text stand as `\\xff`."""

    root: Path
    files: dict[str, str] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    """What was not read, with why; a folder stands for all that is in it."""
    odd: list[tuple[str, str]] = field(default_factory=list)
    """What was read in another way than UTF-8."""

    @property
    def lines(self) -> int:
        """Lines of Python."""
        return sum(text.count("\n") + 1 for path, text in self.files.items() if path.endswith(".py"))

    def take(self, path: str, data: bytes) -> None:
        """Decodes a file and keeps it, or says why not."""
        try:
            found = decoded(data, path)
        except Unreadable as why:
            self.left_out.append((path, str(why)))
            return
        self.files[path] = found.text
        if found.odd:
            self.odd.append((path, found.odd))


Excluded = Callable[[str], bool]
"""Whether a path, or a folder that it is in, is not to be looked at."""


def nothing(path: str) -> bool:
    """Excludes no path."""
    return False


def read_project(place: Path, exclude: Excluded = nothing) -> Reading:
    """Every text file under a directory, or a single file. Raises `UserError` when there is nothing at `place`."""
    root = _resolved(place)
    if stat.S_ISREG(root.stat().st_mode):
        reading = Reading(root.parent)
        _read(reading, root.name, str(root))
        return reading
    if not stat.S_ISDIR(root.stat().st_mode):
        raise UserError("that is neither a directory nor a file", str(place), next_step="give a project")
    known = ignored(root)
    skipped = None if known is None else frozenset(map(shown, known))
    reading = Reading(root)
    size = 0
    for path, real in _walk(reading, skipped, exclude):
        if len(reading.files) >= MOST_FILES or size >= MOST_BYTES:
            reading.left_out.append((path, f"beyond {MOST_FILES:,} files or {MOST_BYTES // 1_000_000} MB"))
            continue
        _read(reading, path, real)
        size += len(reading.files.get(path, ""))
    reading.files = dict(sorted(reading.files.items()))
    return reading


def _resolved(place: Path) -> Path:
    try:
        return place.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise UserError(
            "there is nothing to review",
            where=repr(str(place)) if "\0" in str(place) else str(place),
            why=(error.strerror if isinstance(error, OSError) else None) or str(error),
            next_step="give the directory of a project, or a file",
        ) from None


def _walk(reading: Reading, skipped: frozenset[str] | None, exclude: Excluded) -> Iterator[tuple[str, str]]:
    """The files to be read, as they are called in reports and on the disk; each directory is entered once."""
    waiting = [("", str(reading.root))]
    seen: set[tuple[int, int]] = set()
    entries = 0
    while waiting:
        above, folder = waiting.pop()
        try:
            found = _new_entries(folder, seen)
        except OSError as error:
            reading.left_out.append((f"{above or '.'}", _refused(error)))
            continue
        if above and "pyvenv.cfg" in {each.name for each in found}:
            reading.left_out.append((above, DEPENDENCIES))
            continue
        inner = []
        for each in found:
            path = shown(f"{above}/{each.name}" if above else each.name)
            entries += 1
            why = "beyond what is looked through" if entries > MOST_ENTRIES else ""
            why = why or _why_not(each, path, skipped, exclude)
            if why:
                reading.left_out.append((path, why))
            elif each.is_dir(follow_symlinks=False):
                inner.append((path, each.path))
            else:
                yield path, each.path
        waiting += reversed(inner)


def _new_entries(folder: str, seen: set[tuple[int, int]]) -> list["os.DirEntry[str]"]:
    """What is in a directory, by name; nothing if it was there before (a mount of itself)."""
    about = os.stat(folder, follow_symlinks=False)
    if (about.st_dev, about.st_ino) in seen:
        return []
    seen.add((about.st_dev, about.st_ino))
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda each: each.name)


def _why_not(entry: "os.DirEntry[str]", path: str, skipped: frozenset[str] | None, exclude: Excluded) -> str:
    """Why something is not looked at; empty if it is."""
    if entry.is_symlink():
        return "a symbolic link"
    if entry.is_dir(follow_symlinks=False):
        if is_tool_folder(entry.name, by_git=skipped is not None):
            return DEPENDENCIES
    elif not entry.is_file(follow_symlinks=False):
        return "not a file (a device, socket or pipe)"
    if skipped is not None and path in skipped:
        return "ignored by git"
    return "excluded by the configuration" if exclude(path) else ""


def is_tool_folder(name: str, *, by_git: bool) -> bool:
    """Whether a folder of that name holds nothing that the project's people wrote."""
    return name in TOOLS or name.endswith(".egg-info") or (not by_git and name in MADE)


def _read(reading: Reading, path: str, real: str) -> None:
    """Reads one file, if it is one that people write, and still the regular file that it was in the list."""
    try:
        refuse_by_name(path)
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with open(os.open(real, flags), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise Unreadable("not a file (a device, socket or pipe)")
            refuse_by_size(path, about.st_size)
            data = file.read(most(path) + 1)
        refuse_by_size(path, len(data))
    except Unreadable as why:
        reading.left_out.append((path, str(why)))
    except OSError as error:
        reading.left_out.append((path, _refused(error)))
    else:
        reading.take(path, data)


def shown(name: str) -> str:
    """A name as text: bytes that are none, and characters that move a cursor, are spelled out."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def _refused(error: OSError) -> str:
    return f"cannot be read: {error.strerror or error}"
