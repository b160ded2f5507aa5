"""Which rules are applied, and which findings are told.

What lives here: names of rules and families, levels. What must not: rules themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from backwright_workbench.errors import UserError
from backwright_workbench.review.finding import Confidence, Finding, Severity
from backwright_workbench.review.outcome import rank
from backwright_workbench.review.rule import FAMILIES, Rule

SURENESS = tuple(Confidence)


@dataclass(frozen=True, slots=True)
class Selection:
    """`only` and `skip` are rules or families; `severity` and `confidence` the lowest that are told."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    severity: Severity = Severity.LOW
    confidence: Confidence = Confidence.LOW

    def chosen(self, rules: Iterable[Rule]) -> tuple[Rule, ...]:
        """The rules that are applied. Raises `UserError` for a name that is none."""
        known = tuple(rules)
        refuse_unknown((*self.only, *self.skip), known)
        return tuple(
            rule
            for rule in known
            if (not self.only or {rule.name, rule.family} & set(self.only))
            and not {rule.name, rule.family} & set(self.skip)
        )

    def takes_family(self, family: str) -> bool:
        """Whether all of a family is wanted, but for rules that are skipped."""
        return (not self.only or family in self.only) and family not in self.skip

    def takes(self, finding: Finding) -> bool:
        """Whether a finding is severe and sure enough."""
        return rank(finding.severity) <= rank(self.severity) and SURENESS.index(
            finding.confidence
        ) <= SURENESS.index(self.confidence)


def refuse_unknown(names: Iterable[str], rules: Sequence[Rule]) -> None:
    """Raises `UserError` for a name that is neither a rule nor a family, with the nearest that is."""
    known = {rule.name for rule in rules} | {rule.family for rule in rules} | set(FAMILIES)
    for name in names:
        if name not in known:
            near = get_close_matches(name, sorted(known), n=1)
            raise UserError(
                f"there is no rule {name}",
                why=f"did you mean {near[0]}?" if near else None,
                next_step="backwright review --rules lists all of them",
            )


def rule_named(name: str, rules: Iterable[Rule]) -> Rule:
    """The rule of that name. Raises `UserError` if there is none."""
    known = tuple(rules)
    found = next((rule for rule in known if rule.name == name), None)
    if found is None:
        refuse_unknown((name,), [rule for rule in known if rule.name != rule.family])
        raise UserError(
            f"{name} is a family of rules", next_step="backwright review --rules lists the rules of each"
        )
    return found
