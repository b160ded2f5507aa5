"""Which bucket, where, and with which credentials: the address of an S3 storage.

What lives here: reading `FILES_URL=s3://bucket/prefix?endpoint=…&region=…&path_style=true`, so that a wrong
one is refused at start-up with what to write. What must not: the client (`s3_client.py`), which is heavy.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from pydantic import SecretStr

_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX: Final = re.compile(r"([A-Za-z0-9_-][A-Za-z0-9_.-]*)(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
_REGION: Final = re.compile(r"[a-z0-9-]{1,32}")
_OPTIONS: Final = ("endpoint", "region", "path_style")
_MAX_PREFIX: Final = 200


@dataclass(frozen=True, slots=True)
class S3Place:
    """A bucket and the part of it that is ours.

    Without `endpoint` it is AWS; `path_style` puts the bucket into the path, which most other servers need
    because they have no DNS name for each bucket.
    """

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    path_style: bool = False

    @classmethod
    def parse(cls, url: str) -> "S3Place":
        """The place that an address names. Raises `ValueError` with what to write instead."""
        parts = urlsplit(url)
        if "@" in parts.netloc or ":" in parts.netloc:
            raise ValueError(
                "must not hold credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or …_FILE)"
            )
        if parts.scheme != "s3" or not _BUCKET.fullmatch(parts.netloc) or ".." in parts.netloc:
            raise ValueError("must name a bucket, such as s3://my-bucket/files?region=eu-central-1")
        prefix = parts.path.strip("/")
        if len(prefix) > _MAX_PREFIX or (prefix and not _PREFIX.fullmatch(prefix)):
            raise ValueError("has a prefix with other characters than letters, digits, '.', '_', '-' and '/'")
        given = parse_qsl(parts.query, keep_blank_values=True)
        options = dict(given)
        unknown = sorted(set(options) - set(_OPTIONS))
        if unknown or len(options) != len(given) or parts.fragment:
            raise ValueError(f"takes the options {', '.join(_OPTIONS)}, each once")
        return cls(
            bucket=parts.netloc,
            prefix=f"{prefix}/" if prefix else "",
            endpoint=_endpoint(options),
            region=_region(options),
            path_style=_path_style(options),
        )


def _endpoint(options: Mapping[str, str]) -> str | None:
    endpoint = options.get("endpoint")
    return None if endpoint is None else origin(endpoint, "endpoint")


def _region(options: Mapping[str, str]) -> str | None:
    region = options.get("region")
    if region is not None and not _REGION.fullmatch(region):
        raise ValueError("region must be one such as eu-central-1")
    return region


def _path_style(options: Mapping[str, str]) -> bool:
    given = options.get("path_style", "false")
    if given not in ("true", "false"):
        raise ValueError("path_style must be true or false")
    return given == "true"


def origin(url: str, name: str) -> str:
    """An address that is only scheme, host and port. Raises `ValueError` otherwise."""
    parts = urlsplit(url)
    is_bare = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_bare:
        raise ValueError(f"{name} must be an address without a path, such as https://s3.example.com")
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class S3Access:
    """Credentials, and where clients reach the bucket themselves (`direct_url`), if they may.

    Without `key_id` the client looks where AWS clients look: the shared configuration files, the container,
    the instance, a web identity.
    """

    key_id: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    direct_url: str = ""


def told(value: SecretStr | None, file: Path | None) -> str:
    """A secret from the environment, or from the file that the environment names (a mounted secret).

    Raises `ValueError` if both are given or the file cannot be read.
    """
    given = value.get_secret_value() if value is not None else ""
    if file is None:
        return given
    if given:
        raise ValueError("is set both directly and as a file; set one of them")
    try:
        return file.read_text().strip()
    except OSError as error:
        raise ValueError(f"names a file that cannot be read: {error.strerror}") from None


def check(url: str) -> None:
    """Refuse an address that cannot be used, with `ValueError`."""
    S3Place.parse(url)
    if find_spec("botocore") is None:
        raise ValueError("S3 needs its client; install backwright-runtime[s3]")
