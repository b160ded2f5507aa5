"""Migrations, and tables that only they or texts of SQL tell of."""

from textwrap import dedent

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.data import Model


def application(files: dict[str, str]) -> Application:
    return read_application({path: dedent(text) for path, text in files.items()})


def indexed(model: Model) -> set[str]:
    return {name for name, column in model.columns.items() if column.indexed}


ALEMBIC = """
import sqlalchemy as sa
from alembic import op
revision = "a1"

def upgrade():
    op.create_table(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String, unique=True),
        sa.Column("team_id", sa.Integer, sa.ForeignKey("teams.id")),
        sa.Column("city", sa.String),
    )
    op.create_index(op.f("ix_city"), "users", ["city"])
    op.create_table("follow", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer), sa.PrimaryKeyConstraint("a", "b"))
    with op.batch_alter_table("users") as batch_op:
        batch_op.add_column(sa.Column("age", sa.Integer()))
        batch_op.create_index("ix_age", ["age"])
    op.execute("CREATE TABLE raw (id serial PRIMARY KEY, owner int REFERENCES users(id))")

def downgrade():
    pass
"""


def test_alembic_makes_tables_that_no_model_tells_of() -> None:
    """With keys, foreign keys and indexes; the second column of a key has no index."""
    app = application({"db/versions/1.py": ALEMBIC})
    (migration,) = app.migrations
    assert (migration.tool, migration.revision, migration.reversible) == ("alembic", "a1", False)
    assert set(migration.creates) == {"users", "follow", "raw"}
    users = app.models["users"]
    assert users.orm == "migration"
    assert indexed(users) == {"id", "email", "city", "age"}
    assert users.columns["team_id"].foreign == "teams.id"
    assert users.columns["team_id"].place.line == 11
    assert indexed(app.models["follow"]) == {"a"}
    assert app.models["raw"].columns["owner"].foreign == "users.id"


def test_an_index_of_a_migration_counts_for_the_model() -> None:
    """The model itself says nothing of it."""
    models = """
    from sqlalchemy.orm import declarative_base
    from sqlalchemy import Column, Integer, String
    class User(declarative_base()):
        __tablename__ = "users"
        id = Column(Integer, primary_key=True)
        city = Column(String)
        age = Column(Integer)
        team_id = Column(Integer)
    """
    app = application({"db/versions/1.py": ALEMBIC, "app/models.py": models})
    assert indexed(app.models["app.models.User"]) == {"id", "city", "age"}
    assert "users" not in app.models


def test_tables_that_code_makes_with_sql() -> None:
    """Each column at its own line."""
    app = application(
        {
            "app/db.py": '''
            import sqlite3
            def init():
                sqlite3.connect("x").executescript("""
                    CREATE TABLE IF NOT EXISTS users (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        name TEXT NOT NULL UNIQUE
                    );
                    CREATE TABLE posts (
                        id INTEGER PRIMARY KEY,
                        user_id INTEGER,
                        slug TEXT,
                        FOREIGN KEY (user_id) REFERENCES users (id)
                    );
                    CREATE UNIQUE INDEX slugs ON posts (slug);
                """)
            '''
        }
    )
    assert indexed(app.models["users"]) == {"id", "name"}
    posts = app.models["posts"]
    assert indexed(posts) == {"id", "slug"}
    assert posts.columns["user_id"].foreign == "users.id"
    assert posts.columns["user_id"].place.line == 11
    assert app.migrations == []


def test_migrations_of_other_tools() -> None:
    """Django, aerich, plain SQL."""
    app = application(
        {
            "blog/migrations/0001_initial.py": """
            from django.db import migrations, models
            class Migration(migrations.Migration):
                operations = [migrations.CreateModel(name="Post", fields=[]), migrations.RunPython(fill)]
            """,
            "migrations/models/1_init.py": '''
            async def upgrade(db) -> str:
                return """CREATE TABLE IF NOT EXISTS "pets" ("id" INT NOT NULL PRIMARY KEY);"""
            async def downgrade(db) -> str:
                return drop()
            ''',
            "migrations/001.sql": "CREATE TABLE logs (id int primary key);",
            "blog/migrations/__init__.py": "",
        }
    )
    told = [(each.tool, each.creates, each.reversible) for each in app.migrations]
    assert told == [
        ("django", ("Post",), False),
        ("aerich", ("pets",), True),
        ("other", ("logs",), True),
    ]
