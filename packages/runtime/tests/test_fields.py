"""Fields: from a column to the strict model of a body."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import pytest
from backwright import scalars
from backwright.fields import (
    argument,
    create_model_for,
    describe,
    field_of,
    label,
    strict_model,
    update_model_for,
)
from pydantic import TypeAdapter, ValidationError
from shop.models import Customer, Kind, Product, table
from sqlalchemy import Column, Float, LargeBinary, MetaData, String, Table, Uuid

FIELDS = [field_of(table(Product).c[name]) for name in ("sku", "title", "kind", "price", "cost", "origin")]
Create, Update = create_model_for("Product", FIELDS), update_model_for("Product", FIELDS)


def faults(model: Any, json: str) -> dict[str, str]:
    """Field → what is wrong, for a body that is refused."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate_json(json)
    return {".".join(map(str, each["loc"])): each["type"] for each in caught.value.errors()}


def test_required_is_what_is_not_null_and_has_no_default() -> None:
    """All missing fields are named at once; a default in the database counts."""
    assert faults(Create, "{}") == {"sku": "missing", "title": "missing", "price": "missing"}


def test_unknown_fields_are_refused_by_name() -> None:
    """Never dropped silently: a typo is an error, and so is a field that is not yours to set."""
    body = '{"sku": "A", "title": "B", "price": "1", "version": 7, "id": "x", "owner": 1}'
    assert set(faults(Create, body)) == {"version", "id", "owner"}
    assert set(faults(Create, body).values()) == {"extra_forbidden"}


def test_absent_is_not_null() -> None:
    """A patch knows what was sent; null is only for what may be missing."""
    assert Update.model_validate_json("{}").model_fields_set == set()
    assert Update.model_validate_json('{"cost": null}').model_fields_set == {"cost"}
    assert set(faults(Update, '{"title": null}')) == {"title"}


def test_nothing_is_coerced() -> None:
    """A number is no text, a text no number, an enum has its exact spelling."""
    body = '{"sku": 1, "title": true, "price": 5, "kind": "Small"}'
    assert set(faults(Create, body)) == {"sku", "title", "price", "kind"}
    found = Create.model_validate_json('{"sku": "A", "title": "B", "price": "5.00", "kind": "huge"}')
    assert found.__dict__ == {
        "sku": "A", "title": "B", "price": Decimal("5.00"), "kind": Kind.HUGE, "cost": None, "origin": None,
    }  # fmt: skip


def test_a_field_may_have_the_name_of_a_method() -> None:
    """`copy` and `json` are ordinary words for columns."""
    model = strict_model("Thing", {"copy": (str, ...), "json": (int, 1)})
    assert model.model_validate_json('{"copy": "a"}').__dict__ == {"copy": "a", "json": 1}


def test_each_column_type_has_a_form() -> None:
    """All of the shop's columns; and the form of each is in the published schema."""
    for column in table(Customer).columns:
        assert TypeAdapter(describe(column)).json_schema()
    assert describe(table(Customer).c.profile) is scalars.JsonObject
    assert describe(table(Customer).c.labels) is scalars.Texts


@pytest.mark.parametrize("kind", [Float(), LargeBinary(), String(), Uuid()])
def test_a_type_without_a_form_is_refused(kind: Any) -> None:
    """Floats are never exact, bytes are not JSON, unbounded text is a danger."""
    table = Table("t", MetaData(), Column("a", kind))
    with pytest.raises(TypeError, match=r"t\.a: the API has no form"):
        describe(table.c.a)


def test_arguments_of_actions_are_bounded_too() -> None:
    """A plain `str` in Python code does not mean a gigabyte with NULs."""
    adapter = TypeAdapter(argument(str))
    for text in ("x" * 10_001, "a\x00"):
        with pytest.raises(ValidationError):
            adapter.validate_python(text)
    assert argument(UUID) is scalars.Identifier
    own_rule = Annotated[int, "mine"]
    assert argument(own_rule) is own_rule
    assert argument(Annotated[int, []]) == Annotated[int, []]


def test_names_become_words() -> None:
    """For summaries and descriptions."""
    assert label("due_at") == "due at"
