"""Embedding models take and give what AWS documents."""

from __future__ import annotations

from typing import Any

import pytest

from blueprints.local.stand_ins import StandInError
from blueprints.local.stand_ins.bedrock_runtime.embedding_models import cohere, nova, titan_image, titan_text

V1, V2, IMAGE = "amazon.titan-embed-text-v1", "amazon.titan-embed-text-v2:0", "amazon.titan-embed-image-v1"
NOVA, COHERE, COHERE_4 = "amazon.nova-2-multimodal-embeddings-v1:0", "cohere.embed-english-v3", "cohere.embed-v4:0"


@pytest.mark.parametrize(
    ("model", "body", "dimensions"),
    [(V1, {}, 1536), (V2, {}, 1024), (V2, {"dimensions": 256, "normalize": True}, 256), (V2, {"dimensions": 512}, 512)],
)
def test_titan_gives_a_vector_and_counts_tokens(model: str, body: dict[str, Any], dimensions: int) -> None:
    answer = titan_text(model, {"inputText": "This is an example sentence", **body})
    assert (len(answer["embedding"]), answer["inputTextTokenCount"]) == (dimensions, 5)
    assert ("embeddingsByType" in answer) is (model == V2)


def test_titan_gives_the_types_asked_for() -> None:
    answer = titan_text(V2, {"inputText": "hello", "embeddingTypes": ["binary"]})
    assert set(answer) == {"embeddingsByType", "inputTextTokenCount"}
    assert set(answer["embeddingsByType"]["binary"]) == {0, 1}


@pytest.mark.parametrize(("body", "dimensions"), [({}, 1024), ({"embeddingConfig": {"outputEmbeddingLength": 384}}, 384)])
def test_titan_multimodal_gives_vectors_of_texts(body: dict[str, Any], dimensions: int) -> None:
    assert len(titan_image(IMAGE, {"inputText": "hello", **body})["embedding"]) == dimensions


def test_nova_gives_vectors_of_texts() -> None:
    asked = {"embeddingPurpose": "GENERIC_INDEX", "embeddingDimension": 384, "text": {"truncationMode": "END", "value": "hello"}}
    (found,) = nova(NOVA, {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": asked})["embeddings"]
    assert (found["embeddingType"], len(found["embedding"])) == ("TEXT", 384)


def test_cohere_gives_a_vector_for_each_text() -> None:
    body = {"texts": ["one", "two"], "input_type": "search_document"}
    answer = cohere(COHERE, body)
    assert [len(each) for each in answer["embeddings"]] == [1024, 1024]
    assert (answer["response_type"], answer["texts"]) == ("embeddings_floats", ["one", "two"])
    assert answer == cohere(COHERE, body)


def test_cohere_gives_the_types_and_lengths_asked_for() -> None:
    body = {"texts": ["one"], "input_type": "search_query", "embedding_types": ["float", "int8"], "output_dimension": 512}
    answer = cohere(COHERE_4, body)
    assert answer["response_type"] == "embeddings_by_type"
    assert {kind: len(found[0]) for kind, found in answer["embeddings"].items()} == {"float": 512, "int8": 512}


@pytest.mark.parametrize(
    ("ask", "model", "body", "complaint"),
    [
        (titan_text, V2, {}, r"required key \[inputText\] not found"),
        (titan_text, V2, {"inputText": ""}, "expected a text of 1 to 50000 characters"),
        (titan_text, V2, {"inputText": 5}, "expected a text"),
        (titan_text, V2, {"inputText": "a " * 8193}, "Max input tokens: 8192, request input token count: 8193"),
        (titan_text, V2, {"inputText": "a", "dimensions": 300}, r"#/dimensions: 300 is not one of \[256, 512, 1024\]"),
        (titan_text, V2, {"inputText": "a", "embeddingTypes": ["int8"]}, "#/embeddingTypes"),
        (titan_text, V1, {"inputText": "a", "dimensions": 256}, r"extraneous key \[dimensions\] is not permitted"),
        (titan_image, IMAGE, {"inputImage": "aGVsbG8="}, r"required key \[inputText\]"),
        (nova, NOVA, {"taskType": "SINGLE_EMBEDDING"}, "singleEmbeddingParams"),
        (nova, NOVA, {"singleEmbeddingParams": {"text": {"value": ""}}}, "expected a text of 1 to 8192 characters"),
        (cohere, COHERE, {"texts": ["a"]}, "#/input_type: null"),
        (cohere, COHERE, {"texts": [], "input_type": "search_query"}, "expected 1 to 96 texts"),
        (cohere, COHERE, {"texts": ["a" * 2049], "input_type": "search_query"}, "maxLength: 2048, actual: 2049"),
        (cohere, COHERE, {"texts": ["a"], "input_type": "search_query", "output_dimension": 256}, r"extraneous key \[output_dimension\]"),
        (cohere, COHERE, {"texts": ["a"], "input_type": "search_query", "truncate": "NEVER"}, "#/truncate"),
    ],
)
def test_refuses_what_the_model_refuses(ask: Any, model: str, body: dict[str, Any], complaint: str) -> None:
    with pytest.raises(StandInError, match=f"ValidationException: .*{complaint}"):
        ask(model, body)
