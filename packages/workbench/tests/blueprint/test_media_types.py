"""The kinds of files that a blueprint may name are those that the runtime can check."""

from typing import get_args

from backwright.sniffing import FORMATS
from backwright_workbench.blueprint.model import MediaType


def test_every_kind_of_file_of_a_blueprint_can_be_checked_by_the_runtime_and_none_is_missing() -> None:
    """A service written from a valid blueprint never refuses to start over a kind of file."""
    assert set(get_args(MediaType)) == set(FORMATS)
