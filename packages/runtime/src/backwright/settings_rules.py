"""Rules of single settings: who may reach the service, and what must be strong.

What lives here: what makes a value of the environment right or wrong, as functions that `settings.py` puts to
its fields, and the words for where a service runs. What must not: rules of the places where data is kept
(`settings_places.py`). A message says what to write instead, and never shows the value.
"""

from enum import StrEnum
from ipaddress import ip_network
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import SecretStr, TypeAdapter, ValidationError, ValidationInfo

from backwright import secret_key
from backwright.limits import Policy

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")


class Environment(StrEnum):
    """Where the service runs. Production is strict: nothing that helps a developer may weaken it."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


def production(info: ValidationInfo) -> bool:
    """Whether the settings under validation are for production.

    An unreadable environment counts as production.
    """
    return info.data.get("environment", Environment.PRODUCTION) is Environment.PRODUCTION


def held(bound: Any, value: Any) -> None:
    """Raises `ValueError` if a value is beyond a bound that a field was declared with."""
    try:
        TypeAdapter(Annotated[Any, bound]).validate_python(value)
    except ValidationError as error:
        raise ValueError(error.errors(include_input=False, include_url=False)[0]["msg"]) from None


def split(value: Any) -> Any:
    """The parts of `a, b, c`; anything but text as it is."""
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


def networks(value: Any) -> Any:
    """Networks from `10.0.0.0/8, 192.168.1.7`."""
    try:
        return tuple(ip_network(each) for each in split(value))
    except ValueError as error:
        raise ValueError(f"{error}; write networks like 10.0.0.0/8,192.168.1.7/32") from None


def public_url(value: str, info: ValidationInfo) -> str:
    """An absolute address, in production one that clients can use and trust."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an absolute address such as https://api.example.com")
    if production(info) and parts.scheme != "https":
        raise ValueError("must be https in production: it is the issuer of the tokens")
    if production(info) and parts.hostname in ("localhost", "127.0.0.1", "::1"):
        raise ValueError("must be the address that clients use; set PUBLIC_URL=https://…")
    return value.rstrip("/")


def account_url(value: str, info: ValidationInfo) -> str:
    """Where links in mails lead: they carry codes that stand for the account."""
    if not value:
        return value
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an absolute address such as https://app.example.com/account")
    if production(info) and parts.scheme != "https":
        raise ValueError("must be https in production: mails link to it with codes")
    return value.rstrip("/")


def secret(value: SecretStr, info: ValidationInfo) -> SecretStr:
    """A secret that cannot be guessed; made if there is none, except in production."""
    given = value.get_secret_value()
    if given:
        secret_key.check(given, strict=production(info))
        return value
    if production(info):
        raise ValueError(f"is required in production; make one with: {secret_key.RECIPE}")
    if info.data.get("environment") is Environment.DEVELOPMENT:
        return SecretStr(secret_key.stored(secret_key.DEVELOPMENT_FILE))
    return SecretStr(secret_key.fresh())


def encryption_keys(value: SecretStr, info: ValidationInfo) -> SecretStr:
    """Secrets that cannot be guessed, or none: only a service with encrypted fields needs one."""
    given = split(value.get_secret_value())
    for at, each in enumerate(given, 1):
        try:
            secret_key.check(each, strict=production(info))
        except ValueError as error:
            raise ValueError(f"key {at} {error}") from None
    if len(set(given)) < len(given):
        raise ValueError("holds the same key twice")
    return value


def previous_secret(value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    """Another secret than the present one, or none."""
    if value is None or not value.get_secret_value():
        return None
    secret_key.check(value.get_secret_value(), strict=False)  # it was good enough when it was set
    if value == info.data.get("secret_key"):
        raise ValueError("is SECRET_KEY itself; set what SECRET_KEY was before")
    return value


def allowed_hosts(value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    """Exact names; that of `PUBLIC_URL` if none is given, and this machine except in production."""
    if any("*" in host or "/" in host or not host for host in value):
        raise ValueError("must be exact host names without port, such as api.example.com")
    found = value or (urlsplit(info.data.get("public_url", "http://localhost")).hostname or "",)
    if not production(info):
        found += LOOPBACK
    if info.data.get("environment") is Environment.TEST:
        found += ("testserver",)
    return tuple(dict.fromkeys(host.lower() for host in found))


def cors_origins(value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    """Exact origins, as browsers send them."""
    for origin in value:
        parts = urlsplit(origin)
        if origin != f"{parts.scheme}://{parts.netloc}" or parts.scheme not in ("http", "https"):
            raise ValueError("must be exact origins such as https://app.example.com; neither * nor null")
        if "*" in origin or "@" in origin or origin != origin.lower():
            raise ValueError("must be exact origins in lower case; wildcards let any site in")
        if production(info) and parts.scheme != "https":
            raise ValueError("must be https origins in production")
    return value


def rate_limit(value: str) -> str:
    """A count and a time."""
    Policy.parse(value)
    return value


def password_cost(value: int, info: ValidationInfo) -> int:
    """Not below what Argon2id needs to be slow, except in tests."""
    floor = 19_456 if info.field_name == "password_memory_kib" else 2
    if value < floor and info.data.get("environment") is not Environment.TEST:
        raise ValueError(f"must be at least {floor}; less is allowed only with ENVIRONMENT=test")
    return value


def docs_enabled(value: bool | None, info: ValidationInfo) -> bool:
    """Off in production, else on unless said otherwise."""
    if value and production(info):
        raise ValueError("must not be on in production; publish docs/api.yaml instead")
    return not production(info) if value is None else value


def metrics_token(value: Any) -> Any:
    """Long enough not to be guessed, or none."""
    given = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not given:
        return None
    if len(given) < 16:
        raise ValueError(f"must have at least 16 characters; make one with: {secret_key.RECIPE}")
    return value
