"""`tests/test_field_access.py` of a written service: letters and references, worked out from the blueprint alone."""

import pytest
from backwright_workbench.blueprint.model import Blueprint, Grant, Grants
from backwright_workbench.codegen import write
from backwright_workbench.codegen.names import Names
from backwright_workbench.codegen.suite.field_rights import letters
from backwright_workbench.codegen.suite.rights import Rights


def with_access(blueprint: Blueprint, entity: str, role: str, grants: Grants) -> Blueprint:
    """The blueprint with other grants of one role."""
    changed = blueprint.entities[entity]
    changed = changed.model_copy(update={"access": {**changed.access, role: grants}})
    return blueprint.model_copy(update={"entities": {**blueprint.entities, entity: changed}})


@pytest.mark.parametrize(
    ("caller", "name", "expected"),
    [
        ("admin", "trade", "RUF"), ("technician", "trade", "RF"), ("viewer", "trade", "RF"), ("viewer", "email", ""),
        ("technician", "phone", "RU"), ("nobody", "name", ""), ("anonymous", "name", ""), ("viewer", "name", "RS"),
    ],
)  # fmt: skip
def test_letters_are_what_a_caller_may_do(
    work_orders: Blueprint, caller: str, name: str, expected: str
) -> None:
    """Of all grants of the caller together."""
    assert letters(Rights("Technician", Names(work_orders)), caller, name) == expected


def test_what_only_some_rows_show_is_no_filter(work_orders: Blueprint) -> None:
    """Name of all rows for whoever is signed in, everything of one's own: the trade of others must not be guessed."""
    mixed = with_access(work_orders, "Technician", "signed_in", Grants(read=Grant(fields=("name",))))
    rights = Rights("Technician", Names(mixed))
    assert letters(rights, "technician", "trade") == "R"
    assert letters(rights, "technician", "name") == "RS"
    assert letters(rights, "nobody", "name") == "RS"


def test_a_reference_that_could_lead_astray_is_tried(work_orders: Blueprint) -> None:
    """A technician who may hand on their orders sees no other technician, and so can name none."""
    free = with_access(
        work_orders, "WorkOrder", "technician",
        Grants(read=Grant(rows="assignee"), update=Grant(rows="assignee", fields=("notes", "assignee"))),
    )  # fmt: skip
    text = write(free)["tests/test_field_access.py"]
    assert '("technician", "/work-orders", "assignee", "assignee_id", others(a_technician))' in text
    assert "RELINKS" not in write(work_orders)["tests/test_field_access.py"]
