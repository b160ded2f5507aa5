"""Each rule finds what its page calls bad, and nothing in what it calls good."""

import pytest
from backwright_workbench.review.rule import Rule, all_rules
from review_pages import Example, examples

EXAMPLES = [example for rule in all_rules() for example in examples(rule)]
SECTIONS = ("## Why", "## How to fix", "## When it is wrong", "## Bad", "## Good")


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_a_rule_keeps_to_its_page(example: Example) -> None:
    """The marked lines are found, all of them and no others."""
    if example.is_bad and not example.marks:
        assert example.found()
    else:
        assert (example.missed(), example.wrong()) == ([], [])


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_a_page_says_all_of_it(rule: Rule) -> None:
    """What, why, how to fix, when it is wrong, and three examples of each kind at least."""
    assert rule.page.startswith(f"# {rule.name}\n")
    assert [section for section in SECTIONS if f"\n{section}\n" not in rule.page] == []
    kinds = [example.is_bad for example in examples(rule)]
    assert kinds.count(True) >= 3
    assert kinds.count(False) >= 3
