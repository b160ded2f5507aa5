"""Grants as values: taking some away, and fitting them to an entity's fields.

What lives here: pure functions on grants. What must not: deciding who gets them (`access.py`).
"""

from collections.abc import Collection, Mapping
from typing import Literal

from backwright_workbench.blueprint.model import USER, ActGrant, FieldModel, Grant, Grants
from backwright_workbench.brief.entry import Entry

Given = Literal["everything"] | Grants

VERBS = ("read", "create", "update", "delete")
NOTHING = Grants()
_SHOWN = ("name", "title", "number")
"""Fields without which a row cannot be told from others."""


def without(given: Given, verbs: Collection[str], actions: Collection[str]) -> Grants:
    """The grants less these verbs (`read create update delete act everything`, or `act:NAME`).

    What one must not see one cannot change either.
    """
    if "everything" in verbs or "read" in verbs:
        return NOTHING
    grants = spelled_out(given, actions)
    left = grants.model_copy(update={verb: None for verb in verbs if verb in (*VERBS, "act")})
    taken = {verb.removeprefix("act:") for verb in verbs if verb.startswith("act:")}
    if not taken or left.act is None:
        return left
    kept = tuple(name for name in (left.act.actions or actions) if name not in taken)
    return left.model_copy(update={"act": left.act.model_copy(update={"actions": kept}) if kept else None})


def without_fields(
    given: Given,
    verbs: Collection[str],
    names: Collection[str],
    fields: Mapping[str, FieldModel],
    actions: Collection[str],
) -> Grants:
    """The grants less some fields: who must not see a price sees the rest."""
    grants = spelled_out(given, actions)
    changed: dict[str, object] = {}
    for verb in {*verbs} & {"read", "update"}:
        grant = getattr(grants, verb)
        if grant is not None:
            open_ = [n for n, f in fields.items() if verb == "read" or writable(f)]
            kept = tuple(n for n in grant.fields or open_ if n not in names)
            changed[verb] = grant.model_copy(update={"fields": kept}) if kept else None
    return grants.model_copy(update=changed)


def joined(given: Given, more: Grants) -> Given:
    """The grants with those of `more` that they lack, or that they give of one's own rows only."""
    if not isinstance(given, Grants):
        return given
    added = {
        verb: grant
        for verb in (*VERBS, "act")
        if (grant := getattr(more, verb))
        and ((had := getattr(given, verb)) is None or grant.rows == "all" != had.rows)
    }
    return given.model_copy(update=added)


def spelled_out(given: Given, actions: Collection[str]) -> Grants:
    """`everything`, verb by verb."""
    if isinstance(given, Grants):
        return given
    return Grants(
        read=Grant(), create=Grant(), update=Grant(), delete=Grant(), act=ActGrant() if actions else None
    )


def writable(field: FieldModel) -> bool:
    """Whether a request may set the field."""
    return not field.read_only and field.set is None


def fitted(entry: Entry, access: Mapping[str, Given]) -> dict[str, Given]:
    """The access with grants that fit the fields: what a row needs may be given, what names it may be
    seen.
    """
    given = {
        who: grants if grants == "everything" else _fitted(entry, grants) for who, grants in access.items()
    }
    return {who: grants for who, grants in given.items() if grants != NOTHING}


def _fitted(entry: Entry, grants: Grants) -> Grants:
    fields, state = entry.fields, entry.states.field if entry.states else None
    changed: dict[str, object] = {}
    if grants.create and grants.create.fields is not None:
        needed = [n for n, f in fields.items() if writable(f) and not f.optional and f.default is None]
        names = dict.fromkeys((*grants.create.fields, *needed))
        kept = tuple(n for n in names if n in fields and n != state and writable(fields[n]))
        changed["create"] = grants.create.model_copy(update={"fields": kept or None})
    if grants.read and grants.read.fields is not None:
        names = dict.fromkeys((*_SHOWN, *grants.read.fields))
        kept = tuple(n for n in names if n in fields)
        changed["read"] = grants.read.model_copy(update={"fields": kept or None})
    if grants.act and not entry.actions:
        changed["act"] = None
    left = grants.model_copy(update=changed)
    return left.model_copy(update={"refer": referring(left, fields)}) if left.refer else left


def referring(grants: Grants, fields: Mapping[str, FieldModel]) -> Grant | None:
    """The leave to name accounts in the references to them that are there, are sent, and that the role may read."""
    seen = grants.read and (fields if grants.read.fields is None else grants.read.fields)
    named = grants.refer.fields or () if grants.refer else ()
    kept = tuple(
        n for n in named if n in fields and fields[n].to == USER and writable(fields[n]) and n in (seen or ())
    )
    return Grant(fields=kept) if kept and (grants.create or grants.update or grants.act) else None
