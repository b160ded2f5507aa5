"""database/indexes: what the catalogues say, and what is declared."""

import pytest
from backwright_workbench.verify.checks.database.catalogue import Index, Reference, Relation
from backwright_workbench.verify.checks.database.indexes import of_declared, of_table
from backwright_workbench.verify.opening import Opened

KEY = Index("pk", ("id",), unique=True)


def table(
    *indexes: Index, references: tuple[Reference, ...] = (), key: tuple[str, ...] = ("id",)
) -> Relation:
    """A table of orders."""
    columns = ["id", "asset_id", "status", "due_at", "company_id"]
    return Relation("work_orders", columns, key, [KEY, *indexes], list(references))


ASSET = Reference("fk", ("asset_id",), "assets", "RESTRICT")
BAD = {
    "no primary key": (table(key=()), "has no primary key"),
    "a reference without an index": (table(references=(ASSET,)), "no index that begins with asset_id"),
    "a reference in second place": (
        table(Index("a", ("status", "asset_id")), references=(ASSET,)),
        "no index that begins with asset_id",
    ),
    "a reference in a partial index": (
        table(Index("a", ("asset_id",), where="status = 'open'"), references=(ASSET,)),
        "no index that begins with asset_id",
    ),
    "a reference without a rule": (
        table(Index("a", ("asset_id",)), references=(Reference("fk", ("asset_id",), "assets", ""),)),
        "does not say what happens",
    ),
    "the same index twice": (
        table(Index("a", ("status",)), Index("b", ("status",))),
        "b (status) is unnecessary beside a",
    ),
    "the beginning of another": (
        table(Index("a", ("status",)), Index("b", ("status", "id"))),
        "a (status) is unnecessary beside b",
    ),
    "an index beside a unique one": (
        table(Index("a", ("status",)), Index("b", ("status",), unique=True)),
        "a (status) is unnecessary beside b",
    ),
    "the key again": (table(Index("a", ("id",))), "a (id) is unnecessary beside pk"),
}
GOOD = {
    "a reference with an index": table(Index("a", ("asset_id", "id")), references=(ASSET,)),
    "a unique beginning": table(Index("a", ("status",), unique=True), Index("b", ("status", "id"))),
    "another order": table(Index("a", ("status", "id")), Index("b", ("id", "status"), unique=True)),
    "an index for words": table(Index("a", ("status",), kind="gin"), Index("b", ("status",))),
    "a part of the rows": table(
        Index("a", ("status",), where="due_at IS NULL"), Index("b", ("status", "id"))
    ),
    "a reference within a tenant": table(
        Index("a", ("asset_id",)),
        references=(ASSET, Reference("fkt", ("company_id", "asset_id"), "assets", "RESTRICT")),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_with_a_table(name: str) -> None:
    """Each is told once."""
    found, what = BAD[name]
    (fault,) = of_table(found)
    assert what in fault.what


@pytest.mark.parametrize("name", [name for name in GOOD if name != "another order"])
def test_what_is_right_with_a_table(name: str) -> None:
    """A false alarm would make people look away."""
    assert list(of_table(GOOD[name])) == []


def test_every_declared_filter_sort_and_search_needs_an_index(good: Opened) -> None:
    """Those of the example, on a table that has none."""
    assert good.subject.blueprint is not None
    bare = {"work_orders": table(), "assets": Relation("assets", ["id", "name"], ("id",), [KEY])}
    found = {each.place: each.what for each in of_declared(good.subject.blueprint, bare, [])}
    assert "the filter of status is declared, and no index begins with it" in found["work_orders.status"]
    assert {"work_orders.asset_id", "work_orders.due_at", "assets.name", "assets"} <= set(found)
    words = ["index work_orders.ix_work_orders_search", "table assets_fts"]
    assert "assets" not in {each.place for each in of_declared(good.subject.blueprint, bare, words)}
