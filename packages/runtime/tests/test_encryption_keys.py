"""The keys of encrypted fields at rest: sealed under master keys, made once, and sealed anew under another one."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import clinic
import pytest
from backwright.database import Database
from backwright.encryption_keys import DATA, INDEX, KeyStore, KeysUnusable, MasterKeys, fingerprint

FIRST, SECOND = "first master key of these tests, 7b1d", "second master key of these tests, 93fa"


@pytest.fixture
async def database(tmp_path: Path, engine: str) -> AsyncGenerator[Database, None]:
    """A database with the tables of the clinic, open."""
    lent = clinic.template(engine).lend(tmp_path, "clinic.db")
    found = Database(lent)
    await found.connect()
    yield found
    await found.close()
    clinic.template(engine).give_back(lent)


def store(database: Database, *masters: str) -> KeyStore:
    """The keys as a process with these master keys sees them."""
    return KeyStore(database, MasterKeys(masters))


async def rows(database: Database) -> list[Any]:
    """The table as it is stored."""
    return list(await database.engine.read("SELECT id, kind, master, sealed FROM encryption_keys", []))


async def test_the_first_keys_are_made_once(database: Database) -> None:
    """However many processes start together: one that encrypts, and one for blind indexes."""
    found = await asyncio.gather(*(store(database, FIRST).open() for _ in range(6)))
    assert {each.kind for each in found[0]} == {DATA, INDEX}
    assert len(await rows(database)) == 2
    assert database.field_keys.current == next(each.id for each in found[0] if each.kind == DATA)


async def test_what_is_stored_says_nothing_about_the_keys(database: Database) -> None:
    """Neither the key nor the master key stands in the table, and no value prints them."""
    opened = await store(database, FIRST).open()
    for _, _, master, sealed in await rows(database):
        assert master == fingerprint(FIRST)
        assert FIRST.encode() not in bytes(sealed)
        assert not any(each.secret in bytes(sealed) for each in opened)
    assert not any(repr(each.secret) in repr(each) for each in opened)


async def test_another_master_key_opens_nothing_and_says_which_is_missing(database: Database) -> None:
    """It is fatal: nothing is made anew beside the keys that do not open."""
    await store(database, FIRST).open()
    with pytest.raises(KeysUnusable, match=rf"master key {fingerprint(FIRST)}.*not in ENCRYPTION_KEYS"):
        await store(database, SECOND).open()
    with pytest.raises(KeysUnusable, match="ENCRYPTION_KEYS is not set"):
        await store(database).open()
    assert len(await rows(database)) == 2


async def test_a_changed_row_of_the_table_is_refused(database: Database) -> None:
    """Also one that was sealed for another key: an id cannot be given to other key material."""
    first = store(database, FIRST)
    await first.open()
    async with database.work() as work:
        await first.create(work)
    async with database.work() as work:
        await work._transaction.execute(
            "UPDATE encryption_keys SET id = 'ffffffff' WHERE id = (SELECT x.id FROM (SELECT MAX(id) AS id FROM "
            "encryption_keys) AS x)",
            [],
        )
    with pytest.raises(KeysUnusable, match=r"ffffffff.*does not open"):
        await store(database, FIRST).load()


async def test_keys_are_sealed_anew_under_the_newest_master_key(database: Database) -> None:
    """With both keys known for a while; afterwards the old one is not needed, and the keys are the same."""
    before = await store(database, FIRST).open()
    both = store(database, SECOND, FIRST)
    async with database.work() as work:
        assert await both.rewrap(work) == 2
    async with database.work() as work:
        assert await both.rewrap(work) == 0
    after = await store(database, SECOND).open()
    assert [(each.id, each.secret) for each in after] == [(each.id, each.secret) for each in before]
    with pytest.raises(KeysUnusable):
        await store(database, FIRST).load()


async def test_a_new_key_is_there_before_it_encrypts(database: Database) -> None:
    """Every process has read it by then."""
    keys = store(database, FIRST)
    await keys.open()
    current = database.field_keys.current
    async with database.work() as work:
        made = await keys.create(work)
    assert [each.id for each in await keys.load() if each.kind == DATA] == [current, made]
    assert database.field_keys.current == current
