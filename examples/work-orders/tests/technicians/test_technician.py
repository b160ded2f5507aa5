"""Technicians: what can be done with them, and what is refused."""

from typing import Any

from backwright.testing import TestService

from tests.factories import a_technician
from work_orders.access import Role
from work_orders.technicians.models import Technician

URL = "/technicians"


async def body(service: TestService) -> dict[str, Any]:
    """What a client sends to create a technician."""
    return {
        "name": "Name 1",
        "email": "email1@example.com",
        "phone": "+49 30 5551201",
        "trade": "Trade 1",
        "active": True,
    }


async def test_a_technician_that_was_created_can_be_read(service: TestService) -> None:
    """Creating answers 201 and where the row is; what is read there is what was sent."""
    client = await service.client_for(Role.ADMIN)
    sent = await body(service)
    made = await client.post(URL, json=sent)
    assert made.status_code == 201, made.text
    read = await client.get(made.headers["Location"])
    assert read.json() == made.json()
    assert {name: read.json()[name] for name in sent} == sent


async def test_what_is_left_out_has_its_default(service: TestService) -> None:
    """A field with a default need not be sent."""
    client = await service.client_for(Role.ADMIN)
    defaults = {"active": True}
    given = {name: value for name, value in (await body(service)).items() if name not in defaults}
    made = await client.post(URL, json=given)
    assert made.status_code == 201, made.text
    assert {name: made.json()[name] for name in defaults} == defaults


async def test_all_that_is_required_is_asked_for_at_once(service: TestService) -> None:
    """An empty body is refused, naming each field that it lacks."""
    client = await service.client_for(Role.ADMIN)
    refused = await client.post(URL, json={})
    assert refused.status_code == 422
    missing = {fault["pointer"] for fault in refused.json()["errors"]}
    assert missing == {"/email", "/name"}


WRONG = [
    ("name", None),
    ("name", "x" * 201),
    ("name", 7),
    ("email", None),
    ("email", "nobody"),
    ("phone", "call me"),
    ("trade", "x" * 101),
    ("trade", 7),
    ("active", None),
    ("active", "perhaps"),
]


async def test_wrong_values_are_refused(service: TestService) -> None:
    """What a field cannot hold is refused, naming the field."""
    client = await service.client_for(Role.ADMIN)
    sent = await body(service)
    for field, value in WRONG:
        refused = await client.post(URL, json=sent | {field: value})
        assert refused.status_code == 422, (field, value)
        assert {fault["pointer"] for fault in refused.json()["errors"]} == {f"/{field}"}


async def test_fields_that_no_client_writes_are_refused(service: TestService) -> None:
    """Unknown fields, and those that the service itself writes, are refused and not ignored."""
    client = await service.client_for(Role.ADMIN)
    sent = await body(service)
    for field in ("id", "version", "created_at", "surprise"):
        refused = await client.post(URL, json=sent | {field: None})
        assert refused.status_code == 422, field


async def test_two_technicians_cannot_have_the_same_email(service: TestService) -> None:
    """A second row with the same email is a conflict that names the field."""
    client = await service.client_for(Role.ADMIN)
    first = await client.post(URL, json=await body(service))
    assert first.status_code == 201
    again = await body(service)
    second = await client.post(URL, json=again)
    assert second.status_code == 409
    assert second.json()["errors"][0]["pointer"] == "/email"


async def test_a_change_touches_only_what_it_names(service: TestService) -> None:
    """A merge patch changes what it names, counts the version up, and leaves the rest alone."""
    client = await service.client_for(Role.ADMIN)
    row = await a_technician(service, name="Name 1")
    address = f"{URL}/{row.id}"
    before = (await client.get(address)).json()
    changed = await client.patch(address, json={"name": "Name 2"})
    assert changed.status_code == 200, changed.text
    after = (await client.get(address)).json()
    assert after == changed.json()
    assert after["name"] == "Name 2"
    assert after["version"] == before["version"] + 1
    untouched = set(before) - {"name", "version", "updated_at"}
    assert all(after[other] == before[other] for other in untouched)


async def test_null_empties_a_field_and_absence_does_not(service: TestService) -> None:
    """A field that is absent stays; a field that is null is emptied."""
    client = await service.client_for(Role.ADMIN)
    row = await a_technician(service, trade="Trade 1")
    kept = await client.patch(f"{URL}/{row.id}", json={})
    assert kept.json()["trade"] == "Trade 1"
    emptied = await client.patch(f"{URL}/{row.id}", json={"trade": None})
    assert emptied.json()["trade"] is None


async def test_a_change_of_an_old_version_is_refused(service: TestService) -> None:
    """Of two changes that saw the same version, the second is refused."""
    client = await service.client_for(Role.ADMIN)
    row = await a_technician(service)
    address = f"{URL}/{row.id}"
    seen = {"If-Match": (await client.get(address)).headers["ETag"]}
    change = {"name": "Name 1"}
    first = await client.patch(address, json=change, headers=seen)
    second = await client.patch(address, json=change, headers=seen)
    assert (first.status_code, second.status_code) == (200, 412)


async def test_a_technician_that_was_deleted_is_gone(service: TestService) -> None:
    """Deleting answers 204 once, and 404 from then on."""
    client = await service.client_for(Role.ADMIN)
    row = await a_technician(service)
    address = f"{URL}/{row.id}"
    assert (await client.delete(address)).status_code == 204
    assert (await client.get(address)).status_code == 404
    assert (await client.delete(address)).status_code == 404


async def two(service: TestService) -> tuple[Technician, Technician]:
    """Two technicians that differ in everything that lists are asked for."""
    first = await a_technician(service, active=True, trade="Trade 1", name="Name 1")
    second = await a_technician(service, active=False, trade="Trade 2", name="Name 2")
    return first, second


async def test_pages_show_each_row_once_newest_first(service: TestService) -> None:
    """Walking from page to page shows every row exactly once."""
    client = await service.client_for(Role.ADMIN)
    rows = [await a_technician(service) for _ in range(5)]
    seen, page = [], (await client.get(URL, params={"limit": 2})).json()
    while page["next"]:
        seen += page["items"]
        page = (await client.get(URL, params={"limit": 2, "cursor": page["next"]})).json()
    seen += page["items"]
    assert [item["id"] for item in seen] == sorted((str(row.id) for row in rows), reverse=True)


async def test_filters_find_the_rows_with_the_value(service: TestService) -> None:
    """Each declared filter shows the rows with that value and no other."""
    client = await service.client_for(Role.ADMIN)
    first, _ = await two(service)
    filters = {
        "active": "true",
        "trade": "Trade 1",
    }
    for name, value in filters.items():
        found = (await client.get(URL, params={name: value})).json()
        assert [item["id"] for item in found["items"]] == [str(first.id)], name


async def test_sorts_order_the_rows_both_ways(service: TestService) -> None:
    """Each declared sort orders rows upwards and, with a minus, downwards."""
    client = await service.client_for(Role.ADMIN)
    first, second = await two(service)
    for sort in ("name",):
        falling = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
        for order, expected in ((sort, [first, second]), (falling, [second, first])):
            found = (await client.get(URL, params={"sort": order})).json()["items"]
            assert [item["id"] for item in found] == [str(row.id) for row in expected], order


async def test_search_finds_rows_by_their_words(service: TestService) -> None:
    """A word finds the rows that have it, whatever its case."""
    client = await service.client_for(Role.ADMIN)
    found = await a_technician(service, name="Zebra")
    await a_technician(service)
    page = (await client.get(URL, params={"q": "zebra"})).json()
    assert [item["id"] for item in page["items"]] == [str(found.id)]
    assert (await client.get(URL, params={"q": "zebra -zebra"})).json()["items"] == []


async def test_a_list_takes_only_what_is_declared(service: TestService) -> None:
    """Pages are bounded, and unknown parameters are refused."""
    client = await service.client_for(Role.ADMIN)
    refusals = {"limit=0": 422, "limit=101": 422, "surprise=1": 400, "sort=surprise": 400}
    for query, status in refusals.items():
        assert (await client.get(f"{URL}?{query}")).status_code == status, query
