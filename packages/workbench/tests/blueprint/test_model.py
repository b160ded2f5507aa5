"""The blueprint's derived names and short forms."""

from datetime import date
from typing import Any

import pytest
from backwright_workbench.blueprint.model import (
    Blueprint,
    Entity,
    FieldModel,
    Grant,
    Grants,
    States,
    account_path,
    reference_column,
)
from pydantic import ValidationError

NAME = {"type": "string"}


def blueprint(**entities: Any) -> Blueprint:
    """A service with these entities, each given by its fields or in full."""
    whole = {
        name: {"access": {"admin": "everything"}, **(given if "fields" in given else {"fields": given})}
        for name, given in entities.items()
    }
    return Blueprint.model_validate(
        {
            "service": "help-desk",
            "title": "Help",
            "created": date(2026, 11, 21),
            "roles": {"admin": ""},
            "entities": whole,
        }
    )


def test_names_that_follow_from_an_entity() -> None:
    """Table, path, folder and package follow from names alone."""
    service = blueprint(WorkOrder={"name": NAME})
    assert service.package == "help_desk"
    assert service.plural("WorkOrder") == service.area("WorkOrder") == "work_orders"
    assert service.path("WorkOrder") == "/work-orders"
    assert reference_column("assignee") == "assignee_id"


def test_names_that_an_entity_gives_itself() -> None:
    """What is said wins over what follows."""
    service = blueprint(Staff={"fields": {"name": NAME}, "plural": "staff_members", "area": "people"})
    assert (service.plural("Staff"), service.path("Staff"), service.area("Staff")) == (
        "staff_members",
        "/staff-members",
        "people",
    )


def test_an_area_steps_aside_for_the_services_own_folder() -> None:
    """`accounts/` holds the people who sign in, so an entity called Account lives in `account/`."""
    service = blueprint(Account={"name": NAME})
    assert service.plural("Account") == "accounts"
    assert service.area("Account") == "account"


def test_areas_come_after_those_they_refer_to() -> None:
    """The order in which tables can be made, whatever the order of declaration."""
    service = blueprint(
        Line={"order": {"type": "reference", "to": "Order"}},
        Order={"client": {"type": "reference", "to": "Client"}},
        Client={"name": NAME, "self_chosen": {"type": "reference", "to": "Client", "optional": True}},
    )
    assert service.areas() == ("clients", "orders", "lines")


def test_areas_that_refer_to_each_other_stay_as_declared() -> None:
    """A circle has no right order; the given one is kept and nothing hangs."""
    to = {"type": "reference", "optional": True}
    service = blueprint(B={"a": {**to, "to": "A"}}, A={"b": {**to, "to": "B"}}, C={"name": NAME})
    assert service.areas() == ("cs", "bs", "as")


def test_whose_row_it_is_is_found_along_references() -> None:
    """A path ends at the account; the last step is found where there is only one."""
    service = blueprint(
        Technician={"account": {"type": "reference", "to": "User"}},
        Job={"assignee": {"type": "reference", "to": "Technician"}, "title": NAME},
        Note={"job": {"type": "reference", "to": "Job"}},
    )
    steps = (("Job", "assignee"), ("Technician", "account"))
    assert account_path(service.entities, "Job", "assignee") == steps
    assert account_path(service.entities, "Note", "job.assignee") == (("Note", "job"), *steps)
    with pytest.raises(LookupError, match="Job has no reference called 'title'"):
        account_path(service.entities, "Job", "title")
    with pytest.raises(LookupError, match="Job has 0 references to User"):
        account_path(service.entities, "Note", "job")


def test_short_forms_mean_the_long_ones() -> None:
    """`read: assignee` says which rows, `states: {open: [done]}` the moves of `status`."""
    assert Grants.model_validate({"read": "assignee"}).read == Grant(rows="assignee")
    assert States.model_validate({"open": ["done"]}) == States(moves={"open": ("done",)})
    assert States.model_validate({"moves": ["done"]}) == States(moves={"moves": ("done",)})
    assert States.model_validate({"field": "phase", "moves": {"a": []}}).field == "phase"


@pytest.mark.parametrize(
    ("key", "value"), [("max", "20"), ("max", 2.0), ("max", True), ("optional", "yes"), ("optional", 1)]
)
def test_nothing_is_guessed_from_another_type(key: str, value: object) -> None:
    """A number in quotes is a mistake, not a number."""
    with pytest.raises(ValidationError):
        FieldModel.model_validate({"type": "string", key: value})


@pytest.mark.parametrize("text", ["two\nlines", "bell\x07", "turned \u202e round", "para\u2029graph"])
def test_descriptions_stay_on_their_line(text: str) -> None:
    """What ends up in comments and docstrings cannot break out of them."""
    with pytest.raises(ValidationError):
        Entity.model_validate({"description": text, "fields": {"name": NAME}, "access": {}})


@pytest.mark.parametrize("created", [20261121, "20261121", "2026-11-21T00:00:00", "2026-13-01", True])
def test_a_date_is_written_as_one(created: object) -> None:
    """Only `2026-11-21` is a date: no moments, no numbers."""
    with pytest.raises(ValidationError):
        Blueprint.model_validate({**blueprint(A={"name": NAME}).model_dump(), "created": created})
