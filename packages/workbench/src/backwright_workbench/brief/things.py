"""The things that a brief is about, while it is being read.

What lives here: one thing, and all of them by the phrases that mean them. What must not: how they are found
(`nouns.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from backwright_workbench.blueprint.model import Attachments, FieldModel, States
from backwright_workbench.blueprint.naming import snake
from backwright_workbench.brief.clause import Clause
from backwright_workbench.brief.entry import Entry
from backwright_workbench.brief.grammar import singular_words, verb_here

_LONGEST = 5
_FIELD_WORDS = frozenset(
    {("title",), ("name",), ("number",), ("copy",), ("work",), ("type",), ("status",), ("date",), ("line",)}
)
"""Words that name fields, whatever else the catalogue takes them for."""


@dataclass(eq=False)
class Thing:
    """A future entity: what is usual for it, and what the brief says of it."""

    name: str
    entry: Entry
    known: bool
    """Whether the catalogue knows it."""
    fields: dict[str, FieldModel] = field(default_factory=dict)
    """The fields that the brief names, in its order."""
    exhaustive: bool = False
    """Whether the brief's fields are all of them, rather than examples."""
    defaults: set[str] = field(default_factory=set)
    """The fields whose default the brief says."""
    links: dict[str, FieldModel] = field(default_factory=dict)
    """References that the brief's sentences tell of."""
    states: States | None = None
    filters: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    attachments: Attachments | None = None
    cache: int | None = None
    bulk: int | None = None
    limit: str | None = None
    laid_out: bool = False
    """Whether its name stands in a list of tables, a heading or the like: it is called just so."""
    listed: bool = False
    """Whether the brief names it in a list of entities or defines it, rather than in passing."""
    unique: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def snake(self) -> str:
        """Its name as a field or role: `work_order`."""
        return snake(self.name)


class Things:
    """All things in the order of the brief."""

    def __init__(self) -> None:
        self._by_name: dict[str, Thing] = {}
        self._by_phrase: dict[tuple[str, ...], Thing] = {}
        self.actors: dict[str, str] = {}
        """People that the brief speaks of only as those who act, and their entries: accounts, and no things."""
        self.roles: set[str] = set()
        """The roles of the brief, once they are read."""
        self.complete = False
        """Whether a layout lists the things with their fields, so that nothing else need be guessed."""
        self.heads: dict[Clause, Thing] = {}
        """Headings that name a thing, above a list of its fields."""
        self.domains: tuple[str, ...] = ()
        """What the brief is about, for words that mean different things in different businesses."""

    def __iter__(self) -> Iterator[Thing]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def add(self, thing: Thing, phrases: Sequence[tuple[str, ...]]) -> Thing:
        """Enter a thing under its phrases (singular); a phrase that means another thing already stays with
        that.
        """
        self._by_name[thing.name] = thing
        for phrase in phrases:
            if phrase not in _FIELD_WORDS:
                self._by_phrase.setdefault(phrase, thing)
        return thing

    def alias(self, thing: Thing, phrase: tuple[str, ...]) -> None:
        """Let one more phrase mean a thing, unless it has a meaning."""
        self._by_phrase.setdefault(phrase, thing)

    def mean(self, phrase: tuple[str, ...], thing: Thing) -> None:
        """Let a phrase mean a thing from now on, whatever it meant."""
        self._by_phrase[phrase] = thing

    def drop(self, thing: Thing) -> None:
        """Take a thing off the list with its phrases."""
        del self._by_name[thing.name]
        self._by_phrase = {phrase: meant for phrase, meant in self._by_phrase.items() if meant is not thing}

    def rename(self, thing: Thing, name: str) -> None:
        """Call a thing otherwise; its phrases stay."""
        self._by_name = {name if t is thing else t.name: t for t in self._by_name.values()}
        thing.name, thing.entry = name, thing.entry.model_copy(update={"name": name})

    def absorb(self, thing: Thing, owner: Thing) -> None:
        """Take a thing off the list that is but a field of another: its phrases mean the other from now
        on.
        """
        del self._by_name[thing.name]
        for phrase, meant in self._by_phrase.items():
            if meant is thing:
                self._by_phrase[phrase] = owner

    def named(self, name: str) -> Thing | None:
        """The thing of this entity name."""
        return self._by_name.get(name)

    def of_entry(self, entry_name: str) -> Thing | None:
        """The thing that this entry of the catalogue describes."""
        return next((thing for thing in self if thing.known and thing.entry.name == entry_name), None)

    def tail_of(self, words: Sequence[str]) -> Thing | None:
        """The laid out thing whose name a longer phrase ends with: `parking permits`, where there is `Permit`."""
        phrase = singular_words(tuple(words))
        for at in range(1, len(phrase)):
            thing = self._by_phrase.get(phrase[at:])
            if thing is not None and thing.laid_out and thing.snake == "_".join(phrase[at:]):
                return thing
        return None

    def ending_in(self, word: str) -> Thing | None:
        """The one thing whose name ends with a word: the order lines, where a brief goes on with `a line has …`."""
        named = [thing for thing in self if thing.snake.endswith(f"_{word}")]
        return named[0] if len(named) == 1 else None

    def meant_by(self, words: Sequence[str]) -> Thing | None:
        """The thing that a whole phrase means, in singular or plural."""
        return self._by_phrase.get(singular_words(tuple(words))) or self._by_phrase.get(tuple(words))

    def at(self, clause: Clause, index: int) -> tuple[Thing, int] | None:
        """The thing that the longest phrase from this word on means, and the length of the phrase; no
        verbs.
        """
        for length in range(min(_LONGEST, len(clause.words) - index), 0, -1):
            thing = self.meant_by(clause.words[index : index + length])
            if thing and not (length == 1 and verb_here(clause.words, index)):
                return thing, length
        return None

    def in_clause(
        self, clause: Clause, first: int = 0, stop: int | None = None
    ) -> list[tuple[int, int, Thing]]:
        """All mentions between two words: first word, word after, thing. Longest first, none overlapping."""
        found = []
        index, end = first, len(clause.words) if stop is None else stop
        while index < end:
            hit = self.at(clause, index)
            if hit and index + hit[1] <= end:
                found.append((index, index + hit[1], hit[0]))
                index += hit[1]
            else:
                index += 1
        return found

    def named_after(self, clause: Clause, index: int) -> Thing | None:
        """The one thing that a limit or duration is `for` or `on`, right after it."""
        words = clause.words
        for at in range(index, min(index + 3, len(words))):
            if words[at] in ("for", "on"):
                hit = (
                    self.at(clause, at + 2 if words[at + 1 : at + 2] == ("the",) else at + 1)
                    if at + 1 < len(words)
                    else None
                )
                return hit[0] if hit else None
        return None

    def subject(self, clause: Clause) -> Thing | None:
        """The thing that a clause is about: its own first mention, else that of what it stands under."""
        for at in (clause, *clause.ancestors()):
            mentions = self.in_clause(at)
            if mentions and (at is clause or at.kind != "sentence" or len(mentions) == 1):
                return mentions[0][2]
        return None
