"""People and machines with API keys, for the tests of everything about keys."""

from typing import Any
from uuid import UUID

import httpx2
from backwright.accounts import BoundAccounts
from backwright.api_key_access import KeyAccess
from backwright.api_key_request import KeyRequest
from backwright.api_keys import NewKey
from backwright.audit import audit_log
from backwright.database import Database
from fastapi import FastAPI
from sqlalchemy import select

EMAIL, PASSWORD = "ada@example.org", "seven quiet lamps above"
KEYS, MACHINES = "/auth/api-keys", "/auth/service-accounts"
HOME, AWAY = "203.0.113.7", "198.51.100.9"


def access_of(accounts: BoundAccounts) -> KeyAccess:
    assert accounts.api_keys is not None
    return accounts.api_keys


async def ada(accounts: BoundAccounts, *roles: str) -> UUID:
    return await accounts.ensure_account(EMAIL, name="Ada", password=PASSWORD, roles=roles or ("editor",))


async def key_of(accounts: BoundAccounts, owner: UUID, **changed: Any) -> NewKey:
    """A key; without other words one that has all of `editor`."""
    wanted = KeyRequest(**{"name": "Nightly", "scopes": ("editor",), **changed})
    return await access_of(accounts).keys.create(owner, wanted)


def bearing(key: NewKey | str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key if isinstance(key, str) else key.text}"}


class Caller(httpx2.AsyncClient):
    """Somebody who calls the service from an address that the test chooses."""

    def __init__(self, app: FastAPI, address: str = HOME) -> None:
        transport = httpx2.ASGITransport(app=app, client=(address, 4321))
        super().__init__(transport=transport, base_url="http://testserver")


async def entries(database: Database, object_type: str = "api_keys") -> list[tuple[Any, ...]]:
    """(action, object, method, session, ip, changes) of the audit log, in order."""
    c = audit_log.c
    found = database.prepare(
        select(c.action, c.object_id, c.auth_method, c.session_id, c.ip, c.changes)
        .where(c.object_type == object_type)
        .order_by(c.id)
    )
    return await database.fetch(found)
