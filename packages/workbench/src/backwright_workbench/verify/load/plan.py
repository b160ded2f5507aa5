"""What load is made of: operations with their shares, and stages that follow one another.

What lives here: values, and their form between the processes. What must not: sending anything.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

ID, ETAG, NUMBER = "@id@", "@etag@", "@number@"
"""Where a request holds the id or the ETag of the row that it takes, or a number that no other request has."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that somebody asks for. Each of its `variants` is (path, body); they are taken in turn."""

    name: str
    """As the document has it: `GET /work-orders/{id}`."""
    role: str
    method: str
    variants: tuple[tuple[str, str], ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    share: float = 1.0
    takes: str = ""
    """The pool of rows that it takes one from; nobody else uses that row meanwhile."""
    gives: str = ""
    """The pool that its row goes to when the answer is right."""
    otherwise: int = -1
    """The operation to send where the pool is empty: the one that makes such rows."""

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.method in ("GET", "HEAD")


class Kind(StrEnum):
    """How the requests of a stage come."""

    EACH = "each"
    """Every variant of every operation alone, and then once more."""
    CLOSED = "closed"
    """From so many clients at once, of which each waits for its answer."""
    OPEN = "open"
    """At a rate, however long the answers take, as from many people who do not know of each other."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of load. An open one has a `rate`, or a part `of` the capacity that a closed one has found."""

    kind: Kind
    seconds: float
    clients: int = 8
    rate: float = 0.0
    of: float = 0.0
    most: float = float("inf")
    """The highest rate, whatever the capacity is."""
    variants: int = 2
    """How many of each operation's variants are sent, where each is."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a generator needs to know."""

    port: int
    operations: tuple[Operation, ...]
    stages: tuple[Stage, ...]
    connections: int = 256
    """Connections at most; what comes when all are in use waits, and its time counts."""
    patience: float = 10.0
    """Seconds after which a client gives up."""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """One request. Times are seconds; `due` counts from the beginning of the stage."""

    operation: int
    due: float
    lag: float
    """How much later than it was due the generator came to it."""
    latency: float
    """From when it was due until it was answered or given up."""
    status: int
    """0: the connection ended without an answer; -1: no answer in time."""
    again: bool = False
    """Whether the same variant was sent before."""
    retry_after: bool = False

    @property
    def good(self) -> bool:
        """Whether it was answered as it should."""
        return 200 <= self.status < 400

    @property
    def shed(self) -> bool:
        """Whether it was refused for now, with the time to come back."""
        return self.status in (429, 503) and self.retry_after


@dataclass(frozen=True, slots=True)
class Ran:
    """What a stage came to."""

    began: float
    """On the monotonic clock that all processes of the machine share."""
    seconds: float
    """For which requests were due."""
    rate: float
    """Requests in a second: as asked, or for a closed stage as answered."""
    samples: tuple[Sample, ...]


def as_json(plan: Plan) -> dict[str, Any]:
    """The form for the generator's standard input."""
    return asdict(plan)


def from_json(data: Mapping[str, Any]) -> Plan:
    """The plan of that form."""
    operations = (
        Operation(**{**each, "variants": tuple(tuple(pair) for pair in each["variants"])})
        for each in data["operations"]
    )
    stages = (Stage(**{**each, "kind": Kind(each["kind"])}) for each in data["stages"])
    return Plan(**{**data, "operations": tuple(operations), "stages": tuple(stages)})


def ran_as_json(ran: Ran) -> dict[str, Any]:
    """The form for the generator's standard output."""
    samples = [
        [each.operation, each.due, each.lag, each.latency, each.status, each.again, each.retry_after]
        for each in ran.samples
    ]
    return {"began": ran.began, "seconds": ran.seconds, "rate": ran.rate, "samples": samples}


def ran_from_json(data: Mapping[str, Any]) -> Ran:
    """The stage of that form."""
    return Ran(data["began"], data["seconds"], data["rate"], tuple(Sample(*each) for each in data["samples"]))
