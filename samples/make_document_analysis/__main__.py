"""Draws all documents into ``samples/document-analysis``: ``python -m samples.make_document_analysis``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image

from . import form, id_card, invoice, receipt, table

TARGET = Path(__file__).parent.parent / "document-analysis"


def documents() -> dict[str, Callable[[], bytes]]:
    """Returns for each file name what makes its content, the same bytes every time."""
    return {
        "invoice.pdf": invoice.draw,
        "scanned form.jpg": lambda: _encoded(form.draw(), "JPEG", quality=76),
        "id-card.jpg": lambda: _encoded(id_card.draw(), "JPEG", quality=84),
        "receipt.png": lambda: _encoded(receipt.draw(), "PNG", optimize=True),
        "table.png": lambda: _encoded(table.draw(), "PNG", optimize=True),
        "corrupt.pdf": _corrupt,
        "empty.pdf": bytes,
    }


def main(target: Path = TARGET) -> None:
    """Writes every document to ``target``."""
    target.mkdir(parents=True, exist_ok=True)
    for name, make in documents().items():
        (target / name).write_bytes(make())


def _encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    target = BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def _corrupt() -> bytes:
    return b"%PDF-1.7\n" + Random(5).randbytes(2048)  # noqa: S311


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
