"""The lines of code that a finding is about, as they may be shown: secrets shortened, nothing that moves a cursor.

What lives here: choosing and cleaning lines. What must not: colours, markup.
"""

import re
from dataclasses import dataclass

from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.review.finding import Finding
from backwright_workbench.review.outcome import Review

MOST = 3
LONGEST = 160
SHORT = 6

LITERAL = re.compile(
    r"""(?P<open>[rbuRBUfF]{0,2}(?P<quote>["'`]))(?P<text>(?:\\.|(?!(?P=quote)).){3,})(?:(?P=quote)|$)"""
)
NAMED = re.compile(
    r"""(?i)(pass(word|wd|phrase)?|secret|token|api_?key|private_?key|access_?key|credential)\w*["']?\]?\s*"""
    r"""(:\s*\w+\s*)?(=|:)\s*[rbuf]{0,2}["']|\bauth\s*=\s*\(|BasicAuth\("""
)
UNQUOTED = re.compile(r"^(?P<head>\s*(?:export\s+)?[\w.\-]+\s*[:=]\s*)(?P<text>[^\s\"'#]{3,})")
KEY = re.compile(r"\s*(?::(?!=)|\]\s*=)")
READS = ("environ[", "environ.get(", "getenv(")
IN_URL = re.compile(r"(?P<head>\w+://[^\s:/@\"']*:)(?P<text>[^\s@\"'{}$%]+)(?=@)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its number; `marked` is the column at which what is meant begins, None where nothing is."""

    number: int
    text: str
    marked: int | None = None
    is_meant: bool = True


def frame(review: Review, finding: Finding) -> list[Line]:
    """One to three lines: those of the finding, and the decorator above a handler."""
    place = finding.place
    lines = review.text(place.path)
    if not 1 <= place.line <= len(lines):
        return []
    end = min(place.end, place.line + MOST - 1, len(lines))
    found = [
        Line(number, cleaned(review, place.path, number, lines[number - 1]))
        for number in range(place.line, end + 1)
    ]
    first = lines[place.line - 1]
    if place.column and first[: place.column].strip() and place.column < LONGEST:
        found[0] = Line(found[0].number, found[0].text, marked_column(first, found[0].text, place))
    if len(found) < MOST and place.line > 1 and lines[place.line - 2].lstrip().startswith("@"):
        number = place.line - 1
        above = cleaned(review, place.path, number, lines[number - 1])
        found.insert(0, Line(number, above, is_meant=False))
    return _moved_left(found)


def marked_column(line: str, shown: str, place: Place) -> int | None:
    """The column of a place in the line as it is shown: where a secret before it was shortened, it is not told."""
    expanded = len(line[: place.column].expandtabs(4))
    return expanded if shown[:expanded] == line.expandtabs(4)[:expanded] else None


def cleaned(review: Review, path: str, number: int, line: str) -> str:
    """A line as it may be shown."""
    text = line[: 3 * LONGEST].expandtabs(4).rstrip()
    text = printable(shortened(text) if review.holds_secret(path, number) else redacted(text))
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def shortened(text: str) -> str:
    """A line that holds a secret: two characters of each literal, which is enough to find it."""
    shown = LITERAL.sub(_two, text)
    if not any(mark in text for mark in "\"'`"):
        shown, count = UNQUOTED.subn(lambda found: f"{found['head']}{_head(found['text'])}…", text)
        if not count:  # a line of a longer text
            bare = text.strip()
            shown = text[: len(text) - len(text.lstrip())] + (f"{_head(bare)}…" if len(bare) > 2 else bare)
    return IN_URL.sub(r"\g<head>…", shown)


def redacted(text: str) -> str:
    """A line on which nobody has found a secret, and which may hold one all the same."""
    shown = IN_URL.sub(r"\g<head>…", text)
    found = NAMED.search(shown)
    if found is None:
        return shown
    return shown[: found.start()] + LITERAL.sub(_two, shown[found.start() :])


def _two(found: "re.Match[str]") -> str:
    """Two characters of a literal; the name of a key, or of a variable of the environment, is no secret."""
    if KEY.match(found.string, found.end()) or found.string.endswith(READS, 0, found.start()):
        return found[0]
    return f"{found['open']}{_head(found['text'])}…{found['quote']}"


def _head(secret: str) -> str:
    """Two characters to find it by; of a short one not even these."""
    return secret[:2] if len(secret) >= SHORT else ""


def printable(text: str) -> str:
    """Text without what moves a cursor or turns the direction of reading."""
    return "".join(
        each if each.isprintable() or each == " " else "\N{REPLACEMENT CHARACTER}" for each in text
    )


def _moved_left(lines: list[Line]) -> list[Line]:
    """Without the indentation that all of them have, but for what makes the levels visible."""
    indents = [len(each.text) - len(each.text.lstrip()) for each in lines if each.text.strip()]
    by = max(0, min(indents, default=0) - 4)
    by -= by % 4
    return [
        Line(
            each.number, each.text[by:], each.marked - by if each.marked is not None else None, each.is_meant
        )
        for each in lines
    ]
