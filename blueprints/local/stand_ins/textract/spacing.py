"""Where words begin and end: recognition loses spaces, the ink keeps them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Any

import cv2
import numpy as np

from blueprints.local.stand_ins.textract.pages import Box, Word

GAP_OF_HEIGHT = 0.18
GAP_OF_USUAL = 2.0
FEW = 3
MARGIN = 0.15
SPECKS, RULE = 0.005, 0.9
Span = tuple[float, float]
Pixels = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Sign:
    """One recognised sign, the middle of its place in the strip, and how sure it is, 0 to 1."""

    text: str
    x: float
    confidence: float


def words_in(signs: list[Sign], strip: Pixels, box: Box) -> tuple[Word, ...]:
    """Returns the words of a line, from its signs and the picture of it, ``box`` being the line's place on the page."""
    ink = _ink(strip)
    spans = _spans(ink.any(axis=0))
    ends = sorted(_breaks(signs, _gaps(spans, strip.shape[0])) | _written(signs))
    across, (top, bottom) = box.width / strip.shape[1], _rows(ink, box)
    words: list[Word] = []
    for start, end in zip([0, *ends], [*ends, len(signs)], strict=True):
        part = [sign for sign in signs[start:end] if sign.text.strip()]
        if part:
            left, right = _extent(part, spans, _borders(signs, start, end, strip.shape[1]))
            text = unicodedata.normalize("NFKC", "".join(sign.text for sign in part))
            place = Box(box.left + left * across, top, box.left + right * across, bottom)
            words.append(Word(text, 100 * fmean(sign.confidence for sign in part), place))
    return tuple(words)


def _ink(strip: Pixels) -> Pixels:
    grey = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY)
    ink = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)[1]
    ink = 1 - ink if ink.mean() > 0.5 else ink
    return np.asarray(ink * (ink.mean(axis=1, keepdims=True) < RULE))


def _spans(inked: Any) -> list[Span]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], inked.astype(int), [0]))))
    return [(float(start), float(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _rows(ink: Pixels, box: Box) -> Span:
    """Returns where the line's ink begins and ends on the page."""
    counts = ink.sum(axis=1)
    width = ink.shape[1]
    written = _spans(counts > max(1, SPECKS * width))
    middle = ink.shape[0] / 2
    kept = [span for span in written if abs((span[0] + span[1]) / 2 - middle) < 0.4 * ink.shape[0]]
    down = box.height / ink.shape[0]
    if not kept:
        return box.top + MARGIN * box.height, box.bottom - MARGIN * box.height
    return box.top + kept[0][0] * down, box.top + kept[-1][1] * down


def _gaps(spans: list[Span], height: int) -> list[Span]:
    gaps = [(left[1], right[0]) for left, right in pairwise(spans)]
    usual = float(np.median([end - start for start, end in gaps])) if len(gaps) > FEW else 0.0
    return [(start, end) for start, end in gaps if end - start > max(GAP_OF_HEIGHT * height, GAP_OF_USUAL * usual)]


def _breaks(signs: list[Sign], gaps: list[Span]) -> set[int]:
    borders = [(left.x + right.x) / 2 for left, right in pairwise(signs)]
    usual = (signs[-1].x - signs[0].x) / len(borders) if borders else 0.0
    found = set()
    for start, end in gaps:
        middle = (start + end) / 2
        nearest = min(range(len(borders)), key=lambda place: abs(borders[place] - middle), default=None)
        if nearest is not None and abs(borders[nearest] - middle) < usual:
            found.add(nearest + 1)
    return found


def _written(signs: list[Sign]) -> set[int]:
    return {place for place, sign in enumerate(signs) if place and sign.text == " "}


def _borders(signs: list[Sign], start: int, end: int, width: int) -> Span:
    """Returns between which places the ink of some signs lies: half way to their neighbours, or one sign beyond the line's ends."""
    pitch = (signs[-1].x - signs[0].x) / (len(signs) - 1) if len(signs) > 1 else width
    left = (signs[start - 1].x + signs[start].x) / 2 if start else signs[0].x - pitch
    right = (signs[end - 1].x + signs[end].x) / 2 if end < len(signs) else signs[-1].x + pitch
    return left, right


def _extent(part: list[Sign], spans: list[Span], borders: Span) -> Span:
    inside = [span for span in spans if borders[0] <= (span[0] + span[1]) / 2 <= borders[1]]
    if not inside:
        return part[0].x, part[-1].x
    return min(inside[0][0], part[0].x), max(inside[-1][1], part[-1].x)
