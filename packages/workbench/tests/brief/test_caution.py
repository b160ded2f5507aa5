"""Briefs that forbid or narrow in words that are read in part only: less is granted, never more, and it is said."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Blueprint, Grants
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading
from brief_rights import rows

CATALOGUE = Catalogue.builtin()
OFFICE = (
    "Backend with roles clerk, auditor, customer, manager.\n"
    "Invoices: number, customer, amount, clerk, status (draft, sent, paid)\n"
    "Notes: invoice, text, author\n"
    "Branches: name, city\n"
    "Clerks work with notes.\n"
)


def reading(text: str) -> Reading:
    """The reading of a brief about an office."""
    return read(OFFICE + text, CATALOGUE, created=date(2026, 11, 21))


def drawn(text: str) -> Blueprint:
    """What is drawn from a brief that stands alone."""
    return read(text, CATALOGUE, created=date(2026, 11, 21)).require()


@pytest.mark.parametrize(
    ("text", "allowed", "withheld"),
    [
        ("Clerks edit invoices, but notes stay hidden from them.", ["update Invoice"], ["read Note"]),
        ("Clerks can view branches, editing them is not allowed.", ["read Branch"], ["update Branch"]),
        ("Clerks manage invoices. Deletion is up to managers alone.", ["update Invoice"], ["delete Invoice"]),
        ("Clerks manage invoices, except deleting.", ["update Invoice"], ["delete Invoice"]),
        (
            "Clerks have full access to invoices apart from deletion.",
            ["update Invoice"],
            ["delete Invoice"],
        ),
        (
            "Clerks manage invoices. Only managers can delete invoices.",
            ["update Invoice"],
            ["delete Invoice"],
        ),
        (
            "Clerks manage invoices. Nobody but managers may delete anything.",
            ["read Invoice"],
            ["delete Note"],
        ),
        (
            "Clerks manage invoices. Invoices must never be changed or deleted, by nobody.",
            ["create Invoice"],
            ["update Invoice", "delete Invoice"],
        ),
        ("Clerks see branches, without the right to change them.", ["read Branch"], ["update Branch"]),
        ("Clerks see invoices. Clerks have no business with notes.", ["read Invoice"], ["read Note"]),
        ("No clerk may ever see notes. Clerks see invoices.", ["read Invoice"], ["read Note"]),
        ("Auditors: read only, everything. Clerks see invoices.", ["read Invoice"], ["delete Invoice"]),
    ],
)
def test_what_is_forbidden_is_withheld_though_other_words_give_it(
    text: str, allowed: list[str], withheld: list[str]
) -> None:
    """`Clerks manage invoices, except deleting`: they keep the rest."""
    blueprint = reading(text).require()
    assert all(rows(blueprint, f"clerk {right}") for right in allowed)
    assert [right for right in withheld if rows(blueprint, f"clerk {right}")] == []


def test_a_rule_about_some_rows_or_some_time_takes_no_right_away() -> None:
    """What is forbidden once, twice or of one's own rows is a rule of the business."""
    blueprint = reading(
        "Clerks manage invoices. They write an invoice, and once an invoice is sent it cannot be deleted.\n"
        "Nobody may delete his or her own invoice. Two invoices must never have the same number."
    ).require()
    assert rows(blueprint, "clerk delete Invoice") == "all"
    assert rows(blueprint, "clerk create Invoice")


@pytest.mark.parametrize(
    "text",
    [
        "Clerks see and change only the invoices where they are the clerk.",
        "Clerks read all notes but see and change only those invoices they wrote.",
        "Clerks manage invoices within their branch.",
        "- clerks: own invoices (all), branches (read)",
        "Clerks see the invoices of their department and change them.",
        "Auditors see all invoices, clerks only the invoices they made. Clerks change invoices.",
        "A clerk creates invoices and can correct them until they are sent.",
    ],
)
def test_words_for_some_rows_never_give_all(text: str) -> None:
    """Where a reference leads to the person it is their own rows."""
    blueprint = reading(text).require()
    assert rows(blueprint, "clerk read Invoice") in ("", "clerk")
    assert rows(blueprint, "clerk update Invoice") in ("", "clerk")


def test_rows_of_an_office_that_nothing_leads_to_are_withheld_and_said() -> None:
    """`Staff in a store see the orders of that store` needs a rule that no declaration expresses."""
    found = read(
        "Roles: cook, waiter.\nEntities: Store (name), Meal (store, title, price).\n"
        "Cooks see the meals of that store and change them. Waiters see meals.",
        CATALOGUE,
        created=date(2026, 11, 21),
    )
    blueprint = found.require()
    assert rows(blueprint, "cook read Meal") == ""
    assert rows(blueprint, "waiter read Meal") == "all"
    assert any(each.path == "entities.Meal.access.cook" for each in found.assumptions)
    assert any("cooks see" in row.phrase.lower() for row in found.not_understood)


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("Roles: clerk. Clerks manage boats and trips. Boats are visible to anyone without login.", {"Boat"}),
        (
            "Roles: clerk. Clerks manage boats and trips. Anyone can browse boats, no account needed.",
            {"Boat"},
        ),
        (
            "Roles: clerk. Clerks manage boats and trips. Boats can be read by everybody who works here.",
            set(),
        ),
        ("Roles: clerk. Clerks manage boats and trips. Everyone on staff can read boats.", set()),
        ("Roles: clerk. Clerks manage boats and trips. Everybody sees boats. Nothing is public.", set()),
        ("Roles: clerk. Clerks manage boats and trips. Everybody sees boats.", set()),
        (
            "Roles: clerk. Clerks manage boats and trips. Everybody sees boats, also without an account.",
            {"Boat"},
        ),
        ("Clerks manage boats and trips. Sailors see trips.\n- no login", set()),
    ],
)
def test_what_is_open_without_an_account_is_reading_what_a_sentence_names(
    text: str, public: set[str]
) -> None:
    """One thing that anyone may browse opens neither the rest nor writing."""
    blueprint = drawn("Entities: Boat (name, length), Trip (boat, day).\n" + text)
    opened = {n for n, entity in blueprint.entities.items() if "public" in entity.access}
    assert opened == public
    for entity in blueprint.entities.values():
        given = entity.access.get("public")
        assert given is None or (given != "everything" and not (given.create or given.update or given.act))
        assert "signed_in" not in entity.access or entity.access["signed_in"] != "everything"


def test_no_login_without_roles_leaves_the_whole_service_open() -> None:
    """It is the only case; that one thing is open to anyone is none."""
    opened = drawn("A todo list with tasks. No authentication.")
    partly = drawn("A cook book with recipes and notes. Recipes are visible to anyone without login.")
    assert rows(opened, "public create Task") == "all"
    assert rows(partly, "public read Recipe") == "all"
    assert rows(partly, "public create Recipe") == ""
    assert rows(partly, "public read Note") == ""


def test_usual_rights_add_nothing_where_the_brief_tells_a_role_s_rights() -> None:
    """`Agents can see all tickets` gives them no more; what is usual is said as an assumption."""
    text = "Customers submit tickets. Agents see all tickets. Supervisors assign and update tickets."
    found = read(text, CATALOGUE, created=date(2026, 11, 21))
    blueprint = found.require()
    name = next(name for name in blueprint.entities if name.endswith("Ticket"))
    assert rows(blueprint, f"agent read {name}") == "all"
    assert rows(blueprint, f"agent update {name}") == ""
    assert any(f"agent only reads {name}" == each.what for each in found.assumptions)


def test_seeing_everything_takes_nothing_from_those_who_usually_look_after_it() -> None:
    """As long as the brief tells of nobody else who does: else a ticket could be moved by `admin` alone."""
    blueprint = drawn("Customers submit tickets. Agents see all tickets.")
    name = next(name for name in blueprint.entities if name.endswith("Ticket"))
    assert rows(blueprint, f"agent read {name}") == "all"
    assert rows(blueprint, f"agent update {name}") == "all"


def test_what_a_role_must_not_see_is_not_left_to_whoever_signs_in() -> None:
    """The catalogue lets all who sign in read reviews; where a role may not see them, a sentence has to say it."""
    told = "Shop with products and reviews. Roles: clerk, packer. Clerks manage products and reviews. "
    blueprint = drawn(told + "Packers see products. Packers cannot see reviews.")
    assert rows(blueprint, "clerk read Review") == "all"
    assert [who for who in ("packer", "signed_in", "public") if rows(blueprint, f"{who} read Review")] == []


def test_a_field_that_only_some_change_is_withheld_from_others_who_change_the_rest() -> None:
    """`Clerks edit invoices, but only managers set the amount`."""
    blueprint = reading(
        "Clerks edit invoices, but only managers set the amount. Managers do everything."
    ).require()
    given = blueprint.entities["Invoice"].access["clerk"]
    assert isinstance(given, Grants)
    assert given.update
    assert given.update.fields
    assert "amount" not in given.update.fields


def test_people_who_make_what_is_theirs_see_and_undo_what_they_made() -> None:
    """`Customers order cakes, a customer may cancel an order` speaks of their own orders."""
    blueprint = drawn(
        "Bakery with orders (pickup date, text) and products (name, price).\n"
        "Roles: customer, baker. Customers create orders. A customer may cancel an order. Bakers manage orders."
    )
    assert rows(blueprint, "customer create Order")
    assert rows(blueprint, "customer read Order") not in ("", "all")
    assert rows(blueprint, "customer delete Order") != "all"
    assert rows(blueprint, "baker read Order") == "all"


def test_a_field_that_is_hidden_is_withheld_and_the_rest_is_not() -> None:
    """`The purchase price is hidden from customers` leaves them the product."""
    blueprint = drawn(
        "Roles: customer, clerk. Entities: Product (name, sale price, purchase price).\n"
        "Customers see products. The purchase price must stay hidden from customers. Clerks manage products."
    )
    given = blueprint.entities["Product"].access["customer"]
    assert isinstance(given, Grants)
    assert given.read
    assert "purchase_price" not in (given.read.fields or ("purchase_price",))


@pytest.mark.parametrize(
    "text",
    [
        "| Table | Columns |\n|---|---|\n| visits | patient, doctor, status (planned, done, cancelled) |\n",
        "Visits have a date and the doctor who runs it, patients have a name.\n",
    ],
)
def test_what_is_kept_of_people_gives_them_no_rights(text: str) -> None:
    """A column `doctor`, or `the doctor who runs it`, lets no doctor do anything."""
    blueprint = drawn(
        f"Clinic.\nRoles: doctor, nurse, patient.\n{text}\nNurses manage visits. Doctors see visits."
    )
    assert rows(blueprint, "doctor read Visit") == "all"
    assert rows(blueprint, "doctor delete Visit") == ""
