"""Without Redis it goes on: right answers, hardly slower, and back to Redis by itself.

Redis is an aid, so its end must be nobody's. A gate between the two is closed while somebody reads and writes. Red: a
failure that is passed on, an answer that waits for Redis, an old answer after Redis is back, a service that stays
without.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

import httpx2

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.load.figures import percentile
from backwright_workbench.verify.load.writers import Making, client, making
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.stand import redis
from backwright_workbench.verify.stand.gate import Gate
from backwright_workbench.verify.stand.stands import FEW
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="Without Redis it answers as before, and finds back to it",
    needs=frozenset({Need.SERVICE, Need.PROCESS}),
    proves=("12factor IV", "graceful degradation"),
    engine_bound=True,
)

READY = "/health/ready"
ROUNDS = 12
SLOWEST, SLOWER = 1500.0, 150.0
"""Milliseconds: what one request may take when Redis falls silent, and what half of them may take more than before."""

BACK_WITHIN = 8.0
"""Seconds after which Redis has to be used again."""


@dataclass(slots=True)
class Part:
    """What was answered while Redis was there, or was not."""

    times: list[float] = field(default_factory=list)
    """Milliseconds."""
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Seen:
    """The three parts: with Redis, without, and with it again."""

    before: Part
    without: Part
    after: Part
    ready: int
    """What readiness says without Redis."""
    back_after: float | None
    used: bool
    """Whether it asked Redis at all."""


def run(subject: Subject) -> Outcome:
    """Closes the gate to Redis, and opens it again."""
    blueprint, url = subject.blueprint, redis.named()
    if blueprint is None or not url:
        meant = blueprint is not None and blueprint.stores.cache == "redis"
        raise NotRun(
            "no Redis is named to try it with",
            f"set {redis.VARIABLE}=redis://127.0.0.1:6379/0",
            required=meant,
        )
    with redis.gated(url) as gated, subject.stands.fresh(rows=FEW, **gated.settings) as stand:
        how = making(stand, blueprint)
        if how is None:
            raise NotRun("there is nothing that anybody may make")
        heard = Heard(gated.gate)
        with client(stand, how) as connection:
            user = User(connection, how)
            before = user.part("before")
            used = heard.bytes > 0
            gated.gate.close()
            without = user.part("without")
            ready = connection.get(READY).status_code
            gated.gate.open()
            back = until_used(heard)
            after = user.part("after")
    return told(subject, Seen(before, without, after, ready, back, used))


class Heard:
    """Counts what passes the gate to Redis."""

    def __init__(self, gate: Gate) -> None:
        self.bytes = 0
        gate.heard = self._hear

    def _hear(self, connection: int, chunk: bytes) -> None:
        self.bytes += len(chunk)


class User:
    """Somebody who makes rows, changes them and looks at them, and knows what has to be there."""

    def __init__(self, connection: httpx2.Client, how: Making) -> None:
        self._connection = connection
        self._how = how
        self._known: tuple[str, str] | None = None
        """The path of a row that all parts look at and change, and the text that it has to have."""

    def part(self, name: str) -> Part:
        """Some rounds, each: make, look, change, look, list; and the same row as in the parts before."""
        found = Part()
        for number in range(ROUNDS):
            try:
                self._round(found, f"{name}-{number}")
            except httpx2.HTTPError as error:
                found.wrong.append(f"{self._how.path}: {type(error).__name__}")
        return found

    def ask(self, found: Part, method: str, path: str, right: int, **given: Any) -> httpx2.Response:
        """A request that is timed, and has to be answered so."""
        began = monotonic()
        answer = self._connection.request(method, path, **given)
        found.times.append((monotonic() - began) * 1000)
        if answer.status_code != right:
            found.wrong.append(f"{method} {self._how.path}: {answer.status_code} instead of {right}")
        return answer

    def _round(self, found: Part, text: str) -> None:
        path, marker = self._how.path, self._how.marker
        made = self.ask(found, "POST", path, 201, json=self._how.body(text))
        if made.status_code != 201:
            return
        row = f"{path}/{made.json()['id']}"
        self.ask(found, "GET", path, 200)
        if not marker:
            self.ask(found, "GET", row, 200)
            return
        self._look(found, row, str(self._how.body(text)[marker]))
        self._change(found, row, f"Changed {text}")
        if self._known is None:
            self._known = (row, f"Changed {text}")
        self._look(found, *self._known)
        self._known = (self._known[0], f"Known {text}")
        self._change(found, *self._known)

    def _look(self, found: Part, row: str, text: str) -> None:
        shown = self.ask(found, "GET", row, 200)
        if shown.status_code == 200 and shown.json().get(self._how.marker) != text:
            found.wrong.append(f"GET {self._how.path}/{{id}}: an old answer, after the row was changed")

    def _change(self, found: Part, row: str, text: str) -> None:
        etag = self._connection.get(row).headers.get("ETag", "")
        self.ask(found, "PATCH", row, 200, json={self._how.marker: text}, headers={"If-Match": etag})


def until_used(heard: Heard) -> float | None:
    """Seconds until something passes to Redis again; none if it never does."""
    began, before = monotonic(), heard.bytes
    while monotonic() - began < BACK_WITHIN:
        sleep(0.1)
        if heard.bytes > before:
            return monotonic() - began
    return None


def told(subject: Subject, seen: Seen) -> Outcome:
    """The outcome."""
    before, without = (percentile(each.times, 0.5) for each in (seen.before, seen.without))
    figures = (
        Figure("half of the answers with Redis within", round(before, 1), "ms"),
        Figure("half of the answers without within", round(without, 1), "ms"),
        Figure("slowest answer without", round(max(seen.without.times, default=0.0), 1), "ms", SLOWEST),
        Figure("used again after", round(seen.back_after or BACK_WITHIN, 2), "s", BACK_WITHIN),
    )
    subject.record.keep(
        "redis.txt",
        "\n".join([*(f"{each.name}: {each.value:g} {each.unit}" for each in figures), *seen.without.wrong])
        + "\n",
        command="the gate to Redis closed and opened again",
    )
    count = len(seen.without.times)
    return judged(
        f"{count} requests without Redis, {len(seen.without.wrong)} wrong; back after {seen.back_after or 0:.1f} s",
        list(judge(seen)),
        figures=figures,
    )


def judge(seen: Seen) -> Iterator[Fault]:
    """What is wrong."""
    if not seen.used:
        yield Fault(
            "it asks Redis nothing",
            "REDIS_URL",
            why="it is meant for Redis, and counts and caches in each process for itself",
        )
    for when, part in (
        ("with Redis", seen.before),
        ("without Redis", seen.without),
        ("after Redis is back", seen.after),
    ):
        for wrong in dict.fromkeys(part.wrong):
            yield Fault(
                f"{when}: {wrong.partition(': ')[2]}",
                wrong.partition(": ")[0],
                why="Redis only makes it faster; what is right does not depend on it",
                next_step="catch what Redis raises, and go on without; forget what was kept when it is back",
            )
    before, without = (percentile(each.times, 0.5) for each in (seen.before, seen.without))
    if without > before + SLOWER:
        yield Fault(
            f"without Redis half of the answers take more than {without:.0f} ms, with it {before:.0f} ms",
            "REDIS_TIMEOUT_MS",
            why="each request waits for Redis anew",
            next_step="after the first failure, do without until a task of its own has found it again",
        )
    if seen.ready != 200:
        yield Fault(
            f"it is not ready without Redis ({seen.ready})",
            f"GET {READY}",
            why="it is taken out, although it can answer",
        )
    if seen.back_after is None and seen.used:
        yield Fault(
            "it does not use Redis again after it is back", "REDIS_URL", why="somebody has to restart it"
        )
