"""Rules find things where they are."""

from __future__ import annotations

import pytest

from blueprints.local.stand_ins.comprehend.findings import Finding, after, distinct, rule


def test_a_rule_finds_each_match_and_counts_characters() -> None:
    found = list(rule("WORD", r"\bab+\b", 0.8).apply("\U0001f600 ab é abb"))
    assert found == [Finding("WORD", 2, 4, 0.8), Finding("WORD", 7, 10, 0.8)]


def test_a_space_stands_for_spaces_within_a_line_but_not_in_brackets() -> None:
    assert len(list(rule("X", r"a b[ -]c", 0.8).apply("a   b c, a\tb-c, a b\tc, a\nb c"))) == 2


def test_the_group_it_is_the_thing_itself() -> None:
    assert list(rule("X", r"no (?P<it>\d+)", 0.8).apply("see no 42")) == [Finding("X", 7, 9, 0.8)]


def test_a_match_that_fails_its_check_is_none() -> None:
    assert list(rule("X", r"\d", 0.8, lambda text: text == "7").apply("6 7 8")) == [Finding("X", 2, 3, 0.8)]


@pytest.mark.parametrize("text", ["PIN: 4711", "pin 4711", "PIN\n4711", "Pin no\nx", "spin 4711"])
def test_a_labelled_value_stands_behind_its_label_or_on_the_next_line(text: str) -> None:
    found = list(after("PIN", "pin", r"\d{4}", 0.9).apply(text))
    assert [text[each.begin : each.end] for each in found] == (["4711"] if text.lower().startswith("pin") and "4711" in text else [])


def test_of_overlapping_findings_the_first_one_stays() -> None:
    first, inside, behind, before = (Finding("X", *place, 0.5) for place in ((10, 20), (12, 14), (20, 25), (0, 10)))
    assert distinct([first, inside, behind, before, Finding("Y", 5, 30, 0.9)]) == [before, first, behind]
