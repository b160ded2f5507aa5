"""The catalogue of business entities: finding entries, fitting them together, and files of one's own."""

from datetime import date
from pathlib import Path

import pytest
from backwright_workbench.blueprint.model import Attachments, Blueprint, Grant, Grants
from backwright_workbench.blueprint.validation import check
from backwright_workbench.blueprint.yaml import load
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.entry import ANYBODY, Entry
from backwright_workbench.brief.fitting import fit, usual_roles
from backwright_workbench.errors import InputError
from hypothesis import given, settings
from hypothesis import strategies as st

CATALOGUE = Catalogue.builtin()
ENTRIES = CATALOGUE.entries
ROLES = {role: text for entry in ENTRIES.values() for role, text in entry.roles.items()}
REPOSITORY = Path(__file__).parents[4]
WORK_ORDERS = REPOSITORY / "examples" / "work-orders" / "blueprint.yaml"
GUIDE = REPOSITORY / "docs" / "guide" / "catalogue.md"

SHIPYARD = """
domain: shipyard
words: [shipyard]
roles:
  foreman: Plans the work on ships.
entities:
  Ship:
    words: [vessel, boat]
    local_words: [hull]
    description: A ship in the yard.
    attachments: true
    fields:
      name: {type: string, max: 200}
      imo: {type: string, max: 7, unique: true}
      owner: {type: reference, to: Customer, optional: true}
      status: {type: enum, values: [afloat, docked], default: afloat}
    states: {afloat: [docked], docked: [afloat]}
    actions:
      dock: {to: docked}
      launch: {to: afloat}
    filters: [status, owner]
    search: [name]
    access:
      foreman: {read: all, create: all, act: all}
      customer: {read: owner}
"""


def blueprint_of(entries: tuple[Entry, ...], roles: dict[str, str]) -> Blueprint:
    named = {"admin": "Runs the service."} | roles
    return Blueprint(
        service="some-service",
        title="Some service",
        created=date(2026, 1, 1),
        roles=named,
        entities=fit(entries, named),
    )


def with_line(before: str, after: str) -> str:
    assert before in SHIPYARD
    return SHIPYARD.replace(before, after)


# Entries


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_stands_alone_with_what_it_brings(name: str) -> None:
    """With no other entity in the blueprint, an entry is still valid, with any roles and with none."""
    closure = CATALOGUE.closure([name])
    assert check(blueprint_of(closure, ROLES)) == []
    assert check(blueprint_of(closure, {})) == []


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_is_valid_beside_all_that_it_refers_to(name: str) -> None:
    """With everything it refers to in the blueprint, nothing of an entry is lost."""
    entry = ENTRIES[name]
    references = [field.to for field in entry.fields.values() if field.to]
    blueprint = blueprint_of(CATALOGUE.closure([name, *references]), ROLES)
    assert check(blueprint) == []
    assert list(blueprint.entities[name].fields) == list(entry.fields)
    assert blueprint.entities[name].filters == entry.filters
    assert blueprint.entities[name].embeds == entry.embeds


def test_all_entries_together_are_one_valid_blueprint() -> None:
    """No two entries claim a table, and every role that an entry names is explained somewhere."""
    assert len(ENTRIES) >= 150
    assert check(blueprint_of(tuple(ENTRIES.values()), ROLES)) == []
    named = {role for entry in ENTRIES.values() for role in entry.access}
    assert named - ANYBODY <= ROLES.keys()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(ENTRIES)), min_size=1, max_size=8, unique=True), st.data())
def test_any_choice_of_entries_and_roles_fits(names: list[str], data: st.DataObject) -> None:
    """Whatever a brief is about, what is left of the entries holds together."""
    roles = data.draw(st.sets(st.sampled_from(sorted(ROLES)), max_size=6))
    assert check(blueprint_of(CATALOGUE.closure(names), dict.fromkeys(roles, "x"))) == []


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_is_usable(name: str) -> None:
    """Lists can be narrowed and ordered, everything is described, and some role besides admin has access."""
    entry = ENTRIES[name]
    assert entry.sorts
    assert entry.filters or name == "Tag"
    assert entry.description.endswith(".")
    assert all(action.description.endswith(".") for action in entry.actions.values())
    assert entry.access
    assert "everything" not in entry.access.values()
    assert "public" not in entry.access


@pytest.mark.parametrize("name", [entry.name for entry in ENTRIES.values() if entry.states])
def test_every_state_can_be_reached_and_every_move_is_an_action(name: str) -> None:
    """A state without a way in, or a move that no action makes, would be a slip of the pen."""
    entry = ENTRIES[name]
    states = entry.states
    assert states is not None
    field = entry.fields[states.field]
    entered = {target for targets in states.moves.values() for target in targets}
    assert entered | {field.default} == set(field.values)
    assert entered == {action.to for action in entry.actions.values() if action.to}


@pytest.mark.parametrize("name", [entry.name for entry in ENTRIES.values() if entry.person])
def test_people_see_their_own_row(name: str) -> None:
    """An entity of people has one account each and never shows one person's row to another by that role."""
    account = ENTRIES[name].fields["account"]
    assert (account.to, account.optional, account.unique) == ("User", True, True)


def test_the_work_order_trio_is_the_example() -> None:
    """Asset, Technician and WorkOrder are what the hand-written example says, but for what its brief adds."""
    example = load(WORK_ORDERS.read_text("utf-8"))
    entries = CATALOGUE.closure(["Asset", "Technician", "WorkOrder"])
    fitted = fit(entries, example.roles)
    added = {"cache": 30}
    for name, entity in example.entities.items():
        files = {"attachments": Attachments()} if entity.attachments else {}
        assert fitted[name].model_copy(update=added | files) == entity
    assert usual_roles(entries) == example.roles


# Fitting


def test_a_reference_to_an_absent_entity_becomes_its_stand_in() -> None:
    """A book's author is a string until there are authors."""
    alone = fit(CATALOGUE.closure(["Book"]), ["librarian"])["Book"]
    beside = fit(CATALOGUE.closure(["Book", "Author"]), ["librarian"])["Book"]
    assert (alone.fields["author"].type, beside.fields["author"].type) == ("string", "reference")
    assert "author" in alone.search
    assert "author" not in beside.search
    assert "author" not in alone.embeds
    assert "author" in beside.embeds


def test_a_reference_without_stand_in_goes_with_all_that_needs_it() -> None:
    """No warehouse, no filter by warehouse."""
    item = fit(CATALOGUE.closure(["StockItem", "Product"]), ["clerk"])["StockItem"]
    assert "warehouse" not in item.fields
    assert "warehouse" not in item.filters
    assert item.unique == ()


def test_leave_to_name_accounts_follows_the_references_to_them() -> None:
    """Whoever plans the work may give it to an account where there are no technicians; where there are, a reference to
    one is no reference to an account, and only linking a technician's account is left.
    """
    roles = {"admin": "", "dispatcher": ""}

    alone = fit((ENTRIES["WorkOrder"], ENTRIES["Asset"]), roles)["WorkOrder"].access["dispatcher"]
    both = fit((ENTRIES["WorkOrder"], ENTRIES["Asset"], ENTRIES["Technician"]), roles)

    assert isinstance(alone, Grants)
    assert alone.refer == Grant(fields=("assignee",))
    among, technician = both["WorkOrder"].access["dispatcher"], both["Technician"].access["dispatcher"]
    assert isinstance(among, Grants)
    assert isinstance(technician, Grants)
    assert (among.refer, technician.refer) == (None, Grant(fields=("account",)))


def test_own_rows_are_never_widened_to_all_rows() -> None:
    """Where it cannot be told whose row it is, the grant goes; it does not grow."""
    alone = fit(CATALOGUE.closure(["OrderLine"]), ["customer"])["OrderLine"]
    assert "customer" not in alone.access
    beside = fit(CATALOGUE.closure(["Order", "Customer"]), ["customer"])["OrderLine"]
    grants = beside.access["customer"]
    assert isinstance(grants, Grants)
    assert grants.read
    assert grants.read.rows == "order.customer"


def test_usual_roles_follow_the_domain_and_the_people_in_it() -> None:
    """Roles come from the domain; a role about one's own rows needs somebody who owns rows."""
    roles = usual_roles(CATALOGUE.closure(["LegalCase"]))
    assert list(roles) == ["admin", "lawyer", "paralegal"]
    assert "client" in usual_roles(CATALOGUE.closure(["LegalCase", "Client"]))
    assert "customer" in usual_roles(CATALOGUE.closure(["SupportTicket"]))
    assert usual_roles(CATALOGUE.closure(["Customer", "SupportTicket"]), home="support").keys() >= {"agent"}


# Finding


@pytest.mark.parametrize(
    "phrase",
    [
        "work order",
        "Work Orders",
        "work-orders",
        "WORK_ORDER",
        "WorkOrder",
        "WorkOrders",
        "job order",
        " work  order ",
    ],
)
def test_a_phrase_is_found_in_any_number_case_and_spelling(phrase: str) -> None:
    """People write the same thing in many ways."""
    entry = CATALOGUE.find(phrase)
    assert entry is not None
    assert entry.name == "WorkOrder"


@pytest.mark.parametrize("phrase", ["", "work", "orders of work", "unicorn", "table", "session", "account"])
def test_other_phrases_are_not_found(phrase: str) -> None:
    """Half a phrase, unknown words, and words that mean too many things give nothing."""
    assert CATALOGUE.find(phrase) is None


def test_the_longest_phrase_wins() -> None:
    """`purchase order lines` is one thing, not an order."""
    words = ["keep", "purchase", "order", "lines", "and", "orders"]
    match = CATALOGUE.match(words, 1)
    assert match is not None
    assert (match[0].name, match[1]) == ("PurchaseOrderLine", 3)
    match = CATALOGUE.match(words, 5)
    assert match is not None
    assert (match[0].name, match[1]) == ("Order", 1)
    assert CATALOGUE.match(words, 0) is None


def test_local_words_mean_something_in_their_domain_only() -> None:
    """A ticket is a question to the helpdesk, but at an event it is an admission."""
    domains = CATALOGUE.domains_in(["events", ",", "venues", "and", "tickets"])
    assert domains[0] == "events"
    helpdesk, event = CATALOGUE.find("tickets"), CATALOGUE.find("tickets", domains[:1])
    assert helpdesk is not None
    assert event is not None
    assert (helpdesk.name, event.name) == ("SupportTicket", "EventTicket")


def test_a_text_names_its_domains_by_their_words_and_entities() -> None:
    """The most mentioned domain comes first."""
    assert CATALOGUE.domains_in(["a", "library", "with", "loans", "and", "customers"])[0] == "library"
    assert CATALOGUE.domains_in(["nothing", "known", "here"]) == ()


def test_no_phrase_means_two_entities() -> None:
    """Every phrase leads to the entry that claims it, in singular and plural."""
    for entry in ENTRIES.values():
        for phrase in entry.words:
            assert CATALOGUE.find(phrase) is entry, phrase
        for phrase in entry.local_words:
            assert CATALOGUE.find(phrase, [entry.domain]) is entry, phrase


# Files of one's own


def test_own_files_add_entries() -> None:
    """An own entry is found like any other, refers to built-in ones, and fits beside them."""
    catalogue = CATALOGUE.extended({"shipyard.yaml": SHIPYARD})
    ship = catalogue.find("vessels")
    assert ship is not None
    assert ship.name == "Ship"
    assert ship.roles == {"foreman": "Plans the work on ships."}
    assert catalogue.find("hulls", ["shipyard"]) is ship
    assert (
        check(blueprint_of(catalogue.closure(["Ship", "Customer"]), {"foreman": "x", "customer": "y"})) == []
    )
    assert CATALOGUE.find("vessel") is None


def test_own_entries_and_words_win_over_built_in_ones() -> None:
    """Who says what a vehicle is, is right."""
    text = SHIPYARD.replace("  Ship:", "  Vehicle:").replace("[vessel, boat]", "[vessel, product]")
    catalogue = CATALOGUE.extended({"own.yaml": text})
    assert "imo" in catalogue.entries["Vehicle"].fields
    assert catalogue.find("products") is catalogue.entries["Vehicle"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("domain: [", "own.yaml:1:"),
        ("- a list", "the file: Input should be"),
        ("domain: x", "entities: Field required"),
        (
            with_line("search: [name]", "searches: [name]"),
            "own.yaml:22:5: entities.Ship.searches: is not a key",
        ),
        (with_line("search: [name]", "searches: [name]"), "did you mean 'search'"),
        (with_line("max: 7,", "maximum: 7,"), "own.yaml:14:27: entities.Ship.fields.imo.maximum"),
        (with_line("type: enum", "type: choice"), "own.yaml:16:22: entities.Ship.fields.status.type"),
        (
            with_line("search: [name]", "search: [nam]"),
            "own.yaml:22:14: entities.Ship.search[0]: there is no field 'nam'; did",
        ),
        (
            with_line("filters: [status, owner]", "filters: [state]"),
            "Ship.filters[0]: there is no field 'state'",
        ),
        (with_line("to: Customer", "to: Custmer"), "there is no entity 'Custmer'; did you mean 'Customer'?"),
        (
            with_line("      foreman: {", "      formean: {"),
            "Ship.access.formean: there is no role 'formean'",
        ),
        (with_line("[vessel, boat]", "[Vessel]"), "entities.Ship.words[0]"),
        (
            with_line("dock: {to: docked}", "dock: {takes: [pier]}"),
            "Ship.actions.dock.takes[0]: there is no field 'pier'",
        ),
        (SHIPYARD + "    attachments: false\n", "is said twice"),
        (with_line("owner: {", "owner: &a {"), "anchors, aliases and merge keys are not read"),
        (SHIPYARD + "    person: true\n", "people sign in with an account"),
        (SHIPYARD + "    stand_ins: {name: {type: text}}\n", "stands in for no reference"),
        (SHIPYARD + "    brings: [Sail]\n", "Ship.brings[0]: there is no entity 'Sail'"),
        (
            with_line("states: {afloat: [docked], docked: [afloat]}", "states: {afloat: [sunk]}"),
            "'sunk' is not a value",
        ),
    ],
)
def test_a_bad_file_is_refused_with_place_reason_and_next_step(text: str, said: str) -> None:
    """The error names the file and line, what is wrong there, and what to do."""
    with pytest.raises(InputError) as refused:
        CATALOGUE.extended({"own.yaml": text})
    assert said in str(refused.value)
    assert "own.yaml" in str(refused.value)
    assert "correct the file" in str(refused.value)


def test_two_own_entries_may_not_claim_one_phrase() -> None:
    """A phrase with two meanings would be settled by the order of files, which nobody sees."""
    other = SHIPYARD.replace("Ship:", "Barge:").replace("[vessel, boat]", "[boat]")
    with pytest.raises(InputError, match="'boat' means Ship already"):
        CATALOGUE.extended({"a.yaml": SHIPYARD, "b.yaml": other})


def test_every_problem_of_a_file_is_said_at_once() -> None:
    """One reading is enough to correct a file."""
    text = with_line("max: 7,", "maximum: 7,").replace("type: enum", "type: choice")
    with pytest.raises(InputError) as refused:
        CATALOGUE.extended({"own.yaml": text})
    assert len(refused.value.problems) == 2


# The guide


def test_the_guide_shows_a_file_that_works_and_every_entry() -> None:
    """What the guide tells people to write is accepted, and its table is complete."""
    guide = GUIDE.read_text("utf-8")
    example = guide.split("```yaml\n")[1].split("```")[0]
    ship = CATALOGUE.extended({"shipyard.yaml": example}).entries["Ship"]
    assert check(blueprint_of((ship, ENTRIES["Customer"]), {"foreman": "x", "customer": "y"})) == []
    table = guide.rsplit("| --- | --- |", 1)[1]
    domains = {
        row[0].strip(): row[1].strip() for row in (line.split("|")[1:3] for line in table.split("\n") if line)
    }
    for entry in ENTRIES.values():
        assert entry.name in domains[entry.domain.replace("_", " ")].split(", ")
