"""Every value in the document bounded."""

from typing import Any

import pytest
from backwright.openapi_bounds import LONGEST, MOST, bound, bound_schema


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        ({"type": "string", "format": "uuid"}, {"maxLength": 36}),
        ({"type": "string"}, {"maxLength": LONGEST}),
        ({"type": ["string", "null"], "maxLength": 7}, {"maxLength": 7}),
        ({"type": "array", "items": {"type": "boolean"}}, {"maxItems": MOST}),
        ({"type": "integer"}, {"format": "int32", "minimum": 0, "maximum": 2**31 - 1}),
        (
            {"type": "integer", "minimum": -(2**40)},
            {"format": "int64", "minimum": -(2**40), "maximum": 2**53 - 1},
        ),
    ],
)
def test_what_says_no_bound_gets_one_and_what_says_one_keeps_it(
    schema: dict[str, Any], wanted: dict[str, Any]
) -> None:
    """By type and format."""
    bound_schema(schema)
    assert {name: schema[name] for name in wanted} == wanted


def test_a_choice_needs_no_bound() -> None:
    """Its values are listed."""
    schema: dict[str, Any] = {"type": "string", "enum": ["open", "done"]}
    bound_schema(schema)
    assert schema == {"type": "string", "enum": ["open", "done"]}


def test_schemas_are_found_wherever_they_stand_and_examples_are_left_alone() -> None:
    """In parameters, in components, inside each other."""
    inner: dict[str, Any] = {"type": "string"}
    document: dict[str, Any] = {
        "paths": {"/x": {"get": {"parameters": [{"schema": {"anyOf": [{"items": {"type": "string"}}]}}]}}},
        "components": {"schemas": {"Thing": {"properties": {"schema": inner}}}},
        "example": {"schema": {"type": "string"}},
    }
    bound(document)
    parameter = document["paths"]["/x"]["get"]["parameters"][0]["schema"]
    assert parameter["anyOf"][0]["items"]["maxLength"] == LONGEST
    assert inner["maxLength"] == LONGEST
    assert document["example"] == {"schema": {"type": "string"}}
