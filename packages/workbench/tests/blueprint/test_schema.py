"""The JSON Schema of the file form."""

import json
from pathlib import Path
from typing import Any

import pytest
from backwright_workbench.blueprint.schema import schema
from backwright_workbench.blueprint.source import read
from backwright_workbench.blueprint.yaml import load
from backwright_workbench.errors import InputError
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[4]
TEXT = (ROOT / "examples/work-orders/blueprint.yaml").read_text("utf-8")
VALIDATOR = Draft202012Validator(schema())


def test_the_published_schema_is_the_current_one() -> None:
    """docs/reference/blueprint.schema.json is what the model says today."""
    published = (ROOT / "docs/reference/blueprint.schema.json").read_text("utf-8")
    assert published == json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def test_the_schema_is_a_schema() -> None:
    """It is valid JSON Schema 2020-12 and speaks of nothing that a file cannot say."""
    Draft202012Validator.check_schema(schema())
    assert '"null"' not in json.dumps(schema())


def accepted(text: str) -> bool:
    """Whether the schema accepts what a text says."""
    value: Any = read(text, "blueprint.yaml").value
    return VALIDATOR.is_valid(value)


def loaded(text: str) -> bool:
    """Whether `load` accepts a text."""
    try:
        load(text)
    except InputError:
        return False
    return True


SAME = [
    ("cache: 30", "cache: 86400"),
    ("attachments: {}", "attachments: {max_mb: 5, types: [image/png]}"),
    ("{read: all}", "{read: {rows: all}}"),
    ("created: 2026-11-21", 'created: "2026-11-21"'),
    ("{type: date, optional: true}", "{type: json, optional: true}"),
    ("limits: {requests: 100/minute}", "limits: {requests: 5/second, body_kb: 64}"),
    ("states:\n", "states:\n      done: []\n"),
]
REFUSED = [
    ("cache: 30", "cache: 0"),
    ("cache: 30", "cache: thirty"),
    ("attachments: {}", "attachments:"),
    ("attachments: {}", "attachments: true"),
    ("attachments: {}", "attachments: {max_mb: 5, min_mb: 1}"),
    ("{read: all}", "{read: true}"),
    ("{read: all}", "{read: Own Rows}"),
    ("{read: all}", "{raed: all}"),
    ("admin: everything", "admin: all"),
    ("created: 2026-11-21", "created: 20261121"),
    ("created: 2026-11-21", "created: 21.11.2026"),
    ("{type: date, optional: true}", "{type: day, optional: true}"),
    ("{type: date, optional: true}", "{type: date, optional: 1}"),
    ("{type: date, optional: true}", '{type: date, optional: "true"}'),
    ("{type: text, optional: true}", '{type: text, optional: true, max: "9"}'),
    ("limits: {requests: 100/minute}", "limits: {requests: 0/minute}"),
    ("states:\n", "states:\n      done: cancelled\n"),
    ("states:\n", "states:\n      Done: [cancelled]\n"),
    ("service: work-orders", "service: Work Orders"),
    ("service: work-orders\n", ""),
    ("  Technician:\n", "  technician:\n"),
    ("      name: ", "      Name: "),
    ("title: Work order management", 'title: ""'),
    ("title: Work order management", 'title: "two\\nlines"'),
    ("methods: [oauth2]", "methods: [telepathy]"),
    ("methods: [oauth2]", "methods: oauth2"),
    ("entities:", "entity:"),
]


@pytest.mark.parametrize(("old", "new"), SAME)
def test_schema_and_load_accept_the_same(old: str, new: str) -> None:
    """Short and long forms, limits at their bounds."""
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    assert accepted(text)
    assert loaded(text)


@pytest.mark.parametrize(("old", "new"), REFUSED)
def test_schema_and_load_refuse_the_same(old: str, new: str) -> None:
    """A shape that `load` refuses is red in the editor already."""
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    assert not loaded(text)
    assert not accepted(text)
