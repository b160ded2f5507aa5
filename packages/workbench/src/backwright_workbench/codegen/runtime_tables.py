"""The tables that every service has beside its own, taken from the runtime that declares them.

What lives here: which they are, and in which order they can be made. What must not: their columns.
"""

import importlib
from typing import Any, Final

from backwright.accounts import Account
from backwright.entity import CONVENTION, Entity
from sqlalchemy import Column, MetaData, Table
from sqlalchemy.orm import registry

OWNERS: Final = {
    "sessions": "backwright.sessions",
    "refresh_tokens": "backwright.sessions",
    "browser_sessions": "backwright.browser_sessions",
    "signing_keys": "backwright.keyring",
    "encryption_keys": "backwright.encryption_keys",
    "login_delays": "backwright.login_delays",
    "account_codes": "backwright.account_codes",
    "second_factors": "backwright.second_factor_rows",
    "recovery_codes": "backwright.second_factor_rows",
    "oauth_clients": "backwright.oauth_rows",
    "oauth_grants": "backwright.oauth_rows",
    "oauth_client_tokens": "backwright.oauth_rows",
    "identities": "backwright.oidc_rows",
    "oidc_sessions": "backwright.oidc_rows",
    "oidc_spent": "backwright.oidc_rows",
    "api_keys": "backwright.api_key_rows",
    "api_key_places": "backwright.api_key_rows",
    "audit_log": "backwright.audit",
    "audit_seals": "backwright.audit_seals",
    "attachments": "backwright.attachments",
    "rate_limits": "backwright.limits_database",
    "idempotency_keys": "backwright.idempotency_rows",
}
"""Table → the module that declares it; those that others refer to first."""


def runtime_tables() -> list[Table]:
    """The runtime's tables, without `users`."""
    for module in OWNERS.values():
        importlib.import_module(module)
    return [Entity.metadata.tables[name] for name in OWNERS]


def users_table(owner: Column[Any] | None = None) -> Table:
    """The table of a service's `User(Account)`, made from the runtime's columns apart from every service's
    own classes. `owner`: the column that says to which tenant an account belongs.
    """
    apart = registry(
        metadata=MetaData(naming_convention=CONVENTION), type_annotation_map=Entity.type_annotation_map
    )
    own = {} if owner is None else {owner.name: owner}
    named = {"__tablename__": "users", "_sa_registry": apart, "metadata": apart.metadata}
    user = type("User", (Account,), {**named, **own})
    table = user.__table__  # type: ignore[attr-defined]
    assert isinstance(table, Table)
    return table
