"""Encrypted columns: readable through every door of the API, and nowhere else."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import clinic
import pytest
from backwright.access import allow, matching
from backwright.encrypted import encrypted
from backwright.resource import Refused, Resource
from clinic import Patient
from shop.service import Shop
from sqlalchemy import Enum, String, Uuid, select, update
from sqlalchemy.exc import StatementError

ADA = {"name": "Ada", "ssn": "CANARY-078-05-1120", "iban": "DE89 3704 0044 CANARY", "history": "CANARY flu"}


@pytest.fixture
async def shop(tmp_path: Path, engine: str) -> AsyncGenerator[Shop, None]:
    """A started clinic."""
    async with clinic.running(tmp_path, engine) as found:
        yield found


async def patient(shop: Shop, **values: Any) -> dict[str, Any]:
    """A new patient through the API."""
    return await shop.made("/patients", **{**ADA, **values})


async def stored(shop: Shop) -> list[Any]:
    """What really stands in the table, the oldest row first."""
    return await shop.sql("SELECT ssn, ssn_index, iban, history, born, income FROM patients ORDER BY id")


async def test_a_value_is_shown_as_it_was_given_and_stored_as_an_envelope(shop: Shop) -> None:
    """Created, read, listed and changed; every type has its usual form outside."""
    made = await patient(shop, born="1990-02-03", income="1200.50")
    assert {name: made[name] for name in ADA} == ADA
    assert (made["born"], made["income"]) == ("1990-02-03", "1200.50")
    assert (await shop.get("manager", f"/patients/{made['id']}")).json() == made
    assert (await shop.get("manager", "/patients")).json()["items"] == [made]
    changed = (
        await shop.patch("manager", f"/patients/{made['id']}", {"iban": None, "income": "7.00"})
    ).json()
    assert (changed["iban"], changed["income"], changed["ssn"]) == (None, "7.00", ADA["ssn"])
    [(ssn, index, iban, history, born, income)] = await stored(shop)
    assert iban is None
    assert all(each.startswith("v1.") for each in (ssn, history, born, income))
    assert len(index) == 43
    assert "CANARY" not in str(await stored(shop))


async def test_the_same_value_is_never_stored_the_same_way_twice(shop: Shop) -> None:
    """Two rows with one history tell nobody that they are alike."""
    await patient(shop)
    await patient(shop, ssn="other")
    first, second = (row[3] for row in await stored(shop))
    assert first != second


async def test_several_at_once_and_rows_within_rows(shop: Shop) -> None:
    """Bulk creates, and embeds, where the row that is opened is not the one that is listed."""
    items = [{**ADA, "ssn": f"number {at}"} for at in range(3)]
    answer = await shop.post("manager", "/patients/bulk", {"items": items})
    rows = answer.json()["items"]
    assert [row["ssn"] for row in rows] == ["number 0", "number 1", "number 2"]
    for row in rows:
        await shop.made("/visits", patient_id=row["id"], reason="cough")
    found = (await shop.get("manager", "/visits", embed="patient")).json()["items"]
    assert {each["patient"]["ssn"] for each in found} == {"number 0", "number 1", "number 2"}


async def test_who_sees_a_field_on_some_rows_only_sees_it_on_those(shop: Shop) -> None:
    """A rule decides row by row, and the value opens where it is shown."""
    await patient(shop, ssn="shown")
    await patient(shop, ssn="hidden", agreed=False)
    found = (await shop.get("clerk", "/patients", sort="name")).json()["items"]
    assert sorted(str(each["ssn"]) for each in found) == ["None", "shown"]
    assert "iban" not in found[0]


async def test_business_code_reads_and_writes_plain_values(shop: Shop) -> None:
    """An action changes the attribute and adds a row; both are stored as envelopes."""
    made = await patient(shop)
    corrected = await shop.post(
        "manager", f"/patients/{made['id']}/correct", {"ssn": "CANARY new", "history": "x"}
    )
    assert (corrected.status_code, corrected.json()["ssn"]) == (200, "CANARY new")
    assert (await shop.post("manager", f"/patients/{made['id']}/clone")).status_code == 200
    async with shop.database.reading() as session:
        rows = list(await session.scalars(select(Patient).order_by(Patient.id)))
        assert [row.ssn for row in rows] == ["CANARY new", "CANARY new-2"]
        assert list(await session.scalars(select(Patient.ssn).where(Patient.ssn == "canary NEW-2 "))) == [
            "CANARY new-2"
        ]
    assert "CANARY" not in str(await stored(shop))


async def test_a_statement_that_does_not_name_its_row_is_refused_and_not_logged_with_its_value(
    shop: Shop,
) -> None:
    """There is no row to encrypt for in an update of many; nothing is stored in plain."""
    await patient(shop)
    with pytest.raises(StatementError, match=r"patients\.ssn is encrypted for its row") as refused:
        async with shop.database.work() as work:
            await work.session.execute(update(Patient).values(ssn="CANARY all"))
    assert "CANARY" not in str(refused.value)
    assert (await shop.get("manager", "/patients")).json()["items"][0]["ssn"] == ADA["ssn"]


@pytest.mark.parametrize(
    "move",
    [
        "UPDATE patients SET ssn = (SELECT ssn FROM (SELECT ssn FROM patients WHERE name = 'Ada') AS a) "
        "WHERE name = 'Bob'",
        "UPDATE patients SET ssn = history WHERE name = 'Bob'",
    ],
    ids=["from another row", "from another column"],
)
async def test_an_envelope_that_was_moved_does_not_open(shop: Shop, move: str) -> None:
    """The caller learns nothing, the other rows are as before, and nobody gets somebody else's value."""
    ada = await patient(shop)
    bob = await patient(shop, name="Bob", ssn="bob")
    async with shop.database.work() as work:
        await work._transaction.execute(move, [])
    shop.runtime.cache.clear()
    answer = await shop.get("manager", f"/patients/{bob['id']}")
    assert answer.status_code == 500
    assert ADA["ssn"] not in answer.text
    assert (await shop.get("manager", f"/patients/{ada['id']}")).json() == ada


async def test_a_value_that_does_not_open_can_be_replaced_and_its_row_removed(shop: Shop) -> None:
    """Or it would stay for good; the audit log has no value of it in any case."""
    ada, bob = await patient(shop), await patient(shop, name="Bob", ssn="bob")
    async with shop.database.work() as work:
        await work._transaction.execute("UPDATE patients SET history = iban", [])
    path = f"/patients/{ada['id']}"
    assert (await shop.get("manager", path)).status_code == 500
    assert (await shop.patch("manager", path, {"name": "Ida"})).status_code == 500, "its answer would show it"
    mended = await shop.patch("manager", path, {"history": "a new one"})
    assert (mended.status_code, mended.json()["history"]) == (200, "a new one")
    assert (await shop.delete("manager", f"/patients/{bob['id']}")).status_code == 204
    log = str(await shop.sql("SELECT changes FROM audit_log WHERE object_type = 'patients'"))
    assert "[redacted]" in log
    assert not any(each in log for each in ("v1.", "CANARY", "a new one"))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sorts": ("ssn",)}, "sorts names 'ssn', which is encrypted; it can be filtered by equality"),
        (
            {"filters": ("history",)},
            "patients.history is encrypted; it can be filtered (by equality) only with",
        ),
        ({"search": ("ssn",)}, "search names 'ssn', which is not a text"),
        (
            {"access": {"manager": allow.read(where=matching(lambda row: row.history == "x"))}},
            "history is encrypted",
        ),
        ({"access": {"manager": allow.read(where=matching(lambda row: row.ssn < "x"))}}, "ssn is encrypted"),
        (
            {"access": {"manager": allow.read(where=matching(lambda row: row.born.like("1%")))}},
            "born is encrypted",
        ),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_what_encryption_takes_away_is_refused_at_the_start(
    shop: Shop, changed: Any, words: str
) -> None:
    """Lists, searches and rules of access that would need the values in the database."""
    declared: dict[str, Any] = {
        "fields": clinic.patients.fields,
        "access": {"manager": allow.read()},
        **changed,
    }
    with pytest.raises(Refused) as refused:
        Resource(Patient, **declared).bind(shop.runtime).check(frozenset({"manager"}))
    assert words in str(refused.value)


def test_what_has_few_values_cannot_be_encrypted() -> None:
    """Nor what has no length."""
    for kind in (Enum("a", "b"), String(), Uuid()):
        with pytest.raises(TypeError, match="cannot be encrypted"):
            encrypted(kind)


async def test_the_database_refuses_a_plain_value(shop: Shop) -> None:
    """A script that writes past the service cannot put one there by mistake."""
    await patient(shop)
    with pytest.raises(Exception, match=r"patients_ssn_encrypted|rule"):
        async with shop.database.work() as work:
            await work._transaction.execute("UPDATE patients SET ssn = '078-05-1120'", [])
