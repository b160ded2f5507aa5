"""How things relate: references, lists of many, trees, many to many, and doings that are things of their own."""

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
    "sentence",
    [
        "A zeppelin belongs to a hangar.",
        "Each hangar has many zeppelins.",
        "Hangars contain several zeppelins.",
        "Every zeppelin has one hangar.",
        "Zeppelins are stored in a hangar.",
        "Each zeppelin has a name and belongs to a hangar.",
        "Zeppelins are linked to one hangar.",
        "\n\n- Zeppelin: name, hangar",
    ],
)
def test_a_relation_becomes_a_required_reference(sentence: str) -> None:
    """Told from either side, the zeppelin refers to its hangar."""
    field = drawn(sentence).entities["Zeppelin"].fields["hangar"]

    assert (field.to, field.optional) == ("Hangar", False)


@pytest.mark.parametrize(
    "sentence", ["A zeppelin can belong to a hangar.", "Zeppelins may be linked to a hangar."]
)
def test_a_relation_that_may_be_is_optional(sentence: str) -> None:
    """`can` and `may` make no duty."""
    assert drawn(sentence).entities["Zeppelin"].fields["hangar"].optional


@pytest.mark.parametrize(
    ("sentence", "optional"),
    [
        ("Each appointment belongs to a pet and a vet.", False),
        ("An appointment may belong to a pet and a vet.", True),
    ],
)
def test_what_a_brief_says_of_a_relation_outweighs_what_is_usual(sentence: str, optional: bool) -> None:
    """`belongs to` makes a duty of both, `may` of none."""
    brief = f"A vet clinic with owners, pets, vets and appointments. {sentence} Owners have many pets."
    entities = read(brief, Catalogue.builtin(), created=date(2026, 11, 21)).require().entities

    assert [entities["Appointment"].fields[name].optional for name in ("pet", "vet")] == [optional, optional]
    assert not entities["Pet"].fields["owner"].optional


def test_how_a_list_may_be_read_makes_no_relation_optional() -> None:
    """`can be filtered by hangar` is no leave to have none."""
    entities = drawn("A zeppelin belongs to a hangar. Zeppelins can be filtered by hangar.").entities

    assert not entities["Zeppelin"].fields["hangar"].optional
    assert "hangar" in entities["Zeppelin"].filters


def test_one_sentence_may_tell_of_two_references() -> None:
    """`belongs to a hangar and a captain`."""
    blueprint = drawn("Captains have a name. A zeppelin belongs to a hangar and a captain.")

    fields = blueprint.entities["Zeppelin"].fields
    assert (fields["hangar"].to, fields["captain"].to) == ("Hangar", "Captain")


@pytest.mark.parametrize(
    ("sentence", "name", "set_"),
    [
        ("Zeppelins are owned by a user.", "owner", "actor"),
        ("Each zeppelin is assigned to a user.", "assignee", None),
        ("A zeppelin belongs to a user.", "user", None),
        ("Zeppelins are inspected by a user.", "inspected_by", None),
    ],
)
def test_a_relation_to_users_is_a_reference_to_accounts(sentence: str, name: str, set_: str | None) -> None:
    """The verb names the reference; owners are the callers who created the row."""
    field = drawn(sentence).entities["Zeppelin"].fields[name]

    assert (field.to, field.set) == ("User", set_)


def test_many_to_many_becomes_a_thing_between() -> None:
    """Each pair occurs once."""
    blueprint = drawn("There is a many-to-many relationship between zeppelins and hangars.")

    between = blueprint.entities["ZeppelinHangar"]
    assert {field.to for field in between.fields.values()} >= {"Zeppelin", "Hangar"}
    assert between.unique == (("zeppelin", "hangar"),)


def test_a_part_of_its_own_kind_refers_to_its_parent() -> None:
    """Sub-hangars are hangars below a hangar."""
    field = drawn("Hangars can have subhangars.").entities["Hangar"].fields["parent"]

    assert (field.to, field.optional) == ("Hangar", True)


def test_a_doing_between_two_things_is_recorded() -> None:
    """Members who borrow books make loans, although the brief names none."""
    brief = "Manage books and members. Members borrow books."
    blueprint = read(brief, Catalogue.builtin(), created=date(2026, 11, 21)).require()

    assert {field.to for field in blueprint.entities["Loan"].fields.values()} >= {"Book", "Member"}


def test_circles_of_required_references_are_opened() -> None:
    """Otherwise no first row could ever be created."""
    fields = drawn("A zeppelin belongs to a hangar. A hangar belongs to a zeppelin.").entities

    assert fields["Zeppelin"].fields["hangar"].optional != fields["Hangar"].fields["zeppelin"].optional


@pytest.mark.parametrize(
    "flow",
    [
        "Zeppelin status: new → flying → moored",
        "Zeppelins have a status (new -> flying -> moored).",
        "A zeppelin's status goes from new to flying to moored.",
    ],
)
def test_states_follow_the_arrows(flow: str) -> None:
    """Each state leads to the next, and an action makes each move."""
    entity = drawn(flow).entities["Zeppelin"]

    assert entity.states is not None
    assert entity.states.moves == {"new": ("flying",), "flying": ("moored",)}
    assert {action.to for action in entity.actions.values()} == {"flying", "moored"}


def test_a_state_may_be_entered_until_another() -> None:
    """`can be scrapped until flying`: from every state before it."""
    entity = drawn("Zeppelin status: new → built → flying. Zeppelins can be scrapped until flying.").entities[
        "Zeppelin"
    ]

    assert entity.states is not None
    assert entity.states.moves["new"] == ("built", "scrapped")
    assert entity.states.moves["built"] == ("flying", "scrapped")


def test_numbers_say_how_many_belong_to_one() -> None:
    """`1-n`, and it may go on with `it`."""
    for sentence in ("Hangar 1-n Zeppelin.", "A hangar has a name. It consists of zeppelins."):
        field = drawn(sentence).entities["Zeppelin"].fields["hangar"]

        assert (field.to, field.optional) == ("Hangar", False)


@pytest.mark.parametrize(
    "sentence", ["Search by name, hangar on zeppelins.", "I want to enroll zeppelins in hangars."]
)
def test_queries_and_doings_tie_no_rows(sentence: str) -> None:
    """What is searched, or enrolled, does not belong to the other."""
    assert not any(f.to == "Zeppelin" for f in drawn(sentence).entities["Hangar"].fields.values())


@pytest.mark.parametrize(
    "brief",
    [
        "- tables: organisations, zeppelins, tags (many to many with zeppelins)",
        "Manage zeppelins and tags. A zeppelin has many tags and a tag has many zeppelins.",
        "- zeppelin: name, length, tags (many-to-many)\n- hangar: name, city, zeppelin",
    ],
)
def test_many_to_many_ties_the_things_around_the_words(brief: str) -> None:
    """Not the first ones of the line; and the words are no field."""
    entities = drawn(brief).entities

    between = next(e for name, e in entities.items() if name in ("TagZeppelin", "ZeppelinTag"))
    assert {field.to for field in between.fields.values()} == {"Tag", "Zeppelin"}
    assert not {"to", "tag", "zeppelin"} & entities["Tag"].fields.keys()
