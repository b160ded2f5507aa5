"""The keys of encrypted fields in an operator's hands: each step at its time, told in the audit log."""

import json
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import clinic
import pytest
import services
import time_machine
from backwright.context import now
from backwright.encryption_keys import DATA
from backwright.errors import Conflict, NotFound
from backwright.key_rotation import SETTLED, FieldKeyRotation, newest_of
from shop.service import Shop

FIRST, SECOND = "Zq7vX1mL0pRt5uYw9BnK3cHd8fGj2sAe", "m4NbV6cXz1LkJ9hGf3DsA0pOiU7yTrEw"
SOON = timedelta(0)

pytestmark = pytest.mark.parametrize("engine", services.engines(), indirect=True)


@pytest.fixture
async def shop(tmp_path: Path, engine: str) -> AsyncGenerator[Shop, None]:
    """A started clinic with one patient."""
    async with clinic.running(tmp_path, engine, encryption_keys=FIRST) as found:
        await found.made("/patients", name="Ada", ssn="A-1", history="x")
        yield found


async def entries(shop: Shop) -> list[tuple[str, Any]]:
    """What the audit log says about keys."""
    rows = await shop.sql(
        "SELECT action, changes FROM audit_log WHERE object_type = 'encryption_keys' ORDER BY id"
    )
    return [(action, json.loads(changes)) for action, changes in rows]


def used(usage: Any) -> set[str]:
    """The keys that values are under."""
    return {key for counts in usage.values() for key, count in counts.items() if count}


async def test_a_rotation_makes_a_key_and_changes_to_it(shop: Shop) -> None:
    """Again: another one. What is broken off in between is continued with the key that was made."""
    rotation, said = FieldKeyRotation(shop.runtime), list[str]()
    [first] = used(await rotation.usage())
    assert await rotation.rotate(said.append, ahead=SOON) == 2
    [second] = used(await rotation.usage())
    third = await rotation.create(SOON)
    assert await rotation.rotate(said.append, ahead=SOON) == 2
    assert used(await rotation.usage()) == {third}
    assert len({first, second, third}) == 3
    assert said == [f"made the key {second}", f"goes on with the key {third}"]
    assert await entries(shop) == [
        ("create", {"id": second}),
        ("rotate", {"id": second, "values": 2}),
        ("create", {"id": third}),
        ("rotate", {"id": third, "values": 2}),
    ]


async def test_a_rotation_waits_until_every_process_has_the_key(shop: Shop) -> None:
    """What is encrypted anew can be read by all of them."""
    rotation, said = FieldKeyRotation(shop.runtime), list[str]()
    begun = now()
    await rotation.rotate(said.append, ahead=timedelta(seconds=0.4))
    assert now() - begun >= timedelta(seconds=0.4)
    assert said[-1].startswith("every process has the key in")


async def test_an_old_key_goes_when_nothing_needs_it_and_not_before(shop: Shop) -> None:
    """Not the one that encrypts, not while it is used, not before every clock has passed the change."""
    rotation = FieldKeyRotation(shop.runtime)
    [first] = used(await rotation.usage())
    with pytest.raises(Conflict, match="is the key that encrypts"):
        await rotation.retire(first)
    await rotation.create(SOON)
    with pytest.raises(Conflict, match="in use for 5 minutes"):
        await rotation.retire(first)
    with time_machine.travel(now() + 2 * SETTLED, tick=True):
        with pytest.raises(Conflict, match=r"1 of patients\.ssn, 1 of patients\.history"):
            await rotation.retire(first)
        await rotation.rotate(lambda text: None, ahead=SOON)
        await rotation.retire(first)
        with pytest.raises(NotFound):
            await rotation.retire(first)
    assert [each.id for each in await rotation.keys() if each.kind == DATA] == list(
        used(await rotation.usage())
    )
    assert (await entries(shop))[-1] == ("retire", {"id": first})
    assert (await shop.get("manager", "/patients")).json()["items"][0]["ssn"] == "A-1"


async def test_the_key_of_blind_indexes_does_not_go(shop: Shop) -> None:
    """Nothing could be found any more."""
    rotation = FieldKeyRotation(shop.runtime)
    [index] = [each.id for each in await rotation.keys() if each.kind != DATA]
    with pytest.raises(NotFound):
        await rotation.retire(index)


async def test_a_new_master_key_takes_over_with_the_next_rotation(tmp_path: Path, engine: str) -> None:
    """Started with both, rotated, started with the new one alone."""
    url = clinic.template(engine).lend(tmp_path, "clinic.db")
    async with clinic.running(tmp_path, engine, url, encryption_keys=FIRST) as shop:
        made = await shop.made("/patients", name="Ada", ssn="A-1")
    async with clinic.running(tmp_path, engine, url, encryption_keys=f"{SECOND},{FIRST}") as shop:
        rotation = FieldKeyRotation(shop.runtime)
        await rotation.rotate(lambda text: None, ahead=SOON)
        assert {each.master for each in await rotation.keys()} == {rotation.store.masters.newest}
        assert (await entries(shop))[0] == (
            "rewrap", {"master": rotation.store.masters.newest, "count": 2},
        )  # fmt: skip
    async with clinic.running(tmp_path, engine, url, encryption_keys=SECOND) as shop:
        assert (await shop.get("manager", f"/patients/{made['id']}")).json() == made
        found = await FieldKeyRotation(shop.runtime).keys()
        assert newest_of(found).kind == DATA
    clinic.template(engine).give_back(url)
