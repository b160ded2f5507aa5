"""What caching the answers of a resource gains: how often it spares a look into the database, and how much time.

What lives here: the counts, and the word about a cache that gains nothing. What must not: the cache itself.
"""

import logging
from dataclasses import dataclass
from typing import Final

LOOK_AT: Final = 10_000
"""Reads after which the gain of a cache is looked at, and again after ten times as many."""

WORTHLESS: Final = 0.05
"""Part of the reads below which hits do not pay for the keeping."""

_log = logging.getLogger("backwright.cache")


@dataclass(slots=True)
class Gains:
    """Of the answers of one resource. `late` are those that came after their data had changed and were not kept."""

    name: str
    hits: int = 0
    misses: int = 0
    late: int = 0
    loads: int = 0
    load_seconds: float = 0.0
    """Time spent computing answers, `loads` of them."""

    _look_at: int = LOOK_AT

    @property
    def ratio(self) -> float:
        """Part of the reads that the cache answered, from 0 to 1."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else 0.0

    @property
    def saved_seconds(self) -> float:
        """Time that the hits would have taken without the cache, by the mean of what was computed."""
        return self.hits * self.load_seconds / self.loads if self.loads else 0.0

    def missed(self) -> None:
        """Count a read that was not answered. Says so, once in a while, if the cache gains nothing."""
        self.misses += 1
        asked = self.hits + self.misses
        if asked < self._look_at:
            return
        self._look_at = 10 * asked
        if self.ratio < WORTHLESS:
            _log.warning(
                "the cache of %s gains nothing: it answered %d of %d reads; remove cache=Cache(…) from its resource",
                self.name,
                self.hits,
                asked,
            )

    def loaded(self, seconds: float) -> None:
        """Count an answer that was computed."""
        self.loads += 1
        self.load_seconds += seconds
