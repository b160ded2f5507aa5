"""What is asked of git, where git is there.

What must not live here: when to commit, or what the message says.
"""

import os
import shutil
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


def _git(directory: Path, *arguments: str) -> Finished:
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_DIR": ".git"}
    return run(["git", *arguments], cwd=directory, env=environment, timeout=60)
