"""A clause: the unit that the reader works on.

What lives here: its words, and matching patterns against them. What must not: how a text is cut into clauses
(`text.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from backwright_workbench.brief.grammar import word_set
from backwright_workbench.brief.tokens import Token

Kind = Literal["heading", "item", "sentence", "header", "row"]

_THING_HEADS = word_set("entity table model resource collection object thing class record")
_FIELD_HEAD = word_set("field column attribute property")
_FIELD_HEADS = word_set("field fields column columns attribute attributes property properties")


@dataclass(eq=False)
class Clause:
    """A heading, sentence, list item or table row, and what it stands under."""

    kind: Kind
    tokens: tuple[Token, ...]
    parent: "Clause | None" = None
    block: int = 0
    """Sentences of one paragraph or list item share it."""

    @property
    def lists_fields(self) -> bool:
        """Whether it is a row of a table whose head says that rows are fields."""
        head = self.parent
        if self.kind != "row" or head is None or head.kind != "header":
            return False
        return head.words[0] in _FIELD_HEADS or self.entity_stop > 0

    @cached_property
    def entity_stop(self) -> int:
        """Where the name ends of the thing whose field a row describes: in tables with a column for each."""
        head = self.parent
        if self.kind != "row" or head is None or head.kind != "header" or ":" not in self.words[1:5]:
            return 0
        columns = head.text.replace(" : ", " , ").split(" , ")
        names_both = columns[0] in _THING_HEADS and len(columns) > 1 and columns[1].split()[0] in _FIELD_HEAD
        return self.words.index(":") if names_both else 0

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The tokens as compared: lower case."""
        return tuple(token.word for token in self.tokens)

    @cached_property
    def text(self) -> str:
        """All words with one space between, marks included: what patterns are matched against."""
        return " ".join(self.words)

    @cached_property
    def _starts(self) -> dict[int, int]:
        starts, at = {}, 0
        for index, word in enumerate(self.words):
            starts[at] = index
            at += len(word) + 1
        return starts

    def find(self, pattern: re.Pattern[str], begin: int = 0) -> Iterator[tuple[int, int, re.Match[str]]]:
        """Matches of a pattern that begin at a word, from the token `begin` on: first token, token after the last,
        match.
        """
        for match in pattern.finditer(self.text, len(" ".join((*self.words[:begin], ""))) if begin else 0):
            first = self._starts.get(match.start())
            if first is not None and match.group().strip():
                yield first, first + match.group().strip().count(" ") + 1, match

    def run(self, at: int) -> tuple[str, ...]:
        """The words from here to the next mark or number."""
        stop = next((i for i in range(at, len(self.tokens)) if not self.tokens[i].is_word), len(self.tokens))
        return self.words[at:stop]

    def ancestors(self) -> Iterator["Clause"]:
        """What it stands under, nearest first."""
        at = self.parent
        while at is not None:
            yield at
            at = at.parent
