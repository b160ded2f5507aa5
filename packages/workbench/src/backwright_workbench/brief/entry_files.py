"""Reading catalogue files: YAML text to checked entries, or one error that says everything that is wrong.

What lives here: parsing and checking text. What must not: opening files; callers pass their text.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NoReturn

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from backwright_workbench.blueprint import source
from backwright_workbench.blueprint.fault import Fault, Path, did_you_mean, dotted
from backwright_workbench.blueprint.model import USER, Blueprint, FieldModel
from backwright_workbench.blueprint.validation import check
from backwright_workbench.brief.entry import ANYBODY, Entry, EntryBody, EntryFile
from backwright_workbench.brief.fitting import STANDARD_COLUMNS, closure, fit
from backwright_workbench.errors import InputError, Problem

_NEXT_STEP = "correct the file and run the command again; docs/guide/catalogue.md shows the form"
_KEYS = sorted({*EntryFile.model_fields, *EntryBody.model_fields, *FieldModel.model_fields})


def read_entry_file(text: str, name: str) -> EntryFile:
    """The file's domain, roles and entities.

    `name` is how errors call the file. Raises `InputError` with every problem and its place: text that is no
    YAML, uses aliases, is too large or empty, keys that are not known, values that do not fit.
    """
    if not text.strip():
        _refuse(name, [Problem("the file is empty", None, "it begins with `domain: my-business`")])
    found = source.read(text, name)
    if found.problems:
        _refuse(name, found.problems)
    try:
        return EntryFile.model_validate(found.value)
    except ValidationError as error:
        _refuse(name, [_problem(details, found) for details in error.errors(include_url=False)])


def check_entries(own: Mapping[str, EntryFile], texts: Mapping[str, str], known: Mapping[str, Entry]) -> None:
    """Raise `InputError` for the first file whose entries do not fit together, with every problem in it.

    `texts` are those of the files `own`; `known` are all entries of the catalogue, those of the files
    included.
    """
    roles = {role for entry in known.values() for role in entry.roles} | {
        r for f in own.values() for r in f.roles
    }
    claimed: dict[str, str] = {}
    for name, file in own.items():
        faults = [fault for entry in file.entries() for fault in _faults(entry, known, roles, claimed)]
        if faults:
            found = source.read(texts[name], name)
            _refuse(
                name, [Problem(f"{dotted(f.path)}: {f.message}", found.place(f.path), f.hint) for f in faults]
            )


def _faults(
    entry: Entry, known: Mapping[str, Entry], roles: Collection[str], claimed: dict[str, str]
) -> list[Fault]:
    """What in an entry does not hold together. `claimed` are phrases said so far; its own are added."""
    here: Path = ("entities", entry.name)
    faults = [*_phrases(entry, claimed, here), *_names(entry, known, roles, here), *_people(entry, here)]
    if faults:
        return faults
    references = [field.to for field in entry.fields.values() if field.to and field.to != USER]
    blueprint = Blueprint(
        service="catalogue-entry",
        title=entry.name,
        created=date.min,
        roles=dict.fromkeys(["admin", *roles], "Has access."),
        entities=fit(closure([entry.name, *references], known), roles),
    )
    return [fault for fault in check(blueprint) if fault.path[:2] == here]


def _phrases(entry: Entry, claimed: dict[str, str], here: Path) -> Iterator[Fault]:
    for index, phrase in enumerate(entry.words):
        owner = claimed.setdefault(phrase, entry.name)
        if owner != entry.name:
            yield Fault(
                (*here, "words", index), f"{phrase!r} means {owner} already", "a phrase has one meaning"
            )


def _names(entry: Entry, known: Mapping[str, Entry], roles: Collection[str], here: Path) -> Iterator[Fault]:
    """Names of fields, entities and roles that do not exist. Fitting would leave them out without a word."""
    fields, columns = tuple(entry.fields), (*entry.fields, *STANDARD_COLUMNS)
    yield from _unknown((*here, "filters"), entry.filters, columns, "field")
    yield from _unknown((*here, "sorts"), entry.sorts, columns, "field")
    yield from _unknown((*here, "search"), entry.search, fields, "field")
    yield from _unknown((*here, "embeds"), entry.embeds, fields, "field")
    for index, group in enumerate(entry.unique):
        yield from _unknown((*here, "unique", index), group, fields, "field")
    for name, action in entry.actions.items():
        yield from _unknown((*here, "actions", name, "takes"), action.takes, fields, "field")
        if action.stamps and action.stamps not in fields:
            yield _no("field", action.stamps, fields, (*here, "actions", name, "stamps"))
    for key in ("fields", "stand_ins"):
        for name, field in getattr(entry, key).items():
            if field.to and field.to not in (*known, USER):
                yield _no("entity", field.to, (*known, USER), (*here, key, name, "to"))
    yield from _unknown((*here, "brings"), entry.brings, tuple(known), "entity")
    for role in entry.access:
        if role not in ("admin", *ANYBODY, *roles):
            yield _no("role", role, (*roles, *ANYBODY), (*here, "access", role))


def _people(entry: Entry, here: Path) -> Iterator[Fault]:
    if entry.person and not any(field.to == USER for field in entry.fields.values()):
        account = f"add account: {{type: reference, to: {USER}, optional: true, unique: true}}"
        yield Fault((*here, "person"), "people sign in with an account", account)
    for name in entry.stand_ins:
        if name not in entry.fields or entry.fields[name].type != "reference":
            yield Fault(
                (*here, "stand_ins", name), "stands in for no reference", "name a reference of this entity"
            )


def _unknown(path: Path, names: Iterable[str], known: Collection[str], what: str) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if name not in known:
            yield _no(what, name, known, (*path, index))


def _no(what: str, name: str, known: Collection[str], path: Path) -> Fault:
    return Fault(path, f"there is no {what} {name!r}", did_you_mean(name, known))


def _problem(details: ErrorDetails, found: source.Source) -> Problem:
    """One misfit, said with the path that the file spells out and its place there."""
    path = _spelled(details["loc"], found.value)
    if details["type"] == "missing":
        path = (*path, details["loc"][-1])
    where = dotted(path) or "the file"
    if details["type"] == "extra_forbidden":
        return Problem(
            f"{where}: is not a key that is known here",
            found.place(path, of_key=True),
            did_you_mean(str(path[-1]), _KEYS),
        )
    if details["type"] == "literal_error":
        given = str(details["input"])
        hint = did_you_mean(given, re.findall(r"'([^']+)'", str(details["msg"]))) or str(details["msg"])
        return Problem(f"{where}: {given!r} is not known here", found.place(path), hint)
    return Problem(f"{where}: {details['msg']}", found.place(path))


def _spelled(loc: Path, value: Any) -> Path:
    """The parts of a location that the file has; short forms and unions add parts that nobody wrote."""
    path: Path = ()
    for part in loc:
        if part in value if isinstance(value, dict) else isinstance(value, list) and isinstance(part, int):
            value, path = value[part], (*path, part)
    return path


def _refuse(name: str, problems: list[Problem]) -> NoReturn:
    raise InputError("This catalogue file cannot be used.", problems, where=name, next_step=_NEXT_STEP)
