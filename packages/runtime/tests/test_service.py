"""Business code: actions, moves, and what they may be called with."""

from typing import Annotated, Any
from uuid import UUID

import pytest
from backwright.service import Service, action, actions_of
from pydantic import Field
from shop.models import Order, State
from shop.resources import Orders
from shop.service import Shop


async def order(shop: Shop, **values: Any) -> dict[str, Any]:
    """An order of a customer."""
    return await shop.made("/orders", customer_id=(await shop.customer())["id"], **values)


async def test_an_action_does_its_work_and_shows_the_row(shop: Shop) -> None:
    """As the caller sees it, with a new version and a new tag."""
    made = await order(shop)
    answer = await shop.post("clerk", f"/orders/{made['id']}/pay")
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["version"]) == ("paid", 2)
    assert "paid_at" not in answer.json()
    assert answer.headers["etag"].startswith('"2-')
    assert (await shop.stored(Order, made["id"], Order.paid_at))[0] is not None
    ((changes,),) = await shop.sql("SELECT changes FROM audit_log WHERE action = 'pay'")
    assert '"state": ["open", "paid"]' in changes
    assert "version" not in changes


async def test_an_action_takes_typed_arguments(shop: Shop) -> None:
    """All faults at once; defaults count; a column's name means the column's rules."""
    made = await order(shop)
    await shop.post("clerk", f"/orders/{made['id']}/pay")
    path = f"/orders/{made['id']}/ship"
    for body, faults in (
        ({}, {"/carrier"}), ({"carrier": 1, "parcels": "2"}, {"/carrier", "/parcels"}),
        ({"carrier": "a\x00"}, {"/carrier"}), ({"carrier": "x" * 10_001}, {"/carrier"}),
        ({"carrier": "a", "note": "x" * 501}, {"/note"}), ({"carrier": "a", "other": 1}, {"/other"}),
        ({"carrier": "a", "parcels": 2**63}, {"/parcels"}),
    ):  # fmt: skip
        answer = await shop.post("clerk", path, body)
        assert answer.status_code == 422
        assert {each["pointer"] for each in answer.json()["errors"]} == faults
    nothing = await shop.post("clerk", path, {"carrier": "a", "parcels": 0})
    assert (nothing.status_code, nothing.json()["detail"]) == (409, "There is nothing to send.")
    done = await shop.post("clerk", path, {"carrier": "bike", "note": None})
    assert (done.json()["state"], done.json()["note"]) == ("shipped", "1 by bike")


async def test_an_action_without_arguments_takes_no_body(shop: Shop) -> None:
    """Nothing or an empty object; anything else is a mistake."""
    made = await order(shop)
    assert (await shop.post("clerk", f"/orders/{made['id']}/pay", {"amount": 1})).status_code == 422
    assert (await shop.post("clerk", f"/orders/{made['id']}/pay", {})).status_code == 200


async def test_a_refused_action_changes_nothing(shop: Shop) -> None:
    """A move that is not there, and everything else that the action did."""
    made = await order(shop)
    answer = await shop.post("clerk", f"/orders/{made['id']}/ship", {"carrier": "bike"})
    assert answer.status_code == 409
    assert await shop.stored(Order, made["id"], Order.state, Order.version) == [State.OPEN, 1]


async def test_actions_are_granted_by_name(shop: Shop) -> None:
    """Seen but not granted: 403. Not seen: 404. Not signed in: 401."""
    ada = await shop.shopper("ada")
    await shop.shopper("bob")
    made = await shop.made("/orders", who="shopper:ada", customer_id=ada["id"])
    path = f"/orders/{made['id']}"
    assert (await shop.post("shopper:ada", f"{path}/ship", {"carrier": "x"})).status_code == 403
    assert (await shop.post("auditor", f"{path}/pay")).status_code == 403
    assert (await shop.post("shopper:bob", f"{path}/pay")).status_code == 404
    assert (await shop.post(None, f"{path}/pay")).status_code == 401
    assert (await shop.post("shopper:ada", f"{path}/pay")).status_code == 200


async def test_a_row_rule_of_an_action_is_checked(shop: Shop) -> None:
    """Who sees all orders as an auditor acts on their own only."""
    both = "auditor+shopper:cleo"
    await shop.headers(both)
    made = await order(shop)
    answer = await shop.post(both, f"/orders/{made['id']}/pay")
    assert answer.status_code == 403
    assert answer.json()["detail"] == "Your roles may not pay this order."


async def test_an_action_with_an_old_tag_does_nothing(shop: Shop) -> None:
    """`If-Match` holds for actions as for patches."""
    made = await order(shop)
    old = (await shop.get("manager", f"/orders/{made['id']}")).headers["etag"]
    await shop.patch("manager", f"/orders/{made['id']}", {"note": "x"})
    answer = await shop.call("manager", "POST", f"/orders/{made['id']}/pay", headers={"If-Match": old})
    assert answer.status_code == 412


async def test_an_action_may_move_a_row_out_of_sight(shop: Shop) -> None:
    """The caller is told what became of it, once."""
    both = "clerk+shopper:ada"
    await shop.headers(both)
    ada = await shop.customer("Ada", account_id=str(shop.ids[both]))
    bob = await shop.customer("Bob")
    made = await shop.made("/orders", customer_id=ada["id"])
    answer = await shop.post(both, f"/orders/{made['id']}/hand-over", {"customer_id": bob["id"]})
    assert answer.status_code == 200
    assert answer.json()["customer_id"] == bob["id"]


async def test_an_action_may_touch_other_rows(shop: Shop) -> None:
    """In the same transaction, through the session."""
    made = await order(shop)
    answer = await shop.post("manager", f"/orders/{made['id']}/split")
    assert answer.json()["note"] == "split"
    assert await shop.sql("SELECT note FROM orders ORDER BY note") == [("split",), ("split off",)]


async def test_an_action_may_remove_its_row(shop: Shop) -> None:
    """The answer is the row as it last was."""
    made = await order(shop)
    answer = await shop.post("manager", f"/orders/{made['id']}/discard")
    assert answer.status_code == 200
    assert answer.json()["customer_id"] == made["customer_id"]
    assert (await shop.get("manager", f"/orders/{made['id']}")).status_code == 404


async def test_an_action_may_be_called_in_the_states_that_it_names(shop: Shop) -> None:
    """From any other state it is a conflict that says from which it is possible, and nothing changes."""
    made = await order(shop)
    assert (await shop.post("manager", f"/orders/{made['id']}/split")).status_code == 200
    gone = await order(shop)
    await shop.patch("manager", f"/orders/{gone['id']}", {"state": "cancelled"})
    refused = await shop.post("manager", f"/orders/{gone['id']}/split")
    assert refused.status_code == 409
    assert refused.json()["detail"] == "The order is cancelled; split is possible from: open, paid."
    assert refused.json()["errors"][0]["pointer"] == "/state"
    assert (await shop.stored(Order, gone["id"], Order.note))[0] is None


def test_an_action_names_states_only_where_there_is_a_state() -> None:
    """Said when the service starts, not when somebody calls."""

    class Stateless(Service[Order]):
        @action("pay", from_={State.OPEN})
        async def pay(self, row: Order) -> None:
            """Pay it."""

    with pytest.raises(TypeError, match="from_ needs `state`"):
        actions_of(Stateless, Order)


def test_actions_are_found_by_their_mark() -> None:
    """With a summary from the docstring and a body from the signature."""
    found = actions_of(Orders, Order)
    assert set(found) == {"pay", "ship", "hand_over", "split", "discard"}
    assert found["pay"].body is None
    assert found["ship"].summary == "Send it out."
    body = found["ship"].body
    assert body is not None
    assert body.__name__ == "OrderShip"
    assert body.model_json_schema()["required"] == ["carrier"]


def test_an_argument_needs_a_type() -> None:
    """What is not typed cannot be checked."""

    class Loose(Service[Order]):
        @action("send")
        async def send(self, row: Order, where) -> None:  # type: ignore[no-untyped-def]
            """Send it."""

    with pytest.raises(TypeError, match=r"Loose\.send: where needs a type"):
        actions_of(Loose, Order)


def test_an_argument_may_bring_its_own_rules() -> None:
    """`Annotated` types, optional ones, and ids."""

    class Strict(Service[Order]):
        @action("send")
        async def send(
            self, row: Order, days: Annotated[int, Field(le=9)], to: UUID | None = None
        ) -> None: ...

    body = actions_of(Strict, Order)["send"].body
    assert body is not None
    assert body.model_validate_json('{"days": 9, "to": null}').__dict__ == {"days": 9, "to": None}
    with pytest.raises(ValueError, match="less than or equal to 9"):
        body.model_validate_json('{"days": 10}')
    with pytest.raises(ValueError, match="UUID"):
        body.model_validate_json('{"days": 1, "to": "{0}"}')
