"""The trace: every phrase once, with its place and its fate; nothing of a brief is dropped silently."""

from datetime import date
from pathlib import Path

import pytest
from backwright_workbench.blueprint.validation import check
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

HERE = Path(__file__).parent
CATALOGUE = Catalogue.builtin()
BRIEFS = [(folder / "brief.md").read_text("utf-8") for folder in sorted((HERE / "briefs").iterdir())]
BRIEFS += [
    YAML(typ="safe").load(file.read_text("utf-8"))["brief"]
    for file in sorted((HERE / "held_out").glob("*.yaml"))
]
LINES = [line for brief in BRIEFS for line in brief.splitlines() if line.strip()]
WORDS = sorted({word for brief in BRIEFS for word in brief.split()})


def reading(text: str) -> Reading:
    """The reading of a brief."""
    return read(text, CATALOGUE, created=date(2026, 11, 21))


def letters(text: str) -> str:
    """A text without what separates words."""
    return "".join(letter for letter in text if letter.isalpha())


@pytest.mark.parametrize("brief", BRIEFS)
def test_the_phrases_of_the_trace_are_the_words_of_the_brief(brief: str) -> None:
    """Put together in order, they cover every word, each once."""
    assert letters("".join(row.phrase for row in reading(brief).trace)) == letters(brief)


@pytest.mark.parametrize("brief", BRIEFS)
def test_every_phrase_stands_where_the_trace_says(brief: str) -> None:
    """Line and column lead to the phrase's first word."""
    lines = brief.splitlines()

    for row in reading(brief).trace:
        assert lines[row.line - 1][row.column - 1 :].startswith(row.phrase.split()[0])


def test_a_phrase_leads_to_paths_of_the_blueprint() -> None:
    """Filters lead to the filters of their entity, stores to the store."""
    trace = reading("- PostgreSQL\n- orders with a number\n- filter orders by number").trace

    assert "stores.database" in trace[0].elements
    assert "entities.Order.fields.number" in trace[1].elements
    assert "entities.Order.filters" in trace[2].elements


def test_what_was_not_understood_is_told_word_by_word() -> None:
    """A part that nobody took makes the row partly understood, and the note says which words it was."""
    row = reading("Manage orders with flamboyant quaternions by moonlight.").trace[0]

    assert row.status == "partly"
    assert "moonlight" in row.note


def test_a_sentence_that_leads_nowhere_is_not_understood() -> None:
    """It is no entity, no right and no wish that the reader knows."""
    rows = reading("Manage orders. Whales dream of electric plankton.").not_understood

    assert [row.phrase for row in rows] == ["Whales dream of electric plankton."]


def test_what_people_do_is_not_taken_for_filler() -> None:
    """Words that say nothing one by one may ask for something together."""
    (row,) = reading("Manage orders. Users can follow other users.").not_understood

    assert row.phrase == "Users can follow other users."


HOSTILE = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join),
    st.lists(st.sampled_from(LINES), max_size=15).map("\n".join),
    st.lists(st.sampled_from([*WORDS, *"()[]{}:;,.|/→-#*\n\t", "- ", "\n\n"]), max_size=60).map("".join),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HOSTILE)
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever is thrown at it, it gives a valid blueprint, contradictions or a refusal, and never raises."""
    found = reading(text)

    if found.blueprint is not None:
        assert check(found.blueprint) == []
    else:
        assert found.contradictions or found.refusal


def test_a_long_brief_is_read_in_full() -> None:
    """Hundreds of lines that ask for nothing hide neither the first nor the last."""
    brief = "Manage orders.\n" + "The weather was nice that day.\n" * 500 + "- PostgreSQL\n"

    assert reading(brief).require().stores.database == "postgresql"
