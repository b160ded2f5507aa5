"""Things that the layout of a brief defines."""

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
    "text",
    [
        "- MySQL database (kites, shows, spare reels)\n- CRUD",
        "- Postgres with kites, shows & spare reels\n- REST API",
        "- Mongo collections: kites, shows and spare reels",
        "collections: kites, shows, spare reels\nmongodb",
        "Kite rental. DB with kites, shows and spare reels. REST.",
    ],
)
def test_every_noun_of_a_list_of_tables_is_an_entity(text: str) -> None:
    """Whatever else the word may be (`shows` is a verb too), and whatever stores them."""
    assert {"Kite", "Show", "SpareReel"} <= set(drawn(text).entities)


def test_a_list_of_what_a_database_is_for_names_no_tables() -> None:
    """`PostgreSQL with backups` is one word and no list."""
    assert set(drawn("PostgreSQL with backups. We keep books and members.").entities) == {"Book", "Member"}


def test_a_noun_keeps_its_own_name_though_the_catalogue_has_another() -> None:
    """A permit stays a permit, and longer phrases for it mean the same."""
    text = "# Parking permits\n\n## Permit\n- number: string, unique\n- fee: money\n\nClerks issue parking permits."

    assert list(drawn(text).entities) == ["Permit"]


def test_a_bracket_right_at_a_name_lists_its_fields() -> None:
    """`goal(match, minute int)`, also for a noun that is a verb or a label elsewhere."""
    entities = drawn(
        "match(kickoff datetime, home, away)\ngoal(match, minute int)\nentry(match, seed int)"
    ).entities

    assert set(entities) == {"Match", "Goal", "Entry"}
    assert entities["Goal"].fields["match"].to == "Match"
    assert entities["Entry"].fields["seed"].type == "integer"


def test_a_bracket_with_roles_or_kinds_of_files_lists_no_fields() -> None:
    """`roles(…)` and `upload(…)` define nothing."""
    entities = drawn("tables: kites, reels\nroles(admin, clerk)\nimage upload(png, jpg) for kites").entities

    assert set(entities) == {"Kite", "Reel"}


def test_a_heading_above_fields_is_an_entity_whatever_it_means() -> None:
    """Its bullets are fields: a type, a constraint or one of some values after a colon or dash."""
    text = (
        "# Rink\n\n## Lead\n* serial number - text, must be unique\n* family - one of: strings, brass, winds\n"
        "* lent on - date, mandatory\n* pictures\n\n## Rights\n* Clerks can see leads.\n"
    )
    lead = drawn(text).entities["Lead"]

    assert lead.fields["serial_number"].unique
    assert lead.fields["family"].values == ("strings", "brass", "winds")
    assert not lead.fields["lent_on"].optional
    assert lead.attachments is not None
    assert "clerk" not in lead.fields


def test_a_table_with_a_column_for_things_and_one_for_fields_is_read_row_by_row() -> None:
    """Types, values, references and constraints stand in the other columns."""
    text = (
        "| Table | Column | Type | Notes |\n|---|---|---|---|\n| pitch | number | text | required, unique |\n"
        "| pitch | kind | choice | tent, van, cabin |\n| stay | pitch | -> pitch | required |\n"
        "| stay | times_per_day | integer | 1 to 6 |\n| stay | guest | user | |\n"
    )
    entities = drawn(text).entities

    assert entities["Pitch"].fields["number"].unique
    assert entities["Pitch"].fields["kind"].values == ("tent", "van", "cabin")
    assert entities["Stay"].fields["pitch"].to == "Pitch"
    assert entities["Stay"].fields["guest"].to == "User"
    assert (entities["Stay"].fields["times_per_day"].min, entities["Stay"].fields["times_per_day"].max) == (
        1,
        6,
    )


@pytest.mark.parametrize(
    "item",
    [
        "- pilot: Pilot, required",
        "- pilot -> Pilot",
        "- pilot: reference to Pilot",
        "- pilot (link to Pilot)",
    ],
)
def test_a_field_says_to_what_it_refers(item: str) -> None:
    """By an arrow, by a word for it, or by the name of a thing where a type would stand."""
    text = f"## Pilot\n- name: string\n- born: date\n\n## Flight\n- number: string\n- starts_at: datetime\n{item}\n"

    assert drawn(text).entities["Flight"].fields["pilot"].to == "Pilot"


def test_lines_broken_on_purpose_are_not_run_together() -> None:
    """A note of short lines in lower case is a list, though its lines have no bullets."""
    text = (
        "kite club admin\nkite(name unique, span_m decimal, maker text)\nmatch(kite, starts_on date, result text)\n"
        "match status: planned, flown, off\nkeeper - full rights everywhere\nfilter matches by status\n"
        "search kites by name and maker and also by whatever else there is to them in the long run\n"
    )
    match = drawn(text).entities["Match"]

    assert match.fields["status"].values == ("planned", "flown", "off")
    assert not any("keeper" in name for name in match.fields)


def test_a_bold_line_with_an_underscore_heads_the_table_below_it() -> None:
    """`**found_items**` is a heading as `**claims**` is."""
    brief = (
        "Lost property office.\n\n**found_items**\n| field | type | rule |\n|---|---|---|\n"
        "| reference | string | unique, required |\n| found_at | datetime | required |\n"
    )

    entity = drawn(brief).entities["FoundItem"]

    assert {"reference", "found_at"} <= set(entity.fields)
