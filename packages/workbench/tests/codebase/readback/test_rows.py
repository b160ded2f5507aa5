"""Row rules are read as they are written, and what a blueprint cannot say is left out as a whole."""

from collections.abc import Callable

import pytest
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.yaml import load
from backwright_workbench.codebase.readback import plain, read

FIELD_WORK = """
backwright: 1
service: field-work
title: Field work
created: 2026-11-21
roles: {admin: Runs it., manager: Plans., technician: Works.}
entities:
  Site:
    fields: {name: {type: string}}
    access: {admin: everything, technician: {read: all}}
  Technician:
    fields:
      name: {type: string}
      site: {type: reference, to: Site, optional: true}
      spending: {type: money, min: 0, default: 0}
      account: {type: reference, to: User, optional: true, unique: true}
    access: {admin: everything}
  Invoice:
    fields:
      total: {type: money, min: 0}
      weight: {type: decimal, places: 3}
      pieces: {type: integer, min: 0}
      paid: {type: boolean, default: false}
      kind: {type: enum, values: [small, large, huge], default: small}
      site: {type: reference, to: Site, optional: true}
      due_on: {type: date, optional: true}
      owner: {type: reference, to: Technician, optional: true}
    access:
      admin: everything
      manager: {read: all, update: total < 12000, delete: kind != huge and weight >= 0.5}
      technician:
        read: site = actor.technician.site
        create: paid = false
        update: {rows: owner and total <= actor.technician.spending and pieces > 3, fields: [kind]}
        delete: due_on >= 2026-01-01
"""

INVOICES = "src/field_work/invoices/resource.py"


@pytest.fixture(scope="module")
def field_work() -> Blueprint:
    """A blueprint with a condition of every kind."""
    return plain(load(FIELD_WORK))


def test_every_condition_comes_back(
    field_work: Blueprint, source: Callable[[Blueprint], dict[str, str]]
) -> None:
    """Written and read, to the letter."""
    found = read(source(field_work))
    assert not found.unread
    assert found.demanded() == field_work


@pytest.mark.parametrize(
    ("written", "rows"),
    [
        ("matching(lambda each: each.total < 7)", "total < 7"),
        (
            "matching(lambda row: row.paid.is_(True)) & own(Invoice.owner_id, Technician.account_id)",
            "owner and paid = true",
        ),
        (
            "every(matching(lambda row: row.total < 7), matching(lambda row: row.pieces >= 2))",
            "total < 7 and pieces >= 2",
        ),
        ("total_below_12000", "total < 12000"),
    ],
)
def test_other_spellings_of_the_same_are_read(
    field_work: Blueprint, source: Callable[[Blueprint], dict[str, str]], written: str, rows: str
) -> None:
    """Other names, `&`, variables; the way to the account comes first."""
    files = source(field_work)
    assert "where=due_on_at_least_2026_01_01" in files[INVOICES]
    edited = files[INVOICES].replace("where=due_on_at_least_2026_01_01", f"where={written}")
    given = read({**files, INVOICES: edited}).demanded().entities["Invoice"].access["technician"]
    assert given != "everything"
    assert given.delete is not None
    assert given.delete.rows == rows


@pytest.mark.parametrize(
    "written",
    [
        "matching(lambda row: row.total + 1 < 7)", "matching(lambda row: 7 > row.total)", "matching(small)",
        "matching(lambda row: row.total < limit())", "matching(lambda row: (row.total < 7) | (row.pieces > 3))",
        "matching(lambda row: row.total < 7) | own(Invoice.owner_id, Technician.account_id)",
        "matching(lambda row: row.total < 7, row=1)", "matching(lambda row: row.paid.is_(None))",
        "matching(lambda row: row.total < of_actor(Technician.spending, Technician.site_id))",
        "matching(lambda row: 3 < row.total < 7)", "matching(lambda row: row.id < of_actor(Technician.spending))",
        "during(8, 18, zone='Europe/Berlin')", "every()", "matching(lambda row: row.kind == 'Very Large')",
    ],
)  # fmt: skip
def test_what_has_no_words_takes_its_grant_with_it(
    field_work: Blueprint, source: Callable[[Blueprint], dict[str, str]], written: str
) -> None:
    """No right on all rows, or on other ones, comes of a rule that was not understood."""
    files = source(field_work)
    edited = files[INVOICES].replace("where=due_on_at_least_2026_01_01", f"where={written}")
    found = read({**files, INVOICES: edited})
    given = found.demanded().entities["Invoice"].access["technician"]
    assert given != "everything"
    assert given.delete is None
    assert any("technician" in str(each) for each in found.unread)
