"""The state of a tree of files as a hash: evidence is about one state, and stale for every other.

What lives here: which files count, and the hash. What must not: what is done when it differs.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from backwright_workbench.workspace.trees import SECRETS, SKIPPED

LEFT_OUT = {SECRETS, ".coverage"}
"""Files that say nothing of what a service is: nothing that verifies reads them."""


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


def fingerprint(root: Path, paths: Iterable[str] = ()) -> str:
    """The SHA-256 over paths and contents of what counts under `root`; with `paths`, only those files and folders."""
    wanted = tuple(paths)
    digest = hashlib.sha256()
    for place in files_of(root):
        path = place.relative_to(root).as_posix()
        if wanted and not any(path == each or path.startswith(f"{each}/") for each in wanted):
            continue
        content = os.readlink(place).encode() if place.is_symlink() else place.read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
