"""Fields by their names, and entities that the catalogue does not know."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.validation import check
from backwright_workbench.brief.field_names import TABLE
from backwright_workbench.brief.fitting import fit
from backwright_workbench.brief.inference import generic_entity, infer_field

NAMES = {
    "boolean": (
        "is_active has_wifi can_edit active enabled featured published email_verified "
        "newsletter_enabled wifi_included in_stock"
    ),
    "email": "email contact_email email_address",
    "phone": "phone mobile phone_number emergency_phone",
    "url": "url website linkedin_url avatar profile_photo link homepage",
    "datetime": "starts_at created_on_at departure_time timestamp deadline last_login",
    "date": "birthday date_of_birth due_date hired_on date expiry_date valid_until member_since",
    "money": (
        "price amount cost total unit_price hourly_rate salary shipping_fee monthly_rent discount "
        "deposit total_amount"
    ),
    "decimal": (
        "latitude longitude weight discount_percent tax_rate height_cm distance_km temperature "
        "humidity exchange_rate progress"
    ),
    "integer": (
        "quantity stock age year rating duration_minutes capacity number_of_guests page_count "
        "max_guests floor bedrooms sort_order"
    ),
    "text": "description notes body content bio message cancel_reason ingredients special_requests",
    "string": (
        "name title label sku code city country currency serial_number slug color reference number "
        "tags first_name type brand unheard_of"
    ),
    "enum": "status state priority severity gender difficulty visibility",
    "json": "settings metadata_json preferences",
}


@pytest.mark.parametrize(("name", "type_"), [(n, t) for t, names in NAMES.items() for n in names.split()])
def test_a_name_suggests_a_type(name: str, type_: str) -> None:
    """`unit_price` is money, `starts_at` a moment, and an unheard-of name takes a text."""
    assert infer_field(name).type == type_


def test_the_table_knows_many_patterns_each_once() -> None:
    """Each pattern stands in one line of the table: a second one could never be reached."""
    patterns = [pattern for line, _ in TABLE for pattern in line.split()]
    assert len(patterns) > 300
    assert sorted(patterns) == sorted(set(patterns))


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line[0].split()[0])
def test_every_inferred_field_is_valid(line: tuple[str, object]) -> None:
    """Each line of the table makes a blueprint's field that passes all checks."""
    names = [pattern.replace("*", "some").strip("_") for pattern in line[0].split()]
    fitted = fit([generic_entity("Thing", names)], [])
    blueprint = Blueprint(
        service="some-service", title="x", created=date(2026, 1, 1), roles={"admin": "x"}, entities=fitted
    )
    assert check(blueprint) == []


@pytest.mark.parametrize(
    "name", ["sku", "isbn", "vin", "slug", "serial_number", "code", "username", "invoice_number"]
)
def test_what_identifies_is_unique_and_required(name: str) -> None:
    """Two things with one serial number are a mistake."""
    field = infer_field(name)
    assert field.unique
    assert not field.optional


@pytest.mark.parametrize("name", ["color", "reference", "number", "first_name", "postal_code"])
def test_what_only_describes_is_not_unique(name: str) -> None:
    """Two people may share a name."""
    assert not infer_field(name).unique


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("rating", {"min": 1, "max": 5}),
        ("age", {"min": 0, "max": 150}),
        ("latitude", {"min": -90, "max": 90, "places": 6}),
        ("quantity", {"min": 0}),
        ("discount_percent", {"min": 0, "max": 100}),
        ("price", {"min": 0}),
        ("currency", {"max": 3}),
        ("country", {"max": 2}),
        ("unheard_of", {"max": 200, "optional": True}),
    ],
)
def test_a_name_suggests_limits(name: str, limits: dict[str, int]) -> None:
    """Limits that hold for every such field, whatever the business."""
    said = infer_field(name).model_dump()
    assert {key: said[key] for key in limits} == limits


def test_an_unknown_noun_has_a_name_and_a_description() -> None:
    """With nothing said, a thing can be told from another and described; nobody has access yet."""
    entry = generic_entity("LightSabre")
    assert list(entry.fields) == ["name", "description"]
    assert entry.description == "A light sabre."
    assert entry.search == ("name", "description")
    assert entry.sorts == ("name", "created_at")
    assert entry.access == {}


def test_an_unknown_noun_takes_the_fields_that_are_said() -> None:
    """Fields come in the order said, each once, and lists can be narrowed by what groups."""
    entry = generic_entity("Amulet", ["title", "power_level", "status", "price", "title"])
    assert list(entry.fields) == ["title", "power_level", "status", "price"]
    assert entry.filters == ("status",)
    assert entry.sorts == ("title", "price", "created_at")
    assert entry.description == "An amulet."
