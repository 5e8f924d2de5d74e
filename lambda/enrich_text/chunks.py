"""Pieces of a text that Comprehend takes, cut between lines."""

from dataclasses import dataclass

CHUNK_BYTES = 100_000
OVERLAP_CHARACTERS = 1_000
LONGEST_CHARACTER_BYTES = 4


@dataclass(frozen=True)
class Chunk:
    """A piece of a text.

    Args:
        start: Where it begins in the text, in characters.
        text: The piece.
    """

    start: int
    text: str


def split(text: str, *, limit: int = CHUNK_BYTES, overlap: int = 0) -> list[Chunk]:
    """Chunks that cover ``text``, none of them blank.

    Args:
        text: The text.
        limit: The largest chunk, in bytes of UTF-8.
        overlap: How many characters before a cut the next chunk begins at the latest, so that what a cut divides is whole in one of two.
    """
    chunks = []
    start = 0
    while start < len(text):
        end = _end(text, start, limit)
        chunks.append(Chunk(start, text[start:end]))
        if end == len(text):
            break
        start = max(end - overlap, start + 1) if overlap else end
    return [chunk for chunk in chunks if chunk.text.strip()]


def _end(text: str, start: int, limit: int) -> int:
    """The last end of a line, else of a word, else of a character, up to which the bytes suffice."""
    furthest = start + len(text[start : start + limit].encode(errors="replace")[:limit].decode(errors="ignore"))
    if furthest >= len(text):
        return len(text)
    for separator in ("\n", " "):
        cut = text.rfind(separator, start, furthest)
        if cut > start:
            return cut + 1
    return furthest
