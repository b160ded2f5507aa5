"""States that a brief lists: which moves there are between them, and which actions make these."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Entity
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.courses import listed_moves
from backwright_workbench.brief.doings import base, verb_of
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading

CATALOGUE = Catalogue.builtin()


def reading(text: str) -> Reading:
    """The reading of a brief on a fixed day."""
    return read(text, CATALOGUE, created=date(2026, 11, 21))


def entity(text: str, name: str) -> Entity:
    """An entity of a brief."""
    return reading(text).require().entities[name]


@pytest.mark.parametrize(
    ("states", "moves"),
    [
        ("planned running done", {"planned": ("running",), "running": ("done",)}),
        ("pending approved rejected", {"pending": ("approved", "rejected")}),
        (
            "requested approved rejected picked_up",
            {"requested": ("approved", "rejected"), "approved": ("picked_up",)},
        ),
        (
            "draft submitted approved returned paid",
            {
                "draft": ("submitted",),
                "submitted": ("approved", "returned"),
                "approved": ("paid",),
                "returned": ("submitted",),
            },
        ),
        ("open closed cancelled", {"open": ("closed", "cancelled")}),
        ("active returned overdue", {"active": ("returned", "overdue"), "overdue": ("returned",)}),
        (
            "open in_progress on_hold closed",
            {
                "open": ("in_progress", "on_hold"),
                "in_progress": ("closed", "on_hold"),
                "on_hold": ("open", "in_progress", "closed"),
            },
        ),
    ],
)
def test_listed_states_follow_each_other(states: str, moves: dict[str, tuple[str, ...]]) -> None:
    """Yes and no come after the same state; what is called off, rests or is late stands beside the course."""
    values = states.split()

    assert listed_moves(values, values[0]) == moves


@pytest.mark.parametrize("states", ["available rented maintenance", "active inactive", "red white rose"])
def test_what_is_no_course_of_events_has_no_moves(states: str) -> None:
    """Whoever may change the row sets these as they are."""
    values = states.split()

    assert listed_moves(values, values[0]) is None


def test_the_order_of_the_list_is_an_assumption_with_the_line_to_change() -> None:
    """Where the brief draws no arrows."""
    found = reading("Zeppelins have a name and a status (planned, running, done).")

    line = {a.path: a.line for a in found.assumptions}["entities.Zeppelin.states"]
    assert line == "states: {planned: [running], running: [done]}"
    actions = found.require().entities["Zeppelin"].actions
    assert {name: action.to for name, action in actions.items()} == {"start": "running", "complete": "done"}


def test_usual_states_under_other_names_keep_their_moves_and_actions() -> None:
    """Work orders that are `new`, `running` and `done` are started and completed as ever."""
    found = entity("Work orders have a title and a status (new, running, done).", "WorkOrder")

    assert found.states is not None
    assert found.states.moves["running"] == ("done",)
    assert found.actions["start"].to == "running"
    assert found.actions["complete"].to == "done"


@pytest.mark.parametrize(
    ("state", "verb"),
    [
        ("approved", "approve"),
        ("diagnosed", "diagnose"),
        ("shipped", "ship"),
        ("repaired", "repair"),
        ("picked_up", "pick_up"),
        ("in_progress", "start"),
        ("done", "complete"),
        ("waiting_for_parts", "wait_for_parts"),
        ("applied", "apply"),
        ("sold", "sell"),
        ("vacant", "mark_vacant"),
    ],
)
def test_an_action_is_named_by_the_verb_of_its_state(state: str, verb: str) -> None:
    """Participles by rule, the rest by name."""
    assert verb_of(state) == verb


@pytest.mark.parametrize(
    ("participle", "verb"),
    [("graded", "grade"), ("planned", "plan"), ("booked", "book"), ("handled", "handle"), ("opened", "open")],
)
def test_the_verb_of_a_regular_participle(participle: str, verb: str) -> None:
    """A silent e comes back, a doubled letter goes."""
    assert base(participle) == verb


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Managers approve or reject zeppelins.", ("pending", "approved", "rejected")),
        ("Zeppelins are approved by managers.", ("pending", "approved")),
        ("Managers can mark a zeppelin as attended or missed.", ("registered", "attended", "missed")),
        ("Managers publish zeppelins.", ("draft", "published")),
    ],
)
def test_what_is_done_with_a_thing_gives_it_a_status(text: str, values: tuple[str, ...]) -> None:
    """An engineer would add one; it is an assumption, and the verbs are rights to its actions."""
    found = reading(f"API for managing zeppelins. Each zeppelin has a name. {text}")
    zeppelin = found.require().entities["Zeppelin"]

    assert zeppelin.fields["status"].values == values
    assert any(a.path == "entities.Zeppelin.states" for a in found.assumptions)
    assert {action.to for action in zeppelin.actions.values()} == {*values[1:]}


def test_a_thing_with_a_status_of_its_own_gets_no_other() -> None:
    """`approve` says nothing new of what is draft or final."""
    text = "Zeppelins have a name and a status (draft, final). Managers approve zeppelins."

    assert entity(text, "Zeppelin").fields["status"].values == ("draft", "final")


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ("open, assigned, in progress, on hold, done", {"start": ("assigned",), "resume": ("on_hold",)}),
        ("open, assigned, in progress, done", {"start": ()}),
        ("open, in progress, on hold, done", {"start": ("open",), "resume": ("on_hold",)}),
    ],
)
def test_actions_keep_the_states_they_begin_in_as_far_as_these_are_there(
    states: str, expected: dict[str, tuple[str, ...]]
) -> None:
    """To start is not to resume. A state that nobody begins in any more falls to the first of them; an action that
    has nowhere left to begin goes; one that may begin wherever its move is allowed names no state.
    """
    chain = " → ".join(states.split(", ")).replace("on hold → done", "on hold → in progress")
    text = f"Maintenance service with work orders and assets. Status of work orders: {chain}."

    actions = entity(text, "WorkOrder").actions

    assert {n: a.from_ for n, a in actions.items() if a.to == "in_progress"} == expected


def test_a_rest_before_which_nothing_goes_on_breaks_nothing() -> None:
    """A list of states of which none leads on has no course, and is no error."""
    assert not listed_moves(["approved", "on_hold"], "approved")


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        (
            "A cheese is first wet, then in drying, then ready, then sold out, or it is discarded when it is bad.",
            {
                "wet": ("drying", "discarded"),
                "drying": ("ready", "discarded"),
                "ready": ("sold_out", "discarded"),
            },
        ),
        (
            "Cheeses start out as new, then become running, and are finally done or failed.",
            {"new": ("running",), "running": ("done", "failed")},
        ),
        ("A cheese begins as draft and is then submitted.", {"draft": ("submitted",)}),
        (
            "Cheese status: requested -> confirmed -> done, or cancelled",
            {"requested": ("confirmed", "cancelled"), "confirmed": ("done", "cancelled")},
        ),
        (
            "Allowed transitions: draft → submitted; submitted → sold or dropped.",
            {"draft": ("submitted",), "submitted": ("sold", "dropped")},
        ),
    ],
)
def test_a_course_is_told_in_sentences(text: str, moves: dict[str, tuple[str, ...]]) -> None:
    """`first …, then …`, `…, or cancelled` from every state before the end, transitions of what was spoken of last."""
    states = entity(f"Backend for a dairy.\n\nCheeses have a name and a weight. {text}", "Cheese").states

    assert states is not None
    assert states.moves == moves


def test_what_is_opened_for_the_first_time_is_not_reopened() -> None:
    """And what goes live is launched."""
    auctions = entity(
        "Manage auctions. Auctions have a title and go from planned to open to closed.", "Auction"
    )
    tickets = entity("Manage cases. Case status: open → closed → open", "Case")
    surveys = entity("Manage surveys (title). Survey status: draft → live → closed", "Survey")

    assert set(auctions.actions) == {"open", "close"}
    assert "reopen" in tickets.actions
    assert "launch" in surveys.actions


def test_a_participle_before_what_is_decided_is_where_it_begins() -> None:
    """`confirm a reported absence`: it is reported first."""
    absence = entity("Manage absences (reason, until). Teachers confirm a reported absence.", "Absence")

    assert absence.states is not None
    assert absence.states.moves == {"reported": ("confirmed",)}
