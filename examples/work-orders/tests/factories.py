"""Stored rows for the tests, one function for each entity: what a row must refer to is made with it."""

from typing import Any
from uuid import UUID

from backwright.testing import TestService

from work_orders.assets.models import Asset
from work_orders.technicians.models import Technician
from work_orders.work_orders.models import WorkOrder


async def an_account(service: TestService) -> UUID:
    """The id of a new account without roles."""
    return await service.account()


async def an_asset(service: TestService, /, **values: Any) -> Asset:
    """An asset."""
    return await service.make(Asset, **values)


async def a_technician(service: TestService, /, **values: Any) -> Technician:
    """A technician."""
    return await service.make(Technician, **values)


async def a_work_order(service: TestService, /, **values: Any) -> WorkOrder:
    """A work order."""
    if "asset_id" not in values:
        values["asset_id"] = (await an_asset(service)).id
    return await service.make(WorkOrder, **values)


async def a_technician_by_account(service: TestService, account_id: UUID, /, **values: Any) -> Technician:
    """A technician that is this account's own, over its account."""
    return await a_technician(service, account_id=account_id, **values)


async def a_work_order_by_assignee_account(
    service: TestService,
    account_id: UUID,
    /,
    **values: Any,
) -> WorkOrder:
    """A work order that is this account's own, over its assignee, account."""
    owner = await a_technician_by_account(service, account_id)
    return await a_work_order(service, assignee_id=owner.id, **values)
