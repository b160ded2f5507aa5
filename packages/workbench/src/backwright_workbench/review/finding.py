"""What a review says."""

from dataclasses import dataclass
from enum import StrEnum

from backwright_workbench.codebase.facts.place import Place


class Severity(StrEnum):
    """What happens if it stays."""

    CRITICAL = "critical"  # anybody can take over the service or its data
    HIGH = "high"  # data of others is read or changed, or the service stops
    MEDIUM = "medium"  # an attack or an outage becomes easier
    LOW = "low"  # it costs time later


class Confidence(StrEnum):
    """How sure it is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Step:
    """A place on the way from the cause to the effect, with what happens there."""

    place: Place
    what: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What a rule saw at one place. `message` is one sentence in the project's own words.

    What has the same `cause` is one finding with several places (a router of unguarded routes); `fix` says how to mend
    it here, in this framework; `steps` lead from where it begins to `place`; `also` are places that belong to it.
    """

    place: Place
    message: str
    confidence: Confidence = Confidence.HIGH
    severity: Severity | None = None
    fix: str = ""
    cause: str = ""
    steps: tuple[Step, ...] = ()
    also: tuple[Step, ...] = ()
    about: str = ""
    """What it is about, for its fingerprint, where lines move: `users.login`, `Order.customer_id`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule saw, with what is known of the rule."""

    rule: str
    family: str
    severity: Severity
    confidence: Confidence
    cwe: tuple[int, ...]
    owasp: tuple[str, ...]
    seen: Seen
    fingerprint: str
    tools: tuple[str, ...] = ()
    """Other tools that say the same."""
    is_foreign: bool = False
    """Whether only other tools say it."""

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.seen.place

    @property
    def message(self) -> str:
        """One sentence."""
        return self.seen.message
