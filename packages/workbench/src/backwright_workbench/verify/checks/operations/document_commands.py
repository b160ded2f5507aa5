"""Commands that documents tell people to run: which of them can be run on a stand, and how.

What lives here: taking command lines apart. What must not: running them (`documents.py`).
"""

import re
import shlex
from dataclasses import dataclass

SETTING = re.compile(r"[A-Z][A-Z0-9_]*=\S*")
LEAVES = {
    name: reason
    for reason, names in {
        "installs from the network": ("uv", "pip", "npm", "apt-get"),
        "needs Docker": ("docker",),
        "needs a cluster": ("kubectl", "helm"),
        "needs the network": ("aws", "gcloud"),
        "needs the tools of a database": (
            "psql",
            "pg_dump",
            "pg_restore",
            "mariadb-dump",
            "mysql",
            "sqlite3",
            "redis-cli",
        ),
        "writes a migration": ("alembic",),
        "only makes or moves a value or a file": ("openssl", "export", "cp", "mv", "cd", "mkdir", "echo"),
        "is not about the service": ("git",),
    }.items()
    for name in names
}
TOOLS = ("pytest", "coverage", "ruff", "mypy", "lint-imports")
"""Run by the checks of the family `tests`, in full."""

ASKS = ("serve", "create-admin")
"""Commands that never end, or ask somebody. That they exist is seen from their help."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a document: `kind` is `service`, `curl`, or the reason why it is not run."""

    kind: str
    arguments: tuple[str, ...] = ()


def parts(text: str) -> list[str]:
    """The commands of a line: `a && b`, `a | b`, `a; b`."""
    found, current, quote = [], "", ""
    for at, char in enumerate(text):
        if quote:
            quote = "" if char == quote and text[at - 1] != "\\" else quote
        elif char in "\"'":
            quote = char
        elif char in ";|&" and not current.endswith(">"):
            found.append(current)
            current = ""
            continue
        current += char
    return [each.strip() for each in (*found, current) if each.strip()]


def understood(text: str, package: str) -> Command:
    """What a command is. `uv run` and settings before it are taken off; a redirection, too."""
    try:
        words = shlex.split(re.sub(r"\d?>>?\s*\S+|<\s*\S+", "", text))
    except ValueError:
        return Command("cannot be read")
    while words and SETTING.fullmatch(words[0]):
        words = words[1:]
    if words[:2] == ["uv", "run"]:
        words = words[2:]
    if not words:
        return Command("only sets a value")
    name = words[0].rpartition("/")[2]
    if name in ("python", "python3") and words[1:2] == ["-m"] and len(words) > 2:
        if words[2] == package:
            return Command("service", tuple(words[3:]))
        return Command("is a tool of its own" if words[2] != "pytest" else "is run by tests/suite")
    if name == "curl":
        return Command("curl", tuple(words[1:]))
    if name in TOOLS:
        return Command("is run by the family `tests`")
    return Command(LEAVES.get(name, "is not a command of the service"))
