"""Systems under load as processes: started, pinned, weighed, stopped.

What lives here: `/proc`. CPU time is that of the whole tree of processes, those that have ended included.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

START_SECONDS: Final = 40.0
_TICKS: Final = os.sysconf("SC_CLK_TCK")
CORES: Final = sorted(os.sched_getaffinity(0))
PINNED: Final = len(CORES) > 1 and shutil.which("taskset") is not None
"""Whether the application and the load each have a core of their own."""


class NotStarted(Exception):
    """A system did not come up. The message is one line."""


class Process:
    """A running system."""

    def __init__(
        self, command: Sequence[str], cwd: Path, environment: Mapping[str, str], log: Path, port: int
    ) -> None:
        self.port = port
        self._log = log
        pin = ["taskset", "-c", str(CORES[0])] if PINNED else []
        with log.open("wb") as output:
            self._popen = subprocess.Popen(
                [*pin, *command],
                cwd=cwd,
                env=clean(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self._popen.poll() is not None:
                break
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=0.2):
                    return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise NotStarted(last_line(self._log) or "it ended without a word")

    @property
    def pids(self) -> list[int]:
        """The process and everything that it started."""
        found, waiting = [], [self._popen.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                waiting += map(int, task.read_text().split())
        return found

    def cpu_seconds(self) -> float:
        """CPU time so far, user and system."""
        return sum(_times(pid, slice(11, 15)) for pid in self.pids)

    def rss_mb(self) -> float:
        """Resident memory now, in MB."""
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.pids)
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def stop(self) -> None:
        """End it, politely first."""
        for sig in (signal.SIGTERM, signal.SIGKILL):
            if self._popen.poll() is None:
                os.killpg(self._popen.pid, sig)
                try:
                    self._popen.wait(8)
                except subprocess.TimeoutExpired:
                    continue


def cpu_of(pids: Iterable[int]) -> dict[int, float]:
    """CPU seconds of processes with one thread; those that are gone, or elsewhere, are left out.

    By the scheduler's clock in nanoseconds: many processes share the work, and each does less than a tick of it.
    """
    found = {}
    for pid in pids:
        try:
            found[pid] = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
        except OSError:
            continue
    return found


def _times(pid: int, which: slice) -> float:
    return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[which])) / _TICKS


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child: where things are, and nothing of what this shell happens to have set."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
    return {name: os.environ[name] for name in kept if name in os.environ} | dict(environment)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def run(command: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> str:
    """Run a command to its end: its output. Raises `NotStarted` with its last line if it fails."""
    done = subprocess.run(
        [*command],
        cwd=cwd,
        env=clean(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        raise NotStarted(
            next((line for line in lines if "not supported" in line), lines[-1] if lines else "failed")
        )
    return done.stdout


def last_line(log: Path) -> str:
    """The last thing that a process said."""
    with log.open("rb") as file:
        lines = [line for line in _tail(file).decode(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip()[:300] if lines else ""


def _tail(file: IO[bytes]) -> bytes:
    file.seek(0, os.SEEK_END)
    file.seek(max(0, file.tell() - 4096))
    return file.read()
