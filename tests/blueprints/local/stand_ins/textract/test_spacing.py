"""Words are parted where there is no ink, even where recognition lost the space."""

from __future__ import annotations

import numpy as np

from blueprints.local.stand_ins.textract.pages import Box
from blueprints.local.stand_ins.textract.spacing import Sign, words_in

HEIGHT = 40


def strip(*spans: tuple[int, int], width: int = 400) -> np.ndarray:
    picture = np.full((HEIGHT, width, 3), 255, np.uint8)
    for start, end in spans:
        picture[10:30, start:end] = 0
    return picture


def signs(text: str, *places: float, confidence: float = 0.9) -> list[Sign]:
    return [Sign(sign, place, confidence) for sign, place in zip(text, places, strict=True)]


def test_a_wide_gap_parts_words() -> None:
    words = words_in(signs("abcd", 20, 50, 120, 150), strip((10, 30), (34, 60), (110, 130), (134, 160)), Box(100, 200, 500, 240))
    assert [word.text for word in words] == ["ab", "cd"]
    assert (words[0].box.left, words[0].box.right) == (110, 160)
    assert (words[1].box.left, words[1].box.right) == (210, 260)


def test_a_recognised_space_parts_words_without_a_gap() -> None:
    words = words_in(signs("ab cd", 20, 50, 65, 80, 110), strip((10, 120)), Box(0, 0, 400, 40))
    assert [word.text for word in words] == ["ab", "cd"]


def test_signs_that_all_stand_apart_stay_one_word() -> None:
    places = range(20, 380, 40)
    words = words_in(signs("123456789", *places), strip(*((place - 8, place + 8) for place in places)), Box(0, 0, 400, 40))
    assert [word.text for word in words] == ["123456789"]


def test_boxes_are_as_high_as_the_ink_and_leave_rules_out() -> None:
    picture = strip((10, 60), (70, 310))
    picture[38:40] = 0
    (word, _) = words_in(signs("abcdefg", 20, 50, 100, 150, 200, 250, 300), picture, Box(0, 100, 400, 140))
    assert (word.box.top, word.box.bottom) == (110, 130)


def test_wide_signs_become_plain_ones_and_confidence_is_the_signs_mean() -> None:
    (word,) = words_in([Sign("\uff15", 20, 0.8), Sign("\uff1a", 40, 0.6)], strip((10, 50)), Box(0, 0, 400, 40))
    assert word.text == "5:"
    assert round(word.confidence, 6) == 70


def test_light_ink_on_dark_paper_is_ink() -> None:
    words = words_in(signs("abcd", 20, 50, 120, 150), 255 - strip((10, 60), (110, 160)), Box(0, 0, 400, 40))
    assert [word.text for word in words] == ["ab", "cd"]
