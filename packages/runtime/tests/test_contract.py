"""The published contract: valid, complete, and true."""

import json
from typing import Any

import jsonschema
import pytest
from backwright.app import create_app
from backwright.contract_schemas import row_schema
from backwright.examples import example, example_of
from backwright.fields import describe
from backwright.settings import Settings
from backwright.testing import TestService, conforms
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter
from shop.models import Customer, Line, Order, Product, Review, table
from shop.resources import accounts, resources
from shop.service import Shop

METHODS = ("get", "post", "patch", "delete")


@pytest.fixture
async def document(shop: Shop) -> dict[str, Any]:
    """The served document."""
    found: dict[str, Any] = (await shop.client.get("/openapi.json")).json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Those of the shop's resources."""
    ours = ("/customers", "/products", "/orders", "/lines", "/reviews")
    return [
        (path, method, item[method])
        for path, item in document["paths"].items()
        if path.startswith(ours)
        for method in METHODS
        if method in item
    ]


def whole(document: dict[str, Any], schema: Any) -> Any:
    """A schema with its references resolved, as JSON Schema 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "components": document["components"],
        **schema,
    }


async def test_each_operation_has_a_name_a_summary_and_its_refusals(document: dict[str, Any]) -> None:
    """Names are unique; security is said; 409 and 412 stand where they can happen."""
    names = [each["operationId"] for _, _, each in operations(document)]
    assert len(names) == len(set(names)) == 32
    for path, method, each in operations(document):
        assert each["summary"], path
        assert "security" in each
        statuses = set(each["responses"])
        assert {"429", "500", "503", "401", "403"} <= statuses, (path, method)
        if "{id}" in path:
            assert "404" in statuses
        if method in ("patch", "delete"):
            assert {"409", "412"} <= statuses
    product = document["paths"]["/products/{id}"]["patch"]
    assert "428" in product["responses"]
    assert next(each for each in product["parameters"] if each["name"] == "If-Match")["required"] is True


async def test_an_action_says_from_which_states_it_is_possible(document: dict[str, Any]) -> None:
    """Where it names them; else its summary says all that is declared."""
    paths = document["paths"]
    described = paths["/orders/{id}/split"]["post"]["description"]
    assert described.endswith("Only from open or paid; a conflict (409) from any other state.")
    assert "Only from" not in paths["/orders/{id}/pay"]["post"]["description"]


async def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """No dangling `$ref`, and every link to an operation that exists."""
    names = {
        each["operationId"]
        for item in document["paths"].values()
        for each in item.values()
        if "operationId" in each
    }

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            target = value.get("$ref")
            if isinstance(target, str):
                at: Any = document
                for step in target.removeprefix("#/").split("/"):
                    at = at[step]
            if "operationId" in value and "parameters" in value and "responses" not in value:
                assert value["operationId"] in names
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(document)


async def test_every_schema_is_valid_and_so_are_its_examples(document: dict[str, Any]) -> None:
    """JSON Schema 2020-12, as OpenAPI 3.1 has it."""
    assert document["openapi"].startswith("3.1")
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        for each in schema.get("examples", ()):
            jsonschema.validate(each, whole(document, schema))
        assert name
    for _, _, each in operations(document):
        for parameter in each.get("parameters", ()):
            Draft202012Validator.check_schema(parameter["schema"])
            assert parameter["description"]


async def test_examples_can_be_sent_as_they_are(shop: Shop, document: dict[str, Any]) -> None:
    """Where nothing is referred to, the example of a body is a row."""
    for name, path in (("CustomerCreate", "/customers"), ("ProductCreate", "/products")):
        (body,) = document["components"]["schemas"][name]["examples"]
        assert (await shop.post("manager", path, body)).status_code == 201


async def test_what_is_served_is_what_is_published(shop: Shop, document: dict[str, Any]) -> None:
    """Rows and pages of every role match their schema."""
    ada = await shop.shopper("ada")
    order = await shop.made("/orders", customer_id=ada["id"], due_at="2026-01-01T00:00:00Z")
    product = await shop.product(cost="1.00", weight="0.500", released="2026-01-01")
    await shop.made("/lines", order_id=order["id"], product_id=product["id"])
    schemas = document["components"]["schemas"]
    for who in ("manager", "clerk", "auditor", "shopper:ada", "clerk+shopper:ada", None):
        for path, name in (
            ("/customers", "Customer"),
            ("/orders?embed=customer", "Order"),
            ("/products", "Product"),
        ):
            answer = await shop.get(who, path)
            if answer.status_code == 200:
                jsonschema.validate(answer.json(), whole(document, schemas[f"{name}List"]))
                for row in answer.json()["items"]:
                    jsonschema.validate(row, whole(document, schemas[name]))
                    assert set(row) <= set(schemas[name]["properties"])


async def test_reading_and_writing_differ(document: dict[str, Any]) -> None:
    """What the server owns is in no body; a hidden column is nowhere."""
    schemas = document["components"]["schemas"]
    for name in ("ProductCreate", "ProductUpdate", "OrderCreate", "OrderUpdate"):
        assert schemas[name]["additionalProperties"] is False
        assert not {"id", "version", "created_at", "placed_by_id", "margin"} & set(
            schemas[name]["properties"]
        )
    assert "required" not in schemas["ProductUpdate"]
    assert schemas["ProductCreate"]["required"] == ["sku", "title", "price"]
    assert "state" not in schemas["OrderCreate"]["properties"]
    assert "state" in schemas["OrderUpdate"]["properties"]
    assert "warning" not in json.dumps(document)


async def test_required_is_what_everybody_sees(shop: Shop) -> None:
    """A field that some role does not see may be missing, and is then not promised."""
    bound = shop.runtime.resources
    assert row_schema(bound[Line])["required"] == [
        "id", "order_id", "product_id", "quantity", "version", "created_at", "updated_at",
    ]  # fmt: skip
    assert row_schema(bound[Customer])["required"] == [
        "id",
        "name",
        "email",
        "vip",
        "referred_by_id",
        "version",
        "created_at",
        "updated_at",
    ]
    assert row_schema(bound[Product])["required"] == ["id", "version", "created_at", "updated_at"]
    credit = row_schema(bound[Customer])["properties"]["credit"]
    assert credit["type"] == ["string", "null"]


async def test_money_is_never_a_number(document: dict[str, Any]) -> None:
    """A string of digits in every schema and parameter."""
    schemas = document["components"]["schemas"]
    for name in ("Product", "ProductCreate", "ProductUpdate"):
        price = schemas[name]["properties"]["price"]
        assert "number" not in json.dumps({**price, "description": ""})
        assert "string" in json.dumps(price)
    parameters = document["paths"]["/products"]["get"]["parameters"]
    assert {each["schema"]["type"] for each in parameters if each["name"].startswith("price__g")} == {
        "string"
    }


async def test_who_may_come_without_a_token_is_said(document: dict[str, Any]) -> None:
    """Per operation: everybody reads products, nobody else's orders."""
    paths = document["paths"]
    assert {} in paths["/products"]["get"]["security"]
    assert {} not in paths["/products"]["post"]["security"]
    assert {} not in paths["/orders"]["get"]["security"]


@pytest.mark.parametrize("entity", [Customer, Line, Order, Product, Review])
def test_an_example_is_valid_for_its_column(entity: type[Any]) -> None:
    """By the same reading that a body gets."""
    for column in table(entity).columns:
        value = json.dumps(example(column))
        TypeAdapter(describe(column)).validate_json(value, strict=True)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "maxLength": 2}, "Te"), ({"type": "integer", "minimum": 5}, 5), ({"type": "boolean"}, True),
        ({"type": "integer", "maximum": -3}, -3), ({"enum": ["a"]}, "a"), ({"type": "array"}, []), ({}, {}),
        ({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}, "2026-01-15"),
    ],
)  # fmt: skip
def test_an_example_is_valid_for_its_schema(schema: dict[str, Any], expected: Any) -> None:
    """For arguments of actions that are no columns."""
    assert example_of(schema) == expected
    jsonschema.validate(expected, schema)


def build(settings: Settings) -> FastAPI:
    """The shop for the service's own test kit."""
    return create_app(settings, title="Shop", accounts=accounts, resources=resources)


@pytest.mark.parametrize(("role", "examples"), [("manager", 4), ("shopper", 2)])
async def test_generated_requests_find_nothing_that_breaks_the_contract(role: str, examples: int) -> None:
    """Right and wrong ones for each operation: statuses, schemas, headers, no server error, nothing wrong accepted."""
    async with TestService(build, Settings) as service:
        await conforms(service, role, examples=examples)
