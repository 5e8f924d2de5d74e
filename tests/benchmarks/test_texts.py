import re

import pytest

from benchmarks import texts

NUMBERS = range(300)


def test_every_document_is_another_one() -> None:
    assert len({texts.document(number) for number in NUMBERS}) == len(NUMBERS)
    assert len({texts.place(number) for number in NUMBERS}) == len(NUMBERS)


def test_a_document_is_the_same_each_time_it_is_written() -> None:
    assert texts.document(7) == texts.document(7)


def test_a_document_has_several_hundred_words() -> None:
    assert {300 < len(texts.document(number).split()) < 900 for number in NUMBERS} == {True}


@pytest.mark.parametrize("index", range(len(texts.THINGS)))
def test_a_document_answers_the_questions_about_it(index: int) -> None:
    asked = re.fullmatch(r"How many (?P<things>.+) does (?P<place>.+) keep\?", texts.question(3, index))
    assert asked
    assert re.search(rf"^{asked['place']} keeps [0-9]+ {asked['things']}\.", texts.document(3), re.MULTILINE)
    assert f"{asked['place']} keeps" not in texts.document(4)
