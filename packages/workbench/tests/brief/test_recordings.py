"""Sentences that tell what is written down of whom, and what somebody enters with its details."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read

CATALOGUE = Catalogue.builtin()


def drawn(text: str) -> Blueprint:
    """The blueprint of a brief."""
    return read(text, CATALOGUE, created=date(2026, 11, 21)).require()


@pytest.mark.parametrize(
    ("text", "entity", "fields"),
    [
        (
            "For every zeppelin we keep the name, the maker and a length.",
            "Zeppelin",
            {"name", "maker", "length"},
        ),
        (
            "For each kiln we store name and maker, and for each glaze its colour and price.",
            "Glaze",
            {"colour", "price"},
        ),
        (
            "When a tenant comes we write his name and the telephone number.",
            "Tenant",
            {"name", "telephone_number"},
        ),
        ("We write the kiln - maker, model and colour.", "Kiln", {"maker", "model", "colour"}),
    ],
)
def test_what_is_written_down_of_something_is_its_fields(text: str, entity: str, fields: set[str]) -> None:
    """The noun is an entity, known or not."""
    assert fields <= set(drawn(text).entities[entity].fields)


@pytest.mark.parametrize(
    ("text", "entity", "fields"),
    [
        (
            "As a smith, I want to publish an offer with a subject, a rate and a language.",
            "Offer",
            {"subject", "rate"},
        ),
        ("Smiths submit a blade with a title and a weight.", "Blade", {"title", "weight"}),
        (
            "We keep kilns. Potters leave a verdict for a kiln, with a grade and a comment.",
            "Verdict",
            {"grade", "kiln"},
        ),
        (
            "We keep kilns. Potters write a debrief for a kiln (summary, lessons learned).",
            "Debrief",
            {"summary", "kiln"},
        ),
    ],
)
def test_what_somebody_enters_with_details_is_an_entity(text: str, entity: str, fields: set[str]) -> None:
    """Its details are its own, not those of what it is about."""
    assert fields <= set(drawn(text).entities[entity].fields)


def test_what_is_made_without_details_is_no_entity_by_that() -> None:
    """`Potters make a mess` lists nothing."""
    assert set(drawn("We keep kilns. Potters make a mess.").entities) == {"Kiln"}


@pytest.mark.parametrize(
    "text",
    [
        "A kiln has a name and a size, and it is cold, heating or hot.",
        "Kilns have a name and a size.\nCold / heating / hot states for kilns",
    ],
)
def test_a_sentence_that_names_no_field_may_list_states(text: str) -> None:
    """They are values of a status."""
    assert drawn(text).entities["Kiln"].fields["status"].values == ("cold", "heating", "hot")


def test_a_sentence_of_two_words_after_is_lists_no_states() -> None:
    """`It is big or small` may say anything."""
    assert (
        "status"
        not in drawn("A kiln has a name and a maker, and it is big or small.").entities["Kiln"].fields
    )


def test_a_date_is_spelled_as_the_brief_asks_for_it() -> None:
    """The usual `due_on` of an invoice is its `due_date` where the brief filters by that."""
    text = "PostgreSQL database with invoices and customers tables. Filter invoices by due date."
    invoice = drawn(text).entities["Invoice"]

    assert "due_date" in invoice.fields
    assert "due_on" not in invoice.fields
    assert "due_date" in invoice.filters
