"""A service with encrypted fields starts with its keys or not at all."""

from pathlib import Path

import clinic
import pytest
from backwright import encryption_start
from backwright.encryption_keys import AHEAD, RELOAD_SECONDS, KeysUnusable
from backwright.settings import Settings
from pydantic import ValidationError
from services import until

FIRST, SECOND = "Zq7vX1mL0pRt5uYw9BnK3cHd8fGj2sAe", "m4NbV6cXz1LkJ9hGf3DsA0pOiU7yTrEw"


async def test_without_the_master_key_it_does_not_start(tmp_path: Path, engine: str) -> None:
    """What is stored stays as it is, and the next start with the key reads it."""
    url = clinic.template(engine).lend(tmp_path, "clinic.db")
    async with clinic.running(tmp_path, engine, url, encryption_keys=FIRST) as shop:
        made = await shop.made("/patients", name="Ada", ssn="A-1")
    with pytest.raises(KeysUnusable, match="not in ENCRYPTION_KEYS"):
        async with clinic.running(tmp_path, engine, url, encryption_keys=SECOND):
            pass
    async with clinic.running(tmp_path, engine, url, encryption_keys=f"{SECOND}, {FIRST}") as shop:
        assert (await shop.get("manager", f"/patients/{made['id']}")).json() == made
    clinic.template(engine).give_back(url)


async def test_a_value_whose_key_is_gone_stops_the_start(tmp_path: Path, engine: str) -> None:
    """The table of keys was lost or is another database's: nothing is shown as empty, and no new keys are made."""
    url = clinic.template(engine).lend(tmp_path, "clinic.db")
    async with clinic.running(tmp_path, engine, url) as shop:
        await shop.made("/patients", name="Ada", ssn="A-1")
        async with shop.database.work() as work:
            await work._transaction.execute("DELETE FROM encryption_keys", [])
    for _ in range(2):
        with pytest.raises(KeysUnusable, match=r"patients\.ssn was encrypted under a key that is not"):
            async with clinic.running(tmp_path, engine, url):
                pass
    clinic.template(engine).give_back(url)


async def test_one_value_that_somebody_changed_does_not_stop_it(tmp_path: Path, engine: str) -> None:
    """Or whoever can write one row could keep the whole service from starting."""
    url = clinic.template(engine).lend(tmp_path, "clinic.db")
    async with clinic.running(tmp_path, engine, url) as shop:
        await shop.made("/patients", name="Ada", ssn="A-1", history="x")
        async with shop.database.work() as work:
            await work._transaction.execute("UPDATE patients SET ssn = history", [])
    async with clinic.running(tmp_path, engine, url) as shop:
        assert (await shop.made("/patients", name="Bob", ssn="B-2"))["ssn"] == "B-2"
        assert (await shop.get("manager", "/patients")).status_code == 500
    clinic.template(engine).give_back(url)


async def test_a_key_that_is_made_elsewhere_is_read_in_time(
    tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processes look often enough to know it before it is used."""
    assert AHEAD.total_seconds() > 3 * RELOAD_SECONDS
    looked = encryption_start.keep_fresh
    monkeypatch.setattr(encryption_start, "keep_fresh", lambda runtime: looked(runtime, 0.05))
    async with clinic.running(tmp_path, engine) as shop:
        store = encryption_start.store_of(shop.runtime)
        held, before = shop.database.field_keys, set(shop.database.field_keys._ciphers)
        async with shop.database.work() as work:
            made = await store.create(work)
        await until(lambda: set(held._ciphers) == {*before, made})


def test_production_has_no_key_unless_it_is_given_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In development one is made and kept; a test's is its secret; weak ones and the same twice are refused."""
    monkeypatch.chdir(tmp_path)
    strong = "Zq7vX1mL0pRt5uYw9BnK3cHd8fGj2sAe6iOzE4"
    production = {"environment": "production", "public_url": "https://clinic.example", "secret_key": strong}
    assert encryption_start.master_keys(Settings(**production)) == []
    made = encryption_start.master_keys(Settings(environment="development"))
    assert made == encryption_start.master_keys(Settings(environment="development"))
    assert (tmp_path / "var/encryption.key").read_text() == made[0]
    assert (tmp_path / "var/encryption.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(ValidationError, match="key 2 has 5 bytes"):
        Settings(environment="test", encryption_keys=f"{FIRST},short")
    with pytest.raises(ValidationError, match="key 1 can be guessed"):
        Settings(**production, encryption_keys="password" * 5)
    with pytest.raises(ValidationError, match="twice"):
        Settings(environment="test", encryption_keys=f"{FIRST},{FIRST}")
    assert FIRST not in repr(Settings(environment="test", encryption_keys=FIRST))
