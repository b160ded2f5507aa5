"""Which nouns of a brief become entities, however it lists them."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read


def drawn(text: str) -> Blueprint:
    """The blueprint of a brief."""
    return read(text, Catalogue.builtin(), created=date(2026, 11, 21)).require()


@pytest.mark.parametrize(
    ("brief", "entities"),
    [
        (
            "products (name, sku, price, stock), categories, customers and orders with order lines",
            {"Product", "Category", "Customer", "Order", "OrderLine"},
        ),
        (
            "Build a shop with products (name, price), categories, customers and orders with order lines.",
            {"Product", "Category", "Customer", "Order", "OrderLine"},
        ),
        ("Library with books, members and loans.", {"Book", "Member", "Loan"}),
        ("- Database with recipes, ingredients & cuisines collections", {"Recipe", "Ingredient", "Cuisine"}),
        ("- Postgres database (companies, jobs, applications)", {"Company", "Job", "Application"}),
        (
            "build a backend with:\n- MySQL database with invoices, customers, line items and payments tables",
            {"Invoice", "Customer", "LineItem", "Payment"},
        ),
        ("producer(name, region)\nwine(producer, name)\ncellar(name, depth)", {"Producer", "Wine", "Cellar"}),
        (
            "# Diary\n## Hive\n- code (text)\n- apiary (link to Apiary)\n## Apiary\n- name (text)",
            {"Hive", "Apiary"},
        ),
        (
            "| Table | Columns |\n|---|---|\n| plan | name, monthly fee |\n| class | title, room |",
            {"Plan", "ClassItem"},
        ),
        ("Kites fly. I have 900 costumes. Each one has a code and a name.", {"Costume"}),
        (
            "Manage boats and piers. We record a transfer with a day and a price.",
            {"Boat", "Pier", "Transfer"},
        ),
    ],
)
def test_every_noun_of_a_list_of_things_is_an_entity(brief: str, entities: set[str]) -> None:
    """Known or not, with details in brackets or with lines of its own, under headings or in tables."""
    assert set(drawn(brief).entities) == entities


def test_two_things_that_are_defined_apart_stay_apart() -> None:
    """The catalogue takes `building` and `unit` for the same; a brief that describes both does not."""
    brief = "# Property API\n\n## Entities\n\n### Building\n- name: string\n\n### Unit\n- number: string\n- building"
    blueprint = drawn(brief)

    assert set(blueprint.entities) == {"Building", "Unit"}
    assert blueprint.entities["Unit"].fields["building"].to == "Building"


@pytest.mark.parametrize(
    ("brief", "part", "whole"),
    [
        ("Manage quotes with lines and customers.", "QuoteLine", "quote"),
        ("Manage purchase requests with request lines and sites.", "PurchaseRequestLine", "purchase_request"),
        ("Manage products and orders. Orders have many items.", "OrderLine", "order"),
        ("- Database with estimates, line items tables", "LineItem", "estimate"),
        ("- Database with invoices, line items tables", "LineItem", "invoice"),
    ],
)
def test_lines_belong_to_what_they_are_lines_of(brief: str, part: str, whole: str) -> None:
    """They are a thing of their own, named after the whole, and cannot be without it."""
    field = drawn(brief).entities[part].fields[whole]

    assert (field.type, field.optional) == ("reference", False)


@pytest.mark.parametrize(
    "rest",
    [
        "Mechanics can only view vehicles.",
        "Roles: mechanic, agent.",
        "As a mechanic, I want to see the vehicles.",
        "## Roles\n- **mechanic**: full access",
    ],
)
def test_people_who_only_act_are_no_entity(rest: str) -> None:
    """They have accounts and roles, and nothing that a row would hold."""
    blueprint = drawn(f"Manage vehicles and branches.\n\n{rest}")

    assert set(blueprint.entities) == {"Vehicle", "Branch"}


def test_people_of_whom_the_brief_keeps_data_are_an_entity() -> None:
    """Though they act too."""
    brief = "Manage vehicles. Mechanics have a name and a grade. Mechanics can view vehicles."

    assert {"name", "grade"} <= drawn(brief).entities["Mechanic"].fields.keys()


@pytest.mark.parametrize(
    "name", ["Employment type: full time, part time", "Severity: low | high", "size: s | m | l"]
)
def test_a_list_of_values_is_no_entity(name: str) -> None:
    """What a field may be is not what the service keeps."""
    assert set(drawn(f"Manage jobs and zeppelins.\n- {name}\n").entities) <= {"Job", "Zeppelin"}


@pytest.mark.parametrize(
    "rest",
    [
        "- Show all trucks on a live map",
        "- Calculate the tide tables for next year",
        "- Boats have a name and a maximum number of participants",
        "- Boats have a name, a colour and remarks",
        "- Allowed transitions: draft → open (clerk)",
        "- Clerks moor and cancel stays",
    ],
)
def test_beside_a_list_of_tables_a_noun_in_passing_is_none(rest: str) -> None:
    """What the database holds has been said."""
    brief = f"Marina berth booking API\n\n- tables: boats, dining tables, stays\n{rest}"

    assert set(drawn(brief).entities) == {"Boat", "DiningTable", "Stay"}


def test_a_table_of_things_names_them_whatever_they_are_called() -> None:
    """`results` is no thing in a sentence, and one in the first column."""
    brief = "| table | columns |\n|---|---|\n| races | number, distance |\n| results | race, finish time, remarks |"

    assert set(drawn(brief).entities) == {"Race", "Result"}


def test_a_line_is_that_of_the_order_told_of_before() -> None:
    """`Each order has order lines; a line has …`: no second thing."""
    brief = (
        "Manage products and orders. Each order has several order lines; a line has a product and a quantity."
    )
    blueprint = drawn(brief)

    assert set(blueprint.entities) == {"Product", "Order", "OrderLine"}
    assert "quantity" in blueprint.entities["OrderLine"].fields


def test_what_somebody_notes_of_a_thing_are_its_fields() -> None:
    """`Bank account` and `address` are things elsewhere."""
    told = "A painting is sent by a consignor, of whom we keep name, address and bank account."
    brief = f"Manage paintings and galleries. {told}"

    assert set(drawn(brief).entities) == {"Painting", "Gallery", "Consignor"}


@pytest.mark.parametrize(
    ("brief", "entities"),
    [
        (
            "Head office manages kites (name, price) and stores (name, address, opening hours).",
            {"Kite", "Store"},
        ),
        (
            "We have kites (name, price). The list of courts (name, city) is open to anyone.",
            {"Kite", "Court"},
        ),
        (
            "I keep riders with name and phone, and their kites with brand, model and colour.",
            {"Rider", "Kite"},
        ),
        (
            "- PostgreSQL database with kites, fuel logs and maintenance records tables",
            {"Kite", "FuelLog", "MaintenanceRecord"},
        ),
        (
            "- **Staff record**: ward, staff number, hourly wage\n- **Ward**: name, floor",
            {"StaffRecord", "Ward"},
        ),
        (
            "We keep baptisms (date, place) and mass intentions (date, text, status: asked, done).",
            {"Baptism", "MassIntention"},
        ),
        ("- Kite { name, price, opens_at }\n- Fair { title, starts_at, kite_id }", {"Kite", "Fair"}),
        ("- Postgres, tables: properties, units, leases", {"Property", "Unit", "Lease"}),
    ],
)
def test_a_noun_with_its_fields_is_a_thing_wherever_it_stands(brief: str, entities: set[str]) -> None:
    """In the middle of a sentence, in braces, or with a word that is a verb or a label elsewhere."""
    assert entities == set(drawn(brief).entities)


@pytest.mark.parametrize(
    ("brief", "stray"),
    [
        ("Library with books, members and loans.\n- Upload of book covers (images up to 5 MB)", "Cover"),
        ("Courses have a title, price and maximum participants. Teachers have a name.", "Participant"),
        ("Manage kites and riders. Riders see the kites they own, nothing of their colleagues.", "Colleague"),
        (
            "Kites: name, price. Each application records the kite, a cover letter and its stage.",
            "CoverLetter",
        ),
    ],
)
def test_a_noun_in_another_office_is_no_thing(brief: str, stray: str) -> None:
    """Files, numbers, other people and fields."""
    assert stray not in drawn(brief).entities


def test_who_signs_up_with_more_than_an_account_has_is_kept() -> None:
    """A birthday belongs to no account; name and password do."""
    told = drawn("Manage kites: name, price. Riders register with name and birthday and borrow kites.")
    plain = drawn("Manage kites: name, price. Riders register with name and password and borrow kites.")

    assert {"name", "birthday"} <= told.entities["Rider"].fields.keys()
    assert "Rider" not in plain.entities
