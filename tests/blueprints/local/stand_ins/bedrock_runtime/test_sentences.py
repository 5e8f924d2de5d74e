"""Sentences are told apart, and know what they stand under."""

from __future__ import annotations

import pytest

from blueprints.local.stand_ins.bedrock_runtime.sentences import Sentence, sentences

HANDBOOK = """# Leave

## Annual leave

Everybody has 27 days. They are taken
by 30 June, after which they lapse!

## Sickness
Tell your manager by 9 a.m. A certificate is needed from day 8."""


def stated(text: str) -> list[tuple[str, str]]:
    return [(sentence.context, sentence.text) for sentence in sentences(text) if sentence.stated]


def test_sentences_stand_under_their_headings() -> None:
    assert stated(HANDBOOK) == [
        ("Annual leave", "Everybody has 27 days."),
        ("Annual leave", "They are taken by 30 June, after which they lapse!"),
        ("Sickness", "Tell your manager by 9 a.m."),
        ("Sickness", "A certificate is needed from day 8."),
    ]


def test_headings_and_questions_say_nothing() -> None:
    silent = [sentence.text for sentence in sentences(HANDBOOK + "\n\nMay I carry days over? Up to five.") if not sentence.stated]
    assert silent == ["Leave", "Annual leave", "Sickness", "May I carry days over?"]


def test_what_follows_a_question_answers_it() -> None:
    assert stated("May I carry days over?\nUp to five.") == [("May I carry days over?", "Up to five.")]


def test_the_context_comes_before_the_words() -> None:
    assert Sentence("27 days.", "Annual leave").in_context == "Annual leave: 27 days."
    assert Sentence("27 days.").in_context == "27 days."


@pytest.mark.parametrize(
    "text", ["Ask Dr. Ferro on deck.", "See No. 5 of the list.", "Bring a bag, e.g. A sack.", "J. Smith decides.", "It costs 3.50 pounds."]
)
def test_abbreviations_and_numbers_end_no_sentence(text: str) -> None:
    assert stated(text) == [("", text)]


def test_marks_after_the_end_belong_to_the_sentence() -> None:
    assert stated('He said "Stop." Then he left.') == [("", 'He said "Stop."'), ("", "Then he left.")]


def test_items_of_a_list_stand_under_what_introduces_it() -> None:
    assert stated("Bring these:\n- a passport\n2) two photos\n* a pen") == [
        ("Bring these", "a passport"),
        ("Bring these", "two photos"),
        ("Bring these", "a pen"),
    ]


@pytest.mark.parametrize(
    "table", ["| Room | Price |\n|---|---|\n| Single | 80 |\n| Double | 120 |", "Room,Price,Meals\nSingle,80,yes\nDouble,120,no"]
)
def test_rows_of_a_table_name_their_columns(table: str) -> None:
    rows = [text for _, text in stated(table)]
    assert [row.split("; ")[:2] for row in rows] == [["Room: Single", "Price: 80"], ["Room: Double", "Price: 120"]]


def test_a_table_that_begins_without_its_header_has_no_columns() -> None:
    assert [text for _, text in stated("Single,80,yes\nDouble,120,no")] == ["Single; 80; yes", "Double; 120; no"]


def test_commas_in_quotes_and_in_sentences_part_nothing() -> None:
    assert [text for _, text in stated('Who,What,When\nPayroll,"Pay, tax",9 a.m.')] == ["Who: Payroll; What: Pay, tax; When: 9 a.m."]
    assert stated("Bring bread, milk, and tea.\nBring salt, oil, and rice.") == [
        ("", "Bring bread, milk, and tea."),
        ("", "Bring salt, oil, and rice."),
    ]


def test_lines_of_a_printed_page_are_joined_and_headings_among_them_found() -> None:
    page = "Hotels\nA room may cost up to 135 pounds a night including breakfast, and up to\n180 pounds in London.\nMeals\nLunch is paid."
    assert stated(page) == [
        ("Hotels", "A room may cost up to 135 pounds a night including breakfast, and up to 180 pounds in London."),
        ("Meals", "Lunch is paid."),
    ]


def test_a_text_cut_out_of_another_has_no_half_sentences() -> None:
    assert stated("of the year. Days lapse in June. A doctor's") == [("", "Days lapse in June.")]


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_nothing_has_no_sentences(text: str) -> None:
    assert sentences(text) == []
