"""A backend under load: a stand of its own with nothing in between, everything that is asked of it, and who watches.

What lives here: putting these together. What must not: how long, how much, judging.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from backwright_workbench.verify.load.generator import generate
from backwright_workbench.verify.load.mix import mix
from backwright_workbench.verify.load.plan import Operation, Plan, Ran, Stage
from backwright_workbench.verify.load.watch import Look, Watch
from backwright_workbench.verify.outcome import NotRun
from backwright_workbench.verify.stand.server import Server
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.stand.stands import ServiceStands
from backwright_workbench.verify.subject import Subject

LOOPBACK = "127.0.0.1/32"


@dataclass(slots=True)
class Rig:
    """What load is put on."""

    stand: Stand
    server: Server
    operations: tuple[Operation, ...]
    looks: list[Look] = field(default_factory=list)
    _runs: int = 0

    def run(self, *stages: Stage, connections: int = 256, patience: float = 10.0) -> list[Ran]:
        """Put load on it, and watch it: what each stage came to. No two runs send the same values."""
        self._runs += 1
        port = urlsplit(self.stand.url).port or 80
        plan = Plan(
            port, self.operations, stages, connections=connections, patience=patience, seed=self._runs
        )
        with Watch(self.server) as watch:
            ran = generate(plan)
        self.looks = watch.looks
        return ran

    def seen(self, ran: Ran) -> list[Look]:
        """What was seen during a stage of the last run."""
        return [each for each in self.looks if ran.began <= each.at <= ran.began + ran.seconds]


@contextmanager
def rig(subject: Subject, rows: int) -> Iterator[Rig]:
    """A rig with `rows` rows in each table. Raises `NotRun` where there is nothing to load or to watch."""
    stands = subject.stands
    login = None
    standing: AbstractContextManager[Stand]
    if isinstance(stands, ServiceStands):
        standing = stands.direct(rows=rows, TRUSTED_PROXIES=LOOPBACK)
    else:
        standing = stands.fresh()  # with the rows that it has; nobody knows how to make others
    with standing as stand:
        if stand.server is None:
            raise NotRun("what answers is no process of ours, so it is neither loaded nor measured")
        if isinstance(stands, ServiceStands) and (last := list(stands.prepared.addresses.values())):
            login = (last[-1][-1], stands.prepared.password)
        operations = mix(stand, subject.blueprint, login=login)
        if not operations:
            raise NotRun("there is nothing in its document that can be asked without knowing more")
        yield Rig(stand, stand.server, operations)
