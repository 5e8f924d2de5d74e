from dataclasses import asdict
from typing import Any

import aws_cdk as cdk
import pytest

from ml_constructs.bedrock.embedding import Embedding


def rendered(embedding: Embedding) -> Any:
    configuration = embedding.render()
    return configuration and cdk.Stack().resolve(configuration)["bedrockEmbeddingModelConfiguration"]


def test_titan_makes_vectors_of_1024_numbers() -> None:
    assert asdict(Embedding()) == {"model": "amazon.titan-embed-text-v2:0", "dimensions": 1024, "data_type": "FLOAT32"}
    assert rendered(Embedding()) == {"dimensions": 1024, "embeddingDataType": "FLOAT32"}


@pytest.mark.parametrize("dimensions", [256, 512])
def test_shorter_vectors_are_asked_for(dimensions: int) -> None:
    assert rendered(Embedding(dimensions=dimensions))["dimensions"] == dimensions


def test_a_model_without_choice_is_asked_for_nothing() -> None:
    assert rendered(Embedding(model="amazon.titan-embed-text-v1", dimensions=1536)) is None


def test_a_model_with_one_length_is_asked_for_a_type_only() -> None:
    embedding = Embedding(model="cohere.embed-multilingual-v3", data_type="BINARY")
    assert rendered(embedding) == {"embeddingDataType": "BINARY"}


@pytest.mark.parametrize(
    "model",
    [
        "acme.embed-v9:0",
        "arn:aws:bedrock:us-east-1:111122223333:custom-model/x",
        pytest.param(cdk.Aws.REGION, id="token"),  # what a token is called differs from process to process
    ],
)
def test_a_model_that_is_not_listed_is_asked_for_what_is_given(model: str) -> None:
    assert rendered(Embedding(model=model, dimensions=384)) == {"dimensions": 384, "embeddingDataType": "FLOAT32"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dimensions": 768}, r"dimensions must be one of 256, 512, 1024 for amazon\.titan-embed-text-v2:0, got 768"),
        ({"dimensions": 0}, "dimensions must be from 1 to 4096, got 0"),
        ({"model": "acme.embed", "dimensions": 4097}, "dimensions must be from 1 to 4096, got 4097"),
        ({"data_type": "INT8"}, "data_type must be one of FLOAT32, BINARY, got 'INT8'"),
        ({"model": "amazon.nova-lite-v1:0"}, r"model must be an embedding model, got 'amazon\.nova-lite-v1:0', which makes text"),
        ({"model": "amazon.titan-embed-text-v1", "dimensions": 1536, "data_type": "BINARY"}, "data_type must be one of FLOAT32 for amazon"),
    ],
)
def test_vectors_that_the_model_does_not_make_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Embedding(**arguments)
