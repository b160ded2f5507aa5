"""Kinds of rows for the tests of rules: values for which it is known what holds."""

from collections.abc import Callable
from typing import Any

import pytest
from backwright_workbench.blueprint.model import Grant, Grants
from backwright_workbench.codegen.names import Names
from backwright_workbench.codegen.suite.rights import Rights

PROFILE: dict[str, Any] = {
    "fields": {
        "limit": {"type": "money", "default": 0},
        "account": {"type": "reference", "to": "User", "unique": True},
    }
}
INVOICE: dict[str, Any] = {
    "fields": {
        "total": {"type": "money", "min": 0},
        "kind": {"type": "enum", "values": ["small", "large", "huge"]},
        "owner": {"type": "reference", "to": "Clerk", "optional": True},
    }
}


def rights_of(names_of: Callable[..., Names], **grants: str) -> Rights:
    """What the rows of each verb of a clerk make of an invoice."""
    given = Grants(**{verb: Grant(rows=rows) for verb, rows in grants.items()})  # type: ignore[arg-type]
    invoice = {**INVOICE, "access": {"admin": "everything", "clerk": given.model_dump(exclude_none=True)}}
    return Rights("Invoice", names_of(Clerk=PROFILE, Invoice=invoice))


def test_a_row_of_nobodys_meets_no_condition(names_of: Callable[..., Names]) -> None:
    """And each condition has a row that meets it, and the conditions that follow from it."""
    rights = rights_of(names_of, read="total < 10000", update="total < 5000", delete="kind = huge")
    ways = rights.ways()
    assert list(ways) == ["other", "total_below_10000", "total_below_5000", "kind_is_huge"]
    seen = {label: rights.read("clerk", way) for label, way in ways.items()}
    assert seen == {"other": 404, "total_below_10000": 200, "total_below_5000": 200, "kind_is_huge": 404}
    changed = {label: rights.update("clerk", "kind", way) for label, way in ways.items()}
    assert changed == {"other": 404, "total_below_10000": 403, "total_below_5000": 200, "kind_is_huge": 404}


@pytest.mark.parametrize(("field", "status"), [("kind", 200), ("total", 200)])
def test_a_change_must_stay_within(names_of: Callable[..., Names], field: str, status: int) -> None:
    """The value that the tests send is looked at as well."""
    rights = rights_of(names_of, read="all", update="total < 5000")
    assert rights.update("clerk", field, rights.ways()["total_below_5000"]) == status
    closed = rights_of(names_of, read="all", update="kind = huge")
    assert closed.update("clerk", "kind", closed.ways()["kind_is_huge"]) == 403


def test_the_callers_own_value_is_the_rows(names_of: Callable[..., Names]) -> None:
    """One row for the caller, one for the rule; where the caller needs two at once, there is none."""
    rights = rights_of(
        names_of, read="total <= actor.clerk.limit", update="owner and total <= actor.clerk.limit"
    )
    ways = rights.ways()
    assert list(ways) == ["other", "owner", "total_at_most_own_limit"]
    assert [rights.read("clerk", way) for way in ways.values()] == [404, 404, 200]
