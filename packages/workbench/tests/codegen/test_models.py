"""`models.py`: what is stored."""

from collections.abc import Callable
from typing import Any

import pytest
from backwright_workbench.codegen.models import write_models
from backwright_workbench.codegen.names import Names

Make = Callable[..., Names]


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ({"type": "string"}, "it: Mapped[str] = mapped_column(String(200))"),
        (
            {"type": "string", "max": 9, "unique": True},
            "it: Mapped[str] = mapped_column(String(9), unique=True)",
        ),
        ({"type": "text", "optional": True}, "it: Mapped[str | None] = mapped_column(String(10_000))"),
        ({"type": "integer"}, "it: Mapped[int]"),
        ({"type": "integer", "min": 1, "max": 5}, "it: Mapped[int] = mapped_column(info=between(1, 5))"),
        ({"type": "integer", "max": 5}, "it: Mapped[int] = mapped_column(info=between(maximum=5))"),
        ({"type": "decimal", "places": 3}, "it: Mapped[Decimal] = mapped_column(FixedPoint(14, 3))"),
        ({"type": "money", "default": 5}, 'it: Mapped[Money] = mapped_column(default=Decimal("5"))'),
        ({"type": "boolean", "default": True}, "it: Mapped[bool] = mapped_column(default=True)"),
        ({"type": "date"}, "it: Mapped[date]"),
        ({"type": "datetime", "optional": True}, "it: Mapped[datetime | None]"),
        ({"type": "email"}, "it: Mapped[Email]"),
        ({"type": "json"}, "it: Mapped[dict[str, Any]]"),
        ({"type": "string", "encrypted": True}, "it: Mapped[str] = encrypted(String(200))"),
        (
            {"type": "email", "encrypted": True, "unique": True, "optional": True},
            "it: Mapped[Email | None] = encrypted(String(254), unique=True)",
        ),
        ({"type": "money", "encrypted": True}, "it: Mapped[Money] = encrypted(FixedPoint(14, 2))"),
        ({"type": "date", "encrypted": True}, "it: Mapped[date] = encrypted(Date())"),
        (
            {"type": "integer", "encrypted": True, "min": 1, "max": 5},
            "it: Mapped[int] = encrypted(Integer(), info=between(1, 5))",
        ),
        (
            {"type": "enum", "values": ["a", "b"], "default": "a"},
            "it: Mapped[BookIt] = mapped_column(default=BookIt.A)",
        ),
    ],
)
def test_each_type_has_its_column(names_of: Make, field: dict[str, Any], line: str) -> None:
    """A field becomes one readable line."""
    assert f"    {line}\n" in write_models("books", names_of(Book={"fields": {"it": field}}))


def test_a_reference_is_a_key_and_a_relationship(names_of: Make) -> None:
    """An optional reference empties when its target goes; a required one keeps the target."""
    text = write_models(
        "books",
        names_of(
            Author={"fields": {"name": {"type": "string"}}},
            Book={
                "fields": {
                    "author": {"type": "reference", "to": "Author"},
                    "editor": {"type": "reference", "to": "Author", "optional": True},
                }
            },
        ),
    )
    assert 'ForeignKey("authors.id", ondelete="RESTRICT"), index=True)' in text
    assert (
        'editor_id: Mapped[UUID | None] = mapped_column(ForeignKey("authors.id", ondelete="SET NULL"), index=True)'
        in text
    )
    assert "author: Mapped[Author] = relationship(foreign_keys=[author_id])" in text
    assert "from shop.authors.models import Author" in text


def test_a_tree_refers_to_itself(names_of: Make) -> None:
    """The other side of a self-reference is named, so that SQLAlchemy knows which is which."""
    fields = {"parent": {"type": "reference", "to": "Category", "optional": True}}
    text = write_models("categories", names_of(Category={"fields": fields}))
    assert 'parent: Mapped["Category | None"] = relationship("Category", remote_side="Category.id")' in text


def test_a_circle_of_areas_is_no_circle_of_imports(names_of: Make) -> None:
    """Two areas that refer to each other see each other's classes through the type checker only."""
    names = names_of(
        Team={"fields": {"lead": {"type": "reference", "to": "Person", "optional": True}}},
        Person={"fields": {"team": {"type": "reference", "to": "Team", "optional": True}}},
    )
    for area in ("teams", "people"):
        text = write_models(area, names)
        assert "if TYPE_CHECKING:\n    from shop." in text
        compile(text, area, "exec")


def test_a_field_called_like_its_type_does_not_shadow_it(names_of: Make) -> None:
    """`date: Mapped[date]` would break the second field of the class."""
    text = write_models(
        "days", names_of(Day={"fields": {"date": {"type": "date"}, "until": {"type": "date"}}})
    )
    assert "from datetime import date as date_type" in text
    assert "until: Mapped[date_type]" in text
