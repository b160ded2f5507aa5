"""Lists in which every role has its rights behind it, as briefs in bullets write them."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Blueprint, Grants
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read

CATALOGUE = Catalogue.builtin()
KENNEL = (
    "Implement a kennel management backend with:\n"
    "- PostgreSQL database with dogs, stays, invoices, treatments tables\n"
    "- Stay status: requested, confirmed, running, done, cancelled\n"
    "- each stay belongs to a dog, each invoice belongs to a stay\n"
)


def drawn(bullets: str) -> Blueprint:
    """The blueprint of a brief about a kennel."""
    return read(KENNEL + bullets, CATALOGUE, created=date(2026, 11, 21)).require()


def told(blueprint: Blueprint, role: str) -> dict[str, str]:
    """What a role may do with each thing, as letters; `r own` where its own rows are meant."""
    found = {}
    for name, entity in blueprint.entities.items():
        given = entity.access.get(role)
        if isinstance(given, Grants):
            verbs = (("c", given.create), ("r", given.read), ("u", given.update), ("d", given.delete))
            letters = "".join(letter for letter, grant in verbs if grant)
            found[name] = letters + (" own" if given.read and given.read.rows != "all" else "")
        elif given:
            found[name] = given
    return found


@pytest.mark.parametrize(
    "bullet",
    [
        "- RBAC: keeper (manage dogs and stays), vet (add treatments), customer (own stays only)",
        "- Roles and permissions: keeper - manage dogs and stays; vet - add treatments; customer - own stays only",
        "- Permissions per role: keepers (CRUD dogs, CRUD stays), vets (add treatments), customers (own stays)",
        "- Role based access: keeper: dogs, stays; vet: add treatments; customer: own stays",
        "- User roles: keeper / vet / customer (keepers: dogs and stays, vets: add treatments, customers: own stays)",
        "- RBAC for keeper, vet and customer: keepers manage dogs and stays, vets add treatments, "
        "customers view, create and edit their own stays",
        "- JWT auth with roles keeper/vet/customer - keepers manage dogs and stays, vets add treatments, "
        "customers view, create and edit only own stays",
        "- Role-based access control with roles: keeper (dogs, stays), vet (add treatments), customer (own stays)",
    ],
)
def test_each_role_of_a_list_has_the_rights_behind_it(bullet: str) -> None:
    """In brackets, after colons and dashes, after the list; things without a verb are managed, one's own handled."""
    blueprint = drawn(bullet)

    assert set(blueprint.roles) == {"admin", "keeper", "vet", "customer"}
    assert told(blueprint, "keeper") == {"Dog": "crud", "Stay": "crud"}
    assert told(blueprint, "vet")["Treatment"] == "cr"
    assert told(blueprint, "customer")["Stay"] == "cru own"
    assert "Invoice" not in told(blueprint, "vet") | told(blueprint, "keeper")


@pytest.mark.parametrize(
    ("bullet", "roles"),
    [
        ("- Roles: IT support, HR manager, keeper", {"it_support", "hr_manager", "keeper"}),
        ("- roles: coach, monitor and host", {"coach", "monitor", "host"}),
        ("- auth with roles admin/keeper/customer", {"keeper", "customer"}),
        ("- there are three sorts of people: keeper, vet and customer", {"keeper", "vet", "customer"}),
        ("- Roles: keeper, vet\n- customers: none (no login)", {"keeper", "vet"}),
        ("- Keepers manage dogs; customers have no account", {"keeper"}),
        ("- Only keepers manage dogs; suppliers deliver food", {"keeper"}),
        ("- Perms: ops manager does all. keepers add dogs.", {"ops_manager", "keeper"}),
        ("- The ops manager does everything", {"ops_manager"}),
        ("- Only the treasurer creates or changes invoices", {"treasurer"}),
    ],
)
def test_who_has_a_role_and_who_has_none(bullet: str, roles: set[str]) -> None:
    """Nouns that are verbs elsewhere, departments, one in the singular; nobody who does not sign in."""
    assert set(drawn(bullet).roles) == {"admin", *roles}


def test_that_some_have_no_login_opens_nothing_to_the_public() -> None:
    """`customers: none (no login)` is about customers; `no login` alone is about the service."""
    closed = drawn("- keepers manage dogs\n- customers: none (no login)")
    opened = drawn("- no login")

    assert "public" not in closed.entities["Dog"].access
    assert "public" in opened.entities["Dog"].access


def test_what_all_staff_may_do_adds_to_what_each_may() -> None:
    """`all staff` and `every role` are the roles of the list, not one more; customers are no staff."""
    blueprint = drawn("- Roles: keeper, vet, customer\n- vets add treatments\n- all staff can read dogs")
    everybody = drawn("- Roles: keeper, vet, customer\n- vets add treatments\n- every role can read dogs")

    assert set(blueprint.roles) == {"admin", "keeper", "vet", "customer"}
    assert told(blueprint, "vet") == {"Dog": "r", "Treatment": "cr"}
    assert told(blueprint, "keeper")["Dog"] == "cru"
    assert "own" in told(blueprint, "customer")["Dog"]
    assert "own" not in told(everybody, "customer")["Dog"]


def test_a_role_of_which_nothing_is_told_is_an_assumption() -> None:
    """Its name says what it may do; the line to change is the role."""
    reading = read(
        f"{KENNEL}- Roles: keeper, vet\n- vets add treatments", CATALOGUE, created=date(2026, 11, 21)
    )

    assert [each.path for each in reading.assumptions if "told by no sentence" in each.what] == [
        "roles.keeper"
    ]
