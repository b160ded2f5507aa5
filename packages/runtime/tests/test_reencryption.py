"""Values are encrypted anew while a service runs, and whatever is killed in the middle, nothing is lost."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import clinic
import pytest
from backwright import encryption_start
from backwright.encryption import key_of
from backwright.reencryption import Throttle, Walk, renew
from clinic import Patient
from services import PATIENT
from shop.service import Shop

ROTATION = """
import asyncio, sys
from datetime import timedelta
from pathlib import Path

import clinic
from backwright import reencryption
from backwright.lifecycle import open_database
from backwright.key_rotation import FieldKeyRotation

reencryption.BATCH = 5
reencryption.Walk.rows.__defaults__ = (5,)

async def main(folder, url):
    runtime = clinic.build(clinic.settings(Path(folder), url)).state.runtime
    await open_database(runtime.database)
    rotation = FieldKeyRotation(runtime)
    print("ready", flush=True)
    await rotation.rotate(print, rows_per_second=float(sys.argv[3]), ahead=timedelta(0))
    await runtime.database.close()

asyncio.run(main(*sys.argv[1:3]))
"""


@pytest.fixture
async def shop(tmp_path: Path, engine: str) -> AsyncGenerator[Shop, None]:
    """A started clinic with twenty patients."""
    async with clinic.running(tmp_path, engine) as found:
        for start in (0, 10):
            items = [patient(number) for number in range(start, start + 10)]
            assert (await found.post("manager", "/patients/bulk", {"items": items})).status_code == 201
        yield found


def patient(number: int) -> dict[str, Any]:
    """A body."""
    return {"name": f"P{number:02}", "ssn": f"ssn {number}", "history": f"history {number}"}


async def under(shop: Shop) -> Counter[str]:
    """Key → values, as they are stored."""
    rows = await shop.sql("SELECT ssn, history FROM patients")
    return Counter(key_of(each) for row in rows for each in row)


async def another(shop: Shop) -> str:
    """A new key that encrypts at once."""
    store = encryption_start.store_of(shop.runtime)
    async with shop.database.work() as work:
        made = await store.create(work, ahead=timedelta(0))
    await store.load()
    return made


async def all_read(shop: Shop) -> list[Any]:
    """What a manager sees of the patients."""
    answer = await shop.get("manager", "/patients", sort="name", limit="100")
    assert answer.status_code == 200, answer.text
    return [(each["name"], each["ssn"], each["history"]) for each in answer.json()["items"]]


async def test_everything_is_put_under_the_new_key_and_nothing_else_changes(shop: Shop) -> None:
    """The values, the versions and the times stay; filters find what they found."""
    before = (await shop.get("manager", "/patients", sort="name")).json()["items"]
    key = await another(shop)
    walk = Walk(shop.database, Patient.__table__)  # type: ignore[arg-type]
    assert (await walk.count())["ssn"].total() == 20
    assert await renew([walk], key, 1e6) == 40
    assert await under(shop) == {key: 40}
    assert (await walk.count())["history"] == {key: 20, "": 0}
    assert (await shop.get("manager", "/patients", sort="name")).json()["items"] == before
    assert len((await shop.get("manager", "/patients", ssn="ssn 7")).json()["items"]) == 1
    assert await renew([walk], key, 1e6) == 0


async def test_what_is_written_meanwhile_stays(shop: Shop) -> None:
    """A value that was changed after it was read is not overwritten with the old one."""
    key = await another(shop)
    walk = Walk(shop.database, Patient.__table__)  # type: ignore[arg-type]
    [first] = (await shop.get("manager", "/patients", ssn="ssn 0")).json()["items"]
    write = walk._write

    async def late(changes: Any, work: Any) -> int:
        if any(each.row == UUID(first["id"]) for each in changes) and not seen:
            seen.append(True)
            await work.execute(
                shop.database.prepare(_set_history(shop)), {"row": UUID(first["id"]), "h": moved[0]}
            )
        return await write(changes, work)

    seen: list[bool] = []
    place = clinic.Patient.__table__.c.history.type.place
    moved = [shop.database.field_keys.seal(place, first["id"], b"written meanwhile")]
    walk._write = late  # type: ignore[method-assign]
    await renew([walk], key, 1e6)
    assert seen
    assert ("P00", "ssn 0", "written meanwhile") in await all_read(shop)
    assert await under(shop) == {key: 40}


def _set_history(shop: Shop) -> Any:
    """History of one row as an envelope, past the type that would make one."""
    from sqlalchemy import Text, bindparam, update

    table = Patient.__table__
    return (
        update(table)  # type: ignore[arg-type]
        .where(table.c.id == bindparam("row", type_=table.c.id.type))
        .values({table.c.history: bindparam("h", type_=Text())})
    )


async def test_a_value_that_does_not_open_is_counted_and_left(shop: Shop) -> None:
    """It does not keep the others from going on."""
    async with shop.database.work() as work:
        await work._transaction.execute("UPDATE patients SET history = ssn WHERE name = 'P03'", [])
    key = await another(shop)
    walk = Walk(shop.database, Patient.__table__)  # type: ignore[arg-type]
    assert await renew([walk], key, 1e6) == 39
    assert walk.unreadable == 1
    assert (await under(shop))[key] == 39


async def test_a_blind_index_that_is_missing_is_made(shop: Shop) -> None:
    """For a column that became searchable when it had values already."""
    async with shop.database.work() as work:
        await work._transaction.execute("UPDATE patients SET iban_index = NULL", [])
    [ada] = (await shop.get("manager", "/patients", ssn="ssn 1")).json()["items"]
    await shop.patch("manager", f"/patients/{ada['id']}", {"iban": "DE1"})
    async with shop.database.work() as work:
        await work._transaction.execute("UPDATE patients SET iban_index = NULL", [])
    walk = Walk(shop.database, Patient.__table__)  # type: ignore[arg-type]
    assert (await walk.count())["iban"][""] == 1
    assert (await shop.get("manager", "/patients", iban="de1")).json()["items"] == []
    assert await renew([walk], shop.database.field_keys.current, 1e6) == 1
    assert [
        each["name"] for each in (await shop.get("manager", "/patients", iban="de1")).json()["items"]
    ] == ["P01"]


async def test_it_goes_no_faster_than_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many rows each second, however the machine is."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    throttle = Throttle(100)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    for _ in range(3):
        await throttle(200)
    assert [round(each) for each in slept] == [2, 4, 6]


async def test_killed_in_the_middle_and_continued_nothing_is_lost(shop: Shop, tmp_path: Path) -> None:
    """Killed three times while others write; readable at every moment; then all is under the new key."""
    url = str(shop.database.url.render_as_string(hide_password=False))
    before, [(old, _)] = await all_read(shop), (await under(shop)).most_common(1)
    for round_ in range(3):
        process = _rotation(tmp_path, url, rows_per_second=20)
        try:
            await _partly(shop, old, more_than=round_ * 8)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert await _reread(shop) == before
        assert len(await under(shop)) == 2, "one new key, made once"
        await shop.patch("manager", f"/patients/{(await _first(shop))['id']}", {"iban": f"DE{round_}"})
    finished = _rotation(tmp_path, url, rows_per_second=1e6)
    assert await asyncio.to_thread(finished.wait, PATIENT) == 0
    assert await _reread(shop) == before
    [new] = await under(shop)
    assert new != old


def _rotation(folder: Path, url: str, *, rows_per_second: float) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", ROTATION, str(folder), url, str(rows_per_second)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
    )


async def _partly(shop: Shop, old: str, *, more_than: int) -> None:
    """Return when a part of the values is under another key."""
    until = time.monotonic() + PATIENT
    while not more_than < 40 - (await under(shop))[old]:
        assert time.monotonic() < until, "nothing is encrypted anew"
        await asyncio.sleep(0.01)


async def _reread(shop: Shop) -> list[Any]:
    """What is read once the service has the keys that are there now."""
    await encryption_start.store_of(shop.runtime).load()
    return await all_read(shop)


async def _first(shop: Shop) -> Any:
    return (await shop.get("manager", "/patients", ssn="ssn 0")).json()["items"][0]
