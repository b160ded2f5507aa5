"""The OpenAPI document: it is true, and the committed copy is what is served."""

from pathlib import Path

import pytest
from backwright.openapi_yaml import as_yaml
from backwright.testing import TestService, conforms, withstands

from work_orders.access import Role
from work_orders.main import create_app
from work_orders.settings import Settings

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "api.yaml"


async def test_the_committed_document_is_what_is_served() -> None:
    """To the byte. After a change of the API it is written again; README.md has the command."""
    if not DOCUMENT.exists():
        pytest.skip("docs/api.yaml has not been written yet")
    limit = {"rate_limit": Settings.model_fields["rate_limit"].default}
    async with TestService(create_app, Settings, root=ROOT, overrides=limit) as service:
        assert DOCUMENT.read_text(encoding="utf-8") == as_yaml(service.app.openapi())


async def test_every_operation_keeps_the_contract(service: TestService) -> None:
    """Generated requests, right and wrong ones, of each role, get only answers that the document promises."""
    accepted = await conforms(service, Role.ADMIN, *Role, examples=2)
    assert "GET /assets" in accepted


async def test_no_known_attack_succeeds(service: TestService) -> None:
    """Forged tokens, closed doors, fields that are the server's, sizes, odd headers: on every operation."""
    assert await withstands(service, Role.ADMIN, *Role)
