"""Rounds: each system started alone, asked everything, weighed and stopped, in turns.

What lives here: the order of things and the arithmetic. What must not: SQL, HTTP and printing.
"""

import asyncio
import gc
import os
import statistics
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench import guards, systems
from bench.data import Data
from bench.databases import Databases
from bench.load import Client, Load
from bench.operations import HEADLINE, LIMIT, PAGE, Operation
from bench.processes import CORES, PINNED, NotStarted, Process, free_port
from bench.proxy import Counter, through
from bench.stores import PostgreSQL
from bench.systems import System
from bench.wire import Dialect

COUNTED: Final = 20
"""Requests over which statements are counted."""

SHORT: Final = 0.1
"""Seconds of load before operations whose cost is not the application's own code."""

SLOW: Final = 1.2
"""Seconds of load, at least, before a system that compiles while it runs."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One operation of one system in one round. Times of the processor are microseconds for each request."""

    cpu_us: float
    pg_cpu_us: float | None
    rps: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    rss_mb: float


@dataclass(slots=True)
class Found:
    """Everything that is known about one system."""

    samples: dict[str, list[Sample]] = field(default_factory=dict)
    statements: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Statements and round trips for each request, by operation."""
    guards: list[str] = field(default_factory=list)
    """Guards that were seen to be on."""
    not_run: str | None = None

    def median(self, operation: str) -> dict[str, float | None] | None:
        """The medians over the rounds; `None` if there is nothing."""
        found = [asdict(each) for each in self.samples.get(operation, ())]
        if not found:
            return None
        names = [name for name in found[0] if found[0][name] is not None]
        medians = {name: statistics.median(each[name] for each in found) for name in names}
        return {name: medians.get(name) for name in found[0]}


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int
    whole_rounds: int
    """Rounds that measure every operation; those after them measure the four headline ones."""
    seconds: float
    warm_up: float
    """Seconds of load before each measurement."""
    budget: float
    """Seconds, set-up included, after which nothing is begun beyond the first round."""
    systems: Sequence[System]
    operations: Sequence[Operation]
    orders: int = 100_000


class Bench:
    """One run of the comparison."""

    def __init__(
        self, plan: Plan, folder: Path, server: PostgreSQL | None, say: Callable[[str], None]
    ) -> None:
        self.plan = plan
        self.data = Data(plan.orders)
        self.found = {system.name: Found() for system in plan.systems}
        self.databases = Databases(folder, server, plan.orders, say)
        self._folder = folder
        self._say = say
        self._far: dict[str, str] = {}
        self._began = time.monotonic()
        self._installing = asyncio.Lock()
        """Two systems may be made from one folder."""

    async def run(self) -> None:
        """Everything: set up, count statements, check guards, then the rounds."""
        await asyncio.gather(*(self._careful(system, self._set_up) for system in self.plan.systems))
        if PINNED:  # from here on one core is the system's, and the load has the other
            os.sched_setaffinity(0, {CORES[1]})
        for system in self.plan.systems:
            await self._careful(system, self._look)
        for turn in range(self.plan.rounds):
            at = turn % len(self.plan.systems)
            for system in (*self.plan.systems[at:], *self.plan.systems[:at]):
                if turn and time.monotonic() - self._began > self.plan.budget:
                    self._say("the time is used up: no further rounds")
                    return
                if self.found[system.name].not_run is None:
                    self._say(f"round {turn + 1} of {self.plan.rounds}: {system.name}")
                only = None if turn < self.plan.whole_rounds else HEADLINE
                await self._careful(system, partial(self._round, only=only))

    async def _careful(self, system: System, step: Callable[[System], Any]) -> None:
        """A system that cannot be run is left out, and its line says why."""
        found = self.found[system.name]
        if found.not_run is not None:
            return
        try:
            await step(system)
        except NotStarted as error:
            found.not_run = str(error)
        except Exception as error:  # one system that fails must not take the figures of the others
            found.not_run = f"{type(error).__name__}: {error}"
        if found.not_run is not None:
            self._say(f"not run: {system.name}: {found.not_run}")

    async def _set_up(self, system: System) -> None:
        async with self._installing:
            await asyncio.to_thread(systems.prepare, system.folder)
        await self.databases.prepare(system)

    async def start(self, system: System, database: str, **extra: str) -> Process:
        """The system, serving."""
        port = free_port()
        environment = system.variables(database, port, self.databases.files) | extra
        log = self._folder / f"{system.name}.log"
        return await asyncio.to_thread(Process, system.command(port), system.folder, environment, log, port)

    def log_of(self, system: System) -> Path:
        """What the system has written since its start."""
        return self._folder / f"{system.name}.log"

    async def dialect(self, system: System, port: int, *, walked: bool = True) -> Dialect:
        """How to ask it; with page 1,000 known if `walked`."""
        if system.ours:
            far = self._far.get(system.engine, None if walked else "")
            found = await systems.our_dialect(port, self.databases.passwords[system.engine], far)
            if walked:
                self._far[system.engine] = found.far["cursor"]
            return found
        if system.folder.name == "raw":
            skip = LIMIT * (PAGE - 1)
            last = self.data.orders[-skip] if len(self.data.orders) >= skip else self.data.orders[0]
            return systems.raw_dialect(f"{last.created_at.isoformat()},{last.id}")
        return systems.peer_dialect()

    async def _look(self, system: System) -> None:
        """Check that guards are on, and count statements."""
        if system.guarded:
            self._say(f"checking the guards of {system.name}")
            self.found[system.name].guards = await guards.check(self, system)
        if system.engine != "postgresql":
            return
        self._say(f"counting the statements of {system.name}")
        database, name = await self.databases.fresh(system)
        counter = Counter(database)
        process = await self.start(system, through(database, await counter.start()))
        try:
            dialect = await self.dialect(system, process.port)
            async with Client(process.port, 1) as client:
                for operation in self._offered(system):
                    source, check = operation.make(self.data, dialect)
                    await client.run(source, check, count=2)
                    before = counter.statements, counter.round_trips
                    await client.run(source, check, count=COUNTED)
                    spent = counter.statements - before[0], counter.round_trips - before[1]
                    self.found[system.name].statements[operation.name] = (
                        spent[0] / COUNTED,
                        spent[1] / COUNTED,
                    )
        finally:
            process.stop()
            await counter.stop()
            await self.databases.discard(system, name)

    def _offered(self, system: System) -> list[Operation]:
        return [each for each in self.plan.operations if each.name in system.offers]

    async def _round(self, system: System, only: Collection[str] | None) -> None:
        """One start: every operation, with a check of the whole at the end."""
        database, name = await self.databases.fresh(system)
        process = await self.start(system, database)
        try:
            dialect = await self.dialect(system, process.port)
            witness = await guards.Witness.begin(self, system, process.port, name)
            for operation in self._offered(system):
                if only is not None and operation.name not in only:
                    continue
                async with Client(process.port, operation.connections) as client:
                    source, check = operation.make(self.data, dialect)
                    warm = await client.run(source, check, seconds=self._warm_up(system, operation))
                    load, sample = await self._measured(client, process, name, system, source, check)
                witness.saw(operation, len(warm.latencies) + len(load.latencies))
                self.found[system.name].samples.setdefault(operation.name, []).append(sample)
            await witness.end()
        finally:
            await asyncio.to_thread(process.stop)
            await self.databases.discard(system, name)

    def _warm_up(self, system: System, operation: Operation) -> float:
        if not operation.light:
            return SHORT
        return max(self.plan.warm_up, SLOW) if system.warms_slowly else self.plan.warm_up

    async def _measured(
        self, client: Client, process: Process, name: str, system: System, source: Any, check: Any
    ) -> tuple[Load, Sample]:
        before, cpu = await self.databases.spent(system, name), process.cpu_seconds()
        gc.disable()
        load = await client.run(source, check, seconds=self.plan.seconds)
        gc.enable()
        cpu = process.cpu_seconds() - cpu
        after, count = await self.databases.spent(system, name), len(load.latencies)
        spent = sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())
        return load, Sample(
            cpu_us=cpu / count * 1e6,
            pg_cpu_us=spent / count * 1e6 if after else None,
            rps=count / load.seconds,
            p50_ms=load.percentile_ms(0.5),
            p95_ms=load.percentile_ms(0.95),
            p99_ms=load.percentile_ms(0.99),
            rss_mb=process.rss_mb(),
        )
