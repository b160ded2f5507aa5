"""The example service, opened once for all tests of a process."""

from collections.abc import Iterator

import pytest
import verify_planting
from backwright_workbench.verify.check import Profile
from backwright_workbench.verify.opening import Opened, open_service


@pytest.fixture(scope="session")
def good() -> Iterator[Opened]:
    """The service as it was written, on SQLite."""
    with open_service(verify_planting.EXAMPLE, Profile.QUICK, engine="sqlite") as opened:
        yield opened


@pytest.fixture(scope="session")
def good_on_postgresql() -> Iterator[Opened]:
    """The same on PostgreSQL, which it is meant for."""
    verify_planting.postgresql()
    with open_service(verify_planting.EXAMPLE, Profile.QUICK, engine="postgresql") as opened:
        yield opened
