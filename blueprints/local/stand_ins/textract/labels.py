"""Words that documents use as labels, and what kind of value a text is."""

from __future__ import annotations

import re

LABEL_ABOVE = re.compile(
    r"^((full|first|last|given|middle|family) )?names?$|^surname$|^nationality$|^(sex|gender)$|^(date|place) of [a-z]+$"
    r"|^[a-z ]{0,24}\b(number|no|id)$"
    r"|^address$|^(tele)?phone$|^e-?mail$|^(issuing )?authority$|^(expiry|expires|valid until|dob)$|^signature( of [a-z]+)?$"
)
SIGN_HERE = re.compile(r"\b(signature|signed|sign here|unterschrift|firma)\b", re.IGNORECASE)
MONEY = re.compile(r"^(?:(?:[A-Z]{3}|[£€$¥])\s?)?-?\d{1,3}(?:[,.' ]?\d{3})*[.,]\d{2}(?:\s?(?:[A-Z]{3}|[£€$¥]))?$")
CURRENCIES = {"£": "GBP", "€": "EUR", "$": "USD", "¥": "JPY"}
CURRENCY = re.compile(r"(?<![A-Z])(USD|EUR|GBP|CAD|INR|JPY|CHF|AUD|CNY|SEK|HKD)(?![A-Z])|([£€$¥])")
PHONE = re.compile(r"\+?\d[\d ()/.-]{7,17}\d")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DATE_IN_WORDS = re.compile(r"\b(\d{1,2})[ .-]*([A-Za-z]{3})[a-z]*[ .,-]*(\d{4})\b")
DATE_IN_FIGURES = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b|\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b")


def plain(text: str) -> str:
    """Returns the text as labels are compared: small letters, single spaces, no sign at its end."""
    return re.sub(r"\s+", " ", re.sub(r"[^\w%#/-]+", " ", text.lower())).strip()


def is_label_above(text: str) -> bool:
    """Tells whether the text is one that forms print above a value."""
    return bool(LABEL_ABOVE.match(plain(text)))


def is_money(text: str) -> bool:
    """Tells whether the text is an amount of money and nothing else."""
    return bool(MONEY.match(text.strip()))


def currency_of(text: str) -> str | None:
    """Returns the code of the first currency named in the text."""
    found = CURRENCY.search(text)
    return (found[1] or CURRENCIES[found[2]]) if found else None


def iso_date(text: str) -> str | None:
    """Returns the first date in the text as ISO 8601; of ambiguous figures the first is taken for the day."""
    if found := DATE_IN_WORDS.search(text):
        month = found[2].lower()
        return f"{found[3]}-{MONTHS.index(month) + 1:02}-{int(found[1]):02}" if month in MONTHS else None
    if found := DATE_IN_FIGURES.search(text):
        year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
        return f"{year}-{int(month):02}-{int(day):02}" if 1 <= int(month) <= 12 and 1 <= int(day) <= 31 else None
    return None
