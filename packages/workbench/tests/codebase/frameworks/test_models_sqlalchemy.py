"""Tables of SQLAlchemy in all their spellings."""

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts.data import Model


def models(text: str, **more: str) -> dict[str, Model]:
    files = {"app/models.py": text} | {f"app/{name}.py": body for name, body in more.items()}
    return {model.name: model for model in read_application(files).models.values()}


def indexed(model: Model) -> set[str]:
    return {name for name, column in model.columns.items() if column.indexed}


def test_declarative_columns_with_keys_and_indexes() -> None:
    """The 1.4 style, with a base and a mixin."""
    found = models(
        """
from sqlalchemy import Column, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import declarative_base, relationship
Base = declarative_base()

class Stamped:
    created_at = Column("created", DateTime)

class User(Stamped, Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    email = Column(String(120), unique=True, nullable=False)
    city = Column(String)
    street = Column(String)
    zip = Column(String)
    posts = relationship("Post", backref="author", lazy="selectin")
    __table_args__ = (UniqueConstraint("city", "street"), Index("ix_zip", "zip"), {"schema": "x"})

class Post(Base):
    __tablename__ = "posts"
    id = Column(Integer, primary_key=True)
    user_id = Column(ForeignKey("users.id"), index=True)
    editor_id = Column(Integer, ForeignKey(User.id))
"""
    )
    user, post = found["User"], found["Post"]
    assert set(found) == {"User", "Post"}
    assert indexed(user) == {"id", "email", "city", "zip"}
    assert user.columns["email"].length == 120
    assert not user.columns["email"].nullable
    assert not user.columns["city"].unique
    assert user.columns["created_at"].name == "created"
    assert user.relations["posts"].many
    assert user.relations["posts"].loading == "eager"
    assert user.relations["posts"].target == "app.models.Post"
    author = post.relations["author"]
    assert (author.many, author.target, author.column, author.loading) == (
        False,
        "app.models.User",
        "user_id",
        "lazy",
    )
    assert indexed(post) == {"id", "user_id"}
    assert post.columns["editor_id"].foreign == "users.id"


def test_mapped_columns_with_types_from_annotations() -> None:
    """The 2.0 style."""
    found = models(
        """
from typing import Annotated
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy import ForeignKey, String
pk = Annotated[int, mapped_column(primary_key=True)]

class Base(DeclarativeBase):
    pass

class Author(Base):
    __tablename__ = "author"
    id: Mapped[pk]
    name: Mapped[str | None] = mapped_column(String(30))
    is_active: Mapped[bool]
    books: Mapped[list["Book"]] = relationship(back_populates="author")

class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    author: Mapped["Author"] = relationship(back_populates="books", lazy="raise")
"""
    )
    author, book = found["Author"], found["Book"]
    assert found["Base"].is_abstract
    assert not author.is_abstract
    assert author.columns["id"].primary
    assert author.columns["id"].indexed
    assert author.columns["name"].nullable
    assert author.columns["name"].type == "string"
    assert author.columns["is_active"].type == "boolean"
    assert not author.columns["is_active"].nullable
    assert author.relations["books"].many
    assert author.relations["books"].target == "app.models.Book"
    assert not book.relations["author"].many
    assert book.relations["author"].loading == "raise"
    assert not book.columns["author_id"].indexed


def test_flask_sqlalchemy_from_another_module() -> None:
    """`db.Model`, a default table name, an association table."""
    found = models(
        """
from .extensions import db
tags = db.Table("tags", db.Column("tag_id", db.Integer, db.ForeignKey("tag.id"), primary_key=True),
    db.Column("page_id", db.ForeignKey("page.id"), primary_key=True))

class BlogPage(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    tags = db.relationship("Tag", secondary=tags, lazy="dynamic", backref=db.backref("pages", lazy=True))

class Tag(db.Model):
    id = db.Column(db.Integer, primary_key=True)
""",
        extensions="from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n",
    )
    assert found["BlogPage"].table == "blog_page"
    assert found["BlogPage"].relations["tags"].loading == "dynamic"
    assert found["Tag"].relations["pages"].many
    assert indexed(found["tags"]) == {"tag_id"}


def test_sqlmodel_tables_and_what_they_inherit() -> None:
    """Only `table=True` is a table; others are abstract."""
    found = models(
        """
from sqlmodel import Field, Relationship, SQLModel

class HeroBase(SQLModel):
    name: str = Field(index=True)
    age: int | None = None

class Hero(HeroBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
    team_id: int | None = Field(default=None, foreign_key="team.id")
    team: "Team" = Relationship(back_populates="heroes")

class Team(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    heroes: list["Hero"] = Relationship(back_populates="team")

class HeroRead(HeroBase):
    id: int
"""
    )
    assert {name for name, model in found.items() if not model.is_abstract} == {"Hero", "Team"}
    assert found["Hero"].table == "hero"
    assert set(found["Hero"].columns) == {"name", "age", "id", "team_id"}
    assert indexed(found["Hero"]) == {"name", "id"}
    assert found["Team"].relations["heroes"].many
    assert not found["Hero"].relations["team"].many
    assert found["Hero"].relations["team"].column == "team_id"


def test_columns_of_other_libraries_are_no_tables() -> None:
    """django_tables2, a dataclass with a field called Column."""
    found = models(
        """
import django_tables2 as tables
class PersonTable(tables.Table):
    name = tables.Column(verbose_name="x")
class Plain:
    column = Column(1)
"""
    )
    assert found == {}


def test_odd_shapes_are_taken_as_they_come() -> None:
    """Calls without arguments, spreads, computed bases."""
    found = models(
        """
from sqlalchemy import Column, Index, Table, ForeignKey
from sqlalchemy.orm import declarative_base, relationship
Base = declarative_base()
class A(Base, *others):
    __tablename__ = name()
    id = Column()
    b = Column(*args, **kw)
    c = Column(ForeignKey())
    r = relationship()
    s = relationship(lambda: A)
    __table_args__ = make(Index(), Index("x"))
t = Table()
u = Table("u", m, *columns)
Index()
Index("x", A.id)
"""
    )
    assert set(found["A"].columns) == {"id", "b", "c"}
