"""Rate limits: policies, the exact sliding window, and how they are told to the caller.

What lives here: counting and header syntax. What must not: who the caller is (`middleware.py` makes the
keys). The syntax of `RateLimit-Policy` and `RateLimit` is that of draft-ietf-httpapi-ratelimit-headers-10;
when the draft changes, this module changes and nothing else.

The window slides: of any `window` seconds, no `limit + 1` requests are admitted, also across the turn of a
minute. A refused request does not count, so hammering does not keep the door shut.
"""

import re
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from math import ceil
from typing import Final, NamedTuple, Protocol

from backwright.errors import RateLimited

QUOTA_EXCEEDED: Final = "https://iana.org/assignments/http-problem-types#quota-exceeded"
UNITS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_POLICY: Final = re.compile(r"^\s*(\d{1,7})\s*/\s*(?:(\d{1,5})\s*)?(second|minute|hour|day)s?\s*$")
MAX_KEYS: Final = 50_000
MAX_ENTRIES: Final = 1_000_000
"""About 32 MB: what counting in memory may use at most."""


@dataclass(frozen=True, slots=True)
class Policy:
    """At most `limit` requests in any `window` seconds.

    `name` stands in the headers and keeps counts apart. `strict` is for what must not be guessed: when a count
    shared by processes cannot be reached, it lets less through, where others let more through.
    """

    name: str
    limit: int
    window: int
    strict: bool = field(default=False, compare=False)
    header: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "header", f'"{self.name}";q={self.limit};w={self.window}')

    @classmethod
    def parse(cls, text: str, name: str = "default") -> "Policy":
        """Read `100/minute` or `20/5 minutes`. Raises `ValueError` with the way to write it."""
        found = _POLICY.match(text)
        if not found or int(found[1]) < 1 or int(found[2] or 1) < 1:
            raise ValueError("must be a count and a time, such as 100/minute or 20/5 minutes")
        if not re.fullmatch(r"[a-z0-9-]{1,63}", name):
            raise ValueError(f"{name!r} cannot name a policy: use lower-case letters, digits and dashes")
        return cls(name, int(found[1]), int(found[2] or 1) * UNITS[found[3]])


class Verdict(NamedTuple):
    """What a hit came to. `reset_seconds` is the time until the quota grows, rounded up."""

    policy: Policy
    allowed: bool
    remaining: int
    reset_seconds: int

    @property
    def limit(self) -> int:
        """Requests that the policy allows in its window."""
        return self.policy.limit

    @property
    def window(self) -> int:
        """The window in seconds."""
        return self.policy.window

    @property
    def header(self) -> str:
        """The `RateLimit` item."""
        return f'"{self.policy.name}";r={self.remaining};t={self.reset_seconds}'

    def headers(self) -> dict[str, str]:
        """The headers that tell the caller where they stand."""
        return {"RateLimit-Policy": self.policy.header, "RateLimit": self.header}


class Store(Protocol):
    """Where hits are remembered. `take` is atomic: it admits and remembers, or does neither."""

    async def take(self, policy: Policy, key: str, at: float) -> tuple[bool, int, float]:
        """Whether a hit at time `at` (seconds since 1970) is admitted, how many more are, and when one drops
        out.
        """
        ...


class MemoryStore:
    """Counts of this process, in bounded memory. When full, the key that was quiet longest is forgotten."""

    def __init__(self, max_keys: int = MAX_KEYS, max_entries: int = MAX_ENTRIES) -> None:
        self._hits: OrderedDict[str, deque[float]] = OrderedDict()
        self._max_keys = max_keys
        self._max_entries = max_entries
        self._entries = 0

    def __len__(self) -> int:
        return len(self._hits)

    async def take(self, policy: Policy, key: str, at: float) -> tuple[bool, int, float]:
        """As `Store.take`."""
        return self.take_now(policy, key, at)

    def take_now(self, policy: Policy, key: str, at: float) -> tuple[bool, int, float]:
        """The same for a caller who need not wait."""
        hits = self._hits.get(key)
        if hits is None:
            hits = self._hits[key] = deque()
            self._shrink()
        else:
            self._hits.move_to_end(key)
            before, oldest = len(hits), at - policy.window
            while hits and hits[0] <= oldest:
                hits.popleft()
            while hits and hits[-1] > at:  # the clock was set back: what is in the future cannot be counted
                hits.pop()
            self._entries -= before - len(hits)
        allowed = len(hits) < policy.limit
        if allowed:
            hits.append(at)
            self._entries += 1
        return allowed, policy.limit - len(hits), hits[0] + policy.window

    def _shrink(self) -> None:
        while len(self._hits) > self._max_keys or self._entries > self._max_entries:
            _, forgotten = self._hits.popitem(last=False)
            self._entries -= len(forgotten)


class Limiter:
    """Applies policies. One for each application, over one store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.refused = 0

    async def hit(self, policy: Policy, key: str) -> Verdict:
        """Count one request of `key` under `policy`."""
        at = time.time()
        return self._verdict(policy, at, await self.store.take(policy, f"{policy.name}:{key}", at))

    def hit_now(self, policy: Policy, key: str) -> Verdict | None:
        """As `hit`, where the store need not be waited for; `None`: nothing was counted."""
        if not isinstance(self.store, MemoryStore):
            return None
        at = time.time()
        return self._verdict(policy, at, self.store.take_now(policy, f"{policy.name}:{key}", at))

    def _verdict(self, policy: Policy, at: float, taken: tuple[bool, int, float]) -> Verdict:
        allowed, remaining, grows = taken
        if not allowed:
            self.refused += 1
        return Verdict(policy, allowed, remaining, max(1, ceil(grows - at)))

    async def enforce(self, policy: Policy, key: str) -> Verdict:
        """As `hit`; raises `RateLimited` when the request is not admitted."""
        verdict = await self.hit(policy, key)
        if not verdict.allowed:
            raise exceeded(verdict)
        return verdict


def exceeded(verdict: Verdict) -> RateLimited:
    """The 429 for a verdict: when to come back, and which policy was violated."""
    return RateLimited(
        f"At most {verdict.limit} requests in {verdict.window} seconds. "
        f"Wait {verdict.reset_seconds} seconds.",
        headers={"Retry-After": str(verdict.reset_seconds), **verdict.headers()},
        extra={"type": QUOTA_EXCEEDED, "violated-policies": [verdict.policy.name]},
    )
