"""contract/served: what is committed, what the code says and what is served are the same document."""

from pathlib import Path
from typing import Any

import pytest
from backwright.openapi_yaml import as_yaml
from backwright_workbench.verify.checks.contract.served import different, drift, hidden
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, passed

ACCEPT = "python -m shop openapi --output docs/api.yaml"


def document(address: str = "http://localhost:8000", limit: int = 100) -> dict[str, Any]:
    """A document with what settings decide."""
    return {
        "servers": [{"url": address}],
        "paths": {"/books": {"get": {"responses": {"200": {"description": "Books."}}}}},
        "components": {
            "headers": {"RateLimit": {"example": f'"default";r={limit}', "schema": {"type": "string"}}},
            "securitySchemes": {"oauth2": {"tokenUrl": f"{address}/token"}},
        },
    }


def test_a_document_that_was_edited_is_told_with_its_place_and_the_command() -> None:
    """The command accepts the change, if it was meant."""
    edited = document()
    edited["paths"]["/books"]["get"]["responses"]["418"] = {"description": "Tea."}
    del edited["components"]["securitySchemes"]
    found = {each.place: each for each in drift(as_yaml(edited), document(), ACCEPT)}
    assert found["docs/api.yaml #/paths/~1books/get/responses/418"].what == "is committed but not served"
    assert found["docs/api.yaml #/components/securitySchemes"].what == "is served but not committed"
    assert all(ACCEPT in each.next_step for each in found.values())


def test_the_same_document_in_other_words_is_no_difference() -> None:
    """Comments and the order of keys do not matter; what cannot be read does."""
    assert not list(drift("# ours\n" + as_yaml(document()), document(), ACCEPT))
    (fault,) = drift("paths: [", document(), ACCEPT)
    assert fault.what == "the committed document is not YAML"


def test_settings_make_no_difference_but_a_route_added_at_run_time_does() -> None:
    """The stand has another address and other limits than the defaults."""
    served = document("http://127.0.0.1:4711", 999)
    assert not list(different(document(), served))
    served["paths"]["/late"] = {"get": {}}
    (fault,) = different(document(), served)
    assert (fault.place, fault.what) == (
        "GET /openapi.json #/paths/~1late",
        "is served on the stand but not in the code",
    )


def test_a_route_that_is_left_out_is_told_with_its_source() -> None:
    """So that one finds who has hidden it."""
    (fault,) = hidden([{"path": "/secret", "methods": ["GET"], "place": "src/shop/main.py:31"}])
    assert (fault.place, fault.what) == (
        "src/shop/main.py:31",
        "GET /secret is served and not in the document",
    )


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """Although its stand is at another address and has no limits."""
    assert passed(checked(good, "contract/served", tmp_path))
