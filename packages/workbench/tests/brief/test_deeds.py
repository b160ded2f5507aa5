"""What people do to things, where the doing has data of its own."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import USER, Blueprint
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read


def drawn(text: str) -> Blueprint:
    """The blueprint of a brief."""
    return read(text, Catalogue.builtin(), created=date(2026, 11, 21)).require()


@pytest.mark.parametrize(
    ("brief", "entity", "about", "by"),
    [
        ("# School\n- As a student I want to enroll in courses", "Enrollment", "course", "student"),
        ("Manage books and shelves. As a member, I want to reserve a book.", "Reservation", "book", "member"),
        (
            "Manage shifts, sites. As a helper, I want to see shifts and sign up for them.",
            "Signup",
            "shift",
            "helper",
        ),
        ("Manage kayaks and piers. Users can book kayaks.", "Booking", "kayak", "user"),
        ("Manage jobs, companies. Applicants apply for jobs.", "Application", "job", "applicant"),
    ],
)
def test_a_doing_between_a_role_and_a_thing_is_recorded(brief: str, entity: str, about: str, by: str) -> None:
    """The entity refers to what it is done to, and to the account of who did it."""
    fields = next(e for name, e in drawn(brief).entities.items() if name.endswith(entity)).fields

    assert (fields[about].type, fields[about].optional) == ("reference", False)
    assert any(field.to == USER or name == by for name, field in fields.items())


@pytest.mark.parametrize(
    "brief",
    [
        "Manage rooms, bookings. Users can book rooms.",
        "Manage rooms, reservations. Users can book rooms.",
        "Manage appointments, rooms. As a patient I want to book appointments.",
        "Manage claims, offices. Managers review claims.",
    ],
)
def test_a_doing_that_is_there_already_is_not_made_again(brief: str) -> None:
    """Under its own name or another; what is booked by being entered; what is reviewed as work."""
    assert len(drawn(brief).entities) == 2


def test_a_number_may_be_given_to_what_is_graded() -> None:
    """`Grade submissions from 1 to 6` bounds a field of the submission."""
    handing_in = "As a student I want to hand in assignments (pdf, max 20 MB)"
    grading = "As a teacher I want to grade submissions from 1 to 6"
    submission = drawn(f"# School\n- {handing_in}\n- {grading}").entities["Submission"]

    grade = submission.fields["grade"]
    assert (grade.type, grade.min, grade.max) == ("integer", 1, 6)
    assert submission.fields["assignment"].to == "Assignment"


def test_what_is_recorded_on_an_occasion_refers_to_it() -> None:
    """`When an object leaves, we record a transport`: a transport is of an object."""
    brief = "Manage statues and rooms. When a statue leaves the building we record a transport with a day and a price."

    assert not drawn(brief).entities["Transport"].fields["statue"].optional


def test_what_something_is_for_is_a_date_of_it() -> None:
    """`Book a desk for a date` says when."""
    blueprint = drawn("Manage desks, rooms, bookings. Members book a desk for a date.")

    assert blueprint.entities["Booking"].fields["date"].type == "date"
