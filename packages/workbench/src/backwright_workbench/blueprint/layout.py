"""A blueprint → canonical YAML text: one blueprint, one text.

What lives here: the order of keys, what is left out, and where lines break. What must not: reading
(`source.py`).

A mapping or list stands on one line when it fits; what a reader looks things up in (entities, fields, roles,
states, actions, access) always has a line for each entry.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backwright_workbench.blueprint.model import ActGrant, Blueprint, Entity, Grant, Grants, Model, States

WIDTH = 120

_FIELD = (
    "type", "values", "to", "min", "max", "places", "default", "optional", "unique", "read_only", "encrypted", "set",
    "on_delete", "description",
)  # fmt: skip
_ACTION = ("takes", "from_", "to", "stamps", "description")
_QUERIES = ("filters", "sorts", "search", "embeds", "attachments", "cache", "bulk", "limit", "unique")

_WORD = re.compile(r"[^\W\d_][\w ./()';!?&+*=%$€-]*")
_PHRASE = re.compile(r"[^\W\d_][\w ./()';!?&+*=%$€,-]*")
_RATE = re.compile(r"[0-9]+/[a-z]+")
_NOT_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""Words that some YAML reader takes for something else than text."""


class Block(dict[str, Any]):
    """A mapping with a line for each entry."""


def render(blueprint: Blueprint) -> str:
    """The canonical text, ending with a line break."""
    lines: list[str] = []
    for key, value in _head(blueprint).items():
        lines += _entry(key, value, 0)
    lines += ["", "entities:"]
    for index, (name, entity) in enumerate(blueprint.entities.items()):
        lines += [""] * bool(index)
        lines += _entry(name, _entity(entity), 1)
    return "\n".join(lines) + "\n"


def _head(blueprint: Blueprint) -> dict[str, Any]:
    """What is said once.

    Stores, ways to sign in and the limit are always said: they are what people change first.
    """
    head: dict[str, Any] = {
        "backwright": blueprint.backwright,
        "service": blueprint.service,
        "title": blueprint.title,
    }
    if blueprint.description:
        head["description"] = blueprint.description
    head["created"] = blueprint.created
    head["stores"] = {name: getattr(blueprint.stores, name) for name in type(blueprint.stores).model_fields}
    head["auth"] = {
        "methods": list(blueprint.auth.methods),
        **_said(blueprint.auth, ["providers", "registration", "register_as"]),
    }
    head |= _said(blueprint, ["tenancy"])
    head["roles"] = Block(blueprint.roles)
    head["limits"] = {"requests": blueprint.limits.requests, **_said(blueprint.limits, ["body_kb"])}
    head |= _said(blueprint, ["budgets", "wanted"])
    return head


def _entity(entity: Entity) -> Block:
    said = Block(_said(entity, ["description", "tenancy", "area", "plural"]))
    said["fields"] = Block({name: _said(field, _FIELD) for name, field in entity.fields.items()})
    if entity.states is not None:
        said["states"] = _states(entity.states)
    if entity.actions:
        said["actions"] = Block({name: _said(action, _ACTION) for name, action in entity.actions.items()})
    said |= _said(entity, _QUERIES)
    said["access"] = Block({role: _grants(given) for role, given in entity.access.items()})
    return said


def _states(states: States) -> Block:
    moves = Block({state: list(targets) for state, targets in states.moves.items()})
    return moves if states.field == "status" else Block({"field": states.field, "moves": moves})


def _grants(given: str | Grants) -> Any:
    if isinstance(given, str):
        return given
    named = {verb: getattr(given, verb) for verb in type(given).model_fields}
    return {verb: _grant(grant) for verb, grant in named.items() if grant is not None}


def _grant(grant: Grant | ActGrant) -> Any:
    said = _said(grant, list(type(grant).model_fields))
    return said if said.keys() - {"rows"} else grant.rows


def _said(model: Model, order: Sequence[str]) -> dict[str, Any]:
    """The values of `order` that differ from their defaults, in that order."""
    said: dict[str, Any] = {}
    for key in order:
        value, field = getattr(model, key), type(model).model_fields[key]
        if value != field.get_default(call_default_factory=True):
            whole = isinstance(value, Model)
            said[field.alias or key] = _said(value, list(type(value).model_fields)) if whole else value
    return said


def _entry(key: str, value: Any, depth: int) -> list[str]:
    """The lines of one entry: on one line if it may and fits, else a mapping as a block, a list over several
    lines.
    """
    head = "  " * depth + _scalar(key, _WORD) + ":"
    if not isinstance(value, Mapping | list | tuple):
        return [f"{head} {_scalar(value, _PHRASE)}"]
    line = f"{head} {_flow(value)}"
    if not value or (not isinstance(value, Block) and len(line) <= WIDTH):
        return [line]
    if isinstance(value, Mapping):
        return [head, *(line for name, each in value.items() for line in _entry(name, each, depth + 1))]
    return list(_wrapped(f"{head} [", [_flow(each) for each in value], "  " * (depth + 1)))


def _wrapped(line: str, items: list[str], indent: str) -> Iterator[str]:
    for index, item in enumerate(items):
        piece = item + (", " if index < len(items) - 1 else "]")
        if len(line) + len(piece.rstrip()) > WIDTH:
            yield line.rstrip()
            line = indent
        line += piece
    yield line


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key, _WORD)}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    return _scalar(value, _WORD)


def _scalar(value: Any, plain: re.Pattern[str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    word = plain.fullmatch(value) and not value.endswith(" ") and value.lower() not in _NOT_WORDS
    return value if word or _RATE.fullmatch(value) else _quoted(value)


def _quoted(text: str) -> str:
    """Double quotes, with an escape for whatever a reader could not see."""
    escapes = {'"': '\\"', "\\": "\\\\"}
    return '"' + "".join(escapes.get(c) or (c if c.isprintable() else f"\\U{ord(c):08x}") for c in text) + '"'
