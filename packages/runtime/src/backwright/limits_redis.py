"""Rate limits counted in Redis, for any number of processes on any number of machines.

What lives here: one script, and the store over it. The script is atomic and goes by the clock of Redis, so
that N processes admit together exactly what one would, whatever their own clocks say.

While Redis is down, each process counts for itself, from zero: a policy then admits its limit once for each
process. A strict policy (`Policy.strict`: logins, registrations) admits a tenth of it instead, so that an
outage of Redis is no invitation to guess passwords.
"""

from dataclasses import replace
from hashlib import sha1
from typing import TYPE_CHECKING, Final

from backwright.limits import MemoryStore, Policy
from backwright.redis_connection import Down, UnknownScript, packed

if TYPE_CHECKING:
    from backwright.redis import Redis

STRICT_PART: Final = 10
"""A strict policy admits one part in ten while a process counts for itself."""

SCRIPT: Final = """
local key, limit, window = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local count = redis.call('LLEN', key)
if count > 0 and tonumber(redis.call('LINDEX', key, -1)) > now then
    redis.call('DEL', key) -- the clock was set back: what is in the future cannot be counted
    count = 0
end
local first = count > 0 and tonumber(redis.call('LINDEX', key, 0)) or now
if first <= now - window then
    local low, high = 1, count
    while low < high do
        local middle = math.floor((low + high) / 2)
        if tonumber(redis.call('LINDEX', key, middle)) <= now - window then
            low = middle + 1
        else
            high = middle
        end
    end
    redis.call('LTRIM', key, low, -1)
    count = count - low
    first = count > 0 and tonumber(redis.call('LINDEX', key, 0)) or now
end
local allowed = 0
if count < limit then
    redis.call('RPUSH', key, string.format('%.0f', now))
    redis.call('PEXPIRE', key, math.ceil(window / 1000))
    allowed, count = 1, count + 1
end
return {allowed, limit - count, first + window - now}
"""
"""The times of the admitted hits, oldest first. Times out of the window are found by halving, so that a key
with a hundred thousand of them holds Redis up no longer than one with ten."""

_DIGEST: Final = sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()


class RedisStore:
    """A `Store` in Redis; one round trip for each hit."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._prefix = f"{redis.prefix}limit:"
        self._alone = MemoryStore()
        self.alone = 0
        """Hits that were counted by this process alone."""

    async def take(self, policy: Policy, key: str, at: float) -> tuple[bool, int, float]:
        """As `Store.take`; never raises. Time is that of Redis, `at` counts only while Redis is down."""
        arguments = (1, self._prefix + key, policy.limit, policy.window * 1_000_000)
        try:
            try:
                found = await self._redis.send(packed("EVALSHA", _DIGEST, *arguments))
            except UnknownScript:
                found = await self._redis.send(packed("EVAL", SCRIPT, *arguments))
        except Down:
            self.alone += 1
            return await self._alone.take(_while_alone(policy), key, at)
        allowed, remaining, wait = found
        return allowed == 1, max(0, remaining), at + wait / 1_000_000


def _while_alone(policy: Policy) -> Policy:
    return replace(policy, limit=max(1, policy.limit // STRICT_PART)) if policy.strict else policy
