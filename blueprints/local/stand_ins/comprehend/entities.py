"""Entities: organisations, people, places, dates and quantities, by how they are written."""

from __future__ import annotations

from collections.abc import Iterator

from blueprints.local.stand_ins.comprehend.findings import Finding, distinct, rule
from blueprints.local.stand_ins.comprehend.personal_data import personal_data
from blueprints.local.stand_ins.comprehend.words import COMPANY_ENDS, COUNTRIES, INSTITUTIONS, MONTHS

CAPITALISED = r"[A-Z][\w&'-]*"
OF_PERSONAL_DATA = {
    "NAME": "PERSON",
    "ADDRESS": "LOCATION",
    "DATE_TIME": "DATE",
    "EMAIL": "OTHER",
    "URL": "OTHER",
    "PHONE": "OTHER",
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER": "OTHER",
    "CREDIT_DEBIT_NUMBER": "OTHER",
    "SSN": "OTHER",
    "SWIFT_CODE": "OTHER",
    "AGE": "QUANTITY",
}
UNITS = r"%|percent|mm|cm|m|km|g|kg|t|ml|l|s|min|hours?|days?|weeks?|months?|years?|pages?|pieces?|\u00b0C|kWh|GB|MB"
CURRENCIES = "USD|EUR|GBP|CHF|CAD|AUD|JPY|INR|CNY|SEK|NOK|DKK"
NUMBERS = "one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|forty|fifty|sixty|ninety|hundred"
RULES = (
    rule("ORGANIZATION", rf"\b{CAPITALISED}(?: (?:&|and|of) {CAPITALISED}| {CAPITALISED}){{0,4}}? (?:{COMPANY_ENDS})\b\.?", 0.97),
    rule("ORGANIZATION", rf"\b(?:{CAPITALISED} ){{1,3}}(?:{INSTITUTIONS})\b", 0.9),
    rule("ORGANIZATION", rf"\b(?:University|Bank|Ministry|Department|Institute|College) of {CAPITALISED}(?: {CAPITALISED})?", 0.92),
    rule("LOCATION", rf"\b(?:(?i:Republic|Kingdom|City|State) (?i:of) )?(?i:{COUNTRIES})\b", 0.93),
    rule(
        "QUANTITY",
        rf"(?<![\w.])(?:(?:{CURRENCIES}) |[\u00a3\u20ac$\u00a5][ \t]?)\d{{1,3}}(?:[,.]?\d{{3}})*(?:[.,]\d{{1,2}})?(?!\w)",
        0.97,
    ),
    rule("QUANTITY", r"(?<![\w.,])\d+(?:[.,]\d+)*[ \t]?(?:" + UNITS + r")(?![\w])", 0.92),
    rule("QUANTITY", rf"\b(?i:{NUMBERS}) (?i:hours?|days?|weeks?|months?|years?|pages?|pieces?)\b", 0.9),
    rule("DATE", rf"\b(?i:first|second|third|fourth) quarter(?: of)? \d{{4}}\b|\b(?:{MONTHS}) \d{{4}}\b", 0.9),
    rule("TITLE", r"\b(?:Form|Directive|Act|Regulation) [A-Z]{0,3}-?\d[\w/-]*", 0.8),
    rule("QUANTITY", r"(?<![\w.,:/-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w/-])|(?<![\w.,:/-])\d+\.\d{2}(?![\w.,/-])", 0.75),
)


def entities(text: str) -> list[Finding]:
    """Returns the entities of the text, none overlapping another."""
    return distinct(_all(text))


def _all(text: str) -> Iterator[Finding]:
    personal = [
        Finding(OF_PERSONAL_DATA[found.kind], found.begin, found.end, found.score)
        for found in personal_data(text)
        if found.kind in OF_PERSONAL_DATA
    ]
    yield from (found for found in personal if found.kind != "PERSON")
    for each in RULES[:3]:
        yield from each.apply(text)
    yield from (found for found in personal if found.kind == "PERSON")
    for each in RULES[3:]:
        yield from each.apply(text)
