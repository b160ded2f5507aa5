"""Whose account it is: from a person whom a provider has proved to an account here, or to a refusal.

What lives here: the order of the steps, which is what makes them safe. What must not: the protocol
(`oidc_flow.py`, `oidc_tokens.py`), HTTP, the first time of a person (`oidc_joining.py`), linking by hand
(`oidc_linking.py`).
"""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from backwright.account_making import give_roles
from backwright.account_parts import AccountParts
from backwright.callers import acting_as
from backwright.context import now
from backwright.database import Work
from backwright.errors import Unauthenticated
from backwright.oidc_flow import Proof, not_good
from backwright.oidc_joining import CLOSED, Joining, NoAccount, claim_of, ended, subject_hash
from backwright.oidc_provider import Person
from backwright.oidc_rows import OidcStatements, digest
from backwright.second_factor import SecondFactor, SecondFactorNeeded
from backwright.sessions import Opened, Opens, Sessions
from backwright.user_rows import UserRow

RolesChanged = Callable[[Work, UUID], Awaitable[None]]


class People:
    """Signs people from providers in. `mapped` are the roles that each provider gives and takes; `roles_changed` is
    called in the transaction that changed them."""

    def __init__(
        self,
        parts: AccountParts,
        sessions: Sessions,
        factor: SecondFactor,
        sql: OidcStatements,
        joining: Joining,
        mapped: Mapping[str, frozenset[str]],
        roles_changed: RolesChanged,
    ) -> None:
        self._parts = parts
        self._sessions = sessions
        self._factor = factor
        self._sql = sql
        self._joining = joining
        self._mapped = mapped
        self._roles_changed = roles_changed

    async def sign_in(
        self,
        proof: Proof,
        code: str,
        *,
        second_factor: str | None = None,
        user_agent: str = "",
        into: Opens | None = None,
    ) -> Opened:
        """A session for whoever a provider has proved: one with tokens, unless `into` opens it.

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
                    await self._give_roles(work, row, proof.person)
                    if await self._sessions.is_new_device(work, row.id, user_agent):
                        self._parts.credentials.tell(work, self._parts.mails.new_device(row.email))
                    opened = await (into or self._sessions).open(work, row.id, user_agent=user_agent)
                    await self._note(work, row, identity, proof.person, opened)
                    return opened
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

    async def _settle(self, work: Work, person: Person) -> tuple[UUID, UserRow]:
        """The identity and its active account, linked or made if need be."""
        await work.lock(f"identities {subject_hash(person)}")
        found = await work.fetch(self._sql.by_subject, {"hash_": subject_hash(person)})
        identity, user_id = found[0] if found else await self._joining.welcome(work, person)
        row = await self._parts.users.by_id_within(work, user_id)
        if row is None or not row.is_active:
            raise NoAccount("closed", CLOSED)
        return identity, row

    async def _admit(self, person: Person) -> UUID | None:
        """Count an attempt with a second factor; the account whose it would be."""
        fetch, given = self._parts.database.fetch, {"hash_": subject_hash(person), **claim_of(person)}
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
        wanted = sorted(
            (row.roles - self._mapped.get(person.provider, frozenset())) | frozenset(person.roles)
        )
        if row.roles == frozenset(wanted):
            return
        await give_roles(self._parts, work, row, wanted, provider=person.provider)
        await self._roles_changed(work, row.id)

    async def _note(self, work: Work, row: UserRow, identity: UUID, person: Person, opened: Opened) -> None:
        """What there is to remember of a sign-in, for the logout and for the owner."""
        if not await self._parts.users.note_login(work, row.id):
            raise NoAccount("closed", CLOSED)
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
