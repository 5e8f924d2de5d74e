"""Machine-readable zones are believed as far as their check digits hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from blueprints.local.stand_ins.textract.machine_readable import check_digit, zone_in
from blueprints.local.stand_ins.textract.pages import Page

PASSPORT = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
CARD = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")


def page(make: Callable[..., Page], *lines: str) -> Page:
    return make(*((line, 10, 100 + 40 * place) for place, line in enumerate(lines)))


@pytest.mark.parametrize(("text", "digit"), [("L898902C3", "6"), ("740812", "2"), ("120415", "9"), ("D23145890", "7"), ("<<<<<<<<<", "0")])
def test_check_digits_are_those_of_the_standard(text: str, digit: str) -> None:
    assert check_digit(text) == digit


def test_reads_a_passport_and_a_card(page_of: Callable[..., Page]) -> None:
    expected = {"DATE_OF_BIRTH": "1974-08-12", "EXPIRATION_DATE": "2012-04-15", "LAST_NAME": "ERIKSSON", "FIRST_NAME": "ANNA MARIA"}
    for lines, number in ((PASSPORT, "L898902C3"), (CARD, "D23145890")):
        zone = zone_in(page(page_of, *lines))
        assert zone is not None
        assert zone.values == {**expected, "DOCUMENT_NUMBER": number}
        assert zone.text == "".join(lines)


def test_mends_letters_that_look_like_figures(page_of: Callable[..., Page]) -> None:
    zone = zone_in(page(page_of, "|<UTOD231458907<<<<<<<<<<<<<<<", "74O8122F12O4159UT0<<<<<<<<<<<6", "ERIK5SON<<ANNA<MARIA<<<<<<<<<<"))
    assert zone is not None
    assert (zone.values["DATE_OF_BIRTH"], zone.values["LAST_NAME"]) == ("1974-08-12", "ERIKSSON")


def test_does_not_believe_a_number_or_a_date_whose_check_digit_is_wrong(page_of: Callable[..., Page]) -> None:
    zone = zone_in(page(page_of, CARD[0].replace("D23145890", "D23145891"), CARD[1].replace("7408122", "7508122"), CARD[2]))
    assert zone is not None
    assert zone.values.keys() == {"EXPIRATION_DATE", "LAST_NAME", "FIRST_NAME"}


def test_a_date_that_does_not_exist_is_none(page_of: Callable[..., Page]) -> None:
    wrong = f"741332{check_digit('741332')}"
    zone = zone_in(page(page_of, CARD[0], CARD[1].replace("7408122", wrong), CARD[2]))
    assert zone is not None
    assert "DATE_OF_BIRTH" not in zone.values


def test_a_passport_with_lost_signs_still_has_its_names(page_of: Callable[..., Page]) -> None:
    zone = zone_in(page(page_of, PASSPORT[0], PASSPORT[1].replace("<<", "<", 1)))
    assert zone is not None
    assert zone.values == {"LAST_NAME": "ERIKSSON", "FIRST_NAME": "ANNA MARIA"}


def test_other_text_is_no_zone(page_of: Callable[..., Page]) -> None:
    assert zone_in(page(page_of, "Good morning", "<<<< and good night >>>>", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")) is None
