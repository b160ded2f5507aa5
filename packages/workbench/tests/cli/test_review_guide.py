"""The guide of `review` says what the command does: its options, its configuration, its example of a rule."""

import re
from argparse import ArgumentParser
from pathlib import Path

import pytest
from backwright_workbench.cli.reviewing import add_review
from backwright_workbench.cli.verbs import run
from backwright_workbench.review.config import READERS, config_of

GUIDE = (Path(__file__).parents[4] / "docs/guide/review.md").read_text()
ROOT = Path(__file__).parents[4]


def block(language: str, containing: str) -> str:
    """The block of that language with a text in it."""
    return next(text for text in re.findall(rf"```{language}\n(.*?)```", GUIDE, re.S) if containing in text)


def test_every_option_is_in_the_guide_and_no_other() -> None:
    """Written as it is typed."""
    parser = ArgumentParser(add_help=False)
    add_review(parser)
    options = {name for action in parser._actions for name in action.option_strings}
    written = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", GUIDE)) - {"--routes", "--models", "--queries"}
    assert written - {"--settings", "--calls", "--json"} == options


def test_the_configuration_of_the_guide_is_read() -> None:
    """Every key of it, and every key that there is."""
    text = block("toml", "fail-on")
    config_of(text, "pyproject.toml")
    for key in set(READERS) - {"only"}:
        assert re.search(rf"^{key} = |\.{key}\]", text, re.M)


def test_the_rule_of_the_guide_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Put into a folder, and named in a configuration."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/shouting_module.py").write_text(block("python", "shouts"))
    (tmp_path / "review.toml").write_text('rules = ["rules"]\n')
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/SHOP.py").write_text("x = 1\n")
    config = ["--config", str(tmp_path / "review.toml"), "--only", "shouting-module"]
    assert run(["review", str(tmp_path / "shop"), *config, "--fail-on", "low"]) == 1
    assert "`SHOP.py` shouts" in capsys.readouterr().out


def test_the_hook_of_the_guide_is_there() -> None:
    """Under the same name."""
    name = re.search(r"- id: ([\w-]+)", block("yaml", "repos:"))
    assert name is not None
    assert f"- id: {name[1]}\n" in (ROOT / ".pre-commit-hooks.yaml").read_text()
