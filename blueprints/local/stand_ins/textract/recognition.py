"""Recognises the text of a page with RapidOCR, whose PP-OCRv4 models come in its wheel."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from blueprints.local.stand_ins.textract.documents import MAX_PAGES, Document
from blueprints.local.stand_ins.textract.pages import Box, Line, Page

if TYPE_CHECKING:
    import numpy as np

    Pixels = np.ndarray[Any, Any]

DETECTION_SIDE = 1100
SMALLEST_SIDE = 600
SMALLEST_SKEW = 0.1
MIN_CONFIDENCE = 0.5
BATCH = 4
PROBED = 12
STRIP = (3, 48, 96)


class Recogniser:
    """Turns documents into pages of words, each page once as long as it is remembered.

    Args:
        threads: Threads of one recognition.
        pages_kept: Pages remembered by the content of their document.
    """

    def __init__(self, *, threads: int = 2, pages_kept: int = 512) -> None:
        self._threads = threads
        self._pages_kept = pages_kept
        self._pages: OrderedDict[tuple[str, int], Page] = OrderedDict()
        self._lock = threading.Lock()

    def pages(self, document: Document, *, max_pages: int = MAX_PAGES) -> Iterator[Page]:
        """Yields the document's pages.

        Raises:
            StandInError: The document cannot be opened or has too many pages.
        """
        digest = hashlib.sha256(document.content).hexdigest()
        with document.opened(max_pages=max_pages) as pictures:
            for index in range(len(pictures)):
                with self._lock:
                    page = self._pages.get((digest, index)) or self._page(pictures.draw(index))
                    self._remember((digest, index), page)
                yield page.numbered(index + 1)

    def _remember(self, key: tuple[str, int], page: Page) -> None:
        self._pages[key] = page
        self._pages.move_to_end(key)
        while len(self._pages) > self._pages_kept:
            self._pages.popitem(last=False)

    def _page(self, picture: Any) -> Page:
        import numpy as np

        from blueprints.local.stand_ins.textract.ink import Drawing
        from blueprints.local.stand_ins.textract.upright import Upright, text_height

        sheet = Upright(np.ascontiguousarray(np.asarray(picture)[:, :, ::-1]))
        quads = self._upright(sheet)
        drawing = Drawing(sheet.pixels, text_height(quads, sheet.upright_size[1]))
        lines = tuple(self._lines(drawing.without_selections(), quads))
        return drawing.onto(Page(sheet.size, sheet.back, sheet.angle, sheet.upright_size, lines))

    def _upright(self, sheet: Any) -> Pixels:
        """Turns the sheet until its text is level and returns where the lines are, as corners."""
        from blueprints.local.stand_ins.textract import upright

        quads = self._detect(sheet.pixels)
        if upright.sideways(quads):
            sheet.turn(90)
            quads = self._detect(sheet.pixels)
        skew = upright.skew(quads)
        if abs(skew) > SMALLEST_SKEW:
            quads = sheet.turn(skew, quads)
        if self._upside_down(sheet.pixels, quads):
            quads = sheet.turn(180, quads)
        return quads

    def _detect(self, pixels: Pixels) -> Pixels:
        import cv2
        import numpy as np

        side = max(pixels.shape[:2])
        scale = DETECTION_SIDE / side if side > DETECTION_SIDE else max(1.0, SMALLEST_SIDE / side)
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        quads, _ = self._engine.text_det(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=how))
        return np.asarray(quads, dtype=np.float32).reshape(-1, 4, 2) / np.float32(scale)

    def _upside_down(self, pixels: Pixels, quads: Pixels) -> bool:
        """Asks the classifier about some long lines and, if it says so, whether they read better turned."""
        strips = [strip for strip in self._engine.get_crop_img_list(pixels, quads) if strip.shape[1] > 2 * strip.shape[0]][:PROBED]
        labels = [label for label, _ in self._engine.text_cls([strip.copy() for strip in strips])[1]] if strips else []
        if labels.count("180") <= len(labels) / 2:
            return False
        turned = [strip[::-1, ::-1].copy() for strip in strips]
        return self._certainty(turned) > self._certainty(strips)

    def _certainty(self, strips: list[Pixels]) -> float:
        return float(sum(found[1] for found in self._engine.text_rec(strips)[0]))

    def _lines(self, pixels: Pixels, quads: Pixels) -> Iterator[Line]:
        from blueprints.local.stand_ins.textract.spacing import words_in

        strips = self._engine.get_crop_img_list(pixels, quads)
        for strip, quad, found in zip(strips, quads, self._engine.text_rec(strips, True)[0] if strips else [], strict=True):
            box = Box(*map(float, quad.min(axis=0)), *map(float, quad.max(axis=0)))
            signs = list(_signs(found, strip.shape[1]))
            words = words_in(signs, strip, box) if signs and found[1] >= MIN_CONFIDENCE else ()
            if words:
                yield Line(words)

    @cached_property
    def _engine(self) -> Any:
        from rapidocr_onnxruntime import RapidOCR

        with _threads_sleep():
            engine = RapidOCR(intra_op_num_threads=self._threads, det_limit_side_len=64)
        engine.text_rec.rec_image_shape = list(STRIP)
        engine.text_rec.rec_batch_num = BATCH
        return engine


@contextmanager
def _threads_sleep() -> Iterator[None]:
    """Makes idle threads of new sessions sleep: by default they spin, which takes a small machine from everybody else."""
    from rapidocr_onnxruntime.utils.infer_engine import OrtInferSession

    options = OrtInferSession._init_sess_opts

    def sleeping(config: dict[str, Any]) -> Any:
        made = options(config)
        made.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return made

    OrtInferSession._init_sess_opts = staticmethod(sleeping)
    try:
        yield
    finally:
        OrtInferSession._init_sess_opts = staticmethod(options)


def _signs(found: Any, width: int) -> Iterator[Any]:
    from blueprints.local.stand_ins.textract.spacing import Sign

    columns, texts, places, _, confidences = found[2]
    flat = [(text, place) for word, columns_of in zip(texts, places, strict=True) for text, place in zip(word, columns_of, strict=True)]
    for (text, place), confidence in zip(flat, confidences, strict=False):
        yield Sign(text, (place + 0.5) * width / columns, confidence)
