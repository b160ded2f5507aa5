"""`backwright review --database`: a real database is asked, never changed, and compared with the models."""

import json
from pathlib import Path
from typing import Any

import pytest
from backwright_workbench.cli.verbs import run
from backwright_workbench.codebase.live import QUESTIONS, SCHEMAS
from backwright_workbench.errors import UserError
from backwright_workbench.workspace.live_schema import answers, dialect_of, without_password
from live_databases import database, say

MODELS = """from sqlalchemy import DateTime, ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), nullable=False)
    city: Mapped[str] = mapped_column(String(50))


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    day: Mapped[str] = mapped_column(DateTime)


class Gone(Base):
    __tablename__ = "gone"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
TABLES = [
    "CREATE TABLE customers (id integer PRIMARY KEY, name varchar(50))",
    "CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers (id), day date)",
    "CREATE TABLE notes (word varchar(20))",
    "CREATE INDEX ix_day ON orders (day)",
    "CREATE INDEX ix_day_customer ON orders (day, customer_id)",
]
MARIADB = [each.replace(" REFERENCES customers (id)", "") for each in TABLES] + [
    "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers (id)",
    "CREATE TABLE small (id tinyint unsigned AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = 250",
]
POSTGRESQL = [
    *TABLES,
    "CREATE TABLE kinds (id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",
    "SELECT setval('kinds_id_seq', 32000)",
    "CREATE SCHEMA other",
    "CREATE TABLE other.parts (a integer, b integer) PARTITION BY RANGE (a)",
    "CREATE TABLE other.parts_1 PARTITION OF other.parts FOR VALUES FROM (0) TO (10)",
    "CREATE TYPE mood AS ENUM ('good', 'bad')",
    "CREATE TABLE moods (id integer PRIMARY KEY, how mood, often integer[], who text)",
    "CREATE INDEX ix_who ON moods (who)",
    "CREATE INDEX ix_who_lower ON moods (lower(who))",
    "CREATE INDEX ix_who_some ON moods (who) WHERE id > 3",
]
COMMON = {
    "live-missing-primary-key": ["database/notes:1"],
    "live-duplicate-index": ["models.py:20"],
    "live-model-mismatch": ["models.py:12", "models.py:13", "models.py:20", "models.py:23"],
}
EXPECTED = {
    "sqlite": {**COMMON, "live-unindexed-key": ["models.py:19"]},
    "postgresql": {
        **COMMON,
        "live-unindexed-key": ["models.py:19"],
        "live-missing-primary-key": ["database/notes:1", "database/other.parts:1"],
        "live-sequence-end": ["database/kinds:1"],
    },
    "mariadb": {**COMMON, "live-sequence-end": ["database/small:1"]},
}
STATEMENTS = {"sqlite": TABLES, "postgresql": POSTGRESQL, "mariadb": MARIADB}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Three models."""
    place = tmp_path / "shop"
    place.mkdir()
    (place / "models.py").write_text(MODELS)
    return place


def found(project: Path, url: str, capsys: pytest.CaptureFixture[str]) -> dict[str, list[str]]:
    """What the rules about the running database say, by rule."""
    run(["review", str(project), "--database", url, "--only", "database", "--format", "json"])
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    places: dict[str, list[str]] = {}
    for each in said["findings"]:
        places.setdefault(each["rule"], []).append(f"{each['place']['path']}:{each['place']['line']}")
    return {rule: sorted(each) for rule, each in places.items()}


@pytest.mark.parametrize("engine", list(EXPECTED))
def test_a_database_is_compared_with_the_models(
    engine: str, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Keys without index, indexes twice, tables without key, columns that differ, counters near their end."""
    with database(engine, tmp_path, STATEMENTS[engine]) as url:
        said = found(project, url, capsys)

    assert said == EXPECTED[engine]


def test_a_database_that_agrees_is_clean(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is told, whatever tools keep in it."""
    tables = [
        "CREATE TABLE customers (id integer PRIMARY KEY, name varchar(50) NOT NULL, city text NOT NULL)",
        "CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers (id), "
        "day timestamp NOT NULL)",
        "CREATE TABLE gone (id integer PRIMARY KEY)",
        "CREATE TABLE alembic_version (version_num varchar(32))",
        "CREATE INDEX ix_customer ON orders (customer_id)",
    ]
    with database("postgresql", tmp_path, tables) as url:
        said = found(project, url, capsys)

    assert said == {}


def test_an_index_that_was_not_finished_is_told(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As `CREATE UNIQUE INDEX CONCURRENTLY` leaves it behind when values are doubled."""
    tables = [
        "CREATE TABLE notes (id integer PRIMARY KEY, word text)",
        "INSERT INTO notes VALUES (1, 'a'), (2, 'a')",
    ]
    with database("postgresql", tmp_path, tables) as url:
        with pytest.raises(Exception, match="could not create unique index"):
            say(url, ["CREATE UNIQUE INDEX CONCURRENTLY uq_word ON notes (word)"])
        said = found(project, url, capsys)

    assert said["live-invalid-index"] == ["database/notes:1"]


def test_what_the_database_counts_is_told(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows that are dead, tables that were never analysed; of indexes nothing, because the counting has just begun."""
    tables = [
        "CREATE TABLE jobs (id integer PRIMARY KEY, what text) WITH (autovacuum_enabled = false)",
        "CREATE INDEX ix_what ON jobs (what)",
        "INSERT INTO jobs SELECT n, 'x' || n FROM generate_series(1, 30000) n",
        "DELETE FROM jobs WHERE id > 10000",
        "SELECT pg_stat_force_next_flush()",
    ]
    with database("postgresql", tmp_path, tables) as url:
        say(url, ["SELECT pg_stat_force_next_flush()"])
        said = found(project, url, capsys)

    assert said["live-bloat"] == ["database/jobs:1"]
    assert said["live-never-analysed"] == ["database/jobs:1"]
    assert "live-unused-index" not in said


def test_without_an_address_no_database_is_asked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its rules are not counted among those that were applied."""
    run(["review", str(project), "--only", "live-bloat", "--verbose"])

    assert "with 0 rules" in capsys.readouterr().out


@pytest.mark.parametrize("engine", ["postgresql", "mariadb", "sqlite"])
def test_nothing_can_be_written(engine: str, tmp_path: Path) -> None:
    """The database itself refuses, whatever would be asked."""
    with database(engine, tmp_path, ["CREATE TABLE a (id integer PRIMARY KEY)"]) as url:
        with pytest.raises(UserError, match=r"cannot be asked"):
            answers(url, {"x": "INSERT INTO a VALUES (1)"})
        rows = answers(url, {"x": "SELECT count(*) AS n FROM a"})

    assert rows == {"x": [{"n": 0}]}


def test_a_question_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked or slow server does not hold the review."""
    monkeypatch.setattr("backwright_workbench.workspace.live_schema.STATEMENT_SECONDS", 1)
    with (
        database("postgresql", tmp_path, ["SELECT 1"]) as url,
        pytest.raises(UserError, match="cannot be asked"),
    ):
        answers(url, {"x": "SELECT pg_sleep(30)"})


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hunter2%21@127.0.0.1:1/shop",
        "postgresql+asyncpg://me:hunter2%21@127.0.0.1:5432/there-is-none?ssl=disable",
        "mysql://me:hunter2%21@127.0.0.1:3306/shop",
        "mysql://me:hunter2%21@127.0.0.1:1/shop",
        "sqlite:////tmp/hunter2!/there-is-none.db",
        "oracle://me:hunter2%21@host/x",
        "hunter2!",
    ],
)
def test_what_goes_wrong_is_said_without_the_password(
    url: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the words of the driver, but for what is secret."""
    assert run(["review", str(project), "--database", url]) == 2
    said = "".join(capsys.readouterr())

    assert "error: " in said
    if not url.startswith("sqlite"):
        assert "hunter2" not in said


def test_reports_do_not_have_the_address(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line that they repeat has an ellipsis there."""
    sarif = tmp_path / "o.sarif"
    with database("postgresql", tmp_path, ["SELECT 1"]) as url:
        arguments = ["review", str(project), "--database", url, "--sarif", str(sarif)]
        monkeypatch.setattr("sys.argv", ["backwright", *arguments])
        run(arguments)

    assert url not in sarif.read_text()


def test_an_address_is_shown_in_parts() -> None:
    """User, host and name; no password, no options."""
    assert (
        without_password("postgresql://me:secret@db:5433/shop?sslpassword=x")
        == "postgresql://me@db:5433/shop"
    )
    assert without_password("postgresql://db/shop") == "postgresql://db/shop"
    assert dialect_of("postgres+asyncpg://x") == "postgresql"


def test_answers_that_are_empty_are_a_database_without_tables() -> None:
    """A user who may see nothing sees nothing, and nothing falls over."""
    for dialect, questions in QUESTIONS.items():
        assert SCHEMAS[dialect]({name: [] for name in questions}).tables == ()
