"""The description of S3 is botocore's own, with less of what nobody reads."""

from typing import Any

import pytest
from backwright.s3_data import FrugalReader, new_session
from botocore.loaders import Loader  # type: ignore[import-untyped]


@pytest.fixture
def loaders() -> tuple[Loader, Loader]:
    return Loader(), Loader(file_loader=FrugalReader())


def test_nothing_that_a_client_needs_is_missing(loaders: tuple[Loader, Loader]) -> None:
    """Operations, shapes and regions are those that botocore's own reader gives."""
    theirs, ours = loaders
    for kind in ("service-2", "endpoint-rule-set-1"):
        assert ours.load_service_model("s3", kind) == _bare(theirs.load_service_model("s3", kind))
    for mine, full in zip(
        ours.load_data("endpoints")["partitions"], theirs.load_data("endpoints")["partitions"], strict=True
    ):
        assert mine["services"]
        for name, service in mine["services"].items():
            assert service == full["services"][name]
        assert {**mine, "services": {}} == {**full, "services": {}}


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        texts = {key: "" for key, part in value.items() if key == "documentation" and isinstance(part, str)}
        return {**{key: _bare(part) for key, part in value.items()}, **texts}
    return [_bare(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("region", "host"),
    [("eu-central-1", "s3.eu-central-1.amazonaws.com"), ("cn-north-1", "s3.cn-north-1.amazonaws.com.cn")],
)
def test_a_client_finds_aws_without_an_endpoint(region: str, host: str) -> None:
    """In each partition, and the service that gives credentials to containers too."""
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    client = new_session().create_client("s3", region_name=region, **keys)
    assert client.meta.endpoint_url == f"https://{host}"
    assert (
        new_session()
        .create_client("sts", region_name=region, **keys)
        .meta.endpoint_url.startswith("https://sts")
    )


def test_what_is_not_there_is_no_error() -> None:
    """Readers are asked for files of several names."""
    assert FrugalReader().load_file("/nowhere/at-all") is None
