"""Which indexes the declared queries get."""

from backwright_workbench.blueprint.model import Entity
from backwright_workbench.codegen.indexes import index_name, indexes

FIELDS = {
    "status": {"type": "enum", "values": ["open", "done"]},
    "code": {"type": "string", "unique": True},
    "due_at": {"type": "datetime"},
    "owner": {"type": "reference", "to": "User"},
}


def entity(**queries: object) -> Entity:
    """An entity with these queries."""
    return Entity.model_validate({"fields": FIELDS, "access": {"admin": "everything"}, **queries})


def test_a_filter_goes_on_with_the_order_of_the_list() -> None:
    """Filtered lists are newest first: one seek, no sorting."""
    assert ("status", "id") in indexes(entity(filters=["status"]))


def test_a_sort_by_an_enum_has_an_index() -> None:
    """Of the stored texts: the runtime reads one value after the other. Filter and sort share it."""
    assert ("status", "id") in indexes(entity(sorts=["status"]))
    assert indexes(entity(filters=["status"], sorts=["status"])).count(("status", "id")) == 1


def test_a_reference_always_has_an_index() -> None:
    """Deleting the row referred to looks for those that refer to it."""
    assert indexes(entity()) == (("owner_id",),)


def test_no_index_is_the_beginning_of_another() -> None:
    """A filter on a reference, and a range that is also a sort, need one index each."""
    found = indexes(entity(filters=["owner", "due_at"], sorts=["due_at"]))
    assert set(found) == {("owner_id", "id"), ("due_at", "id")}


def test_a_unique_field_needs_no_second_index() -> None:
    """Its constraint is one."""
    assert all(index[0] != "code" for index in indexes(entity(filters=["code"], sorts=["code"])))


def test_a_group_that_is_unique_together_serves_its_first_field() -> None:
    """The constraint's index begins with the reference already."""
    assert indexes(entity(unique=[["owner", "due_at"]])) == ()


def test_names_stay_within_what_postgresql_keeps() -> None:
    """A name of more than 63 characters would be cut, and clash."""
    long = index_name("a" * 40, ("b" * 40,))
    assert len(long) == 63
    assert long != index_name("a" * 40, ("b" * 39 + "c",))
