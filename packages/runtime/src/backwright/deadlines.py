"""Deadlines of many tasks, watched by one timer.

What lives here: when, and the cancellation. What must not: what follows from it. `asyncio.timeout` sets a timer of
the loop and takes it back at each use, which costs a request as much as its rate limit; nearly all of them end long
before their time.
"""

import asyncio
from math import inf


class Deadline:
    """The time until which a task has to be done with something. Made by `Deadlines.begin`."""

    __slots__ = ("at", "before", "expired", "task")

    def __init__(self, task: "asyncio.Task[object]", at: float) -> None:
        self.task = task
        self.before = task.cancelling()
        self.at = at
        """On the clock of the loop, in seconds; may be moved, also to `math.inf`."""
        self.expired = False


class Deadlines:
    """Those that are under way in one event loop."""

    def __init__(self) -> None:
        self._under_way: set[Deadline] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = inf

    def begin(self, seconds: float) -> Deadline:
        """A deadline for the current task, which is cancelled when it comes. Hand it to `end`, whatever happens."""
        task = asyncio.current_task()
        assert task is not None, "deadlines are for tasks"
        loop = task.get_loop()
        if loop is not self._loop:  # test suites start an application in several loops, one after the other
            self._loop, self._timer, self._rings_at = loop, None, inf
        found = Deadline(task, loop.time() + seconds)
        self._under_way.add(found)
        if found.at < self._rings_at:
            self._ring(loop, found.at)
        return found

    def end(self, deadline: Deadline) -> bool:
        """Forget it: whether it came. Then a cancellation that has just come out is its own, and is taken back,
        unless somebody else has cancelled the task as well.
        """
        self._under_way.discard(deadline)
        return deadline.expired and deadline.task.uncancel() <= deadline.before

    def _ring(self, loop: asyncio.AbstractEventLoop, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings_at = at
        self._timer = loop.call_at(at, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Cancel what is due, and ring again for what comes next."""
        self._timer, self._rings_at = None, inf
        now = loop.time()
        for each in [each for each in self._under_way if each.at <= now]:
            self._under_way.discard(each)
            each.expired = True
            each.task.cancel()
        following = min((each.at for each in self._under_way), default=inf)
        if following < inf:
            self._ring(loop, following)
