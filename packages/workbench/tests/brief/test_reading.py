"""Reading briefs as a whole: blueprints from several domains and styles, and what happens to bad briefs."""

from datetime import date
from pathlib import Path

import pytest
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.validation import check
from backwright_workbench.blueprint.yaml import dump, load
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading
from backwright_workbench.errors import InputError

CATALOGUE = Catalogue.builtin()
CREATED = date(2026, 11, 21)
WORK_ORDERS = Path(__file__).parents[4] / "examples" / "work-orders"
BRIEFS = sorted((Path(__file__).parent / "briefs").iterdir())

PARAGRAPH = (
    "Implement a work order management backend with a PostgreSQL database with work orders, assets, technicians"
    " tables, REST API endpoints for CRUD operations, search with filters (status, priority, assignee), file upload"
    " for attachments (S3), OAuth 2.0 authentication, RBAC for different user roles, Redis caching for frequently"
    " accessed data, rate limiting (100 requests/minute) and a comprehensive test suite."
)


def reading(text: str) -> Reading:
    """The reading of a brief on a fixed day."""
    return read(text, CATALOGUE, created=CREATED)


@pytest.mark.parametrize("style", ["bullets", "paragraph"])
def test_the_work_order_brief_becomes_the_work_order_blueprint(style: str) -> None:
    """Written as a list or as one sentence, the brief gives the blueprint of the example, word for word."""
    text = (WORK_ORDERS / "brief.md").read_text("utf-8") if style == "bullets" else PARAGRAPH
    expected = load((WORK_ORDERS / "blueprint.yaml").read_text("utf-8"))

    assert dump(reading(text).require()) == dump(expected)


@pytest.mark.parametrize("style", ["bullets", "paragraph"])
def test_every_phrase_of_the_work_order_brief_is_understood(style: str) -> None:
    """Nothing of the brief is left over, and each of its lines leads somewhere."""
    text = (WORK_ORDERS / "brief.md").read_text("utf-8") if style == "bullets" else PARAGRAPH

    trace = reading(text).trace

    assert {row.status for row in trace} == {"understood"}
    assert all(row.elements for row in trace)


@pytest.mark.parametrize("folder", BRIEFS, ids=lambda folder: folder.name)
def test_a_brief_becomes_its_reviewed_blueprint(folder: Path) -> None:
    """Ten briefs of other domains and styles give the blueprints that were reviewed for them."""
    found = reading((folder / "brief.md").read_text("utf-8"))

    assert dump(found.require()) == (folder / "blueprint.yaml").read_text("utf-8")


@pytest.mark.parametrize("folder", BRIEFS, ids=lambda folder: folder.name)
def test_reviewed_blueprints_are_valid(folder: Path) -> None:
    """A service can be written from each of them."""
    assert check(load((folder / "blueprint.yaml").read_text("utf-8"))) == []


def test_reading_is_deterministic() -> None:
    """The same brief gives the same reading, with another instance of the catalogue too."""
    first = reading(PARAGRAPH)
    again = read(PARAGRAPH, Catalogue.builtin(), created=CREATED)

    assert first == again


def test_a_domain_without_entities_gets_the_usual_ones() -> None:
    """`A CRM backend` names no entity: companies, contacts and deals are assumed, and each assumption is listed."""
    found = reading("Build a CRM backend.")

    assert {"Company", "Contact", "Deal"} <= found.require().entities.keys()
    assert "there is Deal" in [assumption.what for assumption in found.assumptions]


def test_a_noun_that_nobody_knows_becomes_an_entity_with_inferred_fields() -> None:
    """Fields of unknown things take the types that their names suggest."""
    blueprint = reading(
        "API for managing zeppelins. Each zeppelin has a name, a price, a launch date and a url."
    ).require()

    fields = blueprint.entities["Zeppelin"].fields
    assert {name: field.type for name, field in fields.items()} == {
        "name": "string",
        "price": "money",
        "launch_date": "date",
        "url": "url",
    }


def test_without_roles_everybody_who_signs_in_may_use_an_unknown_thing() -> None:
    """An entity that only `admin` could read would be of no use; what was assumed is said."""
    found = reading("API for managing zeppelins. Each zeppelin has a name.")

    assert "signed_in" in found.require().entities["Zeppelin"].access
    assert any("signs in reads" in assumption.what for assumption in found.assumptions)


def test_what_users_have_beyond_their_account_becomes_a_profile() -> None:
    """Name, email and password belong to accounts; a biography needs a table."""
    blueprint = reading("Users have a name, an email, a password and a bio. Recipes have a title.").require()

    assert list(blueprint.entities["Profile"].fields) == ["bio", "account"]


def test_an_assumption_names_the_line_to_change() -> None:
    """Whoever disagrees finds the path in the blueprint and the line as it stands."""
    assumptions = {
        assumption.path: assumption.line for assumption in reading("Manage products and orders.").assumptions
    }

    assert assumptions["stores.database"] == "database: sqlite"
    assert "auth.register_as" in assumptions


def test_what_is_taken_from_the_catalogue_is_listed() -> None:
    """Fields, beginning states and rights that the brief does not tell are assumptions about their entity."""
    paths = {assumption.path for assumption in reading("Manage work orders and assets.").assumptions}

    assert {"entities.WorkOrder.fields", "entities.WorkOrder.states", "entities.WorkOrder.access"} <= paths


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the brief is empty"),
        ("  \n\n---\n", "the brief is empty"),
        ("Make it fast and secure, with tests and Docker.", "no entity was found"),
        (
            "Erstelle ein Backend für eine Bibliothek mit Büchern und Mitgliedern.",
            "not seem to be in English",
        ),
        ("作成してください 図書館 管理 システム バックエンド", "not seem to be in English"),
        ("Manage books\x00 and members", "control character (U+0000)"),
        ("Manage books \x1b[31m", "control character (U+001B)"),
        ("books " * 40_000, "at most 200,000"),
    ],
)
def test_a_brief_that_cannot_be_read_is_refused_with_the_next_step(text: str, why: str) -> None:
    """The refusal says what is wrong and what to do, and reading does not raise."""
    found = reading(text)

    assert found.blueprint is None
    assert found.refusal is not None
    assert why in found.refusal.why
    assert found.refusal.next_step
    with pytest.raises(InputError, match="no blueprint"):
        found.require()


def test_a_refused_character_is_shown_with_its_place() -> None:
    """Line and column of the control character, both from one."""
    refusal = reading("Manage books.\nAnd me\x07mbers.").refusal

    assert refusal is not None
    assert str(refusal.place) == "brief:2:7"


CONTRADICTIONS = {
    "two databases": "Manage books.\n- PostgreSQL database\n- MySQL",
    "two file stores": "Manage books with attachments on S3.\n- files on the local disk",
    "roles without sign-in": "Manage books.\n- No authentication\n- RBAC with admin and editor",
    "sign-in and none": "Manage books.\n- no login\n- OAuth2 authentication",
    "two limits": "Manage books.\n- 100 requests/minute\n- rate limit of 200 requests per minute",
    "two lists of values": "Books have a title and a status (new, old).\nBook status: lent, lost",
    "read-only and written": "Manage books. Editors can create and edit books. Books are read-only for everyone.",
}


@pytest.mark.parametrize("text", CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_contradictions_are_refused_with_both_places(text: str) -> None:
    """Each says where the one and where the other stands."""
    found = reading(text)

    assert found.blueprint is None
    assert len(found.contradictions) == 1
    both = found.contradictions[0]
    assert (both.first.line, both.first.column) < (both.second.line, both.second.column)
    with pytest.raises(InputError, match="contradicts itself"):
        found.require()


def test_all_contradictions_are_raised_as_one_error() -> None:
    """One reading is enough to learn of all of them."""
    found = reading("Manage books.\n- PostgreSQL\n- MySQL\n- no authentication\n- OAuth2 login")

    with pytest.raises(InputError) as raised:
        found.require()

    assert len(raised.value.problems) == len(found.contradictions) == 2


@pytest.mark.parametrize(
    "text",
    [
        "Manage books. Use SQLite in tests and PostgreSQL in production.",
        "Manage books. PostgreSQL, not MySQL.",
        "Manage books. We migrate from MySQL to PostgreSQL.",
        "Manage books. PostgreSQL or MySQL.",
    ],
)
def test_a_database_named_in_passing_contradicts_nothing(text: str) -> None:
    """For tests, denied, left behind or as an alternative: PostgreSQL is the one that is meant."""
    blueprint: Blueprint = reading(text).require()

    assert blueprint.stores.database == "postgresql"
