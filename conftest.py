"""What holds for the suites of both packages."""

import pytest
from backwright.testing_servers import SERVERS
from hypothesis import HealthCheck, settings

# A loaded machine makes an example slow; that is no fault. (`settings.default`: in CI, Hypothesis sets more.)
settings.register_profile(
    "steady", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests begin first, so that at the end no process still works while the others wait."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_sessionfinish() -> None:
    """Drop the databases that were made: one of several processes that takes long to exit is killed."""
    for server in SERVERS.values():
        server.drop_all()
