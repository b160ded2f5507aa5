"""Where secrets come from: the environment itself, a file, Vault, or AWS Secrets Manager.

What lives here: which settings are secrets, how their place is written, and reading all of them. What must not: talking
to Vault (`secret_source_vault.py`) or AWS (`secret_source_aws.py`), and the rules of settings.

A setting that holds a secret is set in one of four ways:

    SECRET_KEY=…                                  the secret itself
    SECRET_KEY_FILE=/run/secrets/key              a file that holds it, as containers mount them
    SECRET_KEY=vault:secret/data/app#secret_key   a field of a secret in Vault (path of its HTTP API)
    SECRET_KEY=aws-sm:prod/app#secret_key         a field of a secret in AWS Secrets Manager; without # all of it

What cannot be read is a problem of that setting, told with all the others. No message shows a secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource

from backwright import secret_source_aws, secret_source_vault
from backwright.secret_source_problem import NotRead

LARGEST: Final = 64 * 1024
"""Bytes of a file that holds a secret; whoever names a larger one has named the wrong one."""

SCHEMES: Final = ("vault:", "aws-sm:")


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in the place of a secret that could not be read, so that validation can tell it."""

    text: str


def told(value: Any) -> Any:
    """The value, for a validator. Raises `ValueError` for a `Problem`."""
    if isinstance(value, Problem):
        raise ValueError(value.text)
    return value


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting holds something that nobody may see: a `SecretStr`, or an address with a password."""
    return not field.repr or field.annotation is SecretStr or SecretStr in get_args(field.annotation)


def is_reference(value: str | None) -> bool:
    """Whether a value says where the secret is, and is not the secret."""
    return value is not None and value.startswith(SCHEMES)


class SecretSource(PydanticBaseSettingsSource):
    """Reads what is said to be elsewhere. Comes before the environment, in which the reference stands."""

    def __init__(self, kind: type[BaseSettings], *variables: PydanticBaseSettingsSource) -> None:
        super().__init__(kind)
        self._variables: dict[str, str] = {}
        for each in reversed(variables):  # the first wins
            if isinstance(each, EnvSettingsSource):
                self._variables.update({k.lower(): v for k, v in each.env_vars.items() if v is not None})

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Nothing: everything is read at once."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """The secrets that are elsewhere, by the name of their settings."""
        reader = Reader(self._variables)
        found: dict[str, Any] = {}
        given = self.current_state
        for name, field in self.settings_cls.model_fields.items():
            if name not in given and is_secret(field):
                value = self._value(name, reader)
                if value is not None:
                    found[name] = value
        for name, raw in self._variables.items():
            if "__" in name and is_reference(raw):
                self._put(found, name.split("__"), reader.read(raw))
        return found

    def _value(self, name: str, reader: "Reader") -> "str | Problem | None":
        raw, file = self._variables.get(name), None
        if f"{name}_file" not in self.settings_cls.model_fields:
            file = self._variables.get(f"{name}_file")
        if raw and file:
            return Problem(f"is set both directly and as a file; set {name.upper()} or {name.upper()}_FILE")
        if file:
            return reader.file(file)
        return reader.read(raw) if raw is not None and is_reference(raw) else None

    def _put(self, found: dict[str, Any], steps: list[str], value: Any) -> None:
        """A setting within a setting: `OIDC__KEYCLOAK__CLIENT_SECRET`."""
        if steps[0] not in self.settings_cls.model_fields:
            return
        for step in steps[:-1]:
            found = found.setdefault(step, {})
        found[steps[-1]] = value


class Reader:
    """Reads each place once. `variables` say how Vault and AWS are reached; their names are in lower case."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._vault = secret_source_vault.Vault(variables)
        self._aws = secret_source_aws.SecretsManager(variables)

    def read(self, reference: str) -> str | Problem:
        """The secret that a reference stands for."""
        scheme, _, place = reference.partition(":")
        path, _, field = place.partition("#")
        try:
            return (self._vault if scheme == "vault" else self._aws).read(path, field)
        except NotRead as error:
            return Problem(f"is said to be at {scheme}:{path}{f'#{field}' if field else ''}, and {error}")

    def file(self, name: str) -> str | Problem:
        """What a file holds, without the line's end."""
        try:
            with Path(name).open("rb") as file:
                raw = file.read(LARGEST + 1)
            if len(raw) > LARGEST:
                return Problem(f"is said to be in {name}, which is larger than {LARGEST // 1024} KiB")
            found = raw.decode().strip()
        except OSError as error:
            return Problem(f"is said to be in {name}, which cannot be read: {error.strerror}")
        except UnicodeDecodeError:
            return Problem(f"is said to be in {name}, which is no text")
        return found or Problem(f"is said to be in {name}, which is empty")
