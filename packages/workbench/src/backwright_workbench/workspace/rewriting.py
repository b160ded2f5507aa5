"""Changing files of a project that somebody else wrote: all of them, or none.

What lives here: writing texts over what was read, byte order mark and rights kept. What must not: what is changed.
"""

import codecs
import os
import stat
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from backwright_workbench.errors import UserError
from backwright_workbench.workspace.history import uncommitted
from backwright_workbench.workspace.trees import inside


def refuse_uncommitted(root: Path, paths: Sequence[str]) -> None:
    """Raises `UserError` if one of the files is not as it was committed; without git there is nothing to ask."""
    changed = uncommitted(root, paths)
    if changed:
        raise UserError(
            "there are changes that are not committed",
            where=", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if len(changed) > 5 else ""),
            why="what is written over them could not be told apart from them",
            next_step="commit or stash them, or give --allow-dirty",
        )


def rewrite(root: Path, files: Mapping[str, str], before: Mapping[str, str]) -> None:
    """Replaces the files, or makes those that `before` does not have; if one cannot be, none is changed.

    `before` has the texts that the new ones are made from: a file that is another by now is not written over.
    """
    ready: list[tuple[Path, Path, bytes | None]] = []
    try:
        for path, text in files.items():
            place = inside(root, path)
            old = _old(place, before.get(path))
            ready.append((place, _beside(place, _encoded(text, old)), old))
        _exchange(ready)
    except OSError as error:
        raise UserError(
            "the fixes cannot be written",
            where=str(error.filename or root),
            why=error.strerror or str(error),
            next_step="nothing was changed; check the rights and the space left on the disk",
        ) from None
    finally:
        for _, temporary, _ in ready:
            temporary.unlink(missing_ok=True)


def _old(place: Path, text: str | None) -> bytes | None:
    """The bytes of the file as it is; None for a new one. Raises `UserError` if it is not what was read."""
    if text is None:
        if place.exists():
            raise _changed(place)
        return None
    data = place.read_bytes()
    try:
        same = data.removeprefix(codecs.BOM_UTF8).decode("utf-8") == text
    except UnicodeDecodeError:
        same = False
    if not same:
        raise _changed(place)
    return data


def _changed(place: Path) -> UserError:
    return UserError(
        "a file is not what it was when it was reviewed, or is not UTF-8",
        where=str(place),
        next_step="nothing was changed; run the command again",
    )


def _encoded(text: str, old: bytes | None) -> bytes:
    mark = codecs.BOM_UTF8 if old is not None and old.startswith(codecs.BOM_UTF8) else b""
    return mark + text.encode("utf-8")


def _beside(place: Path, data: bytes) -> Path:
    """A file beside the place with its rights, which has the new content."""
    place.parent.mkdir(parents=True, exist_ok=True)
    mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else 0o644
    temporary = place.with_name(f".{place.name}.{uuid.uuid4().hex[:8]}")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.chmod(mode)
    return temporary


def _exchange(ready: list[tuple[Path, Path, bytes | None]]) -> None:
    """Puts all in their places; what is there by the time one fails is put back."""
    done: list[tuple[Path, bytes | None]] = []
    try:
        for place, temporary, old in ready:
            os.replace(temporary, place)
            done.append((place, old))
    except OSError:
        for place, old in done:
            with suppress(OSError):
                if old is None:
                    place.unlink()
                else:
                    os.replace(_beside(place, old), place)
        raise
