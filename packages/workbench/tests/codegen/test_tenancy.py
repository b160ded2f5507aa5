"""A service of tenants, as it is written: whose row it is stands in every table, key, index and test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from backwright_workbench.codegen import DERIVED, write
from tenancy_blueprints import fleet


def test_models_say_whose_a_row_is() -> None:
    """The column, the keys within the tenant, and what is unique in one."""
    text = write(fleet())
    vehicle = text["src/fleet/vehicles/models.py"]
    assert "    company_id: Mapped[UUID] = mapped_column(" in vehicle
    assert "info=tenant()" in vehicle
    assert 'TenantKey("company_id", "driver_id", "drivers", ondelete="SET NULL")' in vehicle
    assert 'TenantKey("company_id", "model_id"' not in vehicle, "models are shared"
    assert 'UniqueConstraint("company_id", "plate")' in vehicle
    assert 'UniqueConstraint("company_id", "row", "place")' in vehicle
    assert 'Index("ix_vehicles_company_id_status_id", "company_id", "status", "id")' in vehicle
    assert "foreign_keys=[driver_id]" in vehicle
    assert "company_id" not in text["src/fleet/vehicles/resource.py"], "it is no field of the API"
    assert "class Company(Tenant):" in text["src/fleet/companies/models.py"]
    assert "company_id" not in text["src/fleet/models/models.py"]
    assert "company_id: Mapped[UUID]" in text["src/fleet/accounts/models.py"]


def test_the_migration_makes_tenants_first_and_keys_that_close_a_circle_last() -> None:
    """Accounts belong to tenants; vehicles and depots refer to each other."""
    text = write(fleet())["migrations/versions/20261121_create_fleet.py"]
    assert text.index('"companies",') < text.index('"users",') < text.index('"sessions",')
    assert 'TenantKey("company_id", "driver_id", "drivers"' in " ".join(text.split()).replace("( ", "(")
    assert "create_tenant_key(" in text


def test_the_suite_asks_from_another_tenant() -> None:
    """Every entity that belongs to one, and every reference between them."""
    text = write(fleet())["tests/test_tenants.py"]
    for path in ("/drivers", "/vehicles", "/depots"):
        assert f'"{path}": (' in text
    assert '"/models"' not in text
    assert '(a_vehicle, "driver_id", a_driver),' in text


@pytest.mark.slow
def test_the_written_service_keeps_tenants_apart(tmp_path: Path) -> None:
    """Migrations and models agree, its own tests of tenants and access pass, and it seeds."""
    for path, text in write(fleet()).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / DERIVED["derive"]).write_text(run(tmp_path, "-m", "fleet", "openapi"))
    tests = ("tests/test_tenants.py", "tests/test_migrations.py", "tests/test_access.py", "tests/vehicles")
    run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    run(tmp_path, "-m", "fleet", "migrate", "up")
    run(tmp_path, "-m", "fleet", "seed", "--rows", "5")
    assert "Example  2 accounts" in run(tmp_path, "-m", "fleet", "tenants", "list")


def run(root: Path, *arguments: str) -> str:
    """The output of Python in the service's directory; a failure shows all of it."""
    environment = {**os.environ, "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}
    found = subprocess.run(
        [sys.executable, *arguments], cwd=root, env=environment, capture_output=True, text=True, timeout=600
    )
    assert found.returncode == 0, found.stdout[-6000:] + found.stderr[-3000:]
    return found.stdout
