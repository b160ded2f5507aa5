"""`backwright keys`: the service looks after its keys, and the verb says what it says."""

import shutil
from pathlib import Path

import pytest
from backwright_workbench.cli.verbs import run
from backwright_workbench.commands.events import Summary
from backwright_workbench.commands.keys import keys, split
from backwright_workbench.errors import UserError
from backwright_workbench.workspace.services import find_service

EXAMPLE = Path(__file__).parents[4] / "examples/work-orders"


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A migrated service."""
    place = tmp_path / "service"
    shutil.copytree(EXAMPLE, place, ignore=shutil.ignore_patterns("var", "__pycache__"))
    assert find_service(place).call("migrate", "up").ok
    return place


@pytest.mark.slow
def test_the_service_is_asked_and_its_words_are_shown(service: Path) -> None:
    """What it refuses is a user's error with its reason; a key is made where there is one to make."""
    (listed,) = keys(service, "list")
    assert isinstance(listed, Summary)
    assert (listed.ok, listed.text.split()) == (True, ["KEY", "KIND", "STATE", "SINCE", "MASTER"])
    (made,) = keys(service, "rotate", "--signing")
    assert isinstance(made, Summary)
    assert made.text.startswith("made ")
    with pytest.raises(UserError, match="rotate was refused") as refused:
        list(keys(service, "rotate"))
    assert "No field of this service is encrypted" in str(refused.value.why)


def test_the_words_after_the_action(capsys: pytest.CaptureFixture[str]) -> None:
    """A directory, or before it the key that is to go; anything else is refused with the form."""
    assert split("list", []) == (None, Path())
    assert split("status", ["here"]) == (None, Path("here"))
    assert split("retire", ["3f2a91bc", "here"]) == ("3f2a91bc", Path("here"))
    assert split("retire", []) is None
    assert split("rotate", ["a", "b"]) is None
    assert run(["keys", "rotate", "a", "b"]) == 2
    assert "backwright keys --help" in capsys.readouterr().err
