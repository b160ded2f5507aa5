"""The process that tidies up after a verification, however that ends: `python -m backwright_workbench.verify.keeper`.

It reads what there is to tidy up from its standard input, a line each, and begins when that ends: when the
verification is done, was interrupted, or was killed. What must not live here: making anything.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from backwright_workbench.workspace.processes import NO_MORE, VERIFICATION

GRACE = 3.0
"""Seconds that processes get to end by themselves."""


INTERRUPTED = (KeyboardInterrupt, SystemExit, GeneratorExit)


def prefix() -> str:
    """How the names of databases begin that belong to the verification under way."""
    return f"backwright_verify_{os.environ[VERIFICATION][:12]}_"


class Keeper:
    """The verification's end of it: name what was made, before it is used."""

    def __init__(self) -> None:
        NO_MORE.clear()
        self._before = os.environ.get(VERIFICATION)
        os.environ[VERIFICATION] = uuid.uuid4().hex
        self.prefix = prefix()
        self._process = subprocess.Popen(  # noqa: S603 a list of arguments, no shell
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Have all of it tidied up, and wait for that."""
        assert self._process.stdin is not None
        if kind is not None and issubclass(kind, INTERRUPTED):
            NO_MORE.set()  # its checks go on in their threads until the process ends
        with suppress(OSError):
            self._process.stdin.close()
        while self._process.poll() is None:
            with suppress(KeyboardInterrupt):  # Ctrl-C once more does not hurry it
                self._process.wait()
        os.environ.pop(VERIFICATION)
        if self._before is not None:
            os.environ[VERIFICATION] = self._before

    def folder(self, place: Path) -> None:
        """A folder to remove."""
        self._tell("folder", str(place))

    def databases(self, engine: str) -> None:
        """All databases on the server of an engine whose names begin with `prefix`."""
        self._tell("databases", [engine, self.prefix])

    def _tell(self, kind: str, value: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([kind, value]).encode() + b"\n")
        self._process.stdin.flush()


def main() -> None:
    """Read to the end, then tidy up: processes first, because they use the rest."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    told = [json.loads(line) for line in sys.stdin if line.endswith("\n")]
    named = {kind: [value for each, value in told if each == kind] for kind in ("databases", "folder")}
    end_all()
    if named["databases"]:
        drop_all(named["databases"])
    for place in named["folder"]:
        shutil.rmtree(place, ignore_errors=True)


def drop_all(made: list[tuple[str, str]]) -> None:
    """Drop what was made on the server of each engine, by how the names begin."""
    from backwright.testing_servers import SERVERS  # here, because most verifications have made none

    for engine, prefix in made:
        with suppress(Exception):  # the server may be gone; the rest is tidied up all the same
            SERVERS[engine].drop_named(prefix)


def end_all() -> None:
    """Ask everything that was started to end, and end what does not, whatever group it is in by now."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in marked():
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, number)
        until = time.monotonic() + GRACE
        while number == signal.SIGTERM and marked() and time.monotonic() < until:
            time.sleep(0.05)
    until = time.monotonic() + GRACE
    while (left := marked()) and time.monotonic() < until:  # what was started meanwhile
        for process in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.1)


def marked() -> list[int]:
    """The processes that carry the mark of this verification; none where the system does not tell (no /proc)."""
    mark = f"{VERIFICATION}={os.environ.get(VERIFICATION, '')}".encode()
    found = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if int(place.parent.name) != os.getpid() and mark in place.read_bytes().split(b"\0"):
                found.append(int(place.parent.name))
    return found


if __name__ == "__main__":
    main()
