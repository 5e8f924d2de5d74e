"""The machine-readable zone of identity documents (ICAO Doc 9303), as far as its check digits hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from blueprints.local.stand_ins.textract.pages import Page, in_rows

SHAPE = re.compile(r"^[A-Z0-9<]{26,46}$")
CARD, PASSPORT = 30, 44
TO_DIGITS = str.maketrans("ODQILZSB", "00011258")
TO_LETTERS = str.maketrans("01258", "OIZSB")
WEIGHTS = (7, 3, 1)


@dataclass(frozen=True)
class Zone:
    """The lines as read, and the values whose check digits are right."""

    text: str
    values: dict[str, str]
    confidence: float


def zone_in(page: Page) -> Zone | None:
    """Returns the page's zone; None if it has none."""
    lines = [(line.text.replace(" ", "").replace("|", "I").upper(), line.confidence) for row in in_rows(page.lines) for line in row]
    zone = [(text, confidence) for text, confidence in lines if SHAPE.match(text) and "<<" in text]
    if len(zone) < 2:
        return None
    texts = [text for text, _ in zone]
    values = _passport(texts) if len(texts) == 2 else _card(texts)
    return Zone("".join(texts), values, min(confidence for _, confidence in zone))


def check_digit(text: str) -> str:
    """Returns the check digit of part 3 of the standard."""
    return str(sum((0 if sign == "<" else int(sign, 36)) * WEIGHTS[place % 3] for place, sign in enumerate(text)) % 10)


def _card(lines: list[str]) -> dict[str, str]:
    number, dates, names = lines[:3]
    values = _checked("DOCUMENT_NUMBER", number[5:14], number[14:15]) if len(number) == CARD else {}
    values |= _dates(dates[0:6], dates[6:7], dates[8:14], dates[14:15])
    return values | _names(names)


def _passport(lines: list[str]) -> dict[str, str]:
    names, numbers = lines
    if len(numbers) != PASSPORT:
        return _names(names[5:])
    values = _checked("DOCUMENT_NUMBER", numbers[0:9], numbers[9])
    return values | _dates(numbers[13:19], numbers[19], numbers[21:27], numbers[27]) | _names(names[5:])


def _checked(kind: str, text: str, check: str) -> dict[str, str]:
    return {kind: text.rstrip("<")} if check and check_digit(text) == check.translate(TO_DIGITS) else {}


def _dates(birth: str, birth_check: str, expiry: str, expiry_check: str) -> dict[str, str]:
    found = {}
    for kind, text, check in (("DATE_OF_BIRTH", birth, birth_check), ("EXPIRATION_DATE", expiry, expiry_check)):
        digits = text.translate(TO_DIGITS)
        if _checked(kind, digits, check) and (when := _date(digits, past=kind == "DATE_OF_BIRTH")):
            found[kind] = when
    return found


def _date(digits: str, *, past: bool) -> str | None:
    century = 1900 if past and int(digits[:2]) > date.today().year % 100 else 2000
    try:
        return date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6])).isoformat()
    except ValueError:
        return None


def _names(text: str) -> dict[str, str]:
    last, _, first = text.translate(TO_LETTERS).strip("<").partition("<<")
    return {"LAST_NAME": last.replace("<", " "), "FIRST_NAME": first.replace("<", " ").strip()}
