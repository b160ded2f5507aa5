"""The access matrix says what requests really get: every line of it is asked over HTTP."""

from itertools import count
from typing import Any

from backwright.access_matrix import callers, matrix
from shop.service import Shop

SENT: dict[str, Any] = {
    "name": "Ada", "vip": True, "phone": "+49 30 5551201", "title": "Lamp", "stock": 3, "note": "soon",
    "quantity": 2, "rating": 4, "state": "cancelled",
}  # fmt: skip
"""Values that a change sends, by field."""

_numbers = count(1)


async def row_of(shop: Shop, resource: str, owner: str | None) -> str:
    """The id of a new row of a resource: of the caller `owner`, or of nobody who asks."""
    at = next(_numbers)
    if resource == "products":
        return str((await shop.product())["id"])
    product = await shop.product()
    if resource == "reviews":
        made = await shop.made(
            "/reviews", owner or "shopper:stranger", product_id=product["id"], rating=3, words=f"{at}"
        )
        return str(made["id"])
    values = {}
    if owner is not None:
        await shop.headers(owner)
        values["account_id"] = str(shop.ids[owner])
    customer = await shop.customer(**values)
    if resource == "customers":
        return str(customer["id"])
    order = await shop.made("/orders", customer_id=customer["id"])
    if resource == "orders":
        return str(order["id"])
    return str((await shop.made("/lines", order_id=order["id"], product_id=product["id"]))["id"])


def sent(found: dict[str, Any], line: dict[str, Any], caller: str) -> dict[str, Any]:
    """What a change sends: a field that the caller may change, else any."""
    fields = found["fields"][line["resource"]]
    for rights in (fields[caller], fields["manager"]):
        for name, right in rights.items():
            if right["update"] and name in SENT:
                return {name: SENT[name]}
    raise LookupError(line["resource"])


async def test_each_line_is_what_a_request_gets(shop: Shop) -> None:
    """Reads, changes and deletes of own rows and of others', lists and an action, for every caller: no status that
    the matrix does not name, so neither a door that it hides nor one that it invents."""
    found = matrix(shop.app)
    wrong, asked = [], 0
    for line in found["routes"]:
        if line["resource"] in (None, "users") or line["operation"] not in (
            "read",
            "update",
            "delete",
            "pay",
        ):
            continue
        for caller, statuses in line["callers"].items():
            who = (
                None if caller == "public" else f"{'' if caller == 'signed_in' else caller}:{next(_numbers)}"
            )
            path = line["path"]
            if line["row"] is not None:
                if line["row"] != "other" and who is None:
                    continue
                id_ = await row_of(shop, line["resource"], None if line["row"] == "other" else who)
                path = path.replace("{id}", id_)
            given: dict[str, Any] = {"json": sent(found, line, caller)} if line["method"] == "PATCH" else {}
            answer = await shop.call(who, line["method"], path, headers={"If-Match": "*"}, **given)
            asked += 1
            if answer.status_code not in statuses:
                wrong.append((line["method"], path, line["row"], caller, statuses, answer.status_code))
    assert wrong == []
    assert asked > 150


async def test_what_depends_on_values_has_both_statuses(shop: Shop) -> None:
    """An approved review is for everybody, another one for nobody else: the matrix cannot know which it will be."""
    found = matrix(shop.app)
    (line,) = [
        each
        for each in found["routes"]
        if (each["method"], each["resource"], each["operation"], each["row"])
        == ("GET", "reviews", "read", "other")
    ]
    assert line["callers"]["public"] == [200, 404]
    assert line["callers"]["manager"] == [200]


async def test_every_role_and_those_without_one_are_callers(shop: Shop) -> None:
    """Who has signed in and has no role, and who has not signed in, are the columns that one forgets."""
    assert callers(shop.runtime) == (
        "manager", "clerk", "shopper", "auditor", "supplier", "signed_in", "public",
    )  # fmt: skip


async def test_fields_say_on_which_rows(shop: Shop) -> None:
    """`all`, or the rule in words; a field that only some rows show cannot be filtered or sorted by."""
    fields = matrix(shop.app)["fields"]
    assert fields["customers"]["clerk"]["vip"] == {
        "read": "all", "create": None, "update": "all", "filter": True, "sort": False, "search": False,
    }  # fmt: skip
    assert fields["customers"]["clerk"]["credit"]["read"] is None
    assert fields["customers"]["clerk"]["credit"]["sort"] is False
    assert fields["customers"]["shopper"]["phone"]["update"] == "its account is the caller"
    assert fields["customers"]["manager"]["points"]["update"] is None  # read-only for everybody


async def test_routes_of_ones_own_say_whom_they_let_in(shop: Shop) -> None:
    """A route that needs a role, one that needs an account, one that needs nothing."""
    lines = {(each["method"], each["path"]): each["callers"] for each in matrix(shop.app)["routes"]}
    assert lines["POST", "/auth/login"]["public"] == []
    assert lines["GET", "/auth/me"] == {
        each: [401] if each == "public" else [] for each in callers(shop.runtime)
    }
    reset = lines["POST", "/users/{user_id}/password"]
    assert (reset["manager"], reset["clerk"], reset["public"]) == ([], [403], [401])
