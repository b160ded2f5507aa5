"""The OpenAPI document: it is true, and the committed copy is what is served."""

import json
from pathlib import Path

import pytest
from backwright.testing import TestService, conforms

from work_orders.access import Role
from work_orders.main import create_app
from work_orders.settings import Settings

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "api.yaml"


async def test_the_committed_document_is_what_is_served() -> None:
    """After a change of the API, write it again: `python -m work_orders openapi > docs/api.yaml`."""
    if not DOCUMENT.exists():
        pytest.skip("docs/api.yaml has not been written yet")
    limit = {"rate_limit": Settings.model_fields["rate_limit"].default}
    async with TestService(create_app, Settings, root=ROOT, overrides=limit) as service:
        assert json.loads(DOCUMENT.read_text()) == json.loads(json.dumps(service.app.openapi()))


@pytest.mark.parametrize("role", [Role.ADMIN, Role.DISPATCHER])
async def test_every_operation_keeps_the_contract(service: TestService, role: Role) -> None:
    """Generated requests, right and wrong ones, get only answers that the document promises."""
    await conforms(service, role)
