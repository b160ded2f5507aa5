"""What an expression may hold: where it comes from, and what is known of its text.

What lives here: values and how they are put together. What must not: statements, frameworks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from backwright_workbench.codebase.facts.place import Place

HOLE: Final = "\0"
"""Stands in a text for what is not known of it."""
LONGEST: Final = 1500
"""Characters of a text that are remembered."""
MOST: Final = 12
"""Origins of one value that are followed."""
DEEPEST: Final = 3
"""Attributes of attributes that are kept apart."""
NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Trail:
    """A way, the last step first."""

    place: Place
    what: str
    before: "Trail | None" = None

    def steps(self) -> list[tuple[Place, str]]:
        """The way in order."""
        found: list[tuple[Place, str]] = []
        each: Trail | None = self
        while each is not None:
            found.append((each.place, each.what))
            each = each.before
        return found[::-1]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from.

    `kind` is request (a caller sends it), parameter (of the function `key`), field (of instances of the class `key`)
    error (an exception that was caught), column (of rows of the model `key`, or of what a list of a module holds) or
    stored (rows of a cursor). `source` says which part of a request; `path` which part of that.
    """

    kind: str
    key: str
    source: str = ""
    path: tuple[str, ...] = ()

    def at(self, name: str) -> "Origin":
        """A part of it."""
        if len(self.path) >= DEEPEST:
            return self
        return Origin(self.kind, self.key, self.source, (*self.path, name))


@dataclass(frozen=True, slots=True)
class Taint:
    """One origin of a value. `clean` are the dangers that were seen to; `prefix` is what stands before it in the text.

    `built` says that it was put into a longer text, at `built_at`.
    """

    origin: Origin
    trail: Trail | None = field(default=None, compare=False)
    clean: frozenset[str] = NOTHING
    built: bool = False
    built_at: Place | None = field(default=None, compare=False)
    prefix: str = field(default="", compare=False)
    raw: bool = True
    """Whether it is still of the type that came, such as an object of a JSON body."""

    def step(self, place: Place, what: str) -> "Taint":
        """The same, one step on."""
        return self.on(Trail(place, what, self.trail))

    def on(self, trail: Trail | None) -> "Taint":
        """The same, by another way."""
        return Taint(self.origin, trail, self.clean, self.built, self.built_at, self.prefix, self.raw)

    def at(self, name: str, clean: frozenset[str] = NOTHING) -> "Taint":
        """A part of it."""
        origin = self.origin.at(name)
        clean = self.clean | clean if clean else self.clean
        return Taint(origin, self.trail, clean, self.built, self.built_at, self.prefix, self.raw)


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression may hold. `text` is its text as far as it is known, with holes; `parts` its items."""

    taints: tuple[Taint, ...] = ()
    text: str | None = None
    parts: Mapping[str, "Value"] | None = None
    what: str = ""
    """`request` for the object of the request itself, else empty or the name of a class that matters."""

    @property
    def is_constant(self) -> bool:
        """Whether its text is known from beginning to end."""
        return self.text is not None and HOLE not in self.text

    def all_taints(self, depth: int = 0) -> tuple[Taint, ...]:
        """Its own and those of its parts."""
        if not self.parts or depth > DEEPEST:
            return self.taints
        found = [*self.taints]
        for each in self.parts.values():
            found += each.all_taints(depth + 1)
        return merged(found)

    def cleaned(self, kinds: frozenset[str]) -> "Value":
        """The same where these dangers are seen to; `*` means all."""
        if "*" in kinds:
            return Value(text=self.text)
        taints = tuple(replace(each, clean=each.clean | kinds) for each in self.all_taints())
        return Value(taints, self.text)

    def plain(self) -> "Value":
        """As a text: no parts, and nothing that is an object any more."""
        return Value(tuple(replace(each, raw=False) for each in self.all_taints()), self.text)


EMPTY: Final = Value()


def merged(taints: Iterable[Taint]) -> tuple[Taint, ...]:
    """Without those that say the same twice."""
    return tuple(dict.fromkeys(taints))[:MOST]


def union(*values: Value) -> Value:
    """One or the other."""
    seen = [each for each in values if each is not EMPTY]
    if not seen:
        return EMPTY
    if len(seen) == 1 and len(values) == 1:
        return seen[0]
    texts = {each.text for each in values}
    text = (
        texts.pop() if len(texts) == 1 else next((t for t in sorted(filter(None, texts)) if HOLE in t), None)
    )
    parts: dict[str, Value] | None = None
    for each in seen:
        if each.parts:
            parts = parts if parts is not None else {}
            for name, part in each.parts.items():
                parts[name] = union(parts[name], part) if name in parts else part
    what = next((each.what for each in seen if each.what), "")
    return Value(merged(taint for each in seen for taint in each.taints), text, parts, what)


def composed(pieces: list[Value], place: Place) -> Value:
    """The text that the pieces make one after the other."""
    taints: list[Taint] = []
    text = ""
    several = len([each for each in pieces if each.text != ""]) > 1
    for piece in pieces:
        for each in piece.all_taints():
            built_at = each.built_at or (place if several else None)
            taints.append(
                replace(
                    each, built=each.built or several, built_at=built_at, prefix=text + each.prefix, raw=False
                )
            )
        text = (text + (HOLE if piece.text is None else piece.text))[:LONGEST]
    return Value(merged(taints), text)
