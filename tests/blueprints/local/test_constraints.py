"""Requests are checked by the services' models."""

from typing import Any

import pytest

from blueprints.local import constraints
from blueprints.local.stand_ins import StandInError

START = {"knowledgeBaseId": "ABCDEFGHIJ", "dataSourceId": "ABCDEFGHIJ"}


@pytest.mark.parametrize(
    ("service", "operation", "request_"),
    [
        ("bedrock-agent", "StartIngestionJob", START),
        ("s3vectors", "QueryVectors", {"topK": 1, "queryVector": {"float32": [0.5]}, "filter": {"a": 1}}),
        ("s3vectors", "CreateVectorBucket", {"vectorBucketName": "abc", "tags": {"a": "b"}}),
    ],
)
def test_good_requests_pass(service: str, operation: str, request_: dict[str, Any]) -> None:
    constraints.check(service, operation, request_)


@pytest.mark.parametrize(
    ("service", "operation", "request_", "problem"),
    [
        ("bedrock-agent", "StartIngestionJob", {"knowledgeBaseId": "ABCDEFGHIJ"}, "'/dataSourceId' .*Member must not be null"),
        ("bedrock-agent", "StartIngestionJob", START | {"knowledgeBaseId": "a-b"}, r"regular expression pattern: \[0-9a-zA-Z\]\{10\}"),
        ("s3vectors", "QueryVectors", {"topK": 0, "queryVector": {}}, "'/topK' .*Member must be greater than or equal to 1"),
        ("s3vectors", "DeleteVectors", {"keys": ["a"] * 501}, "'/keys' .*Member must have length less than or equal to 500"),
        ("s3vectors", "DeleteVectors", {"keys": [""]}, "'/keys/1' .*Member must have length greater than or equal to 1"),
        ("s3vectors", "CreateVectorBucket", {"vectorBucketName": "abc", "tags": {"": "b"}}, "'/tags/' .*length greater"),
        (
            "s3vectors",
            "CreateIndex",
            {"indexName": "abc", "dataType": "float64", "dimension": 4097, "distanceMetric": "cosine"},
            r"2 validation errors detected.*enum value set: \[float32\]",
        ),
    ],
)
def test_others_are_refused_in_the_services_words(service: str, operation: str, request_: dict[str, Any], problem: str) -> None:
    with pytest.raises(StandInError, match=problem) as refusal:
        constraints.check(service, operation, request_)
    assert refusal.value.code == "ValidationException"


def test_patterns_that_only_java_understands_say_nothing() -> None:
    assert constraints._matches(r"[\p{L}]+", "a")
