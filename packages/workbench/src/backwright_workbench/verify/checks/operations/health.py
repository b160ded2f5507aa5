"""Liveness asks nothing of the outside; readiness does, and comes back.

Red: a service that is killed because its database is down, or that takes traffic while it is.
"""

from time import monotonic, sleep

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.stand.databases import naming
from backwright_workbench.verify.stand.stand import Stand
from backwright_workbench.verify.subject import Subject

LIVE, READY = "/health/live", "/health/ready"
PATIENCE = 8.0
"""Seconds within which readiness has to follow the database."""

CHECK = Check(
    title="Readiness follows the database, liveness does not",
    needs=frozenset({Need.SERVICE, Need.PROCESS, Need.DATABASE}),
    proves=("12factor IX", "Kubernetes probes"),
    engine_bound=True,
)


def run(subject: Subject) -> Outcome:
    """Closes the gate between the service and its database, and opens it again."""
    with subject.stands.fresh() as stand:
        if stand.gate is None:
            raise NotRun(
                "an embedded database cannot be stopped",
                naming(subject.meant_for),
            )
        faults: list[Fault] = []
        stand.gate.close()
        down = until(stand, 503)
        if down is None:
            faults.append(Fault("it is ready although its database is down", f"GET {READY}"))
        if asked(stand, LIVE) != 200:
            faults.append(Fault("it is not alive because its database is down", f"GET {LIVE}"))
        stand.gate.open()
        back = until(stand, 200)
        if back is None:
            faults.append(Fault("it is not ready again after its database is back", f"GET {READY}"))
        figures = (
            Figure("not ready after", round(down or PATIENCE, 2), "s", PATIENCE),
            Figure("ready again after", round(back or PATIENCE, 2), "s", PATIENCE),
        )
        subject.record.keep(
            "probes.txt", "\n".join(f"{f.name}: {f.value} s" for f in figures), command="GET /health/ready"
        )
        return judged(
            f"not ready after {down or 0:.1f} s, again after {back or 0:.1f} s", faults, figures=figures
        )


def until(stand: Stand, status: int) -> float | None:
    """Seconds until readiness answers with this status; none if it never does."""
    began = monotonic()
    while monotonic() - began < PATIENCE:
        if asked(stand, READY) == status:
            return monotonic() - began
        sleep(0.1)
    return None


def asked(stand: Stand, path: str) -> int:
    """What a probe gets."""
    with stand.anonymous.client() as client:
        return client.get(path, timeout=10).status_code
