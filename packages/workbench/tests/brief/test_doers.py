"""Roles told by what people do, and what their verbs let them do."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import ActGrant, Blueprint, Grant, Grants
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading

CATALOGUE = Catalogue.builtin()
TRIPS = "Manage trips. Trips have a title, a price and a status (planned, running, done).\n\n"


def reading(text: str) -> Reading:
    """The reading of a brief on a fixed day."""
    return read(text, CATALOGUE, created=date(2026, 11, 21))


def trips(text: str) -> Blueprint:
    """The blueprint of a brief about trips that are planned, running or done."""
    return reading(TRIPS + text).require()


def rights(text: str, role: str) -> Grants:
    """What a role may do with trips."""
    found = trips(text).entities["Trip"].access[role]
    assert isinstance(found, Grants)
    return found


@pytest.mark.parametrize(
    ("text", "role", "expected"),
    [
        ("Dispatchers plan trips.", "dispatcher", Grants(read=Grant(), create=Grant(), update=Grant())),
        ("Managers see trips.", "manager", Grants(read=Grant())),
        ("A manager sees all trips.", "manager", Grants(read=Grant())),
        ("Finance reads trips.", "finance", Grants(read=Grant())),
        ("Assistants only read.", "assistant", Grants(read=Grant())),
        (
            "Clerks read trips, the head clerk starts them.",
            "head_clerk",
            Grants(read=Grant(), act=ActGrant(actions=("start",))),
        ),
        ("sommelier: full CRUD on all", "sommelier", "everything"),
        ("concierge: reads trips", "concierge", Grants(read=Grant())),
        ("Inspectors from the city may read trips.", "inspector", Grants(read=Grant())),
        ("My two shop girls (we call them staff) can see all trips.", "staff", Grants(read=Grant())),
        ("Only me (chief) can delete the trips.", "chief", Grants(read=Grant(), delete=Grant())),
    ],
)
def test_people_who_do_something_with_a_thing_are_a_role(
    text: str, role: str, expected: Grants | str
) -> None:
    """In the plural, one of them, a department, a label, with more said of them; without any `can`."""
    assert trips(text).entities["Trip"].access[role] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Live tracking of trips on a map.",
        "Redis caches trips.",
        "Trips can be filtered by status and title.",
        "The turnstile reads the trips.",
        "Search: filter trips by title.",
    ],
)
def test_what_does_something_and_is_nobody_is_no_role(text: str) -> None:
    """Machines, labels and fields get no rights."""
    assert set(trips(f"Clerks can read trips. {text}").roles) == {"admin", "clerk"}


@pytest.mark.parametrize(
    ("text", "actions"),
    [
        ("Drivers start and finish their own trips.", ("start", "complete")),
        ("Drivers can begin their own trips.", ("start",)),
        ("A driver conducts tours. The driver completes his own trips.", ("complete",)),
        ("Drivers mark their own trips as done.", ("complete",)),
    ],
)
def test_a_verb_means_the_action_of_its_meaning(text: str, actions: tuple[str, ...]) -> None:
    """Whoever finishes completes; with their own rows, it is theirs alone."""
    found = rights(text, "driver")

    assert found.act is not None
    assert (found.act.actions, found.act.rows) == (actions, "driver")


def test_writing_is_creating_and_changing_ones_own() -> None:
    """`Authors write posts`: everybody else's are not theirs to change."""
    blueprint = reading("Blog with posts. Authors write posts. Anyone can read posts.").require()

    author = blueprint.entities["Post"].access["author"]
    assert isinstance(author, Grants)
    assert (author.create, author.update) == (Grant(), Grant(rows="author"))


def test_it_and_they_are_who_and_what_was_spoken_of_last() -> None:
    """`A driver starts it. They can cancel …`: sentences go on."""
    text = "Clerks read trips. They can delete them. A manager starts it."
    blueprint = trips(text)

    clerk, manager = (blueprint.entities["Trip"].access[role] for role in ("clerk", "manager"))
    assert isinstance(clerk, Grants)
    assert isinstance(manager, Grants)
    assert clerk.delete == Grant()
    assert manager.act == ActGrant(actions=("start",))


def test_whoever_moves_along_an_arrow_may_make_that_move() -> None:
    """`submitted → approved by the chair`, of those that the row belongs to: only theirs."""
    text = (
        "Applications have a title and a status (draft, submitted, approved, declined).\n"
        "- draft -> submitted by the researcher who owns it\n- submitted -> approved or declined by the chair"
    )
    access = reading(text).require().entities["Application"].access

    assert isinstance(chair := access["chair"], Grants)
    assert chair.act == ActGrant(actions=("approve", "decline"))
    assert isinstance(researcher := access["researcher"], Grants)
    assert researcher.act == ActGrant(rows="researcher", actions=("submit",))


def test_who_makes_a_move_may_stand_in_brackets_behind_it() -> None:
    """`planned → running (dispatcher)`, without a verb."""
    found = trips(
        "Transitions of trips: planned → running (dispatcher); running → done (driver or dispatcher)."
    )
    access = found.entities["Trip"].access

    assert access["dispatcher"] == Grants(read=Grant(), act=ActGrant(actions=("start", "complete")))
    assert access["driver"] == Grants(read=Grant(), act=ActGrant(actions=("complete",)))


@pytest.mark.parametrize(
    ("text", "role", "expected"),
    [
        ("Clerks can do everything except delete trips.", "clerk", (True, False)),
        ("Clerks can read and edit trips, but not delete them.", "clerk", (True, False)),
        ("Clerks can only view trips and update them.", "clerk", (True, False)),
        ("Clerks have full access to trips.", "clerk", (True, True)),
        ("developer r/w trips", "developer", (True, False)),
    ],
)
def test_what_is_taken_out_of_a_right_is_out(text: str, role: str, expected: tuple[bool, bool]) -> None:
    """May they update, may they delete?"""
    found = trips(f"Roles: {role}.\n\n{text}").entities["Trip"].access[role]
    grants = Grants(update=Grant(), delete=Grant()) if found == "everything" else found

    assert isinstance(grants, Grants)
    assert (grants.update is not None, grants.delete is not None) == expected


def test_a_field_may_be_out_of_sight() -> None:
    """`must not see the price`: the rest stays."""
    found = rights("Clerks can read trips. Clerks must not see the price of trips.", "clerk")

    assert found.read is not None
    assert found.read.fields is not None
    assert "price" not in found.read.fields
    assert "title" in found.read.fields


def test_joining_two_things_changes_the_reference_between_them() -> None:
    """`assign drivers to trips`."""
    text = "Drivers have a name and a phone. A trip may have a driver. Clerks assign drivers to trips."

    assert rights(text, "clerk").update == Grant(fields=("driver",))


def test_using_a_thing_makes_none_of_it() -> None:
    """Who reserves a room makes no room; where bookings are kept, they make a booking of their own."""
    without = reading("Rooms have a name. Guests can reserve rooms. Clerks create rooms.").require()
    with_ = reading(
        "Rooms have a name. A booking has a room. Clerks create rooms. Members book rooms."
    ).require()

    for blueprint in (without, with_):
        for role, given in blueprint.entities["Room"].access.items():
            assert role in ("admin", "clerk") or (isinstance(given, Grants) and given.create is None)
    assert isinstance(member := with_.entities["Booking"].access["member"], Grants)
    assert member.create is not None


def test_an_unknown_second_verb_grants_nothing() -> None:
    """`makes an order and puts products in it` lets nobody make products."""
    blueprint = reading("Orders and products. A customer makes an order and puts products in it.").require()

    assert isinstance(customer := blueprint.entities["Product"].access["customer"], Grants)
    assert customer.create is None


def test_a_verb_that_gives_no_right_is_said_with_a_hint() -> None:
    """The row of the trace says what to write instead."""
    rows = reading(f"{TRIPS}Drivers can admire trips.").not_understood

    assert [row.status for row in rows] == ["partly"]
    assert "say what they may create, see, change or delete" in rows[0].note


def test_guests_who_only_look_are_the_public() -> None:
    """Where they book, or stand in a list of roles, they are a role."""
    looking = trips("Guests can read trips. Clerks edit trips.")
    listed = trips("Roles: clerk, guest.\n\nGuests can read trips. Clerks edit trips.")

    assert "guest" not in looking.roles
    assert looking.entities["Trip"].access["public"] == Grants(read=Grant())
    assert listed.entities["Trip"].access["guest"] == Grants(read=Grant())


def test_what_is_only_for_somebody_is_theirs_to_change() -> None:
    """`trips are only for the owner`: nobody else writes them."""
    blueprint = trips("Roles: clerk, owner.\n\nClerks can edit trips. Trips are only for the owner.")

    assert isinstance(owner := blueprint.entities["Trip"].access["owner"], Grants)
    assert owner.create == Grant()


def test_what_nobody_may_do_is_granted_to_nobody() -> None:
    """`must not be deleted by anyone except admins` opens nothing to the public."""
    access = (
        trips("Clerks manage trips. Trips must not be deleted by anyone except admins.")
        .entities["Trip"]
        .access
    )

    assert set(access) == {"admin", "clerk"}
    assert isinstance(clerk := access["clerk"], Grants)
    assert (clerk.update, clerk.delete) == (Grant(), None)


def test_seeing_everything_is_not_doing_everything() -> None:
    """`HR sees everything`, in the third person too."""
    assert rights("HR sees everything and can start trips.", "hr") == Grants(
        read=Grant(), act=ActGrant(actions=("start",))
    )


def test_one_role_may_do_what_another_may() -> None:
    """`everything agents can`: that, and no more."""
    text = "Agents can start trips. Supervisors can do everything agents can and delete trips."
    found = rights(text, "supervisor")

    assert found.act == ActGrant(actions=("start",))
    assert found.delete == Grant()
    assert (found.create, found.update) == (None, None)


def test_rows_of_what_the_service_does_not_keep_are_said_to_be_a_rule() -> None:
    """`trips of their team`: no reference tells the team."""
    found = reading(f"{TRIPS}Managers start trips of their team.")

    assert any("service.py" in row.note for row in found.not_understood)


def test_what_is_done_with_a_part_of_a_thing_makes_no_thing() -> None:
    """Who records the attendance of players creates no player."""
    blueprint = reading(
        "Manage players. Players have a name. Coaches see players and record the attendance of players."
    ).require()

    coach = blueprint.entities["Player"].access.get("coach")
    assert coach is None or (isinstance(coach, Grants) and coach.create is None)


def test_a_verb_and_its_object_may_be_the_name_of_a_thing() -> None:
    """Whoever requests leave makes a leave request."""
    text = "Each leave request has a reason and a start date. Employees request leave. Managers see leave requests."
    access = reading(text).require().entities["LeaveRequest"].access

    assert isinstance(employee := access["employee"], Grants)
    assert employee.create is not None
