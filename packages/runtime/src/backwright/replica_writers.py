"""Who has written what a replica may not have yet.

What lives here: actors and turns. What must not: servers, clocks, other processes (`replicas.py`).

Time is cut into turns. A write belongs to the turn in which it was committed. When a turn has ended, the primary
is asked for the end of its log, which lies behind every write of that turn and of those before. As soon as the
replica has got there, it has them all. So nothing is asked of the database for a write, and nothing for a read.
"""

from typing import Final
from uuid import UUID

MAX_WRITERS: Final = 10_000
"""Actors remembered at a time; about 2 MB. Beyond that nobody reads from the replica until it has caught up."""


class Writers:
    """The actors whose last write the replica may not have. All who are not signed in are one: `None`."""

    def __init__(self) -> None:
        self._turn = 1
        self._reached = 0
        self._floor = 0
        """The last turn in which somebody wrote whom we do not know, or know no more."""
        self._last: dict[UUID | None, int] = {}
        """Actor → the turn of their last write, those of earlier turns first."""

    def __len__(self) -> int:
        return len(self._last)

    def may_read(self, actor: UUID | None) -> bool:
        """Whether the replica has all that an actor has written."""
        return self._floor <= self._reached and actor not in self._last

    def add(self, actor: UUID | None) -> None:
        """This actor has just written."""
        self._last.pop(actor, None)
        self._last[actor] = self._turn
        if len(self._last) > MAX_WRITERS:
            self._floor = max(self._floor, self._last.pop(next(iter(self._last))))

    def add_everybody(self) -> None:
        """Anybody may have written up to now."""
        self._floor = self._turn
        self._last.clear()

    def end_turn(self) -> int:
        """End the turn. Ask the primary for the end of its log after this, and hand the number to `reach` later."""
        self._turn += 1
        return self._turn - 1

    def reach(self, turn: int) -> None:
        """The replica has got to where the log ended after this turn."""
        self._reached = turn
        while self._last:
            first = next(iter(self._last))
            if self._last[first] > turn:
                return
            del self._last[first]
