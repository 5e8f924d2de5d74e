"""Identity documents give their fields under AWS's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from blueprints.local.stand_ins.textract.identity import ALWAYS, identity_document, is_identity_document
from blueprints.local.stand_ins.textract.pages import Page


def values(document: dict[str, Any]) -> dict[str, str]:
    return {field["Type"]["Text"]: field["ValueDetection"]["Text"] for field in document["IdentityDocumentFields"]}


def test_the_card_is_read(read: Callable[[str], list[Page]]) -> None:
    document = identity_document(read("id-card.jpg"), 1)
    found = values(document)
    assert (found["LAST_NAME"], found["FIRST_NAME"], found["MIDDLE_NAME"]) == ("LINDQVIST", "TOMAS", "ELIAS")
    assert (found["DOCUMENT_NUMBER"], found["ID_TYPE"]) == ("K48209173", "IDENTITY CARD")
    assert "LINDQVIST<<TOMAS<ELIAS" in found["MRZ_CODE"]
    dates = {
        field["Type"]["Text"]: field["ValueDetection"]["NormalizedValue"]
        for field in document["IdentityDocumentFields"]
        if "NormalizedValue" in field["ValueDetection"]
    }
    assert dates == {
        "DATE_OF_BIRTH": {"Value": "1991-03-12T00:00:00", "ValueType": "DATE"},
        "DATE_OF_ISSUE": {"Value": "2024-07-01T00:00:00", "ValueType": "DATE"},
        "EXPIRATION_DATE": {"Value": "2034-06-30T00:00:00", "ValueType": "DATE"},
    }
    assert document["Blocks"][0]["BlockType"] == "PAGE"


def test_every_field_is_listed_even_if_nothing_was_found(page_of: Callable[..., Page]) -> None:
    document = identity_document([page_of(("Nothing here", 100, 100))], 3)
    assert document["DocumentIndex"] == 3
    assert values(document) == dict.fromkeys(ALWAYS, "")


def test_the_machine_readable_zone_fills_what_has_no_label(page_of: Callable[..., Page]) -> None:
    page = page_of(
        ("Surname", 100, 100), ("KING", 100, 128),
        ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", 100, 600), ("L898902C36UTO7408122F1204159ZE184226B<<<<<10", 100, 640),
    )  # fmt: skip
    found = values(identity_document([page], 1))
    assert (found["LAST_NAME"], found["FIRST_NAME"], found["DOCUMENT_NUMBER"]) == ("KING", "ANNA", "L898902C3")
    assert found["DATE_OF_BIRTH"] == "1974-08-12"


def test_the_second_side_adds_to_the_first(page_of: Callable[..., Page]) -> None:
    front, back = page_of(("Surname", 100, 100), ("KING", 100, 128)), page_of(("Address:", 100, 100), ("1 Mill Street", 300, 100))
    found = values(identity_document([front, back], 1))
    assert (found["LAST_NAME"], found["ADDRESS"]) == ("KING", "1 Mill Street")


def test_a_number_a_name_and_a_birthday_make_an_identity_document(read: Callable[[str], list[Page]]) -> None:
    assert is_identity_document(read("id-card.jpg")[0])
    assert not is_identity_document(read("scanned form.jpg")[0])
