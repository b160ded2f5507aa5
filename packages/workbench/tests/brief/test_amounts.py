"""Amounts in sentences limit rights: to the rows that they leave where the field is plain, else to nothing."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Grants
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading

CATALOGUE = Catalogue.builtin()
OFFICE = (
    "Office.\n\nInvoices: number, amount, status (open | approved).\n"
    "Branches: name, city\n"
    "Roles: admin, manager, clerk.\n- Clerks can read invoices and branches.\n"
)


def reading(text: str) -> Reading:
    """What comes of a sentence about an office."""
    return read(OFFICE + f"- {text}\n", CATALOGUE, created=date(2026, 11, 21))


def given(text: str, entity: str = "Invoice", role: str = "manager") -> Grants:
    """What a role may do."""
    found = reading(text).require().entities[entity].access.get(role, Grants())
    assert isinstance(found, Grants)
    return found


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Managers may approve invoices under 10,000.", "amount < 10000"),
        ("Managers may approve invoices up to 500 euros.", "amount <= 500"),
        ("Managers can approve invoices above 1000.", "amount > 1000"),
        ("Managers can approve invoices of at least 20.", "amount >= 20"),
    ],
)
def test_an_amount_becomes_a_condition(text: str, rows: str) -> None:
    """Of the one field of the thing that holds money, and it is said as an assumption."""
    found = reading(text)
    access = found.require().entities["Invoice"].access["manager"]
    assert isinstance(access, Grants)
    assert access.act is not None
    assert access.act.rows == rows
    assert any("within the amount" in each.what for each in found.assumptions)


@pytest.mark.parametrize(
    "text",
    [
        "Managers may approve invoices under 10k.", "Managers may approve invoices under 10.000.",
        "Managers may approve invoices under 30 kg.",
    ],
)  # fmt: skip
def test_what_is_not_plain_is_withheld(text: str) -> None:
    """No right on all rows comes of a sentence that limits it."""
    assert given(text).act is None


def test_a_thing_without_money_gives_nothing() -> None:
    """Nobody knows of which field the number is."""
    assert given("Managers may update branches under 100.", "Branch").update is None


def test_other_sentences_are_left_alone() -> None:
    """A right without an amount stays whole, and that of other roles as well."""
    assert given("Managers may approve invoices.").act is not None
    assert given("Managers may approve invoices.").act.rows == "all"  # type: ignore[union-attr]
    read_by_clerk = given("Managers may approve invoices under 10,000.", role="clerk").read
    assert read_by_clerk is not None
    assert read_by_clerk.rows == "all"
