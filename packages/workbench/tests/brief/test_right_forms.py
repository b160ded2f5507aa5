"""Sentences about rights whose wrong reading would allow what is forbidden, or forbid what is allowed."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read

CATALOGUE = Catalogue.builtin()
KENNEL = (
    "Implement a kennel management backend with:\n"
    "- PostgreSQL database with dogs, stays, invoices, treatments tables\n"
    "- Stay status: requested, confirmed, running, done, cancelled\n"
    "- each stay belongs to a dog, each invoice belongs to a stay\n"
)


def drawn(text: str) -> Blueprint:
    """The blueprint of a brief about a kennel."""
    return read(KENNEL + text, CATALOGUE, created=date(2026, 11, 21)).require()


def rows(blueprint: Blueprint, right: str) -> str:
    """Whose rows `role verb Entity` is about: `all`, a path to the role's own, or nothing."""
    role, verb, name = right.split()
    given = blueprint.entities[name].access.get(role)
    if given is None or given == "everything":
        return "all" if given else ""
    grant = getattr(given, verb, None)
    if grant is None and given.act and (given.act.actions is None or verb in given.act.actions):
        grant = given.act
    return grant.rows if grant else ""


@pytest.mark.parametrize(
    ("text", "allowed", "denied"),
    [
        (
            "Customers never see treatments.\nRoles: keeper, customer",
            ["keeper read Treatment"],
            ["customer read Treatment"],
        ),
        ("Anyone signed in can read dogs.", ["signed_in read Dog"], ["public read Dog"]),
        ("Everybody with an account can read dogs.", ["signed_in read Dog"], ["public read Dog"]),
        (
            "Neither keepers nor vets may see invoices.\nRoles: keeper, vet, manager",
            ["manager read Invoice"],
            ["keeper read Invoice", "vet read Invoice"],
        ),
        ("keepers: everything but invoices", ["keeper delete Dog"], ["keeper read Invoice"]),
        (
            "Roles: keeper, clerk\n- Clerks read everything but write dogs only",
            ["clerk read Invoice", "clerk create Dog"],
            ["clerk update Invoice"],
        ),
        ("Vets: add treatments, read dogs, no invoices", ["vet create Treatment"], ["vet read Invoice"]),
        ("Keepers manage dogs but no stays.", ["keeper delete Dog"], ["keeper read Stay"]),
        (
            "Keepers have no rights on invoices and may read dogs.",
            ["keeper read Dog"],
            ["keeper read Invoice"],
        ),
        (
            "RBAC (keeper, auditor); auditors are read-only, keepers can't touch invoices",
            ["auditor read Dog", "auditor read Invoice"],
            ["auditor update Dog", "keeper update Invoice", "keeper create Invoice", "keeper delete Invoice"],
        ),
        (
            "Admins manage users; keepers cannot delete stays but manage dogs",
            ["keeper create Dog"],
            ["keeper delete Stay"],
        ),
        (
            "Keepers can create stays but never delete them, everyone signed in can see dogs",
            ["keeper create Stay", "signed_in read Dog"],
            ["keeper delete Stay", "public read Dog"],
        ),
        (
            "Keepers and vets can edit dogs; deleting is reserved for managers",
            ["manager delete Dog"],
            ["keeper delete Dog", "vet delete Dog"],
        ),
        (
            "Deleting dogs is only allowed for managers; keepers manage dogs",
            ["manager delete Dog", "keeper update Dog"],
            [],
        ),
        (
            "Nobody except managers may delete dogs. Keepers add dogs.",
            ["manager delete Dog"],
            ["keeper delete Dog"],
        ),
        (
            "The manager confirms stays, nobody else does. Keepers manage dogs.\nRoles: manager, keeper, vet",
            ["manager confirm Stay"],
            ["vet confirm Stay", "keeper confirm Stay"],
        ),
        (
            "Ops managers do everything and are the only ones to cancel stays. Roles: ops manager, keeper",
            ["ops_manager cancel Stay"],
            ["keeper cancel Stay"],
        ),
        ("Clerks record the fees per dog.", [], ["clerk create Dog"]),
        ("Clerks write treatments: dog, remark, stay.", ["clerk create Treatment"], ["clerk create Stay"]),
        ("Vets add treatments and choose which dogs we keep.", ["vet create Treatment"], ["vet create Dog"]),
        (
            "Keepers read stays. As a vet, I want to see the treatments of all keepers.",
            ["keeper read Stay"],
            ["vet read Stay"],
        ),
        (
            "Stewards may reserve a requested stay. A steward sees invoices.",
            ["steward read Invoice"],
            ["steward update Invoice"],
        ),
    ],
)
def test_what_is_forbidden_is_not_allowed(text: str, allowed: list[str], denied: list[str]) -> None:
    """`never`, `neither … nor`, `no`, `but`, `reserved for`, `nobody else`; only what a verb governs is granted."""
    blueprint = drawn(text)

    assert [right for right in allowed if not rows(blueprint, right)] == []
    assert [right for right in denied if rows(blueprint, right)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Keepers may only see stays they are responsible for.",
        "Keepers can see stays that they have opened.",
        "Keepers see the stays given to them.",
        "keeper: create stay, read + cancel own, read dogs",
        "Keepers see only those stays they are in charge of.",
    ],
)
def test_whose_rows_are_ones_own_is_said_in_many_ways(text: str) -> None:
    """By what they are to the row, or did with it; in short, for what was named before."""
    blueprint = drawn(text)

    assert rows(blueprint, "keeper read Stay") not in ("", "all")
    assert rows(blueprint, "keeper delete Dog") == ""


def test_an_account_of_other_people_is_not_ones_own() -> None:
    """A product's seller is no buyer: who buys sees what is sold, and changes none of it."""
    brief = (
        "Implement a marketplace backend with:\n- PostgreSQL database with products, orders tables\n"
        "- roles: admin, seller, buyer\n- Sellers manage only their own products\n"
    )
    blueprint = read(brief, CATALOGUE, created=date(2026, 11, 21)).require()

    assert rows(blueprint, "seller update Product") == "seller"
    assert rows(blueprint, "buyer read Product") == "all"
    assert rows(blueprint, "buyer create Product") == rows(blueprint, "buyer update Product") == ""


def test_who_assesses_decides_nothing() -> None:
    """`assess` makes an assessment where those are kept, and decides nothing."""
    brief = (
        "Backend for grants.\n- applications: title, status (draft, submitted, approved, rejected)\n"
        "- assessments: application, score\n- Assessors assess applications\n"
    )
    blueprint = read(brief, CATALOGUE, created=date(2026, 11, 21)).require()

    assert rows(blueprint, "assessor create Assessment")
    assert rows(blueprint, "assessor read Application") == "all"
    assert rows(blueprint, "assessor approve Application") == ""


@pytest.mark.parametrize(
    ("roles", "handles"),
    [
        ("Keepers manage dogs. Clerks register stays.", set()),
        ("Managers manage dogs. Clerks register stays.", {"manager"}),
        ("Staff manage dogs. Customers see their own stays.", {"staff"}),
        ("Managers see their own dogs.", set()),
    ],
)
def test_what_the_brief_gives_to_nobody_is_left_to_admin_and_staff_of_all(
    roles: str, handles: set[str]
) -> None:
    """Other roles get nothing of it, and the reading says so with the line to change."""
    tables = "Implement a kennel backend with:\n- PostgreSQL database with dogs, stays, ladders tables\n"
    reading = read(tables + roles, CATALOGUE, created=date(2026, 11, 21))
    access = reading.require().entities["Ladder"].access

    assert {role for role in access if role not in ("admin", "signed_in")} == handles
    assumed = [each.what for each in reading.assumptions if each.path == "entities.Ladder.access"]
    assert (assumed == ["nobody but admin handles Ladder"]) == (not handles)
