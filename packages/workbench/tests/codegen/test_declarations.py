"""`resource.py` and `service.py`: what the API exposes, to whom, and the rules."""

from collections.abc import Callable
from typing import Any

from backwright_workbench.codegen.names import Names
from backwright_workbench.codegen.resource import write_resource
from backwright_workbench.codegen.service import write_service

Make = Callable[..., Names]
TO_USER: dict[str, Any] = {"type": "reference", "to": "User"}


def order(**more: Any) -> dict[str, Any]:
    """An order that leads to an account over its customer."""
    fields = {
        "status": {"type": "enum", "values": ["new", "paid", "sent"], "default": "new"},
        "note": {"type": "text", "optional": True},
        "paid_at": {"type": "datetime", "optional": True, "read_only": True},
        "customer": {"type": "reference", "to": "Customer"},
    }
    return {"fields": fields, **more}


CUSTOMER = {"fields": {"account": TO_USER}}


def test_a_path_of_references_becomes_one_named_rule(names_of: Make) -> None:
    """Rows of one's own are said once and used by every grant that needs them."""
    access = {"buyer": {"read": {"rows": "customer"}, "update": {"rows": "customer", "fields": ["note"]}}}
    text = write_resource("orders", names_of(Customer=CUSTOMER, Order=order(access=access)))
    assert "mine = own(Order.customer_id, Customer.account_id)\n" in text
    assert 'Role.BUYER: allow.read(where=mine) | allow.update("note", where=mine),' in text


def test_two_ways_to_own_a_row_have_two_names(names_of: Make) -> None:
    """Buyer and seller of one order are told apart."""
    entity = {
        "fields": {"buyer": TO_USER, "seller": TO_USER},
        "access": {"buyer": {"read": {"rows": "buyer"}}, "clerk": {"read": {"rows": "seller"}}},
    }
    text = write_resource("deals", names_of(Deal=entity))
    assert "mine_as_buyer = own(Deal.buyer_id)" in text
    assert "Role.CLERK: allow.read(where=mine_as_seller)," in text


def test_roles_that_everybody_has_are_the_runtimes(names_of: Make) -> None:
    """`public` and `signed_in` are not roles of the service."""
    text = write_resource(
        "deals", names_of(Deal={"fields": {"a": {"type": "string"}}, "access": {"public": {"read": {}}}})
    )
    assert "from backwright.actor import PUBLIC" in text
    assert "PUBLIC: allow.read()," in text


def test_an_action_takes_sets_stamps_and_moves(names_of: Make) -> None:
    """The body of an action does what the blueprint says, in that order."""
    rules = order(
        states={"field": "status", "moves": {"new": ["paid"], "paid": ["sent"]}},
        actions={
            "pay": {"takes": ["note"], "to": "paid", "stamps": "paid_at", "description": "Take the money."}
        },
    )
    text = write_service("orders", names_of(Customer=CUSTOMER, Order=rules))
    assert (
        "    async def pay(self, row: Order, note: str | None = None) -> None:\n"
        '        """Take the money."""\n'
        "        if note is not None:\n"
        "            row.note = note\n"
        "        row.paid_at = now()\n"
        "        self.move(row, OrderStatus.PAID)\n"
    ) in text
    assert "        OrderStatus.NEW: {OrderStatus.PAID},\n" in text


def test_an_action_says_the_states_that_it_starts_from(names_of: Make) -> None:
    """In its mark, where the runtime reads them; without any the mark is its name."""
    rules = order(
        states={"field": "status", "moves": {"new": ["paid"], "paid": ["sent"]}},
        actions={"pay": {"from": ["new"], "to": "paid"}, "send": {"to": "sent"}},
    )
    text = write_service("orders", names_of(Customer=CUSTOMER, Order=rules))
    assert '    @action("pay", from_={OrderStatus.NEW})\n' in text
    assert '    @action("send")\n' in text


def test_an_entity_called_like_a_word_of_the_runtime_is_no_trouble(names_of: Make) -> None:
    """A salon has services; their rules still derive from the runtime's `Service`."""
    fields = {"name": {"type": "string"}}
    text = write_service("services", names_of(Service={"fields": fields, "actions": {"stop": {}}}))
    assert "class Services(RuntimeService[Service]):" in text
    compile(text, "service.py", "exec")
