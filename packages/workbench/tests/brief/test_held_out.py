"""How much of briefs by other hands is understood: a score with a floor, so that no change makes the reader worse."""

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from backwright_workbench.blueprint.model import Blueprint, Grants
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading
from ruamel.yaml import YAML

FILES = sorted((Path(__file__).parent / "held_out").glob("*.yaml"))
CATALOGUE = Catalogue.builtin()
CRUD = ("create", "read", "update", "delete")
ALIASES = {"user": "signed_in", "visitor": "public", "guest": "public", "administrator": "admin"}
LONGEST_SHORT_WORD = 3


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


@pytest.mark.parametrize(
    ("what", "floor"),
    [
        ("entities", 0.96),
        ("fields", 0.95),
        ("required", 0.95),
        ("unique", 0.95),
        ("states", 0.88),
        ("attachments", 0.9),
        ("search", 0.92),
        ("filters", 0.92),
        ("roles", 0.96),
        ("auth", 1.0),
        ("requests", 1.0),
        ("database", 1.0),
        ("cache", 1.0),
        ("files", 1.0),
    ],
)
def test_what_the_briefs_say_is_found(what: str, floor: float) -> None:
    """Recall over all briefs that say something of the kind."""
    score = Counter[str]()
    for file in FILES:
        expected = expected_of(file, what)
        score["found"] += len(expected & found_in(drawn(file))[what])
        score["expected"] += len(expected)

    assert score["found"] >= floor * score["expected"], score


@pytest.mark.parametrize(
    ("what", "floor"), [("entities", 0.94), ("roles", 0.83), ("auth", 1.0), ("attachments", 0.88)]
)
def test_little_is_found_that_the_briefs_do_not_say(what: str, floor: float) -> None:
    """Precision over the briefs that say something of the kind."""
    score = Counter[str]()
    for file in FILES:
        if expected := expected_of(file, what):
            found = found_in(drawn(file))[what]
            score["right"] += len(expected & found)
            score["found"] += len(found)

    assert score["right"] >= floor * score["found"], score


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


def test_roles_may_what_the_briefs_let_them() -> None:
    """`librarian create Book`; with `own`, one's own rows will do."""
    score = Counter[str]()
    for file in FILES:
        for line in expected_of(file, "may"):
            role, verb, *_, entity = line.split()
            score["right"] += bool(grants(drawn(file), role, verb, entity))
            score["said"] += 1

    assert score["right"] >= 0.95 * score["said"], score


def test_roles_may_not_what_the_briefs_forbid() -> None:
    """Where one's own rows are allowed, all rows are what is forbidden."""
    wrong: list[str] = []
    said = 0
    for file in FILES:
        allowed = expected_of(file, "may")
        for line in expected_of(file, "not"):
            role, verb, *_, entity = line.split()
            rows = grants(drawn(file), role, verb, entity)
            own_is_fine = f"{role} {verb} own {entity}" in allowed
            wrong += [f"{file.stem}: {line}"] if ("all" in rows if own_is_fine else rows) else []
            said += 1

    assert len(wrong) <= 0.01 * said, wrong


def test_what_no_declaration_satisfies_is_said() -> None:
    """Sentences beyond rows and rights stand among what was not understood, or is carried for later."""
    score = Counter[str]()
    for file in FILES:
        left = " ".join(
            row.phrase.lower()
            for row in reading(file).trace
            if row.status != "understood" or "wanted" in row.note
        )
        for sentence in expected_of(file, "beyond"):
            words = [word.strip(".,") for word in sentence.lower().split() if len(word) > LONGEST_SHORT_WORD]
            score["said"] += 2 * sum(word in left for word in words) >= len(words)
            score["all"] += 1

    assert score["said"] >= 0.9 * score["all"], score
