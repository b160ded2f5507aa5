"""Plain values → a blueprint, or what is wrong with their shapes, said for people.

What lives here: the words for each kind of misfit that the model reports. What must not: rules; a shape is
refused by `model.py`, a combination by `validation.py`.
"""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from backwright_workbench.blueprint import naming
from backwright_workbench.blueprint.fault import Fault, Path, did_you_mean
from backwright_workbench.blueprint.model import (
    ActGrant,
    Action,
    Attachments,
    Auth,
    Blueprint,
    Budgets,
    Entity,
    FieldModel,
    Grant,
    Grants,
    Limits,
    Model,
    States,
    Stores,
)

_SHAPES: tuple[tuple[str, type[Model]], ...] = (
    ("", Blueprint),
    ("stores", Stores),
    ("auth", Auth),
    ("limits", Limits),
    ("budgets", Budgets),
    ("entities.*", Entity),
    ("entities.*.fields.*", FieldModel),
    ("entities.*.states", States),
    ("entities.*.actions.*", Action),
    ("entities.*.attachments", Attachments),
    ("entities.*.access.*", Grants),
    ("entities.*.access.*.act", ActGrant),
    ("entities.*.access.*.*", Grant),
)
"""Which keys are known where; `*` is any name."""

_KINDS = {
    "string_type": "a text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


def build(value: Any) -> Blueprint | list[Fault]:
    """The blueprint that plain values describe, else every fault of shape in them."""
    try:
        return Blueprint.model_validate(value)
    except ValidationError as error:
        found: dict[Path, Fault] = {}
        for details in error.errors(include_url=False):
            for fault in _fault(details, value):
                found.setdefault(fault.path, fault)
        return list(found.values())


def known_keys(path: Path) -> list[str]:
    """The keys that a mapping at `path` may have; none where keys are free names."""
    for pattern, model in _SHAPES:
        parts = pattern.split(".") if pattern else []
        if len(parts) == len(path) and all(a in ("*", b) for a, b in zip(parts, path, strict=True)):
            return [field.alias or name for name, field in model.model_fields.items()]
    return []


def _fault(details: ErrorDetails, value: Any) -> Iterator[Fault]:
    kind, loc = details["type"], details["loc"]
    of_key = bool(loc) and loc[-1] == "[key]"
    path, given = _walk(value, loc[:-1] if of_key else loc)
    if kind == "missing":
        yield _missing((*path, loc[-1]))
    elif kind == "extra_forbidden":
        hint = did_you_mean(str(path[-1]), known_keys(path[:-1]))
        yield Fault(path, "is not a key that is known here", hint, of_key=True)
    elif of_key:
        yield Fault(path, *_said(kind, details, path[-1]), of_key=True)
    elif given is None:
        return  # a value that is not there is refused where the text is read
    elif len(path) == 4 and path[2] == "access":
        if not isinstance(given, dict):
            yield Fault(path, f"{given!r} grants nothing that is known", "say everything, or {read: all}")
    elif path and path[-1] == "default":
        yield Fault(
            path, "a default is true or false, a whole number or a text", 'quote other numbers: "0.5"'
        )
    elif kind in _KINDS:
        what = "the blueprint" if not path else repr(given) if _short(given) else "this"
        yield Fault(path, f"{what} is not {_KINDS[kind]}", _type_hint(kind, given))
    else:
        yield Fault(path, *_said(kind, details, given))


def _walk(value: Any, loc: tuple[int | str, ...]) -> tuple[Path, Any]:
    """The part of a location that the values spell out (short forms and unions leave parts out), and what is
    there.
    """
    path: Path = ()
    for part in loc:
        inside = (
            part in value if isinstance(value, dict) else isinstance(value, list) and isinstance(part, int)
        )
        if inside:
            value = value[part]
            path = (*path, part)
    return path, value


def _missing(path: Path) -> Fault:
    hints = {"access": "for example access: {admin: everything}", "type": "for example type: string"}
    return Fault(path, "is missing", hints.get(str(path[-1])))


def _short(value: Any) -> bool:
    return not isinstance(value, dict | list) and len(repr(value)) <= 60


def _type_hint(kind: str, given: Any) -> str | None:
    if kind == "string_type" and isinstance(given, bool | int | float):
        return "put it in quotes"
    if kind == "tuple_type" and isinstance(given, str):
        return f"write [{given}]"
    if kind in ("int_type", "bool_type") and isinstance(given, str):
        return "without quotes" if re.fullmatch(r"-?\d+|true|false", given) else None
    return None


def _said(kind: str, details: ErrorDetails, given: Any) -> tuple[str, str | None]:
    """What is wrong with a value of the right type, and what would be right."""
    context = details.get("ctx", {})
    shown = repr(given) if _short(given) else "this"
    match kind:
        case "literal_error":
            choices = re.findall(r"'([^']*)'|(\d+)", str(context["expected"]))
            return f"{shown} is not known here", did_you_mean(str(given), [a or b for a, b in choices])
        case "string_pattern_mismatch":
            return _pattern(str(context["pattern"]), given, shown)
        case "string_too_long":
            return f"is longer than {context['max_length']} characters", "shorten it"
        case "string_too_short" | "too_short":
            return "is empty", "name at least one" if kind == "too_short" else "write a few words"
        case "greater_than_equal":
            return f"{shown} is less than {context['ge']}", None
        case "less_than_equal":
            return f"{shown} is more than {context['le']}", None
        case "value_error":
            text, _, hint = str(context["error"]).partition("; ")
            return f"{shown} {text}", hint or None
        case _:
            return f"{shown}: {details['msg']}", None


def _pattern(pattern: str, given: Any, shown: str) -> tuple[str, str | None]:
    """Which pattern was missed is told by how it begins; the hint is the same words written as they should
    be.
    """
    text = str(given)
    if pattern.startswith("^[A-Z]"):
        return f"{shown} is not the name of an entity", _like("PascalCase", naming.pascal(text), pattern)
    if "(-[a-z0-9]+)" in pattern:
        return f"{shown} is not a service's name", _like(
            "lower-case words and dashes", naming.kebab(text), pattern
        )
    if "(_[a-z0-9]+)" in pattern:
        return f"{shown} is not a name", _like("lower-case words joined by _", naming.snake(text), pattern)
    if "minute" in pattern:
        return f"{shown} is not a rate", "for example 100/minute"
    if "all|" in pattern:
        return f"{shown} does not say which rows", "all, or references such as assignee, or total < 10000"
    return "has a line break or control character", "one line; a folded text begins with >-"


def _like(form: str, example: str, pattern: str) -> str:
    return f"write {example}" if re.fullmatch(pattern, example) else f"use {form}"
