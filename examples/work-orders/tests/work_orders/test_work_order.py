"""Work orders: what can be done with them, and what is refused."""

from datetime import UTC, datetime
from typing import Any

from backwright.testing import TestService

from tests.factories import a_technician, a_work_order, an_asset
from work_orders.access import Role
from work_orders.work_orders.models import WorkOrder, WorkOrderPriority, WorkOrderStatus

URL = "/work-orders"


async def body(service: TestService) -> dict[str, Any]:
    """What a client sends to create a work order."""
    return {
        "title": "Title 1",
        "description": "Description 1",
        "priority": "low",
        "due_at": "2026-03-01T09:30:00Z",
        "asset_id": str((await an_asset(service)).id),
        "notes": "Notes 1",
    }


async def test_a_work_order_that_was_created_can_be_read(service: TestService) -> None:
    """Creating answers 201 and where the row is; what is read there is what was sent."""
    client = await service.client_for(Role.ADMIN)
    sent = await body(service)
    made = await client.post(URL, json=sent)
    assert made.status_code == 201, made.text
    read = await client.get(made.headers["Location"])
    assert read.json() == made.json()
    assert {name: read.json()[name] for name in sent} == sent
    assert read.json()["status"] == "open"


async def test_what_is_left_out_has_its_default(service: TestService) -> None:
    """A field with a default need not be sent."""
    client = await service.client_for(Role.ADMIN)
    defaults = {"priority": "normal"}
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
    assert missing == {"/asset_id", "/title"}


WRONG = [
    ("title", None),
    ("title", "x" * 201),
    ("title", 7),
    ("description", "x" * 10001),
    ("description", 7),
    ("priority", None),
    ("priority", "something else"),
    ("due_at", "2026-03-01T09:30:00"),
    ("asset_id", None),
    ("asset_id", "not-an-id"),
    ("notes", "x" * 10001),
    ("notes", 7),
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
    for field in ("id", "version", "created_at", "surprise", "status", "completed_at"):
        refused = await client.post(URL, json=sent | {field: None})
        assert refused.status_code == 422, field


async def test_a_change_touches_only_what_it_names(service: TestService) -> None:
    """A merge patch changes what it names, counts the version up, and leaves the rest alone."""
    client = await service.client_for(Role.ADMIN)
    row = await a_work_order(service, title="Title 1")
    address = f"{URL}/{row.id}"
    before = (await client.get(address)).json()
    changed = await client.patch(address, json={"title": "Title 2"})
    assert changed.status_code == 200, changed.text
    after = (await client.get(address)).json()
    assert after == changed.json()
    assert after["title"] == "Title 2"
    assert after["version"] == before["version"] + 1
    untouched = set(before) - {"title", "version", "updated_at"}
    assert all(after[other] == before[other] for other in untouched)


async def test_null_empties_a_field_and_absence_does_not(service: TestService) -> None:
    """A field that is absent stays; a field that is null is emptied."""
    client = await service.client_for(Role.ADMIN)
    row = await a_work_order(service, description="Description 1")
    kept = await client.patch(f"{URL}/{row.id}", json={})
    assert kept.json()["description"] == "Description 1"
    emptied = await client.patch(f"{URL}/{row.id}", json={"description": None})
    assert emptied.json()["description"] is None


async def test_a_change_of_an_old_version_is_refused(service: TestService) -> None:
    """Of two changes that saw the same version, the second is refused."""
    client = await service.client_for(Role.ADMIN)
    row = await a_work_order(service)
    address = f"{URL}/{row.id}"
    seen = {"If-Match": (await client.get(address)).headers["ETag"]}
    change = {"title": "Title 1"}
    first = await client.patch(address, json=change, headers=seen)
    second = await client.patch(address, json=change, headers=seen)
    assert (first.status_code, second.status_code) == (200, 412)


async def test_a_work_order_that_was_deleted_is_gone(service: TestService) -> None:
    """Deleting answers 204 once, and 404 from then on."""
    client = await service.client_for(Role.ADMIN)
    row = await a_work_order(service)
    address = f"{URL}/{row.id}"
    assert (await client.delete(address)).status_code == 204
    assert (await client.get(address)).status_code == 404
    assert (await client.delete(address)).status_code == 404


async def two(service: TestService) -> tuple[WorkOrder, WorkOrder]:
    """Two work orders that differ in everything that lists are asked for."""
    first = await a_work_order(
        service,
        status=WorkOrderStatus.OPEN,
        priority=WorkOrderPriority.LOW,
        assignee_id=(await a_technician(service)).id,
        asset_id=(await an_asset(service)).id,
        due_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    )
    second = await a_work_order(
        service,
        status=WorkOrderStatus.ASSIGNED,
        priority=WorkOrderPriority.NORMAL,
        assignee_id=(await a_technician(service)).id,
        asset_id=(await an_asset(service)).id,
        due_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    )
    return first, second


async def test_pages_show_each_row_once_newest_first(service: TestService) -> None:
    """Walking from page to page shows every row exactly once."""
    client = await service.client_for(Role.ADMIN)
    rows = [await a_work_order(service) for _ in range(5)]
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
        "status": "open",
        "priority": "low",
        "assignee_id": str(first.assignee_id),
        "asset_id": str(first.asset_id),
        "due_at": "2026-03-01T09:30:00Z",
    }
    for name, value in filters.items():
        found = (await client.get(URL, params={name: value})).json()
        assert [item["id"] for item in found["items"]] == [str(first.id)], name


async def test_sorts_order_the_rows_both_ways(service: TestService) -> None:
    """Each declared sort orders rows upwards and, with a minus, downwards."""
    client = await service.client_for(Role.ADMIN)
    first, second = await two(service)
    for sort in ("priority", "due_at"):
        falling = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
        for order, expected in ((sort, [first, second]), (falling, [second, first])):
            found = (await client.get(URL, params={"sort": order})).json()["items"]
            assert [item["id"] for item in found] == [str(row.id) for row in expected], order


async def test_search_finds_rows_by_their_words(service: TestService) -> None:
    """A word finds the rows that have it, whatever its case."""
    client = await service.client_for(Role.ADMIN)
    found = await a_work_order(service, title="Zebra")
    await a_work_order(service)
    page = (await client.get(URL, params={"q": "zebra"})).json()
    assert [item["id"] for item in page["items"]] == [str(found.id)]
    assert (await client.get(URL, params={"q": "zebra -zebra"})).json()["items"] == []


async def test_embed_shows_the_asset(service: TestService) -> None:
    """The asset stands within the row when asked for."""
    client = await service.client_for(Role.ADMIN)
    row = await a_work_order(service, asset_id=(await an_asset(service)).id)
    plain = (await client.get(f"{URL}/{row.id}")).json()
    shown = (await client.get(f"{URL}/{row.id}", params={"embed": "asset"})).json()
    assert shown["asset"]["id"] == plain["asset_id"] == str(row.asset_id)
    assert "asset" not in plain


async def test_embed_shows_the_assignee(service: TestService) -> None:
    """The assignee stands within the row when asked for."""
    client = await service.client_for(Role.ADMIN)
    row = await a_work_order(service, assignee_id=(await a_technician(service)).id)
    plain = (await client.get(f"{URL}/{row.id}")).json()
    shown = (await client.get(f"{URL}/{row.id}", params={"embed": "assignee"})).json()
    assert shown["assignee"]["id"] == plain["assignee_id"] == str(row.assignee_id)
    assert "assignee" not in plain


async def test_a_list_takes_only_what_is_declared(service: TestService) -> None:
    """Pages are bounded, and unknown parameters are refused."""
    client = await service.client_for(Role.ADMIN)
    refusals = {"limit=0": 422, "limit=101": 422, "surprise=1": 400, "sort=surprise": 400}
    for query, status in refusals.items():
        assert (await client.get(f"{URL}?{query}")).status_code == status, query


MOVES: dict[str, set[str]] = {
    "open": {"assigned", "cancelled"},
    "assigned": {"in_progress", "cancelled"},
    "in_progress": {"on_hold", "done", "cancelled"},
    "on_hold": {"in_progress", "cancelled"},
    "done": set(),
    "cancelled": set(),
}


async def test_the_status_moves_only_along_its_transitions(service: TestService) -> None:
    """Every pair of states: the moves that are declared are made, all others are conflicts."""
    client = await service.client_for(Role.ADMIN)
    for start, allowed in MOVES.items():
        for end in MOVES.keys() - {start}:
            row = await a_work_order(service, status=WorkOrderStatus(start))
            move = {"status": end}
            answer = await client.patch(f"{URL}/{row.id}", json=move)
            assert answer.status_code == (200 if end in allowed else 409), (start, end)


async def test_assign_does_what_it_says(service: TestService) -> None:
    """Give the order to a technician."""
    client = await service.client_for(Role.ADMIN)
    row = await a_work_order(service, status=WorkOrderStatus.OPEN)
    sent = {"assignee_id": str((await a_technician(service)).id)}
    done = await client.post(f"{URL}/{row.id}/assign", json=sent)
    assert done.status_code == 200, done.text
    assert {name: done.json()[name] for name in sent} == sent
    assert done.json()["status"] == "assigned"


async def test_assign_is_refused_from_other_states(service: TestService) -> None:
    """From any other state, assign is a conflict."""
    client = await service.client_for(Role.ADMIN)
    sent = {"assignee_id": str((await a_technician(service)).id)}
    for state in (
        WorkOrderStatus.ASSIGNED,
        WorkOrderStatus.IN_PROGRESS,
        WorkOrderStatus.ON_HOLD,
        WorkOrderStatus.DONE,
        WorkOrderStatus.CANCELLED,
    ):
        row = await a_work_order(service, status=state)
        assert (await client.post(f"{URL}/{row.id}/assign", json=sent)).status_code == 409, state


async def test_start_does_what_it_says(service: TestService) -> None:
    """Begin the work."""
    client = await service.client_for(Role.ADMIN)
    row = await a_work_order(service, status=WorkOrderStatus.ASSIGNED)
    done = await client.post(f"{URL}/{row.id}/start")
    assert done.status_code == 200, done.text
    assert done.json()["status"] == "in_progress"


async def test_start_is_refused_from_other_states(service: TestService) -> None:
    """From any other state, start is a conflict."""
    client = await service.client_for(Role.ADMIN)
    for state in (
        WorkOrderStatus.OPEN,
        WorkOrderStatus.IN_PROGRESS,
        WorkOrderStatus.ON_HOLD,
        WorkOrderStatus.DONE,
        WorkOrderStatus.CANCELLED,
    ):
        row = await a_work_order(service, status=state)
        assert (await client.post(f"{URL}/{row.id}/start")).status_code == 409, state


async def test_hold_does_what_it_says(service: TestService) -> None:
    """Pause the work and say why."""
    client = await service.client_for(Role.ADMIN)
    row = await a_work_order(service, status=WorkOrderStatus.IN_PROGRESS)
    sent = {"notes": "Notes 1"}
    done = await client.post(f"{URL}/{row.id}/hold", json=sent)
    assert done.status_code == 200, done.text
    assert {name: done.json()[name] for name in sent} == sent
    assert done.json()["status"] == "on_hold"


async def test_hold_is_refused_from_other_states(service: TestService) -> None:
    """From any other state, hold is a conflict."""
    client = await service.client_for(Role.ADMIN)
    for state in (
        WorkOrderStatus.OPEN,
        WorkOrderStatus.ASSIGNED,
        WorkOrderStatus.ON_HOLD,
        WorkOrderStatus.DONE,
        WorkOrderStatus.CANCELLED,
    ):
        row = await a_work_order(service, status=state)
        assert (await client.post(f"{URL}/{row.id}/hold", json={})).status_code == 409, state


async def test_resume_does_what_it_says(service: TestService) -> None:
    """Go on with the work."""
    client = await service.client_for(Role.ADMIN)
    row = await a_work_order(service, status=WorkOrderStatus.ON_HOLD)
    done = await client.post(f"{URL}/{row.id}/resume")
    assert done.status_code == 200, done.text
    assert done.json()["status"] == "in_progress"


async def test_resume_is_refused_from_other_states(service: TestService) -> None:
    """From any other state, resume is a conflict."""
    client = await service.client_for(Role.ADMIN)
    for state in (
        WorkOrderStatus.OPEN,
        WorkOrderStatus.ASSIGNED,
        WorkOrderStatus.IN_PROGRESS,
        WorkOrderStatus.DONE,
        WorkOrderStatus.CANCELLED,
    ):
        row = await a_work_order(service, status=state)
        assert (await client.post(f"{URL}/{row.id}/resume")).status_code == 409, state


async def test_complete_does_what_it_says(service: TestService) -> None:
    """Report the work as done."""
    client = await service.client_for(Role.ADMIN)
    row = await a_work_order(service, status=WorkOrderStatus.IN_PROGRESS)
    sent = {"notes": "Notes 1"}
    done = await client.post(f"{URL}/{row.id}/complete", json=sent)
    assert done.status_code == 200, done.text
    assert {name: done.json()[name] for name in sent} == sent
    assert done.json()["status"] == "done"
    assert done.json()["completed_at"] is not None


async def test_complete_is_refused_from_other_states(service: TestService) -> None:
    """From any other state, complete is a conflict."""
    client = await service.client_for(Role.ADMIN)
    for state in (
        WorkOrderStatus.OPEN,
        WorkOrderStatus.ASSIGNED,
        WorkOrderStatus.ON_HOLD,
        WorkOrderStatus.DONE,
        WorkOrderStatus.CANCELLED,
    ):
        row = await a_work_order(service, status=state)
        assert (await client.post(f"{URL}/{row.id}/complete", json={})).status_code == 409, state


async def test_cancel_does_what_it_says(service: TestService) -> None:
    """Call the work off."""
    client = await service.client_for(Role.ADMIN)
    row = await a_work_order(service, status=WorkOrderStatus.OPEN)
    sent = {"notes": "Notes 1"}
    done = await client.post(f"{URL}/{row.id}/cancel", json=sent)
    assert done.status_code == 200, done.text
    assert {name: done.json()[name] for name in sent} == sent
    assert done.json()["status"] == "cancelled"


async def test_cancel_is_refused_from_other_states(service: TestService) -> None:
    """From any other state, cancel is a conflict."""
    client = await service.client_for(Role.ADMIN)
    for state in (WorkOrderStatus.DONE, WorkOrderStatus.CANCELLED):
        row = await a_work_order(service, status=state)
        assert (await client.post(f"{URL}/{row.id}/cancel", json={})).status_code == 409, state


async def test_files_can_be_added_loaded_and_removed(service: TestService) -> None:
    """What was added is listed and comes down byte for byte."""
    client = await service.client_for(Role.ADMIN)
    row = await a_work_order(service)
    files = f"{URL}/{row.id}/attachments"
    added = await client.post(files, files={"file": ("page.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")})
    assert added.status_code == 201, added.text
    one = f"{files}/{added.json()['id']}"
    listed = (await client.get(files)).json()["items"]
    assert [item["id"] for item in listed] == [added.json()["id"]]
    loaded = await client.get(f"{one}/content")
    assert loaded.content == b"%PDF-1.4\n%%EOF\n"
    assert loaded.headers["Content-Disposition"].startswith("attachment")
    assert (await client.delete(one)).status_code == 204
    assert (await client.get(f"{one}/content")).status_code == 404


async def test_files_of_other_kinds_are_refused(service: TestService) -> None:
    """A kind of file that is not declared is refused."""
    client = await service.client_for(Role.ADMIN)
    row = await a_work_order(service)
    files = f"{URL}/{row.id}/attachments"
    page = ("page.html", b"<script>alert(1)</script>", "text/html")
    refused = await client.post(files, files={"file": page})
    assert refused.status_code == 415
