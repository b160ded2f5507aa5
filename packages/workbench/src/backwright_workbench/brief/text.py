"""A brief as clauses.

What lives here: cutting a text into headings, list items, table rows and sentences, with who stands under
whom. What must not: what any of it means.

A clause is the unit that the reader works on: short enough for patterns, long enough to keep a sentence
together.
"""

import re

from backwright_workbench.brief.blocks import Block, blocks
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import word_set
from backwright_workbench.brief.tokens import Lines, Token, tokens

MAX_CHARACTERS = 200_000
"""The longest brief that is read; more than that is a specification that wants cutting into services."""

_LONGEST_CLAUSE = 300


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_ONE = word_set("a an each every it they")
_SAYS = word_set("is has have are belongs belong")
"""What makes a sentence of the words after a colon."""
_ABBREVIATIONS = word_set("eg ie etc vs approx max min no incl resp ca st nr")


def unreadable(text: str) -> tuple[str, int, int] | None:
    """Why a text cannot be read at all, with line and column; `None` if it can."""
    if len(text) > MAX_CHARACTERS:
        return f"the brief has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read", 1, 1
    if bad := _CONTROL.search(text):
        return f"the brief has a control character (U+{ord(bad.group()):04X})", *Lines(text).place(
            bad.start()
        )
    return None


def clauses(text: str) -> list[Clause]:
    """The clauses of a brief in order. Every word of the text is in exactly one of them."""
    lines = Lines(text)
    found: list[Clause] = []
    nest = _Nest()
    for number, block in enumerate(blocks(text)):
        parent = nest.parent_of(block)
        own = list(tokens(text, block.start, block.end, lines))
        if block.kind in ("header", "row"):
            own = _cells(own, block.cells)
        if not own:
            continue
        cut = [own] if block.kind in ("heading", "header", "row") else _sentences(own, text)
        block.clauses = [
            Clause(block.kind, tuple(part[at : at + _LONGEST_CLAUSE]), parent, number)
            for part in cut
            for at in range(0, len(part), _LONGEST_CLAUSE)
        ]
        found.extend(block.clauses)
        nest.enter(block)
    return found


class _Nest:
    """What the next block stands under: headings by level, a sentence that leads in a list, items by
    indent.
    """

    def __init__(self) -> None:
        self._headings: list[Block] = []
        self._lead: Block | None = None
        self._items: list[Block] = []
        self._header: Block | None = None

    def parent_of(self, block: Block) -> Clause | None:
        if block.kind == "heading":
            self._headings = [heading for heading in self._headings if heading.level < block.level]
            self._lead, self._items = None, []
        elif block.kind == "item":
            self._items = [item for item in self._items if item.indent < block.indent]
            if self._items:
                return self._items[-1].clauses[0]
            if self._lead:
                return self._lead.clauses[-1]
        elif block.kind == "sentence":
            self._lead, self._items = None, []
        if block.kind == "row" and self._header:
            return self._header.clauses[0]
        if block.kind != "row":
            self._header = None
        return self._headings[-1].clauses[0] if self._headings else None

    def enter(self, block: Block) -> None:
        if block.kind == "heading":
            self._headings.append(block)
        elif block.kind == "item":
            self._items.append(block)
        elif block.kind == "header":
            self._header = block
        elif block.kind == "sentence":
            last = block.clauses[-1]
            leads_in = last.words[-1] == ":" or (len(block.clauses) == 1 and len(last.words) <= 5)
            self._lead = block if leads_in else None


def _cells(row: list[Token], bars: tuple[int, ...]) -> list[Token]:
    """A table row as `first : second , third`, so that it reads like an item of a list."""
    inner = [token for token in row if token.word != "|" or token.start not in (bars[0], bars[-1])]
    seen = 0
    cells: list[Token] = []
    for token in inner:
        if token.start in bars:
            word = ":" if seen == 0 else ","
            seen += 1
            token = Token(word, token.start, token.end, token.line, token.column, "mark")
        cells.append(token)
    return cells


def _states(following: list[Token]) -> bool:
    """Whether a sentence begins after a colon: `…: a bid is for one lot`."""
    words = [token.word for token in following]
    return words[:1] != [] and words[0] in _ONE and bool(_SAYS & {*words[1:3]})


def _sentences(own: list[Token], text: str) -> list[list[Token]]:
    """The tokens cut after sentences and semicolons, but not inside brackets or after an abbreviation."""
    cut: list[list[Token]] = [[]]
    depth = 0
    for index, token in enumerate(own):
        cut[-1].append(token)
        depth = max(0, depth + (token.word in "([{") - (token.word in ")]}"))
        following = text[token.end : token.end + 1]
        ends = (
            token.word == ";"
            or (token.word == ":" and _states(own[index + 1 : index + 5]))
            or (token.word in (".", "!", "?") and (not following or following.isspace()))
        )
        if token.word == "." and index and own[index - 1].word in _ABBREVIATIONS:
            ends = False
        if ends and (depth == 0 or token.word == "."):
            cut.append([])
            depth = 0
    return [part for part in cut if part]
