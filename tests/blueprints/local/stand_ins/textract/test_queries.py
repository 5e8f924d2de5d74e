"""Questions are answered with a value whose label shares their words, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blueprints.local.stand_ins.textract.blocks import Blocks
from blueprints.local.stand_ins.textract.pages import Page
from blueprints.local.stand_ins.textract.queries import add_queries, answer, asked_pages, content_words

Read = Callable[[str], list[Page]]


@pytest.mark.parametrize(
    ("name", "page", "question", "expected"),
    [
        ("invoice.pdf", 1, "What is the invoice number?", "INV-2026-0417"),
        ("invoice.pdf", 1, "When is payment due?", "17 May 2026"),
        ("invoice.pdf", 1, "Who is the vendor?", "Quillmere Instruments Ltd"),
        ("invoice.pdf", 1, "Who is the customer?", "Tarnholt Observatory"),
        ("invoice.pdf", 2, "What is the total amount due?", "GBP 10,247.88"),
        ("invoice.pdf", 2, "What is the IBAN?", "GB90 QLMR 6016 1300 4471 82"),
        ("scanned form.jpg", 1, "What is the email address?", "jonas.whitlock@ellery.example"),
        ("receipt.png", 1, "What is the store name?", "Copperleaf Bakery"),
        ("receipt.png", 1, "What is the total?", "28.20"),
        ("id-card.jpg", 1, "What is the surname?", "LINDQVIST"),
    ],
)
def test_answers_from_the_page(name: str, page: int, question: str, expected: str, read: Read) -> None:
    found = answer(question, read(name)[page - 1])
    assert found is not None
    assert found.value.text == expected
    assert 60 < found.confidence < 100


@pytest.mark.parametrize("question", ["What is the capital of France?", "What is the total?", "When was the van repaired?", "What?"])
def test_does_not_answer_what_the_page_does_not_say(question: str, read: Read) -> None:
    assert answer(question, read("invoice.pdf")[0]) is None


def test_an_answer_has_the_kind_that_is_asked_for(page_of: Callable[..., Page]) -> None:
    page = page_of(("Birth date:", 100, 100), ("unknown", 300, 100), ("Total amount:", 100, 200), ("none", 300, 200))
    assert answer("What is the birth date?", page) is None
    assert answer("What is the total amount?", page) is None


def test_a_label_that_shares_fewer_words_makes_a_less_sure_answer(page_of: Callable[..., Page]) -> None:
    page = page_of(("Full name:", 100, 100), ("Ada King", 300, 100))
    whole, half = answer("What is the full name?", page), answer("What is the name?", page)
    assert whole is not None
    assert half is not None
    assert half.confidence < whole.confidence


def test_words_of_one_meaning_are_one_word() -> None:
    assert content_words("What is the supplier's phone number?") == {"vendor", "phone"}
    assert content_words("Invoice No.") == content_words("invoice number")


@pytest.mark.parametrize(
    ("pages", "asked"), [(None, {1}), (["2"], {2}), (["1-2", "4-*"], {1, 2, 4, 5}), (["*"], {1, 2, 3, 4, 5}), (["7"], {7})]
)
def test_a_query_is_meant_for_the_pages_that_it_names(pages: list[str] | None, asked: set[int]) -> None:
    query: dict[str, Any] = {"Text": "?"} | ({"Pages": pages} if pages else {})
    assert asked_pages(query, 5) == asked


def test_blocks_hold_the_query_and_its_answer(page_of: Callable[..., Page]) -> None:
    blocks = Blocks(page_of(("Name:", 100, 100), ("Ada", 300, 100)))
    add_queries(blocks, [{"Text": "What is the name?", "Alias": "N"}, {"Text": "What is the name?", "Pages": ["2"]}], 2)
    (query,) = [block for block in blocks if block["BlockType"] == "QUERY"]
    (result,) = [block for block in blocks if block["BlockType"] == "QUERY_RESULT"]
    assert (query["Query"], result["Text"]) == ({"Text": "What is the name?", "Alias": "N"}, "Ada")
    assert query["Relationships"] == [{"Type": "ANSWER", "Ids": [result["Id"]]}]
