"""Environments that a service has to refuse, and one that it has to take.

What lives here: the values, and what a refusal has to name. What must not: running anything (`configuration.py`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from annotated_types import Ge, Gt, Le, Lt
from backwright.settings import Settings

CANARY = "Zebra7Qx"
"""In every value that is secret; must not be seen again."""

GOOD_KEY = "q7Vb2mXzR9tLw4KcYh8NpJd3FsGuA6eE-1oTiZx0MvB"

NONSENSE: Mapping[str, str] = {
    "ENVIRONMENT": "moon",
    "SERVICE": "Not A Name",
    "PUBLIC_URL": "nowhere",
    "DATABASE_URL": f"oracle://app:{CANARY}@db/app",
    "SECRET_KEY": CANARY,
    "REDIS_URL": f"ftp://:{CANARY}@cache",
    "MAIL_URL": f"http://office:{CANARY}@mail",
    "FILES_URL": f"ftp://files:{CANARY}@host",
    "AUDIT_CHECKPOINTS": "ftp://host",
    "ALLOWED_HOSTS": "*",
    "TRUSTED_PROXIES": "everybody",
    "CORS_ORIGINS": "*",
    "BROWSER_ORIGINS": "null",
    "RATE_LIMIT": "as many as you like",
    "RATE_LIMIT_STORE": "disk",
    "CACHE_STORE": "disk",
    "DOCS_ENABLED": "perhaps",
    "METRICS_TOKEN": CANARY,
    "LOG_LEVEL": "LOUD",
}
"""A wrong value for each setting of the runtime whose rule is its own."""

WEAK_KEYS = {
    "too short": "Zebra7Qx-short",
    "one character": "a" * 48,
    "a word, again and again": "changeme" * 6,
    "a sentence that everybody uses": "change-me-change-me-change-me-change-me",
    "digits in a row": "0123456789" * 5,
}
SECRET = re.compile(r"(?:^|_)(?:PASSWORD|SECRET|SECRET_KEY|TOKEN|API_KEY|PRIVATE_KEY|CREDENTIALS)$")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
PRODUCTION = {"ENVIRONMENT": "production", "PUBLIC_URL": "https://api.example.com", "SECRET_KEY": GOOD_KEY}


@dataclass(frozen=True, slots=True)
class Refused:
    """An environment that must be refused, naming these settings."""

    title: str
    values: Mapping[str, str]
    names: frozenset[str]


def declared(example: str) -> dict[str, str]:
    """The settings that `config example` lists, with their defaults."""
    return dict(re.findall(r"^# ?([A-Z][A-Z0-9_]*)=(.*)$", example, re.MULTILINE))


def refused(settings: Mapping[str, str]) -> Iterator[Refused]:
    """Every environment that must be refused by a service with these settings."""
    wrong = {name: value for name, value in NONSENSE.items() if name in settings}
    for name, default in settings.items():
        if NUMBER.fullmatch(default):
            wrong[name] = "many"
        elif default in ("true", "false", "True", "False"):
            wrong[name] = "perhaps"
    yield Refused("a wrong value in every setting", wrong, frozenset(wrong))
    for title, values in (
        ("numbers that are too small", bounds(low=True)),
        ("numbers that are too large", bounds(low=False)),
    ):
        present = {name: value for name, value in values.items() if name in settings}
        yield Refused(title, present, frozenset(present))
    yield Refused(
        "production with nothing set", {"ENVIRONMENT": "production"}, frozenset({"PUBLIC_URL", "SECRET_KEY"})
    )
    loose = {
        "PUBLIC_URL": "http://api.example.com",
        "DOCS_ENABLED": "true",
        "CORS_ORIGINS": "http://app.example.com",
    }
    yield Refused("production that is open", {**PRODUCTION, **loose}, frozenset(loose))
    for title, key in WEAK_KEYS.items():
        yield Refused(
            f"a weak key in production: {title}", {**PRODUCTION, "SECRET_KEY": key}, frozenset({"SECRET_KEY"})
        )


def bounds(*, low: bool) -> dict[str, str]:
    """For each number of the runtime a value beyond its bound."""
    found = {}
    for name, field in Settings.model_fields.items():
        for each in field.metadata:
            limit: object = None
            if low and isinstance(each, Ge | Gt):
                limit = each.ge if isinstance(each, Ge) else each.gt
            elif not low and isinstance(each, Le | Lt):
                limit = each.le if isinstance(each, Le) else each.lt
            if isinstance(limit, int | float):
                found[name.upper()] = str(int(limit) + (-1 if low else 1))
    return found


def named(output: str) -> set[str]:
    """The settings that a refusal names."""
    return {name.partition("__")[0] for name in re.findall(r"^\s*([A-Z][A-Z0-9_]+): ", output, re.MULTILINE)}
