"""Reading and writing trees of text files, confined to one root.

What lives here: the step between a mapping of paths to texts and a directory. What must not: what the texts
mean.
"""

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from backwright_workbench.errors import InternalError, UserError

MAX_FILE = 2_000_000
"""Bytes: larger files are not source, and are left alone by `read_tree`."""

SKIPPED = {"__pycache__", "node_modules", "var", "htmlcov"}
"""Folders that hold nothing a person wrote; so does what begins with a dot, but for CI's own."""


SECRETS = ".env"
"""Never read: nothing in it says what a service is."""


def inside(root: Path, path: str) -> Path:
    """The place of `path` under `root`.

    Raises `InternalError` when it would be anywhere else, symbolic links included.
    """
    pure = PurePosixPath(path)
    place = root / pure
    if "\0" in path or pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise _outside(root, path)
    if not place.resolve().is_relative_to(root.resolve()):
        raise _outside(root, path)
    return place


def write_tree(root: Path, files: Mapping[str, str]) -> None:
    """Writes every file under `root`, making folders as needed. No path may leave `root`."""
    for path, text in files.items():
        place = inside(root, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="\n")


def write_file(place: Path, text: str, *, mode: int = 0o644) -> None:
    """Replaces one file as a whole: readers see the old text or the new one, never a part.

    `mode` is set before content.
    """
    temporary = place.with_name(f".{place.name}.{uuid.uuid4().hex[:8]}")
    try:
        with open(
            os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode),
            "w",
            encoding="utf-8",
            newline="\n",
        ) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(place)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise _refused("cannot be written", place, error) from None


def remove(root: Path, path: str) -> None:
    """Removes a file or a whole folder under `root`; one that is not there is as good."""
    place = inside(root, path)
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def read_file(place: Path, *, what: str, limit: int = MAX_FILE) -> str:
    """The text of one file.

    Raises `UserError` when it is absent, too large (`limit` in bytes) or not UTF-8.
    """
    try:
        with place.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise _refused("cannot be read", place, error, what=what) from None
    if len(data) > limit:
        raise UserError(
            f"the {what} is too large",
            where=str(place),
            why=f"more than {limit // 1000} kB",
            next_step="give a shorter file",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            f"the {what} is not UTF-8 text",
            where=f"{place}, byte {error.start}",
            next_step="save the file as UTF-8 and run the command again",
        ) from None


def read_tree(root: Path) -> dict[str, str]:
    """Every text file under `root` by its path, sorted. Symbolic links, binaries and caches are left out."""
    found: dict[str, str] = {}
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name
            for name in folders
            if name not in SKIPPED and (not name.startswith(".") or name == ".github")
        )
        for name in sorted(names):
            place = Path(folder, name)
            if name == SECRETS or place.is_symlink() or place.stat().st_size > MAX_FILE:
                continue
            with suppress(UnicodeDecodeError):
                found[place.relative_to(root).as_posix()] = place.read_text(encoding="utf-8")
    return found


@contextmanager
def new_directory(target: Path) -> Iterator[Path]:
    """A place beside `target` to build in; it becomes `target` in one step if the block ends well.

    Otherwise it goes. A killed process cannot tidy up, so what such a one left beside `target` goes first: a
    place is in use as long as its builder holds the lock on it. Raises `UserError` unless `target` is absent
    or empty.
    """
    target = Path(os.path.abspath(target)).resolve()
    refuse_unless_empty(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        place = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.partial")
        place.mkdir()
    except OSError as error:
        raise _refused("cannot be made", target, error) from None
    lock = os.open(place, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield place
        refuse_unless_empty(target)
        place.rename(target)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    finally:
        os.close(lock)


def refuse_unless_empty(target: Path) -> None:
    """Raises `UserError` unless `target` is absent or an empty directory that is not the current one."""
    if target.exists() and not target.is_dir():
        raise UserError(
            "the target is a file", where=str(target), next_step="give --into the name of a new directory"
        )
    if target.is_dir() and any(target.iterdir()):
        raise UserError(
            "the target directory is not empty",
            where=str(target),
            why="nothing there is ever overwritten",
            next_step="give --into a new directory, or move this one away",
        )
    if target == Path.cwd():
        raise UserError(
            "the target is the current directory",
            where=str(target),
            why="the service is put in place in one step, which pulls this directory from under the shell",
            next_step="run the command from its parent directory",
        )


def _sweep(target: Path) -> None:
    for place in target.parent.glob(f".{target.name}.*.partial"):
        lock = os.open(place, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(place, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(lock)


def _outside(root: Path, path: str) -> InternalError:
    return InternalError(
        f"the path {path!r} leaves {root}", where=str(root), next_step="report this as a defect"
    )


def _refused(trouble: str, place: Path, error: OSError, *, what: str = "file") -> UserError:
    steps = {
        FileNotFoundError: "check the path",
        PermissionError: "check the permissions of the path",
        IsADirectoryError: "give the path of a file",
    }
    return UserError(
        f"the {what} {trouble}",
        where=str(place),
        why=error.strerror or str(error),
        next_step=steps.get(type(error), "check the path and the space left on the disk"),
    )
