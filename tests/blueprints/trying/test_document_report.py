import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from blueprints.trying.document_analysis import Outcome
from blueprints.trying.document_report import answerers, print_outcome, print_summary
from blueprints.trying.files import Upload

RESULT: dict[str, Any] = {
    "file": {"content_type": "application/pdf", "pages": 2},
    "fields": [
        {"key": "Total: ", "value": "1,250.00 €", "confidence": 98.6, "page": 1, "source": "document"},
        {"key": "VENDOR", "value": "Ink & Co", "confidence": 91, "page": 1, "source": "expense"},
        {"key": "date", "value": "2026-11-02", "confidence": 91, "page": 1, "source": "query"},
    ],
    "tables": [{"page": 2, "confidence": 90, "rows": [["Item", "Price"], ["Pen [blue]", "3"]]}],
    "queries": [{"query": "What is the date?", "answer": "2026-11-02"}, {"query": "Who pays?", "answer": None}],
    "signatures": [{"page": 2}, {"page": 2}],
    "entities": [{"text": "Ada", "type": "PERSON"}, {"text": "Bob", "type": "PERSON"}, {"text": "Ada", "type": "PERSON"}],
    "pii": [{"type": "NAME"}, {"type": "ADDRESS"}, {"type": "NAME"}],
    "language": "en",
    "skipped": [{"kind": "identity", "reason": "takes single pages only"}],
}
ROW = {"result_bucket": "results", "result_key": "results/1.json"}


def outcome(**values: Any) -> Outcome:
    upload = Upload(Path("a.pdf"), "a.pdf")
    return Outcome(upload, **{"status": "SUCCEEDED", "seconds": 3.2, "row": ROW, "result": RESULT, **values})


def shown(given: Outcome, width: int = 100) -> str:
    text = io.StringIO()
    print_outcome(given, "Textract: stand-in rapidocr", Console(file=text, width=width))
    return text.getvalue()


@pytest.mark.parametrize(
    "line",
    [
        "a.pdf  SUCCEEDED  application/pdf, 2 pages, 3.2 s",
        "fields      Total: 1,250.00 €  (99 %)",
        "expense     VENDOR: Ink & Co  (91 %)",
        "table p. 2  Item | Price",
        "Pen [blue] | 3",
        "What is the date? 2026-11-02",
        "on page 2",
        "PERSON: Ada, Bob",
        "ADDRESS, NAME",
        "identity: takes single pages only",
        "s3://results/results/1.json",
    ],
)
def test_everything_found_is_shown(line: str) -> None:
    assert line in shown(outcome())


def test_a_question_without_an_answer_is_left_out() -> None:
    assert "Who pays?" not in shown(outcome())


def test_the_address_of_a_result_is_never_broken() -> None:
    address = "results/" + "x" * 120
    assert f"s3://results/{address}" in shown(outcome(row={"result_bucket": "results", "result_key": address}), width=80)


def test_who_found_it_is_told_beside_the_result() -> None:
    assert "found by    Textract: stand-in rapidocr" in shown(outcome())
    assert "found by" not in shown(outcome(result=None))


def test_the_programs_that_answered_for_a_service_are_named() -> None:
    calls = [{"service": "s3", "provenance": "real"}, {"service": "comprehend", "provenance": "stand-in text rules"}]
    calls += [{"service": "textract", "provenance": "stand-in rapidocr"}] * 2
    assert answerers(calls) == "Textract: stand-in rapidocr; Comprehend: stand-in text rules"


def test_a_single_page_is_a_page() -> None:
    assert "1 page, " in shown(outcome(result={**RESULT, "file": {"content_type": "image/png", "pages": 1}}))


def test_a_refusal_is_shown_with_its_reason() -> None:
    text = shown(outcome(status="REFUSED", result=None, row={"reason": {"code": "CORRUPT", "message": "The PDF can't be read."}}))
    assert "CORRUPT: The PDF can't be read." in text
    assert "s3://" not in text


def test_the_redacted_text_is_an_excerpt_on_one_line() -> None:
    text = " ".join(shown(outcome(redacted_text="[NAME]\n\nlives " + "x" * 300), width=400).split())
    assert "redacted [NAME] lives xxx" in text
    assert "x …" in text


def test_a_review_names_the_fields_in_doubt_and_who_approved_them() -> None:
    text = shown(outcome(reviewed=[{"key": "Date"}, {"key": "Name"}, {"key": "Date"}]))
    assert "in doubt: Date, Name; approved by this command in a reviewer's place" in text


def test_long_lists_are_cut_and_counted() -> None:
    fields = [{"key": f"F{number}", "value": "x", "confidence": 90, "page": 1, "source": "document"} for number in range(20)]
    entities = [{"text": f"P{number}", "type": "PERSON"} for number in range(9)]
    text = shown(outcome(result={**RESULT, "fields": fields, "entities": entities}))
    assert "F7: x" in text
    assert "F8: x" not in text
    assert "… and 12 more" in text
    assert "P5, …" in text


def test_the_summary_counts_what_was_found_in_each_document() -> None:
    text = io.StringIO()
    reason = {"reason": {"code": "EMPTY", "message": "The file has no content."}}
    print_summary([outcome(), outcome(status="REFUSED", result=None, row=reason)], Console(file=text, width=80))
    first, second = (line for line in text.getvalue().splitlines() if "a.pdf" in line)
    assert first.split() == ["a.pdf", "SUCCEEDED", "pdf", "3", "1", "3", "3", "3.2", "s"]
    assert second.split() == ["a.pdf", "REFUSED:", "EMPTY", "3.2", "s"]
