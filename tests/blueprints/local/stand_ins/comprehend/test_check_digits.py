"""Check digits tell real numbers from mistyped ones."""

from __future__ import annotations

import pytest

from blueprints.local.stand_ins.comprehend import check_digits


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (check_digits.luhn, "4242 4242 4242 4242", "4242 4242 4242 4243"),
        (check_digits.luhn, "378282246310005", "37828224631"),
        (check_digits.luhn, "5555-5555-5555-4444", "0000 0000 0000 0000"),
        (check_digits.iban, "GB90 QLMR 6016 1300 4471 82", "GB91 QLMR 6016 1300 4471 82"),
        (check_digits.iban, "DE89370400440532013000", "DE89370"),
        (check_digits.routing, "021000021", "021000022"),
        (check_digits.vehicle, "1M8GDM9AXKP042788", "1M8GDM9AXKP042789"),
        (check_digits.social_security, "123-45-6789", "666-45-6789"),
        (check_digits.social_security, "078-05-1120", "900-12-3456"),
    ],
)
def test_right_numbers_pass_and_wrong_ones_do_not(check: object, right: str, wrong: str) -> None:
    assert callable(check)
    assert check(right)
    assert not check(wrong)
