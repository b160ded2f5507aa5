"""Queries through SQLAlchemy, SQLModel and Flask-SQLAlchemy."""

import pytest
from asked_queries import application, asked, queries

MODELS = """
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base, relationship, sessionmaker
Base = declarative_base()
SessionLocal = sessionmaker()
def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    email = Column(String, unique=True)
    city = Column(String)
    posts = relationship("Post", back_populates="author")
class Post(Base):
    __tablename__ = "posts"
    id = Column(Integer, primary_key=True)
    title = Column(String)
    author_id = Column(ForeignKey("users.id"))
    author = relationship("User", back_populates="posts")
"""
HEAD = """
from fastapi import Depends
from sqlalchemy import delete, func, insert, or_, select, text, update
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.ext.asyncio import AsyncSession
from app.models import Post, SessionLocal, User, get_db
"""


def in_function(body: str, params: str = "db: Session, x, xs") -> list[str]:
    lines = "\n".join("    " + line for line in body.strip().splitlines())
    start = "async def" if "await" in body or "async " in body else "def"
    return asked(f"{HEAD}{start} f({params}):\n{lines}\n", models=MODELS)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return db.query(User).filter(User.city == x).all()", "select User(city) many"),
        ("return db.query(User).filter_by(city=x).limit(10).all()", "select User(city) limited many"),
        ("return db.query(User).filter(User.email == x).first()", "select User(email) limited"),
        ("return db.query(User).get(x)", "get User limited"),
        ("return db.query(User)[:5]", "select User limited many"),
        ("return db.query(func.count(User.id)).scalar()", "count User limited"),
        ("return db.query(User).filter(or_(User.city.like(x), User.email == x)).count()",
         "count User(city,email) limited"),
        ("return db.query(User).order_by(User.city.desc()).offset(x).all()", "select User by city many"),
        ("return db.query(User).options(joinedload(User.posts)).all()", "select User with posts many"),
        ("return db.query(Post).join(User, Post.author_id == User.id).all()", "select Post,User(author_id,id) many"),
        ("return db.query(User).filter(User.id == x).update({'city': 1})", "update User(id) limited"),
        ("return db.query(User).filter(User.id.in_(db.query(Post.author_id).filter(Post.title == x))).all()",
         "select User(id,author_id,title) many"),
        ("db.add(User(email=x))", "insert User"),
        ("db.delete(db.get(User, x))", None),
        ("return db.execute(select(User).where(User.city == x)).scalars().all()", "select User(city) many"),
        ("return db.scalars(select(User).order_by(User.city).limit(3)).all()", "select User by city limited many"),
        ("return db.scalar(select(User).where(User.city == x))", "select User(city) limited"),
        ("return (await db.execute(select(User))).scalars().all()", "select User many is_async"),
        ("result = await db.execute(select(User).where(User.email == x))\nreturn result.scalar_one_or_none()",
         "select User(email) limited is_async"),
        ("result = await db.execute(select(User))\nreturn [u.id for u in result.scalars()]",
         "select User many is_async"),
        ("s = select(User)\nif x:\n    s = s.where(User.city == x)\ns = s.limit(5)\nreturn db.execute(s).all()",
         "select User(city) limited many"),
        ("q = db.query(User)\nif x:\n    q = q.limit(x)\nreturn q.all()", "select User many"),
        ("for u in db.query(User):\n    print(u)", "select User many"),
        ("return [db.query(User).filter(User.id == i).first() for i in xs]", "select User(id) limited in_loop"),
        ("for i in xs:\n    db.execute(select(Post).where(Post.author_id == i))", "select Post(author_id) in_loop"),
        ("db.execute(update(User).where(User.city == x).values(city=1))", "update User(city)"),
        ("db.execute(insert(User).values(city=x))", "insert User"),
        ("return db.query(db.query(User).filter(User.city == x).exists()).scalar()", "select User(city) limited"),
        ("return db.execute(select(func.count()).select_from(User)).scalar()", "count User limited"),
        ("return paginate(db, select(User))", "select User limited many"),
        ("return db.execute(text('SELECT * FROM users WHERE city = :c'), {'c': x}).fetchall()",
         "select User(city) many"),
        ("return db.execute(text(f\"SELECT * FROM users WHERE city = '{x}'\")).fetchall()",
         "select User(city) many is_built"),
        ("return db.query(User).filter(text('city = %s' % x)).all()", "select User many is_built"),
        ("return db.query(User).filter(User.city == f'x{x}').all()", "select User(city) many"),
    ],
)  # fmt: skip
def test_a_chain_says_what_it_asks(body: str, expected: str | None) -> None:
    """Models, columns, order, limits and how rows are taken."""
    found = in_function(body)
    assert found == ([expected] if expected else ["delete User", "get User limited"])


def test_sessions_are_known_by_what_gives_them() -> None:
    """An annotation, a dependency, a factory, an attribute, a name."""
    found = asked(
        HEAD
        + """
def a(session=Depends(get_db)):
    session.add(User())
def b():
    with SessionLocal() as anything:
        anything.add(User())
class Repo:
    def __init__(self, thing: Session):
        self.thing = thing
    def c(self):
        self.thing.add(User())
def d(session):
    session.add(User())
""",
        models=MODELS,
    )
    assert found == ["insert User"] * 4


def test_other_things_with_such_methods_are_no_sessions() -> None:
    """Sets, requests, the session of Flask, redis."""
    found = asked(
        """
import requests, redis
from flask import session
from app.models import User
def f(db, x):
    seen = set()
    seen.add(User())
    session.get("user")
    requests.Session().delete("http://x")
    s = requests.Session()
    s.get("http://x", timeout=3)
    cache = redis.Redis()
    cache.get("x", 2)
    cache.delete("x")
    db.get("key")
    re.compile("x").query
    df.query("a > 1")
""",
        models=MODELS,
    )
    assert found == []


def test_flask_models_ask_by_themselves() -> None:
    """`Model.query`, also of `cls`."""
    found = asked(
        """
from flask_sqlalchemy import SQLAlchemy
db = SQLAlchemy()
class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)
    @classmethod
    def named(cls, name):
        return cls.query.filter_by(name=name).first()
def users(page):
    return User.query.order_by(User.name).paginate(page=page)
def user(id):
    return User.query.get_or_404(id)
def everything():
    return User.query.all()
def save(user):
    db.session.add(user)
"""
    )
    assert found == [
        "select User(name) limited",
        "select User by name limited many",
        "get User limited",
        "select User many",
        "insert",
    ]


def test_sqlmodel_sessions_execute_with_exec() -> None:
    """`session.exec(select(…))`."""
    found = asked(
        """
from sqlmodel import Field, Session, SQLModel, select
class Hero(SQLModel, table=True):
    id: int = Field(primary_key=True)
    name: str
def f(session: Session, name):
    session.exec(select(Hero).where(Hero.name == name)).first()
    return session.exec(select(Hero)).all()
"""
    )
    assert found == ["select Hero(name) limited", "select Hero many"]


def test_statements_of_core_tables() -> None:
    """`users.select()`, with a connection or with `databases`."""
    found = asked(
        """
import sqlalchemy as sa
from databases import Database
metadata = sa.MetaData()
users = sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("city", sa.String))
database = Database(URL)
async def f(conn, x):
    await database.fetch_all(query=users.select().where(users.c.city == x))
    await database.fetch_one(users.select().where(users.c.id == x))
    await database.execute(users.insert().values(city=x))
    conn.execute(sa.select(users)).fetchall()
"""
    )
    assert found == [
        "select users(city) many is_async",
        "select users(id) limited is_async",
        "insert users is_async",
        "select users many",
    ]


def test_a_statement_of_another_function_is_that_of_whoever_runs_it() -> None:
    """Once, where it runs."""
    found = asked(
        HEAD
        + """
def base():
    return select(User).where(User.city == "x")
def f(db: Session):
    return db.scalars(base().limit(3)).all()
""",
        models=MODELS,
    )
    assert found == ["select User(city) limited many"]


def test_rows_have_the_kind_of_their_model() -> None:
    """So that what is done with them is understood."""
    app = application(
        HEAD
        + """
def f(db: Session):
    user = db.query(User).first()
    users = db.scalars(select(User)).all()
    for each in users:
        posts = each.posts
    return user
""",
        models=MODELS,
    )
    function = app.project.functions["app.main.f"]
    values = {
        target.id: each for each in function.body if hasattr(each, "targets") for target in each.targets
    }
    assert app.types.of(values["user"].value, function).name == "app.models.User"
    assert app.types.of(values["users"].value, function).item.name == "app.models.User"
    loop = function.body[2]
    assert app.types.of(loop.body[0].value, function).item.name == "app.models.Post"


def test_queries_of_a_function_are_found_by_it() -> None:
    """An index for rules."""
    app = application(
        HEAD + "def f(db: Session):\n    db.query(User).all()\ndef g():\n    pass\n", models=MODELS
    )
    functions = app.project.functions
    assert len(app.queries_of(functions["app.main.f"])) == 1
    assert app.queries_of(functions["app.main.g"]) == []


def test_odd_calls_are_taken_as_they_come() -> None:
    """Wrong numbers of arguments, spreads, calls of calls."""
    assert queries(
        HEAD
        + """
def f(db: Session, *a, **k):
    db.query()
    db.query(*a).filter(*a, **k).all()
    db.execute()
    db.execute(*a)
    select()
    select(*a).where().limit()
    db.add()
    db.get()
    db()()().all()
    (lambda: db.query(User))().all()
    db.query(User).filter_by(**k).order_by().options(joinedload()).join().all()
    User.c["x"]; User.query
""",
        models=MODELS,
    )
