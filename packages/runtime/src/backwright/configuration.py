"""Settings shown to people: what is wrong, what can be set, what is set and from where.

What lives here: text about settings. What must not: the settings' rules (`settings.py`). No secret is ever
printed.
"""

import difflib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Final, TypeVar

from dotenv import dotenv_values
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from backwright import redaction
from backwright.secret_source import is_reference, is_secret
from backwright.settings import Settings

S = TypeVar("S", bound=Settings)
BAD_ENVIRONMENT: Final = 2
"""The exit status of a process whose settings are not usable."""


def load(kind: type[S], **given: Any) -> S:
    """The settings from the environment; what is `given` wins over it.

    If they are not usable, all problems are printed and the process ends (2).
    """
    for hint in hints(kind):
        sys.stderr.write(f"{hint}\n")
    try:
        return kind(**given)
    except ValidationError as error:
        sys.stderr.write(report(error))
        raise SystemExit(BAD_ENVIRONMENT) from None


def report(error: ValidationError) -> str:
    """Every problem of an environment, one line each, without the values."""
    lines = [
        f"  {_named(each['loc'])}: {each['msg'].removeprefix('Value error, ')}"
        for each in error.errors(include_input=False, include_url=False, include_context=False)
    ]
    count = f"{len(lines)} problems" if len(lines) > 1 else "1 problem"
    return "\n".join(
        [f"The settings are not usable: {count}.", *lines, "See: config example, config explain.", ""]
    )


def _named(where: Sequence[int | str]) -> str:
    """The setting that an error is about; what stands below one is written as it is in the environment."""
    steps = where if where[:1] == ("oidc",) else where[:1]
    return "__".join(str(step) for step in steps).upper() or "together"


def hints(kind: type[Settings]) -> Iterator[str]:
    """Names that are set and look like a misspelt setting."""
    known = {name.upper() for name in kind.model_fields}
    known |= {f"{name.upper()}_FILE" for name, field in kind.model_fields.items() if is_secret(field)}
    for name, where in _given(kind).items():
        if name in known:
            continue
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.8 if where == ".env" else 0.85)
        if close:
            yield f"{name} in {where} is not a setting; did you mean {close[0]}?"


def example(kind: type[Settings]) -> str:
    """The text of `.env.example`: each setting with what it is for and what it is when not set."""
    lines = [
        "# Settings of this service. Copy to .env, or set them in the environment.",
        "# A secret may be elsewhere: NAME_FILE=/run/secrets/name, NAME=vault:secret/data/app#field,",
        "# NAME=aws-sm:name#field.",
        "",
    ]
    for name, field in kind.model_fields.items():
        lines += [f"# {description(kind, name)}", f"# {name.upper()}={_text(field.default)}", ""]
    return "\n".join(lines)


def description(kind: type[Settings], name: str) -> str:
    """What a setting is for. A service that gives one another default need not say it again."""
    fields = (parent.model_fields.get(name) for parent in kind.__mro__ if issubclass(parent, Settings))
    return next((field.description for field in fields if field and field.description), name)


def explain(settings: Settings) -> str:
    """Each setting with its value and where the value comes from; secrets hidden."""
    given = {**_given(type(settings)), **_elsewhere(type(settings))}
    rows: list[tuple[str, str, str]] = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, Mapping) and value:
            rows += _below(name.upper(), value, given)
            continue
        source = given.get(name.upper(), "made" if _made(field, value) else "default")
        rows.append((name.upper(), redaction.text(_text(value)), source))
    width = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n".join(f"{name:<{width[0]}}  {value:<{width[1]}}  {source}" for name, value, source in rows)


def _below(
    name: str, values: Mapping[str, BaseModel], given: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """The settings of each provider; those that nobody set are left out."""
    for key, model in values.items():
        for field in sorted(model.model_fields_set):
            full = f"{name}__{key.upper()}__{field.upper()}"
            yield full, redaction.text(_text(getattr(model, field))), given.get(full, "default")


def _made(field: FieldInfo, value: Any) -> bool:
    """Whether a validator put something in the place of an empty default."""
    default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    return default in ("", (), None) and bool(value)


def _elsewhere(kind: type[Settings]) -> Mapping[str, str]:
    """The secrets that are read from another place, by name in upper case, and which place that is."""
    file = kind.model_config.get("env_file")
    read = dotenv_values(file) if isinstance(file, str | Path) and Path(file).is_file() else {}
    variables = {name.upper(): value for name, value in (*read.items(), *os.environ.items()) if value}
    found = {}
    for name in (name.upper() for name, field in kind.model_fields.items() if is_secret(field)):
        if is_reference(variables.get(name)):
            found[name] = variables[name]
        elif f"{name}_FILE" in variables:
            found[name] = variables[f"{name}_FILE"]
    return found


def _given(kind: type[Settings]) -> Mapping[str, str]:
    """What is set, by name in upper case, and where.

    The environment wins over the file, as it does for values.
    """
    file = kind.model_config.get("env_file")
    found = {}
    if isinstance(file, str | Path) and Path(file).is_file():
        found = {name.upper(): str(file) for name in dotenv_values(file)}
    return {**found, **{name.upper(): "environment" for name in os.environ}}


def _text(value: Any) -> str:
    """A value as it is written in the environment."""
    if isinstance(value, SecretStr):
        return redaction.HIDDEN if value.get_secret_value() else ""
    if isinstance(value, Mapping):
        return ",".join(f"{name}={_text(each)}" for name, each in value.items())
    if isinstance(value, tuple | list):
        return ",".join(_text(each) for each in value)
    if isinstance(value, Enum):
        return str(value.value)
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
