"""The fields that a brief names: where lists of them begin and end, types, limits, values, references."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Blueprint, Entity, FieldModel
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read


def drawn(text: str) -> Blueprint:
    """The blueprint of a brief."""
    return read(text, Catalogue.builtin(), created=date(2026, 11, 21)).require()


def zeppelin(described: str) -> Entity:
    """The entity of a brief that describes one thing nobody knows."""
    return drawn(f"Manage zeppelins and hangars. {described}").entities["Zeppelin"]


def field(described: str, name: str) -> FieldModel:
    """One field of a zeppelin that has what is described."""
    return zeppelin(f"Each zeppelin has {described}.").fields[name]


@pytest.mark.parametrize(
    "described",
    [
        "Zeppelins have a name, a price and a length.",
        "A zeppelin should have a name, price and length.",
        "Zeppelin: name, price, length",
        "Zeppelins (name, price, length)",
        "Zeppelins with a name, price and length.",
        "Every zeppelin consists of a name, a price as well as a length.",
        "We store the name, price and length of each zeppelin.",
        "For each zeppelin we record the name, the price and the length.",
        "\n\n# Zeppelins\n\n- name\n- price\n- length\n",
        "\n\n- Zeppelins:\n  - name\n  - price\n  - length\n",
        "\n\n# Zeppelin\nFields: name, price, length\n",
        "\n\n| Entity | Fields |\n|---|---|\n| Zeppelin | name, price, length |\n",
        "\n\n# Zeppelin\n\n| Field | Type |\n|---|---|\n| name | string |\n| price | |\n| length | |\n",
    ],
)
def test_fields_are_found_however_they_are_listed(described: str) -> None:
    """Sentences, definitions, brackets, nested lists and tables name the same three fields."""
    assert list(zeppelin(described).fields) == ["name", "price", "length"]


@pytest.mark.parametrize(
    ("described", "name", "expected"),
    [
        ("a motto up to 500 characters", "motto", {"type": "string", "max": 500, "optional": True}),
        ("a motto (max 80)", "motto", {"type": "string", "max": 80, "optional": True}),
        ("a motto (text, required)", "motto", {"type": "text"}),
        ("a unique motto", "motto", {"type": "string", "max": 200, "unique": True}),
        ("a rating between 1 and 10", "rating", {"type": "integer", "min": 1, "max": 10}),
        ("a rating (1-10)", "rating", {"type": "integer", "min": 1, "max": 10}),
        ("an engine count from 2 to 8", "engine_count", {"type": "integer", "min": 2, "max": 8}),
        ("a length in metres (decimal)", "length_metres", {"type": "decimal", "optional": True}),
        ("a grade between 0 and 100", "grade", {"type": "integer", "min": 0, "max": 100, "optional": True}),
        ("at most 20 passengers", "max_passengers", {"type": "integer", "min": 1, "max": 20}),
        ("a retired flag", "retired", {"type": "boolean", "default": False}),
        ("a helium yes/no", "helium", {"type": "boolean", "default": False}),
        ("a crew size (integer, default 3)", "crew_size", {"type": "integer", "default": 3}),
        ("a price in euros", "price", {"type": "money", "min": 0}),
        ("a price per mile", "price_per_mile", {"type": "money", "min": 0}),
        ("a launch date (optional)", "launch_date", {"type": "date", "optional": True}),
        (
            "a status (new, flying, moored)",
            "status",
            {"values": ("new", "flying", "moored"), "default": "new"},
        ),
        (
            "a status: new | flying | moored",
            "status",
            {"values": ("new", "flying", "moored"), "default": "new"},
        ),
        ("a status of new, flying or moored", "status", {"values": ("new", "flying", "moored")}),
        ("a status (new, flying; default flying)", "status", {"default": "flying"}),
        ("a priority (low, medium, high)", "priority", {"default": "medium"}),
        ("a kind (rigid | blimp)", "kind", {"values": ("rigid", "blimp"), "default": None}),
    ],
)
def test_types_and_limits_are_read_from_words(described: str, name: str, expected: dict[str, object]) -> None:
    """What the words say stands in the field; what they leave open is inferred from the name."""
    found = field(described, name).model_dump()

    assert {key: found[key] for key in expected} == expected


def test_start_and_end_share_their_last_word() -> None:
    """`a start and end date` are two dates."""
    entity = zeppelin("Each zeppelin has a name and a start and end date.")

    assert list(entity.fields) == ["name", "start_date", "end_date"]


def test_a_bracket_of_parts_makes_fields_of_them() -> None:
    """An address in parts is not an enum."""
    entity = zeppelin("Each zeppelin has a name and an address (street, city, zip code).")

    assert list(entity.fields) == ["name", "street", "city", "zip_code"]


def test_examples_complete_what_is_usual() -> None:
    """`such as` and `etc` leave the catalogue's fields in place; a plain list replaces them."""
    some = drawn("Manage products with fields such as name, price and voltage.").entities["Product"].fields
    all_ = drawn("Manage products with name, price and voltage.").entities["Product"].fields

    assert {"voltage", "sku"} <= some.keys()
    assert list(all_) == ["name", "price", "voltage"]


def test_an_item_that_names_a_thing_is_a_reference() -> None:
    """A zeppelin's hangar is one of the hangars."""
    found = field("a name and a hangar", "hangar")

    assert (found.type, found.to) == ("reference", "Hangar")


@pytest.mark.parametrize("name", ["class", "metadata", "schema"])
def test_a_name_that_python_or_the_library_takes_is_lengthened(name: str) -> None:
    """The field keeps its meaning and the service its keywords."""
    assert f"{name}_value" in zeppelin(f"Each zeppelin has a name and a {name}.").fields


def test_what_every_row_has_is_not_declared_again() -> None:
    """Ids and timestamps come with every entity."""
    assert list(zeppelin("Zeppelin: id, name, created at, updated_at").fields) == ["name"]


def test_one_field_alone_is_no_list_of_all() -> None:
    """Of a thing that the catalogue knows, it adds to what is usual; two of them replace it."""
    brief = "Library with books, members and loans."
    one = drawn(f"{brief} Loans have a status: requested, lent, returned.").entities["Loan"].fields
    two = drawn(f"{brief} Loans have a due date and a fee.").entities["Loan"].fields

    assert {"due_on", "book", "member"} <= one.keys()
    assert one["status"].values == ("requested", "lent", "returned")
    assert two.keys() == {"due_date", "fee", "book", "member"}


def test_what_may_be_had_is_no_list_of_all() -> None:
    """`may have a room` leaves an appointment its time."""
    found = drawn("A clinic with patients and appointments. An appointment may have a room.").entities[
        "Appointment"
    ]

    assert {"room", "starts_at"} <= found.fields.keys()


@pytest.mark.parametrize(
    ("described", "unique"),
    [
        ("Car: license_plate, make", True),
        ("Parking ticket: license_plate, amount", False),
        ("Pump: serial_number, power", True),
        ("Repair: serial_number, cost", False),
        ("Book: isbn, title", True),
        ("Loan: isbn, days", False),
        ("Member: member_number, name", True),
        ("Visit: member_number, day", False),
        ("Visit: member_number (unique), day", True),
    ],
)
def test_a_number_is_unique_on_what_it_identifies(described: str, unique: bool) -> None:
    """A car has one licence plate, and the plate many parking tickets; what the brief says counts."""
    entity = next(iter(drawn(f"- {described}").entities.values()))

    assert next(iter(entity.fields.values())).unique == unique


@pytest.mark.parametrize(
    "sentence",
    [
        "A member can have at most 5 active loans.",
        "At most 5 active loans per member.",
        "Max 2 loans per member.",
    ],
)
def test_a_bound_on_rows_is_no_field(sentence: str) -> None:
    """It is a rule of the business; the trace says that it is not understood."""
    reading = read(
        f"Library with books, members and loans. {sentence}", Catalogue.builtin(), created=date(2026, 11, 21)
    )

    names = {name for entity in reading.require().entities.values() for name in entity.fields}
    assert not {name for name in names if name.startswith(("max_", "at_most"))}
    assert reading.not_understood


def test_whether_makes_yes_or_no() -> None:
    """`whether it contains nuts or gluten` are two of them."""
    found = zeppelin("Each zeppelin has a name and whether it contains helium or air.").fields

    assert {found[name].type for name in ("contains_helium", "contains_air")} == {"boolean"}


@pytest.mark.parametrize(
    ("described", "names"),
    [
        ("Kite: starts at, handed over by, booked for", ["starts_at", "handed_over_by", "booked_for"]),
        ("Kite: handler (optional), price per metre, deadline", ["handler", "price_per_metre", "deadline"]),
        ("Kite = name, price", ["name", "price"]),
        ("A kite has a name, how many tails and a list of colours.", ["name", "tails", "colours"]),
        (
            "A kite has a name, the moment it was launched and the day it was sold.",
            ["name", "launched_at", "sold_on"],
        ),
        ("A kite has a name, the time it left and a price.", ["name", "left_at", "price"]),
        ("A kite has a lifespan in years and a mass in kg.", ["lifespan_years", "mass_kg"]),
        ("Each kite has a name, a price, and pilots upload several photos per kite.", ["name", "price"]),
        ("For a kite we store a name and a price, which has to be positive.", ["name", "price"]),
        ("People make kites: a kite has a name, a price and a colour.", ["name", "price", "colour"]),
        ("Each fair gets kites (name, price, opens on).", ["name", "price", "opens_on"]),
    ],
)
def test_names_end_where_the_description_begins(described: str, names: list[str]) -> None:
    """Prepositions at the end belong to the name; statements after the list do not."""
    fields = drawn(f"Manage kites and fairs.\n{described}\n").entities["Kite"].fields

    assert [name for name in names if name in fields] == names
    assert not {"may", "to_be", "pilots_upload_photos", "it"} & fields.keys()


def test_what_is_entered_has_the_fields_that_follow() -> None:
    """`Clerks record attendance for a fair: date, arrived at`: of the attendance, and not of the fair."""
    brief = "Manage kites and fairs.\nPilots write flyovers for a kite: date, wind speed, remarks."
    flyover = drawn(brief).entities["Flyover"]

    assert list(flyover.fields)[:3] == ["date", "wind_speed", "remarks"]
    assert flyover.fields["kite"].to == "Kite"


@pytest.mark.parametrize(
    ("described", "name"),
    [
        ("Kite: answer (accepted, declined or open)", "answer"),
        ("A kite has a name and a verdict (good, fair or poor).", "verdict"),
    ],
)
def test_a_bracket_with_or_lists_values(described: str, name: str) -> None:
    """Whatever the field is called."""
    assert len(drawn(f"Manage kites and fairs.\n{described}").entities["Kite"].fields[name].values) == 3


def test_columns_may_be_called_as_in_a_database() -> None:
    """`exhibition_id` is the reference to the exhibition, and `uniq` says unique."""
    brief = (
        "# Museum\n\n## Exhibition\n- title: string\n\n"
        "## Tour\n- exhibition_id: FK exhibitions\n- code: string, uniq"
    )
    tour = drawn(brief).entities["Tour"]

    assert tour.fields["exhibition"].to == "Exhibition"
    assert tour.fields["code"].unique


@pytest.mark.parametrize("said", ["sender (Kite)", "sender: Kite"])
def test_a_field_may_name_in_brackets_what_it_refers_to(said: str) -> None:
    """Under a name of its own."""
    fair = drawn(f"Manage kites and fairs.\n\n## Fair\n- title: string\n- {said}").entities["Fair"]

    assert fair.fields["sender"].to == "Kite"


@pytest.mark.parametrize(
    "said", ["device given to an employee", "an employee holds a device", "a device lent to an employee"]
)
def test_a_definition_ties_all_things_that_it_names(said: str) -> None:
    """`Assignment = device given to an employee, with …`: it refers to both."""
    brief = (
        f"- Database with devices, employees, assignments tables\n- Assignment = {said}, with returned date"
    )
    fields = drawn(brief).entities["Assignment"].fields

    assert (fields["device"].to, fields["employee"].to) == ("Device", "Employee")
    assert not fields["device"].optional
    assert "returned_date" in fields


@pytest.mark.parametrize(
    ("described", "name", "count"),
    [
        ("Kite (name, condition {new, used, torn}, price)", "condition", 3),
        ("Kite: name, price\n- Kite states: new, picked up, torn", "status", 3),
    ],
)
def test_values_stand_in_any_brackets_and_after_states(described: str, name: str, count: int) -> None:
    """Braces as well as others; `picked up` is one value."""
    fields = drawn(f"Manage kites and fairs.\n- {described}").entities["Kite"].fields

    assert len(fields[name].values) == count
    assert "picked" not in fields


def test_a_bold_name_begins_the_description_of_another_thing() -> None:
    """Though it stands below the fields of the one before."""
    kite = "**Kite**\n- name: string\n- price: money"
    brief = f"## Entities\n\n{kite}\n**Stop** - kite, sequence, picked up at, fee\n\nClerks manage stops."
    fields = drawn(brief).entities["Stop"].fields

    assert {"kite", "sequence", "picked_up_at", "fee"} <= fields.keys()


def test_whoever_a_clause_tells_of_is_a_reference() -> None:
    """`The hangar who keeps it` refers to the hangar, `who did it` to the account that enters the row."""
    entity = zeppelin("Each zeppelin has a name, the hangar who keeps it and who recorded it.")

    assert entity.fields["hangar"].to == "Hangar"
    assert (entity.fields["recorded_by"].to, entity.fields["recorded_by"].set) == ("User", "actor")


def test_a_maximum_is_a_number_and_opening_hours_are_none() -> None:
    """`Maximum guests` counts; opening hours are told in words."""
    assert field("a name and maximum passengers", "maximum_passengers").type == "integer"
    assert field("a name and opening hours", "opening_hours").type == "string"


def test_a_verb_before_name_or_number_belongs_to_the_field() -> None:
    """A mark name is a name, though `mark` is a verb; with `it` or `them` words are no field at all."""
    fields = zeppelin("Zeppelin: mark name, length, an owner creates them").fields

    assert "mark_name" in fields
    assert not [name for name in fields if "them" in name]


def test_a_kind_of_a_listed_thing_refers_to_it() -> None:
    """A membership plan is one of the plans that a layout lists; a name or a number is none."""
    brief = "- plans(name, price)\n- riders(name, phone, membership plan, plan number)"
    rider = drawn(brief).entities["Rider"]

    assert rider.fields["membership_plan"].to == "Plan"
    assert rider.fields["plan_number"].to is None


def test_what_happens_under_a_heading_of_the_service_is_no_field_of_it() -> None:
    """Under `Gym backend`, a section of its own lists what people do."""
    brief = (
        "# Kite backend\n\n## Tables\n- kites: name, price, colour\n- riders: name, phone, email\n\n"
        "## API\n- CRUD for everything\n- refresh tokens\n"
    )
    assert list(drawn(brief).entities["Kite"].fields) == ["name", "price", "colour"]


def test_parts_in_a_list_have_what_is_said_of_them() -> None:
    """`A list of items with quantity` are lines that refer to their order, whatever else the order lists."""
    entities = drawn(
        "We sell kites: name, price. Every order has a pickup date, a list of items with quantity."
    ).entities

    assert "items" not in entities["Order"].fields
    assert entities["OrderItem"].fields["order"].to == "Order"
    assert "quantity" in entities["OrderItem"].fields
