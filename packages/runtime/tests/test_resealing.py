"""A service whose secret was replaced reads what it has kept, and carries it over to the new one."""

from typing import Any
from uuid import UUID

import pytest
from backwright.accounts import BoundAccounts
from backwright.context import now
from backwright.database import Database
from backwright.keyring import KeyRing
from backwright.resealing import reseal
from backwright.sealing import Sealer
from backwright.second_factor import PURPOSE
from backwright.second_factor_rows import second_factors
from backwright.settings import Settings
from cryptography.exceptions import InvalidTag
from pydantic import ValidationError
from sqlalchemy import insert, select

OLD = b"the secret before, of forty-eight characters, 1!"
NEW = b"the secret of now, of forty-eight characters, 2!"


@pytest.fixture
async def kept(database: Database, accounts: BoundAccounts) -> tuple[str, UUID]:
    """A signing key and a second factor from before: the key's name and the account."""
    key = await KeyRing(database, OLD).signing()
    user = await accounts.ensure_account("ada@example.org", name="", roles=[])
    row: dict[str, Any] = {
        "user_id": user, "secret_sealed": Sealer(OLD, PURPOSE).seal(b"of the app", user.bytes),
        "last_step": 0, "created_at": now(), "confirmed_at": now(),
    }  # fmt: skip
    async with database.work() as work:
        await work.execute(database.prepare(insert(second_factors)), row)
    return key.kid, user


async def factor(database: Database) -> bytes:
    [(sealed,)] = await database.fetch(database.prepare(select(second_factors.c.secret_sealed)))
    return bytes(sealed)


async def test_with_the_previous_secret_everything_goes_on(
    database: Database, kept: tuple[str, UUID]
) -> None:
    """The same key signs; without that secret another one has to be made."""
    assert (await KeyRing(database, (NEW, OLD)).signing()).kid == kept[0]
    assert Sealer((NEW, OLD), PURPOSE).open(await factor(database), kept[1].bytes) == b"of the app"
    with pytest.raises(InvalidTag):
        Sealer(NEW, PURPOSE).open(await factor(database), kept[1].bytes)
    assert (await KeyRing(database, NEW).signing()).kid != kept[0]


async def test_what_was_carried_over_needs_the_previous_secret_no_more(
    database: Database, kept: tuple[str, UUID]
) -> None:
    """Doing it again does nothing."""
    found = await reseal(database, (NEW, OLD))
    assert [(each.table, each.resealed, each.lost) for each in found] == [
        ("signing_keys", 1, 0), ("second_factors", 1, 0),
    ]  # fmt: skip
    assert (await KeyRing(database, NEW).signing()).kid == kept[0]
    assert Sealer(NEW, PURPOSE).open(await factor(database), kept[1].bytes) == b"of the app"
    assert sum(each.resealed for each in await reseal(database, (NEW, OLD))) == 0


async def test_what_neither_secret_opens_is_counted_and_left(
    database: Database, kept: tuple[str, UUID]
) -> None:
    """Somebody may still have the third one."""
    before = await factor(database)
    found = await reseal(database, (NEW, b"a secret of somebody else, of that length too..."))
    assert [(each.resealed, each.lost) for each in found] == [(0, 1), (0, 1)]
    assert await factor(database) == before


def test_the_previous_secret_is_another_one() -> None:
    """A slip of the hand is told, and the setting may be empty."""
    given = {"environment": "test", "_env_file": None, "secret_key": OLD.decode()}
    with pytest.raises(ValidationError) as refused:
        Settings(**given, secret_key_previous=OLD.decode())
    assert "is SECRET_KEY itself" in str(refused.value)
    assert Settings(**given, secret_key_previous="").secrets == (OLD,)
    assert Settings(**given, secret_key_previous=NEW.decode()).secrets == (OLD, NEW)
