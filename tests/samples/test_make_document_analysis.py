"""The shipped documents are those that the generator draws."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from samples.make_document_analysis import id_card, invoice, receipt
from samples.make_document_analysis.__main__ import TARGET, documents, main

MAX_BYTES = 300 * 1024


@pytest.mark.parametrize("name", sorted(documents()))
def test_the_shipped_file_is_what_the_generator_draws(name: str) -> None:
    assert documents()[name]() == (TARGET / name).read_bytes()


def test_nothing_else_is_shipped() -> None:
    assert {path.name for path in TARGET.iterdir()} == set(documents())


def test_every_file_is_small() -> None:
    assert {path.name: path.stat().st_size for path in TARGET.iterdir() if path.stat().st_size > MAX_BYTES} == {}


def test_the_generator_writes_where_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samples.make_document_analysis.__main__.documents", lambda: {"a.pdf": lambda: b"a", "b c.jpg": lambda: b"b"})
    main(tmp_path / "new")
    assert {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()} == {"a.pdf": b"a", "b c.jpg": b"b"}


def test_one_name_has_a_space_one_file_is_empty_and_one_is_broken() -> None:
    assert [path.name for path in TARGET.iterdir() if " " in path.name] == ["scanned form.jpg"]
    assert (TARGET / "empty.pdf").read_bytes() == b""
    assert (TARGET / "corrupt.pdf").read_bytes().startswith(b"%PDF-1.7\n")
    assert b"%%EOF" not in (TARGET / "corrupt.pdf").read_bytes()


def test_the_iban_passes_its_check() -> None:
    digits = re.sub(r"\s", "", invoice.IBAN)
    assert int("".join(str(int(sign, 36)) for sign in digits[4:] + digits[:4])) % 97 == 1


def test_the_amounts_add_up() -> None:
    assert f"{invoice.TOTAL:,.2f}" == "10,247.88"
    assert invoice.SUBTOTAL + invoice.SHIPPING + invoice.TAX == invoice.TOTAL
    assert f"{receipt.TOTAL}" == "28.20"


def test_the_machine_readable_zone_has_three_lines_of_thirty_signs_with_valid_checks() -> None:
    first, dates, names = id_card.machine_readable_zone()
    assert [len(line) for line in (first, dates, names)] == [30, 30, 30]
    assert first[14] == id_card.check_digit(first[5:14])
    assert dates[6] == id_card.check_digit(dates[:6])
    assert id_card.check_digit("L898902C3") == "6"
