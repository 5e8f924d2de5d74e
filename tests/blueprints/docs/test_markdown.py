import pytest

from blueprints.docs import markdown


def test_a_pipe_or_a_line_break_does_not_end_a_cell() -> None:
    assert markdown.cell("a|b\nc") == "a\\|b c"


def test_a_table_without_rows_says_so() -> None:
    assert markdown.table(("A",), []) == "None.\n"


def test_a_table_has_a_header_and_its_rows() -> None:
    assert markdown.table(("A", "B"), [(1, "x")]) == "| A | B |\n|---|---|\n| 1 | x |\n"


def test_empty_text_is_not_set_as_code() -> None:
    assert markdown.code("") == ""
    assert markdown.code("x") == "`x`"


@pytest.mark.parametrize(("count", "text"), [(0, "0 resources"), (1, "1 resource"), (2, "2 resources")])
def test_a_count_agrees_with_its_noun(count: int, text: str) -> None:
    assert markdown.plural(count, "resource") == text


def test_only_what_stands_between_the_markers_is_replaced() -> None:
    text = "before\n<!-- x: start -->\nold\n<!-- x: end -->\nafter\n"
    assert markdown.replace_region(text, "x", r"new \1") == text.replace("old", r"new \1")


def test_a_region_is_read_back_as_it_was_written() -> None:
    text = markdown.replace_region("<!-- x: start -->\n<!-- x: end -->", "x", "new")
    assert markdown.region(text, "x") == "new\n"


def test_missing_markers_are_named() -> None:
    with pytest.raises(ValueError, match="<!-- x: start -->"):
        markdown.replace_region("nothing", "x", "new")
    with pytest.raises(ValueError, match="no region 'x'"):
        markdown.region("nothing", "x")


def test_sections_end_with_a_line_break() -> None:
    assert markdown.section("Title", "text", "", level=3) == "### Title\n\ntext\n"
