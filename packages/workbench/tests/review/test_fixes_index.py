"""A column that is searched gets its index: in the model, and in a migration where there are any."""

from mending_cases import mend

MODELS = """from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("users.id"), nullable=False)  # whose
"""
QUERY = """from sqlalchemy import select

from models import Order, User


def find(session, name):
    return session.scalars(select(User).where(User.name == name)).first()


def orders(session, user):
    return session.scalars(select(Order).where(Order.user_id == user)).first()
"""
FIRST = """from alembic import op
import sqlalchemy as sa

revision = "{revision}"
down_revision = {down}


def upgrade():
    op.create_table("t_{revision}", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.drop_table("t_{revision}")
"""


def test_models_and_a_migration_get_the_indexes() -> None:
    """One new revision after the latest, for all columns together."""
    files = {
        "models.py": MODELS,
        "queries.py": QUERY,
        "alembic/versions/a1_first.py": FIRST.format(revision="a1", down=None),
        "alembic/versions/b2_second.py": FIRST.format(revision="b2", down='"a1"'),
    }
    result = mend(files, "missing-index")
    new = [path for path in result.files if path not in files]

    assert "    name: Mapped[str] = mapped_column(index=True)\n" in result.files["models.py"]
    assert 'ForeignKey("users.id"), nullable=False, index=True)  # whose\n' in result.files["models.py"]
    assert len(new) == 1
    text = result.files[new[0]]
    assert new[0].startswith("alembic/versions/")
    assert 'down_revision = "b2"\n' in text
    assert 'op.create_index("ix_users_name", "users", ["name"])' in text
    assert 'op.drop_index("ix_orders_user_id", table_name="orders")' in text
    compile(text, new[0], "exec")


def test_with_two_latest_revisions_nothing_is_done() -> None:
    """Which of them comes first is not for us to say."""
    files = {
        "models.py": MODELS,
        "queries.py": QUERY,
        "alembic/versions/a1_first.py": FIRST.format(revision="a1", down=None),
        "alembic/versions/b2_second.py": FIRST.format(revision="b2", down=None),
    }
    result = mend(files, "missing-index")

    assert result.files == {}
    assert len(result.left) == 2


def test_without_migrations_the_note_says_what_is_to_be_done() -> None:
    """Tables that exist do not change by themselves."""
    result = mend({"models.py": MODELS, "queries.py": QUERY}, "missing-index")

    assert list(result.files) == ["models.py"]
    assert all("CREATE INDEX" in each.note for _, each in result.fixed)


def test_sqlmodel_and_django_have_their_own_words() -> None:
    """A bare annotation becomes a field, a field of Django gets `db_index`."""
    sqlmodel = mend(
        {
            "models.py": "from sqlmodel import Field, SQLModel\n\n\nclass User(SQLModel, table=True):\n"
            "    id: int | None = Field(default=None, primary_key=True)\n    name: str\n    city: str | None = None\n",
            "q.py": "from sqlmodel import select\n\nfrom models import User\n\n\ndef find(session, name):\n"
            "    session.exec(select(User).where(User.city == name)).first()\n"
            "    return session.exec(select(User).where(User.name == name)).first()\n",
        },
        "missing-index",
    )
    django = mend(
        {
            "shop/models.py": "from django.db import models\n\n\nclass Item(models.Model):\n"
            "    code = models.CharField(max_length=20)\n",
            "shop/views.py": "from django.http import HttpResponse\n\nfrom shop.models import Item\n\n\n"
            "def find(request):\n    return HttpResponse(Item.objects.filter(code=request.GET['c']).first())\n",
        },
        "missing-index",
    )

    assert "    name: str = Field(index=True)\n" in sqlmodel.files["models.py"]
    assert "    city: str | None = Field(default=None, index=True)\n" in sqlmodel.files["models.py"]
    assert "models.CharField(max_length=20, db_index=True)" in django.files["shop/models.py"]
