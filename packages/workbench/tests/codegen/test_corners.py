"""Blueprints at the edges of what is valid: services that few people ask for pass their own suites too."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.validation import check
from backwright_workbench.codegen import write
from backwright_workbench.codegen.suite.fields import brings
from backwright_workbench.codegen.suite.room import is_crowdable, room

ALL = {"admin": "everything"}
LONG = "a_name_that_goes_on_and_on_until_the_database_has_no_room_for"

NARROW: dict[str, Any] = {
    "Tier": {
        "fields": {
            "name": {"type": "enum", "values": ["free", "pro", "full"], "unique": True},
            "level": {"type": "integer", "min": 0, "max": 5, "unique": True},
        },
        "filters": ["name"],
        "sorts": ["level"],
        "access": {**ALL, "clerk": {"read": "all"}},
    },
    "Plan": {
        "fields": {
            "tier": {"type": "reference", "to": "Tier"},
            "owner": {"type": "reference", "to": "User", "set": "actor"},
            "day": {"type": "date"},
            "label": {"type": "string", "default": ""},
        },
        "unique": [["tier", "day"]],
        "filters": ["tier", "day"],
        "embeds": ["tier"],
        "search": ["label"],
        "access": {**ALL, "clerk": {"read": "owner", "create": "all", "update": "owner"}},
    },
    "Perk": {
        "fields": {
            "tier": {"type": "reference", "to": "Tier", "unique": True},
            "code": {"type": "string", "max": 1, "unique": True},
            "state": {"type": "enum", "values": ["a", "b", "c"], "default": "a"},
            "flag": {"type": "boolean"},
        },
        "unique": [["state", "flag"]],
        "states": {"field": "state", "moves": {"a": ["b", "c"]}},
        "actions": {"finish": {"from": ["a"], "to": "c"}},
        "filters": ["flag", "state"],
        "access": ALL,
    },
}
"""Unique fields with few values, references to them, and a text that may be empty."""

PEOPLE: dict[str, Any] = {
    "Staff": {
        "fields": {
            "account": {"type": "reference", "to": "User", "unique": True},
            "boss": {"type": "reference", "to": "Staff", "optional": True},
            "deputy": {"type": "reference", "to": "Staff", "optional": True, "unique": True},
            "favourite": {"type": "reference", "to": "Equipment", "optional": True},
        },
        "actions": {"promote": {"takes": ["boss", "account"]}, "swap": {"takes": ["deputy"]}},
        "filters": ["favourite"],
        "sorts": ["favourite"],
        "access": {
            **ALL,
            "clerk": {"read": "boss", "act": "boss", "refer": {"fields": ["account"]}},
            "viewer": {"read": "account"},
        },
    },
    "Equipment": {
        "fields": {
            "keeper": {"type": "reference", "to": "Staff"},
            "serial": {"type": "string", "max": 3, "unique": True},
        },
        "access": {"clerk": {"read": "keeper", "create": "keeper"}, "signed_in": {"read": "keeper.boss"}},
    },
    "Note": {"fields": {"body": {"type": "text"}}, "access": {"public": {"read": "all", "create": "all"}}},
}
"""Rows that lead to accounts in two ways, circles of optional references, entities that nobody may create."""

SECRETS: dict[str, Any] = {
    "Patient": {
        "fields": {
            "name": {"type": "string", "max": 100},
            "ssn": {"type": "string", "max": 11, "unique": True, "encrypted": True},
            "iban": {"type": "string", "optional": True, "encrypted": True},
            "email": {"type": "email", "optional": True, "encrypted": True, "unique": True},
            "phone": {"type": "phone", "optional": True, "encrypted": True},
            "born": {"type": "date", "encrypted": True},
            "seen_at": {"type": "datetime", "optional": True, "encrypted": True},
            "income": {"type": "money", "min": 0, "encrypted": True},
            "weight": {"type": "decimal", "places": 3, "encrypted": True, "optional": True},
            "children": {"type": "integer", "min": 0, "max": 20, "encrypted": True},
            "history": {"type": "text", "encrypted": True, "optional": True},
            "chart": {"type": "json", "encrypted": True, "optional": True},
            "account": {"type": "reference", "to": "User", "optional": True},
        },
        "actions": {"examine": {"takes": ["history", "weight"], "stamps": "seen_at"}},
        "filters": ["name", "ssn", "iban", "born", "children", "income", "seen_at"],
        "sorts": ["name"],
        "search": ["name"],
        "cache": 30,
        "bulk": 20,
        "access": {
            **ALL,
            "clerk": {"read": {"fields": ["name", "born"]}, "update": {"fields": ["born"]}},
            "viewer": {"read": "account", "create": "account", "update": "account"},
        },
    },
}
"""Encrypted fields of every type that can be, in every place where a field can stand."""

WORDS: dict[str, Any] = {
    "Order": {
        "plural": "order",
        "fields": {
            "group": {"type": "string"},
            "select": {"type": "integer", "min": 0},
            "date": {"type": "date"},
            "values": {"type": "money", "min": 1},
            "service": {"type": "string", "optional": True},
            "now": {"type": "datetime", "optional": True},
            "status": {"type": "enum", "values": ["open", "done"], "default": "open"},
            LONG: {"type": "string", "unique": True},
        },
        "states": {"moves": {"open": ["done"]}},
        "actions": {
            "finish": {"to": "done", "stamps": "now", "takes": ["group", "date"]},
            "remark": {"from": ["done"], "takes": ["service"]},
        },
        "unique": [["group", "select"]],
        "filters": ["group", "date", "status", LONG],
        "sorts": ["select", "values", LONG],
        "search": ["group", LONG],
        "access": ALL,
    },
    "Value": {
        "fields": {"index": {"type": "string"}, "order": {"type": "reference", "to": "Order"}},
        "search": ["index"],
        "filters": ["order"],
        "access": ALL,
    },
}
"""Words of SQL and Python, and the longest names."""


def service(**entities: Any) -> Blueprint:
    """A blueprint of these entities that is valid."""
    blueprint = Blueprint.model_validate(
        {
            "service": "corner-shop",
            "title": "Corner shop",
            "created": date(2026, 11, 21),
            "roles": {"admin": "", "clerk": "", "viewer": ""},
            "entities": entities,
        }
    )
    assert check(blueprint) == []
    return blueprint


@pytest.mark.slow
@pytest.mark.parametrize(
    "entities", [NARROW, PEOPLE, SECRETS, WORDS], ids=["narrow", "people", "secrets", "words"]
)
def test_its_own_suite_is_green(entities: dict[str, Any], tmp_path: Path) -> None:
    """Written, migrated, seeded, and put to its own tests."""
    for path, text in write(service(**entities)).items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    prepared = run(tmp_path, "backwright_workbench.workspace.chores", "corner_shop", "migrate", "seed")
    assert prepared.count('"status": 0') == 2, prepared
    run(tmp_path, "pytest", "-q", "--ignore=tests/test_contract.py")


def run(root: Path, *arguments: str) -> str:
    """The output of a module in the service's directory; a failure shows all of it."""
    environment = {**os.environ, "PYTHONPATH": str(root / "src"), "ENVIRONMENT": "development"}
    found = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert found.returncode == 0, found.stdout[-6000:] + found.stderr[-3000:]
    return found.stdout


def test_the_room_for_rows_is_that_of_the_narrowest_unique_field() -> None:
    """Three names, three tiers; what must refer to each of them once has no more."""
    entities = service(**NARROW).entities
    assert (room("Tier", entities), room("Perk", entities)) == (3, 3)
    assert is_crowdable("Plan", entities)
    assert not is_crowdable("Plan", entities, sharing=["tier", "day"])


def test_what_a_row_must_refer_to_comes_with_it() -> None:
    """Equipment has a keeper; members of staff have no favourite."""
    entities = service(**PEOPLE).entities
    assert brings("Equipment", "Staff", entities)
    assert not brings("Staff", "Equipment", entities)


def test_rows_share_what_there_are_few_of() -> None:
    """The factory of a plan takes the tier that is there; a perk, which has its own tier, does not."""
    text = write(service(**NARROW))["tests/factories.py"]
    assert 'values["tier_id"] = (await some_tier(service)).id' in text.split("async def a_plan(")[1]
    assert 'values["tier_id"] = (await a_tier(service)).id' in text.split("async def a_perk(")[1]


def test_a_text_that_is_empty_by_default_may_be_empty_in_the_database() -> None:
    """The migration's CHECK is that of the class: both allow what the default says."""
    text = next(
        text for path, text in write(service(**NARROW)).items() if path.startswith("migrations/versions")
    )
    assert "length(label) BETWEEN 0 AND 200" in text
