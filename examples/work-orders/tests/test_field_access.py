"""What each caller may do with each field: see it, change it, filter and sort lists by it.

The table is written out; nothing in it is computed from the rules that it checks. R: the field is shown, U: it may be
changed, F: lists may be filtered by it, S: and sorted. A field that is not shown to a caller on every row that they see
cannot be filtered or sorted by: what is listed would tell what is hidden.
"""

import pytest
from backwright.testing import TestService

from tests.test_access import CALLERS, ROWS, somebody

FIELDS = """
                           admin  dispatcher  technician  viewer  nobody  anonymous
/assets name               RUS    RUS         RS          RS      -       -
/assets tag                RU     RU          R           R       -       -
/assets category           RUF    RUF         RF          RF      -       -
/assets location           RUF    RUF         RF          RF      -       -
/assets status             RUF    RUF         RF          RF      -       -
/assets installed_on       RU     RU          R           R       -       -
/assets description        RU     RU          R           R       -       -
/technicians name          RUS    RUS         RS          RS      -       -
/technicians email         RU     RU          R           -       -       -
/technicians phone         RU     RU          RU          -       -       -
/technicians trade         RUF    RUF         RF          RF      -       -
/technicians active        RUF    RUF         RF          RF      -       -
/technicians account_id    RU     RU          R           -       -       -
/work-orders title         RU     RU          R           R       -       -
/work-orders description   RU     RU          R           R       -       -
/work-orders status        RUF    RUF         RF          RF      -       -
/work-orders priority      RUFS   RUFS        RFS         RFS     -       -
/work-orders due_at        RUFS   RUFS        RFS         RFS     -       -
/work-orders asset_id      RUF    RUF         RF          RF      -       -
/work-orders assignee_id   RUF    RUF         RF          RF      -       -
/work-orders notes         RU     RU          RU          R       -       -
/work-orders completed_at  R      R           R           R       -       -
"""

NOWHERE = "01935b2e-7c00-7000-8000-000000000000"
"""An id that no row has."""

SENT: dict[str, dict[str, object]] = {
    "/assets": {
        "name": "Name 1",
        "tag": "Tag 1",
        "category": "Category 1",
        "location": "Location 1",
        "status": "active",
        "installed_on": "2026-03-01",
        "description": "Description 1",
    },
    "/technicians": {
        "name": "Name 1",
        "email": "email1@example.com",
        "phone": "+49 30 5551201",
        "trade": "Trade 1",
        "active": True,
        "account_id": NOWHERE,
    },
    "/work-orders": {
        "title": "Title 1",
        "description": "Description 1",
        "status": "open",
        "priority": "low",
        "due_at": "2026-03-01T09:30:00Z",
        "asset_id": NOWHERE,
        "assignee_id": NOWHERE,
        "notes": "Notes 1",
    },
}
"""Resource → a value for each field that a change may name."""

ALWAYS = {"id", "version", "created_at", "updated_at"}
"""What every row shows."""

PARAMETERS = {"cursor", "embed", "limit", "q", "sort", "total"}
"""What every list understands, whatever its fields are called."""


def expected() -> dict[str, dict[str, dict[str, set[str]]]]:
    """Resource → field → caller → letters."""
    found: dict[str, dict[str, dict[str, set[str]]]] = {}
    for line in FIELDS.strip().splitlines()[1:]:
        resource, field, *cells = line.split()
        by_caller = zip(CALLERS, (set(cell) - {"-"} for cell in cells), strict=True)
        found.setdefault(resource, {})[field] = dict(by_caller)
    return found


@pytest.mark.parametrize("resource", ROWS)
async def test_rows_show_the_fields_of_the_table(service: TestService, resource: str) -> None:
    """Every row that a caller may see shows the fields with an R and no other."""
    fields = expected()[resource]
    for caller in CALLERS:
        account_id, client = await somebody(service, caller)
        shown = {name for name, by_caller in fields.items() if "R" in by_caller[caller]}
        seen = 0
        for make in ROWS[resource].values():
            answer = await client.get(f"{resource}/{(await make(service, account_id)).id}")
            if answer.status_code == 200:
                assert set(answer.json()) - ALWAYS == shown, caller
                seen += 1
            await service.remove_made()
        assert bool(seen) == bool(shown), caller


@pytest.mark.parametrize("resource", ROWS)
async def test_lists_are_filtered_and_sorted_by_the_fields_of_the_table(
    service: TestService, resource: str
) -> None:
    """With an F or an S the parameter is understood; without, it is as if there were none, whatever it says."""
    for caller in CALLERS:
        _, client = await somebody(service, caller)
        if (await client.get(resource)).status_code != 200:
            continue
        for field, by_caller in expected()[resource].items():
            if field not in PARAMETERS:
                by_value = (await client.get(resource, params={field: "1"})).status_code
                assert (by_value != 400) == ("F" in by_caller[caller]), (caller, field)
            in_order = (await client.get(resource, params={"sort": field})).status_code
            assert (in_order == 200) == ("S" in by_caller[caller]), (caller, field)


@pytest.mark.parametrize("resource", SENT)
async def test_fields_are_changed_by_those_in_the_table(service: TestService, resource: str) -> None:
    """Who may not change a field is refused before any row is looked for; who may finds none."""
    for caller in CALLERS:
        _, client = await somebody(service, caller)
        refused = 401 if caller == "anonymous" else 403
        for field, value in SENT[resource].items():
            may = "U" in expected()[resource][field][caller]
            answer = await client.patch(f"{resource}/{NOWHERE}", json={field: value})
            assert answer.status_code == (404 if may else refused), (caller, field)
