"""Filters and search: whose they are, and what they add."""

from datetime import date

from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read


def drawn(text: str) -> Blueprint:
    """The blueprint of a brief."""
    return read(text, Catalogue.builtin(), created=date(2026, 11, 21)).require()


def test_each_filter_goes_to_the_thing_that_has_such_a_field() -> None:
    """One list of filters may be for several things."""
    brief = """Manage zeppelins and hangars. Zeppelins have a name and a hull. Hangars have a name and a city.
- Search with filters (hull, city)
"""
    entities = drawn(brief).entities

    assert "hull" in entities["Zeppelin"].filters
    assert "city" in entities["Hangar"].filters
    assert "city" not in entities["Zeppelin"].fields


def test_filters_after_a_thing_are_no_fields_of_their_own() -> None:
    """`Search vehicles with filters (status, branch)`: the bracket lists what to filter by."""
    brief = "- Database with vehicles, branches tables\n- Search vehicles with filters (status, branch)"
    vehicle = drawn(brief).entities["Vehicle"]

    assert {"status", "branch"} <= set(vehicle.filters)
    assert vehicle.fields["branch"].to == "Branch"
    assert "filters" not in vehicle.fields


def test_a_filter_by_another_thing_adds_the_reference() -> None:
    """Orders that are filtered by event know their event; `order` is no `or`."""
    order = drawn("- Database with events, orders tables\n- Filter orders by status, event").entities["Order"]

    assert (order.fields["event"].to, order.fields["event"].optional) == ("Event", True)
    assert {"status", "event"} <= set(order.filters)


def test_a_search_by_a_text_adds_it() -> None:
    """`Search by name and city`, where the city was not told of before; a search over things adds nothing."""
    brief = (
        "Manage zeppelins and hangars.\n- Search hangars by name and city\n- Full-text search on zeppelins"
    )
    entities = drawn(brief).entities

    assert entities["Hangar"].search[:2] == ("name", "city")
    assert list(entities["Zeppelin"].fields) == ["name", "description"]


FAIRS = "Manage kites and fairs. Kites have a name and a colour. Fairs have a title, a hall and a date.\n"


def test_a_query_is_on_the_thing_that_stands_after_its_fields() -> None:
    """In brackets or not, after `on` or `for`."""
    brief = f"{FAIRS}- Filters (hall, date) on fairs\n- Search by name, colour on kites"
    entities = drawn(brief).entities

    assert {"hall", "date"} <= set(entities["Fair"].filters)
    assert set(entities["Kite"].search) == {"name", "colour"}
    assert list(entities["Kite"].fields) == ["name", "colour"]


def test_a_query_is_on_the_thing_that_stands_before_its_fields() -> None:
    """After a colon, in a label, or in the passive."""
    brief = (
        f"{FAIRS}- Filters on fairs: hall, date\n- Full text on kite name, colour\n"
        "- Kites can be searched by name and filtered by colour"
    )
    entities = drawn(brief).entities

    assert {"hall", "date"} <= set(entities["Fair"].filters)
    assert "colour" in entities["Kite"].filters
    assert set(entities["Kite"].search) == {"name", "colour"}


def test_a_list_of_queries_names_each_thing() -> None:
    """`Query: fairs by hall; kites by colour`, and what goes on after a semicolon."""
    brief = f"{FAIRS}\nQuery: fairs by hall, date; kites by colour\n"
    entities = drawn(brief).entities

    assert {"hall", "date"} <= set(entities["Fair"].filters)
    assert "colour" in entities["Kite"].filters
    assert "hall" in drawn(f"{FAIRS}- fairs: search by title; filter by hall").entities["Fair"].filters


def test_a_usual_field_gets_the_name_by_which_the_brief_asks_for_it() -> None:
    """A product has one title, and not a name beside it; a matter one reference number."""
    shop = drawn("- Database with shops, products, orders tables\n- Search by title over products").entities
    firm = drawn(
        "law firm\n- Database with clients, matters, hearings tables\n- Filters: responsible lawyer\n"
        "- Matter reference number is unique"
    ).entities["Matter"]

    assert "title" in shop["Product"].search
    assert "name" not in shop["Product"].fields
    assert {"reference_number", "responsible_lawyer"} <= firm.fields.keys()
    assert not {"number", "lawyer"} & firm.fields.keys()


def test_people_are_searched_by_both_halves_of_their_name() -> None:
    """Where they have first and last name."""
    told = "Pilots have a first name, a last name and an email."
    brief = f"Manage kites and pilots. {told}\n- Search pilots by name or email"

    assert drawn(brief).entities["Pilot"].search == ("first_name", "last_name", "email")


def test_a_query_clause_never_becomes_a_field() -> None:
    """Whatever query follows in the same line: filters after a search, an order, filters before a colon."""
    brief = (
        "Manage kites and fairs. Kites: name, colour, price. Fairs: title, hall, opens on.\n"
        "- Full-text search over kite name and colour, filters on price, ordering by price\n"
        "- fairs filter: hall, opens on\n"
    )
    entities = drawn(brief).entities

    assert list(entities["Kite"].fields) == ["name", "colour", "price"]
    assert list(entities["Fair"].fields) == ["title", "hall", "opens_on"]


def test_a_quality_is_the_field_that_says_it_and_a_condition_is_none() -> None:
    """Books filtered by availability are so by `available`; no field says that stock is low."""
    books = drawn("Library with books and members.\n- Filter books by category and availability").entities[
        "Book"
    ]
    goods = drawn("Manage kites: name, price.\n- Filter kites by price, low stock").entities["Kite"]

    assert "available" in books.filters
    assert "availability" not in books.fields
    assert "low_stock" not in goods.fields


def test_the_text_of_another_thing_is_searched_there() -> None:
    """Fairs by hall name: the halls are searched, and fairs get no field for it."""
    told = "Manage fairs and halls. Fairs: title, hall, price. Halls: name, address."
    brief = f"{told}\n- Search fairs by title or hall name"
    entities = drawn(brief).entities

    assert "hall_name" not in entities["Fair"].fields
    assert "name" in entities["Hall"].search
