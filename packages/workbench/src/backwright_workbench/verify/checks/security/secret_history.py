"""What git remembers of a project: which files it keeps, what it leaves out, and what it once held.

What lives here: asking git, read-only, bounded in time and size, without running anything that a repository's own
configuration names. What must not: what a secret looks like.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from backwright_workbench.verify.outcome import NotRun
from backwright_workbench.workspace.processes import clean_environment

MOST_BYTES = 200_000_000


@dataclass(slots=True)
class Added:
    """What one commit added to one file (or took from it), as one text."""

    commit: str
    path: str
    text: str


@dataclass(slots=True)
class History:
    """A project's repository. `complete`: whether all that was asked for could be read."""

    root: Path
    complete: bool = field(default=True, init=False)

    def tracked(self) -> list[str]:
        """The files that git keeps, below the project."""
        return [name for name in self._ask("ls-files", "-z").split("\0") if name]

    def ignores(self, path: str) -> bool:
        """Whether git leaves this path alone."""
        return self._ask("check-ignore", "--no-index", "-q", "--", path, status=True) == "0"

    def commits(self) -> int:
        """How many there are on all branches."""
        return int(self._ask("rev-list", "--all", "--count").strip() or 0)

    def added(self, *, commits: int | None, seconds: float) -> Iterator[Added]:
        """What the newest commits (none: all of them) added and removed, file by file."""
        bound = [] if commits is None else [f"--max-count={commits}"]
        command = (
            "log", "--all", "-p", "-U0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames",
            "--format=commit %H", *([] if commits else ["--diff-merges=first-parent"]), *bound,
        )  # fmt: skip
        until, read = time.monotonic() + seconds, 0
        current = Added("", "", "")
        lines: list[str] = []
        with self._open(command) as process:
            assert process.stdout is not None
            for raw in process.stdout:
                read += len(raw)
                if time.monotonic() > until or read > MOST_BYTES:
                    self.complete = False
                    break
                line = raw[:20_000].decode("utf-8", "replace").rstrip("\n")
                if line.startswith(("commit ", "diff --git ")):
                    if lines:
                        yield Added(current.commit, current.path, "\n".join(lines))
                        lines = []
                    if line.startswith("commit "):
                        current.commit = line.removeprefix("commit ")
                elif line.startswith(("+++ b/", "--- a/")):
                    current.path = line[6:]
                elif line.startswith(("+", "-")) and not line.startswith(("+++ ", "--- ")):
                    lines.append(line[1:])
            process.kill()
        if lines:
            yield Added(current.commit, current.path, "\n".join(lines))

    def _ask(self, *arguments: str, status: bool = False) -> str:
        done = subprocess.run(  # noqa: S603 a list of arguments, no shell
            self._command(*arguments), cwd=self.root, env=self._environment(), capture_output=True, timeout=60
        )
        return str(done.returncode) if status else done.stdout.decode("utf-8", "replace")

    def _open(self, arguments: tuple[str, ...]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 a list of arguments, no shell
            self._command(*arguments),
            cwd=self.root,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def _command(self, *arguments: str) -> list[str]:
        # what a repository's own configuration could have run, is off
        off = (
            "core.fsmonitor=false",
            "core.hooksPath=/dev/null",
            "log.showSignature=false",
            "core.quotePath=false",
        )
        return ["git", "--no-pager", *(part for each in off for part in ("-c", each)), *arguments]

    def _environment(self) -> dict[str, str]:
        return clean_environment(
            GIT_CONFIG_NOSYSTEM="1",
            GIT_CONFIG_GLOBAL=os.devnull,
            GIT_CONFIG_COUNT="1",
            GIT_CONFIG_KEY_0="safe.directory",
            GIT_CONFIG_VALUE_0="*",
            GIT_OPTIONAL_LOCKS="0",
            GIT_TERMINAL_PROMPT="0",
            GIT_CEILING_DIRECTORIES=str(self.root.parent),
        )


def history_of(origin: Path | None) -> History | None:
    """The repository whose root the project is; none if it is in none. Raises `NotRun` if git is missing."""
    if origin is None or not (origin / ".git").exists():
        return None
    if shutil.which("git") is None:
        raise NotRun("the project has a history, and git is not installed", "install git")
    return History(origin)
