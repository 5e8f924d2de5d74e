import re

from blueprints.checks.rules import RULES, Finding


def test_findings_with_the_same_content_are_equal() -> None:
    assert Finding("a/b#1", "X", "is wrong") == Finding("a/b#1", "X", "is wrong")


def test_every_rule_is_listed_and_names_its_issue_or_the_page_of_aws() -> None:
    modules = {rule.__module__.rsplit(".", 1)[-1]: rule for rule in RULES}
    assert len(modules) == len(RULES)
    for name, rule in modules.items():
        issue = rule.__globals__["ISSUE"]
        assert re.fullmatch(r"[\w-]+/[\w-]+(#\d+|: CHANGELOG)|https://docs\.aws\.amazon\.com/.+", issue), name
