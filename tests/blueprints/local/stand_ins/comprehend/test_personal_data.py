"""Personal data is found by how it is written, by its label and by its check digits."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from blueprints.local.stand_ins.comprehend.personal_data import personal_data


def found(text: str) -> list[tuple[str, str]]:
    return [(each.kind, text[each.begin : each.end]) for each in personal_data(text)]


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        ("Write to jo.b+x@mail.ellery.example.", "EMAIL", "jo.b+x@mail.ellery.example"),
        ("See https://copperleaf.example/a?b=1, or not", "URL", "https://copperleaf.example/a?b=1"),
        ("Call +44 20 7946 0958 now", "PHONE", "+44 20 7946 0958"),
        ("Call 555-010-4477", "PHONE", "555-010-4477"),
        ("IBAN: GB90 QLMR 6016 1300 4471 82\n", "INTERNATIONAL_BANK_ACCOUNT_NUMBER", "GB90 QLMR 6016 1300 4471 82"),
        ("SWIFT: QLMRGB2XXXX", "SWIFT_CODE", "QLMRGB2XXXX"),
        ("card 4242 4242 4242 4242.", "CREDIT_DEBIT_NUMBER", "4242 4242 4242 4242"),
        ("CVV: 123", "CREDIT_DEBIT_CVV", "123"),
        ("Expires 09/28", "CREDIT_DEBIT_EXPIRY", "09/28"),
        ("Account number: 12345678", "BANK_ACCOUNT_NUMBER", "12345678"),
        ("Routing number 021000021", "BANK_ROUTING", "021000021"),
        ("SSN 123-45-6789", "SSN", "123-45-6789"),
        ("NI AB 12 34 56 C", "UK_NATIONAL_INSURANCE_NUMBER", "AB 12 34 56 C"),
        ("Passport number: K4820917", "PASSPORT_NUMBER", "K4820917"),
        ("VIN 1M8GDM9AXKP042788", "VEHICLE_IDENTIFICATION_NUMBER", "1M8GDM9AXKP042788"),
        ("mac 00:1A:2b:3C:4d:5E", "MAC_ADDRESS", "00:1A:2b:3C:4d:5E"),
        ("from 192.168.10.254", "IP_ADDRESS", "192.168.10.254"),
        ("Password: hunter2!", "PASSWORD", "hunter2!"),
        ("key AKIAIOSFODNN7EXAMPLE", "AWS_ACCESS_KEY", "AKIAIOSFODNN7EXAMPLE"),
        ("at 14 Harbour Lane, Port Ellery, QE4 9XZ today", "ADDRESS", "14 Harbour Lane, Port Ellery, QE4 9XZ"),
        ("2 Summit Road\nTarnholt, TH1 6BD", "ADDRESS", "2 Summit Road\nTarnholt, TH1 6BD"),
        ("dated 17 April 2026.", "DATE_TIME", "17 April 2026"),
        ("on 09/05/2026 08:41", "DATE_TIME", "09/05/2026 08:41"),
        ("on 4June2026", "DATE_TIME", "4June2026"),
        ("He is 42 years old", "AGE", "42 years old"),
        ("Full name:\nQuentin Blackwood-Hale\n", "NAME", "Quentin Blackwood-Hale"),
        ("Contact: Edgar Fenwick", "NAME", "Edgar Fenwick"),
        ("ask Dr. Zephania Tarrant", "NAME", "Zephania Tarrant"),
        ("met Miriam Oakes, Purchasing", "NAME", "Miriam Oakes"),
        ("Surname\nDocument number\nLINDQVIST\n", "NAME", "LINDQVIST"),
        ("LINDQVIST<<TOMAS<ELIAS<<<<<<<<", "NAME", "LINDQVIST<<TOMAS<ELIAS"),
    ],
)
def test_finds_personal_data(text: str, kind: str, part: str) -> None:
    assert (kind, part) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "GB91 QLMR 6016 1300 4471 82",
        "Order 4242 4242 4242 4243",
        "VAT GB 417 8820 13",
        "Total 10,247.88",
        "666-45-6789",
        "999.1.2.3",
        "Name: Quillmere Instruments Ltd",
        "Barometer wall bracket",
        "QM-1040 4 186.50",
    ],
)
def test_leaves_other_text_alone(text: str) -> None:
    assert found(text) == []


def test_findings_are_in_order_and_do_not_overlap() -> None:
    text = "Contact: Edgar Fenwick\nEmail: edgar@quillmere.example\nPhone: +44 20 7946 0958"
    spans = [(each.begin, each.end) for each in personal_data(text)]
    assert len(spans) == 3
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert all(0 < each.score < 1 for each in personal_data(text))


@pytest.mark.parametrize("part", ["1", "A", "a.", "AB12 CD34 ", "Aaa Bbb "])
def test_a_hundred_kilobytes_of_anything_take_moments(part: str) -> None:
    begun = time.process_time()
    personal_data(part * (100_000 // len(part)))
    assert time.process_time() - begun < 3
