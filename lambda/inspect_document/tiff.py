"""Pages of a TIFF file: its chain of image file directories (TIFF 6.0, section 2)."""

import os
from typing import IO, Literal

from inspect_document.refusal import Refused

HEADER_BYTES = 8
ENTRY_BYTES = 12


def count_pages(file: IO[bytes], limit: int) -> int:
    """The number of directories, at most one more than ``limit``.

    Raises:
        Refused: The chain is empty, leads out of the file or back into itself.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    order: Literal["little", "big"] = "little" if file.read(4).startswith(b"II") else "big"
    seen: set[int] = set()
    offset = _number(file, HEADER_BYTES - 4, 4, order)
    while offset and len(seen) <= limit:
        if offset in seen or not HEADER_BYTES <= offset < size:
            raise _corrupt()
        seen.add(offset)
        entries = _number(file, offset, 2, order)
        offset = _number(file, offset + 2 + entries * ENTRY_BYTES, 4, order)
    if not seen:
        raise _corrupt()
    return len(seen)


def _number(file: IO[bytes], offset: int, length: int, order: Literal["little", "big"]) -> int:
    file.seek(offset)
    data = file.read(length)
    if len(data) < length:
        raise _corrupt()
    return int.from_bytes(data, order)


def _corrupt() -> Refused:
    return Refused("CORRUPT", "The TIFF file has no intact chain of pages.")
