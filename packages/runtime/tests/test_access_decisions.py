"""What rules decide about a kind of row, without a database: truth tables."""

import pytest
from backwright.access import Operation, Rows, allow, matching, own
from backwright.access_decisions import OTHER, Whose, decide, kinds_of_rows
from backwright.resource import Resource
from backwright.routes import Ruled
from shop.models import Line, Order
from shop.resources import Role
from shop.service import Shop

mine = own(Order.placed_by_id)
some = matching(lambda row: row.note.is_(None))
MINE = Whose("placed_by", frozenset({"its placed by"}))
CLERK = frozenset({"clerk", "signed_in", "public"})


@pytest.mark.parametrize(
    ("where", "own_row", "others_row"),
    [
        (None, (200,), (200,)), (mine, (200,), (404,)), (some, (200, 404), (200, 404)),
        (mine | some, (200,), (200, 404)), (mine & some, (200, 404), (404,)),
        ((mine & some) | some, (200, 404), (200, 404)), (mine & mine, (200,), (404,)),
    ],
)  # fmt: skip
async def test_a_rule_holds_does_not_or_depends(
    shop: Shop, where: Rows | None, own_row: tuple[int, ...], others_row: tuple[int, ...]
) -> None:
    """Ownership is known, values are not: `or` needs one that holds, `and` none that does not."""
    bound = Resource(Order, fields=("placed_by_id",), access={Role.CLERK: allow.read(where=where)}).bind(
        shop.runtime
    )
    read = Ruled(bound, Operation.READ)
    assert decide(read, CLERK, MINE).statuses == own_row
    assert decide(read, CLERK, OTHER).statuses == others_row


async def test_who_may_write_what_they_cannot_read_finds_nothing(shop: Shop) -> None:
    """Leave to update is no leave to see: 404, after the question whether they may update at all."""
    blind = Resource(Line, fields=("quantity",), access={Role.CLERK: allow.update()}).bind(shop.runtime)
    decision = decide(Ruled(blind, Operation.UPDATE), CLERK, OTHER)
    assert decision.statuses == (404,)
    assert [step.answer for step in decision.steps] == ["yes", "no"]
    assert decide(Ruled(blind, Operation.DELETE), CLERK, OTHER).statuses == (403,)
    assert decide(Ruled(blind, Operation.DELETE), frozenset({"public"}), OTHER).statuses == (401,)


async def test_kinds_of_rows_are_those_that_rules_tell_apart(shop: Shop) -> None:
    """Each way to the caller's account is one, wherever in a rule it stands."""
    by_runtime = {bound.name: bound for bound in shop.runtime.resources.values()}
    assert [each.label for each in kinds_of_rows(by_runtime["orders"])] == ["other", "customer"]
    assert [each.label for each in kinds_of_rows(by_runtime["products"])] == ["other"]
