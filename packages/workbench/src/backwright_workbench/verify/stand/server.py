"""The process that serves a backend on its stand: started, measured, ended.

What lives here: the process. What must not: what it serves.
"""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import httpx2

from backwright_workbench.errors import SetupError
from backwright_workbench.workspace.network import wait_until
from backwright_workbench.workspace.processes import refuse_when_interrupted

PATIENCE = 60.0
"""Seconds until it has to answer."""

GRACE = 20.0
"""Seconds that it gets to end by itself."""


class Server:
    """A process group that serves `url`, and the file that it logs into."""

    def __init__(
        self, command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], log: Path
    ) -> None:
        refuse_when_interrupted()
        self.log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603 a list of arguments, no shell
                list(command),
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process that was started."""
        return self._process.pid

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def wait_until_ready(self, url: str, *, below: int = 500) -> None:
        """Returns when `url` is answered with a status `below`. Raises `SetupError` with the end of its log."""

        def answers() -> bool:
            if self.is_over:
                return True
            with suppress(httpx2.HTTPError):
                return httpx2.get(url, timeout=5, trust_env=False).status_code < below
            return False

        if not wait_until(answers, seconds=PATIENCE) or self.is_over:
            lines = self.log.read_text(errors="replace").splitlines()[-12:]
            raise SetupError(
                "the backend did not become ready",
                where=url,
                why="\n".join(lines) or "it printed nothing",
                next_step="start it yourself in the same way, and put right what it says",
            )

    def ask_to_end(self) -> None:
        """SIGTERM, as an orchestrator does it."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to all of it, as the kernel does when memory runs out."""
        self._signal(signal.SIGKILL)
        self._process.wait()

    def wait(self, seconds: float = GRACE) -> int | None:
        """The exit status; none if it has not ended within `seconds`."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """End it, politely first. Safe to call when it is over."""
        if not self.is_over:
            self.ask_to_end()
            self.wait()
        self.kill()

    def memory_mb(self) -> float:
        """The resident memory of the group, in MB; 0 where the system does not tell."""
        return sum(status_kb(pid, "VmRSS") for pid in self.group()) / 1000

    def cpu_seconds(self) -> float:
        """The processor time that the group has used."""
        return sum(_cpu(pid) for pid in self.group())

    def group(self) -> list[int]:
        """Its processes, where the system tells."""
        found = []
        for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
            with suppress(OSError, ValueError):
                if os.getpgid(int(name)) == self._process.pid:
                    found.append(int(name))
        return found

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def status_kb(pid: int, name: str) -> int:
    """What the system says of a process under this name, in KiB; 0 where it does not tell."""
    with suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
    return 0


def _cpu(pid: int) -> float:
    with suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0
