from typing import Any

import aws_cdk as cdk
import pytest

from ml_constructs.bedrock.chunking import Chunking, FixedChunking, HierarchicalChunking, NoChunking, SemanticChunking

RENDERED: list[tuple[Chunking, dict[str, Any], int]] = [
    (
        FixedChunking(),
        {"chunkingStrategy": "FIXED_SIZE", "fixedSizeChunkingConfiguration": {"maxTokens": 300, "overlapPercentage": 20}},
        300,
    ),
    (
        HierarchicalChunking(),
        {
            "chunkingStrategy": "HIERARCHICAL",
            "hierarchicalChunkingConfiguration": {"levelConfigurations": [{"maxTokens": 1500}, {"maxTokens": 300}], "overlapTokens": 60},
        },
        1800,
    ),
    (
        SemanticChunking(),
        {
            "chunkingStrategy": "SEMANTIC",
            "semanticChunkingConfiguration": {"breakpointPercentileThreshold": 95, "bufferSize": 0, "maxTokens": 300},
        },
        300,
    ),
    (NoChunking(), {"chunkingStrategy": "NONE"}, 0),
]


@pytest.mark.parametrize(("chunking", "expected", "stored"), RENDERED, ids=lambda value: type(value).__name__)
def test_a_way_to_cut_says_what_bedrock_needs_to_know(chunking: Chunking, expected: dict[str, Any], stored: int) -> None:
    assert cdk.Stack().resolve(chunking.render()) == expected
    assert chunking.stored_tokens == stored


def test_the_limits_are_taken() -> None:
    FixedChunking(max_tokens=8192, overlap_percent=99)
    HierarchicalChunking(parent_tokens=8192, child_tokens=8191, overlap_tokens=8190)
    SemanticChunking(max_tokens=8192, buffer_size=1, breakpoint_percentile=50)


@pytest.mark.parametrize(
    ("kind", "argument", "value", "range_"),
    [
        (FixedChunking, "max_tokens", 0, "1 to 8192"),
        (FixedChunking, "max_tokens", 8193, "1 to 8192"),
        (FixedChunking, "overlap_percent", 0, "1 to 99"),
        (FixedChunking, "overlap_percent", 100, "1 to 99"),
        (HierarchicalChunking, "parent_tokens", 8193, "1 to 8192"),
        (HierarchicalChunking, "child_tokens", 1500, "1 to 1499"),
        (HierarchicalChunking, "overlap_tokens", 0, "1 to 299"),
        (HierarchicalChunking, "overlap_tokens", 300, "1 to 299"),
        (SemanticChunking, "max_tokens", 8193, "1 to 8192"),
        (SemanticChunking, "buffer_size", 2, "0 to 1"),
        (SemanticChunking, "breakpoint_percentile", 49, "50 to 99"),
        (SemanticChunking, "breakpoint_percentile", 100, "50 to 99"),
    ],
)
def test_numbers_that_bedrock_does_not_take_are_refused(kind: Any, argument: str, value: int, range_: str) -> None:
    with pytest.raises(ValueError, match=f"{argument} must be from {range_}, got {value}"):
        kind(**{argument: value})
