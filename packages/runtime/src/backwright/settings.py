"""The settings of a service: typed, read from the environment and `.env`, refused at start-up when wrong.

What lives here: each setting, and which rule it has. A rule is a field validator, so that a bad environment is
reported whole and not one problem at a time. What must not: the rules themselves (`settings_rules.py`,
`settings_places.py`), the printing of settings (`configuration.py`) and anything that uses one.
"""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings import PydanticBaseSettingsSource as Source

from backwright import oidc_settings, s3_place, secret_source
from backwright import settings_places as places
from backwright import settings_rules as rules
from backwright.oidc_settings import ProviderSettings
from backwright.secret_source import SecretSource
from backwright.settings_rules import Environment

__all__ = ["Environment", "Listed", "Network", "Settings"]

Network = IPv4Network | IPv6Network
Listed = Annotated[tuple[str, ...], NoDecode]
"""A list of texts, written `a,b,c` in the environment."""


class Settings(BaseSettings):
    """What every service is configured by. A service subclasses it to add its own."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        env_nested_delimiter="__",
        extra="ignore",
        validate_default=True,
        hide_input_in_errors=True,
        frozen=True,
        nested_model_default_partial_update=False,
    )

    _given: dict[str, Any] = PrivateAttr(default_factory=dict)

    def __init__(self, **given: Any) -> None:
        """Read from the environment; what is `given` wins over it. Raises `ValidationError`."""
        super().__init__(**given)
        self._given = given

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
    database_connections: int = Field(
        10, ge=1, le=1_000, description="Connections of each process to a database server."
    )
    database_prepared: bool = Field(
        True,
        description="Keep prepared statements; false behind a pooler that cannot (PgBouncer before 1.21).",
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="At least 32 random bytes; seals keys and links. Made if empty, except in production.",
    )
    secret_key_previous: SecretStr | None = Field(
        None,
        description="The SECRET_KEY before this one: what it sealed stays readable. Empty it when nothing needs it.",
    )
    audit_checkpoints: str = Field(
        "",
        description="Where checkpoints of the audit log are kept, out of reach for who can change the database: "
        "file:/mnt/elsewhere/audit.jsonl or s3://bucket/prefix?region=eu-central-1. Empty: in the log alone.",
    )
    encryption_keys: SecretStr = Field(
        SecretStr(""),
        description="Master keys of encrypted fields, newest first: a,b. Each at least 32 random bytes. One is made "
        "where it is needed, except in production. Whoever loses them loses the fields.",
    )
    redis_url: str = Field(
        "",
        repr=False,
        description="A Redis (6 or newer) that all processes share; rediss:// for TLS. Empty: none is needed.",
    )
    redis_timeout_ms: int = Field(
        50, ge=5, le=5000, description="Milliseconds without an answer after which Redis is done without."
    )
    mail_url: str = Field(
        "",
        repr=False,
        description="The server that takes mail: smtp://user:password@host:587 (STARTTLS), smtps:// for TLS from "
        "the start. Empty: mail is shown in the terminal in development, and cannot be sent in production.",
    )
    mail_from: str = Field(
        "", description="Who mail is from: an address, or Name <address>. Needed with MAIL_URL."
    )
    account_url: str = Field(
        "",
        description="The pages of your front end that mails link to: …/register, …/reset and …/email, each with "
        "#code=…. Empty: mails hold the code alone.",
    )
    oidc: dict[str, ProviderSettings] = Field(
        {},
        description="Identity providers that people sign in with, by name: OIDC__GOOGLE__ISSUER, "
        "OIDC__GOOGLE__CLIENT_ID, … See docs/guide/single-sign-on.md.",
    )
    oidc_return_urls: Listed = Field(
        (),
        description="The pages of your front end that people may come back to after signing in with a provider; "
        "compared exactly. The first is the default.",
    )
    replica_database_url: str = Field(
        "",
        repr=False,
        description="A streaming replica of DATABASE_URL (PostgreSQL) that answers reads. Needs REDIS_URL. "
        "Empty: none.",
    )
    files_url: str = Field(
        "file:./var/files",
        description="Where uploaded files are kept: file:./var/files, or "
        "s3://bucket/prefix?region=eu-central-1 (&endpoint=https://…&path_style=true for other servers).",
    )
    files_direct_url: str = Field(
        "",
        description="Where clients reach the S3 server themselves, for links and direct uploads. "
        "Empty: all bytes go through the service.",
    )
    aws_access_key_id: SecretStr | None = Field(
        None, description="Key for S3. Empty: as AWS clients find one (instance, container, web identity)."
    )
    aws_access_key_id_file: Path | None = Field(None, description="A file that holds AWS_ACCESS_KEY_ID.")
    aws_secret_access_key: SecretStr | None = Field(None, description="The secret of the key for S3.")
    aws_secret_access_key_file: Path | None = Field(
        None, description="A file that holds AWS_SECRET_ACCESS_KEY."
    )
    aws_session_token: SecretStr | None = Field(None, description="The token of a temporary key for S3.")
    aws_session_token_file: Path | None = Field(None, description="A file that holds AWS_SESSION_TOKEN.")
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
    rate_limit_store: Literal["memory", "database", "redis"] | None = Field(
        None,
        description="Where requests are counted: memory (one process), database or redis (several). "
        "Empty: redis if there is one, else memory.",
    )
    cache_store: Literal["memory", "redis"] | None = Field(
        None,
        description="Where answers are kept: memory, or redis too. Empty: redis if there is one, else memory.",
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
    max_sessions: int = Field(
        50, ge=1, le=50, description="Open sessions of one account; one more ends the one unused longest."
    )
    browser_idle_minutes: int = Field(
        60, ge=1, le=10_080, description="Minutes without use after which a browser's session ends."
    )
    browser_absolute_hours: int = Field(
        24, ge=1, le=720, description="Hours after which a browser's session ends in any case."
    )
    browser_origins: Listed = Field(
        (),
        description="Origins of front ends, on the same site, whose pages may use the session cookie. "
        "That of PUBLIC_URL always may.",
    )
    api_key_days: int = Field(
        90, ge=1, le=3650, description="Days that an API key is good for if nobody says."
    )
    api_key_max_days: int = Field(
        365, ge=1, le=3650, description="Days that an API key is good for at most, whoever asks."
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

    _lists = field_validator(
        "allowed_hosts", "cors_origins", "browser_origins", "oidc_return_urls", mode="before"
    )(rules.split)
    _networks = field_validator("trusted_proxies", mode="before")(rules.networks)
    _public_url = field_validator("public_url")(rules.public_url)
    _secret_key = field_validator("secret_key")(rules.secret)
    _secret_key_previous = field_validator("secret_key_previous")(rules.previous_secret)
    _encryption_keys = field_validator("encryption_keys")(rules.encryption_keys)
    _allowed_hosts = field_validator("allowed_hosts")(rules.allowed_hosts)
    _cors_origins = field_validator("cors_origins", "browser_origins")(rules.cors_origins)
    _rate_limit = field_validator("rate_limit")(rules.rate_limit)
    _password_cost = field_validator("password_memory_kib", "password_time_cost")(rules.password_cost)
    _docs_enabled = field_validator("docs_enabled")(rules.docs_enabled)
    _metrics_token = field_validator("metrics_token", mode="before")(rules.metrics_token)

    _database_url = field_validator("database_url")(places.database_url)
    _audit_checkpoints = field_validator("audit_checkpoints")(places.audit_checkpoints)
    _redis_url = field_validator("redis_url")(places.redis_url)
    _mail_url = field_validator("mail_url")(places.mail_url)
    _mail_from = field_validator("mail_from")(places.mail_from)
    _account_url = field_validator("account_url")(rules.account_url)
    _oidc = field_validator("oidc")(oidc_settings.providers)
    _oidc_return_urls = field_validator("oidc_return_urls")(oidc_settings.return_urls)
    _replica_database_url = field_validator("replica_database_url")(places.replica_database_url)
    _files_url = field_validator("files_url")(places.files_url)
    _files_direct_url = field_validator("files_direct_url")(places.files_direct_url)
    _secret_files = field_validator(
        "aws_access_key_id_file", "aws_secret_access_key_file", "aws_session_token_file"
    )(places.secret_file)
    _stores = field_validator("rate_limit_store", "cache_store")(places.store)
    _workers = field_validator("workers")(places.workers)

    _told = field_validator("*", mode="before")(secret_source.told)

    @field_validator("*")
    @classmethod
    def _as_declared(cls, value: Any, info: ValidationInfo) -> Any:
        """A service that gives a setting another default need not say its bounds again: they hold all the same."""
        name = str(info.field_name)
        here, declared = cls.model_fields[name], Settings.model_fields.get(name)
        if declared is not None and here is not declared:
            for bound in declared.metadata:
                if bound not in here.metadata:
                    rules.held(bound, value)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: Source,
        env_settings: Source,
        dotenv_settings: Source,
        file_secret_settings: Source,
    ) -> tuple[Source, ...]:
        """What is given wins, then the environment, then `.env`; a secret is read where they say that it is."""
        elsewhere = SecretSource(settings_cls, env_settings, dotenv_settings)
        return init_settings, elsewhere, env_settings, dotenv_settings, file_secret_settings

    @model_validator(mode="after")
    def _sessions(self) -> Self:
        if self.refresh_idle_days > self.refresh_absolute_days:
            raise ValueError("REFRESH_IDLE_DAYS must not be more than REFRESH_ABSOLUTE_DAYS")
        if self.browser_idle_minutes > self.browser_absolute_hours * 60:
            raise ValueError("BROWSER_IDLE_MINUTES must not be more than BROWSER_ABSOLUTE_HOURS")
        return self

    @model_validator(mode="after")
    def _s3_access(self) -> Self:
        if bool(self.s3_access.key_id) != bool(self.s3_access.secret):
            raise ValueError("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together: set both or neither")
        return self

    @property
    def s3_access(self) -> s3_place.S3Access:
        """What S3 needs beside the address."""
        return s3_place.S3Access(
            key_id=s3_place.told(self.aws_access_key_id, self.aws_access_key_id_file),
            secret=s3_place.told(self.aws_secret_access_key, self.aws_secret_access_key_file),
            token=s3_place.told(self.aws_session_token, self.aws_session_token_file),
            direct_url=self.files_direct_url,
        )

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """What keys are derived from: the present secret first, then those that it replaced."""
        given = (self.secret_key, self.secret_key_previous)
        return tuple(each.get_secret_value().encode() for each in given if each is not None)

    def read_again(self) -> Self:
        """The settings as the environment, files, Vault and AWS have them now. What was given stays as it was.

        Asks over the network: not for the event loop. Raises `ValidationError`.
        """
        return type(self)(**self._given)

    @property
    def in_production(self) -> bool:
        """Whether the strict rules apply."""
        return self.environment is Environment.PRODUCTION
