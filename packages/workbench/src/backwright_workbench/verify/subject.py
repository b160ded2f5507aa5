"""What is verified, as a check sees it: files, facts, stands, and a place for evidence.

What lives here: the value that checks get. What must not: how stands or snapshots are made.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from backwright_workbench.blueprint.model import Blueprint, Budgets
from backwright_workbench.verify.check import Need, Profile
from backwright_workbench.verify.outcome import NotRun
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.store import Recorder
from backwright_workbench.workspace.processes import Finished, clean_environment, run
from backwright_workbench.workspace.services import Service, without_paths


class Stands(Protocol):
    """Whoever makes stands: for a service of ours, for an application, for an address."""

    @property
    def engine(self) -> str:
        """The engine that databases are on; empty: not known."""

    def shared(self) -> Stand:
        """One stand for checks that leave it as useful as they found it."""

    def fresh(self, *, rows: int = 0, **settings: str) -> AbstractContextManager[Stand]:
        """A stand of its own. Raises `NotRun` where there can be only one."""

    def close(self) -> None:
        """Take down what stands."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is verified. What is not there is `None`; a check says by its needs what it cannot do without."""

    has: frozenset[Need]
    profile: Profile
    stands: Stands
    origin: Path | None = None
    """Where the project really is: to look at its history, never to write or to run."""
    root: Path | None = None
    """A copy of the project's files, which checks may run in and must not change."""
    service: Service | None = None
    """The same as a service to run."""
    blueprint: Blueprint | None = None
    budgets: Budgets = field(default_factory=Budgets)
    meant_for: str = ""
    """The engine that the service is meant for."""
    recalls: bool = True
    """Whether what was said of the same files still holds; not where what answers is in no file."""
    record: Recorder = field(default_factory=lambda: Recorder(Path(), set()))
    say: Callable[[str], None] = lambda text: None
    """Tells how far a check has come."""
    rows: int = 100_000
    """How many rows each table gets where size matters."""

    @property
    def full(self) -> bool:
        """Whether there is time for the whole."""
        return self.profile is Profile.FULL

    def files(self) -> Path:
        """The copy of the project's files."""
        if self.root is None:
            raise NotRun("it needs the files of the project")
        return self.root

    def running(self) -> Service:
        """The service of ours, to run."""
        if self.service is None:
            raise NotRun("it needs a service written by Backwright")
        return self.service

    def process(
        self,
        command: Sequence[str],
        *,
        keep: str,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        timeout: float = 300.0,
    ) -> Finished:
        """Runs a command in the copy (or `cwd`), and keeps what it printed as the file `keep`."""
        where = cwd or self.files()
        seen = clean_environment() if environment is None else environment
        done = run(command, cwd=where, env=seen, timeout=timeout)
        text = "\n".join(done.output)
        if self.service is not None:
            text = without_paths(done.output, self.service)
        self.record.keep(keep, text + "\n", command=" ".join(command), exit_code=done.code)
        return done
