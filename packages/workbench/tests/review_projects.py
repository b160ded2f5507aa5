"""Small projects with findings, for the tests of what happens to findings."""

from pathlib import Path

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.review.engine import findings
from backwright_workbench.review.finding import Finding
from backwright_workbench.review.rule import Rule, all_rules

CALL = "    return requests.get(url, verify=False, timeout=3)"
HEAD = "import requests\n\n\n"


def tls() -> Rule:
    """The rule about certificates, which needs nothing but a call."""
    return next(rule for rule in all_rules() if rule.name == "tls-verify-off")


def calls(*comments: str) -> str:
    """A module with a function for each comment, which stands behind its call."""
    parts = [
        f"def get_{n}(url: str) -> object:\n{CALL}{'  # ' + each if each else ''}\n"
        for n, each in enumerate(comments)
    ]
    return HEAD + "\n\n".join(parts)


def reviewed(files: dict[str, str]) -> tuple[Application, list[Finding]]:
    """The application, and what the rule finds in it."""
    app = read_application(files)
    return app, findings(app, [tls()])


def put(root: Path, files: dict[str, str]) -> None:
    """Writes files."""
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
