"""Whose account it is: from a person whom a provider has proved to an account here, or to a refusal.

What lives here: the order of the steps, which is what makes them safe. What must not: the protocol
(`oidc_flow.py`, `oidc_tokens.py`), HTTP, linking by hand (`oidc_linking.py`).

An account is found by issuer and subject and by nothing else. Only where there is no such identity yet does the
address count, and only if the provider is trusted with addresses and says that it is the person's own:

- an account whose owner has shown that the address is theirs is linked, and its owner is told by mail;
- so is one that an administrator has made and that nobody has ever been able to sign in to;
- an account with that address which somebody else may hold (a password, a session, and no confirmed address) is
  not touched: who says it is theirs signs in there first and links (`/auth/identities`);
- an open invitation makes the account with its roles; otherwise registration has to be open.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from backwright.account_codes import Code, Purpose
from backwright.account_parts import AccountParts
from backwright.callers import acting_as
from backwright.context import now
from backwright.database import Work
from backwright.entity import new_id
from backwright.errors import Forbidden, Unauthenticated
from backwright.oidc_flow import Proof, not_good
from backwright.oidc_provider import Person
from backwright.oidc_rows import MAX_IDENTITIES, OidcStatements, digest
from backwright.registration import RegistrationMode
from backwright.second_factor import SecondFactor, SecondFactorNeeded
from backwright.sessions import Opened, Sessions
from backwright.user_rows import UserRow

CLOSED: Final = "There is no account for you here. Ask an administrator of this service for one."
TAKEN: Final = (
    "There is an account with your address, and it is not certain that it is yours. Sign in to it and link "
    "this provider there."
)
NO_ADDRESS: Final = (
    "You have no account here that is linked with this provider, and the provider does not vouch for your "
    "address. If you have an account, sign in to it and link this provider there."
)


class NoAccount(Forbidden):
    """A person who is known to a provider and not welcome here. `reason` is a word for programs."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail, extra={"reason": reason})


@dataclass(frozen=True, slots=True)
class Joining:
    """How people get accounts here: the mode, the roles of those who sign up, and for each provider the roles that
    it gives and takes."""

    mode: RegistrationMode
    register_as: Sequence[str]
    mapped: Mapping[str, frozenset[str]]


class People:
    """Finds, links and makes the accounts of people from providers. `forget` is called after the commit that
    changed roles."""

    def __init__(
        self,
        parts: AccountParts,
        sessions: Sessions,
        factor: SecondFactor,
        sql: OidcStatements,
        joining: Joining,
        forget: Callable[[UUID], None],
    ) -> None:
        self._parts = parts
        self._sessions = sessions
        self._factor = factor
        self._sql = sql
        self._joining = joining
        self._forget = forget

    async def sign_in(self, proof: Proof, code: str, *, second_factor: str | None, user_agent: str) -> Opened:
        """A session for whoever a provider has proved.

        Raises `SecondFactorNeeded` for an account that has one (the same code counts again, together with a code
        of the second factor), `NoAccount`, `Invalid` for a proof that was used, `Unauthenticated` and
        `RateLimited`.
        """
        admitted = await self._admit(proof.person) if second_factor is not None else None
        try:
            async with self._parts.database.work() as work:
                identity, row = await self._settle(work, proof.person)
                await self._parts.credentials.lock(work, row.id)
                with acting_as(row.actor()):
                    if await work.fetch(self._factor.sql.is_on, {"user": row.id}):
                        if second_factor is None or admitted != row.id:
                            raise SecondFactorNeeded(code)
                        if not await self._factor.spend(work, row.id, second_factor):
                            raise Unauthenticated("The code is wrong, or was used already.")
                    await self._use_up(work, proof)
                    return await self._open(work, row, identity, proof.person, user_agent)
        except SecondFactorNeeded:
            raise
        except (NoAccount, Unauthenticated):
            await self._parts.audit.denied("oidc_sign_in", "identities")
            raise

    async def resolve(self, person: Person) -> tuple[UUID, UUID]:
        """(account, identity) for a person who calls with a token of the provider, without a session here.

        Raises `NoAccount`.
        """
        async with self._parts.database.work() as work:
            identity, row = await self._settle(work, person)
            await self._parts.credentials.lock(work, row.id)
            with acting_as(row.actor()):
                await self._give_roles(work, row, person)
                await work.execute(self._sql.touch, {"identity": identity, "at": now()})
        return row.id, identity

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

    async def _settle(self, work: Work, person: Person) -> tuple[UUID, UserRow]:
        """The identity and its active account, linked or made if need be."""
        await work.lock(f"identities {subject_hash(person)}")
        found = await work.fetch(self._sql.by_subject, {"hash_": subject_hash(person)})
        identity, user_id = found[0] if found else await self._welcome(work, person)
        row = await self._parts.users.by_id_within(work, user_id)
        if row is None or not row.is_active:
            raise NoAccount("closed", CLOSED)
        return identity, row

    async def _welcome(self, work: Work, person: Person) -> tuple[UUID, UUID]:
        """The first time: an account by its confirmed address, or a new one."""
        if not person.email:
            raise NoAccount("unknown", NO_ADDRESS)
        await work.lock(f"users {person.email}")
        claimed = await work.fetch(self._sql.claimable, {"address": person.email})
        if claimed:
            return await self._link(work, claimed[0][0], person), claimed[0][0]
        if await self._parts.users.by_email_within(work, person.email) is not None:
            raise NoAccount("taken", TAKEN)
        invitation = await self._parts.codes.take_address(work, person.email, Purpose.INVITE)
        closed = self._joining.mode is not RegistrationMode.OPEN or self._parts.tenants is not None
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
        by_mode = () if person.roles is not None else self._joining.register_as
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

    async def _admit(self, person: Person) -> UUID | None:
        """Count an attempt with a second factor; the account whose it would be."""
        fetch, given = self._parts.database.fetch, {"hash_": subject_hash(person), "address": person.email}
        found = await fetch(self._sql.owner, given) or await fetch(self._sql.claimable, given)
        if found:
            await self._factor.admit(found[0][0])
        return found[0][0] if found else None

    async def _use_up(self, work: Work, proof: Proof) -> None:
        if not await self._sql.use_up(work, proof.hash, proof.ends):
            raise not_good()
        if proof.person.sid and await work.fetch(self._sql.is_spent, {"hash_": ended(proof.person)}):
            raise not_good()  # the provider has ended its own session meanwhile

    async def _give_roles(self, work: Work, row: UserRow, person: Person) -> None:
        """The roles that the provider has a say in become what its claims give; others stay as they are."""
        if person.roles is None:
            return
        wanted = sorted((row.roles - self._joining.mapped[person.provider]) | frozenset(person.roles))
        if row.roles == frozenset(wanted):
            return
        await self._parts.users.set_roles(work, row.id, wanted)
        await self._parts.audit.record(
            work,
            action="update",
            object_type="users",
            object_id=row.id,
            changes={"roles": {"from": sorted(row.roles), "to": wanted}, "provider": person.provider},
        )
        work.after_commit(lambda: self._forget(row.id))

    async def _open(
        self, work: Work, row: UserRow, identity: UUID, person: Person, user_agent: str
    ) -> Opened:
        await self._give_roles(work, row, person)
        if not await self._parts.users.note_login(work, row.id):
            raise NoAccount("closed", CLOSED)
        if await self._sessions.is_new_device(work, row.id, user_agent):
            self._parts.credentials.tell(work, self._parts.mails.new_device(row.email))
        opened = await self._sessions.open(work, row.id, user_agent=user_agent)
        sid_hash = digest("sid", person.issuer, person.sid) if person.sid else None
        linked = {"session_id": opened.session_id, "identity_id": identity, "sid_hash": sid_hash}
        await work.execute(self._sql.add_session, linked)
        await work.execute(self._sql.touch, {"identity": identity, "at": now()})
        await self._parts.audit.record(
            work,
            action="login",
            object_type="users",
            object_id=row.id,
            changes={"session_id": opened.session_id, "provider": person.provider},
        )
        return opened


def subject_hash(person: Person) -> str:
    """What an identity is found by."""
    return digest("identity", person.issuer, person.subject)


def ended(person: Person) -> str:
    """What is noted when a provider has ended a session of its own."""
    return digest("ended", person.issuer, person.sid)
