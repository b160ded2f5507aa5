"""database/migrations, models, indexes and locks: what revisions make, undo and say."""

from pathlib import Path
from typing import Any

import pytest
from backwright_workbench.verify.checks.database.locking import altering, by_own_rules, by_squawk
from backwright_workbench.verify.checks.database.locks import risky
from backwright_workbench.verify.checks.database.migrations import of_step, of_whole
from backwright_workbench.verify.checks.database.models import different
from backwright_workbench.verify.checks.database.revisions import Revision, revisions, written
from backwright_workbench.verify.opening import Opened
from backwright_workbench.workspace.schemas import changes
from verify_planting import checked, faults, passed, planted

REVISION = "migrations/versions/20261121_create_work_orders.py"
LATER = "migrations/versions/20261122_later.py"
MODELS = "src/work_orders/work_orders/models.py"
ASSETS = "src/work_orders/assets/models.py"


def file(name: str, before: str | None, down: str) -> str:
    """A file of migrations."""
    return f'revision = "{name}"\ndown_revision = {before!r}\n\ndef upgrade():\n    op.x()\n\n{down}'


UNDONE = "def downgrade():\n    op.y()\n"
FILES = {
    "nothing": (file("b", "a", "def downgrade():\n    pass\n"), "does nothing"),
    "only words": (file("b", "a", 'def downgrade():\n    """Not possible."""\n    ...\n'), "does nothing"),
    "a refusal": (file("b", "a", "def downgrade():\n    raise NotImplementedError\n"), "does nothing"),
    "no way down": (file("b", "a", ""), "is missing"),
    "two ends": (file("b", None, UNDONE), "there are 2 newest revisions"),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_wrong_with_the_files(tmp_path: Path, name: str) -> None:
    """Before anything is run."""
    text, what = FILES[name]
    folder = tmp_path / "migrations/versions"
    folder.mkdir(parents=True)
    (folder / "1_a.py").write_text(file("a", None, UNDONE))
    (folder / "2_b.py").write_text(text)
    (fault,) = written(revisions(tmp_path))
    assert what in fault.what
    assert fault.place.startswith("migrations/versions/2_b.py")


def test_revisions_come_in_their_order(tmp_path: Path) -> None:
    """Whatever their files are called."""
    folder = tmp_path / "migrations/versions"
    folder.mkdir(parents=True)
    (folder / "1_b.py").write_text(file("b", "a", UNDONE))
    (folder / "2_a.py").write_text(file("a", None, UNDONE))
    assert [each.name for each in revisions(tmp_path)] == ["a", "b"]
    assert written(revisions(tmp_path)) == []


KNOWN = Revision("b", ("a",), LATER, 20, False, "")
RIGHT: dict[str, Any] = {"revision": "b", "error": "", "differences": [], "left": [], "lost": {}, "sql": []}


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"error": "relation exists"}, "cannot be taken back and applied again"),
        ({"left": ["table assets"]}, "leaves table assets"),
        (
            {"differences": [("index a.b", "CREATE", None)]},
            "index a.b is missing after revision b was taken back",
        ),
    ],
    ids=["a step fails", "something is left", "something is forgotten"],
)
def test_what_is_wrong_with_a_step(wrong: dict[str, Any], what: str) -> None:
    """At the line of its way down."""
    (fault,) = of_step({**RIGHT, **wrong}, {"b": KNOWN})
    assert what in fault.what
    assert fault.place == f"{LATER}:20"
    assert of_step(RIGHT, {"b": KNOWN}) == []


def test_a_fresh_database_is_the_same_as_an_upgraded_one() -> None:
    """Told once, with its cause where that is known."""
    told = {"steps": [RIGHT], "again": "", "differences": [("column a.b", "text", "text NOT NULL")]}
    assert [each.what for each in of_whole(told, [KNOWN])] == [
        "column a.b is there (text NOT NULL) after all the way down and up; it was there (text)"
    ]
    assert of_whole({**told, "differences": []}, [KNOWN]) == []
    assert of_whole({**told, "again": "it fails"}, [KNOWN])[0].why == "it fails"


def test_models_and_migrations_are_compared_part_by_part(good: Opened) -> None:
    """A table that is missing is one fault, at the line that declares it."""
    models = {
        "table assets": "",
        "column assets.id": "uuid",
        "column work_orders.status": "text",
        "constraint work_orders.ck_work_orders_status_values": "CHECK ((status)::text = 'open')",
    }
    made = {"column work_orders.status": "text DEFAULT 'open'"}
    found = different(changes(models, made), good.subject.files())
    assert [each.place.split(" ")[0] for each in found] == [
        "work_orders.status",
        "work_orders.ck_work_orders_status_values",
        "assets",
    ]
    assert all("models.py:" in each.place for each in found)


LOCKING = {
    "an index": ("CREATE INDEX ix_a ON assets (name)", "require-concurrent-index-creation"),
    "a required column": ("ALTER TABLE assets ADD COLUMN x VARCHAR(3) NOT NULL", "adding-required-field"),
    "a type": ("ALTER TABLE assets ALTER COLUMN tag TYPE VARCHAR(99)", "changing-column-type"),
    "a volatile default": (
        "ALTER TABLE assets ADD COLUMN z uuid DEFAULT gen_random_uuid()",
        "adding-field-with-default",
    ),
    "not null": ("ALTER TABLE assets ALTER COLUMN tag SET NOT NULL", "adding-not-nullable-field"),
    "a new name": ("ALTER TABLE assets RENAME COLUMN name TO label", "renaming-column"),
    "a reference": (
        "ALTER TABLE assets ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES b (id)",
        "adding-foreign-key-constraint",
    ),
    "a rule": ("ALTER TABLE assets ADD CONSTRAINT ck CHECK (length(x) > 1)", "constraint-missing-not-valid"),
    "an index that goes": ("DROP INDEX ix_b", "require-concurrent-index-deletion"),
    "a column that goes": ("ALTER TABLE assets DROP COLUMN name", "ban-drop-column"),
}
ADDED = "ALTER TABLE assets ADD COLUMN y VARCHAR(3)"


def test_what_keeps_others_waiting_on_postgresql(tmp_path: Path) -> None:
    """Squawk knows it; each statement is one fault."""
    statements = [sql for sql, _ in LOCKING.values()]
    risks = by_squawk([ADDED, *statements], tmp_path)
    for sql, rule in LOCKING.values():
        assert rule in {each.rule for each in risks if each.statement == sql}, sql
    assert ADDED not in {each.statement for each in risks}
    assert len(risky(risks, KNOWN)) == len(LOCKING)


@pytest.mark.parametrize("name", ["a required column", "a type", "a new name", "a column that goes"])
def test_what_keeps_others_waiting_elsewhere(name: str) -> None:
    """By rules of our own."""
    sql, rule = LOCKING[name]
    assert [each.rule for each in by_own_rules([sql])] == [rule]
    assert list(by_own_rules([ADDED, f"{ADDED} NOT NULL DEFAULT 'x'"])) == []


def test_a_table_of_the_same_revision_keeps_nobody_waiting(tmp_path: Path) -> None:
    """Nobody works with it yet."""
    statements = [
        "CREATE TABLE parts (id uuid)",
        "CREATE INDEX ix_parts_id ON parts (id)",
        "INSERT INTO x VALUES (1)",
    ]
    assert altering(statements) == []
    assert by_squawk(statements, tmp_path) == []


SECOND = '''"""A second revision."""

import sqlalchemy as sa
from alembic import op

revision = "b1d38db799d5"
down_revision = "a9d38db799d5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Find completed orders, and keep a warranty."""
    op.create_index("ix_work_orders_completed_at", "work_orders", ["completed_at"])
    op.create_table("warranties", sa.Column("id", sa.Integer(), primary_key=True))
    op.create_table("notices", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade() -> None:
    """Take away the half of it."""
    op.drop_index("ix_work_orders_completed_at", "work_orders")
    op.drop_table("warranties")
'''


@pytest.mark.slow
def test_good_migrations_pass(good: Opened, tmp_path: Path) -> None:
    """Down and up with rows, raced, compared with the models, and with all the indexes."""
    for name in ("migrations", "models", "indexes", "locks"):
        assert passed(checked(good, f"database/{name}", tmp_path)), name


@pytest.mark.slow
def test_a_step_down_that_forgets_a_table_is_found(good: Opened, tmp_path: Path) -> None:
    """Going up again finds the table there."""
    with planted(good, tmp_path, {LATER: ("", SECOND)}, same_tables=False) as opened:
        evidence = checked(opened, "database/migrations", tmp_path)
    assert f"{LATER}:19: revision b1d38db799d5 cannot be taken back and applied again" in faults(evidence)
    assert [each.place for each in evidence.faults] == [f"{LATER}:19"]
    assert "notices" in evidence.faults[0].why


@pytest.mark.slow
def test_what_only_models_or_only_migrations_have_is_found(good: Opened, tmp_path: Path) -> None:
    """An index, a column, a default, a value of a CHECK; and the index is missed by the filter that it is for."""
    edits = {
        REVISION: ('    op.create_index("ix_work_orders_status_id", "work_orders", ["status", "id"])\n', ""),
        f"./{REVISION}": ("'on_hold', 'done', 'cancelled')", "'on_hold', 'done')"),
        f"././{REVISION}": (
            '        sa.Column("priority", sa.String(63), nullable=False),',
            '        sa.Column("priority", sa.String(63), nullable=False, server_default="low"),',
        ),
        ASSETS: ("", "    warranty: Mapped[str | None] = mapped_column(String(40))\n"),
        "src/work_orders/assets/resource.py": (
            '"description"),\n    filters',
            '"description", "warranty"),\n    filters',
        ),
        MODELS: ('        Index("ix_work_orders_asset_id_id", "asset_id", "id"),\n', ""),
    }
    with planted(good, tmp_path, edits, same_tables=False) as opened:
        models = faults(checked(opened, "database/models", tmp_path))
        indexes = faults(checked(opened, "database/indexes", tmp_path))
    for what in (
        "work_orders.ix_work_orders_status_id",
        "work_orders.ix_work_orders_asset_id_id",
        "work_orders.ck_work_orders_status_values",
        "work_orders.priority",
        "assets.warranty",
    ):
        assert what in models, what
    assert "src/work_orders/assets/models.py:" in models
    assert "work_orders.status (src/work_orders/work_orders/models.py:" in indexes
