"""What commands tell while they work. They yield these values; whoever listens shows them.

What lives here: the events. What must not: how they look, on a terminal or as JSON.
"""

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StepStarted:
    """Work on a step has begun. `step` is its stable name, `title` what a person reads."""

    step: str
    title: str


@dataclass(frozen=True, slots=True)
class StepProgress:
    """Something happened within a step that takes long."""

    step: str
    text: str


@dataclass(frozen=True, slots=True)
class StepFinished:
    """A step is over, with what came of it. `ok` is false where the work went on regardless."""

    step: str
    seconds: float
    detail: str
    ok: bool = True


@dataclass(frozen=True, slots=True)
class StepSkipped:
    """A step was not done, and why: not having run is a visible state."""

    step: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know: an assumption made, a wish carried, an address that answers."""

    topic: str
    text: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """A check of `verify` is done. `status` is passed, failed or not run; `faults` say what is wrong and where."""

    check: str
    status: str
    summary: str
    seconds: float
    required: bool
    faults: tuple[str, ...] = ()
    reused: bool = False


@dataclass(frozen=True, slots=True)
class Checking:
    """The checks under way, each with how far it has come; `done` of `total` are over."""

    running: dict[str, str]
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """How far a verification is, in the words that programs which lead several agents expect."""

    agent: str
    status: str
    """`verifying`, in the end the verdict."""
    phase: str
    """The family of the check that has just ended, in the end `verdict`."""
    completed: tuple[str, ...]
    pending: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A finding of `review`; `places` are all of its lines, the first one leading."""

    rule: str
    family: str
    severity: str
    confidence: str
    message: str
    places: tuple[str, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Output:
    """The result itself, as text: what goes to standard output or into a file."""

    text: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The end: whether all went well, and the page that says what was made."""

    ok: bool
    text: str
    values: dict[str, str] = field(default_factory=dict)
    exit_code: int = 1
    """What the command ends with if it did not go well."""


Event = (
    StepStarted
    | StepProgress
    | StepFinished
    | StepSkipped
    | Notice
    | Checked
    | Checking
    | AgentStatus
    | Found
    | Output
    | Summary
)


class Step:
    """A step under way. Its times are measured here, so that no command has to."""

    def __init__(self, name: str, title: str) -> None:
        self.name = name
        self.title = title
        self._since = time.monotonic()

    def started(self) -> StepStarted:
        """The event that opens the step."""
        return StepStarted(self.name, self.title)

    def progress(self, text: str) -> StepProgress:
        """An event within the step."""
        return StepProgress(self.name, text)

    def finished(self, detail: str, *, ok: bool = True) -> StepFinished:
        """The event that closes the step."""
        return StepFinished(self.name, time.monotonic() - self._since, detail, ok)
