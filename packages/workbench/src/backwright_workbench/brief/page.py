"""The page: what the reader has made of the text so far.

What lives here: which words were taken and for what, the assumptions and contradictions met on the way, and
the trace made of it. What must not: any knowledge of English or of blueprints.

Every step of the reader claims the words that it used. What nobody claimed and what asks for something was
not understood; so nothing can be dropped silently.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.grammar import GLUE, INTRODUCING, LABELS, MODALS, VERBS
from backwright_workbench.brief.text import clauses
from backwright_workbench.brief.trace import Assumption, Contradiction, Quote, Status, TraceRow

_NAME = re.compile(r"entities\.\w+")
_SEPARATORS = frozenset({",", ";", "and", "plus", ".", "!"})


@dataclass(frozen=True, eq=False)
class Claim:
    """Words taken by a step of the reader, and what they led to."""

    elements: tuple[str, ...]
    status: Status = "understood"
    note: str = ""


class Page:
    """The clauses of a brief and the claims on their words."""

    def __init__(self, text: str) -> None:
        self.source = text
        self.clauses = clauses(text)
        self.assumptions: list[Assumption] = []
        self.contradictions: list[Contradiction] = []
        self.values_at: dict[tuple[str, str], Quote] = {}
        """Where the values of a field were listed first."""
        self._claims: dict[tuple[int, int], list[Claim]] = {}

    def claim(
        self,
        clause: Clause,
        first: int,
        stop: int,
        *elements: str,
        status: Status = "understood",
        note: str = "",
    ) -> None:
        """Take the words from `first` up to `stop`; a word may be taken for several things."""
        claim = Claim(elements, status, note)
        for index in range(first, min(stop, len(clause.tokens))):
            self._claims.setdefault((id(clause), index), []).append(claim)

    def free(self, clause: Clause, first: int, stop: int | None = None) -> bool:
        """Whether none of these words is taken."""
        return not any((id(clause), index) in self._claims for index in range(first, stop or first + 1))

    def elements_at(self, clause: Clause, index: int) -> set[str]:
        """All elements that a word was taken for."""
        return {e for claim in self._claims.get((id(clause), index), ()) for e in claim.elements}

    def claimed_for(self, clause: Clause, index: int, prefix: str) -> bool:
        """Whether a word was taken for elements that begin like this."""
        return any(
            e.startswith(prefix)
            for claim in self._claims.get((id(clause), index), ())
            for e in claim.elements
        )

    def quote(self, clause: Clause, first: int, stop: int) -> Quote:
        """The words from `first` up to `stop` as they stand in the brief."""
        head = clause.tokens[first]
        last = clause.tokens[min(stop, len(clause.tokens)) - 1]
        phrase = re.sub(r"\s+", " ", self.source[head.start : last.end]).strip()
        return Quote(phrase, head.line, head.column)

    def assume(self, what: str, why: str, path: str, line: str) -> None:
        """Note a choice that the brief left open."""
        self.assumptions.append(Assumption(what, why, path, line))

    def contradict(self, what: str, first: Quote, second: Quote) -> None:
        """Note two places that cannot both be meant."""
        self.contradictions.append(Contradiction(what, first, second))

    def trace(self) -> tuple[TraceRow, ...]:
        """What became of every phrase, in the order of the brief."""
        return tuple(row for clause in self.clauses for row in self._rows(clause))

    def _rows(self, clause: Clause) -> Iterator[TraceRow]:
        """One row for each run of phrases with the same fate and subject."""
        runs: list[tuple[int, int]] = []
        for part in _parts(clause):
            if runs and self._together(clause, runs[-1], part):
                runs[-1] = (runs[-1][0], part[1])
            else:
                runs.append(part)
        for first, stop in runs:
            quote = self.quote(clause, first, stop)
            yield TraceRow(quote.phrase, quote.line, quote.column, *self._fate(clause, first, stop))

    def _together(self, clause: Clause, run: tuple[int, int], part: tuple[int, int]) -> bool:
        """Whether a phrase belongs in the row before it."""
        before, after = self._subjects(clause, *run), self._subjects(clause, *part)
        if not after and not self._left(clause, *part):
            return True
        if not before and not self._left(clause, *run):
            return True
        same = self._fate(clause, *run)[0] == self._fate(clause, *part)[0]
        return same and (bool(before & after) or (not before and not after))

    def _subjects(self, clause: Clause, first: int, stop: int) -> set[str]:
        """What the claims are about, coarsely: `stores`, `auth`, `entities`."""
        return {_subject(element) for claim in self._of(clause, first, stop) for element in claim.elements}

    def _of(self, clause: Clause, first: int, stop: int) -> list[Claim]:
        claims: dict[Claim, None] = {}
        for index in range(first, stop):
            claims.update(dict.fromkeys(self._claims.get((id(clause), index), ())))
        return list(claims)

    def _left(self, clause: Clause, first: int, stop: int) -> list[str]:
        """The words that ask for something and that nobody took."""
        return [
            clause.tokens[index].word
            for index in range(first, stop)
            if clause.tokens[index].kind != "mark"
            and (id(clause), index) not in self._claims
            and clause.words[index] not in GLUE
        ]

    def _fate(self, clause: Clause, first: int, stop: int) -> tuple[Status, tuple[str, ...], str]:
        claims = self._of(clause, first, stop)
        left = self._left(clause, first, stop)
        elements = tuple(dict.fromkeys(element for claim in claims for element in claim.elements))
        notes = list(dict.fromkeys(claim.note for claim in claims if claim.note))
        statuses = {claim.status for claim in claims if not _only_names(claim)} or {c.status for c in claims}
        if left and statuses == {"carried"} and clause.words[first] not in left:
            notes.append(f"with it: {' '.join(left)}")
            return "carried", elements, "; ".join(notes)
        if left and statuses - {"not understood"}:
            notes.append(f"left over: {' '.join(left)}")
            return "partly", elements, "; ".join(notes)
        if left or statuses == {"not understood"}:
            return "not understood", elements, "; ".join(notes)
        if statuses == {"carried"}:
            return "carried", elements, "; ".join(notes)
        if statuses & {"partly", "not understood"}:
            return "partly", elements, "; ".join(notes)
        if not claims and _demands(clause, first, stop):
            return "not understood", (), "it says what somebody does, and to nothing that was found"
        if not claims:
            notes.append("asks for nothing by itself")
        return "understood", elements, "; ".join(notes)


def _demands(clause: Clause, first: int, stop: int) -> bool:
    """Whether words that ask for nothing one by one together say that somebody does something."""
    said = clause.words[first:stop]
    if clause.kind == "heading" or clause.words[-1] == ":":
        return False
    return any(a in MODALS and b in VERBS - INTRODUCING for a, b in pairwise(said))


def claim_labels(page: Page) -> None:
    """`Database: …` and the like: the label belongs to what it introduces."""
    for clause in page.clauses:
        if clause.kind == "header":
            page.claim(clause, 0, len(clause.words), note="the head of a table")
        colon = clause.words.index(":") if ":" in clause.words[:5] else 0
        if (
            colon
            and all(word in LABELS for word in clause.words[:colon])
            and not page.free(clause, colon, len(clause.words))
        ):
            page.claim(clause, 0, colon)


def foreign(page: Page) -> bool:
    """Whether hardly any word of the text is one that every English text has."""
    words = [token.word for clause in page.clauses for token in clause.tokens if token.is_word]
    return len(words) >= 4 and sum(word in GLUE for word in words) < 0.2 * len(words)


def _only_names(claim: Claim) -> bool:
    """Whether a claim only says that some words mean an entity."""
    return bool(claim.elements) and all(_NAME.fullmatch(element) for element in claim.elements)


def _subject(element: str) -> str:
    """`entities.Order.fields.total` is about entities, `entities.Order.cache` about the cache."""
    head, *rest = element.split(".")
    return rest[1] if head == "entities" and len(rest) > 1 and rest[1] != "fields" else head


def _parts(clause: Clause) -> list[tuple[int, int]]:
    """The clause cut after separators that stand outside brackets."""
    parts: list[tuple[int, int]] = []
    first, depth = 0, 0
    for index, word in enumerate(clause.words):
        depth = max(0, depth + (word in "([{") - (word in ")]}"))
        if word in _SEPARATORS and depth == 0 and index > first:
            parts.append((first, index + 1))
            first = index + 1
    if first < len(clause.words):
        parts.append((first, len(clause.words)))
    return parts
