"""How much of a brief is understood, measured against what its file expects.

What lives here: the counting. What must not: floors, which the tests state.
"""

from datetime import date
from functools import cache
from pathlib import Path

from backwright_workbench.blueprint.model import Blueprint, Grants
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading
from ruamel.yaml import YAML

CATALOGUE = Catalogue.builtin()
CRUD = ("create", "read", "update", "delete")
ALIASES = {"user": "signed_in", "visitor": "public", "guest": "public", "administrator": "admin"}


@cache
def case(file: Path) -> dict[str, object]:
    """A brief and what is expected of it."""
    loaded: dict[str, object] = YAML(typ="safe").load(file.read_text("utf-8"))
    return loaded


@cache
def reading(file: Path) -> Reading:
    """How a file's brief is read."""
    return read(str(case(file)["brief"]), CATALOGUE, created=date(2026, 11, 21))


def drawn(file: Path) -> Blueprint:
    """The blueprint of a file's brief."""
    return reading(file).require()


def found_in(blueprint: Blueprint) -> dict[str, set[str]]:
    """What a blueprint says, in the terms of the files."""
    fields = {
        f"{name}.{key}": field for name, e in blueprint.entities.items() for key, field in e.fields.items()
    }
    return {
        "entities": set(blueprint.entities),
        "fields": set(fields),
        "required": {path for path, field in fields.items() if not field.optional},
        "unique": {path for path, field in fields.items() if field.unique},
        "states": {f"{path}={value}" for path, field in fields.items() for value in field.values},
        "attachments": {name for name, entity in blueprint.entities.items() if entity.attachments},
        "search": {f"{name}.{key}" for name, entity in blueprint.entities.items() for key in entity.search},
        "filters": {f"{name}.{key}" for name, entity in blueprint.entities.items() for key in entity.filters},
        "roles": set(blueprint.roles),
        "auth": set(blueprint.auth.methods),
        "requests": {blueprint.limits.requests},
        "database": {blueprint.stores.database},
        "cache": {blueprint.stores.cache},
        "files": {blueprint.stores.files},
    }


def expected_of(file: Path, what: str) -> set[str]:
    """What the file expects of a kind; only what its brief says."""
    value = case(file).get(what, [])
    if isinstance(value, dict):
        return {f"{path}={each}" for path, listed in value.items() for each in listed}
    return set(value) if isinstance(value, list) else {str(value)}


def grants(blueprint: Blueprint, role: str, verb: str, entity: str) -> set[str]:
    """On which rows a role may do something: `all`, or the path by which they are its own."""
    access = blueprint.entities[entity].access if entity in blueprint.entities else {}
    role = role if role in blueprint.roles else ALIASES.get(role, role)
    rows: set[str] = set()
    for who in {role, "public"} if role == "public" else {role, "signed_in", "public"}:
        given = access.get(who)
        if given == "everything":
            rows.add("all")
        elif isinstance(given, Grants):
            rows |= _rows(given, verb)
    return rows


def _rows(given: Grants, verb: str) -> set[str]:
    if verb in CRUD:
        grant = getattr(given, verb)
        return {grant.rows} if grant else set()
    acting = given.act is not None and (
        given.act.actions is None or any(name.split("_")[0] == verb for name in given.act.actions)
    )
    return {given.act.rows} if given.act is not None and acting else set()


def forbidden_and_granted(file: Path) -> tuple[list[str], int]:
    """What a file forbids and its blueprint grants, and how much it forbids. Where one's own rows are allowed, all rows
    are what is forbidden.
    """
    allowed, wrong, said = expected_of(file, "may"), [], expected_of(file, "not")
    for line in said:
        role, verb, *_, entity = line.split()
        rows = grants(drawn(file), role, verb, entity)
        own_is_fine = f"{role} {verb} own {entity}" in allowed
        wrong += [f"{file.stem}: {line}"] if ("all" in rows if own_is_fine else rows) else []
    return wrong, len(said)


def granted(file: Path) -> tuple[int, int]:
    """How many of the rights that a file gives its blueprint grants, and how many it gives: `librarian create Book`;
    with `own`, one's own rows will do.
    """
    lines = [line.split() for line in expected_of(file, "may")]
    return sum(bool(grants(drawn(file), role, verb, entity)) for role, verb, *_, entity in lines), len(lines)


def recall(files: list[Path], what: str) -> tuple[int, int]:
    """How much of what the files expect of a kind is found, and how much they expect."""
    pairs = [(expected_of(file, what), found_in(drawn(file))[what]) for file in files]
    return sum(len(expected & found) for expected, found in pairs), sum(len(each) for each, _ in pairs)
