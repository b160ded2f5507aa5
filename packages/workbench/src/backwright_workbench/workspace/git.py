"""What is asked of git, where git is there.

What must not live here: when to commit, or what the message says.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backwright_workbench.workspace.processes import Finished, run


@dataclass(frozen=True, slots=True)
class Repository:
    """What came of `begin`: whether there is a repository, whether it holds a first commit, and why not."""

    made: bool
    committed: bool
    reason: str = ""


def begin(directory: Path, message: str) -> Repository:
    """Makes `directory` a repository on the branch `main` and commits all of it, as git is set up.

    Without git nothing happens; without an identity the files stay uncommitted. Either is said in `reason`,
    because a service without history is still a service.
    """
    if shutil.which("git") is None:
        return Repository(False, False, "git is not installed; `git init` when it is")
    made = _git(directory, "init", "--quiet", "--initial-branch=main")
    if not made.ok:
        return Repository(False, False, f"git init failed: {made.tail(1)}")
    if not _git(directory, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT").ok:
        return Repository(
            True, False, "git knows no user.name and user.email; set them, then `git add -A && git commit`"
        )
    for arguments in (("add", "--all"), ("commit", "--quiet", "--message", message)):
        finished = _git(directory, *arguments)
        if not finished.ok:
            return Repository(True, False, f"git {arguments[0]} failed: {finished.tail(3)}")
    return Repository(True, True)


def commit_of(directory: Path) -> str:
    """The commit that `directory` is at, and whether its files differ from it; empty without git or history."""
    if shutil.which("git") is None or not (directory / ".git").exists():
        return ""
    found = _git(directory, "rev-parse", "HEAD")
    if not found.ok:
        return ""
    changed = _git(directory, "status", "--porcelain", "--untracked-files=normal")
    return found.tail(1).strip() + (" with changes" if "\n".join(changed.output).strip() else "")


def ignored(directory: Path) -> frozenset[str] | None:
    """What git ignores under `directory`, as paths from there; a folder stands for all in it. None without git."""
    try:
        asked = ("ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z")
        found = read_only(directory, *asked)
    except GitRefused:
        return None
    names = [os.fsdecode(each).rstrip("/") for each in found.split(b"\0") if each]
    return frozenset() if {".", "./", ""} & set(names) else frozenset(names)


class GitRefused(Exception):
    """Git is not there, there is no repository, or it does not know what it was asked for; in its own words."""


QUIET = (
    ("core.fsmonitor", "false"),
    ("core.hooksPath", os.devnull),
    ("core.untrackedCache", "false"),
    ("protocol.allow", "never"),
    ("log.showSignature", "false"),
)
"""What the configuration of somebody else's repository must not bring about: programs that git would run."""


def read_only(directory: Path, *arguments: str, given: bytes | None = None) -> bytes:
    """What git prints about a repository that somebody else wrote. Raises `GitRefused`.

    Nothing that its configuration names is run, and nothing is fetched or written.
    """
    if shutil.which("git") is None:
        raise GitRefused("git is not installed")
    settings = [word for key, value in QUIET for word in ("-c", f"{key}={value}")]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "LC_ALL": "C.UTF-8",
    }
    environment |= {key: os.environ[key] for key in PERSONAL if key in os.environ}
    command: Sequence[str] = ["git", "--no-pager", *settings, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 a list of arguments, no shell
            command,
            cwd=directory,
            env=environment,
            input=given or b"",
            capture_output=True,
            timeout=GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitRefused(str(error)) from None
    if done.returncode:
        raise GitRefused(done.stderr.decode("utf-8", "replace").strip() or f"git {arguments[0]} failed")
    return done.stdout


GIT_SECONDS = 120.0
PERSONAL = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CEILING_DIRECTORIES")
"""Settings of whoever asks, which say what git ignores."""


def _git(directory: Path, *arguments: str) -> Finished:
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_DIR": ".git"}
    return run(["git", *arguments], cwd=directory, env=environment, timeout=60)
