"""Identity documents: names, numbers and dates, by their labels and by the machine-readable zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from blueprints.local.stand_ins.textract.blocks import Blocks
from blueprints.local.stand_ins.textract.forms import fields
from blueprints.local.stand_ins.textract.labels import iso_date, plain
from blueprints.local.stand_ins.textract.machine_readable import Zone, zone_in
from blueprints.local.stand_ins.textract.pages import Page

KINDS = (
    ("LAST_NAME", r"^(surname|last name|family name)s?\b"),
    ("FIRST_NAME", r"^(given|first|fore) ?names?\b"),
    ("MIDDLE_NAME", r"^middle names?\b"),
    ("SUFFIX", r"^suffix$"),
    ("DOCUMENT_NUMBER", r"^((document|card|passport|licen[cs]e|personal|id|identity card) (number|no|id)|number|no|dl|lic#?)$"),
    ("EXPIRATION_DATE", r"^(date of expiry|expiry( date)?|expiration( date)?|expires|exp|valid (until|to))$"),
    ("DATE_OF_BIRTH", r"^(date of birth|birth date|dob|born)$"),
    ("DATE_OF_ISSUE", r"^(date of issue|issued?( on| date)?|iss)$"),
    ("PLACE_OF_BIRTH", r"^place of birth$"),
    ("ADDRESS", r"^(address|residence)$"),
    ("CLASS", r"^class$"),
    ("RESTRICTIONS", r"^(restrictions?|rest)$"),
    ("ENDORSEMENTS", r"^(endorsements?|end)$"),
    ("VETERAN", r"^veteran$"),
)
ALWAYS = (
    "FIRST_NAME", "LAST_NAME", "MIDDLE_NAME", "SUFFIX", "CITY_IN_ADDRESS", "ZIP_CODE_IN_ADDRESS", "STATE_IN_ADDRESS", "STATE_NAME",
    "DOCUMENT_NUMBER", "EXPIRATION_DATE", "DATE_OF_BIRTH", "DATE_OF_ISSUE", "ID_TYPE", "ENDORSEMENTS", "VETERAN", "RESTRICTIONS", "CLASS",
    "ADDRESS", "COUNTY", "PLACE_OF_BIRTH", "MRZ_CODE",
)  # fmt: skip
ID_TYPES = (
    (r"\bpassport\b", "PASSPORT"),
    (r"\bdriv(er|ing)\S* licen[cs]e\b", "DRIVER LICENSE FRONT"),
    (r"\bidentity card\b", "IDENTITY CARD"),
)
Value = tuple[str, float]


def identity_document(pages: list[Page], index: int) -> dict[str, Any]:
    """Returns Textract's ``IdentityDocument``: every normalised field, with an empty text where nothing was found."""
    found: dict[str, Value] = {}
    for page in pages:
        for kind, value in _values(page):
            found.setdefault(kind, value)
    confidence = min((page.confidence for page in pages), default=0.0)
    listed = [_field(kind, *found.get(kind, ("", confidence))) for kind in ALWAYS]
    return {"DocumentIndex": index, "IdentityDocumentFields": listed, "Blocks": [block for page in pages for block in Blocks(page)]}


def is_identity_document(page: Page) -> bool:
    """Tells whether the page holds a number, a date of birth and a name, as identity documents do."""
    return len({"DOCUMENT_NUMBER", "DATE_OF_BIRTH", "LAST_NAME"} & {kind for kind, _ in _values(page)}) == 3


def _values(page: Page) -> Iterator[tuple[str, Value]]:
    for field in fields(page):
        label = plain(field.key.text)
        kind = next((kind for kind, pattern in KINDS if re.match(pattern, label)), None)
        if kind and field.value:
            yield from _split_names(kind, field.value.text, field.confidence)
    zone = zone_in(page)
    if zone:
        yield from _from_zone(zone)
    for line in page.lines:
        for pattern, name in ID_TYPES:
            if re.search(pattern, line.text, re.IGNORECASE):
                yield "ID_TYPE", (name, line.confidence)


def _split_names(kind: str, text: str, confidence: float) -> Iterator[tuple[str, Value]]:
    """Takes what follows the first of several given names for the middle name."""
    first, _, middle = text.partition(" ") if kind == "FIRST_NAME" else (text, "", "")
    yield kind, (first, confidence)
    if middle:
        yield "MIDDLE_NAME", (middle, confidence)


def _from_zone(zone: Zone) -> Iterator[tuple[str, Value]]:
    yield "MRZ_CODE", (zone.text, zone.confidence)
    for kind, value in zone.values.items():
        yield from _split_names(kind, value, zone.confidence)


def _field(kind: str, text: str, confidence: float) -> dict[str, Any]:
    value: dict[str, Any] = {"Text": text, "Confidence": confidence}
    date = iso_date(text) if "DATE" in kind else None
    if date:
        value["NormalizedValue"] = {"Value": f"{date}T00:00:00", "ValueType": "DATE"}
    return {"Type": {"Text": kind}, "ValueDetection": value}
