"""Rules of the settings that say where data goes and is kept: database, Redis, files, counts, mail.

What lives here: as in `settings_rules.py`, functions that `settings.py` puts to its fields. What is wrong with
an address is said without showing it, because it may hold a password.
"""

import re
from email.utils import parseaddr
from importlib.util import find_spec
from pathlib import Path

from pydantic import ValidationInfo
from sqlalchemy.exc import ArgumentError

from backwright import s3_place
from backwright.engine import parse
from backwright.redis_address import Address
from backwright.scalars import EMAIL
from backwright.settings_rules import production
from backwright.smtp_address import SmtpAddress


def scheme(url: str) -> str:
    """The part before the colon: safe to show, unlike the rest, which may hold a password."""
    return url.partition(":")[0][:20]


def database_url(value: str, info: ValidationInfo) -> str:
    """A SQLite file, or a PostgreSQL or MariaDB server, in its one form."""
    if not value:
        return f"sqlite:///./var/{info.data.get('service', 'service')}.db"
    if scheme(value) in ("postgresql", "postgres", "postgresql+asyncpg"):
        return server_url(value, "PostgreSQL", "asyncpg", "postgresql")
    if scheme(value) in ("mariadb", "mysql", "mariadb+asyncmy", "mysql+asyncmy"):
        return server_url(value, "MariaDB", "asyncmy", "mariadb")
    if not value.startswith("sqlite:///"):
        raise ValueError(
            f"the engine {scheme(value)!r} is not supported in this version; use sqlite:///./var/service.db, "
            "postgresql://user@host/name or mariadb://user@host/name"
        )
    if value.removeprefix("sqlite:///").split("?")[0] in ("", ":memory:"):
        raise ValueError("must name a file, such as sqlite:///./var/service.db")
    return value


def server_url(value: str, engine: str, driver: str, extra: str) -> str:
    """The address of a server's database in its one form. Says what is wrong without showing a password."""
    if find_spec(driver) is None:
        raise ValueError(f"{engine} needs its driver; install backwright-runtime[{extra}]")
    try:
        return parse(value).render_as_string(hide_password=False)
    except (ValueError, ArgumentError):
        raise ValueError(f"must be an address such as {extra}://user@host/name") from None


def redis_url(value: str) -> str:
    """An address of a Redis, and what is needed to talk to one."""
    if value:
        Address.parse(value)
        if find_spec("hiredis") is None:
            raise ValueError("needs the package hiredis; install backwright-runtime[redis]")
    return value


def mail_url(value: str, info: ValidationInfo) -> str:
    """A mail server, and what is needed to talk to one."""
    if value:
        SmtpAddress.parse(value, strict=production(info))
        if find_spec("aiosmtplib") is None:
            raise ValueError("needs the package aiosmtplib; install backwright-runtime[mail]")
    return value


def mail_from(value: str, info: ValidationInfo) -> str:
    """A sender that replies can reach; needed as soon as there is a mail server."""
    if not value and not info.data.get("mail_url"):
        return value
    address = parseaddr(value)[1]
    if re.fullmatch(EMAIL, address) is None or any(ord(each) < 32 for each in value):
        raise ValueError("must be an address, such as office@example.com or Office <office@example.com>")
    return value


def replica_database_url(value: str, info: ValidationInfo) -> str:
    """A replica of a PostgreSQL server, where processes can tell each other who has written."""
    if not value:
        return value
    primary, redis = info.data.get("database_url", "postgresql:"), info.data.get("redis_url", "redis:")
    if scheme(primary) != "postgresql":
        raise ValueError("is for PostgreSQL only, and DATABASE_URL is another engine")
    if scheme(value) not in ("postgresql", "postgres", "postgresql+asyncpg"):
        raise ValueError("must be an address such as postgresql://user@host/name")
    if not redis:
        raise ValueError(
            "needs REDIS_URL: processes tell each other there who has written, and may not read old rows"
        )
    found = server_url(value, "PostgreSQL", "asyncpg", "postgresql")
    if found == primary:
        raise ValueError("is DATABASE_URL itself; name the replica's own address")
    return found


def files_url(value: str) -> str:
    """A folder, or a bucket of S3."""
    if scheme(value) == "s3":
        s3_place.check(value)
    elif not value.startswith("file:") or value == "file:":
        raise ValueError(
            f"the storage {scheme(value)!r} is not supported in this version; use file:./var/files or "
            "s3://bucket?region=eu-central-1"
        )
    return value


def audit_checkpoints(value: str) -> str:
    """A file, or a bucket of S3."""
    if scheme(value) == "s3":
        s3_place.check(value)
    elif value and (not value.startswith("file:") or value == "file:"):
        raise ValueError("must be file:/mnt/elsewhere/audit.jsonl or s3://bucket/prefix?region=eu-central-1")
    return value


def files_direct_url(value: str, info: ValidationInfo) -> str:
    """An origin of S3 that clients may be sent to."""
    if not value:
        return value
    if not info.data.get("files_url", "s3:").startswith("s3:"):
        raise ValueError("is for S3 only; a folder cannot be reached by clients")
    if production(info) and not value.startswith("https:"):
        raise ValueError("must be https in production: files pass over it")
    return s3_place.origin(value, "it")


def secret_file(value: Path | None, info: ValidationInfo) -> Path | None:
    """A file that can be read, unless the secret itself is given."""
    s3_place.told(info.data.get(str(info.field_name).removesuffix("_file")), value)
    return value


def store(value: str | None, info: ValidationInfo) -> str:
    """Redis where there is one, unless another place is asked for."""
    has_redis = bool(info.data.get("redis_url"))
    if value == "redis" and not has_redis:
        raise ValueError("asks for Redis, and REDIS_URL is not set; set it, or leave this empty")
    return value or ("redis" if has_redis else "memory")


def workers(value: int, info: ValidationInfo) -> int:
    """Several only where requests are counted together."""
    if value > 1 and info.data.get("rate_limit_store") == "memory":
        raise ValueError(
            "several processes need one count of requests; set REDIS_URL, or RATE_LIMIT_STORE=database"
        )
    return value
