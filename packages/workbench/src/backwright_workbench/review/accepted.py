"""Lines that somebody has looked at for another tool: `# noqa: BLE001`, `# nosec B608`, `# pylint: disable=…`.

What lives here: which of our rules such a comment answers. What must not: our own comments (`comments.py`).
"""

import io
import re
import tokenize

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.review.finding import Finding

FORM = re.compile(
    r"#\s*(?:(?P<noqa>noqa)\s*:\s*(?P<codes>[A-Z]+\d+(?:[\s,]+[A-Z]+\d+)*)"
    r"|nosec\b:?\s*(?P<tests>B\d+(?:[\s,]+B\d+)*)"
    r"|pylint\s*:\s*disable(?:-next)?\s*=\s*(?P<names>[\w-]+(?:\s*,\s*[\w-]+)*))"
)
ANSWERS = {
    "broad-except": "BLE001 E722 S110 S112 B110 B112 B902 broad-except broad-exception-caught bare-except",
    "hardcoded-secret": "S105 S106 S107 B105 B106 B107",
    "sql-injection": "S608 B608",
    "command-injection": "S602 S603 S604 S605 S606 S607 B602 B603 B604 B605 B606 B607 subprocess-run-check",
    "code-injection": "S102 S307 PGH001 B102 B307 exec-used eval-used",
    "unsafe-deserialization": "S301 S302 S506 B301 B302 B506",
    "weak-password-hash": "S303 S324 B303 B324",
    "insecure-random": "S311 B311",
    "missing-timeout": "S113 B113 missing-timeout",
    "tls-verify-off": "S323 S501 S507 B323 B501 B507",
    "ssrf": "S310 B310",
    "xss": "S308 S701 B308 B701 B703",
    "xxe": "S313 S314 S315 S316 S317 S318 S319 S320 B313 B314 B318 B320 B405 B406 B410",
    "debug-on": "S201 B201",
    "blocking-in-async": "ASYNC210 ASYNC220 ASYNC221 ASYNC222 ASYNC230 ASYNC251",
}
"""For each rule what the same thing is called by ruff, bandit, flake8 and pylint."""
LONGEST = 12
"""Lines of a statement on which such a comment may stand."""


class Accepted:
    """The comments of a project, read file by file when a finding asks."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._files: dict[str, dict[int, str]] = {}

    def why(self, finding: Finding) -> str:
        """The comment that answers a finding; empty if none does."""
        codes = frozenset(ANSWERS.get(finding.rule, "").split())
        place = finding.place
        if not codes or finding.is_foreign or finding.seen.steps:
            return ""  # no other tool has seen the way from the request to this line
        there = self._files.get(place.path)
        if there is None:
            there = self._files[place.path] = _read(self._app.files.get(place.path, ""))
        last = place.line if finding.rule == "broad-except" else min(place.end, place.line + LONGEST)
        for line in range(place.line, last + 1):
            found = FORM.search(there.get(line, ""))
            if found and codes & _named(found):
                return f"accepted for another tool: {found[0].lstrip('# ')}"
        return ""


def _named(found: re.Match[str]) -> frozenset[str]:
    """The codes that are named: a comment that names none (`# nosec`) says nothing about anything."""
    return frozenset(re.split(r"[\s,]+", found["codes"] or found["tests"] or found["names"]))


def _read(text: str) -> dict[int, str]:
    """The comments of a file by their lines; those before an error where it cannot be cut into tokens."""
    found: dict[int, str] = {}
    if "noqa" not in text and "nosec" not in text and "pylint" not in text:
        return found
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                found[token.start[0]] = token.string
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass
    return found
