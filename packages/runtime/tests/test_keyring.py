"""Signing keys are published before they sign and kept after, so that no good token ever loses its key."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import services
import time_machine
from backwright.database import Database
from backwright.keyring import AHEAD, CHECK_EVERY, JWKS_SECONDS, KEEP, ROTATE_EVERY, KeyRing, signing_keys
from backwright.tokens import LEEWAY, AccessTokens
from sqlalchemy import select

SECRET = b"a secret for tests only, forty-eight characters!"
START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
ADA, SESSION = UUID(int=1), UUID(int=2)
LIFETIME = timedelta(minutes=15)


def tokens(ring: KeyRing) -> AccessTokens:
    return AccessTokens(ring, issuer="https://office.test", audience="office", lifetime=LIFETIME)


async def kids(ring: KeyRing) -> list[str]:
    jwks: Any = await ring.jwks()
    return [key["kid"] for key in jwks["keys"]]


async def test_the_first_key_is_made_when_it_is_needed(database: Database) -> None:
    """And is there for every process that starts later."""
    key = await KeyRing(database, SECRET).signing()
    assert (await KeyRing(database, SECRET).signing()).kid == key.kid


async def test_processes_that_start_together_agree_on_one_key(database: Database) -> None:
    """Planning is one write transaction."""
    found = await asyncio.gather(*(KeyRing(database, SECRET).signing() for _ in range(8)))
    assert len({key.kid for key in found}) == 1


@pytest.mark.parametrize("engine", services.engines()[:1], indirect=True)  # what differs, others test on each
async def test_a_whole_cycle_rejects_no_good_token(database: Database) -> None:
    """Two processes and a client with a cached JWKS walk through 100 days, an hour at a time."""
    assert LIFETIME + timedelta(seconds=JWKS_SECONDS + LEEWAY) <= KEEP
    assert CHECK_EVERY + timedelta(seconds=JWKS_SECONDS) < AHEAD
    signer, verifier = KeyRing(database, SECRET), KeyRing(database, SECRET)
    issue, verify = tokens(signer), tokens(verifier)
    used: set[str] = set()
    with time_machine.travel(START, tick=False) as clock:
        cached = await kids(signer)
        for _ in range(100 * 24):
            clock.shift(timedelta(hours=1))
            token = await issue.issue(ADA, SESSION)
            kid = (await signer.signing()).kid
            assert kid in cached, "a client whose JWKS is an hour old knows the key"
            cached = await kids(verifier)
            used.add(kid)
            clock.shift(LIFETIME)
            assert (await verify.verify(token)).user_id == ADA
            clock.shift(-LIFETIME)
    assert len(used) == 4


async def test_an_old_key_goes_when_its_last_token_is_over(database: Database) -> None:
    """It verifies for `KEEP` after its last signature, then it is gone from the JWKS and the database."""
    ring = KeyRing(database, SECRET)
    with time_machine.travel(START, tick=False) as clock:
        first = (await ring.signing()).kid
        clock.shift(ROTATE_EVERY - AHEAD)
        assert len(await kids(ring)) == 2, "the next one is published"
        assert (await ring.signing()).kid == first, "and does not sign yet"
        clock.shift(AHEAD)
        assert (await ring.signing()).kid != first
        assert await ring.verifying(first) is not None
        clock.shift(KEEP + timedelta(minutes=1))
        assert await ring.verifying(first) is None
        assert first not in await kids(ring)
        await ring.rotate()
        rows = await database.fetch(database.prepare(select(signing_keys.c.kid)))
        assert first not in [kid for (kid,) in rows]


async def test_unknown_key_ids_cause_one_look_a_minute(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many forged tokens name them."""
    ring, looks = KeyRing(database, SECRET), 0
    await ring.signing()
    fetch = database.fetch

    async def counting(*arguments: Any) -> Any:
        nonlocal looks
        looks += 1
        return await fetch(*arguments)

    monkeypatch.setattr(database, "fetch", counting)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=False) as clock:
        for number in range(50):
            assert await ring.verifying(f"forged-{number}") is None
        assert looks == 1
        clock.shift(timedelta(seconds=61))
        await ring.verifying("forged")
        assert looks == 2


async def test_private_keys_are_not_readable_in_the_database(database: Database) -> None:
    """They are sealed under the service's secret; the public part does not hold them."""
    await KeyRing(database, SECRET).signing()
    [(sealed, public)] = await database.fetch(
        database.prepare(select(signing_keys.c.private_sealed, signing_keys.c.public_jwk))
    )
    assert b"PRIVATE KEY" not in sealed
    assert "d" not in public


async def test_another_secret_gets_another_key_and_still_verifies_old_tokens(database: Database) -> None:
    """After the secret was changed nobody is signed out."""
    token = await tokens(KeyRing(database, SECRET)).issue(ADA, SESSION)
    changed = KeyRing(database, b"another secret, which the operator has just set!")
    assert (await changed.signing()).private is not None
    assert (await tokens(changed).verify(token)).user_id == ADA
    assert len(await kids(changed)) == 2


async def test_the_jwks_holds_public_keys_only(database: Database) -> None:
    """With what a client needs to pick one."""
    ring = KeyRing(database, SECRET)
    jwks: Any = await ring.jwks()
    assert set(jwks["keys"][0]) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
