"""Textract's warnings, one a code, with page ranges."""

from typing import Any


def merged(warnings: list[dict[str, Any]]) -> list[dict[str, str]]:
    """``{"code", "pages"}`` for each code, the pages as in "1-3,7"."""
    pages: dict[str, set[int]] = {}
    for warning in warnings:
        pages.setdefault(warning.get("ErrorCode", "UNKNOWN"), set()).update(warning.get("Pages", ()))
    return [{"code": code, "pages": ranges(numbers)} for code, numbers in sorted(pages.items())]


def ranges(numbers: set[int]) -> str:
    """The numbers as ascending ranges."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
