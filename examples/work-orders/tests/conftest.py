"""What every test gets: a running service with a fresh database of its own.

On SQLite, unless BACKWRIGHT_TEST_DATABASES names another engine: docs/backend-testing.md.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from backwright.testing import TestService

from work_orders.main import create_app
from work_orders.settings import Settings

ROOT = Path(__file__).parent.parent


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[TestService]:
    """The service, started, with an empty database at the newest migration."""
    async with TestService(create_app, Settings, root=ROOT, folder=tmp_path) as started:
        yield started
