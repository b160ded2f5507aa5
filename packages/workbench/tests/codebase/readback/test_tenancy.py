"""Tenants come back from the code: who is one, what belongs to one, what all share."""

from backwright_workbench.codebase.readback.plain import plain
from backwright_workbench.codebase.readback.reading import read
from backwright_workbench.codegen import write
from tenancy_blueprints import fleet


def test_a_service_of_tenants_comes_back_whole() -> None:
    """Nothing is left over, and unique values are unique as before."""
    found = read(write(fleet()))
    assert found.problems == ()
    assert found.unread == ()
    assert found.blueprint == plain(fleet())


def test_an_entity_that_lost_its_owner_is_shared() -> None:
    """By the column alone: what the code does counts."""
    written = write(fleet())
    path = "src/fleet/depots/models.py"
    head, _, rest = written[path].partition("    company_id:")
    written[path] = head + rest[rest.index("    title:") :]
    found = read(written)
    assert found.blueprint is not None
    assert found.blueprint.entities["Depot"].tenancy == "shared"
    assert any("all tenants see this row" in note.why for note in found.unread)


def test_tenants_without_a_resource_are_a_problem() -> None:
    """Left out, a service would be written in which nothing belongs to anybody."""
    written = write(fleet())
    main = written["src/fleet/main.py"]
    written["src/fleet/main.py"] = main.replace("companies, ", "").replace("        companies,\n", "")
    found = read(written)
    assert found.blueprint is None
    assert any("have no resource" in str(problem) for problem in found.problems)
