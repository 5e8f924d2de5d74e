"""Splits documents into chunks, counting tokens as the embedding model does.

Follows https://docs.aws.amazon.com/bedrock/latest/userguide/kb-chunking.html.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blueprints.local.stand_ins.bedrock_agent.documents import Page, UnreadableError

DEFAULT_TOKENS = 300
SEMANTIC_CHARACTERS = 1_000_000
SENTENCE = re.compile(r"""\S.*?(?:[.!?]["')\]]*(?=\s|$)|$)\s*""", re.MULTILINE)


@dataclass(frozen=True)
class Chunk:
    """A part of a document.

    Args:
        text: The text that is embedded.
        page: The number of the page on which it begins.
        parent: The larger part that is returned in its place, if it is part of one.
    """

    text: str
    page: int | None = None
    parent: str | None = None


@dataclass(frozen=True)
class Span:
    """A part of a text, from one character up to another."""

    begin: int
    end: int


class Text:
    """The text of a whole document, with its tokens and its pages.

    Args:
        pages: The pages.
    """

    def __init__(self, pages: Sequence[Page]) -> None:
        from blueprints.local.stand_ins.embeddings import token_offsets

        self.text = "\n".join(page.text for page in pages)
        self._numbers = [page.number for page in pages]
        self._begins = [0]
        for page in pages[:-1]:
            self._begins.append(self._begins[-1] + len(page.text) + 1)
        offsets = token_offsets(self.text)
        self._tokens = [begin for begin, _ in offsets]

    def page(self, place: int) -> int | None:
        """Returns the number of the page that a character is on."""
        return self._numbers[bisect_right(self._begins, place) - 1]

    def count(self, span: Span) -> int:
        """Returns how many tokens begin within a part."""
        return bisect_left(self._tokens, span.end) - bisect_left(self._tokens, span.begin)

    def windows(self, span: Span, tokens: int, overlap: int) -> Iterator[Span]:
        """Yields parts of at most so many tokens, each of which repeats the last ``overlap`` of the one before; words stay whole."""
        first, last = bisect_left(self._tokens, span.begin), bisect_left(self._tokens, span.end)
        while first < last:
            end = self._word_end(first, min(first + tokens, last), last)
            yield Span(self._tokens[first], self._tokens[end] if end < last else span.end)
            if end >= last:
                return
            first = max(first + 1, end - overlap)

    def _word_end(self, first: int, end: int, last: int) -> int:
        """Returns the last token up to which the part can reach without cutting a word, unless it is a single word."""
        for place in range(end, first, -1):
            if place >= last or self.text[self._tokens[place] - 1].isspace():
                return place
        return end

    def sentences(self) -> list[Span]:
        """Returns the sentences; the ends of lines end them too."""
        return [Span(*match.span()) for match in SENTENCE.finditer(self.text) if match.group().strip()]


def chunks(pages: Sequence[Page], configuration: Mapping[str, Any]) -> list[Chunk]:
    """Returns the chunks of a document.

    Args:
        pages: The document.
        configuration: The chunking configuration of the data source; empty for the service's default.

    Raises:
        UnreadableError: The text is too long for semantic chunking.
    """
    text = Text(pages)
    whole = Span(0, len(text.text))
    strategy = configuration.get("chunkingStrategy")
    if strategy == "FIXED_SIZE":
        given = configuration["fixedSizeChunkingConfiguration"]
        overlap = given["maxTokens"] * given["overlapPercentage"] // 100
        return _chunks(text, text.windows(whole, given["maxTokens"], overlap))
    if strategy == "HIERARCHICAL":
        return list(_hierarchical(text, whole, configuration["hierarchicalChunkingConfiguration"]))
    if strategy == "SEMANTIC":
        return _chunks(text, _semantic(text, configuration["semanticChunkingConfiguration"]))
    return _chunks(text, [whole] if strategy == "NONE" else _by_sentences(text, DEFAULT_TOKENS))


def _chunks(text: Text, spans: Iterator[Span] | Sequence[Span], parent: str | None = None) -> list[Chunk]:
    found = ((span, text.text[span.begin : span.end].strip()) for span in spans)
    return [Chunk(part, text.page(span.begin), parent) for span, part in found if part]


def _hierarchical(text: Text, whole: Span, given: Mapping[str, Any]) -> Iterator[Chunk]:
    sizes = sorted((level["maxTokens"] for level in given["levelConfigurations"]), reverse=True)
    for parent in text.windows(whole, sizes[0], given["overlapTokens"]):
        children = text.windows(parent, sizes[1], given["overlapTokens"])
        yield from _chunks(text, children, text.text[parent.begin : parent.end].strip())


def _by_sentences(text: Text, tokens: int) -> Iterator[Span]:
    """Yields parts of whole sentences, of about so many tokens; a sentence that is longer is cut."""
    return _gathered(text, text.sentences(), tokens, breaks=frozenset())


def _gathered(text: Text, sentences: Sequence[Span], tokens: int, breaks: frozenset[int]) -> Iterator[Span]:
    """Yields parts that begin where one is full, and at the sentences of the numbers ``breaks``."""
    part: Span | None = None
    for number, sentence in enumerate(sentences):
        joined = Span(part.begin if part else sentence.begin, sentence.end)
        if part and (number in breaks or text.count(joined) > tokens):
            yield from text.windows(part, tokens, 0)
            joined = sentence
        part = joined
    if part:
        yield from text.windows(part, tokens, 0)


def _semantic(text: Text, given: Mapping[str, Any]) -> Iterator[Span]:
    """Yields parts that end where one sentence says least of what the sentence before says."""
    if len(text.text) > SEMANTIC_CHARACTERS:
        raise UnreadableError(f"File body text exceeds size limit of {SEMANTIC_CHARACTERS} for semantic chunking.")
    sentences = text.sentences()
    breaks = _breaks([text.text[span.begin : span.end] for span in sentences], given["bufferSize"], given["breakpointPercentileThreshold"])
    return _gathered(text, sentences, given["maxTokens"], breaks)


def _breaks(sentences: Sequence[str], buffer: int, percentile: int) -> frozenset[int]:
    """Returns the numbers of the sentences that are farther from the one before than that share of them is."""
    import numpy as np

    from blueprints.local.stand_ins.embeddings import embed

    if len(sentences) < 2:
        return frozenset()
    rows = embed([" ".join(sentences[max(0, place - buffer) : place + buffer + 1]) for place in range(len(sentences))])
    distances = 1 - np.sum(rows[1:] * rows[:-1], axis=1)
    return frozenset(int(place) + 1 for place in np.flatnonzero(distances > np.percentile(distances, percentile)))
