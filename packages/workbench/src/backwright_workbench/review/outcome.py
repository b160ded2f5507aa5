"""What a review comes to: findings, what was left aside, and what was not looked at.

What lives here: these values. What must not: how they look.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.review.engine import causes
from backwright_workbench.review.finding import Finding, Severity
from backwright_workbench.review.rule import Rule

SECRETS = "hardcoded-secret"
"""The rule whose findings are about lines that nobody should see whole."""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that a comment in the code, the configuration or a baseline leaves aside, and its reason."""

    finding: Finding
    kind: str
    """inSource or external, in the words of SARIF."""
    reason: str


@dataclass(slots=True)
class Review:
    """All that is known at the end."""

    name: str
    app: Application
    rules: tuple[Rule, ...]
    """Those that were applied."""
    findings: list[Finding]
    """What is told, the worst first."""
    suppressed: list[Suppressed] = field(default_factory=list)
    known: list[Finding] = field(default_factory=list)
    """What the baseline or the compared commit has, too."""
    since: str = ""
    """What is compared with: `baseline …`, `main at 1a2b3c`; empty if nothing is."""
    below: int = 0
    """How many are less severe or less sure than was asked for."""
    remarks: list[str] = field(default_factory=list)
    """What a person should know about the review itself: a suppression without reason, a rule that failed."""
    left_out: list[tuple[str, str]] = field(default_factory=list)
    odd: list[tuple[str, str]] = field(default_factory=list)
    lines: int = 0
    seconds: float = 0.0
    command: str = ""
    _secrets: dict[str, set[int]] | None = None

    def rule(self, name: str) -> Rule | None:
        """The rule of that name."""
        return next((each for each in self.rules if each.name == name), None)

    def groups(self) -> Iterator[list[Finding]]:
        """Findings with one cause together, the worst first."""
        return causes(self.findings)

    def at_least(self, level: Severity) -> list[Finding]:
        """The findings that are as severe as `level`, or more."""
        return [each for each in self.findings if rank(each.severity) <= rank(level)]

    def by_severity(self) -> dict[Severity, int]:
        """How many there are of each, the worst first; none is left out."""
        found = Counter(each.severity for each in self.findings)
        return {each: found[each] for each in Severity if found[each]}

    def by_family(self) -> dict[str, int]:
        """How many there are of each family."""
        return dict(sorted(Counter(each.family for each in self.findings).items()))

    def holds_secret(self, path: str, line: int) -> bool:
        """Whether a secret was found on a line: it must not be shown as it is."""
        if self._secrets is None:
            self._secrets = {}
            told = [*self.findings, *self.known, *(each.finding for each in self.suppressed)]
            for each in told:
                if each.rule == SECRETS:
                    lines = range(each.place.line, max(each.place.end, each.place.line) + 1)
                    self._secrets.setdefault(each.place.path, set()).update(lines)
        return line in self._secrets.get(path, ())

    def text(self, path: str) -> list[str]:
        """The lines of a file."""
        module = self.app.project.paths.get(path)
        return module.lines if module else self.app.files.get(path, "").splitlines()


SEVERITIES = tuple(Severity)


def rank(severity: Severity) -> int:
    """0 for the worst."""
    return SEVERITIES.index(severity)
