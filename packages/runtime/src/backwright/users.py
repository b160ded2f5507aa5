"""The accounts as a resource: an administrator lists them, makes them, gives roles, closes them.

What lives here: `/users` as a `Resource` like any other, and the rules that keep a system administrable:
nobody changes their own roles, the last administrator stays, and accounts are closed, never deleted, because
history refers to them. What must not: passwords (`/users/{id}/password` is in `account_routes.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

from pydantic import Field

from backwright.access import Operation, allow
from backwright.entity import Entity
from backwright.errors import Conflict, Forbidden, NotFound
from backwright.fields import STANDARD, ResourceField
from backwright.resource import BoundResource, Resource
from backwright.service import Service

if TYPE_CHECKING:
    from backwright.accounts import Accounts
    from backwright.bound_accounts import BoundAccounts
    from backwright.runtime import Runtime

FIELDS: Final = ("email", "name", "roles", "is_active", "last_login_at")
CHANGEABLE: Final = ("name", "roles", "is_active")
"""What an administrator may change. An address is the name under which its owner signs in, so it stays."""

KEEPS_RIGHTS: Final = frozenset({"roles", "is_active"})


class AccountService(Service[Entity]):
    """The rules of accounts. Changes count at once in this process, within ten seconds in others."""

    async def create(self, values: dict[str, Any]) -> dict[str, Any]:
        """A new account, without a password until one is set. Raises `Forbidden` for an API key."""
        self._refuse_keys()
        return await super().create({**values, "roles": plain_roles(values.get("roles", ()))})

    async def update(
        self, id_: UUID, changes: dict[str, Any], *, version: int | None = None
    ) -> dict[str, Any]:
        """Change an account.

        Raises `Forbidden` for the caller's own roles and state and for an API key, and `Conflict` when no
        administrator would be left.
        """
        self._refuse_keys()
        self.bound.writer(self.actor.roles).grants(Operation.UPDATE, sorted(changes))
        if "roles" in changes:
            changes = {**changes, "roles": plain_roles(changes["roles"])}
        new_roles = bool(KEEPS_RIGHTS & changes.keys()) and await self._check_rights(id_, changes)
        shown = await super().update(id_, changes, version=version)
        if changes.get("is_active") is False:
            await self._accounts.end_sessions_of(self.work, id_)
        if new_roles:
            await self._accounts.roles_changed(self.work, id_)
        self.work.after_commit(lambda: self._accounts.forget_user(id_))
        return shown

    async def delete(self, id_: UUID, *, version: int | None = None) -> None:
        """Accounts are not deleted: what people did refers to them. Raises `Forbidden`."""
        raise Forbidden("Accounts are closed, not deleted: set is_active to false.")

    def _refuse_keys(self) -> None:
        """A key may be years old and lie in many places: it does not make accounts and gives no rights."""
        if self.actor.method == "key":
            raise Forbidden("API keys manage neither accounts nor keys: sign in for that.")

    @property
    def _accounts(self) -> "BoundAccounts":
        found = self.bound.runtime.accounts
        assert found is not None, "a service with this resource has accounts"
        return found

    async def _check_rights(self, id_: UUID, changes: Mapping[str, Any]) -> bool:
        """Whether the roles will be others. Raises as `update`."""
        row = await self._accounts.find(self.work, id_)
        if row is None or row.tenant != self.actor.tenant:
            raise NotFound(f"There is no such {self.bound.title}.")
        before: dict[str, Any] = {"roles": plain_roles(row.roles), "is_active": row.is_active}
        after = {**before, **{name: changes[name] for name in KEEPS_RIGHTS & changes.keys()}}
        if id_ == self.actor.id and after != before:
            raise Forbidden(
                "Nobody changes their own roles or closes their own account: ask another administrator."
            )
        admin = str(self._accounts.declared.admin)
        stays = after["is_active"] and admin in after["roles"]
        was_admin = before["is_active"] and admin in before["roles"]
        if was_admin and not stays and not await self._accounts.has_other_admin(self.work, id_):
            raise Conflict("This is the last administrator. Give the role to somebody else first.")
        return bool(before["roles"] != after["roles"])


class BoundUsers(BoundResource):
    """The resource with the roles of this service as the type of `roles`."""

    def __init__(self, resource: Resource, runtime: "Runtime", declared: "Accounts") -> None:
        super().__init__(resource, runtime)
        self._roles = declared.roles

    @cached_property
    def fields(self) -> dict[str, ResourceField]:
        """The exposed fields; `roles` takes the roles that there are and nothing else."""
        found = {name: ResourceField(**vars(field)) for name, field in super().fields.items()}
        if "roles" in found:
            kind = Annotated[list[self._roles], Field(max_length=len(self._roles))]  # type: ignore[name-defined]
            plain = found["roles"]
            found["roles"] = ResourceField(plain.name, plain.column, kind, plain.nullable, plain.required)
        return found

    def components(self) -> dict[str, Any]:
        """The parts of the OpenAPI document, with the roles spelled out in what is read, too."""
        found = super().components()
        shown = found["schemas"][self.resource.entity.__name__]["properties"]
        if "roles" in shown:
            items = {"type": "string", "enum": [str(role) for role in self._roles]}
            shown["roles"] = {"type": "array", "items": items, "description": "What the account may do."}
        return found


def bind_users(declared: "Accounts", runtime: "Runtime") -> BoundUsers:
    """`/users` for administrators. Columns that the service has added stay hidden; to show some, declare a
    resource."""
    columns: Sequence[str] = [column.key for column in declared.user.__table__.columns]
    resource = Resource(
        declared.user,
        service=AccountService,
        fields=FIELDS,
        hidden=tuple(name for name in columns if name not in (*FIELDS, *STANDARD)),
        read_only=("last_login_at",),
        filters=("email", "is_active"),
        sorts=("email", "created_at", "last_login_at"),
        access={declared.admin: allow.read() | allow.create() | allow.update(*CHANGEABLE)},
    )
    bound = runtime.resources[declared.user] = BoundUsers(resource, runtime, declared)
    return bound


def plain_roles(roles: Iterable[Any]) -> list[str]:
    """Roles as they are stored: plain texts, sorted, each once."""
    return sorted({str(role) for role in roles})
