"""The first time that a person comes from a provider: to an account that is theirs, to a new one, or to a refusal.

What lives here: when an address counts, and who may join. What must not: signing in (`oidc_people.py`), linking by
hand (`oidc_linking.py`).

An account is found by issuer and subject and by nothing else. Only where there is no such identity yet does the
address count, and only if the provider is trusted with addresses and says that it is the person's own:

- an account whose owner has shown that the address is theirs is linked, and its owner is told by mail;
- so is one that an administrator has made and that nobody has ever been able to sign in to;
- an account that somebody else at the same provider is linked with is not touched: the address has changed hands;
- an account with that address which somebody else may hold (a password, a session, and no confirmed address) is
  not touched: who says it is theirs signs in there first and links (`/auth/identities`);
- an open invitation makes the account with its roles; otherwise registration has to be open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from backwright.account_codes import Code, Purpose
from backwright.account_parts import AccountParts
from backwright.context import now
from backwright.database import Work
from backwright.entity import new_id
from backwright.errors import Error, Kind
from backwright.oidc_provider import Person
from backwright.oidc_rows import MAX_IDENTITIES, OidcStatements, digest
from backwright.registration import RegistrationMode

CLOSED: Final = "There is no account for you here. Ask an administrator of this service for one."
TAKEN: Final = (
    "There is an account with your address, and it is not certain that it is yours. Sign in to it and link "
    "this provider there."
)
NO_ADDRESS: Final = (
    "You have no account here that is linked with this provider, and the provider does not vouch for your "
    "address. If you have an account, sign in to it and link this provider there."
)


class NoAccount(Error):
    """A person who is known to a provider and not welcome here. `reason` is a word for programs.

    Not `Forbidden`, which a route turns into "sign in first" for callers that it does not know: this one has.
    """

    kind = Kind.FORBIDDEN

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail, extra={"reason": reason})


@dataclass(frozen=True, slots=True)
class Rules:
    """How people get accounts here: the mode, and the roles of those who sign up."""

    mode: RegistrationMode
    register_as: Sequence[str]


class Joining:
    """Links and makes the accounts of people who come for the first time."""

    def __init__(self, parts: AccountParts, sql: OidcStatements, rules: Rules) -> None:
        self._parts = parts
        self._sql = sql
        self._rules = rules

    async def welcome(self, work: Work, person: Person) -> tuple[UUID, UUID]:
        """The first time: an account by its confirmed address, or a new one."""
        if not person.email:
            raise NoAccount("unknown", NO_ADDRESS)
        await work.lock(f"users {person.email}")
        claimed = await work.fetch(self._sql.claimable, claim_of(person))
        if claimed:
            return await self._link(work, claimed[0][0], person), claimed[0][0]
        if await self._parts.users.by_email_within(work, person.email) is not None:
            raise NoAccount("taken", TAKEN)
        invitation = await self._parts.codes.take_address(work, person.email, Purpose.INVITE)
        closed = self._rules.mode is not RegistrationMode.OPEN or self._parts.tenants is not None
        if invitation is None and closed:  # a tenant is founded with a password, and joined by invitation
            raise NoAccount("closed", CLOSED)
        return await self._make(work, person, invitation)

    async def _link(self, work: Work, user_id: UUID, person: Person) -> UUID:
        [(count,)] = await work.fetch(self._sql.count, {"user": user_id})
        if count >= MAX_IDENTITIES:
            raise NoAccount("taken", TAKEN)
        identity = await self.add(work, user_id, person)
        await work.execute(self._sql.confirm_address, {"user": user_id, "at": now()})
        await self._parts.audit.record(
            work,
            action="identity_linked",
            object_type="users",
            object_id=user_id,
            changes={"provider": person.provider, "by": "address"},
        )
        told = self._parts.mails.identity_linked(person.email, person.provider)
        self._parts.credentials.tell(work, told)
        return identity

    async def _make(self, work: Work, person: Person, invitation: Code | None) -> tuple[UUID, UUID]:
        """A new account. Where the provider has a say in roles, nobody gets one merely by signing up."""
        by_mode = () if person.roles is not None else self._rules.register_as
        given, tenant = (by_mode, None) if invitation is None else (invitation.roles, invitation.tenant)
        roles = sorted({*given, *(person.roles or ())})
        user_id = await self._parts.users.add(
            work,
            email=person.email,
            name=person.name,
            roles=roles,
            password_hash=None,
            verified=True,
            tenant=tenant,
        )
        if user_id is None:
            raise NoAccount("taken", TAKEN)
        await self._parts.codes.void_address(work, person.email, Purpose.REGISTER)
        await self._parts.audit.record(
            work,
            action="register",
            object_type="users",
            object_id=user_id,
            changes={"roles": roles, "provider": person.provider},
        )
        return await self.add(work, user_id, person), user_id

    async def add(self, work: Work, user_id: UUID, person: Person) -> UUID:
        """A new identity of an account."""
        identity = new_id()
        row = {
            "id": identity,
            "user_id": user_id,
            "issuer": person.issuer,
            "subject": person.subject,
            "subject_hash": subject_hash(person),
            "provider": person.provider,
            "created_at": now(),
            "last_used_at": now(),
        }
        await work.execute(self._sql.add, row)
        return identity


def subject_hash(person: Person) -> str:
    """What an identity is found by."""
    return digest("identity", person.issuer, person.subject)


def claim_of(person: Person) -> dict[str, str]:
    """What is asked about an account that may be linked by its address."""
    return {"address": person.email, "from_issuer": person.issuer}


def ended(person: Person) -> str:
    """What is noted when a provider has ended a session of its own."""
    return digest("ended", person.issuer, person.sid)
