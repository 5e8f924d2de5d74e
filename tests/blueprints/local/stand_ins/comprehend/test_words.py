"""The lists of words are there for the languages that use them."""

from __future__ import annotations

import pytest

from blueprints.local.stand_ins.comprehend import words


def test_first_names_are_written_with_a_capital() -> None:
    assert {"Miriam", "Jonas", "Edgar"} <= words.first_names()
    assert all(name.istitle() for name in words.first_names())


@pytest.mark.parametrize(
    ("code", "function", "determiner"), [("en", "and", "the"), ("es", "pero", "las"), ("de", "und", "der"), ("fr", "avec", "les")]
)
def test_languages_have_their_small_words(code: str, function: str, determiner: str) -> None:
    assert function in words.function_words(code)
    assert determiner in words.determiners(code)


def test_other_languages_have_none() -> None:
    assert words.function_words("ja") == words.determiners("ja") == frozenset()


def test_languages_are_those_that_comprehend_names() -> None:
    assert {"en", "no", "zh"} <= words.languages()
    assert len(words.languages()) > 90
