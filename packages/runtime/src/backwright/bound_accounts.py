"""The accounts of one running service: the parts put together, and what the rest of the runtime asks of them.

What lives here: composition and the door for other modules. What must not: the steps of a login (`login.py`),
the life of a session (`sessions.py`), HTTP (`account_routes.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Table
from starlette.routing import BaseRoute

from backwright.account_codes import AccountCodes
from backwright.account_mails import AccountMails
from backwright.account_making import AccountMaking
from backwright.account_parts import AccountParts
from backwright.account_ways import Ways
from backwright.actor import Actor
from backwright.authentication import Authenticator
from backwright.credentials import Credentials
from backwright.database import Work
from backwright.email_change import EmailChange
from backwright.errors import NotFound, Unauthenticated
from backwright.keyring import KeyRing
from backwright.login import Login
from backwright.passwords import Cost, Hasher
from backwright.recovery import Recovery
from backwright.registration import Registration
from backwright.second_factor import SecondFactor
from backwright.second_factor_setup import SecondFactorSetup
from backwright.sessions import Opened, Sessions
from backwright.tenant_rows import tenants_of
from backwright.tokens import AccessTokens
from backwright.user_rows import UserRow, UserRows

if TYPE_CHECKING:
    from backwright.accounts import Accounts
    from backwright.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client gets for a login or a refresh. `expires_in` is in seconds, of the access token."""

    access_token: str
    refresh_token: str
    expires_in: int


class BoundAccounts:
    """Made by `Accounts.bind`; kept at `runtime.accounts`."""

    def __init__(self, declared: "Accounts", runtime: "Runtime") -> None:
        self.declared = declared
        settings, database = runtime.settings, runtime.database
        users = declared.user.__table__
        assert isinstance(users, Table)
        self._runtime = runtime
        self._users = UserRows(database, declared.user)
        self.keyring = KeyRing(database, settings.secrets)
        self._tokens = AccessTokens(
            self.keyring,
            issuer=settings.public_url,
            audience=settings.service,
            lifetime=timedelta(minutes=settings.access_token_minutes),
        )
        self._authenticator = Authenticator(self._tokens, self._users.live_roles, runtime.redis)
        self.authenticate = self._authenticator.authenticate
        self.known = self._authenticator.known
        self.forget_user = self._authenticator.forget_user
        self._sessions = Sessions(
            database,
            runtime.audit,
            users,
            idle=timedelta(days=settings.refresh_idle_days),
            absolute=timedelta(days=settings.refresh_absolute_days),
            ended=self._authenticator.forget_session,
            most=settings.max_sessions,
        )
        self._codes, mails = AccountCodes(database), AccountMails(settings)
        self.tenants = tenants_of(database, runtime.audit, users)
        if self.tenants is not None:
            self._authenticator.placed = self.tenants.placed
        credentials = Credentials(
            runtime.audit, self._codes, self._sessions, runtime.mail, forget=self.forget_user
        )
        factor = SecondFactor(database, runtime.limiter, self._sessions, settings.secrets)
        self.login = Login(
            database,
            runtime.audit,
            runtime.limiter,
            users=self._users,
            sessions=self._sessions,
            hasher=Hasher(Cost(settings.password_memory_kib, settings.password_time_cost)),
            codes=self._codes,
            factor=factor,
            credentials=credentials,
            mails=mails,
        )
        parts = AccountParts(
            database,
            runtime.audit,
            runtime.limiter,
            self._users,
            self._codes,
            self.login,
            credentials,
            runtime.mail,
            mails,
            self.tenants,
        )
        self.recovery = Recovery(parts)
        self.email_change = EmailChange(parts)
        self.second_factor = SecondFactorSetup(parts, factor, issuer=settings.service)
        self.registration = Registration(
            parts,
            register_as=self._joining_roles(),
            known_roles=self.known_roles,
        )

        self._ways = Ways(
            declared,
            runtime,
            parts,
            tokens=self._tokens,
            keyring=self.keyring,
            authenticator=self._authenticator,
            sessions=self._sessions,
            factor=factor,
            credentials=credentials,
            known_roles=self.known_roles,
            roles_changed=self.roles_changed,
        )
        self.browser, self.api_keys = self._ways.browser, self._ways.api_keys
        self.oauth, self.oidc = self._ways.oauth, self._ways.oidc
        self._making = AccountMaking(parts, declared, self.known_roles, self.roles_changed)
        self.close, self.components = self._ways.close, self._ways.components

    def _joining_roles(self) -> list[str]:
        """The roles of people who sign up by themselves: who founds a tenant is its administrator."""
        if self.tenants is not None:
            return [str(self.declared.admin)]
        return [str(self.declared.register_as)] if self.declared.register_as else []

    def routes(self) -> Sequence[BaseRoute]:
        """`/auth/…` and `/.well-known/jwks.json`."""
        from backwright.account_routes import account_routes

        return [*account_routes(self), *self._ways.routes(self)]

    async def sign_in(self, email: str, password: str, *, user_agent: str = "") -> Tokens:
        """Tokens for whoever knows the password; raises as `Login.sign_in`."""
        return await self.tokens_for(await self.login.sign_in(email, password, user_agent=user_agent))

    async def second_step(self, challenge: str, code: str, *, user_agent: str = "") -> Tokens:
        """Tokens for whoever has a code of the second factor as well; raises as `Login.second_step`."""
        return await self.tokens_for(await self.login.second_step(challenge, code, user_agent=user_agent))

    async def open_session(self, user_id: UUID) -> Tokens:
        """Tokens without a password, for a caller that has proved identity by other means, and for test
        suites."""
        async with self._runtime.database.work() as work:
            opened = await self._sessions.open(work, user_id)
        return await self.tokens_for(opened)

    async def refresh(self, refresh_token: str) -> Tokens:
        """Tokens for a refresh token, which is spent by it; raises as `Sessions.refresh`."""
        return await self.tokens_for(await self._sessions.refresh(refresh_token))

    async def end_session(self, actor: Actor, session_id: UUID, *, keep_cookie: bool = False) -> None:
        """End one session of the caller, and its cookie if it is in this browser. Raises `NotFound` for any other."""
        user_id = _user(actor)
        async with self._runtime.database.work() as work:
            if not await self._sessions.end(work, user_id, session_id):
                raise NotFound("There is no such session.")
            action = "logout" if session_id == actor.session_id else "session_ended"
            await self._runtime.audit.record(
                work, action=action, object_type="sessions", object_id=session_id
            )
            work.after_commit(lambda: self._authenticator.forget_session(session_id))
        if self.browser is not None and session_id == actor.session_id and not keep_cookie:
            self.browser.drop_cookie(actor)

    async def end_all_sessions(self, actor: Actor) -> None:
        """End every session of the caller, this one included."""
        user_id = _user(actor)
        async with self._runtime.database.work() as work:
            await self._sessions.end_all(work, user_id)
            await self._runtime.audit.record(
                work, action="logout_all", object_type="users", object_id=user_id
            )
            work.after_commit(lambda: self.forget_user(user_id))
        if self.browser is not None:
            self.browser.drop_cookie(actor)

    async def list_sessions(self, actor: Actor) -> list[dict[str, Any]]:
        """The caller's open sessions; `current` marks the one of this request."""
        found = await self._sessions.list(_user(actor))
        idle = await self.browser.sessions.idle_ones(_user(actor)) if self.browser is not None else ()
        return [
            {**each, "current": each["id"] == actor.session_id} for each in found if each["id"] not in idle
        ]

    async def change_password(self, actor: Actor, known: str, new: str) -> None:
        """As `Login.change_password`."""
        await self.login.change_password(actor, known, new)

    async def set_password(self, actor: Actor, user_id: UUID, new: str) -> None:
        """As `Login.set_password`."""
        await self.login.set_password(actor, user_id, new)

    async def end_sessions_of(self, work: Work, user_id: UUID) -> None:
        """End every session of an account that is being closed, and void its codes, in the same transaction."""
        await self._codes.void(work, user_id)
        await self._sessions.end_all(work, user_id)
        if self.api_keys is not None:
            await self.api_keys.keys.revoke_all(work, user_id)

    async def roles_changed(self, work: Work, user_id: UUID) -> None:
        """Roles count at once in sessions with tokens. A browser has to sign in again, because a cookie from before
        must not get the new rights; in the same transaction."""
        if self.browser is not None:
            await self.browser.sessions.end_all(work, user_id)
        work.after_commit(lambda: self.forget_user(user_id))

    async def find(self, work: Work, user_id: UUID) -> UserRow | None:
        """An account as it is inside a transaction."""
        return await self._users.by_id_within(work, user_id)

    async def has_other_admin(self, work: Work, user_id: UUID) -> bool:
        """Whether an active administrator other than this one exists."""
        return await self._users.has_other(work, str(self.declared.admin), user_id)

    async def describe(self, actor: Actor) -> Mapping[str, object]:
        """The caller's own account."""
        row = await self._users.by_id(_user(actor))
        if row is None:
            raise Unauthenticated()
        return {"id": row.id, "email": row.email, "name": row.name, "roles": sorted(row.roles)}

    async def create_admin(
        self, email: str, password: str, *, name: str = "", tenant: UUID | None = None
    ) -> UUID:
        """An account with the admin role, for a command on the server; of a tenant, where accounts belong to one.

        Raises `Conflict` if the address has an account already, and `Invalid` for a weak password.
        """
        return await self._making.admin(email, password, name=name, tenant=tenant)

    async def ensure_account(
        self,
        email: str,
        *,
        name: str,
        password: str | None = None,
        roles: Sequence[str] = (),
        tenant: UUID | None = None,
    ) -> UUID:
        """The account with this address and these roles, made if there is none: for seed data and test
        suites.

        The password of an account that exists already is left alone. Raises `Invalid` for an unknown role or
        a weak password.
        """
        return await self._making.ensure(email, name=name, password=password, roles=roles, tenant=tenant)

    def known_roles(self, roles: Sequence[str]) -> list[str]:
        """The roles in their stored form: sorted, each once. Raises `ValueError` for one that is not
        declared."""
        known = {str(role) for role in self.declared.roles}
        unknown = sorted({str(role) for role in roles} - known)
        if unknown:
            raise ValueError(f"unknown role {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
        return sorted({str(role) for role in roles})

    async def tokens_for(self, opened: Opened) -> Tokens:
        """What a client gets for a session that was just opened or refreshed."""
        access = await self._tokens.issue(opened.user_id, opened.session_id)
        return Tokens(access, opened.refresh_token, int(self._tokens.lifetime.total_seconds()))


def _user(actor: Actor) -> UUID:
    if actor.id is None:
        raise Unauthenticated()
    return actor.id
