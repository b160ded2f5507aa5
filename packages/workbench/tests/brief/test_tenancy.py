"""Companies that share a service and see nothing of each other, as briefs say it."""

from datetime import date

import pytest
from backwright_workbench.blueprint.model import Grant, Grants
from backwright_workbench.brief.catalogue import Catalogue
from backwright_workbench.brief.reading import read
from backwright_workbench.brief.trace import Reading


def reading(text: str) -> Reading:
    """The reading of a brief about zeppelins and what is said of who owns them."""
    brief = f"Manage zeppelins (name, length). Pilots can read zeppelins. {text}"
    return read(brief, Catalogue.builtin(), created=date(2026, 11, 21))


@pytest.mark.parametrize(
    ("text", "tenant"),
    [
        ("The service is multi-tenant.", "Organization"),
        ("Multi-tenancy.", "Organization"),
        ("Each company sees only its own data.", "Company"),
        ("Every organization can only access its own records.", "Organization"),
        ("Workspaces are fully isolated from each other.", "Workspace"),
        ("Data is isolated per company.", "Company"),
        ("Multi-tenant: each agency only sees its own data.", "Agency"),
        ("No company can see the data of another company.", "Company"),
        ("Tenant isolation.", "Organization"),
    ],
)
def test_who_shares_the_service_is_read(text: str, tenant: str) -> None:
    """The words are understood, and whoever signs up founds one."""
    found = reading(text)
    blueprint = found.require()
    assert blueprint.tenancy == tenant
    assert blueprint.owner("Zeppelin") is not None
    assert blueprint.auth.register_as is None
    assert found.not_understood == ()
    assert not any(each.path == "auth.register_as" for each in found.assumptions)


@pytest.mark.parametrize(
    "text",
    [
        "No multi-tenancy.",
        "Each pilot sees only their own zeppelins.",
        "Manage tenants (name, phone) and leases. Tenants pay rent.",
        "Companies order zeppelins. Companies have a name and an address.",
    ],
)
def test_what_only_sounds_like_it_is_none(text: str) -> None:
    """Own rows are a right, renters are people, and companies may be customers."""
    assert reading(text).require().tenancy is None


def test_what_is_not_named_is_assumed_and_said() -> None:
    """The line to change stands beside it."""
    found = reading("Multi-tenant.")
    assert any(each.line == "tenancy: Organization" for each in found.assumptions)
    assert not any(
        each.path == "tenancy" for each in reading("Each company sees only its own data.").assumptions
    )


def test_a_tenant_begins_with_its_name_and_rows_do_not_refer_to_it() -> None:
    """What the brief says of companies stays, as far as a company can be made without it."""
    found = reading(
        "Companies have a name, a tax number and an owner. Zeppelins belong to a company. "
        "Each company sees only its own data. Admins manage companies. Anybody can see zeppelins without an account."
    )
    entities = found.require().entities
    assert not entities["Company"].fields["name"].optional
    assert all(field.optional for name, field in entities["Company"].fields.items() if name != "name")
    assert entities["Company"].access["admin"] == Grants(read=Grant(), update=Grant())
    assert "company" not in entities["Zeppelin"].fields
    assert "public" not in entities["Zeppelin"].access
