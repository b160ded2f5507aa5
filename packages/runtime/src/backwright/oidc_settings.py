"""What an operator says of one identity provider: read from the environment, refused when it cannot work.

What lives here: the shape and its rules. What must not: talking to the provider. A provider is called by a
name of the operator's choice, which stands in the names of its settings: `OIDC__KEYCLOAK__ISSUER=…`.
"""

import re
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from backwright import secret_source
from backwright.s3_place import told
from backwright.settings_rules import production

NAME: Final = re.compile(r"(?=.{1,31}$)[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)
"""What a provider may be called; it stands in addresses and in names of settings."""

LONGEST_ISSUER: Final = 500


def _pairs(value: Any) -> Any:
    """`/staff=editor,/office=viewer` as a mapping; anything but text as it is."""
    if not isinstance(value, str):
        return value
    pairs = [part.strip().rpartition("=") for part in value.split(",") if part.strip()]
    if not all(group.strip() and role.strip() for group, _, role in pairs):
        raise ValueError(
            "must be pairs of a value of the claim and a role, such as /staff=editor,/office=viewer"
        )
    return {group.strip(): role.strip() for group, _, role in pairs}


class ProviderSettings(BaseModel):
    """One provider. What a provider says counts only as far as these settings say so."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    issuer: str = Field(
        max_length=LONGEST_ISSUER,
        description="The provider's issuer, exactly as it calls itself: https://accounts.google.com.",
    )
    client_id: str = Field(min_length=1, max_length=255, description="What the provider calls this service.")
    client_secret: SecretStr | None = Field(
        None, description="The secret that the provider gave. Empty: none (a public client)."
    )
    client_secret_file: Path | None = Field(None, description="A file that holds the secret.")
    scopes: str = Field("openid email profile", description="What is asked for; openid is always part of it.")
    email_trusted: bool = Field(
        False,
        description="Whether this provider knows whose an e-mail address is: people without an account get one, "
        "and accounts with the same confirmed address are linked.",
    )
    email_verified_claim: str = Field(
        "email_verified", description="The claim that says that the address is the person's own."
    )
    roles_claim: str = Field(
        "", description="The claim with groups or roles, as a path: groups, realm_access.roles."
    )
    roles: Annotated[dict[str, str], NoDecode, BeforeValidator(_pairs)] = Field(
        {},
        description="Which value of that claim gives which role: /staff=editor,/office=viewer. "
        "Others give nothing.",
    )
    api_audience: str = Field(
        "", max_length=255, description="Access tokens of this issuer for this audience may call the API."
    )

    _told = field_validator("*", mode="before")(secret_source.told)

    @field_validator("issuer")
    @classmethod
    def _issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be the provider's issuer, such as https://accounts.google.com")
        if parts.username is not None:
            raise ValueError("must hold no user name")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("must be https; http is for a provider on this machine, in development")
        return value

    @field_validator("client_secret_file")
    @classmethod
    def _secret_file(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        told(info.data.get("client_secret"), value)
        return value

    @field_validator("roles")
    @classmethod
    def _roles(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if value and not info.data.get("roles_claim"):
            raise ValueError("needs ROLES_CLAIM: which claim holds the groups")
        return value

    @field_validator("api_audience")
    @classmethod
    def _api_audience(cls, value: str, info: ValidationInfo) -> str:
        if value and value == info.data.get("client_id"):
            raise ValueError(
                "must not be CLIENT_ID: ID tokens would pass for access tokens; name the API's own"
            )
        return value

    @property
    def secret(self) -> str:
        """The secret, wherever it stands; empty for a public client."""
        return told(self.client_secret, self.client_secret_file)

    @property
    def scope(self) -> str:
        """The scopes in their order, `openid` first."""
        return " ".join(dict.fromkeys(["openid", *self.scopes.split()]))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def providers(value: dict[str, ProviderSettings], info: ValidationInfo) -> dict[str, ProviderSettings]:
    """Usable names; in production https and nothing else."""
    if value and find_spec("httpcore2") is None:
        raise ValueError("needs the package httpcore2; install backwright-runtime[oidc]")
    for name, provider in value.items():
        if not NAME.fullmatch(name):
            raise ValueError(f"{name[:40]!r} is not a name for a provider; use letters, digits and single _")
        if production(info) and not provider.issuer.startswith("https:"):
            raise ValueError(f"{name}: the issuer must be https in production")
    issuers = [provider.issuer for provider in value.values()]
    if len(set(issuers)) < len(issuers):
        raise ValueError("two providers have the same issuer; one is enough")
    return value


def return_urls(value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    """Exact addresses of pages: they get the code that stands for a sign-in."""
    for url in value:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise ValueError("must be exact addresses such as https://app.example.com/signed-in")
        if parts.fragment or "*" in url or any(ord(each) <= 32 for each in url):
            raise ValueError("must be exact addresses, without fragment and wildcard")
        if parts.scheme == "http" and (production(info) or not is_loopback(parts.hostname)):
            raise ValueError("must be https; http is for a page on this machine, in development")
    return value
