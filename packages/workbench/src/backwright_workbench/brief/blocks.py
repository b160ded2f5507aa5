"""Lines as blocks: headings, list items, table rows, paragraphs.

What lives here: the little of Markdown that briefs use, and lists without bullets. What must not: sentences
(`text.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright_workbench.brief.clause import Clause, Kind


@dataclass
class Block:
    kind: Kind
    indent: int
    start: int
    end: int
    level: int = 0
    cells: tuple[int, ...] = ()
    """Offsets of a table row's bars."""
    clauses: list[Clause] = field(default_factory=list)
    bare: bool = False
    """Whether an item has no bullet: only the line before it, which ends with a colon, makes it one."""


_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")


_UNDERLINE = re.compile(r"\s{0,3}(=+|-{3,})\s*$")


_BOLD = re.compile(r"\s*(?:\*\*[^*]+\*\*|__[^*]+?__)\s*:?\s*$")


_ITEM = re.compile(
    r"(\s*)(?:[-*+•‣◦▪·\u2013\u2014]|\d{1,3}[.)]|\(\d{1,3}\)|[a-z][.)])\s+(?:\[[ xX]\]\s+)?(?=\S)"
)


_DEFINES = re.compile(r"\s*[\w-]+(?: [\w-]+){0,2}\s*(?::(?!//)\s|\((?=[^()]*,))")


_RULE = re.compile(r"[\s|:=*_+-]*")


_FULL = 0.65
"""A line shorter than this share of the longest was not broken for want of room."""
_LINES = 4
"""So few lines say nothing of how a paragraph is set."""


_FENCE = re.compile(r"\s*(```|~~~)")


def blocks(text: str) -> Iterator[Block]:
    """Headings, items, rows and paragraphs. A line that goes on with the one before joins it."""
    open_: Block | None = None
    under_colon = in_table = False
    lined = _lined(text)
    at = 0
    for line in text.splitlines(keepends=True):
        start, stop = at, at + len(line.rstrip())
        at += len(line)
        if open_ and open_.kind == "sentence" and _UNDERLINE.fullmatch(line.rstrip("\r\n")) and line.strip():
            open_.kind, open_.level = "heading", 1 if "=" in line else 2
            yield open_
            open_ = None
            continue
        if _RULE.fullmatch(line) or _FENCE.match(line):
            in_table = in_table and "|" in line
            if open_:
                yield open_
            open_, under_colon = None, under_colon and bool(line.strip())
            continue
        block = _block(line, start, stop)
        if block.kind == "row" and not in_table:
            block.kind = "header"
        in_table = block.kind in ("header", "row")
        if open_ and open_.bare and _indent(line) < open_.indent:
            under_colon = False
            yield open_
            open_ = None
        if block.kind == "sentence" and open_ and not (under_colon and open_.kind == "sentence"):
            inside = open_.kind == "item" and _indent(line) > open_.indent
            lazy = open_.kind != "item" or not line[:1].isupper()
            if inside or (lazy and _goes_on(text[open_.start : open_.end], line, lined=start in lined)):
                open_.end = stop
                under_colon = text[:stop].endswith(":") and open_.kind == "sentence"
                continue
            listed = under_colon and open_.bare and _indent(line) == open_.indent
        else:
            listed = under_colon and block.kind == "sentence"
        if listed:
            block.kind, block.bare, block.indent = "item", True, _indent(line)
        if open_:
            yield open_
        open_ = None
        if block.kind in ("heading", "header", "row"):
            yield block
            under_colon = False
        else:
            open_ = block
            under_colon = under_colon if block.kind == "item" else text[:stop].endswith(":")
    if open_:
        yield open_


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _block(line: str, start: int, stop: int) -> Block:
    """The line as a block of its own."""
    if heading := _HEADING.match(line):
        return Block("heading", 0, start + heading.start(2), stop, len(heading.group(1)))
    if _BOLD.match(line):
        return Block("heading", 0, start, stop, 7)
    if line.lstrip().startswith("|") and line.count("|") > 1:
        return Block("row", 0, start, stop, cells=tuple(start + i for i, c in enumerate(line) if c == "|"))
    if item := _ITEM.match(line):
        return Block("item", len(item.group(1).expandtabs(4)), start + item.end(), stop)
    return Block("sentence", 0, start, stop)


def _lined(text: str) -> set[int]:
    """Where lines begin that somebody broke on purpose: in paragraphs of lines in lower case most of which would have
    had room for the first words of the next.
    """
    found: set[int] = set()
    starts: list[tuple[int, str]] = []
    at = 0
    for line in (*text.splitlines(keepends=True), "\n"):
        if line.strip() and not _HEADING.match(line):
            starts.append((at, line.strip()))
        elif starts:
            width = _FULL * max(len(said) for _, said in starts)
            short = sum(len(said) <= width for _, said in starts[:-1])
            lower = sum(not said[:1].isupper() for _, said in starts)
            if len(starts) >= _LINES and 2 * short >= len(starts) - 1 and 2 * lower > len(starts):
                found |= {start for start, _ in starts}
            starts = []
        at += len(line)
    return found


def _goes_on(before: str, line: str, *, lined: bool) -> bool:
    """Whether a line continues the paragraph before it, rather than being a new entry of a list without
    bullets.
    """
    last, line = before.rsplit("\n", 1)[-1].rstrip(), line.lstrip().lstrip("*_")
    if last.endswith(":"):
        return False
    if lined:
        return last.endswith((",", "(", " and", " or"))
    if last.endswith((",", " and", " or", " with", " for", " the", " a", "-", "(")):
        return True
    if _DEFINES.match(line) or (_DEFINES.match(last) and last.endswith(")")):
        return False
    if line[:1].isupper():
        return last.endswith((".", ";", "!", "?")) or len(last) > 60
    return len(last) > 45
