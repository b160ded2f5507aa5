"""Comments in code that leave a finding aside: `# backwright: ignore[rule-name] reason (until 2027-01-31)`.

What lives here: finding and reading them. What must not: deciding which finding they are about.
"""

import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

WORD = re.compile(r"backwright\s*:\s*ignore", re.I)
FORM = re.compile(
    r"backwright\s*:\s*ignore\s*(?:\[(?P<rules>[^\]]*)\])?\s*[:-]*\s*(?P<reason>.*?)\s*"
    r"(?:\(\s*until\s+(?P<until>[^)]*)\))?\s*(?:\*/|-->|--%>|#\}|%\})?\s*$",
    re.I,
)
OTHERS = re.compile(r"(?:#|//|--|;|/\*|<!--|\{#)\s*(?P<text>backwright\s*:\s*ignore.*)$", re.I)

DOCUMENTS = (".md", ".rst", ".txt", ".adoc")
"""Texts that tell people about such comments."""
LONGEST = 500
"""Characters of a comment that are read."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that asks for it. `line` is where it stands, `about` the line of code that it is about."""

    path: str
    line: int
    about: int
    rules: tuple[str, ...]
    reason: str
    until: date | None
    trouble: str = ""
    """Why it does not count, whatever it says; empty if it may."""


def comments(files: Mapping[str, str]) -> Iterator[Comment]:
    """Every such comment of the project."""
    for path, text in files.items():
        if not path.lower().endswith(DOCUMENTS) and WORD.search(text):
            lines = text.splitlines()
            found = _python(text) if path.endswith((".py", ".pyi")) else None
            for number, said, alone in _others(lines) if found is None else found:
                yield _comment(path, number, _about(lines, number) if alone else number, said[:LONGEST])


def _python(text: str) -> list[tuple[int, str, bool]] | None:
    """Line, text and whether nothing else is on the line; None where the file cannot be cut into tokens."""
    found: list[tuple[int, str, bool]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and WORD.match(token.string.lstrip("# \t")):
                alone = not token.line[: token.start[1]].strip()
                found.append((token.start[0], token.string.lstrip("# \t"), alone))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return None
    return found


def _others(lines: list[str]) -> Iterator[tuple[int, str, bool]]:
    for number, line in enumerate(lines, 1):
        found = OTHERS.search(line)
        if found:
            yield number, found["text"], not line[: found.start()].strip()


def _about(lines: list[str], number: int) -> int:
    """The next line that is not a comment itself, if it follows at once."""
    for at in range(number, min(number + 20, len(lines))):
        line = lines[at].strip()
        if not line:
            break
        if not line.startswith(("#", "//", "<!--")):
            return at + 1
    return number


def _comment(path: str, line: int, about: int, said: str) -> Comment:
    found = FORM.match(said)
    rules = tuple(each.strip() for each in ((found and found["rules"]) or "").split(",") if each.strip())
    reason = (found["reason"] if found else "").strip()
    until, trouble = None, ""
    if not rules:
        trouble = "it names no rule: `ignore[rule-name] reason`"
    elif found and found["until"]:
        try:
            until = date.fromisoformat(found["until"].strip())
        except ValueError:
            trouble = f"{found['until'].strip()!r} is no date: write `(until 2027-01-31)`"
    if not trouble and not re.search(r"\w", reason):
        trouble = "it gives no reason"
    return Comment(path, line, about, rules, reason, until, trouble)
