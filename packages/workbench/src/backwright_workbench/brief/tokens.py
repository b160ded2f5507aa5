"""Words and their places.

What lives here: cutting text into words, numbers and marks, each with its line and column. What must not:
what a word means (`lexicon/`), and which words belong together (`text.py`).
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from backwright_workbench.brief.grammar import word_set


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or mark; `word` is how the reader compares it: lower case, no apostrophe, no hyphen
    inside.
    """

    word: str
    start: int
    end: int
    line: int
    column: int
    kind: Literal["word", "number", "mark"]
    glued: bool = False
    """Whether it follows an underscore: `fide_id` is two words and one name."""

    @property
    def is_word(self) -> bool:
        """Whether it is made of letters."""
        return self.kind == "word"


_TOKEN = re.compile(
    r"(?P<arrow>→|⇒|➜|➔|\u2014>|-{1,2}>|=>)"
    r"|(?P<compare><=|>=|≤|≥|<|>|=)"
    r"|(?P<special>2fa\b|e-?mails?\b|e-(?=[a-z])[a-z]+|oauth\s?2(?:\.[01])?\b|i\.e\.|e\.g\.|etc\.?)"
    r"|(?P<number>\d+(?:[.,]\d+)*)"
    r"|(?P<word>[^\W\d_](?:[^\W_]|['\u2019](?=[^\W\d_]))*)"
    r"|(?P<mark>[^\s\w])",
    re.IGNORECASE,
)
_HUMP = re.compile(r"[A-Z]?[a-z]+")
_CAMEL = re.compile(r"[A-Za-z]?[a-z]+(?:[A-Z][a-z]+)+")
_KNOWN_CAMEL = word_set(
    "JavaScript TypeScript YouTube OpenTelemetry PayPal WhatsApp GitHub GitLab LinkedIn "
    "SendGrid MailGun KeyCloak"
    " SqlAlchemy"
)
_SILENT = frozenset("*`#~\"'\u2018\u2019“”_\\")
_ARROWS = frozenset({"→", "⇒", "➜", "➔", "\u2014>", "->", "-->", "=>"})
_BRACES = {"{": "(", "}": ")"}
"""What a brief lists in braces it could list in brackets: `Programme { name, budget }`."""
_DASHES = frozenset("-\u2013\u2014")


class Lines:
    """Where the lines of a text begin, to turn an offset into a line and a column (both from 1)."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer(r"\n", text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def tokens(text: str, start: int, end: int, lines: Lines) -> Iterator[Token]:
    """The tokens of `text[start:end]`. Marks that only decorate (quotes, Markdown) and hyphens inside words
    are left out.
    """
    for match in _TOKEN.finditer(text, start, end):
        found = match.group()
        begin, stop = match.span()
        if match.lastgroup == "word":
            yield from _words(found, begin, lines, glued=begin > start and text[begin - 1] == "_")
            continue
        line, column = lines.place(begin)
        if match.lastgroup == "number":
            yield Token(found, begin, stop, line, column, "number")
        elif match.lastgroup == "special":
            yield Token(_special(found), begin, stop, line, column, "word")
        elif found in _SILENT or (found in _DASHES and _inside_word(text, begin)):
            continue
        else:
            yield Token(_BRACES.get(found, _mark(found)), begin, stop, line, column, "mark")


def _words(found: str, begin: int, lines: Lines, *, glued: bool) -> Iterator[Token]:
    """The word, or the words of one in CamelCase."""
    if _CAMEL.fullmatch(found) and found not in _KNOWN_CAMEL:
        for hump in _HUMP.finditer(found):
            line, column = lines.place(begin + hump.start())
            yield Token(hump.group().lower(), begin + hump.start(), begin + hump.end(), line, column, "word")
        return
    line, column = lines.place(begin)
    plain = unicodedata.normalize("NFKC", found).lower().replace("\u2019", "'")
    plain = plain.removesuffix("'s").replace("'", "")
    yield Token(plain, begin, begin + len(found), line, column, "word", glued)


def _special(found: str) -> str:
    word = found.lower().replace("-", "").replace(" ", "").replace(".", "")
    return "oauth2" if word.startswith("oauth") else word


def _mark(found: str) -> str:
    """The mark as compared: one arrow for all arrows, one dash for all dashes."""
    return "→" if found in _ARROWS else "-" if found in _DASHES else found


def _inside_word(text: str, at: int) -> bool:
    """Whether the dash at this place joins two halves of a word, as in `check-in`; between numbers it is a
    range.
    """
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return text[at] == "-" and bool(
        (before.isalpha() and after.isalnum()) or (before.isalnum() and after.isalpha())
    )
