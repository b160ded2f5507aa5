"""Who may do what: every route, with own rows and with those of others, and the status that each caller gets.

The table is written out; nothing in it is computed from the rules that it checks. 404 says that a row is
not to be seen, 401 that one has to sign in first.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from backwright.entity import Entity
from backwright.testing import TestService
from httpx2 import AsyncClient

from tests.factories import (
    a_technician,
    a_technician_by_account,
    a_work_order,
    a_work_order_by_assignee_account,
    an_asset,
)
from work_orders.access import Role
from work_orders.work_orders.models import WorkOrderStatus

Maker = Callable[..., Awaitable[Entity]]
"""(service, account id, further values) → a stored row."""


def others(factory: Maker, **fixed: Any) -> Maker:
    """A maker of rows that belong to nobody in particular."""

    async def make(service: TestService, account_id: UUID, **values: Any) -> Entity:
        return await factory(service, **{**fixed, **values})

    return make


CALLERS = ("admin", "dispatcher", "technician", "viewer", "nobody", "anonymous")
"""`nobody` is signed in and has no role."""

MATRIX = """
                                           admin  dispatcher  technician  viewer  nobody  anonymous
GET /assets                      -           200         200         200     200     403        401
POST /assets                     -           201         201         403     403     403        401
GET /assets/{id}                 other       200         200         200     200     403        401
PATCH /assets/{id}               other       200         200         403     403     403        401
DELETE /assets/{id}              other       204         403         403     403     403        401
GET /technicians                 -           200         200         200     200     403        401
POST /technicians                -           201         201         403     403     403        401
GET /technicians/{id}            other       200         200         404     200     403        401
GET /technicians/{id}            account     200         200         200     200     403        401
PATCH /technicians/{id}          other       200         200         403     403     403        401
PATCH /technicians/{id}          account     200         200         403     403     403        401
PATCH /technicians/{id} (phone)  other       200         200         404     403     403        401
PATCH /technicians/{id} (phone)  account     200         200         200     403     403        401
DELETE /technicians/{id}         other       204         403         403     403     403        401
DELETE /technicians/{id}         account     204         403         403     403     403        401
GET /work-orders                 -           200         200         200     200     403        401
POST /work-orders                -           201         201         403     403     403        401
GET /work-orders/{id}            other       200         200         404     200     403        401
GET /work-orders/{id}            assignee    200         200         200     200     403        401
PATCH /work-orders/{id}          other       200         200         403     403     403        401
PATCH /work-orders/{id}          assignee    200         200         403     403     403        401
PATCH /work-orders/{id} (notes)  other       200         200         404     403     403        401
PATCH /work-orders/{id} (notes)  assignee    200         200         200     403     403        401
POST /work-orders/{id}/assign    other       200         200         403     403     403        401
POST /work-orders/{id}/assign    assignee    200         200         403     403     403        401
POST /work-orders/{id}/start     other       200         200         404     403     403        401
POST /work-orders/{id}/start     assignee    200         200         200     403     403        401
POST /work-orders/{id}/hold      other       200         200         404     403     403        401
POST /work-orders/{id}/hold      assignee    200         200         200     403     403        401
POST /work-orders/{id}/resume    other       200         200         404     403     403        401
POST /work-orders/{id}/resume    assignee    200         200         200     403     403        401
POST /work-orders/{id}/complete  other       200         200         404     403     403        401
POST /work-orders/{id}/complete  assignee    200         200         200     403     403        401
POST /work-orders/{id}/cancel    other       200         200         403     403     403        401
POST /work-orders/{id}/cancel    assignee    200         200         403     403     403        401
DELETE /work-orders/{id}         other       204         403         403     403     403        401
DELETE /work-orders/{id}         assignee    204         403         403     403     403        401
"""

ROWS: dict[str, dict[str, Maker]] = {
    "/assets": {"other": others(an_asset)},
    "/technicians": {"other": others(a_technician), "account": a_technician_by_account},
    "/work-orders": {"other": others(a_work_order), "assignee": a_work_order_by_assignee_account},
}
"""Resource → whose row → how it is made."""

SENT: dict[str, dict[str, Any]] = {
    "POST /assets": {"name": "Name 1", "tag": "Tag 1"},
    "PATCH /assets/{id}": {"name": "Name 1"},
    "POST /technicians": {"name": "Name 1", "email": "email1@example.com"},
    "PATCH /technicians/{id}": {"name": "Name 1"},
    "PATCH /technicians/{id} (phone)": {"phone": "+49 30 5551201"},
    "POST /work-orders": {"title": "Title 1", "asset_id": others(an_asset)},
    "PATCH /work-orders/{id}": {"title": "Title 1"},
    "PATCH /work-orders/{id} (notes)": {"notes": "Notes 1"},
    "POST /work-orders/{id}/assign": {"assignee_id": others(a_technician)},
    "POST /work-orders/{id}/hold": {"notes": "Notes 1"},
    "POST /work-orders/{id}/complete": {"notes": "Notes 1"},
    "POST /work-orders/{id}/cancel": {"notes": "Notes 1"},
}
"""Route → what is sent; makers stand for the ids of rows that they make."""

STATES: dict[str, dict[str, Any]] = {
    "POST /work-orders/{id}/assign": {"status": WorkOrderStatus.OPEN},
    "POST /work-orders/{id}/start": {"status": WorkOrderStatus.ASSIGNED},
    "POST /work-orders/{id}/hold": {"status": WorkOrderStatus.IN_PROGRESS},
    "POST /work-orders/{id}/resume": {"status": WorkOrderStatus.ON_HOLD},
    "POST /work-orders/{id}/complete": {"status": WorkOrderStatus.IN_PROGRESS},
    "POST /work-orders/{id}/cancel": {"status": WorkOrderStatus.OPEN},
}
"""Route → what the row must be like for it."""


def expected() -> list[tuple[str, str, dict[str, int]]]:
    """The lines of the table: route, whose row, status by caller."""
    found = []
    for line in MATRIX.strip().splitlines()[1:]:
        words = line.split()
        statuses = [int(word) for word in words[-len(CALLERS) :]]
        *route, row = words[: -len(CALLERS)]
        found.append((" ".join(route), row, dict(zip(CALLERS, statuses, strict=True))))
    return found


@pytest.mark.parametrize(("route", "row", "statuses"), expected(), ids=lambda value: str(value)[:60])
async def test_everybody_may_do_what_the_table_says(
    service: TestService, route: str, row: str, statuses: dict[str, int]
) -> None:
    """Each caller gets the status of the table, with a row of their own or of somebody else."""
    method, path = route.split()[:2]
    resource = "/" + path.split("/")[1]
    seen = {}
    for caller in CALLERS:
        account_id, client = await somebody(service, caller)
        sent = await body(route, service, account_id)
        if row == "-":
            answer = await client.request(method, path, json=sent)
            if answer.status_code == 201:
                await service.remove(resource, answer.json()["id"])
        else:
            made = await ROWS[resource][row](service, account_id, **STATES.get(route, {}))
            answer = await client.request(method, path.replace("{id}", str(made.id)), json=sent)
        seen[caller] = answer.status_code
        await service.remove_made()
    assert seen == statuses


async def somebody(service: TestService, caller: str) -> tuple[UUID, AsyncClient]:
    """A new account of this kind, and who calls with it."""
    account_id = await service.account(*([Role(caller)] if caller in set(Role) else []))
    client = service.anonymous if caller == "anonymous" else await service.sign_in(account_id)
    return account_id, client


async def body(route: str, service: TestService, account_id: UUID) -> dict[str, Any] | None:
    """What is sent to a route, with rows made where it refers to some."""
    if route not in SENT:
        return None
    found = {}
    for name, value in SENT[route].items():
        made = await value(service, account_id) if callable(value) else value
        found[name] = str(getattr(made, "id", made)) if callable(value) else made
    return found


async def test_the_table_has_every_route(service: TestService) -> None:
    """No route of a resource is left out: a new action needs its line."""
    listed = {tuple(route.split()[:2]) for route, _, _ in expected()}
    served = {
        (method.upper(), path)
        for path, operations in service.app.openapi()["paths"].items()
        for method in operations
        if "/" + path.split("/")[1] in ROWS and not path.endswith("/bulk") and "/attachments" not in path
    }
    assert listed == served


@pytest.mark.parametrize("caller", CALLERS)
async def test_nobody_raises_their_own_role(service: TestService, caller: str) -> None:
    """Neither by changing their account nor by an invitation; an administrator cannot step down alone either."""
    account_id, client = await somebody(service, caller)
    for roles in (["admin"], []):
        if caller == "admin" and roles == ["admin"]:
            continue  # that changes nothing
        refused = await client.patch(f"/users/{account_id}", json={"roles": roles})
        assert refused.status_code == (401 if caller == "anonymous" else 403), refused.text
    admin = await service.client_for(Role.ADMIN)
    kept = (await admin.get(f"/users/{account_id}")).json()["roles"]
    assert kept == ([caller] if caller in set(Role) else [])


async def test_the_last_administrator_stays(service: TestService) -> None:
    """An administrator may take the role from another one; whoever is left keeps it, open and in office."""
    first, client = await somebody(service, "admin")
    second, _ = await somebody(service, "admin")
    assert (await client.patch(f"/users/{second}", json={"roles": []})).status_code == 200
    changes: tuple[dict[str, object], ...] = ({"roles": []}, {"is_active": False})
    for change in changes:
        assert (await client.patch(f"/users/{first}", json=change)).status_code in (403, 409), change
    assert (await client.get(f"/users/{first}")).json()["roles"] == ["admin"]
