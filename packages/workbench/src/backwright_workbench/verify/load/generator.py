"""The process that makes load: `python -m backwright_workbench.verify.load.generator`, a plan in, what came of it out.

It is a process of its own, so that what the workbench does meanwhile delays no request. What lives here: when which
request is sent, and what is noted of it. What must not: what operations there are, judging.
"""

import asyncio
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from time import monotonic
from typing import Any

from backwright_workbench.verify.load.connections import LATE, Answer, Connections, request
from backwright_workbench.verify.load.plan import (
    ETAG,
    ID,
    NUMBER,
    Kind,
    Plan,
    Ran,
    Sample,
    Stage,
    as_json,
    from_json,
    ran_as_json,
    ran_from_json,
)
from backwright_workbench.workspace.processes import clean_environment

SPARE = 60.0
"""Seconds that a generator may take beyond its stages before it is ended."""

CHAIN = 8
"""Requests at most until there is a row in the state that an operation needs."""

Row = tuple[str, str]


def generate(plan: Plan) -> list[Ran]:
    """Runs a plan in a process of its own: what each stage came to."""
    time = sum(stage.seconds + plan.patience for stage in plan.stages) + SPARE
    done = subprocess.run(  # noqa: S603 a list of arguments, no shell
        [sys.executable, "-m", __name__],
        input=json.dumps(as_json(plan)).encode(),
        capture_output=True,
        env=clean_environment(PYTHONPATH=":".join(sys.path)),
        timeout=time,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the load generator broke off: {done.stderr.decode(errors='replace')[-2000:]}")
    return [ran_from_json(each) for each in json.loads(done.stdout)]


def arrivals(rate: float, seconds: float, seed: int) -> Iterator[float]:
    """When requests come that know nothing of each other: a Poisson process, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 no secret
    at = chance.expovariate(rate)
    while at < seconds:
        yield at
        at += chance.expovariate(rate)


class Source:
    """Makes requests: which one comes next, with rows that nobody else uses meanwhile."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._chance = random.Random(plan.seed)  # noqa: S311 no secret
        self._shares = [each.share for each in plan.operations]
        self._turns = [0] * len(plan.operations)
        self._number = plan.seed * 1_000_000
        self._pools: dict[str, list[Row]] = {}
        self._raw: dict[tuple[int, int], bytes] = {}

    def leave_out(self, operation: int) -> None:
        """Draw it no more: whoever asks may not, or it cannot be asked so."""
        self._shares[operation] = 0.0

    def draw(self) -> int:
        """The operation that comes next."""
        if not any(self._shares):
            raise SystemExit("no operation is answered")
        return self._chance.choices(range(len(self._shares)), self._shares)[0]

    def make(self, operation: int, variant: int | None = None) -> tuple[int, bytes, Row | None, bool]:
        """The operation that is really sent, its bytes, the row that it takes, and whether it was sent before."""
        asked = self._plan.operations[operation]
        row: Row | None = None
        if asked.takes:
            pool = self._pools.get(asked.takes)
            if not pool:
                return self.make(asked.otherwise)
            row = pool.pop(0)
        if variant is None:
            variant = self._turns[operation]
            self._turns[operation] += 1
        again = variant >= len(asked.variants)
        return operation, self._bytes(operation, variant % len(asked.variants), row), row, again

    def answered(self, operation: int, row: Row | None, answer: Answer) -> None:
        """Keep the row, as it is now, for those that come later."""
        asked = self._plan.operations[operation]
        if not asked.gives or not 200 <= answer.status < 300:
            return
        etag = answer.headers.get(b"etag", b"").decode()
        if asked.method == "POST" and row is None:
            row = (str(json.loads(answer.body)["id"]), etag)
        if row is not None:
            self._pools.setdefault(asked.gives, []).append((row[0], etag or row[1]))

    def _bytes(self, operation: int, variant: int, row: Row | None) -> bytes:
        key = (operation, variant)
        if key in self._raw:
            return self._raw[key]
        asked = self._plan.operations[operation]
        path, body = asked.variants[variant]
        self._number += 1
        filled = [_filled(text, row, self._number) for text in (path, body, *asked.headers.values())]
        headers = dict(zip(asked.headers, filled[2:], strict=True))
        raw = request(asked.method, filled[0], self._plan.port, headers, filled[1].encode())
        if filled == [path, body, *asked.headers.values()]:
            self._raw[key] = raw
        return raw


def _filled(text: str, row: Row | None, number: int) -> str:
    if row is not None:
        text = text.replace(ID, row[0]).replace(ETAG, row[1])
    return text.replace(NUMBER, str(number))


class Generator:
    """Runs the stages of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._source = Source(plan)
        self._connections = Connections(plan.port, plan.connections)
        self._capacity = 0.0
        self._began = 0.0
        self._samples: list[Sample] = []

    async def run(self) -> list[Ran]:
        """All stages, one after the other; each waits for its last answer."""
        ran = []
        for number, stage in enumerate(self._plan.stages):
            self._samples = []
            self._began = monotonic()
            rate = await self._stage(stage, self._plan.seed + number)
            took = stage.seconds if stage.kind is Kind.OPEN else monotonic() - self._began
            ran.append(Ran(self._began, took, rate, tuple(self._samples)))
        await self._connections.close()
        return ran

    async def _stage(self, stage: Stage, seed: int) -> float:
        match stage.kind:
            case Kind.EACH:
                await self._each(stage)
                return 0.0
            case Kind.CLOSED:
                self._capacity = await self._closed(stage)
                return self._capacity
            case Kind.OPEN:
                rate = max(1.0, min(stage.rate or stage.of * self._capacity, stage.most))
                await self._open(stage, rate, seed)
                return rate

    async def _each(self, stage: Stage) -> None:
        until = monotonic() + stage.seconds
        for number, operation in enumerate(self._plan.operations):
            for turn in (0, 1):
                for variant in range(min(stage.variants, len(operation.variants))):
                    if monotonic() > until:
                        return
                    await self._visit(number, variant + turn * len(operation.variants))
            answers = [each.status for each in self._samples if each.operation == number]
            if all(400 <= status < 500 for status in answers):
                self._source.leave_out(number)

    async def _visit(self, number: int, variant: int) -> None:
        """Send it, after what makes a row for it if there is none."""
        for _ in range(CHAIN):
            sample = await self._send(number, monotonic() - self._began, variant)
            if sample.operation == number or not sample.good:
                return

    async def _closed(self, stage: Stage) -> float:
        until = monotonic() + stage.seconds

        async def client() -> None:
            while monotonic() < until:
                sample = await self._send(self._source.draw(), monotonic() - self._began)
                if sample.status <= 0:
                    await asyncio.sleep(0.05)

        await asyncio.gather(*(client() for _ in range(stage.clients)))
        took = max(each.due + each.latency for each in self._samples)
        return sum(each.good for each in self._samples) / took

    async def _open(self, stage: Stage, rate: float, seed: int) -> None:
        tasks: set[asyncio.Task[Sample]] = set()
        for due in arrivals(rate, stage.seconds, seed):
            early = self._began + due - monotonic()
            if early > 0:
                await asyncio.sleep(early)
            task = asyncio.get_running_loop().create_task(self._send(self._source.draw(), due))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            if early <= 0:
                await asyncio.sleep(0)
        if tasks:
            await asyncio.wait(tasks)

    async def _send(self, operation: int, due: float, variant: int | None = None) -> Sample:
        """One request, from when it was due."""
        loop = asyncio.get_running_loop()
        operation, raw, row, again = self._source.make(operation, variant)
        future: asyncio.Future[Answer] = loop.create_future()

        def tell(answer: Answer) -> None:
            if not future.done():
                future.set_result(answer)

        lag = monotonic() - self._began - due
        timer = loop.call_later(self._plan.patience, tell, Answer(LATE))
        self._connections.send(raw, tell)
        answer = await future
        timer.cancel()
        if answer.status == LATE:
            self._connections.give_up(tell)
        self._source.answered(operation, row, answer)
        sample = Sample(
            operation,
            round(due, 6),
            round(max(lag, 0.0), 6),
            round(monotonic() - self._began - due, 6),
            answer.status,
            again,
            b"retry-after" in answer.headers,
        )
        self._samples.append(sample)
        return sample


def main() -> None:
    """A plan on standard input, what came of it on standard output."""
    import gc

    plan = from_json(json.load(sys.stdin))
    gc.disable()  # what is kept is little, and a collection in the middle would be taken for a slow answer
    ran: list[Ran] = _run(Generator(plan))
    found: list[dict[str, Any]] = [ran_as_json(each) for each in ran]
    json.dump(found, sys.stdout)


def _run(generator: Generator) -> list[Ran]:
    import uvloop

    return uvloop.run(generator.run())


if __name__ == "__main__":
    main()
