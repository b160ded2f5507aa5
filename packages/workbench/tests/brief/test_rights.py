"""Who may do what: roles, their rights, their own rows, and what is open to all."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import ActGrant, Blueprint, Grant, Grants
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read

EVERYTHING = "everything"


def drawn(text: str) -> Blueprint:
    """The blueprint of a brief about zeppelins and hangars."""
    brief = f"Manage zeppelins and hangars. {text}"
    return read(brief, Catalogue.builtin(), created=date(2026, 11, 21)).require()


def grants(text: str, role: str, entity: str = "Zeppelin") -> Grants | str | None:
    """What a role may do with zeppelins."""
    return drawn(text).entities[entity].access.get(role)


@pytest.mark.parametrize(
    "text",
    [
        "Roles: admin, pilot, viewer",
        "RBAC (admin, pilot, viewer)",
        "There are three user roles: admin, pilot and viewer.",
        "RBAC with admin, pilot and viewer roles.",
        "\n\n## Roles\n- Admin: full access\n- Pilot: can edit zeppelins\n- Viewer: read-only\n",
        "Pilots can edit zeppelins. Viewers are read-only. Admins can do everything.",
        "\n\nAs a pilot I want to edit zeppelins.\nAs a viewer I want to see zeppelins.\n",
    ],
)
def test_roles_are_found_however_they_are_named(text: str) -> None:
    """Lists, headings, sentences and user stories; `admin` is always among them."""
    assert set(drawn(text).roles) == {"admin", "pilot", "viewer"}


@pytest.mark.parametrize(
    ("text", "role", "expected"),
    [
        ("Pilots can view zeppelins.", "pilot", Grants(read=Grant())),
        (
            "Pilots can create and edit zeppelins.",
            "pilot",
            Grants(read=Grant(), create=Grant(), update=Grant()),
        ),
        ("Pilots have full access.", "pilot", EVERYTHING),
        ("Auditors are read-only.", "auditor", Grants(read=Grant())),
        ("Roles: admin, auditor (read-only)", "auditor", Grants(read=Grant())),
        ("Pilots can see everything.", "pilot", Grants(read=Grant())),
        ("Zeppelins can be edited by pilots.", "pilot", Grants(read=Grant(), update=Grant())),
        ("Pilots can view zeppelins but cannot delete them.", "pilot", Grants(read=Grant())),
        (
            "Pilots can update the name of zeppelins. Each zeppelin has a name and a price.",
            "pilot",
            Grants(read=Grant(), update=Grant(fields=("name",))),
        ),
    ],
)
def test_sentences_about_rights_become_grants(text: str, role: str, expected: Grants | str) -> None:
    """Verbs say which rights; who may change a row may see it."""
    assert grants(text, role) == expected


def test_admin_may_do_everything_and_others_what_they_are_granted() -> None:
    """Deny by default: a role that the brief describes gets nothing that it is not told to have."""
    blueprint = drawn("Pilots can view zeppelins. Mechanics can view hangars.")

    assert blueprint.entities["Zeppelin"].access["admin"] == EVERYTHING
    assert "mechanic" not in blueprint.entities["Zeppelin"].access


def test_only_takes_a_right_from_everybody_else() -> None:
    """`Only managers can delete`: those who could before cannot now."""
    text = "Roles: admin, manager, editor, owner. Only managers can delete zeppelins."

    assert isinstance(owner := grants(text, "owner"), Grants)
    assert owner.delete is None
    assert isinstance(manager := grants(text, "manager"), Grants)
    assert manager.delete == Grant()


def test_own_rows_are_found_along_references() -> None:
    """A customer's orders lead to the customer's account."""
    brief = "Manage customers and orders. Customers can see only their own orders."
    access = read(brief, Catalogue.builtin(), created=date(2026, 11, 21)).require().entities["Order"].access

    assert isinstance(customer := access["customer"], Grants)
    assert customer.read == Grant(rows="customer")


def test_own_rows_without_any_reference_get_an_owner() -> None:
    """Nothing says whose a zeppelin is, so that it remembers who created it; this is an assumption."""
    found = read(
        "Manage zeppelins. Users can only see their own zeppelins.",
        Catalogue.builtin(),
        created=date(2026, 11, 21),
    )
    entity = found.require().entities["Zeppelin"]

    assert entity.fields["owner"].set == "actor"
    assert entity.access["signed_in"] == Grants(
        **dict.fromkeys(("read", "create", "update", "delete"), Grant(rows="owner"))
    )
    assert any("remembers the account" in assumption.what for assumption in found.assumptions)


def test_nothing_is_public_unless_the_brief_says_so() -> None:
    """Usual public reading of the catalogue needs an account, until something is opened."""
    closed = read("Build a blog with articles.", Catalogue.builtin(), created=date(2026, 11, 21)).require()
    opened = read(
        "Build a blog with articles. Anyone can read articles.",
        Catalogue.builtin(),
        created=date(2026, 11, 21),
    ).require()

    assert "public" not in closed.entities["Article"].access
    assert "public" in opened.entities["Article"].access


@pytest.mark.parametrize("text", ["Zeppelins are public.", "Anyone can browse zeppelins without logging in."])
def test_public_callers_may_read_what_is_open(text: str) -> None:
    """They read; whatever changes rows takes an account."""
    assert grants(text, "public") == Grants(read=Grant())


def test_a_service_without_sign_in_is_open_but_for_changes() -> None:
    """Everybody reads and creates; who changes a row has a name."""
    access = drawn("No authentication needed.").entities["Zeppelin"].access

    assert access["public"] == Grants(read=Grant(), create=Grant())
    assert access["signed_in"] == Grants(update=Grant(), delete=Grant())


def test_what_cannot_be_changed_is_updated_by_nobody_but_admin() -> None:
    """`cannot be changed` takes the right from every role."""
    text = "Pilots can create, edit and view zeppelins. Zeppelins cannot be changed."

    assert grants(text, "pilot") == Grants(read=Grant(), create=Grant())


def test_an_action_of_the_entity_is_granted_by_its_name() -> None:
    """Who may cancel orders may call that action, and see the orders."""
    brief = "Manage customers and orders. Clerks can cancel orders."
    access = read(brief, Catalogue.builtin(), created=date(2026, 11, 21)).require().entities["Order"].access

    assert isinstance(clerk := access["clerk"], Grants)
    assert clerk.act == ActGrant(actions=("cancel",))
    assert clerk.read == Grant()


def test_whoever_creates_a_row_can_see_what_it_must_refer_to() -> None:
    """Otherwise the required reference could not be filled."""
    blueprint = drawn("A zeppelin belongs to a hangar. Pilots can create zeppelins.")

    assert isinstance(pilot := blueprint.entities["Hangar"].access["pilot"], Grants)
    assert pilot.read == Grant()


@pytest.mark.parametrize(
    ("brief", "role"),
    [
        ("Manage customers and orders. Customers can see only their own orders.", "customer"),
        ("Manage zeppelins. Roles: admin, dispatcher, viewer.", None),
    ],
)
def test_strangers_get_the_role_that_looks_after_its_own_rows(brief: str, role: str | None) -> None:
    """Who signs up becomes a customer; nobody signs up as staff."""
    found = read(brief, Catalogue.builtin(), created=date(2026, 11, 21)).require()

    assert found.auth.register_as == role


def test_what_is_said_of_the_public_ends_where_somebody_else_is_spoken_of() -> None:
    """`Anyone can read …, authors write …`: nobody without an account may write, whoever authors are."""
    text = "create a blog api where anyone can read posts, authors write posts and moderators delete comments"
    blueprint = read(text, Catalogue.builtin(), created=date(2026, 11, 21)).require()
    for entity in blueprint.entities.values():
        opened = entity.access.get("public")
        assert opened is None or opened == Grants(read=Grant())


def test_seeing_everything_and_changing_ones_own_are_two_rights() -> None:
    """The second half of a sentence is not lost over its first."""
    text = (
        "Vets and pets. An appointment belongs to a pet and a vet. "
        "Vets can read everything and update only their own appointments."
    )
    blueprint = read(text, Catalogue.builtin(), created=date(2026, 11, 21)).require()
    rights = blueprint.entities["Appointment"].access["vet"]
    assert isinstance(rights, Grants)
    assert (rights.read, rights.update) == (Grant(), Grant(rows="vet"))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "We run a small e-commerce shop. Please implement the backend: products and orders.",
            "E-commerce shop",
        ),
        ("As a teacher I can create courses with a title and a syllabus.", "Courses"),
    ],
)
def test_a_service_is_not_named_after_how_the_brief_begins(text: str, title: str) -> None:
    """Who we are and what somebody does are no names."""
    assert read(text, Catalogue.builtin(), created=date(2026, 11, 21)).require().title == title
