"""What a reviewer corrected."""

from collections.abc import Iterable
from typing import Any

CERTAIN = 100.0


def corrected(fields: list[dict[str, Any]], doubtful: list[int], corrections: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """``fields`` with ``corrections`` applied.

    A correction replaces the doubtful fields of its key (and page, if it names one); if none of them is doubtful, the first field
    of the key; if there is none at all, it is added.
    """
    result = list(fields)
    for correction in corrections:
        matching = [number for number, field in enumerate(fields) if _matches(field, correction)]
        for number in [number for number in matching if number in set(doubtful)] or matching[:1]:
            result[number] = fields[number] | {"value": correction["value"], "confidence": CERTAIN, "source": "review"}
        if not matching:
            result.append(_added(correction))
    return result


def _matches(field: dict[str, Any], correction: dict[str, Any]) -> bool:
    return bool(field["key"] == correction["key"] and correction.get("page", field["page"]) == field["page"])


def _added(correction: dict[str, Any]) -> dict[str, Any]:
    key, value, page = correction["key"], correction["value"], correction.get("page", 1)
    return {"key": key, "value": value, "confidence": CERTAIN, "page": page, "source": "review"}
