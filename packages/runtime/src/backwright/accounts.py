"""Accounts: what a service declares about the people who sign in.

What lives here: the base class of the service's `User` and the declaration `Accounts`. What must not: how any
of it works (`bound_accounts.py` and what it is made of). A service imports from here and nowhere else.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from backwright.bound_accounts import BoundAccounts
from backwright.callers import current_actor, require
from backwright.columns import Json
from backwright.entity import Email, Entity
from backwright.oidc_settings import NAME
from backwright.registration import RegistrationMode
from backwright.users import AccountService, bind_users

if TYPE_CHECKING:
    from backwright.runtime import Runtime

__all__ = [
    "Account", "AccountService", "Accounts", "BoundAccounts", "RegistrationMode", "current_actor", "require",
]  # fmt: skip


class Account(Entity):
    """Who can sign in. A service subclasses it once, with `__tablename__ = "users"`, and may add columns."""

    __abstract__ = True

    email: Mapped[Email] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    roles: Mapped[list[str]] = mapped_column(Json(), default=list)
    """Sorted, each once, so that equal sets are equal texts."""
    is_active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None] = mapped_column(String(255), deferred=True)
    """Argon2id in PHC form; none: the account cannot sign in with a password."""
    password_changed_at: Mapped[datetime | None] = mapped_column(deferred=True)
    email_verified_at: Mapped[datetime | None] = mapped_column(deferred=True)
    """When the owner last showed that mail to the address reaches them; none: nobody has."""
    last_login_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Accounts:
    """Signing in, and the administration of accounts, for a service.

    `roles` are all roles that exist, `admin` the one that manages accounts, `register_as` the role of people
    who sign up by themselves; with None they get none and see nothing until an administrator gives them one.
    `registration` says how people get accounts: `OPEN` (they sign up and confirm their address), `INVITED` (an
    administrator sends them an invitation) or `CLOSED` (an administrator makes the account).
    With `oauth`, programs that an administrator has registered get tokens here (OAuth 2.0, OpenID Connect).
    With `browser_sessions`, browsers sign in with a cookie, beside the tokens for everybody else.
    `providers` names the identity providers that people can sign in with; `OIDC__<NAME>__…` configures each.
    With `api_keys`, people and service accounts have keys for programs.
    Raises `TypeError` when `register_as` would make everybody an administrator.
    """

    user: type[Account]
    roles: type[StrEnum]
    admin: StrEnum
    register_as: StrEnum | None = None
    oauth: bool = False
    registration: RegistrationMode = RegistrationMode.OPEN
    browser_sessions: bool = False
    providers: tuple[str, ...] = ()
    api_keys: bool = False

    def __post_init__(self) -> None:
        if self.register_as is not None and self.register_as == self.admin:
            raise TypeError("register_as must not be the admin role: whoever signs up would run the system")
        for role in (self.admin, self.register_as):
            if role is not None and role not in self.roles:
                raise TypeError(f"{role!r} is not one of the roles in {self.roles.__name__}")
        if wrong := [name for name in self.providers if not NAME.fullmatch(name)]:
            raise TypeError(f"{wrong[0]!r} is not a name for a provider: letters, digits and _ in lower case")
        if self.user.__tablename__ != "users":
            raise TypeError(
                f'{self.user.__name__} needs __tablename__ = "users": sessions refer to that table'
            )

    def bind(self, runtime: "Runtime") -> BoundAccounts:
        """The accounts at work in one running service; also serves `/users` there."""
        bind_users(self, runtime)
        return BoundAccounts(self, runtime)
