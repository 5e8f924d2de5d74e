"""Every operation answers in Comprehend's shapes, from the text it is given, and refuses what Comprehend refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.comprehend.stand_in import ComprehendStandIn
from blueprints.local.stand_ins.textract.pages import Page, in_rows

SAMPLES = ("invoice.pdf", "scanned form.jpg", "id-card.jpg", "receipt.png", "table.png")
WITH_LANGUAGE = ("DetectEntities", "DetectKeyPhrases", "DetectPiiEntities", "ContainsPiiEntities", "DetectSentiment")


def nobody(service: str) -> Any:
    raise AssertionError(f"asked for {service}")


@pytest.fixture(scope="module")
def ask() -> Callable[..., dict[str, Any]]:
    stand_in = ComprehendStandIn()
    return lambda operation, **request: stand_in.answer(operation, request, nobody)


@pytest.fixture(scope="module")
def text_of(read: Callable[[str], list[Page]]) -> Callable[[str], str]:
    return lambda name: "\n".join(line.text for page in read(name) for row in in_rows(page.lines) for line in row)


def test_names_itself_and_what_it_answers() -> None:
    stand_in = ComprehendStandIn()
    assert (stand_in.name, stand_in.service) == ("text rules", "comprehend")
    assert stand_in.operations == {"DetectDominantLanguage", *WITH_LANGUAGE}


# Text recognition takes seconds a page; the others hold what there is to find in these.
SLOW = ("invoice.pdf", "scanned form.jpg")


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.long] * (name in SLOW)) for name in SAMPLES])
def test_answers_have_botocores_shapes_and_scores_below_one(name: str, ask: Any, text_of: Any, misfits: Any) -> None:
    text = text_of(name)
    for operation in ("DetectDominantLanguage", *WITH_LANGUAGE):
        answer = ask(operation, Text=text, **({"LanguageCode": "en"} if operation in WITH_LANGUAGE else {}))
        assert misfits("comprehend", operation, answer) == []
        assert all(0 < found["Score"] < 1 for member in answer.values() if isinstance(member, list) for found in member)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_english(name: str, ask: Any, text_of: Any) -> None:
    assert ask("DetectDominantLanguage", Text=text_of(name))["Languages"][0]["LanguageCode"] == "en"


def test_offsets_are_those_of_the_text(ask: Any, text_of: Any) -> None:
    text = "\U0001f600 é\n" + text_of("receipt.png")
    for operation, member in (("DetectEntities", "Entities"), ("DetectKeyPhrases", "KeyPhrases")):
        found = ask(operation, Text=text, LanguageCode="en")[member]
        assert found
        assert all(text[each["BeginOffset"] : each["EndOffset"]] == each["Text"] for each in found)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "invoice.pdf",
            {
                ("EMAIL", "accounts@quillmere.example"),
                ("INTERNATIONAL_BANK_ACCOUNT_NUMBER", "GB90 QLMR 6016 1300 4471 82"),
                ("SWIFT_CODE", "QLMRGB2XXXX"),
                ("PHONE", "+44 20 7946 0958"),
                ("NAME", "Edgar Fenwick"),
                ("ADDRESS", "14 Harbour Lane, Port Ellery, QE4 9XZ"),
            },
        ),
        ("scanned form.jpg", {("NAME", "Jonas Whitlock"), ("EMAIL", "jonas.whitlock@ellery.example"), ("PHONE", "+44 20 7946 0112")}),
        ("id-card.jpg", {("NAME", "LINDQVIST"), ("DATE_TIME", "12 MAR 1991")}),
        ("receipt.png", {("ADDRESS", "12 Mill Street, Port Ellery"), ("URL", "www.copperleaf.example")}),
    ],
)
def test_personal_data_of_the_samples_is_found(name: str, expected: set[tuple[str, str]], ask: Any, text_of: Any) -> None:
    text = text_of(name)
    found = ask("DetectPiiEntities", Text=text, LanguageCode="en")["Entities"]
    assert expected <= {(each["Type"], text[each["BeginOffset"] : each["EndOffset"]]) for each in found}
    assert {label["Name"] for label in ask("ContainsPiiEntities", Text=text, LanguageCode="en")["Labels"]} == {
        each["Type"] for each in found
    }


@pytest.mark.long
def test_entities_of_the_invoice_are_found(ask: Any, text_of: Any) -> None:
    found = {(each["Type"], each["Text"]) for each in ask("DetectEntities", Text=text_of("invoice.pdf"), LanguageCode="en")["Entities"]}
    assert {("ORGANIZATION", "Quillmere Instruments Ltd"), ("ORGANIZATION", "Tarnholt Observatory"), ("QUANTITY", "GBP 10,247.88")} <= found


@pytest.mark.parametrize("operation", ["DetectDominantLanguage", *WITH_LANGUAGE])
@pytest.mark.parametrize("text", ["", " \n"])
def test_refuses_an_empty_text(operation: str, text: str, ask: Any) -> None:
    with pytest.raises(StandInError, match="InvalidRequestException"):
        ask(operation, Text=text, LanguageCode="en")


@pytest.mark.parametrize("operation", ["DetectDominantLanguage", *WITH_LANGUAGE])
def test_refuses_a_text_of_too_many_bytes(operation: str, ask: Any) -> None:
    limit = 5_000 if operation == "DetectSentiment" else 100_000
    with pytest.raises(StandInError, match="TextSizeLimitExceededException"):
        ask(operation, Text="é " * (limit // 3 + 1), LanguageCode="en")


def test_takes_a_text_of_as_many_bytes_as_allowed(ask: Any) -> None:
    assert ask("DetectPiiEntities", Text=" a@b.example".rjust(100_000), LanguageCode="en")["Entities"][0]["EndOffset"] == 100_000


@pytest.mark.parametrize(("operation", "code"), [("DetectPiiEntities", "de"), ("ContainsPiiEntities", "fr"), ("DetectSentiment", "ja")])
def test_refuses_languages_that_it_does_not_speak(operation: str, code: str, ask: Any) -> None:
    with pytest.raises(StandInError, match="UnsupportedLanguageException"):
        ask(operation, Text="some text", LanguageCode=code)


@pytest.mark.parametrize("code", [None, "xx", "English"])
def test_refuses_codes_that_are_none(code: str | None, ask: Any) -> None:
    with pytest.raises(StandInError, match="InvalidRequestException"):
        ask("DetectEntities", Text="some text", LanguageCode=code)


@pytest.mark.parametrize("request_", [{"EndpointArn": "arn"}, {"Bytes": b"x"}])
def test_refuses_custom_recognisers(request_: dict[str, Any], ask: Any) -> None:
    with pytest.raises(StandInError, match="InvalidRequestException"):
        ask("DetectEntities", **request_)


def test_spanish_personal_data_is_found(ask: Any) -> None:
    text = "Escriba a ana@ellery.example antes del 17 abril 2026."
    assert [each["Type"] for each in ask("DetectPiiEntities", Text=text, LanguageCode="es")["Entities"]] == ["EMAIL", "DATE_TIME"]
