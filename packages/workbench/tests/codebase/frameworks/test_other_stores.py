"""Peewee, Tortoise, MongoEngine, Beanie, PyMongo."""

from asked_queries import application, asked

PEEWEE = """
import peewee as pw
db = pw.SqliteDatabase("x.db")
class Base(pw.Model):
    class Meta:
        database = db
class User(Base):
    name = pw.CharField(unique=True)
    city = pw.CharField()
class Tweet(Base):
    user = pw.ForeignKeyField(User, backref="tweets")
    text = pw.TextField(index=True)
    class Meta:
        indexes = ((("user", "text"), True),)
"""
TORTOISE = """
from tortoise import fields
from tortoise.models import Model
class User(Model):
    id = fields.IntField(pk=True)
    name = fields.CharField(max_length=20, unique=True)
    city = fields.CharField(max_length=20)
class Pet(Model):
    owner = fields.ForeignKeyField("models.User", related_name="pets")
"""


def test_peewee() -> None:
    """Foreign keys have an index by themselves."""
    found = application("", models=PEEWEE).models
    tweet = found["app.models.Tweet"]
    assert {name for name, each in tweet.columns.items() if each.indexed} == {"id", "user", "text"}
    assert found["app.models.User"].relations["tweets"].many
    assert asked(
        """
from app.models import Tweet, User
def f(x, xs):
    list(User.select().where(User.city == x).order_by(User.name))
    User.get(User.name == x)
    User.get_or_none(city=x)
    User.create(name=x)
    User.update(city=x).where(User.name == x).execute()
    for i in xs:
        Tweet.select().where(Tweet.user == i).count()
    return Tweet.select().limit(3)
""",
        models=PEEWEE,
    ) == [
        "select User(city) by name many",
        "select User(name) limited",
        "select User(city) limited",
        "insert User",
        "update User(name) limited",
        "count Tweet(user) limited in_loop",
        "select Tweet limited many",
    ]


def test_tortoise() -> None:
    """Foreign keys have none."""
    found = application("", models=TORTOISE).models
    assert not found["app.models.Pet"].columns["owner"].indexed
    assert found["app.models.User"].relations["pets"].target == "app.models.Pet"
    assert asked(
        """
from app.models import Pet, User
async def f(x):
    await User.all()
    await User.filter(city__icontains=x).limit(3)
    await User.get(name=x)
    await Pet.filter(owner__city=x).prefetch_related("owner").order_by("-id")
    await User.create(name=x)
    user = await User.get_or_none(id=x)
    await user.delete()
""",
        models=TORTOISE,
    ) == [
        "select User many is_async",
        "select User(city) limited many is_async",
        "select User(name) limited is_async",
        "select Pet(city) by id with owner many is_async",
        "insert User is_async",
        "select User(id) limited is_async",
        "delete User limited is_async",
    ]


def test_pymongo_and_motor() -> None:
    """Collections by attribute, by key, and by what a module calls them: the name in the database counts."""
    assert asked(
        """
from pymongo import MongoClient
client = MongoClient()
db = client.shop
users_collection = db["users"]
def f(x, xs):
    list(db.users.find({"city": x}))
    db["users"].find_one({"_id": x})
    list(users_collection.find({}).limit(10))
    [db.users.find_one({"name": i}) for i in xs]
    db.users.insert_one({"a": 1})
    db.users.update_many({"city": x}, {"$set": {"b": 1}})
    db.users.count_documents({"$or": [{"a": 1}, {"b": 2}]})
    "abc".find("b")
    x.find("c")
async def g(x):
    return await db.users.find({"city": x}).to_list(100)
"""
    ) == [
        "select users(city) many",
        "select users(_id) limited",
        "select users limited many",
        "select users(name) limited in_loop",
        "insert users",
        "update users(city)",
        "count users(a,b) limited",
        "select users(city) limited many is_async",
    ]


def test_documents_of_mongoengine_and_beanie() -> None:
    """`objects`, and `find` of a class."""
    assert asked(
        """
import mongoengine as me
from beanie import Document, Indexed
class User(me.Document):
    email = me.StringField(unique=True)
    city = me.StringField()
    meta = {"indexes": ["city"]}
class Pet(Document):
    name: Indexed(str)
    age: int
def f(x):
    User.objects(email=x).first()
    return User.objects(city=x)
async def g(x):
    await Pet.find(Pet.age == x).to_list()
    await Pet.find_one(Pet.name == x)
    pet = await Pet.get(x)
    await pet.delete()
"""
    ) == [
        "select User(email) limited",
        "select User(city) many",
        "select Pet(age) many is_async",
        "select Pet(name) limited is_async",
        "get Pet limited is_async",
        "delete Pet limited is_async",
    ]
