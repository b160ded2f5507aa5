"""Search: what words mean, that no input breaks it, and that the index keeps up."""

import random
import sqlite3

import pytest
import services
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from backwright import migration_connections, search, search_postgresql
from backwright.search import MAX_QUERY, create_index, drop_index, is_search_object, query
from backwright.search_sqlite import NOTHING
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shop.models import Order, table
from shop.service import Shop
from sqlalchemy import Connection, inspect, select
from sqlalchemy import text as sql


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lamp", '("lamp"*)'), ("red lamp", '("red"* AND "lamp"*)'), ('"red lamp"', '("red lamp")'),
        ("lamp -red", '(("lamp"*) NOT ("red"*))'), ('lamp -"bright red"', '(("lamp"*) NOT ("bright red"))'),
        ("red or blue lamp", '(("red"* OR "blue"*) AND "lamp"*)'), ("or lamp", '("lamp"*)'), ("lamp or", '("lamp"*)'),
        ("", None), ("  ", None), ("!?", None), ("-", None), ("-red", NOTHING), ('"open', '("open")'), ("_", None),
        ('a"b', '("a b"*)'), ("NEAR(a b)", '("NEAR(a"* AND "b)"*)'), ("a-b", '("a-b"*)'),
    ],
)  # fmt: skip
def test_words_become_a_query(text: str, expected: str | None) -> None:
    """All words, as beginnings; phrases; exclusions; or. Operators of the engine are plain words."""
    assert query(text) == expected


def test_a_query_can_be_limited_to_columns() -> None:
    """For callers who may not read all that is searched."""
    assert query("a -b", ("title",)) == '{title} : (("a"*) NOT ("b"*))'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lamp", "('lamp':*)"), ("red lamp", "('red':*) & ('lamp':*)"), ('"Red lamp"', "(('red' <-> 'lamp'))"),
        ("lamp -red", "(('lamp':*)) & !('red':*)"), ("red or blue", "('red':* | 'blue':*)"),
        ("a-b", "(('a' <-> 'b':*))"), ("Öl", "('ol':*)"), ("ΣΟΦΟΣ", "('σοφοσ':*)"), ("'; DROP", "('drop':*)"),
        ("", None), ("!?", None), ("-red", ""),
    ],
)  # fmt: skip
def test_words_become_a_query_of_postgresql(text: str, expected: str | None) -> None:
    """Only quoted words of letters and digits reach it."""
    assert query(text, dialect="postgresql") == expected


def test_columns_that_may_not_be_read_are_left_out_on_postgresql() -> None:
    """By their weights; from the fourth on they share one, and count only together."""
    few, many = ("title", "body"), ("a", "b", "c", "d", "e")
    assert query("x", ("title",), among=few, dialect="postgresql") == "('x':*B)"
    assert query("x", ("a", "d"), among=many, dialect="postgresql") == "('x':*A)"
    assert query("x", ("c", "d", "e"), among=many, dialect="postgresql") == "('x':*CD)"
    assert query("x", ("d",), among=many, dialect="postgresql") == ""


@given(st.lists(st.text(max_size=MAX_QUERY), min_size=20, max_size=20))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_input_is_an_error_on_postgresql(texts: list[str]) -> None:
    """Whatever is typed, and whatever is stored: the function in the database makes the same words of it."""
    plain = [each.replace("\x00", "").encode(errors="ignore").decode() for each in texts]

    def ask(connection: Connection) -> None:
        connection.exec_driver_sql(search_postgresql.FUNCTION)
        for each in plain:
            wanted = query(each, ("title",), among=("title",), dialect="postgresql")
            connection.execute(sql("SELECT to_tsquery('simple', :q)"), {"q": wanted or ""})
            stored = connection.scalar(sql("SELECT backwright_words(:t)"), {"t": each})
            assert each.isascii() is False or stored == search_postgresql.normalised(each)
        connection.rollback()

    migration_connections.run(services.postgresql(), ask)


@pytest.fixture(scope="module")
def index() -> sqlite3.Connection:
    """A searchable table with a few rows."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE things (id VARCHAR(36) PRIMARY KEY, title TEXT, words TEXT)")
    for statement in search.creation("things", ("title", "words"), "sqlite"):
        database.execute(statement)
    rows = [("1", "Red lamp", "for the desk"), ("2", "Ölfilter", "für Autos"), ("3", "Crème brûlée", None)]
    database.executemany("INSERT INTO things VALUES (?, ?, ?)", rows)
    return database


def found(database: sqlite3.Connection, text: str) -> set[str]:
    """The rows that a search finds."""
    matching = query(text)
    if matching is None:
        return set()
    statement = (
        "SELECT s.id FROM things_fts f JOIN things_search s ON s.docid = f.rowid WHERE things_fts MATCH ?"
    )
    return {id_ for (id_,) in database.execute(statement, (matching,))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("red", {"1"}), ("RED LA", {"1"}), ("desk lamp", {"1"}), ('"lamp red"', set()), ('"red lamp"', {"1"}),
        ("olfilter", {"2"}), ("ölf", {"2"}), ("o\u0308lfilter", {"2"}), ("creme", {"3"}), ("red or creme", {"1", "3"}),
        ("or", set()), ("for -red", set()), ("fu -autos", set()), ("title:red", set()), ("words", set()),
    ],
)  # fmt: skip
def test_case_and_accents_do_not_matter(index: sqlite3.Connection, text: str, expected: set[str]) -> None:
    """A word finds words that begin with it, in any column."""
    assert found(index, text) == expected


@given(st.text(max_size=MAX_QUERY))
def test_no_input_is_an_error(text: str) -> None:
    """Whatever is typed, the engine understands it."""
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE VIRTUAL TABLE f USING fts5(title, words, tokenize='unicode61 remove_diacritics 2')"
    )
    for columns in ((), ("title",)):
        matching = query(text.replace("\x00", ""), columns)
        if matching is not None:
            database.execute("SELECT rank FROM f WHERE f MATCH ?", (matching,)).fetchall()
    database.close()


def test_the_index_keeps_up_with_changes(index: sqlite3.Connection) -> None:
    """Update, delete and VACUUM; FTS5's own check finds nothing wrong."""
    index.execute("INSERT INTO things VALUES ('4', 'Chair', 'blue')")
    index.execute("UPDATE things SET words = 'green' WHERE id = '4'")
    assert (found(index, "blue"), found(index, "green")) == (set(), {"4"})
    index.execute("DELETE FROM things WHERE id = '2'")
    index.commit()
    index.execute("VACUUM")
    assert found(index, "olfilter") == set()
    assert found(index, "creme") == {"3"}
    index.execute("INSERT INTO things_fts(things_fts, rank) VALUES ('integrity-check', 1)")


def test_an_index_over_rows_that_are_there_is_filled() -> None:
    """A migration may add search to a table in use, and take it away again."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE things (id VARCHAR(36) PRIMARY KEY, title TEXT, words TEXT)")
    database.execute("INSERT INTO things VALUES ('1', 'Lamp', NULL)")
    for statement in search.creation("things", ("title", "words"), "sqlite"):
        database.execute(statement)
    assert found(database, "lamp") == {"1"}
    names = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type != 'index'")}
    assert {name for name in names if not is_search_object(name)} == {
        "things", "things_search_insert", "things_search_update", "things_search_delete",
    }  # fmt: skip
    for statement in search.removal("things", "sqlite"):
        database.execute(statement)
    assert list(database.execute("SELECT name FROM sqlite_master WHERE name LIKE '%search%'")) == []


async def test_a_migration_makes_and_removes_it(shop: Shop) -> None:
    """Through Alembic's `op`; rows that are there already are found at once, and then no more."""
    await shop.made("/orders", customer_id=(await shop.customer())["id"], note="blue paint")
    url = shop.database.url.render_as_string(hide_password=False)
    await shop.database.close()

    def there_and_back(connection: Connection) -> None:
        op = Operations(MigrationContext.configure(connection))
        before = set(inspect(connection).get_table_names())
        create_index(op, "orders", ["note"])
        wanted = query("Blu", dialect=connection.dialect.name)
        statement = search.narrowed(
            select(table(Order).c.note), table(Order), "orders", connection.dialect.name
        )
        assert connection.execute(statement, {"q": wanted}).all() == [("blue paint",)]
        assert all(is_search_object(name) for name in set(inspect(connection).get_table_names()) - before)
        drop_index(op, "orders")
        assert set(inspect(connection).get_table_names()) == before
        connection.commit()

    migration_connections.run(url, there_and_back)
    await shop.database.connect()


async def test_results_are_ranked_and_paged(shop: Shop) -> None:
    """The best first; each row once over all pages."""
    for number in range(12):
        await shop.product(f"Lamp {number}", description="lamp " * random.Random(number).randint(0, 5))
    await shop.product("Chair")
    seen, query_ = [], {"q": "lamp", "limit": "5"}
    while True:
        page = (await shop.get(None, "/products", **query_)).json()
        seen += [row["title"] for row in page["items"]]
        if page["next"] is None:
            break
        query_["cursor"] = page["next"]
    assert len(seen) == len(set(seen)) == 12
    assert "Chair" not in seen


async def test_a_search_can_be_sorted_filtered_and_counted(shop: Shop) -> None:
    """It is a list like any other."""
    await shop.product("Lamp A", price="2.00")
    await shop.product("Lamp B", price="1.00")
    await shop.product("Lamp C", price="3.00", kind="huge")
    answer = (await shop.get(None, "/products?q=lamp&sort=price&kind=small&total=true")).json()
    assert [row["title"] for row in answer["items"]] == ["Lamp B", "Lamp A"]
    assert answer["total"] == {"count": 2, "exact": True}


async def test_a_search_looks_only_where_the_caller_may_read(shop: Shop) -> None:
    """A clerk does not see telephone numbers, so no number finds a customer."""
    await shop.customer("Ada", phone="+49 5551234")
    assert len((await shop.get("manager", "/customers?q=5551234")).json()["items"]) == 1
    assert (await shop.get("clerk", "/customers?q=5551234")).json()["items"] == []
    assert len((await shop.get("clerk", "/customers?q=ada")).json()["items"]) == 1


async def test_a_search_finds_only_visible_rows(shop: Shop) -> None:
    """A review that is not approved is found by its author and nobody else."""
    product = await shop.product()
    await shop.made("/reviews", who="shopper:ada", product_id=product["id"], rating=5, words="wonderful")
    for who, count in ((None, 0), ("shopper:bob", 0), ("shopper:ada", 1), ("manager", 1)):
        answer = (await shop.get(who, "/reviews?q=wonderful&total=true")).json()
        assert (len(answer["items"]), answer["total"]["count"]) == (count, count)
