"""`rows` of a grant: its parts, its words, and what is refused."""

from typing import Any

import pytest
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.rows import Comparison, in_words, only_path, row_rule
from backwright_workbench.blueprint.validation import check
from pydantic import ValidationError

SMALL: dict[str, Any] = {
    "service": "field-work",
    "title": "Field work",
    "created": "2026-11-21",
    "roles": {"admin": "", "technician": ""},
    "entities": {
        "Site": {"fields": {"name": {"type": "string"}}, "access": {"admin": "everything"}},
        "Technician": {
            "fields": {
                "site": {"type": "reference", "to": "Site", "optional": True},
                "limit": {"type": "money"},
                "account": {"type": "reference", "to": "User", "unique": True},
            },
            "access": {"admin": "everything"},
        },
        "Invoice": {
            "fields": {
                "total": {"type": "money", "min": 0},
                "count": {"type": "integer", "min": 1, "max": 9},
                "status": {"type": "enum", "values": ["open", "paid"]},
                "late": {"type": "boolean"},
                "due_on": {"type": "date", "optional": True},
                "note": {"type": "text", "optional": True},
                "secret": {"type": "string", "optional": True, "encrypted": True},
                "site": {"type": "reference", "to": "Site"},
                "owner": {"type": "reference", "to": "Technician", "optional": True},
            },
            "access": {"admin": "everything"},
        },
    },
}


def faults(rows: str) -> list[str]:
    """What is wrong with a technician's leave to read invoices."""
    invoice = SMALL["entities"]["Invoice"]
    access = {"admin": "everything", "technician": {"read": rows}}
    entities = {**SMALL["entities"], "Invoice": {**invoice, "access": access}}
    found = check(Blueprint.model_validate({**SMALL, "entities": entities}))
    return [fault.message for fault in found if "technician" in fault.path]


def test_a_rule_has_parts() -> None:
    """A way to the account, comparisons with values and with the caller's own; the way comes first when written."""
    rule = row_rule("total < 10000 and owner.account and site = actor.technician.site")
    assert rule.path == "owner.account"
    assert rule.comparisons == (
        Comparison("total", "<", "10000"), Comparison("site", "=", actor=("technician", "site")),
    )  # fmt: skip
    assert str(rule) == "owner.account and total < 10000 and site = actor.technician.site"
    assert str(row_rule("all")) == "all"
    assert (only_path("owner"), only_path("all"), only_path("owner and total < 5")) == ("owner", None, None)


def test_a_rule_has_words() -> None:
    """As a person would say it."""
    assert in_words("owner") == "own rows only, by owner"
    assert (
        in_words("site = actor.technician.site")
        == "only where the site is the site of the caller's technician"
    )
    assert in_words("owner and total < 10000") == "own rows only, by owner, and the total is less than 10000"
    assert (
        in_words("status != paid and late = false")
        == "only where the status is not paid and the late is false"
    )


@pytest.mark.parametrize(
    "rows",
    [
        "all", "owner", "owner.account", "total < 10000", "total >= 0.5", "status = open", "late = true",
        "due_on < 2026-06-01",
        "site = actor.technician.site", "total <= actor.technician.limit", "owner and total < 10 and status = open",
        "count > 1 and count < 9", "count = 9",
    ],
)  # fmt: skip
def test_what_makes_sense_passes(rows: str) -> None:
    """Every form."""
    assert faults(rows) == []


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("totl < 5", "no field is called 'totl'"), ("status = closed", "cannot be closed"),
        ("due_on < 2026-02-30", "cannot be 2026-02-30"), ("status < open", "no order"),
        ("note = x", "of type text, which rules do not compare"), ("total = open", "of type money and cannot be open"),
        ("late = 1", "of type boolean and cannot be 1"), ("due_on < 2026-13-01", "cannot be 2026-13-01"),
        ("site = 5", "of type reference, which rules do not compare"), ("count < 1.5", "cannot be 1.5"),
        ("site = actor.buyer.site", "'buyer' is not an entity of which each account has one row"),
        ("site = actor.site.name", "'site' is not an entity of which"),
        ("site = actor.technician.place", "Technician has no field called 'place'"),
        ("status = actor.technician.limit", "hold different things"),
        ("total != actor.technician.limit", "nothing to do with the caller"),
        ("owner and owner.account", "two ways"), ("site", "references to User"),
        ("secret = actor.technician.limit", "is encrypted"),
        ("total < 0", "no total is < 0"), ("total >= 0", "every total is >= 0"), ("count > 9", "no count is > 9"),
        ("status = open and status = paid", "no status is = open and = paid"), ("count <= 9", "every count is <= 9"),
        ("count > 3 and count < 4", "no count is > 3 and < 4"),
    ],
)  # fmt: skip
def test_what_makes_none_is_refused(rows: str, words: str) -> None:
    """What is not there, cannot be, or would stop the start of the service because it is always or never true."""
    assert [words in each for each in faults(rows)] == [True]


@pytest.mark.parametrize(
    "rows", ["total <10000", "a or b", "total < 10000 and", "total == 5", "Total < 5", "x = 'y'"]
)
def test_what_is_not_in_the_language_is_no_rule(rows: str) -> None:
    """There is one way to write each thing."""
    access = {"admin": {"read": rows}}
    entities = {**SMALL["entities"], "Site": {**SMALL["entities"]["Site"], "access": access}}
    with pytest.raises(ValidationError):
        Blueprint.model_validate({**SMALL, "entities": entities})
