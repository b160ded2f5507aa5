"""Sentences that say which values no two rows share."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Entity
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read


def zeppelin(text: str) -> Entity:
    """The zeppelin of a brief about zeppelins and hangars."""
    brief = f"Manage zeppelins and hangars. Zeppelins have a name, a call sign and a hangar. {text}"
    return read(brief, Catalogue.builtin(), created=date(2026, 11, 21)).require().entities["Zeppelin"]


@pytest.mark.parametrize(
    "sentence",
    [
        "The call sign is unique.",
        "Call sign must be unique.",
        "The call sign of a zeppelin has to be unique.",
        "Zeppelin call signs are always unique.",
        "\n\n- Zeppelin call sign is unique",
        "No two zeppelins may have the same call sign.",
        "Two zeppelins never share the same call sign.",
    ],
)
def test_a_sentence_makes_a_field_unique(sentence: str) -> None:
    """And required, as rows without it could not be told apart."""
    entity = zeppelin(sentence)

    assert (entity.fields["call_sign"].unique, entity.fields["call_sign"].optional) == (True, False)
    assert list(entity.fields) == ["name", "call_sign", "hangar"]


@pytest.mark.parametrize(
    "sentence", ["Names are unique per hangar.", "The name must be unique within the hangar."]
)
def test_a_field_may_be_unique_among_the_rows_of_what_it_belongs_to(sentence: str) -> None:
    """Two hangars may each have a zeppelin of that name."""
    entity = zeppelin(sentence)

    assert ("hangar", "name") in entity.unique
    assert not entity.fields["name"].unique


def test_a_field_says_so_in_its_own_description_too() -> None:
    """`number (unique per hangar)`."""
    brief = "Manage zeppelins and hangars. Zeppelins have a hangar and a number (unique per hangar)."
    entity = read(brief, Catalogue.builtin(), created=date(2026, 11, 21)).require().entities["Zeppelin"]

    assert ("hangar", "number") in entity.unique
    assert not entity.fields["number"].unique


@pytest.mark.parametrize(
    "sentence",
    [
        "The combination of name and call sign is unique.",
        "Name and call sign are unique together.",
        "The combination of name and call sign of a zeppelin must be unique.",
    ],
)
def test_fields_may_be_unique_only_together(sentence: str) -> None:
    """None of them is unique alone, and `combination` is no field."""
    entity = zeppelin(sentence)

    assert ("name", "call_sign") in entity.unique
    assert not entity.fields["name"].unique
    assert "combination" not in entity.fields


def test_what_two_rows_may_share_is_not_unique() -> None:
    """The same words without the no."""
    assert not zeppelin("Two zeppelins may have the same call sign.").fields["call_sign"].unique


def test_an_unknown_field_is_entered() -> None:
    """The sentence is all that tells of it."""
    assert zeppelin("The hull number of a zeppelin is unique.").fields["hull_number"].unique
