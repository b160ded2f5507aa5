"""What the tests of a written service expect of its access rules, worked out from the blueprint alone."""

from collections.abc import Callable

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.codegen.docs_tables import routes
from backwright_workbench.codegen.names import Names
from backwright_workbench.codegen.resource import write_resource
from backwright_workbench.codegen.suite.matrix import Matrix
from backwright_workbench.codegen.suite.rights import Rights


def of(work_orders: Blueprint, entity: str) -> Rights:
    """The rights on an entity of the example."""
    return Rights(entity, Names(work_orders))


def test_own_rows_are_seen_and_others_are_not_there(work_orders: Blueprint) -> None:
    """What may not be seen is answered like what does not exist."""
    rights = of(work_orders, "WorkOrder")
    mine = rights.ways()["assignee"]
    assert rights.read("technician", mine) == 200
    assert rights.read("technician", rights.ways()["other"]) == 404
    assert rights.read("viewer", rights.ways()["other"]) == 200


def test_who_is_not_known_is_asked_to_sign_in(work_orders: Blueprint) -> None:
    """401 for strangers, 403 for those whose roles do not suffice."""
    rights = of(work_orders, "WorkOrder")
    assert rights.list("anonymous") == 401
    assert rights.list("nobody") == 403
    assert rights.delete("dispatcher", rights.ways()["other"]) == 403


def test_what_nobody_may_do_has_no_line_in_the_table(names_of: Callable[..., Names]) -> None:
    """It has no route either; what one role may do is tried with all callers."""
    fields = {"name": {"type": "string"}}
    access = {"clerk": {"read": "all", "act": {"actions": ["send"]}}, "signed_in": {"read": "all"}}
    names = names_of(Letter={"fields": fields, "actions": {"send": {}, "burn": {}}, "access": access})
    assert list(dict.fromkeys(line.route for line in Matrix(names).table)) == [
        "GET /letters",
        "GET /letters/{id}",
        "POST /letters/{id}/send",
    ]
    assert "/letters/{id}/burn" not in routes(names)


def test_who_may_name_accounts_is_said(names_of: Callable[..., Names]) -> None:
    """Who reads accounts may, and who is given leave for the field; for others an account is not there."""
    fields = {"name": {"type": "string"}, "keeper": {"type": "reference", "to": "User"}}
    write = {"read": "all", "create": "all"}
    access = {"clerk": {**write, "refer": {"fields": ["keeper"]}}, "buyer": write, "admin": "everything"}
    names = names_of(Box={"fields": fields, "access": access})
    rights = Rights("Box", names)
    assert [
        rights.create(who, ["name", "keeper"], ()) for who in ("admin", "clerk", "buyer", "anonymous")
    ] == [
        201,
        201,
        422,
        401,
    ]
    assert 'Role.CLERK: allow.read() | allow.create() | allow.refer("keeper_id"),' in write_resource(
        "boxes", names
    )


def test_fields_and_actions_are_granted_one_by_one(work_orders: Blueprint) -> None:
    """A technician writes notes and completes, and neither retitles nor cancels."""
    rights = of(work_orders, "WorkOrder")
    mine = rights.ways()["assignee"]
    assert (rights.update("technician", "notes", mine), rights.update("technician", "title", mine)) == (
        200,
        403,
    )
    assert (rights.act("technician", "complete", mine), rights.act("technician", "cancel", mine)) == (
        200,
        403,
    )
