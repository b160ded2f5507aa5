"""Comments that leave a finding aside: with a reason, for as long as they say, and only where something is."""

from datetime import date

import pytest
from backwright_workbench.review.config import Config
from backwright_workbench.review.suppress import Sorted, suppress
from review_projects import CALL, HEAD, calls, reviewed, tls

TODAY = date(2026, 11, 22)
GOOD = "backwright: ignore[tls-verify-off] a device on this machine"


def sorted_out(files: dict[str, str], config: Config | None = None) -> Sorted:
    """What is told and what is not."""
    app, found = reviewed(files)
    return suppress(app, found, config or Config(), [tls()], TODAY, ["n-plus-one"])


def test_a_comment_with_a_reason_counts() -> None:
    """The finding is kept with the reason; the one beside it is told."""
    result = sorted_out({"a.py": calls(GOOD, "")})
    assert [each.place.line for each in result.told] == [9]
    assert [each.reason for each in result.suppressed] == ["a device on this machine"]
    assert result.remarks == []


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("backwright: ignore[tls-verify-off]", "it gives no reason"),
        ("backwright: ignore[tls-verify-off] ---", "it gives no reason"),
        ("backwright: ignore a device", "it names no rule"),
        ("backwright: ignore[tls-verify-off] a device (until 2026-11-21)", "it was until 2026-11-21"),
        ("backwright: ignore[tls-verify-off] a device (until soon)", "'soon' is no date"),
        ("backwright: ignore[tls-verify-of] a device", "there is no rule tls-verify-of"),
    ],
)
def test_other_comments_are_told_and_do_not_count(comment: str, said: str) -> None:
    """Where they stand, and why."""
    result = sorted_out({"a.py": calls(comment)})
    assert len(result.told) == 1
    assert result.suppressed == []
    [remark] = result.remarks
    assert said in remark
    assert remark.startswith("a.py:5: ")


@pytest.mark.parametrize("end", [" (until 2026-11-22)", " (until 2027-01-31)", ""])
def test_it_counts_until_the_end_of_its_day(end: str) -> None:
    """And for ever without one."""
    assert sorted_out({"a.py": calls(GOOD + end)}).told == []


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}def get(url):\n    # {GOOD}\n{CALL}\n",
        f"{HEAD}def get(url):\n    # {GOOD}\n    # and more of it\n{CALL}\n",
        f"{HEAD}def get(url):  # {GOOD}\n    url = url + '/'\n{CALL}\n",
        f"{HEAD}# {GOOD}\n@cached\ndef get(url):\n    url = url + '/'\n{CALL}\n",
        f"{HEAD}@cached  # {GOOD}\ndef get(url):\n{CALL}\n",
        f"{HEAD}def get(url):\n    return requests.get(\n        url,\n        verify=False,  # {GOOD}\n    )\n",
    ],
)
def test_it_stands_on_the_line_above_it_or_at_the_head_of_the_function(text: str) -> None:
    """At the head it is about the whole function."""
    result = sorted_out({"a.py": text})
    assert result.told == []
    assert len(result.suppressed) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}# {GOOD}\n\ndef get(url):\n{CALL}\n",
        f"{HEAD}def other(url):  # {GOOD}\n    return url\n\n\ndef get(url):\n{CALL}\n",
        f'{HEAD}def get(url):\n    """# {GOOD}"""\n{CALL}\n',
    ],
)
def test_elsewhere_it_is_about_something_else(text: str) -> None:
    """A blank line between, another function, a text that only looks like a comment."""
    assert len(sorted_out({"a.py": text}).told) == 1


def test_a_comment_that_nothing_needs_is_told() -> None:
    """If its rule was applied; of one that was not, nobody knows."""
    other = "backwright: ignore[n-plus-one] three rows at most"
    result = sorted_out({"a.py": f"x = 1  # {GOOD}\ny = 2  # {other}\n"})
    assert result.remarks == ["a.py:1: tls-verify-off finds nothing here; remove the comment"]


def test_several_rules_share_a_comment() -> None:
    """Each counts by itself."""
    result = sorted_out({"a.py": calls("backwright: ignore[n-plus-one, tls-verify-off] both known")})
    assert result.told == []


def test_files_that_are_no_python_have_comments_too() -> None:
    """In their own form; broken Python is read line by line; a document only tells about them."""
    files = {
        "a.html": f"<!-- {GOOD} -->\n<p>\n",
        "b.yml": f"x: 1  # {GOOD}\n",
        "c.py": f"def (:\n# {GOOD}\n",
        "d.md": f"    # {GOOD}\n",
    }
    assert len(sorted_out(files).remarks) == 3


def test_the_configuration_leaves_paths_aside() -> None:
    """With the pattern as the reason."""
    config = Config("pyproject.toml", ignore={"legacy/": ("tls-verify-off",)})
    result = sorted_out({"legacy/a.py": calls(""), "b.py": calls("")}, config)
    assert [each.place.path for each in result.told] == ["b.py"]
    assert [each.reason for each in result.suppressed] == ["pyproject.toml ignores it in legacy/"]


def test_a_long_line_takes_no_time() -> None:
    """A comment of half a megabyte of blanks."""
    text = f"x = 1  # backwright: ignore[tls-verify-off]{' ' * 500_000}x\n"
    assert sorted_out({"a.py": text}).told == []


@pytest.mark.parametrize(
    ("comment", "is_told"),
    [
        ("noqa: S501", False),
        ("noqa: E501, S501", False),
        ("nosec B501", False),
        ("nosec", True),
        ("noqa", True),
        ("noqa: E501", True),
        ("nosec B105", True),
        ("pylint: disable=line-too-long", True),
    ],
)
def test_what_another_tool_was_told_of_the_same_counts(comment: str, is_told: bool) -> None:
    """Its code for the same thing does; a comment about everything of a linter, or about another thing, does not."""
    result = sorted_out({"a.py": calls(comment)})
    assert bool(result.told) is is_told
    assert [each.reason for each in result.suppressed] == (
        [] if is_told else [f"accepted for another tool: {comment}"]
    )
    assert result.remarks == []
