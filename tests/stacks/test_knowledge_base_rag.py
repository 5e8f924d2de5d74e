import re
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.knowledge_base_rag import KnowledgeBaseRagSettings

TENANTS = {"tenancy": {"enabled": True}, "auth": "cognito"}


def read(**settings: Any) -> KnowledgeBaseRagSettings:
    return KnowledgeBaseRagSettings.model_validate(settings)


def conflicts(compliance: str = "baseline", network: Any = "own", **settings: Any) -> dict[str, str]:
    found = read(**settings).conflicts(compliance=compliance, network=network)
    return {".".join(location): message for location, message in found}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"vector_store": "kendra"}, "'s3-vectors', 'opensearch-serverless' or 'aurora-pgvector'"),
        ({"retrieval": {"search": "hybrid"}}, "retrieval.search must be semantic when vector_store is s3-vectors, got hybrid"),
        (
            {"vector_store": "aurora-pgvector", "embedding": {"data_type": "BINARY"}},
            "embedding.data_type must be FLOAT32 when vector_store is aurora-pgvector, got BINARY",
        ),
        (
            {"retrieval": {"passages": 30, "rerank": {"candidates": 20}}},
            "retrieval.rerank.candidates must be at least retrieval.passages, 30, got 20",
        ),
        (
            {"parsing": {"strategy": "foundation-model"}},
            "parsing.model must be given with strategy foundation-model and only then, got None",
        ),
        ({"parsing": {"model": "amazon.nova-pro-v1:0"}}, "and only then, got amazon.nova-pro-v1:0 with default"),
        ({"aurora": {"min_capacity_units": 8}}, "aurora.max_capacity_units must be at least min_capacity_units, 8.0, got 4"),
        (
            {"tenancy": {"enabled": True}},
            "auth must be cognito when tenancy.enabled is true, because only its tokens name a tenant, got iam",
        ),
        (
            {**TENANTS, "sources": ({"type": "web", "urls": ("https://example.com",)},)},
            "sources must be of type s3 or custom when tenancy.enabled is true, because others belong to no tenant, got web",
        ),
        ({"modell": "x"}, "Extra inputs are not permitted"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        read(**settings)


def test_the_defaults_conflict_with_nothing() -> None:
    for compliance in ("baseline", "hipaa", "pci", "gdpr", "fedramp"):
        assert conflicts(compliance) == {}


def test_a_profile_that_takes_text_to_other_regions_has_to_be_allowed() -> None:
    told = conflicts(generation={"model": "eu.amazon.nova-pro-v1:0"})
    assert told == {
        "generation.model": "eu.amazon.nova-pro-v1:0 takes text to other regions; allowed: with data_may_move_to eu, got none",
    }
    assert conflicts(generation={"model": "eu.amazon.nova-pro-v1:0"}, data_may_move_to="us") != {}
    assert conflicts(generation={"model": "eu.amazon.nova-pro-v1:0"}, data_may_move_to="eu") == {}
    assert conflicts(generation={"model": "eu.amazon.nova-pro-v1:0"}, data_may_move_to="global") == {}
    assert conflicts(generation={"model": "global.anthropic.claude-haiku-4-5-20251001-v1:0"}, data_may_move_to="eu") != {}


def test_a_guardrail_that_works_across_regions_has_to_be_allowed() -> None:
    assert set(conflicts(guardrail={"tier": "STANDARD"})) == {"guardrail.tier"}
    assert conflicts(guardrail={"tier": "STANDARD"}, data_may_move_to="eu") == {}


def test_a_compliance_profile_refuses_models_whose_data_policy_is_not_known() -> None:
    unknown = {"generation": {"model": "example.new-model-v1:0"}}
    assert conflicts(**unknown) == {}
    assert "compliance hipaa demands it" in conflicts("hipaa", **unknown)["generation.model"]
    assert set(conflicts("gdpr", retrieval={"rerank": {"model": "example.rerank-v9:0"}})) == {"retrieval.rerank.model"}


def test_a_database_needs_a_network() -> None:
    told = conflicts(network="none", vector_store="aurora-pgvector")
    assert told == {"vector_store": "aurora-pgvector is not allowed without a network; allowed: s3-vectors, opensearch-serverless"}
    assert conflicts(network="foundation", vector_store="aurora-pgvector") == {}


@pytest.mark.parametrize("network", ["none", "foundation"])
def test_a_private_api_needs_a_network_of_its_own(network: str) -> None:
    assert conflicts(network=network, api="private") == {"api": "private is not allowed unless network is own; allowed: regional"}
    assert conflicts(network="own", api="private") == {}
