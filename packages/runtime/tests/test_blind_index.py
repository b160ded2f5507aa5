"""Blind indexes: equality and uniqueness of values that the database cannot read."""

from collections.abc import AsyncGenerator
from pathlib import Path

import clinic
import pytest
from backwright.blind_index import normal_form
from backwright.columns import Id
from backwright.encrypted import Encrypted, constrain, settle
from backwright.encryption import FieldKeys, Place
from backwright.entity import tenant
from backwright.samples import unique_groups
from shop.service import Shop
from sqlalchemy import Column, MetaData, String, Table, UniqueConstraint


@pytest.fixture
async def shop(tmp_path: Path, engine: str) -> AsyncGenerator[Shop, None]:
    """A started clinic with three patients."""
    async with clinic.running(tmp_path, engine) as found:
        for name, ssn in (("Ada", "A-1"), ("Bob", "B-2"), ("Cid", "C-3")):
            await found.made("/patients", name=name, ssn=ssn, born="1990-02-03" if name == "Ada" else None)
        yield found


async def names(shop: Shop, **params: str) -> list[str]:
    """Who is listed."""
    answer = await shop.get("manager", "/patients", sort="name", **params)
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json()["items"]]


async def test_equality_is_answered_without_the_value(shop: Shop) -> None:
    """One, several, all but one, and none; other types as well; through a relation."""
    assert await names(shop, ssn="B-2") == ["Bob"]
    assert await names(shop, ssn__in="A-1,C-3") == ["Ada", "Cid"]
    assert await names(shop, ssn__not="B-2") == ["Ada", "Cid"]
    assert await names(shop, ssn="B-3") == []
    assert await names(shop, born="1990-02-03") == ["Ada"]
    assert await names(shop, born__null="true") == ["Bob", "Cid"]
    [bob] = (await shop.get("manager", "/patients", ssn="B-2")).json()["items"]
    await shop.made("/visits", patient_id=bob["id"], reason="cough")
    found = (await shop.get("manager", "/visits", **{"patient.ssn": "b-2"})).json()["items"]
    assert [each["patient_id"] for each in found] == [bob["id"]]


async def test_the_normal_form_is_what_counts_as_equal(shop: Shop) -> None:
    """Composed or not, in either case, with white space around: one value. Within it, every sign counts."""
    assert await names(shop, ssn=" b-2 ") == ["Bob"]
    assert await names(shop, ssn="b 2") == []
    assert normal_form(" Stra\u00dfe\t") == normal_form("STRASSE") == "strasse"
    assert normal_form("e\u0301") == normal_form("\u00c9") == "\u00e9"


async def test_what_a_filter_finds_follows_a_change(shop: Shop) -> None:
    """The index is written with the value, whoever writes it; gone with it, too."""
    [ada] = (await shop.get("manager", "/patients", ssn="A-1")).json()["items"]
    await shop.patch("manager", f"/patients/{ada['id']}", {"ssn": "Z-9", "born": None})
    assert await names(shop, ssn="A-1") == []
    assert await names(shop, ssn="Z-9") == ["Ada"]
    assert await names(shop, born="1990-02-03") == []
    await shop.post("manager", f"/patients/{ada['id']}/correct", {"ssn": "Y-8"})
    assert await names(shop, ssn="Y-8") == ["Ada"]


async def test_a_unique_value_is_taken_once(shop: Shop) -> None:
    """At create and update, by business code as well; the fault names the field and not its index."""
    [ada] = (await shop.get("manager", "/patients", ssn="A-1")).json()["items"]
    for answer in (
        await shop.post("manager", "/patients", {"name": "Eve", "ssn": "b-2"}),
        await shop.patch("manager", f"/patients/{ada['id']}", {"ssn": "B-2"}),
        await shop.post("manager", f"/patients/{ada['id']}/correct", {"ssn": "B-2"}),
    ):
        assert answer.status_code == 409, answer.text
        assert [each["pointer"] for each in answer.json()["errors"]] == ["/ssn"]
    assert await names(shop) == ["Ada", "Bob", "Cid"]


@pytest.mark.parametrize("asked", ["sort=ssn", "ssn__contains=B", "ssn__gt=B", "history=x", "income=1"])
async def test_nothing_else_can_be_asked(shop: Shop, asked: str) -> None:
    """Order and parts of values are what encryption takes away."""
    assert (await shop.get("manager", f"/patients?{asked}")).status_code == 400


def test_what_is_unique_is_so_within_the_tenant() -> None:
    """Or a refusal would tell what another tenant has. What is only searchable has a plain index."""
    table = Table(
        "charts",
        MetaData(),
        Column("practice_id", Id(), info=tenant()),
        Column("number", Encrypted(String(20), searchable=True, unique=True)),
        Column("code", Encrypted(String(20), searchable=True)),
    )
    for index in settle(table):
        table.append_column(index)
    constrain(table)
    groups = [
        [c.name for c in each.columns] for each in table.constraints if isinstance(each, UniqueConstraint)
    ]
    assert ["practice_id", "number_index"] in groups
    assert ["number_index"] not in groups
    assert [[c.name for c in each.columns] for each in table.indexes] == [["code_index"]]
    assert ("number", "practice_id") in [tuple(sorted(group)) for group in unique_groups(table)]


def test_two_columns_and_two_services_have_different_fingerprints_of_one_value() -> None:
    """So they cannot be joined by whoever has a copy."""
    first, second = FieldKeys(), FieldKeys()
    first.hold([], b"a" * 32)
    second.hold([], b"b" * 32)
    one, other = Place("patients", "ssn"), Place("patients", "iban")
    found = {first.fingerprint(one, "x"), first.fingerprint(other, "x"), second.fingerprint(one, "x")}
    assert len(found) == 3
    assert first.fingerprint(one, "x") == first.fingerprint(one, "x")
