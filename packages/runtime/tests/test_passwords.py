"""Passwords are judged by how hard they are to guess, hashed slowly, and hashed out of everybody's way."""

import asyncio
import threading

import pytest
from backwright.errors import Unavailable
from backwright.passwords import FLOOR, MAX_BYTES, TEST, Cost, Hasher, weakness
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "password",
    [
        "blue giraffe eats lamps",
        "tr0ub4dor&3",
        "vUq8!mZp2x",
        "8305719264",
        "ein gelber Hund schläft",
        "пять тихих ламп",
    ],
)
def test_a_password_that_is_hard_to_guess_is_accepted(password: str) -> None:
    """Whatever characters it is made of: there are no composition rules."""
    assert weakness(password) is None


@pytest.mark.parametrize(
    "password",
    [
        "password123", "Passw0rd2024!", "P@ssw0rd!!", "Dr4g0n!2024", "qwertyuiop12", "1234567890",
        "0987654321",
        "aaaaaaaaaa", "abcabcabcabc", "iloveyou2024!", "Admin-Passw0rd!", "letmein-please", "1qaz2wsx3edc",
        "CORRECT horse battery staple", "monkeydragon1",
        "\uff30\uff21\uff33\uff33\uff37\uff2f\uff32\uff24\uff11\uff12\uff13",
    ],
)  # fmt: skip
def test_a_password_that_attackers_try_first_is_refused(password: str) -> None:
    """Decorated, repeated, doubled or spelled with look-alikes: it is the same word."""
    assert weakness(password) is not None


def test_the_length_counts_in_characters_and_has_a_cap_in_bytes() -> None:
    """Nine are too few, a long passphrase is welcome, more than a kilobyte is not a password."""
    assert weakness("vUq8!mZp2") is not None
    assert weakness("vUq8!mZp2x") is None
    passphrase = "every lamp in the long corridor was out when the second guard came by and found nobody " * 2
    assert len(passphrase) > 128
    assert weakness(passphrase) is None
    assert weakness("é" + passphrase * 6) is not None
    assert len((passphrase * 6).encode()) > MAX_BYTES


def test_a_password_built_from_the_account_is_refused() -> None:
    """The parts of the address and the name are known to everybody; they may be part of something longer."""
    assert weakness("ada.lovelace1", email="ada.lovelace@example.org") is not None
    assert weakness("Lovelace!!", name="Ada Lovelace") is not None
    assert weakness("lovelace-and-the-engine", name="Ada Lovelace") is None


@pytest.mark.parametrize("password", ["quiet\x00lamps above", "quiet\nlamps above", "quiet\ud800lamps above"])
def test_control_characters_are_refused(password: str) -> None:
    """They come from broken forms and cannot be typed again."""
    assert weakness(password) is not None


@given(st.text(max_size=300), st.text(max_size=30), st.text(max_size=30))
def test_any_text_gets_a_verdict_that_does_not_repeat_it(password: str, email: str, name: str) -> None:
    """No input breaks the check, and no message holds the password."""
    verdict = weakness(password, email=email, name=name)
    assert verdict is None or len(password) < 10 or password not in verdict


async def test_a_hash_is_argon2id_and_names_its_cost() -> None:
    """At the OWASP floor unless asked for more."""
    stored = await Hasher().hash("blue giraffe eats lamps")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (FLOOR.memory_kib, FLOOR.passes, FLOOR.lanes) == (19_456, 2, 1)


async def test_the_right_password_matches_and_every_other_does_not() -> None:
    """Also when it was typed with combining characters."""
    hasher = Hasher(TEST)
    stored = await hasher.hash("gelbes Mädchen 77")
    assert await hasher.verify("gelbes Mädchen 77", stored)
    assert await hasher.verify("gelbes Ma\u0308dchen 77", stored)
    assert not await hasher.verify("gelbes Madchen 77", stored)
    assert not await hasher.verify("gelbes Mädchen 77", "not a hash")
    assert not await hasher.verify("nobody has this password", None)


async def test_a_hash_of_another_cost_is_outdated() -> None:
    """It is made anew at the next login."""
    old = await Hasher(TEST).hash("blue giraffe eats lamps")
    assert Hasher(Cost(memory_kib=16, passes=1)).is_outdated(old)
    assert not Hasher(TEST).is_outdated(old)


class Watched(Hasher):
    """Notes the cost of each hash that is verified."""

    def __init__(self) -> None:
        super().__init__(TEST)
        self.verified: list[str] = []

    def _matches(self, password: str, stored: str) -> bool:
        self.verified.append(stored.rpartition("$")[0].rpartition("$")[0])
        return super()._matches(password, stored)


async def test_an_unknown_account_costs_the_same_hash() -> None:
    """No account, or one without a password, is verified against a decoy of the same cost."""
    hasher = Watched()
    stored = await hasher.hash("blue giraffe eats lamps")
    assert not await hasher.verify("something else entirely", stored)
    assert not await hasher.verify("something else entirely", None)
    known, unknown = hasher.verified
    assert known == unknown == "$argon2id$v=19$m=8,t=1,p=1"


async def test_hashing_runs_beside_the_event_loop() -> None:
    """In threads of its own, two at a time."""
    hasher, names = Hasher(TEST), set()
    both = threading.Barrier(2, timeout=60)

    def call() -> None:
        both.wait()  # passes only while two are running
        names.add(threading.current_thread().name)

    await asyncio.gather(*(hasher._run(call) for _ in range(10)))
    assert len(names) == 2
    assert all(name.startswith("argon2") for name in names)


async def test_a_full_queue_is_refused_at_once() -> None:
    """With 503 and a time to come back; a place that becomes free is used again."""
    hasher = Hasher(TEST, slots=1, queue=2)
    gate = threading.Event()
    waiting = [asyncio.create_task(hasher._run(gate.wait)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refused:
        await hasher.hash("blue giraffe eats lamps")
    assert refused.value.headers["Retry-After"] == "5"
    gate.set()
    await asyncio.gather(*waiting)
    assert await hasher.hash("blue giraffe eats lamps")


async def test_a_caller_who_gives_up_frees_the_place() -> None:
    """Cancelled hashes do not fill the queue for ever."""
    hasher = Hasher(TEST, slots=1, queue=1)
    gate = threading.Event()
    running = asyncio.create_task(hasher._run(gate.wait))
    waiting = asyncio.create_task(hasher._run(gate.wait))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    gate.set()
    await running
    assert await hasher.verify("x", await hasher.hash("x"))
