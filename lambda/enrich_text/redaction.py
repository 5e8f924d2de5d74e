"""A text without its personal data."""

from typing import Any


def redacted(text: str, spans: list[dict[str, Any]]) -> str:
    """``text`` with every span replaced by its type; overlapping spans become one.

    Args:
        text: The text.
        spans: ``{"type", "begin", "end"}``, ends exclusive.
    """
    parts, position = [], 0
    for begin, end, kinds in _merged(spans):
        parts += [text[position:begin], f"[{'/'.join(kinds)}]"]
        position = end
    return "".join([*parts, text[position:]])


def _merged(spans: list[dict[str, Any]]) -> list[tuple[int, int, list[str]]]:
    merged: list[tuple[int, int, list[str]]] = []
    for span in sorted(spans, key=lambda span: (span["begin"], span["end"])):
        if merged and span["begin"] < merged[-1][1]:
            begin, end, kinds = merged[-1]
            merged[-1] = (begin, max(end, span["end"]), sorted({*kinds, span["type"]}))
        else:
            merged.append((span["begin"], span["end"], [span["type"]]))
    return merged
