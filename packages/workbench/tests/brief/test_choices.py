"""Sentences that list what a field may be."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read


def drawn(text: str) -> Blueprint:
    """The blueprint of a brief about zeppelins and hangars."""
    brief = f"Manage zeppelins and hangars. {text}"
    return read(brief, Catalogue.builtin(), created=date(2026, 11, 21)).require()


@pytest.mark.parametrize(
    ("sentences", "field", "values"),
    [
        (
            "Zeppelins have a name and a size. The size is small, medium or large.",
            "size",
            ("small", "medium", "large"),
        ),
        ("Zeppelins have a name and a kind: hot air, rigid or blimp.", "kind", ("hot_air", "rigid", "blimp")),
        ("A zeppelin is moored, flying or lost.", "status", ("moored", "flying", "lost")),
        (
            "Zeppelins are built, tested, flying or scrapped.",
            "status",
            ("built", "tested", "flying", "scrapped"),
        ),
        ("A zeppelin can be moored, flying or lost.", "status", ("moored", "flying", "lost")),
        ("Zeppelins have a name and a status. Statuses are: new, old.", "status", ("new", "old")),
        (
            "\n\n- Filter zeppelins by shape\n- Shape is round, long or flat",
            "shape",
            ("round", "long", "flat"),
        ),
        ("\n\n- Filter zeppelins by hull type\n- Hull type: soft, full time, rigid", "hull_type", None),
    ],
)
def test_a_sentence_may_list_the_values_of_a_field(
    sentences: str, field: str, values: tuple[str, ...] | None
) -> None:
    """Of the field that it names, or of the status where it says what a thing itself may be."""
    found = drawn(sentences).entities["Zeppelin"].fields[field]

    assert found.type == "enum"
    assert values is None or found.values == values


@pytest.mark.parametrize(
    "sentence", ["They are big and small.", "Zeppelins are big.", "It is fast, cheap and good."]
)
def test_a_sentence_about_other_things_lists_no_values(sentence: str) -> None:
    """Only lists of three and more say where a thing may stand, and only if they name it."""
    assert "status" not in drawn(sentence).entities["Zeppelin"].fields


@pytest.mark.parametrize(
    "sentence",
    [
        "Status of a zeppelin: planned, built, flown.",
        "States of a zeppelin: planned, built, flown.",
        "Zeppelin status: planned -> built, or flown.",
    ],
)
def test_the_states_of_a_thing_may_be_listed_after_its_name(sentence: str) -> None:
    """Under the word that the brief has for them."""
    fields = drawn(f"Zeppelins have a name and a length.\n\n{sentence}").entities["Zeppelin"].fields
    name = "state" if sentence.startswith("States") else "status"

    assert fields[name].values == ("planned", "built", "flown")


def test_rights_after_a_colon_are_no_values() -> None:
    """`Hangar: read own zeppelins, edit own zeppelins` lists deeds."""
    fields = (
        drawn("\n\n- hangar: crud own zeppelins, read own names, confirm own visits")
        .entities["Hangar"]
        .fields
    )

    assert not any(field.values for field in fields.values())
