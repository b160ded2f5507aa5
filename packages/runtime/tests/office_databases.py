"""Databases and settings of the office, the service that the tests of accounts run."""

from functools import cache
from pathlib import Path

from backwright.entity import Entity
from backwright.settings import Settings
from backwright.testing_databases import Template
from backwright.testing_kits import create_tables
from quick_settings import quick_settings

TABLES = (
    "users", "sessions", "browser_sessions", "refresh_tokens", "signing_keys", "login_delays", "audit_log",
    "audit_seals", "rate_limits", "account_codes", "second_factors", "recovery_codes",
    "oauth_clients", "oauth_grants", "oauth_client_tokens",
    "identities", "oidc_sessions", "oidc_spent", "api_keys", "api_key_places",
)  # fmt: skip


@cache
def office_template(engine: str) -> Template:
    """A database with the tables of the accounts."""
    return Template(engine, lambda url: create_tables(url, [Entity.metadata.tables[name] for name in TABLES]))


def office_settings(folder: Path, url: str) -> Settings:
    """The settings of the service in a folder."""
    return quick_settings("office", folder, url, rate_limit="100000/minute")
