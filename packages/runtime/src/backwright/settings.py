"""The settings of a service: typed, read from the environment and `.env`, refused at start-up when wrong.

What lives here: each setting with its rule. A rule is a field validator, so that a bad environment is
reported whole and not one problem at a time. What must not: the printing of settings (`configuration.py`) and
anything that uses one.
"""

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from backwright import secret_key
from backwright.limits import Policy

Network = IPv4Network | IPv6Network
Listed = Annotated[tuple[str, ...], NoDecode]
"""A list of texts, written `a,b,c` in the environment."""

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")


class Environment(StrEnum):
    """Where the service runs. Production is strict: nothing that helps a developer may weaken it."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """What every service is configured by. A service subclasses it to add its own."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        validate_default=True,
        hide_input_in_errors=True,
        frozen=True,
        nested_model_default_partial_update=False,
    )

    environment: Environment = Field(Environment.DEVELOPMENT, description="development, test or production.")
    service: str = Field(
        "service", pattern=r"^[a-z][a-z0-9-]{0,62}$", description="The name of this service."
    )
    public_url: str = Field(
        "http://localhost:8000",
        description="Where clients reach the service; also the issuer of its tokens. https in production.",
    )
    database_url: str = Field(
        "", repr=False, description="The database. Empty: a SQLite file, var/<service>.db."
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="At least 32 random bytes; seals keys and links. Made if empty, except in production.",
    )
    files_url: str = Field("file:./var/files", description="Where uploaded files are kept.")
    files_quota_mb: int = Field(10_240, ge=1, description="Room for all uploaded files together, in MiB.")
    migrations: Path = Field(Path("migrations"), description="The folder of the migrations.")

    allowed_hosts: Listed = Field(
        (),
        description="Host names that are answered. Empty: that of PUBLIC_URL, and localhost in development.",
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        (), description="Networks (CIDR) of proxies whose X-Forwarded-For is believed."
    )
    cors_origins: Listed = Field(
        (), description="Browser origins that may call the API, exactly as they are sent."
    )

    rate_limit: str = Field("100/minute", description="Requests for each user, or address if not signed in.")
    rate_limit_store: Literal["memory", "database"] = Field(
        "memory", description="Where requests are counted: memory (one process) or database (several)."
    )
    max_body_kb: int = Field(1024, ge=1, le=1_048_576, description="The largest request body, in KiB.")
    request_timeout_s: float = Field(
        30, gt=0, le=3600, description="Seconds after which a request is given up."
    )
    workers: int = Field(1, ge=1, le=64, description="Processes that serve. Prefer one for each container.")
    drain_s: float = Field(
        0, ge=0, le=300, description="Seconds to keep serving after SIGTERM while reporting not ready."
    )

    access_token_minutes: int = Field(10, ge=1, le=15, description="How long an access token is good for.")
    refresh_idle_days: int = Field(
        14, ge=1, le=90, description="Days without use after which a session ends."
    )
    refresh_absolute_days: int = Field(
        60, ge=1, le=365, description="Days after which a session ends in any case."
    )
    password_memory_kib: int = Field(19_456, ge=8, description="Argon2id memory. Lower only in tests.")
    password_time_cost: int = Field(2, ge=1, le=20, description="Argon2id passes. Lower only in tests.")

    docs_enabled: bool | None = Field(
        None, description="Serve /docs and /openapi.json. Refused in production."
    )
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token for /metrics and health details from other machines."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The least level that is logged."
    )

    @field_validator("allowed_hosts", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return split(value)

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        try:
            return tuple(ip_network(each) for each in split(value))
        except ValueError as error:
            raise ValueError(f"{error}; write networks like 10.0.0.0/8,192.168.1.7/32") from None

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, value: str, info: ValidationInfo) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an absolute address such as https://api.example.com")
        if production(info) and parts.scheme != "https":
            raise ValueError("must be https in production: it is the issuer of the tokens")
        if production(info) and parts.hostname in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("must be the address that clients use; set PUBLIC_URL=https://…")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database_url(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            return f"sqlite:///./var/{info.data.get('service', 'service')}.db"
        if not value.startswith("sqlite:///"):
            raise ValueError(
                f"the engine {scheme(value)!r} is not supported in this version; use sqlite:///./var/service.db"
            )
        if value.removeprefix("sqlite:///").split("?")[0] in ("", ":memory:"):
            raise ValueError("must name a file, such as sqlite:///./var/service.db")
        return value

    @field_validator("secret_key")
    @classmethod
    def _secret_key(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        given = value.get_secret_value()
        if given:
            secret_key.check(given, strict=production(info))
            return value
        if production(info):
            raise ValueError(f"is required in production; make one with: {secret_key.RECIPE}")
        if info.data.get("environment") is Environment.DEVELOPMENT:
            return SecretStr(secret_key.stored(secret_key.DEVELOPMENT_FILE))
        return SecretStr(secret_key.fresh())

    @field_validator("files_url")
    @classmethod
    def _files_url(cls, value: str) -> str:
        if not value.startswith("file:") or value == "file:":
            raise ValueError(
                f"the storage {scheme(value)!r} is not supported in this version; use file:./var/files"
            )
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def _allowed_hosts(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if any("*" in host or "/" in host or not host for host in value):
            raise ValueError("must be exact host names without port, such as api.example.com")
        found = value or (urlsplit(info.data.get("public_url", "http://localhost")).hostname or "",)
        if not production(info):
            found += LOOPBACK
        if info.data.get("environment") is Environment.TEST:
            found += ("testserver",)
        return tuple(dict.fromkeys(host.lower() for host in found))

    @field_validator("cors_origins")
    @classmethod
    def _cors_origins(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            if origin != f"{parts.scheme}://{parts.netloc}" or parts.scheme not in ("http", "https"):
                raise ValueError("must be exact origins such as https://app.example.com; neither * nor null")
            if "*" in origin or "@" in origin or origin != origin.lower():
                raise ValueError("must be exact origins in lower case; wildcards let any site in")
            if production(info) and parts.scheme != "https":
                raise ValueError("must be https origins in production")
        return value

    @field_validator("rate_limit")
    @classmethod
    def _rate_limit(cls, value: str) -> str:
        Policy.parse(value)
        return value

    @field_validator("workers")
    @classmethod
    def _workers(cls, value: int, info: ValidationInfo) -> int:
        if value > 1 and info.data.get("rate_limit_store") == "memory":
            raise ValueError("several processes need one count of requests; set RATE_LIMIT_STORE=database")
        return value

    @field_validator("password_memory_kib", "password_time_cost")
    @classmethod
    def _password_cost(cls, value: int, info: ValidationInfo) -> int:
        floor = 19_456 if info.field_name == "password_memory_kib" else 2
        if value < floor and info.data.get("environment") is not Environment.TEST:
            raise ValueError(f"must be at least {floor}; less is allowed only with ENVIRONMENT=test")
        return value

    @field_validator("docs_enabled")
    @classmethod
    def _docs_enabled(cls, value: bool | None, info: ValidationInfo) -> bool:
        if value and production(info):
            raise ValueError("must not be on in production; publish docs/api.yaml instead")
        return not production(info) if value is None else value

    @field_validator("metrics_token", mode="before")
    @classmethod
    def _metrics_token(cls, value: Any) -> Any:
        given = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not given:
            return None
        if len(given) < 16:
            raise ValueError(f"must have at least 16 characters; make one with: {secret_key.RECIPE}")
        return value

    @model_validator(mode="after")
    def _sessions(self) -> Self:
        if self.refresh_idle_days > self.refresh_absolute_days:
            raise ValueError("REFRESH_IDLE_DAYS must not be more than REFRESH_ABSOLUTE_DAYS")
        return self

    @property
    def in_production(self) -> bool:
        """Whether the strict rules apply."""
        return self.environment is Environment.PRODUCTION


def production(info: ValidationInfo) -> bool:
    """Whether the settings under validation are for production.

    An unreadable environment counts as production.
    """
    return info.data.get("environment", Environment.PRODUCTION) is Environment.PRODUCTION


def split(value: Any) -> Any:
    """The parts of `a, b, c`; anything but text as it is."""
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


def scheme(url: str) -> str:
    """The part before the colon: safe to show, unlike the rest, which may hold a password."""
    return url.partition(":")[0][:20]
