"""The example service, opened once for all tests of a process."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
import verify_planting
import verify_weaknesses
from backwright_workbench.verify.check import Profile
from backwright_workbench.verify.evidence import Evidence
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


@pytest.fixture(scope="session")
def weak(good: Opened, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The service with holes that people make by hand (`verify_weaknesses.py`), on SQLite."""
    with verify_weaknesses.weak_service(good, tmp_path_factory.mktemp("weak")) as opened:
        yield opened


@pytest.fixture(scope="session")
def on_weak(weak: Opened, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Evidence]:
    """What a check says of it; each is run once, whatever number of holes it has to find."""

    @cache
    def evidence(name: str) -> Evidence:
        return verify_planting.checked(weak, name, tmp_path_factory.mktemp("evidence"))

    return evidence
