"""What a commit of somebody else's repository holds, read without checking anything out.

What lives here: the files of a commit, and which of them have another name since. What must not: writing, fetching, or
running what the repository configures.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from backwright_workbench.errors import UserError
from backwright_workbench.workspace.git import GitRefused, read_only
from backwright_workbench.workspace.projects import (
    MOST_BYTES,
    MOST_FILES,
    Excluded,
    Reading,
    is_tool_folder,
    nothing,
    shown,
)
from backwright_workbench.workspace.texts import Unreadable, refuse_by_name, refuse_by_size

REGULAR = (b"100644", b"100755")
LONG = 64
"""Letters of a hash in repositories that use SHA-256."""


@dataclass(slots=True)
class Commit:
    """A commit as far as one directory goes. `renamed` are its paths with the names that they have now."""

    name: str
    """What was asked for, and where that is: `main at 1a2b3c4d`."""
    reading: Reading
    renamed: dict[str, str]


def read_commit(directory: Path, base: str, exclude: Excluded = nothing) -> Commit:
    """The files under `directory` at the commit from which the work since `base` goes out.

    That is where both histories part, so that what others did on `base` meanwhile does not count. Raises `UserError`.
    """
    try:
        named = _line(
            read_only(directory, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}")
        )
    except GitRefused as why:
        if base == "HEAD" and _is_new(directory):
            return Commit("HEAD, which is no commit yet", Reading(directory), {})
        raise UserError(
            f"there is no commit {base!r} to compare with",
            where=str(directory),
            why=str(why) or None,
            next_step="give a branch, tag or commit of the repository that the project is in; fetch it if it is far",
        ) from None
    try:
        commit = _line(read_only(directory, "merge-base", named, "HEAD"))
    except GitRefused:
        commit = named  # histories that have nothing in common, or are cut
    try:
        reading = _read(directory, commit, exclude)
        renamed = dict(_renamed(directory, commit))
    except GitRefused as why:
        raise UserError(
            f"git cannot read {base!r}",
            where=str(directory),
            why=str(why),
            next_step="fetch the whole history: git fetch --unshallow",
        ) from None
    return Commit(f"{base} at {commit[:8]}", reading, renamed)


def _is_new(directory: Path) -> bool:
    """Whether there is a repository, and no commit in it."""
    try:
        return not read_only(directory, "rev-list", "--all", "--max-count=1")
    except GitRefused:
        return False


def _read(directory: Path, commit: str, exclude: Excluded) -> Reading:
    reading = Reading(directory)
    wanted: list[tuple[str, str]] = []
    size = 0
    listed = list(_entries(read_only(directory, "ls-tree", "-r", "-l", "-z", commit)))
    environments = tuple(
        path.removesuffix("pyvenv.cfg") for path, *_ in listed if path.endswith("/pyvenv.cfg")
    )
    for path, sha, length in listed:
        folders = path.split("/")[:-1]
        if path.startswith(environments) or any(is_tool_folder(each, by_git=True) for each in folders):
            continue
        try:
            refuse_by_name(path)
            refuse_by_size(path, length)
        except Unreadable:
            continue
        if exclude(path) or len(wanted) >= MOST_FILES or size + length > MOST_BYTES:
            continue
        wanted.append((path, sha))
        size += length
    for (path, _), data in zip(wanted, _contents(directory, [sha for _, sha in wanted]), strict=True):
        reading.take(path, data)
    reading.files = dict(sorted(reading.files.items()))
    return reading


def _entries(listed: bytes) -> Iterator[tuple[str, str, int]]:
    """Path, hash and size of each regular file, links and submodules left out."""
    for row in listed.split(b"\0"):
        head, _, name = row.partition(b"\t")
        words = head.split()
        if len(words) == 4 and words[0] in REGULAR and words[3].isdigit():
            yield shown(name.decode("utf-8", "surrogateescape")), words[2].decode(), int(words[3])


def _contents(directory: Path, wanted: Sequence[str]) -> Iterator[bytes]:
    """What the objects hold, in order: `<hash> blob <size>`, a line break, the bytes, a line break."""
    if not wanted:
        return
    printed = read_only(directory, "cat-file", "--batch", given="\n".join(wanted).encode() + b"\n")
    at = 0
    for _ in wanted:
        end = printed.index(b"\n", at)
        head = printed[at:end].split()
        if len(head) != 3:
            raise GitRefused(printed[at:end].decode("utf-8", "replace"))
        length = int(head[2])
        yield printed[end + 1 : end + 1 + length]
        at = end + 1 + length + 1


def _renamed(directory: Path, commit: str) -> Iterator[tuple[str, str]]:
    """Old and new names of files that moved between the commit and HEAD."""
    asked = (
        "diff-tree",
        "-r",
        "-M",
        "--diff-filter=R",
        "--name-status",
        "--relative",
        "--no-ext-diff",
        "--no-textconv",
    )
    parts = read_only(directory, *asked, "-z", commit, "HEAD").split(b"\0")
    names = [shown(each.decode("utf-8", "surrogateescape")) for each in parts if each]
    yield from zip(names[1::3], names[2::3], strict=False)


def _line(printed: bytes) -> str:
    return printed.decode("utf-8", "replace").strip()


def uncommitted(directory: Path, paths: Sequence[str]) -> list[str]:
    """Which of these files are not as the last commit has them; none without git or a commit.

    Hashes are compared here, because `git status` runs the filters that a repository configures.
    """
    try:
        listed = read_only(directory, "ls-tree", "-r", "-z", "HEAD")
    except GitRefused:
        return []
    committed: dict[str, str] = {}
    for row in listed.split(b"\0"):
        head, _, name = row.partition(b"\t")
        words = head.split()
        if len(words) == 3 and words[0] in REGULAR:
            committed[shown(name.decode("utf-8", "surrogateescape"))] = words[2].decode()
    return [
        path
        for path in paths
        if (directory / path).exists() and not _is_as(directory / path, committed.get(path, ""))
    ]


def _is_as(place: Path, sha: str) -> bool:
    """Whether a file has that hash, or has it with the line ends of a repository."""
    data = place.read_bytes()
    return sha in (_hash(data, len(sha)), _hash(data.replace(b"\r\n", b"\n"), len(sha)))


def _hash(data: bytes, length: int) -> str:
    """As git names what a file holds."""
    kind = hashlib.sha256 if length == LONG else partial(hashlib.sha1, usedforsecurity=False)
    return kind(b"blob %d\0" % len(data) + data).hexdigest()
