"""Wrong keys: the same one is not looked up twice, and nobody may try many.

What lives here: what this process remembers of keys that were not good, for seconds. What must not: whether one is
good (`api_key_checks.py`).

A key cannot be guessed, whatever the number of attempts. But each attempt asks the database, before the request is
counted, because who it counts for depends on the answer. So an address that sends many different wrong keys is not
listened to for a while, except with keys that were good a moment ago; and a program that goes on with the one key that
was revoked costs nothing and closes nothing for others at its address.
"""

import time
from typing import Final

from backwright.limits import Limiter, MemoryStore, Policy, Verdict, exceeded

WRONG: Final = Policy("api-key-wrong", 60, 60, strict=True)
"""Different wrong keys from one network that are looked up by a process."""

SECONDS: Final = 10.0
"""How long a wrong key is known to be one."""

MAX_REMEMBERED: Final = 10_000


class WrongKeys:
    """Remembers digests of keys and the networks that they came from."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._closed: dict[str, tuple[float, Verdict]] = {}
        self._limiter = Limiter(MemoryStore(MAX_REMEMBERED, 100 * MAX_REMEMBERED))

    def is_known(self, digest: str) -> bool:
        """Whether the key with this digest was wrong a moment ago."""
        return self._until.get(digest, 0.0) > time.monotonic()

    def check(self, place: str) -> None:
        """Raise `RateLimited` where too many wrong keys have come from."""
        until, verdict = self._closed.get(place, (0.0, None))
        if verdict is not None and until > time.monotonic():
            raise exceeded(verdict)

    def note(self, digest: str, place: str) -> None:
        """This key, from there, was wrong."""
        for remembered in (self._until, self._closed):
            if len(remembered) >= MAX_REMEMBERED:
                remembered.clear()
        moment = time.monotonic()
        self._until[digest] = moment + SECONDS
        verdict = self._limiter.hit_now(WRONG, place)
        if verdict is not None and verdict.remaining == 0:
            self._closed[place] = (moment + verdict.reset_seconds, verdict)
