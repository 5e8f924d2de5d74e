"""Sets the PDF documents into ``samples/knowledge-base-rag``: ``python -m samples.make_knowledge_base_rag``."""

from __future__ import annotations

import sys
from pathlib import Path

from .setting import set_pages

CHAPTERS = Path(__file__).parent
TARGET = CHAPTERS.parent / "knowledge-base-rag" / "documents"


def documents() -> dict[str, bytes]:
    """Returns the content of each document by its name, the same bytes every time."""
    chapters = sorted(CHAPTERS.glob("*.md"))
    return {f"tenants/{path.stem}/travel-and-expenses.pdf": set_pages(path.read_text(encoding="utf-8")) for path in chapters}


def main(target: Path = TARGET) -> None:
    """Writes every document below ``target``."""
    for name, content in documents().items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(content)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
