"""What is wrong with a blueprint, said about a place in the model.

What lives here: the value `Fault` and the words that several checks use. What must not: lines and columns,
which only a text has (`yaml.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

Path = tuple[str | int, ...]
"""From the blueprint down to a value: `("entities", "WorkOrder", "filters", 0)`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where in the model, what, and what would be right."""

    path: Path
    message: str
    hint: str | None = None
    of_key: bool = False
    """The key at the end of the path is wrong, not what it holds."""

    def __str__(self) -> str:
        hint = f"; {self.hint}" if self.hint else ""
        return f"{dotted(self.path)}: {self.message}{hint}"


def dotted(path: Path) -> str:
    """A path as people write it: `entities.WorkOrder.filters[0]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint with the known word nearest to `word`, else with all of them when they are few."""
    words = list(known)
    near = get_close_matches(word, words, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    if words and len(words) <= 20:
        return "known: " + ", ".join(words)
    return None
