"""Forms of English in which briefs say who may do what: each sentence with what follows, and what must not."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Grants
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading
from brief_rights import rows

CATALOGUE = Catalogue.builtin()
CLAIMS = (
    "Build a backend:\n- MySQL database with policies, claims, payouts, branches tables\n"
    "- Claim status: reported, assessed, accepted, denied, settled\n"
    "- each claim belongs to a policy, each payout belongs to a claim\n\n"
)


def reading(text: str) -> Reading:
    """The reading of a brief about the claims of an insurance."""
    return read(CLAIMS + text, CATALOGUE, created=date(2026, 11, 21))


@pytest.mark.parametrize(
    ("text", "allowed", "denied"),
    [
        ("Auditors read claims only.", ["auditor read Claim"], ["auditor read Payout"]),
        ("Auditor: read claims, nothing else.", ["auditor read Claim"], ["auditor read Policy"]),
        ("Clerks can only see branches.", ["clerk read Branch"], ["clerk update Branch", "clerk read Claim"]),
        ("Roles: clerk, cook. Cooks can't see branches.", ["cook read Claim"], ["cook read Branch"]),
        (
            "Roles: clerk.\n\n- clerk: reads claims; may not touch policies",
            ["clerk read Claim"],
            ["clerk update Policy"],
        ),
        ("Clerks see claims and change nothing.", ["clerk read Claim"], ["clerk update Claim"]),
        ("Clerks can read claims but not edit them.", ["clerk read Claim"], ["clerk update Claim"]),
        ("Clerks can read the minutes but not write them.", [], ["clerk read Claim", "clerk create Claim"]),
        (
            "Clerks get read access to claims, but no access to policies.",
            ["clerk read Claim"],
            ["clerk read Policy"],
        ),
        ("Nobody deletes a payout. Clerks manage payouts.", ["clerk update Payout"], ["clerk delete Payout"]),
        (
            "Public visitors can see branches and send claims, nothing else.",
            ["public create Claim"],
            ["public read Claim"],
        ),
        (
            "Everybody, logged in or not, can browse branches.",
            ["public read Branch"],
            ["public read Claim"],
        ),
        ("No login is needed for browsing branches.", ["public read Branch"], ["public read Claim"]),
        ("Approvers cannot edit claims that anybody sent.", [], ["approver update Claim"]),
    ],
)
def test_where_rights_end(text: str, allowed: list[str], denied: list[str]) -> None:
    """Who may do no more than is said, or is forbidden something, is granted nothing beside it."""
    blueprint = reading(text).require()

    assert [right for right in allowed if not rows(blueprint, right)] == []
    assert [right for right in denied if rows(blueprint, right)] == []


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("An adjuster assesses claims; a claims manager then denies them.", "claims_manager deny Claim"),
        ("The cashier settles what has been accepted.", "cashier settle Claim"),
        ("Only the branch director denies.", "branch_director deny Claim"),
        ("The adjuster takes a reported claim into assessed.", "adjuster assess Claim"),
        ("Branches (name, region) are maintained by HR.", "hr update Branch"),
        ("Claims are settled by adjusters or the head cashier.", "head_cashier settle Claim"),
        ("Payouts are visible to auditors and accountants only.", "accountant read Payout"),
        ("We have also a storekeeper who looks after the branches.", "storekeeper update Branch"),
        ("I've got two drivers, they should see the claims.", "driver read Claim"),
        ("Clerks add claims and branches and can change both.", "clerk update Branch"),
        ("Clerks edit claims, only I (the boss) can delete.", "boss delete Claim"),
        ("Me, I'm the owner and I want to be able to do everything.", "owner delete Branch"),
        ("The finance team pays the payouts and adds branches.", "finance create Branch"),
        ("The city's officers settle claims.", "officer settle Claim"),
        ("Roles: trader.\n\n- trader: crud own policies, read the rest", "trader read Payout"),
        ("- store manager - full rights everywhere", "store_manager delete Payout"),
        ("Roles: (admin: full access, clerk: manages claims, guard: read-only)", "guard read Payout"),
        ("Roles: admin, sales rep. Reps see claims.", "sales_rep read Claim"),
        ("As staff, I can add branches.", "staff create Branch"),
        ("As a guest (not logged in), I want to browse branches.", "public read Branch"),
        ("- staff -> claims (read, update), payouts (read)", "staff update Claim"),
        ("| Action | Clerk | Chief |\n|---|---|---|\n| Settle claim | no | yes |", "chief settle Claim"),
    ],
)
def test_who_is_spoken_of_and_what_of(text: str, right: str) -> None:
    """In passing, taken up again, in short for a role of a list, or for whoever writes the brief."""
    assert rows(reading(text).require(), right) == "all"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Customers add claims, see their own and change them only in reported.", "customer update Claim"),
        (
            "Customers can delete their claim as long as it is reported and see nobody else's.",
            "customer read Claim",
        ),
        ("A customer may delete his or her own claim unless it is settled.", "customer delete Claim"),
        (
            "- astronomer: reads own claims while they are reported, settles own claims",
            "astronomer settle Claim",
        ),
    ],
)
def test_a_condition_ends_where_the_sentence_goes_on(text: str, right: str) -> None:
    """What comes after `as long as …` is read too, and is about the caller's own rows where the words say so."""
    assert rows(reading(text).require(), right) not in ("", "all")


@pytest.mark.parametrize(
    "text",
    [
        "Agents see the claims of their team.",
        "Supervisors see claims in their region.",
        "Brokers edit policies of their own office.",
    ],
)
def test_whose_rows_cannot_be_told_are_granted_to_nobody(text: str) -> None:
    """`claims of their team`: no reference says the team, so nothing is granted, and the trace says why."""
    found = reading(text)

    for entity in found.require().entities.values():
        for role in ("agent", "supervisor", "broker"):
            assert entity.access.get(role, Grants()) == Grants()
    assert any("tells whose these are" in row.note for row in found.not_understood)


@pytest.mark.parametrize(
    "text",
    [
        "The scanners send their measurements over HL7.",
        "Receipts upload for payouts (S3).",
        "Sometimes we take a photo so the customer cannot say later that we made it.",
        "A city department lends branches to people.",
    ],
)
def test_what_is_nobody_is_no_role(text: str) -> None:
    """Machines, papers, the company itself, and people of whom no right is told."""
    roles = reading(f"Roles: clerk.\n\n{text}").require().roles

    assert set(roles) == {"admin", "clerk"}


def test_an_hourly_rate_is_no_right_to_rate() -> None:
    """A noun that sounds like a verb grants nothing."""
    text = "As a tutor, I want to add claims with a subject, an hourly rate and a language."

    assert not rows(reading(text).require(), "tutor update Claim")


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("A visit moves from filed to in review to granted or denied.", {"filed": ("in_review",)}),
        ("Planned / running / done states for visits.", {"planned": ("running",)}),
        ("A visit starts as draft. The nurse submits it (draft -> submitted).", {"draft": ("submitted",)}),
    ],
)
def test_moves_between_states_are_told_in_sentences(text: str, moves: dict[str, tuple[str, ...]]) -> None:
    """By `from … to …`, before what they are of, and in brackets after `it`."""
    brief = f"- database with wards, visits tables\n\n{text}"
    states = read(brief, CATALOGUE, created=date(2026, 11, 21)).require().entities["Visit"].states

    assert states is not None
    assert moves.items() <= states.moves.items()


@pytest.mark.parametrize(
    ("text", "methods"),
    [
        ("no login for the public pages; API keys for partners", ("api_keys",)),
        ("customers: none (no login). API keys", ("api_keys",)),
        ("session cookies for staff, API keys for partner shops", ("sessions", "api_keys")),
        ("Session login", ("sessions",)),
        ("API key authentication for the public site, JWT for editors", ("password", "api_keys")),
    ],
)
def test_every_way_to_sign_in_that_is_named_is_carried(text: str, methods: tuple[str, ...]) -> None:
    """Several together are no contradiction, and neither is a part that needs none."""
    assert reading(f"- {text}").require().auth.methods == methods
