"""Codes that are sent to people: random, good for one use, for one purpose, for a short time.

What lives here: the table of codes and what can be done with one. What must not: what a code is good for
(`recovery.py`, `registration.py`, `email_change.py`, `login.py`).

A code is stored as a digest, and using it deletes its row: of two uses at the same moment one finds it. A code
is asked for with an address, whether or not an account has it, and the steps are the same, so that neither
the answer nor its time tells. For one address there are at most `MAX_OPEN` codes: who asks for more gets no
further mail, but those that were sent stay good. So a stranger can neither fill somebody's mailbox nor take
away the code that its owner waits for.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, String, Table, bindparam, delete, func, insert, select

from backwright.columns import Id, Json, Timestamp
from backwright.context import now
from backwright.database import Database, Work
from backwright.entity import Entity, new_id
from backwright.errors import FieldError, Invalid
from backwright.sessions import hashed


class Purpose(StrEnum):
    """What a code is good for; it is good for nothing else."""

    REGISTER = "register"
    INVITE = "invite"
    RESET = "reset"
    EMAIL = "email"
    SIGN_IN = "sign_in"


LIFETIME: Final[Mapping[Purpose, timedelta]] = {
    Purpose.REGISTER: timedelta(hours=1),
    Purpose.INVITE: timedelta(days=7),
    Purpose.RESET: timedelta(minutes=30),
    Purpose.EMAIL: timedelta(hours=1),
    Purpose.SIGN_IN: timedelta(minutes=5),
}
"""How long a code is good for. `SIGN_IN` stands between the two steps of a login and is never mailed."""

MAX_OPEN: Final = 3
"""Codes of one purpose that are good for one address at a time."""

LONGEST_ADDRESS: Final = 254

account_codes: Final = Table(
    "account_codes",
    Entity.metadata,
    Column("id", Id(), primary_key=True),
    Column("purpose", String(16), nullable=False),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("address", String(LONGEST_ADDRESS), nullable=False),
    Column("user_id", Id(), ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("roles", Json()),
    Column("tenant", Id()),
    Column("created_at", Timestamp(), nullable=False),
    Column("expires_at", Timestamp(), nullable=False, index=True),
    Index("ix_account_codes_address_purpose", "address", "purpose"),
)
"""`user_id` is empty where there is no account, yet or at all; `roles` are those that an
invitation gives, `tenant` the one that it leads into."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code that is good, with what it was made for."""

    id: UUID
    purpose: Purpose
    address: str = field(repr=False)
    user_id: UUID | None
    roles: tuple[str, ...]
    tenant: UUID | None = None


class AccountCodes:
    """The codes of one service, in the database: the same for all processes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        table, prepare = account_codes.c, database.prepare
        at = bindparam("at", type_=Timestamp())
        hash_, purpose = bindparam("hash", type_=String()), bindparam("purpose_", type_=String())
        address = bindparam("address_", type_=String())
        found = (table.id, table.purpose, table.address, table.user_id, table.roles, table.tenant)
        good = (table.code_hash == hash_, table.expires_at > at)
        same = (table.address == address, table.purpose == purpose)
        within = table.tenant.is_not_distinct_from(bindparam("tenant_", type_=Id()))
        old = select(table.id).where(table.expires_at <= at).with_for_update(skip_locked=True)
        gone = delete(account_codes)
        self._add = prepare(insert(account_codes))
        self._count = prepare(select(func.count()).where(*same, within, table.expires_at > at))
        self._find = prepare(select(*found).where(*good))
        self._take = prepare(gone.where(*good).returning(*found))
        self._take_address = prepare(gone.where(*same, table.expires_at > at).returning(*found))
        self._void = prepare(gone.where(table.user_id == bindparam("user", type_=Id())))
        self._void_address = prepare(gone.where(*same))
        self._void_within = prepare(gone.where(*same, within))
        self._prune = prepare(gone.where(table.id.in_(select(old.subquery("old").c.id))))
        shown = (table.id, table.address, table.roles, table.created_at, table.expires_at)
        self._list = prepare(
            select(*shown)
            .where(table.purpose == purpose, within, table.expires_at > at)
            .order_by(table.id.desc())
            .limit(bindparam("most"))
        )
        self._withdraw = prepare(
            gone.where(table.id == bindparam("code", type_=Id()), table.purpose == purpose, within)
        )

    async def issue(
        self,
        work: Work,
        purpose: Purpose,
        address: str,
        *,
        user_id: UUID | None = None,
        roles: list[str] | None = None,
        tenant: UUID | None = None,
        at_most: int | None = MAX_OPEN,
    ) -> str | None:
        """A new code; None if `at_most` are good for this address already. It exists here and in the mail."""
        moment, address = now(), address[:LONGEST_ADDRESS]  # no account has a longer one
        await work.execute(self._prune, {"at": moment})
        if at_most is not None:
            await work.lock(f"account_codes {purpose} {address}")
            given = {"address_": address, "purpose_": purpose.value, "tenant_": tenant, "at": moment}
            if (await work.fetch(self._count, given))[0][0] >= at_most:
                return None
        code = secrets.token_urlsafe(32)
        await work.execute(
            self._add,
            {
                "id": new_id(),
                "purpose": purpose.value,
                "code_hash": hashed(code),
                "address": address,
                "user_id": user_id,
                "roles": roles,
                "tenant": tenant,
                "created_at": moment,
                "expires_at": moment + LIFETIME[purpose],
            },
        )
        return code

    async def find(self, code: str, *purposes: Purpose) -> Code | None:
        """What a code was made for, if it is good for one of these purposes. It stays good."""
        return _good(await self._database.fetch(self._find, {"hash": hashed(code), "at": now()}), purposes)

    async def take(self, work: Work, code: str, *purposes: Purpose) -> Code | None:
        """As `find`, and it is used up with the end of this transaction. Of two at the same moment one gets it."""
        return _good(await work.fetch(self._take, {"hash": hashed(code), "at": now()}), purposes)

    async def take_address(self, work: Work, address: str, purpose: Purpose) -> Code | None:
        """The code that is good for an address and a purpose, used up by somebody whom other means have proved to
        own the address."""
        given = {"address_": address, "purpose_": purpose.value, "at": now()}
        return _good((await work.fetch(self._take_address, given))[:1], (purpose,))

    async def void(self, work: Work, user_id: UUID) -> None:
        """Make all codes of an account useless: what they were asked with has changed."""
        await work.execute(self._void, {"user": user_id})

    async def void_address(self, work: Work, address: str, purpose: Purpose) -> None:
        """Make all codes of an address and a purpose useless."""
        await work.execute(self._void_address, {"address_": address, "purpose_": purpose.value})

    async def void_within(self, work: Work, address: str, purpose: Purpose, tenant: UUID | None) -> None:
        """The same for those that lead into one tenant, or into none."""
        given = {"address_": address, "purpose_": purpose.value, "tenant_": tenant}
        await work.execute(self._void_within, given)

    async def list(self, purpose: Purpose, most: int, tenant: UUID | None) -> list[dict[str, Any]]:
        """The codes that are good for a purpose, newest first, without the codes themselves: those of a tenant,
        or of none."""
        given: dict[str, Any] = {"purpose_": purpose.value, "at": now(), "most": most, "tenant_": tenant}
        rows = await self._database.fetch(self._list, given)
        return [dict(zip(self._list.columns, row, strict=True)) for row in rows]

    async def withdraw(self, work: Work, purpose: Purpose, id_: UUID, tenant: UUID | None) -> bool:
        """Make one code of a tenant, or of none, useless; False if there is none such."""
        given = {"code": id_, "purpose_": purpose.value, "tenant_": tenant}
        return await work.execute(self._withdraw, given) > 0


def not_good() -> Invalid:
    """The one answer to every code that is not good, so that nobody learns why."""
    detail = "is not good, or not any more; ask for a new one"
    return Invalid("The code is not accepted.", errors=[FieldError(detail, pointer="/code")])


def _good(rows: list[tuple[Any, ...]], purposes: tuple[Purpose, ...]) -> Code | None:
    if not rows:
        return None
    [(id_, purpose, address, user_id, roles, tenant)] = rows
    if purpose not in purposes:
        return None
    return Code(id_, Purpose(purpose), address, user_id, tuple(roles or ()), tenant)
