"""The state of a tree of files as a hash: evidence is about one state, and stale for every other.

What lives here: which files count, and the hash. What must not: what is done when it differs.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from backwright_workbench.workspace.trees import SECRETS, SKIPPED

LEFT_OUT = {SECRETS, ".coverage", "DELIVERY.md"}
"""Files that say nothing of what a service is: nothing that verifies reads them. The delivery note tells of it."""


def files_of(root: Path) -> Iterator[Path]:
    """Every file that counts, sorted: all but caches, history, evidence and local secrets."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name
            for name in folders
            if name not in SKIPPED
            and (not name.startswith(".") or name == ".github")
            and not Path(folder, name, "pyvenv.cfg").exists()
        )
        for name in sorted(names):
            if name not in LEFT_OUT:
                yield Path(folder, name)


def contents(root: Path) -> dict[str, str]:
    """The SHA-256 of every file that counts, by its path. A link counts by where it leads."""
    found = {}
    for place in files_of(root):
        content = b"->" + os.readlink(place).encode() if place.is_symlink() else place.read_bytes()
        found[place.relative_to(root).as_posix()] = hashlib.sha256(content).hexdigest()
    return found


def part(files: Mapping[str, str], paths: Iterable[str]) -> dict[str, str]:
    """Only these files and folders; without any, all of them."""
    wanted = tuple(paths)
    return {
        path: digest
        for path, digest in files.items()
        if not wanted or any(path == each or path.startswith(f"{each}/") for each in wanted)
    }


def fingerprint_of(files: Mapping[str, str]) -> str:
    """The SHA-256 over paths and contents."""
    lines = "".join(f"{path}\0{digest}\0" for path, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def fingerprint(root: Path, paths: Iterable[str] = ()) -> str:
    """The state of what counts under `root`; with `paths`, of those files and folders only."""
    return fingerprint_of(part(contents(root), paths))


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """What became of files: `src/main.py changed`, `tests/new.py is new`, `README.md is gone`."""
    found = []
    for path in sorted({*before, *after}):
        if path not in after:
            found.append(f"{path} is gone")
        elif path not in before:
            found.append(f"{path} is new")
        elif before[path] != after[path]:
            found.append(f"{path} changed")
    return tuple(found)
