"""A process that is told to stop finishes what it has begun, and tells everybody before it goes.

Under load it gets SIGTERM, as from an orchestrator at each deployment. Red: a request that is cut or refused while it
drains, readiness that still says yes, an exit that is late or not clean, a second signal that is not heeded.
"""

import json
import socket
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic, sleep
from urllib.parse import urlsplit

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.load.connections import HOST, request
from backwright_workbench.verify.load.generator import generate
from backwright_workbench.verify.load.mix import mix
from backwright_workbench.verify.load.plan import Kind, Operation, Plan, Ran, Sample, Stage
from backwright_workbench.verify.load.probes import LIVE, READY, Probing
from backwright_workbench.verify.load.writers import Making, making
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.stand.stands import FEW
from backwright_workbench.verify.subject import Subject

CHECK = Check(
    title="Told to stop, it loses no request, says so first, and ends cleanly",
    needs=frozenset({Need.SERVICE, Need.PROCESS}),
    proves=("12factor IX", "graceful shutdown"),
    engine_bound=True,
)

START = 1.5
"""Seconds until the generator is at work, at the latest."""

MARGIN = 0.2
"""Seconds before the end of the drain from which on nothing is expected of it any more."""

CUT = 8
"""Bytes of the slow request that come late."""

LEAVES = 1.0
"""Seconds within which a balancer that looks at readiness has to learn of it."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Seconds, and requests in a second."""

    before: float = 1.0
    drain: float = 1.5
    rate: float = 40.0
    grace: float = 15.0
    """For the end, from the last request on."""


QUICK, FULL = Extent(), Extent(before=5.0, drain=5.0, rate=100.0)


@dataclass(slots=True)
class Drained:
    """What was seen."""

    told_at: float = 0.0
    left_after: float | None = None
    """Seconds until readiness said no; none: it never did."""
    alive: bool = True
    """Whether liveness said yes all the while."""
    slow: int | None = 0
    """What the slow request was answered; none: it was cut; 0: there was none."""
    exit: int | None = None
    ended_after: float = 0.0
    load: Ran | None = None


def run(subject: Subject) -> Outcome:
    """Stops one process under load, and hurries another one."""
    extent = FULL if subject.full else QUICK
    blueprint = subject.blueprint
    if blueprint is None:
        raise NotRun("it needs a service written by Backwright")
    with subject.stands.fresh(rows=FEW, DRAIN_S=str(extent.drain)) as stand:
        operations = mix(stand, blueprint)
        drained = drain(stand, operations, making(stand, blueprint), extent)
    with subject.stands.fresh(rows=FEW, DRAIN_S="60") as stand:
        hurried = hurry(stand, extent.grace)
    return told(subject, operations, drained, hurried, extent)


def drain(stand: Stand, operations: tuple[Operation, ...], how: Making | None, extent: Extent) -> Drained:
    """Puts load on, tells it to stop in the middle, and waits for the end."""
    server = stand.server
    if server is None:
        raise NotRun("it is no process of ours")
    seen, ran = Drained(), list[Ran]()
    port = urlsplit(stand.url).port or 80
    stages = (
        Stage(Kind.EACH, 0.5, variants=1),
        Stage(Kind.OPEN, START + extent.before + extent.drain, rate=extent.rate),
    )
    plan = Plan(port, operations, stages, connections=32, patience=extent.grace)
    generating = threading.Thread(target=lambda: ran.extend(generate(plan)), daemon=True)
    generating.start()
    sleep(START + extent.before)
    with Probing(port, every=0.05) as probing:
        slow = half_sent(port, how) if how is not None else None
        sleep(0.2)
        seen.told_at = monotonic()
        server.ask_to_end()
        if slow is not None and how is not None:
            sleep(extent.drain + 0.5)  # by now it accepts nothing new, and this is still under way
            seen.slow = other_half(slow, how)
        seen.exit = server.wait(extent.drain + extent.grace)
        seen.ended_after = monotonic() - seen.told_at
    generating.join()
    seen.load = ran[-1] if ran else None
    said = [each.at for each in probing.of(READY, seen.told_at) if each.status == 503]
    seen.left_after = said[0] - seen.told_at if said else None
    asked = probing.of(LIVE, seen.told_at, seen.told_at + extent.drain - MARGIN)
    seen.alive = all(each.status == 200 for each in asked)
    return seen


def half_sent(port: int, how: Making) -> socket.socket:
    """A connection on which half of a request is sent: somebody with a slow line, who has begun."""
    raw = _raw(port, how)
    connection = socket.create_connection((HOST, port), timeout=20)
    connection.sendall(raw[: len(raw) - CUT])
    return connection


def other_half(connection: socket.socket, how: Making) -> int | None:
    """Sends the rest: the status of the answer, none if there is none."""
    with connection, suppress(OSError, ValueError, IndexError):
        connection.sendall(_raw(connection.getpeername()[1], how)[-CUT:])
        return int(connection.recv(65_536).split()[1])
    return None


def _raw(port: int, how: Making) -> bytes:
    body = json.dumps(how.body("slow")).encode()
    return request("POST", how.path, port, dict(how.operation.headers), body)


def hurry(stand: Stand, grace: float) -> float | None:
    """Seconds that a process takes to end that is told twice; none if it does not."""
    if stand.server is None:
        return None
    stand.server.ask_to_end()
    sleep(0.5)
    began = monotonic()
    stand.server.ask_to_end()
    return monotonic() - began if stand.server.wait(grace) is not None else None


def told(
    subject: Subject,
    operations: tuple[Operation, ...],
    seen: Drained,
    hurried: float | None,
    extent: Extent,
) -> Outcome:
    """The outcome."""
    samples = during(seen, extent)
    wrong = [each for each in samples if not each.good]
    names = Counter(f"{operations[each.operation].name}: {each.status or 'cut'}" for each in wrong)
    figures = (
        Figure("requests while it drained", len(samples)),
        Figure("cut or refused", len(wrong), "", 0),
        Figure("said to be leaving after", round(seen.left_after or extent.drain, 2), "s", LEAVES),
        Figure("ended after", round(seen.ended_after, 2), "s", extent.drain + extent.grace),
        Figure(
            "ended by a second signal after",
            round(extent.grace if hurried is None else hurried, 2),
            "s",
            extent.grace,
        ),
    )
    subject.record.keep(
        "drain.txt",
        "\n".join(
            [*(f"{each.name}: {each.value:g} {each.unit}" for each in figures), *map(str, names.items())]
        ),
        command=f"SIGTERM with DRAIN_S={extent.drain:g} at {extent.rate:g} requests in a second",
    )
    return judged(
        f"{len(samples)} requests while it drained, {len(wrong)} cut or refused; exit {seen.exit}",
        judge(seen, hurried, [f"{name} ({times} times)" for name, times in names.most_common(5)]),
        figures=figures,
        data={"requests": len(samples), "wrong": len(wrong), "exit": seen.exit},
    )


def during(seen: Drained, extent: Extent) -> list[Sample]:
    """The requests that came while it had to serve: until a balancer has long turned away from it."""
    if seen.load is None:
        return []
    until = seen.told_at + extent.drain - MARGIN
    return [each for each in seen.load.samples if seen.load.began + each.due < until]


def judge(seen: Drained, hurried: float | None, wrong: list[str]) -> list[Fault]:
    """What is wrong."""
    faults = [
        Fault(
            "a request is cut or refused while it drains",
            each,
            why="each deployment then costs requests",
            next_step="go on serving until the drain is over, then finish what is under way",
        )
        for each in wrong
    ]
    if seen.left_after is None:
        faults.append(
            Fault(
                "it is ready although it stops",
                f"GET {READY}",
                why="balancers go on sending to it until it is gone",
                next_step="answer 503 there from SIGTERM on",
            )
        )
    if not seen.alive:
        faults.append(
            Fault("it is not alive while it drains", f"GET {LIVE}", why="it is killed before it is done")
        )
    if seen.slow is None or seen.slow >= 300:
        faults.append(
            Fault(
                f"a request that was under way is {'cut' if seen.slow is None else f'answered {seen.slow}'}",
                "POST, begun before SIGTERM, its content complete afterwards",
                why="somebody with a slow line loses what he has sent",
                next_step="wait for requests under way before the process ends",
            )
        )
    if seen.exit is None:
        faults.append(
            Fault("it does not end", "SIGTERM", why="it is killed in the end, with what is under way")
        )
    elif seen.exit != 0:
        faults.append(Fault(f"it ends with status {seen.exit}", "SIGTERM", why="an orderly stop ends with 0"))
    if hurried is None:
        faults.append(Fault("a second signal does not end it", "SIGTERM, SIGTERM", why="nobody can hurry it"))
    return faults
