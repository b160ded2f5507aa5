"""Models and queries of Django."""

import pytest
from asked_queries import application, asked
from backwright_workbench.codebase.facts.data import Model

MODELS = """
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models

class Stamped(models.Model):
    created = models.DateTimeField(auto_now_add=True)
    class Meta:
        abstract = True

class Author(Stamped):
    name = models.CharField(max_length=80)
    email = models.EmailField(unique=True)
    slug = models.SlugField()
    class Meta:
        ordering = ["-created"]

class Publisher(models.Model):
    name = models.CharField(max_length=80, db_index=True)

class PublishedManager(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(is_published=True)

class Book(Stamped):
    title = models.CharField(max_length=200)
    isbn = models.CharField(max_length=20)
    pages = models.IntegerField(null=True)
    is_published = models.BooleanField(default=False)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
    publisher = models.ForeignKey("Publisher", on_delete=models.CASCADE, db_index=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    tags = models.ManyToManyField("Tag", related_name="+")
    published = PublishedManager()
    objects = models.Manager()
    class Meta:
        db_table = "book"
        unique_together = ("isbn", "publisher")
        indexes = [models.Index(fields=["-title", "pages"])]
        constraints = [models.UniqueConstraint(fields=["pages"], name="x", condition=models.Q(pages=1))]

class Tag(models.Model):
    name = models.CharField(primary_key=True, max_length=20)

class Member(AbstractUser):
    city = models.CharField(max_length=10)
"""
SETTINGS = 'AUTH_USER_MODEL = "app.Member"\n'
HEAD = """
from django.shortcuts import get_list_or_404, get_object_or_404, render
from django.contrib.auth import get_user_model
from django.db.models import Count, F, Prefetch, Q
from app.models import Author, Book, Tag
User = get_user_model()
"""


def models() -> dict[str, Model]:
    found = application("", models=MODELS, settings=SETTINGS).models
    return {model.name: model for model in found.values()}


def test_fields_keys_and_indexes() -> None:
    """Also what Django adds by itself."""
    found = models()
    author, book = found["Author"], found["Book"]
    assert {name for name, each in author.columns.items() if each.indexed} == {"id", "email", "slug"}
    assert {name for name, each in book.columns.items() if each.indexed} == {
        "id",
        "isbn",
        "title",
        "author",
        "owner",
    }
    assert book.columns["author"].name == "author_id"
    assert book.columns["author"].foreign == "app.models.Author"
    assert not book.columns["pages"].unique
    assert (book.table, author.table) == ("book", "app_author")
    assert found["Stamped"].is_abstract
    assert list(found["Tag"].columns) == ["name"]
    assert found["Member"].columns["username"].unique
    assert author.ordering == ("created",)


def test_relations_in_both_directions() -> None:
    """With the names that Django gives."""
    found = models()
    assert found["Author"].relations["books"].many
    assert found["Publisher"].relations["book_set"].target == "app.models.Book"
    assert found["Member"].relations["book_set"].target == "app.models.Book"
    assert found["Book"].relations["tags"].many
    assert not found["Book"].relations["author"].many
    assert found["Tag"].relations == {}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return Book.objects.all()", ["select Book many"]),
        ("return Book.objects.filter(title__icontains=x)[:10]", ["select Book(title) limited many"]),
        ("return Book.objects.filter(author__name=x).order_by('-pages')", ["select Book,Author(name) by pages many"]),
        ("return Book.objects.filter(author_id=x)", ["select Book(author) many"]),
        ("return Book.objects.filter(author__id=x)", ["select Book(author) many"]),
        ("return Book.objects.filter(Q(title=x) | Q(isbn=x)).exclude(pages=1)", ["select Book(title,isbn,pages) many"]),
        ("return Book.objects.get(pk=x)", ["get Book(id) limited"]),
        ("return Author.objects.get(email=x)", ["select Author(email) limited"]),
        ("return get_object_or_404(Book, pk=x)", ["get Book(id) limited"]),
        ("return get_object_or_404(Book.objects.filter(title=x), isbn=x)", ["select Book(title,isbn) limited"]),
        ("return get_list_or_404(Book, title=x)", ["select Book(title) many"]),
        ("return Book.objects.filter(title=x).exists()", ["count Book(title) limited"]),
        ("return Book.objects.count()", ["count Book limited"]),
        ("return Book.objects.select_related('author').prefetch_related(Prefetch('tags'))",
         ["select Book with author,tags many"]),
        ("return list(Author.objects.all())", ["select Author by created many"]),
        ("Book.objects.create(title=x)", ["insert Book"]),
        ("Book.objects.filter(title=x).update(pages=1)", ["update Book(title)"]),
        ("Book.objects.filter(title=x).delete()", ["delete Book(title)"]),
        ("return User.objects.filter(username=x).first()", ["select Member(username) limited"]),
        ("author = Author.objects.get(id=x)\nreturn author.books.all()",
         ["get Author(id) limited", "select Book(author) many"]),
        ("for b in Book.objects.all():\n    b.pages = 1\n    b.save()",
         ["select Book many", "update Book limited in_loop"]),
        ("qs = Book.objects.all()\nif x:\n    qs = qs.filter(title=x)\nreturn render(x, 't', {'books': qs})",
         ["select Book(title) many"]),
        ("qs = Book.objects.all()\nreturn Paginator(qs, 10)", ["select Book limited many"]),
        ("qs = Book.objects.all()\npage = paginator.paginate_queryset(qs, x)", ["select Book limited many"]),
        ("return [Author.objects.get(id=i) for i in xs]", ["get Author(id) limited in_loop"]),
        ("return Book.objects.raw('SELECT * FROM book WHERE title = %s', [x])", ["select Book(title) many"]),
        ("return Book.objects.raw(f\"SELECT * FROM book WHERE title = '{x}'\")", ["select Book(title) many is_built"]),
        ("return Book.objects.extra(where=[f\"title = '{x}'\"])", ["select Book many is_built"]),
        ("return Book.published.filter(title=x)", ["select Book(title) many"]),
        ("return Book.objects.filter(author__in=Author.objects.filter(name=x))", ["select Book(author) many"]),
        ("return await Book.objects.aget(pk=x)", ["get Book(id) limited is_async"]),
        ("book = Book(title=x)\nbook.save()", ["update Book limited"]),
        ("return Book.objects.aggregate(n=Count('id'))", ["count Book limited"]),
        ("x.save()\nform.save()\nserializer.save()\ncache.get(x)\nx.filter(a=1)", []),
    ],
)  # fmt: skip
def test_a_queryset_says_what_it_asks(body: str, expected: list[str]) -> None:
    """Models, columns, order, limits."""
    lines = "\n".join("    " + line for line in body.splitlines())
    start = "async def" if "await" in body else "def"
    found = asked(f"{HEAD}{start} f(x, xs):\n{lines}\n", models=MODELS, settings=SETTINGS)
    assert found == expected


def test_a_queryset_of_a_view_is_asked_by_the_framework() -> None:
    """The attribute of a class, and `get_queryset`."""
    found = asked(
        HEAD
        + """
class Books(ListView):
    queryset = Book.objects.select_related("author")
class Mine(ListView):
    def get_queryset(self):
        return Book.objects.filter(owner=self.request.user)
    def get(self, request, pk):
        return self.get_queryset().get(pk=pk)
""",
        models=MODELS,
        settings=SETTINGS,
    )
    assert found == ["select Book with author many", "select Book(owner) many", "get Book(owner,id) limited"]
