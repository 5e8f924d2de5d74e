"""What embedding models are asked."""

from typing import Any

import pytest

from blueprints.local.bedrock.embedding import Embedding, _vector

ARN = "arn:aws:bedrock:us-east-1::foundation-model/{}"


@pytest.mark.parametrize(
    ("model", "body"),
    [
        ("amazon.titan-embed-text-v2:0", {"inputText": "a", "dimensions": 256, "normalize": True}),
        ("amazon.titan-embed-text-v1", {"inputText": "a"}),
        ("cohere.embed-english-v3", {"texts": ["a"], "input_type": "search_document"}),
        (
            "cohere.embed-v4:0",
            {"texts": ["a"], "input_type": "search_document", "output_dimension": 256, "embedding_types": ["float"]},
        ),
        (
            "amazon.nova-2-multimodal-embeddings-v1:0",
            {
                "taskType": "SINGLE_EMBEDDING",
                "singleEmbeddingParams": {
                    "embeddingPurpose": "GENERIC_INDEX",
                    "embeddingDimension": 256,
                    "text": {"truncationMode": "END", "value": "a"},
                },
            },
        ),
    ],
)
def test_each_family_is_asked_in_its_own_way(model: str, body: dict[str, Any]) -> None:
    assert Embedding(ARN.format(model), 256).body("a", query=False) == body


def test_questions_are_embedded_as_such() -> None:
    assert Embedding(ARN.format("cohere.embed-english-v3"), 1024).body("a", query=True)["input_type"] == "search_query"
    nova = Embedding(ARN.format("amazon.nova-2-multimodal-embeddings-v1:0"), 1024).body("a", query=True)
    assert nova["singleEmbeddingParams"]["embeddingPurpose"] == "GENERIC_RETRIEVAL"


@pytest.mark.parametrize(
    "answer",
    [{"embedding": [1, 0.5]}, {"embeddings": [[1, 0.5]]}, {"embeddings": {"float": [[1, 0.5]]}}, {"embeddings": [{"embedding": [1, 0.5]}]}],
)
def test_vectors_are_found_in_every_answer(answer: dict[str, Any]) -> None:
    assert _vector(answer) == [1.0, 0.5]


@pytest.mark.parametrize(
    ("model", "asked", "dimensions"),
    [("amazon.titan-embed-text-v2:0", {}, 1024), ("cohere.embed-v4:0", {}, 1536), ("cohere.embed-v4:0", {"dimensions": 256}, 256)],
)
def test_the_length_is_the_one_asked_for_or_the_models_own(model: str, asked: dict[str, int], dimensions: int) -> None:
    vectors = {
        "embeddingModelArn": ARN.format(model),
        "embeddingModelConfiguration": {"bedrockEmbeddingModelConfiguration": asked},
    }
    base = {"knowledgeBaseConfiguration": {"vectorKnowledgeBaseConfiguration": vectors}}
    assert Embedding.of(base) == Embedding(ARN.format(model), dimensions)
