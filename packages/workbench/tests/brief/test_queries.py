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
