"""The configuration of a review: strict keys, with the nearest one for a wrong one."""

import pytest
from backwright_workbench.codebase.facts.code import Role
from backwright_workbench.errors import InputError
from backwright_workbench.review.config import config_of
from backwright_workbench.review.finding import Confidence, Severity

ALL = """
[tool.backwright.review]
only = ["security"]
skip = ["redos"]
severity = "medium"
confidence = "medium"
fail-on = "never"
exclude = ["legacy/"]
baseline = "known.json"
rules = ["review_rules/"]

[tool.backwright.review.ignore]
"tools/**" = ["hardcoded-secret"]

[tool.backwright.review.roles]
"checks/" = "test"
"""


def test_every_key_is_read() -> None:
    """As the guide lists them."""
    config = config_of(ALL, "pyproject.toml")
    assert (config.only, config.skip, config.exclude) == (("security",), ("redos",), ("legacy/",))
    assert (config.severity, config.confidence, config.fail_on) == (
        Severity.MEDIUM,
        Confidence.MEDIUM,
        "never",
    )
    assert (config.baseline, config.rules) == ("known.json", ("review_rules/",))
    assert config.role("checks/a.py", "") is Role.TEST
    assert config.role("app/a.py", "") is Role.CODE
    assert config.ignored("tools/x/a.py", "hardcoded-secret", "security") == "tools/**"
    assert config.ignored("app/a.py", "hardcoded-secret", "security") == ""
    assert config.excludes("legacy/a/b.py")
    assert not config.excludes("app/legacy.py")


def test_without_a_table_nothing_is_configured() -> None:
    """The name of the file is not kept either."""
    assert config_of('[project]\nname = "x"\n', "pyproject.toml").source == ""


def test_a_file_of_its_own_needs_no_table() -> None:
    """Its keys stand at the top."""
    assert config_of('skip = ["redos"]\n', "review.toml").skip == ("redos",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('sevrity = "low"', "did you mean 'severity'?"),
        ('colour = "red"', "known: only, skip"),
        ('severity = "awful"', "'awful' is none of critical, high, medium, low"),
        ('fail-on = "sometimes"', "'sometimes' is none of"),
        ("skip = 3", "a list of texts is wanted"),
        ("ignore = 3", "a table is wanted"),
        ('roles = { "a/" = "tset" }', "'tset' is none of code, test"),
        ("baseline = []", "a text is wanted"),
    ],
)
def test_what_is_wrong_is_told(text: str, said: str) -> None:
    """With what would be right."""
    with pytest.raises(InputError) as error:
        config_of(text, "review.toml")
    assert said in str(error.value)


def test_all_problems_are_told_at_once() -> None:
    """One reading is enough."""
    with pytest.raises(InputError) as error:
        config_of('skp = []\nseverity = "x"\n', "review.toml")
    assert len(error.value.problems) == 2


def test_a_file_that_is_not_toml_is_refused() -> None:
    """With the line."""
    with pytest.raises(InputError, match="is not TOML"):
        config_of("[tool\n", "pyproject.toml")
