import re
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from stacks.knowledge_base_rag_passages import (
    AuroraSettings,
    ChunkingSettings,
    EmbeddingSettings,
    HierarchicalChunkingSettings,
    OpenSearchSettings,
    ParsingSettings,
)


@pytest.mark.parametrize("strategy", ["fixed", "hierarchical", "semantic", "none"])
def test_chunking_is_read_by_its_strategy(strategy: str) -> None:
    assert TypeAdapter(ChunkingSettings).validate_python({"strategy": strategy}).strategy == strategy


def test_chunking_has_the_sizes_of_its_strategy() -> None:
    found = TypeAdapter(ChunkingSettings).validate_python({"strategy": "hierarchical", "child_tokens": 200})
    assert found == HierarchicalChunkingSettings(strategy="hierarchical", child_tokens=200)
    assert (found.parent_tokens, found.overlap_tokens) == (1500, 60)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"strategy": "fixed", "max_tokens": 8193}, "less than or equal to 8192"),
        ({"strategy": "fixed", "overlap_percent": 100}, "less than or equal to 99"),
        ({"strategy": "fixed", "child_tokens": 3}, "Extra inputs are not permitted"),
        ({"strategy": "semantic", "breakpoint_percentile": 49}, "greater than or equal to 50"),
    ],
)
def test_passages_that_bedrock_does_not_make_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        TypeAdapter(ChunkingSettings).validate_python(settings)


@pytest.mark.parametrize(
    ("part", "settings", "message"),
    [
        (OpenSearchSettings, {"max_capacity_units": 0}, "greater than or equal to 1"),
        (OpenSearchSettings, {"scale_to_zero": True, "max_capacity_units": 3}, "must be 1, 2, 4, 8, 16 or a multiple of 16, got 3"),
        (
            OpenSearchSettings,
            {"scale_to_zero": True, "standby_replicas": False},
            "standby_replicas must be true when scale_to_zero is true, got false",
        ),
        (AuroraSettings, {"min_capacity_units": 0.3}, "multiple of 0.5"),
        (AuroraSettings, {"min_capacity_units": 8}, "max_capacity_units must be at least min_capacity_units, 8.0, got 4"),
        (EmbeddingSettings, {"model": "titan embed"}, "pattern"),
        (EmbeddingSettings, {"dimensions": 4097}, "less than or equal to 4096"),
        (EmbeddingSettings, {"dimensions": 1000}, "dimensions must be"),
        (ParsingSettings, {"strategy": "foundation-model"}, "model must be given with strategy foundation-model and only then, got None"),
        (ParsingSettings, {"model": "amazon.nova-pro-v1:0"}, "and only then, got amazon.nova-pro-v1:0 with default"),
        (ParsingSettings, {"prompt": "Read."}, "prompt must be left out unless strategy is foundation-model, got default"),
    ],
)
def test_what_does_not_go_together_is_refused(part: Any, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        part.model_validate(settings)


def test_a_collection_that_never_rests_may_have_one_replica_and_any_size() -> None:
    assert OpenSearchSettings(standby_replicas=False, max_capacity_units=3).scale_to_zero is False


def test_a_model_may_be_told_how_to_read() -> None:
    assert ParsingSettings(strategy="foundation-model", model="amazon.nova-pro-v1:0", prompt="Read.").prompt == "Read."
