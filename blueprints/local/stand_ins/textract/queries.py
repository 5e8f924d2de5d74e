"""Answers questions about a document with the field or amount whose label shares their words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from blueprints.local.stand_ins.textract.blocks import Blocks
from blueprints.local.stand_ins.textract.expense import summary
from blueprints.local.stand_ins.textract.forms import fields
from blueprints.local.stand_ins.textract.labels import iso_date
from blueprints.local.stand_ins.textract.pages import Line, Page

IGNORED = frozenset(
    (
        "a", "an", "and", "are", "at", "be", "by", "can", "did", "do", "does", "for", "from", "has", "have", "how", "i", "in", "is", "it",
        "its", "many", "me", "much", "of", "on", "or", "please", "s", "tell", "that", "the", "this", "to", "us", "was", "were", "what",
        "when", "where", "which", "who", "whose", "with", "you",
    )
)  # fmt: skip
SAME = {
    "supplier": "vendor", "seller": "vendor", "merchant": "vendor", "company": "vendor", "store": "vendor", "shop": "vendor",
    "issuer": "vendor", "receiver": "bill", "customer": "bill", "buyer": "bill", "client": "bill", "billed": "bill",
    "no": "number", "id": "number", "nr": "number", "#": "number", "surname": "lastname", "mail": "email", "telephone": "phone",
    "tel": "phone", "dob": "birth", "born": "birth", "birthday": "birth", "sum": "total", "amount": "total", "expires": "expiry",
    "expiration": "expiry", "tax": "vat",
}  # fmt: skip
MEANINGS = {
    "VENDOR_NAME": ("vendor", "vendor name"),
    "VENDOR_ADDRESS": ("vendor address",),
    "VENDOR_PHONE": ("vendor phone",),
    "RECEIVER_NAME": ("bill", "bill name"),
    "RECEIVER_ADDRESS": ("bill address",),
    "INVOICE_RECEIPT_ID": ("invoice number", "receipt number"),
    "INVOICE_RECEIPT_DATE": ("date", "invoice date", "receipt date"),
    "DUE_DATE": ("due date", "payment due", "payment due date"),
    "TOTAL": ("total", "total due", "total pay", "grand total"),
    "SUBTOTAL": ("subtotal",),
    "TAX": ("vat",),
}
ONE_THING = (("e-mail", "email"), ("email address", "email"), ("phone number", "phone"), ("post code", "postcode"))
ENOUGH = 0.6
MAX_PAGES = 3000


@dataclass(frozen=True)
class Answer:
    """What answers a question, and how sure that is, 0 to 100."""

    value: Line
    confidence: float


def answer(question: str, page: Page) -> Answer | None:
    """Returns the best answer on the page; None if no label shares half of the question's words."""
    asked = content_words(question)
    fitting = ((label, value, confidence) for label, value, confidence in _candidates(page) if _fits(question, value.text))
    scored = ((_likeness(asked, content_words(label)), value, confidence) for label, value, confidence in fitting)
    best = max(scored, key=lambda each: (each[0], each[2]), default=None)
    if best is None or best[0] < ENOUGH:
        return None
    return Answer(best[1], best[0] * best[2])


def content_words(text: str) -> frozenset[str]:
    """Returns the words that tell what is asked for, words of one meaning as one."""
    text = text.lower()
    for long, short in ONE_THING:
        text = text.replace(long, short)
    words = (word.removesuffix("s") if len(word) > 3 else word for word in re.findall(r"[^\W_]+|#", text))
    return frozenset(SAME.get(word, word) for word in words if word not in IGNORED)


def add_queries(blocks: Blocks, queries: list[dict[str, Any]], pages: int) -> None:
    """Adds a ``QUERY`` block for each query meant for this page, and a ``QUERY_RESULT`` block for its answer."""
    for query in queries:
        if blocks.page.number in asked_pages(query, pages):
            asked = blocks.add("QUERY", blocks.page.box, 100.0, Query=query)
            found = answer(query["Text"], blocks.page)
            if found:
                result = blocks.add("QUERY_RESULT", found.value.box, found.confidence, on_page=False, Text=found.value.text)
                blocks.relate(asked, "ANSWER", [result])


def asked_pages(query: dict[str, Any], pages: int) -> set[int]:
    """Returns the pages that a query is meant for: ``["1"]`` unless it says, such as ``["2-4", "6-*"]`` or ``["*"]``."""
    asked: set[int] = set()
    for part in query.get("Pages") or ["1"]:
        first, _, last = ("1-*" if part == "*" else part).partition("-")
        asked.update(range(int(first), (pages if last == "*" else min(int(last or first), MAX_PAGES)) + 1))
    return asked


def _candidates(page: Page) -> Iterator[tuple[str, Line, float]]:
    for found in summary(page):
        for meaning in MEANINGS.get(found.kind, ()):
            yield meaning, found.value, found.confidence
    for field in fields(page):
        if field.value:
            yield field.key.text, field.value, field.confidence


def _fits(question: str, value: str) -> bool:
    """Tells whether the value is of the kind asked for: a date, a figure, or a name."""
    if re.search(r"\b(when|dates?)\b", question, re.IGNORECASE):
        return iso_date(value) is not None
    if re.search(r"\b(how (much|many)|total|amount|price)\b", question, re.IGNORECASE):
        return bool(re.search(r"\d", value)) and iso_date(value) is None
    return not re.match(r"\s*who\b", question, re.IGNORECASE) or bool(re.match(r"[^\W\d]", value))


def _likeness(asked: frozenset[str], label: frozenset[str]) -> float:
    """Returns the harmonic mean of the shares of each that the other has."""
    return 2 * len(asked & label) / (len(asked) + len(label)) if asked and label else 0.0
