"""What a blueprint says of tenants: each rule with the text that breaks it."""

import pytest
from backwright_workbench.blueprint.fault import dotted
from backwright_workbench.blueprint.model import Blueprint
from backwright_workbench.blueprint.prose import describe
from backwright_workbench.blueprint.structure import build
from backwright_workbench.blueprint.validation import check
from backwright_workbench.blueprint.yaml import dump, load
from ruamel.yaml import YAML
from tenancy_blueprints import TEXT, fleet


def faults(old: str, new: str) -> list[str]:
    """The faults of the text with a part of it changed."""
    assert TEXT.count(old) == 1, old
    blueprint = build(YAML(typ="safe").load(TEXT.replace(old, new)) | {"created": "2026-11-21"})
    assert isinstance(blueprint, Blueprint), blueprint
    return [f"{dotted(fault.path)}: {fault.message}" for fault in check(blueprint)]


def test_a_service_of_tenants_is_valid_and_said_in_words() -> None:
    """Who owns what, and who may sign up."""
    blueprint = fleet()
    assert check(blueprint) == []
    owners = {name: blueprint.owner(name) for name in (*blueprint.entities, "User")}
    assert owners == {
        "Company": None, "Model": None, "Driver": "company_id", "Vehicle": "company_id", "Depot": "company_id",
        "User": "company_id",
    }  # fmt: skip
    told = describe(blueprint)
    assert "Each company sees only its own data" in told
    assert "Whoever signs up founds a company and is its admin" in told
    assert "- All companies share its rows." in told


def test_it_is_written_and_read_as_yaml() -> None:
    """One text for one blueprint."""
    text = dump(fleet())
    assert "\ntenancy: Company\n" in text
    assert "    tenancy: shared\n" in text
    assert load(text) == fleet()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("tenancy: Company", "tenancy: Compny", "tenancy: 'Compny' is not an entity"),
        ("tenancy: Company\n", "", "entities.Model.tenancy: nothing belongs to tenants"),
        ("      name: {type: string}\n      city", "      city", "a tenant has a name"),
        ("city: {type: string, optional: true}", "city: {type: string}", "a tenant begins with a name alone"),
        ("city: {type: string", "boss: {type: reference, to: User", "cannot come before"),
        ("admin: {read: all, update: all}", "admin: everything", "no role may create tenants"),
        ("title: {type: string, unique: true}", "made_by: {type: reference, to: User}", "all tenants see this row"),
        ("      admin: {read: all}\n", "      admin: everything\n", "may not create or update or delete or act"),
        ("place: {type: integer}", "company: {type: reference, to: Company}", "belongs to its Company anyway"),
        ("driver: {read: account}", "public: {read: all}", "the public belongs to no tenant"),
        ("roles:", "auth: {register_as: driver}\nroles:", "whoever signs up founds company"),
    ],
)  # fmt: skip
def test_what_would_leak_or_could_not_be_made_is_refused(old: str, new: str, told: str) -> None:
    """At the place where it is said."""
    assert any(told in fault for fault in faults(old, new)), faults(old, new)
