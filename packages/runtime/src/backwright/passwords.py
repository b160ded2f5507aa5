"""Passwords: what is accepted, how they are hashed, and how hashing stays out of everybody's way.

Argon2id takes tens of milliseconds and 19 MiB on purpose (OWASP Password Storage Cheat Sheet). It runs in a
pool of two threads with a bounded queue, so that a storm of logins cannot stop the event loop or eat the
memory. Nothing here knows accounts or HTTP, and nothing here logs: a password is never part of a message.
"""

import asyncio
import re
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from backwright.errors import Unavailable

MIN_CHARACTERS: Final = 10
"""Shortest password that is accepted, in characters (NIST SP 800-63B-4 §3.1.1.2 asks for at least 8)."""

MAX_BYTES: Final = 1024
"""Longest password, in bytes of UTF-8 after normalisation: room for any passphrase, no room for an attack."""

SLOTS: Final = 2
"""Hashes that run at the same time; each takes `Cost.memory_kib` of memory and one core."""

QUEUE: Final = 100
"""Hashes that may wait for a slot; one more is refused with 503."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one argon2id hash costs: memory in KiB, passes over it, lanes."""

    memory_kib: int = 19_456
    passes: int = 2
    lanes: int = 1


FLOOR: Final = Cost()
"""The OWASP minimum for argon2id, and the default: m = 19 MiB, t = 2, p = 1."""

TEST: Final = Cost(memory_kib=8, passes=1)
"""The least that argon2id can do. For test suites only; the settings refuse it elsewhere."""


def normalised(password: str) -> str:
    """The form that is hashed: NFC, so that one password typed on two keyboards is one password (RFC 8265
    §4.2)."""
    return unicodedata.normalize("NFC", password)


def weakness(password: str, *, email: str = "", name: str = "") -> str | None:
    """Say why `password` is refused, as a sentence that does not repeat it; None when it is accepted.

    Length and guessability count, composition does not: "one digit, one sign" makes passwords worse (NIST SP
    800-63B-4).
    """
    text = normalised(password)
    if len(text) < MIN_CHARACTERS:
        return f"Use at least {MIN_CHARACTERS} characters. A few unrelated words make a good password."
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        return f"Use at most {MAX_BYTES} bytes."
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        return "Leave out control characters."
    if _is_common(text):
        return "This password is among the first that an attacker tries. Use a few unrelated words instead."
    if _is_personal(text, email, name):
        return "The password must not be built from the email address or the name."
    return None


class Hasher:
    """Hashes and verifies off the event loop, two at a time.

    Raises `Unavailable` (503 with `Retry-After`) when `queue` hashes already wait.
    """

    def __init__(self, cost: Cost = FLOOR, *, slots: int = SLOTS, queue: int = QUEUE) -> None:
        self._argon2 = PasswordHasher(
            time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes, type=Type.ID
        )
        self._pool = ThreadPoolExecutor(max_workers=slots, thread_name_prefix="argon2")
        self._room = slots + queue
        self._busy = 0
        self._decoy = self._argon2.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """The PHC string of `password`: algorithm, parameters, salt and hash in one."""
        return await self._run(lambda: self._argon2.hash(normalised(password)))

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether `password` is the one that `stored` was made from.

        Without a stored hash (unknown account, or one without a password) a decoy is verified instead, so
        that the answer takes the same time and tells nothing.
        """
        return await self._run(lambda: self._matches(password, stored or self._decoy)) and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether `stored` was made at another cost than today's and should be made anew at this login."""
        return self._argon2.check_needs_rehash(stored)

    def _matches(self, password: str, stored: str) -> bool:
        try:
            return self._argon2.verify(stored, normalised(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, call: Callable[[], _T]) -> _T:
        if self._busy >= self._room:
            raise Unavailable(
                "Too many people are signing in right now. Try again in a few seconds.", retry_after=5
            )
        self._busy += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, call)
        finally:
            self._busy -= 1


# --- what an attacker tries first ---

_LOOK_ALIKE: Final = str.maketrans("013457@$!", "oieastasi")
_ROWS: Final = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
)
_EDGES: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_DECORATION: Final = 8
"""Digits and signs around a common word that still leave it common; beyond that the rest carries the
password."""


@cache
def _common() -> frozenset[str]:
    text = resources.files("backwright").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.split("\n") if line and not line.startswith("#"))


def _is_common(text: str) -> bool:
    folded = unicodedata.normalize("NFKC", text).casefold()
    unit = _unit(folded)
    if len(unit) <= 4 or any(unit in row or unit in row[::-1] for row in _ROWS):
        return True
    bare = _EDGES.sub("", unit)
    return any(
        _is_common_core(form) for form in (unit, unit.translate(_LOOK_ALIKE), bare.translate(_LOOK_ALIKE))
    )


def _unit(text: str) -> str:
    """The shortest piece that `text` repeats: "abcabcabcab" is "abc" over and over."""
    for length in range(1, len(text) // 2 + 1):
        if (text[:length] * (len(text) // length + 1))[: len(text)] == text:
            return text[:length]
    return text


def _is_common_core(form: str) -> bool:
    """Whether `form` is one common word, or two in a row, with at most a little decoration around and
    between."""
    words = "".join(character for character in form if character.isalpha())
    if not words or len(form) - len(words) > _DECORATION:
        return False
    found = _common()
    return _unit(words) in found or any(
        words[:cut] in found and words[cut:] in found for cut in range(3, len(words) - 2)
    )


def _is_personal(text: str, email: str, name: str) -> bool:
    """Whether little is left of `text` without the parts of the address and the name."""
    left = text.casefold()
    for part in re.split(r"[\W_]+", f"{email} {name}".casefold()):
        if len(part) >= 4:
            left = left.replace(part, "")
    return len(left) < min(MIN_CHARACTERS - 4, len(text))
