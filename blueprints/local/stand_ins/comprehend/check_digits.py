"""Check digits of numbers that people must not mistype."""

from __future__ import annotations

import re


def luhn(text: str) -> bool:
    """Tells whether a card number of 13 to 19 digits passes ISO/IEC 7812's check."""
    digits = [int(sign) for sign in re.sub(r"\D", "", text)]
    doubled = [digit * 2 - 9 * (digit > 4) if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and sum(doubled) % 10 == 0


def iban(text: str) -> bool:
    """Tells whether an account number passes ISO 13616's check."""
    plain = re.sub(r"\s", "", text)
    return 15 <= len(plain) <= 34 and int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def routing(text: str) -> bool:
    """Tells whether nine digits pass the check of the American Bankers Association."""
    weights = (3, 7, 1) * 3
    return len(text) == 9 and sum(int(digit) * weight for digit, weight in zip(text, weights, strict=True)) % 10 == 0


def vehicle(text: str) -> bool:
    """Tells whether seventeen signs pass ISO 3779's check."""
    values = {
        **{str(digit): digit for digit in range(10)},
        **dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True)),
    }
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    total = sum(values[sign] * weight for sign, weight in zip(text, weights, strict=True)) % 11
    return text[8] == ("X" if total == 10 else str(total))


def social_security(text: str) -> bool:
    """Tells whether the number is one that the American Social Security Administration gives out."""
    area, group, serial = re.findall(r"\d+", text)
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"
