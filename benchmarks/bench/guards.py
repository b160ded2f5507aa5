"""Whether the guards are really on: before the rounds by asking for refusals, and in each round by counting.

A guarded system that does not refuse, or whose counter, log or audit did not grow with the requests that were sent, is
not shown at all: a figure with a guard off is no figure.
"""

import asyncio
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bench import systems
from bench.load import WrongAnswer, ask
from bench.operations import Operation
from bench.systems import System
from bench.wire import raw

if TYPE_CHECKING:
    from bench.measure import Bench

_LINE: Final = re.compile(rb'"event": ?"request"|"msg":"request completed"')
_SAMPLE: Final = re.compile(r"^(\w+)(?:\{.*\})? ([0-9.e+]+)$", re.MULTILINE)
_COUNTERS: Final = ("http_requests_total", "http_request_duration_seconds_count")
NEW: Final = {"title": "A guard is on", "description": None}


async def check(bench: "Bench", system: System) -> list[str]:
    """What was seen to be on. Raises `WrongAnswer` for a guard that is off."""
    database, name = await bench.databases.fresh(system)
    try:
        found = await _refusals(bench, system, database, name)
        return found + await _limit(bench, system, database)
    finally:
        await bench.databases.discard(system, name)


async def _refusals(bench: "Bench", system: System, database: str, name: str) -> list[str]:
    process = await bench.start(system, database)
    try:
        dialect, row = await bench.dialect(system, process.port), f"/work-orders/{bench.data.orders[5].id}"
        viewer = await _viewer(bench, system, process.port, dialect.login)
        body = json.dumps({**NEW, "asset_id": str(bench.data.assets[0].id)}).encode()
        witness = await Witness.begin(bench, system, process.port, name)
        await _expect(process.port, raw("GET", row), 401, "without a token")
        await _expect(process.port, raw("GET", row, dialect.token[:-4] + "AAAA"), 401, "with a forged token")
        await _expect(process.port, raw("POST", "/work-orders", viewer, body), 403, "to a viewer who writes")
        await _expect(
            process.port, raw("POST", "/work-orders", dialect.token, b'{"titel": 1}'), None, "to a bad body"
        )
        await _expect(process.port, raw("POST", "/work-orders", dialect.token, body), 201, "to a create")
        patch = raw("PATCH", row, dialect.token, b'{"notes": "Seen"}')
        await _expect(process.port, patch, 200, "to an update")
        witness.requests, witness.writes, witness.created = 6, 2, 1
        await witness.end()
    finally:
        process.stop()
    audited = ["an audit entry for each write"] if system.ours else []
    return ["401 without a token", "403 by role", "refusal of a bad body", *audited, "metrics", "access log"]


async def _limit(bench: "Bench", system: System, database: str) -> list[str]:
    """With a lower limit and nothing else changed, the requests beyond it are refused."""
    process = await bench.start(system, database, RATE_LIMIT="5/minute")
    try:
        token = (await bench.dialect(system, process.port, walked=False)).token
        request = raw("GET", f"/work-orders/{bench.data.orders[5].id}", token)
        answers = [(await ask(process.port, request))[0] for _ in range(7)]
    finally:
        process.stop()
    if answers != [200] * 5 + [429] * 2:
        raise WrongAnswer(f"a limit of 5 requests let through: {answers}")
    return ["429 over the limit"]


async def _expect(port: int, request: bytes, status: int | None, when: str) -> None:
    """Ask; the answer must have this status (400 or 422 if `None`)."""
    got, _, body = await ask(port, request)
    if got not in ((400, 422) if status is None else (status,)):
        raise WrongAnswer(f"{got} {when}: {body[:200]!r}")


async def _viewer(bench: "Bench", system: System, port: int, login: dict[str, str]) -> str:
    """The token of somebody who may only read."""
    if system.ours:
        return await systems.sign_in(port, login["email"], login["password"])
    return systems.token_of("viewer")


@dataclass
class Witness:
    """Counts from the outside what a system must have noticed."""

    bench: "Bench"
    system: System
    port: int
    name: str
    requests: int = 0
    writes: int = 0
    created: int = 0
    before: dict[str, int] = field(default_factory=dict)

    @classmethod
    async def begin(cls, bench: "Bench", system: System, port: int, name: str) -> "Witness":
        """Look at the counters before the load."""
        found = cls(bench, system, port, name)
        found.before = await found._look()
        return found

    def saw(self, operation: Operation, requests: int) -> None:
        """So many requests have been answered."""
        self.requests += requests
        self.writes += requests if operation.writes else 0
        self.created += requests if operation.name == "create" else 0

    async def end(self) -> None:
        """Compare. Raises `WrongAnswer` where less has been noticed than was sent."""
        await asyncio.sleep(0.3)  # a log may be written by a thread of its own
        after = await self._look()
        expected = {
            "rows": self.created,
            "metrics": self.requests,
            "lines": self.requests,
            "audit": self.writes,
        }
        for name, count in after.items():
            grown = count - self.before[name]
            if grown < expected[name]:
                raise WrongAnswer(f"{name} grew by {grown}, but {expected[name]} were due")

    async def _look(self) -> dict[str, int]:
        found = {"rows": await self._count("work_orders")}
        if self.system.guarded:
            found["metrics"] = await self._metrics()
            found["lines"] = len(_LINE.findall(self.bench.log_of(self.system).read_bytes()))
        if self.system.ours:
            found["audit"] = await self._count("audit_log")
        return found

    async def _count(self, table: str) -> int:
        return int(await self.bench.databases.one(self.system, self.name, f"SELECT count(*) FROM {table}"))

    async def _metrics(self) -> int:
        status, _, body = await ask(self.port, raw("GET", "/metrics", systems.METRICS_TOKEN))
        if status != 200:
            raise WrongAnswer(f"/metrics answered {status}")
        samples = _SAMPLE.findall(body.decode())
        return max(int(sum(float(value) for name, value in samples if name == each)) for each in _COUNTERS)
