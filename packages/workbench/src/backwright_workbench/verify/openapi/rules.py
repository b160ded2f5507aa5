"""What a careful OpenAPI document says, rule by rule; the names are those that Spectral gives the same rules.

What lives here: the table of all rules, and holding a document against them. What must not: the rules themselves
(`rules_*.py`), and what makes a document invalid (`validity.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backwright_workbench.verify.openapi import rules_answers, rules_operations, rules_schemas, rules_security
from backwright_workbench.verify.openapi.documents import Document
from backwright_workbench.verify.openapi.rule import Rule

TABLE: tuple[Rule, ...] = (
    *rules_operations.TABLE,
    *rules_schemas.TABLE,
    *rules_security.TABLE,
    *rules_answers.TABLE,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that breaks a rule."""

    rule: Rule
    pointer: str
    what: str


def findings(document: Document) -> Iterator[Finding]:
    """Every place that breaks a rule."""
    version = ".".join(str(document.get("openapi", "")).split(".")[:2])
    for rule in TABLE:
        if not rule.only_in or rule.only_in == version:
            for pointer, what in rule.find(document):
                yield Finding(rule, pointer, what)
