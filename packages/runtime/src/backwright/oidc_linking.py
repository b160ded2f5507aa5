"""The identities of an account: listed, linked and unlinked by its owner.

What lives here: the order of the steps. What must not: HTTP, signing in (`oidc_people.py`).

Linking opens another way into an account, so it takes two proofs at once: that the caller is its owner (signed
in, and the password once more where there is one), and that they are the person at the provider. The last way in
is not taken away.
"""

from typing import Any
from uuid import UUID

from backwright.account_parts import AccountParts
from backwright.actor import Actor
from backwright.errors import Conflict, FieldError, Invalid, NotFound, Unauthenticated
from backwright.oidc_flow import Proof, not_good
from backwright.oidc_joining import Joining, subject_hash
from backwright.oidc_rows import MAX_IDENTITIES, OidcStatements
from backwright.user_rows import UserRow


class Linking:
    """The use cases around `/auth/identities`."""

    def __init__(self, parts: AccountParts, joining: Joining, sql: OidcStatements) -> None:
        self._parts = parts
        self._joining = joining
        self._sql = sql

    async def list(self, actor: Actor) -> list[dict[str, Any]]:
        """The identities of the caller, the oldest first."""
        rows = await self._parts.database.fetch(self._sql.of_user, {"user": actor.id})
        return [dict(zip(self._sql.of_user.columns, row, strict=True)) for row in rows]

    async def link(self, actor: Actor, proof: Proof, password: str | None) -> None:
        """Let the person of this proof sign in to the caller's account; all other sessions of it end.

        Raises `Invalid` for a missing or wrong password or a proof that was used, `Conflict` if the identity
        belongs to another account, and `RateLimited`.
        """
        row = await self._prove(actor, password)
        person = proof.person
        async with self._parts.database.work() as work:
            await work.lock(f"identities {subject_hash(person)}")
            await self._parts.credentials.lock(work, row.id)
            if not await self._sql.use_up(work, proof.hash, proof.ends):
                raise not_good()
            found = await work.fetch(self._sql.by_subject, {"hash_": subject_hash(person)})
            if found and found[0][1] == row.id:
                return
            if found:
                raise Conflict("This identity is linked with another account.")
            [(count,)] = await work.fetch(self._sql.count, {"user": row.id})
            if count >= MAX_IDENTITIES:
                raise Conflict(f"An account has at most {MAX_IDENTITIES} identities: unlink one first.")
            await self._joining.add(work, row.id, person)
            await self._parts.credentials.changed(
                work,
                row.id,
                action="identity_linked",
                spare=actor.session_id,
                tell=[self._parts.mails.identity_linked(row.email, person.provider)],
                changes={"provider": person.provider, "by": "owner"},
            )

    async def unlink(self, actor: Actor, identity_id: UUID) -> None:
        """Let an identity of the caller count no more; all other sessions of the account end.

        Raises `NotFound`, and `Conflict` for the last way in.
        """
        row = await self._owner(actor)
        async with self._parts.database.work() as work:
            await self._parts.credentials.lock(work, row.id)
            rows = await work.fetch(self._sql.of_user, {"user": row.id})
            provider = {each[0]: each[1] for each in rows}.get(identity_id)
            if provider is None:
                raise NotFound("There is no such identity.")
            if row.password_hash is None and len(rows) == 1:
                raise Conflict("This is the only way into the account: link another one first.")
            await work.execute(self._sql.remove, {"identity": identity_id, "user": row.id})
            await self._parts.credentials.changed(
                work,
                row.id,
                action="identity_unlinked",
                spare=actor.session_id,
                tell=[self._parts.mails.identity_unlinked(row.email, provider)],
                changes={"provider": provider},
            )

    async def _prove(self, actor: Actor, password: str | None) -> UserRow:
        row = await self._owner(actor)
        if row.password_hash is None:
            return row
        if password is None:
            wrong = FieldError(
                "is needed: another way into the account is opened", pointer="/current_password"
            )
            raise Invalid("The password is needed.", errors=[wrong])
        return await self._parts.login.prove(actor, password, "identity_linked")

    async def _owner(self, actor: Actor) -> UserRow:
        row = await self._parts.users.by_id(actor.id) if actor.id is not None else None
        if row is None:
            raise Unauthenticated()
        return row
