"""Running other programs: bounded, streamed, and never left behind.

What lives here: starting a process, reading what it prints line by line, ending it and its children. What
must not: knowing which program is run or what its lines mean.
"""

import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from backwright_workbench.errors import SetupError

GRACE = 15.0
"""Seconds between asking a process to end and ending it."""

VERIFICATION = "BACKWRIGHT_VERIFICATION"
"""Marks everything that a verification starts, so that its keeper finds it when it ends."""

NO_MORE = threading.Event()
"""Set when a verification was interrupted: what its checks would still start, nobody would end."""

PASSED_ON = (
    "PATH",
    "HOME",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "TZ",
    "TERM",
    "SSL_CERT_FILE",
    "VIRTUAL_ENV",
    VERIFICATION,
)
"""What a service needs to know of this machine.

Nothing else of the environment reaches it: see `clean_environment`.
"""


def clean_environment(**values: str) -> dict[str, str]:
    """An environment of `values` and the machine's bare necessities.

    A `DATABASE_URL` that happens to be set in somebody's shell must not be migrated and seeded by a service
    in the making.
    """
    return {**{name: os.environ[name] for name in PASSED_ON if name in os.environ}, **values}


@dataclass(frozen=True, slots=True)
class Finished:
    """How a process ended. `output` is what it printed, both streams in order."""

    code: int
    output: tuple[str, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether it said that all went well."""
        return self.code == 0

    def tail(self, lines: int = 15) -> str:
        """The last lines it printed, where the reason usually stands."""
        return "\n".join(self.output[-lines:])


class Running:
    """A process under way: iterate for its lines, then ask `finished`."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", seconds: float | None, command: Sequence[str]
    ) -> None:
        self._process = process
        self._command = tuple(command)
        self._started = time.monotonic()
        self._deadline = None if seconds is None else self._started + seconds
        self._lines: list[str] = []
        self._source = self._read()

    @property
    def pid(self) -> int:
        """The id of the process, which is also that of its group."""
        return self._process.pid

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def __iter__(self) -> Iterator[str]:
        """Its lines as they come; a second loop goes on where the first stopped.

        Raises `SetupError` when the time is up.
        """
        return self._source

    def _read(self) -> Iterator[str]:
        if self._process.stdout is None:
            return
        descriptor = self._process.stdout.fileno()
        rest = b""
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while True:
                if not selector.select(self._left()):
                    raise self._too_slow()
                chunk = os.read(descriptor, 65_536)
                *lines, rest = (rest + chunk).split(b"\n")
                if not chunk and rest:
                    lines, rest = [rest], b""
                for line in lines:
                    text = line.decode("utf-8", "replace").rstrip("\r")
                    self._lines.append(text)
                    yield text
                if not chunk:
                    return

    def finished(self) -> Finished:
        """Waits for the end; whatever it still prints is kept. Raises `SetupError` when the time is up."""
        for _ in self:
            pass
        try:
            code = self._process.wait(self._left())
        except subprocess.TimeoutExpired:
            raise self._too_slow() from None
        return Finished(code, tuple(self._lines), time.monotonic() - self._started)

    def stop(self) -> None:
        """Ends it and its children: politely first, then for good. Safe to call when it is over."""
        try:
            if not self.is_over:
                self._signal(signal.SIGTERM)
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(GRACE)
        finally:
            self._signal(signal.SIGKILL)
            self._process.wait()

    def _left(self) -> float | None:
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _too_slow(self) -> SetupError:
        return SetupError(
            f"{self._command[0]} took too long and was ended",
            where=" ".join(self._command),
            why=f"it ran for {time.monotonic() - self._started:.0f} s; its last lines were:\n"
            + "\n".join(self._lines[-5:]),
            next_step="run the command yourself to see where it stands still",
        )


def refuse_when_interrupted() -> None:
    """Raises `SetupError` if nothing may be started any more."""
    if NO_MORE.is_set():
        raise SetupError("interrupted: nothing is started any more")


@contextmanager
def start(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float | None,
    shown: bool = False,
) -> Iterator[Running]:
    """Runs `command` in its own process group while the block lasts, for `timeout` seconds at most.

    `env` is all it gets to see, when given. `shown`: it prints for itself, where this process prints.
    Leaving the block, in whatever way, ends the process and its children. Raises `SetupError` when it
    cannot be started.
    """
    refuse_when_interrupted()
    try:
        process = subprocess.Popen(  # noqa: S603 a list of arguments, no shell
            list(command),
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=None if shown else subprocess.PIPE,
            stderr=None if shown else subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise SetupError(
            f"{command[0]} cannot be started",
            where=str(cwd),
            why=error.strerror or str(error),
            next_step=f"check that {command[0]} is installed",
        ) from None
    running = Running(process, timeout, command)
    try:
        yield running
    finally:
        running.stop()
        if process.stdout is not None:
            process.stdout.close()


def run(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None, timeout: float | None = 60.0
) -> Finished:
    """Runs `command` to its end and returns what it printed."""
    with start(command, cwd=cwd, env=env, timeout=timeout) as running:
        return running.finished()
