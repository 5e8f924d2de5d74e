"""Documents are cut into chunks."""

from typing import Any

import numpy as np
import pytest

from blueprints.local.stand_ins import embeddings
from blueprints.local.stand_ins.bedrock_agent import chunking
from blueprints.local.stand_ins.bedrock_agent.chunking import Chunk, Text, chunks
from blueprints.local.stand_ins.bedrock_agent.documents import Page, UnreadableError

NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def fixed(tokens: int, overlap: int) -> dict[str, Any]:
    return {"chunkingStrategy": "FIXED_SIZE", "fixedSizeChunkingConfiguration": {"maxTokens": tokens, "overlapPercentage": overlap}}


def hierarchical(parent: int, child: int, overlap: int) -> dict[str, Any]:
    levels = {"levelConfigurations": [{"maxTokens": parent}, {"maxTokens": child}], "overlapTokens": overlap}
    return {"chunkingStrategy": "HIERARCHICAL", "hierarchicalChunkingConfiguration": levels}


def semantic(tokens: int = 300, buffer: int = 0, percentile: int = 50) -> dict[str, Any]:
    given = {"maxTokens": tokens, "bufferSize": buffer, "breakpointPercentileThreshold": percentile}
    return {"chunkingStrategy": "SEMANTIC", "semanticChunkingConfiguration": given}


def cut(text: str, configuration: dict[str, Any]) -> list[str]:
    return [chunk.text for chunk in chunks([Page(text)], configuration)]


def test_chunks_of_a_fixed_size_overlap() -> None:
    assert cut(" ".join(NUMBERS), fixed(4, 25)) == ["one two three four", "four five six seven", "seven eight nine ten"]


def test_words_stay_whole() -> None:
    parts = cut("an unbelievably incomprehensible thing", fixed(7, 1))
    assert " ".join(parts) == "an unbelievably incomprehensible thing"
    assert len(parts) > 1


def test_a_word_that_is_longer_than_a_chunk_is_cut() -> None:
    assert len(cut("x7" * 50, fixed(10, 1))) > 1


def test_a_chunk_has_the_page_on_which_it_begins() -> None:
    pages = [Page("one two three", 1), Page("four five six", 3)]
    assert chunks(pages, fixed(4, 1)) == [Chunk("one two three\nfour", 1), Chunk("five six", 3)]


def test_parents_are_larger_than_their_children() -> None:
    found = chunks([Page(" ".join(NUMBERS))], hierarchical(6, 3, 1))
    assert [(chunk.text, chunk.parent) for chunk in found] == [
        ("one two three", "one two three four five six"),
        ("three four five", "one two three four five six"),
        ("five six", "one two three four five six"),
        ("six seven eight", "six seven eight nine ten"),
        ("eight nine ten", "six seven eight nine ten"),
    ]


def test_nothing_is_cut_without_chunking() -> None:
    assert cut(" ".join(NUMBERS * 100), {"chunkingStrategy": "NONE"}) == [" ".join(NUMBERS * 100)]


def test_sentences_stay_whole_unless_something_else_is_said() -> None:
    sentence = f"{' '.join(NUMBERS * 3)}."
    parts = cut(" ".join([sentence] * 20), {})
    assert [part.count("one") for part in parts] == [27, 27, 6]
    assert all(part.endswith("ten.") for part in parts)


def test_a_sentence_that_is_too_long_is_cut() -> None:
    assert len(cut(" ".join(NUMBERS * 40), {})) == 2


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One. ", "Two! ", "Three?"]),
        ("It costs 3.50 a day. Yes.", ["It costs 3.50 a day. ", "Yes."]),
        ('He said "no." Then left.', ['He said "no." ', "Then left."]),
        ("# Head\n\nBody", ["# Head\n\n", "Body"]),
        ("  \n", []),
    ],
)
def test_sentences_end_with_their_sign_or_their_line(text: str, sentences: list[str]) -> None:
    found = Text([Page(text)])
    assert [found.text[span.begin : span.end] for span in found.sentences()] == sentences


@pytest.fixture
def meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences mean the same if they are about the same."""

    def embed(texts: list[str]) -> Any:
        rows = np.array([[text.count("cat") + 0.01, text.count("sea") + 0.01] for text in texts])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    monkeypatch.setattr(embeddings, "embed", embed)


def test_a_chunk_ends_where_the_subject_changes(meaning: None) -> None:
    assert cut("A cat sits. A cat eats. The sea is wide. The sea is deep.", semantic()) == [
        "A cat sits. A cat eats.",
        "The sea is wide. The sea is deep.",
    ]


def test_neighbours_blur_the_borders(meaning: None) -> None:
    text = "A cat sits. The sea is wide. A cat eats. A cat sleeps. A cat runs."
    assert cut(text, semantic()) == ["A cat sits.", "The sea is wide.", "A cat eats. A cat sleeps. A cat runs."]
    assert cut(text, semantic(buffer=1)) == ["A cat sits.", "The sea is wide. A cat eats.", "A cat sleeps. A cat runs."]


def test_semantic_chunks_have_a_largest_size(meaning: None) -> None:
    assert cut("A cat sits. A cat eats. A cat sleeps.", semantic(tokens=4)) == ["A cat sits.", "A cat eats.", "A cat sleeps."]


def test_one_sentence_is_one_chunk(meaning: None) -> None:
    assert cut("A cat sits", semantic()) == ["A cat sits"]


def test_very_long_texts_are_too_long_for_semantic_chunking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunking, "SEMANTIC_CHARACTERS", 10)
    with pytest.raises(UnreadableError, match="File body text exceeds size limit of 10 for semantic chunking"):
        cut("A cat sits.", semantic())
