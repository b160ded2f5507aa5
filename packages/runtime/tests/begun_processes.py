"""Processes that begin where another one has imported everything: each its own, and none takes a second to start.

What lives here: starting them. What must not: what they do. They are forked before anything is opened or read from
the environment, so that each is as new as one that was started from a shell.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

FIRST = """
import json, os, sys
from importlib import import_module

for module in sys.argv[1:]:
    import_module(module)
for line in sys.stdin:
    told = json.loads(line)
    child = os.fork()
    if not child:
        break
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    sys.exit()
for descriptor, path in enumerate([os.devnull, told["out"], told["err"]]):
    os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), descriptor)
os.chdir(told["cwd"])
os.environ.clear()
os.environ.update(told["environment"])
sys.argv = ["-c", *told["arguments"]]
exec(told["code"], {"__name__": "__main__"})
"""


class Begun:
    """A process with these modules imported, from which others are forked, one at a time."""

    def __init__(self, *modules: str) -> None:
        self._first = subprocess.Popen(
            [sys.executable, "-c", FIRST, *modules],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        assert self._first.stdin is not None
        assert self._first.stdout is not None
        self._first.stdin.close()
        self._first.wait()
        self._first.stdout.close()

    def start(
        self, code: str, *arguments: str, folder: Path, environment: Mapping[str, str] | None = None
    ) -> "Child":
        """Run `code` in a new process. Ask `wait` before the next one is started."""
        child = Child(self._first, folder)
        seen = {"PATH": os.environ["PATH"]} if environment is None else dict(environment)
        told = {"code": code, "arguments": arguments, "cwd": str(folder), "environment": seen}
        assert self._first.stdin is not None
        self._first.stdin.write(json.dumps({**told, "out": str(child.out), "err": str(child.err)}) + "\n")
        child.pid = child._line()
        return child


class Child:
    """A process under way."""

    def __init__(self, first: "subprocess.Popen[str]", folder: Path) -> None:
        self._first = first
        self._code: int | None = None
        self.pid = 0
        self.out, self.err = folder / "out.txt", folder / "err.txt"
        for place in (self.out, self.err):
            place.write_text("")

    def wait(self) -> int:
        """How it ended: negative for the signal that killed it."""
        if self._code is None:
            self._code = self._line()
        return self._code

    def kill(self) -> None:
        """End it, if it has not ended."""
        if self._code is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.wait()

    def _line(self) -> int:
        assert self._first.stdout is not None
        return int(self._first.stdout.readline())
