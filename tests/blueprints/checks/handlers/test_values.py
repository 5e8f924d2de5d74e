import ast

import pytest

from blueprints.checks.handlers.values import Client, Fields, Items, distinct, either, elements, is_plain, known, texts
from blueprints.checks.targets import UNKNOWN


def test_one_of_several_is_unknown_if_one_of_them_is() -> None:
    assert either(("a",), ("b",)) == ("a", "b")
    assert either(("a",), ()) == ("a", UNKNOWN)


def test_values_are_kept_once_and_not_without_end() -> None:
    assert distinct(["a", "b", "a"]) == ("a", "b")
    assert len(distinct(str(number) for number in range(1000))) < 100


def test_what_has_no_text_has_the_unknown_one() -> None:
    assert texts(("a", Client("s3"))) == ["a"]
    assert texts((Client("s3"),)) == [UNKNOWN]


def test_going_through_lists_and_dictionaries_gives_items_and_keys() -> None:
    assert elements((Items((("a",), ("b",))), Fields({"c": ("d",)}), "e")) == ("a", "b", "c", "e")


@pytest.mark.parametrize(("text", "plain"), [("None", True), ("3", True), ("True", True), ("'a'", False), ("a", False)])
def test_constants_that_name_nothing_are_told_apart(text: str, plain: bool) -> None:
    assert is_plain(ast.parse(text, mode="eval").body) is plain


def test_what_is_told_from_outside_keeps_its_texts() -> None:
    (event,) = known({"a": {"b": "c"}, "n": 1})
    assert isinstance(event, Fields)
    assert event.fields["n"] == ()
    (inner,) = event.fields["a"]
    assert isinstance(inner, Fields)
    assert inner.fields == {"b": ("c",)}
