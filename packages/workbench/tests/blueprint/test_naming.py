"""English naming."""

import pytest
from backwright_workbench.blueprint import naming
from hypothesis import given
from hypothesis import strategies as st

PLURALS = """
Address addresses | Analysis analyses | Asset assets | Batch batches | Booking bookings | Box boxes
Branch branches | Bus buses | Campus campuses | Case cases | Category categories | Child children
Class classes | Company companies | Course courses | Craftsman craftsmen | Crisis crises
Criterion criteria | Database databases | Day days | Diagnosis diagnoses | Employee employees
Equipment equipment | Expense expenses | Hero heroes | House houses | Human humans | Index indexes
Invoice invoices | Key keys | Lease leases | Leaf leaves | License licenses | Movie movies | News news
Person people | Photo photos | Process processes | Purchase purchases | Quiz quizzes | Reply replies
Salesperson salespeople | Series series | Shelf shelves | Species species | Staff staff | Status statuses
StockItem stock_items | Survey surveys | Tax taxes | Virus viruses | Warehouse warehouses
Witness witnesses | WorkOrder work_orders
"""
PAIRS = [tuple(pair.split()) for line in PLURALS.strip().splitlines() for pair in line.split(" | ")]


@pytest.mark.parametrize(("one", "many"), PAIRS)
def test_plural_and_singular_of_business_words(one: str, many: str) -> None:
    """The plural is the English one, the singular leads back, and both are at rest."""
    assert naming.plural(one) == many
    assert naming.singular(many) == naming.snake(one)
    assert naming.singular(one) == naming.snake(one)


@pytest.mark.parametrize("name", ["WorkOrder", "work_order", "work-order", "Work order", "  work ORDER "])
def test_one_name_in_every_style(name: str) -> None:
    """A name is its words; the style is only how they are joined."""
    assert naming.snake(name) == "work_order"
    assert naming.kebab(name) == "work-order"
    assert naming.pascal(name) == "WorkOrder"
    assert naming.title(name) == "Work order"


def test_abbreviations_and_digits_stay_words() -> None:
    """Capitals in a row are one word, digits belong to the word before."""
    assert naming.words("HTTPRoute2Way") == ["http", "route2", "way"]
    assert naming.snake("FAQ") == "faq"


def test_nothing_has_no_name() -> None:
    """Text without letters gives an empty name, not an error."""
    assert naming.plural("?!") == naming.singular("") == naming.title("-") == ""


@given(st.text())
def test_any_text_gives_a_name_or_nothing(text: str) -> None:
    """Hostile text cannot break naming, and a name is at rest."""
    name = naming.snake(text)
    assert naming.snake(name) == name
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
    naming.singular(naming.plural(text))
