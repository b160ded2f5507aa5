"""The commands of a service, many in a short time: `python -m backwright_workbench.verify.stand.doors PACKAGE`.

One process loads the libraries and then forks for each command: loading takes longer than any of them. The service's
own code is loaded by each anew, with its environment. What must not live here: which commands, or what they should say.
"""

import json
import os
import runpy
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Self

from backwright_workbench.errors import SetupError
from backwright_workbench.workspace.services import Service

LOADED = (
    "backwright.commands",
    "backwright.app",
    "backwright.migrations",
    "backwright.samples",
    "uvicorn",
    "alembic",
)
MOST = 1_000_000
"""Bytes of output that are kept."""

GRACE = 2.0
"""Seconds between the end of what a command prints and its own end."""


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it printed on both streams. `code` is `None` if it was still running."""

    code: int | None
    output: str


class Doors:
    """The way to a service's commands, open as long as the block lasts. For one thread."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603 a list of arguments, no shell
            [sys.executable, "-m", __name__, self._service.package],
            cwd=self._service.directory,
            env=self._service.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def run(
        self, *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None, timeout: float = 30.0
    ) -> Said:
        """Runs `python -m <service> …` in `cwd`. What is still running after `timeout` seconds is ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        seen = self._service.environment if environment is None else environment
        asked = {"arguments": arguments, "cwd": str(cwd), "environment": dict(seen), "timeout": timeout}
        try:
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            self._process.stdin.flush()
            told = json.loads(self._process.stdout.readline() or b"null")
        except (OSError, ValueError):
            told = None
        if told is None:
            raise SetupError("the commands of the service cannot be run", where=self._service.package)
        return Said(told["code"], told["output"])


def main(package: str) -> None:
    """Answers each line of standard input."""
    sys.path.insert(0, os.path.join(os.getcwd(), "src"))
    for name in LOADED:
        with suppress(ImportError):
            import_module(name)
    for line in sys.stdin:
        asked = json.loads(line)
        code, output = carried_out(package, asked)
        sys.stdout.write(json.dumps({"code": code, "output": output}) + "\n")
        sys.stdout.flush()


def carried_out(package: str, asked: Mapping[str, object]) -> tuple[int | None, str]:
    """Runs one command in a child."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        os.close(reading)
        _become(package, asked, writing)
    with suppress(OSError):
        os.setpgid(child, child)
    os.close(writing)
    output, is_over = _read(reading, float(str(asked["timeout"])))
    os.close(reading)
    until = time.monotonic() + GRACE
    ended, status = os.waitpid(child, os.WNOHANG)
    while is_over and not ended and time.monotonic() < until:  # it has closed its output: it is ending
        time.sleep(0.01)
        ended, status = os.waitpid(child, os.WNOHANG)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    if not ended:
        os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if ended else None, output.decode("utf-8", "replace")


def _read(reading: int, timeout: float) -> tuple[bytes, bool]:
    """What is printed until the end or the time is up, and whether it was the end."""
    until, found = time.monotonic() + timeout, b""
    while (left := until - time.monotonic()) > 0:
        if select.select([reading], [], [], left)[0]:
            chunk = os.read(reading, 65_536)
            if not chunk:
                return found, True
            found = (found + chunk)[:MOST]
    return found, False


def _become(package: str, asked: Mapping[str, object], writing: int) -> None:
    """Turns this process into the command, and never returns."""
    code = 1
    try:
        for descriptor in (1, 2):
            os.dup2(writing, descriptor)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.chdir(str(asked["cwd"]))
        environment, arguments = asked["environment"], asked["arguments"]
        assert isinstance(environment, dict)
        assert isinstance(arguments, list)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = [package, *arguments]
        runpy.run_module(package, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1])
