"""docs/reference/review/: a page for each rule of `review`, and the list of them.

A page is the rule's own page, which is also its test case, with what is always the same about the rule above it.
"""

from pathlib import Path

from backwright_workbench.review.finding import Severity
from backwright_workbench.review.rule import FAMILIES, Rule, all_rules

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs/reference/review"
CWE = "https://cwe.mitre.org/data/definitions"
MEANING = {
    Severity.CRITICAL: "anybody can take over the service or its data",
    Severity.HIGH: "data of others is read or changed, or the service stops",
    Severity.MEDIUM: "an attack or an outage becomes easier",
    Severity.LOW: "it costs time later",
}


def pages() -> dict[Path, str]:
    """Every page, and the list."""
    rules = all_rules()
    return {PAGES / "README.md": index(rules), **{PAGES / f"{rule.name}.md": page(rule) for rule in rules}}


def page(rule: Rule) -> str:
    """The page of a rule: its heading, its title and numbers, then its own words."""
    heading, _, text = rule.page.partition("\n")
    marks = ", ".join([rule.family, str(rule.about.severity), *weaknesses(rule), *rule.about.owasp])
    return f"{heading}\n\n**{rule.about.title}** · {marks} · [all rules](README.md)\n{text.rstrip()}\n"


def index(rules: tuple[Rule, ...]) -> str:
    """The list of rules by family."""
    lines = [
        "# Rules of `review`",
        "",
        f"{len(rules)} rules. Each is one file, `review/rules/<family>/<name>.py`, with its page beside it: the page "
        "says what, why, how to fix it and when the rule is wrong, and its examples are the rule's tests. "
        "`backwright review --explain RULE` prints it. "
        "[guide/review.md](../../guide/review.md) says how rules are applied.",
        "",
        *(f"- **{severity}**: {said}" for severity, said in MEANING.items()),
    ]
    for family in FAMILIES:
        found = [rule for rule in rules if rule.family == family]
        if found:
            lines += [
                "",
                f"## {family}",
                "",
                "| rule | finds | severity | CWE | OWASP |",
                "| --- | --- | --- | --- | --- |",
            ]
            lines += [row(rule) for rule in found]
    return "\n".join([*lines, ""])


def row(rule: Rule) -> str:
    """One rule in one line."""
    about = rule.about
    cells = [
        f"[`{rule.name}`]({rule.name}.md)",
        about.title,
        str(about.severity),
        ", ".join(weaknesses(rule)),
        ", ".join(about.owasp),
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def weaknesses(rule: Rule) -> list[str]:
    """Its CWE numbers as links."""
    return [f"[CWE-{number}]({CWE}/{number}.html)" for number in rule.about.cwe]
